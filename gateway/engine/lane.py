"""Lane: what judges one field class in one direction, and the masks it edits with."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from gateway.engine.lens import Restorations
from gateway.engine.ruling import Ruler
from gateway.nouns.finding import FILTER_ERROR, Finding, Scan
from gateway.nouns.segment import FieldClass, TextForm
from gateway.nouns.verdict import Decision
from gateway.ports.filter import Filter, SlowFilter


class Judge(NamedTuple):
    """A filter in a lane. ``acting``: what it finds may change something, so it may hold.

    Observers (observe mode, rules that only flag) never hold.
    """

    filter: Filter
    acting: bool

    def failed(self, error: Exception, start: int, end: int) -> Scan:
        """Return what a filter that raises finds: `filter_error` over all it has not judged."""
        name = str(getattr(self.filter, "name", "filter"))
        return Scan((Finding(FILTER_ERROR, 4, 1.0, start, end, name, type(error).__name__),), end)


class SlowJudge(NamedTuple):
    """A slow filter in a lane; an observer's answer is recorded but nothing waits for it."""

    filter: SlowFilter
    acting: bool


class Lane(NamedTuple):
    """Everything that judges the texts of one field class.

    ``mask`` words what stands in place of a redacted or veiled span. ``said`` tells whether the
    user himself said a text.
    ``bound``: a schema binds the text, so that a redaction becomes a block.
    """

    field_class: FieldClass
    ruler: Ruler
    judges: tuple[Judge, ...]
    slow: tuple[SlowJudge, ...]
    mask: Callable[[Decision, str], str]
    said: Callable[[str], bool]
    held_limit: int
    restorations: Restorations | None = None
    bound: bool = False
    role: str = "assistant"

    @property
    def idle(self) -> bool:
        """True if nobody judges here and nothing is restored: text may pass unread."""
        return not self.judges and not self.slow and self.restorations is None


class Ruled(NamedTuple):
    """A finding with its decision, in positions of the channel, for the record."""

    finding: Finding
    action: str
    wanted: str
    rule: str
    form: TextForm
