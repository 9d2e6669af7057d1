"""The port for answers in one piece that may be long: read in portions."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Protocol, runtime_checkable


@runtime_checkable
class PortionedAnswer(Protocol):
    """An `Answer` that is not read at once, so that the streams of others go on in between."""

    def reading(self) -> Iterator[bool]:
        """Read what was pushed, and yield True between two portions; `flush` then returns it.

        Each portion takes about a millisecond. Who does not ask gets all of it from `flush`.
        Raises UpstreamBroken.
        """
        ...
