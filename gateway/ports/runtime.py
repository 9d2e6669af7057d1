"""Runtime: text in, scores or words out. Runs a model, here or elsewhere; knows no policy."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol


class ChatRuntime(Protocol):
    """A model that answers a chat, reached over some wire."""

    name: str

    async def complete(self, messages: list[dict[str, str]], *, deadline_s: float) -> str:
        """Return the model's answer to the messages.

        Raises TimeoutError after the deadline, ConnectionError if it cannot be reached, ValueError
        if it answers with something that is not a completion.
        """
        ...

    async def close(self) -> None:
        """Let go of connections."""
        ...


class MediaRuntime(Protocol):
    """A model that looks at pictures, or listens, reached over some wire.

    Each question raises TimeoutError after the deadline, ConnectionError if the model cannot be
    reached, ValueError if it answers with something else.
    """

    async def moderate(self, jpeg: bytes, *, deadline_s: float) -> Mapping[str, float]:
        """Return the scores of a picture by category, from 0 to 1."""
        ...

    async def describe(self, jpeg: bytes, *, deadline_s: float) -> str:
        """Return what the model says about a picture."""
        ...

    async def transcribe(self, content: bytes, file_name: str, *, deadline_s: float) -> str:
        """Return the words of a sound."""
        ...
