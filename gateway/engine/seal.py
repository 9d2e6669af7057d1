"""Seal: the marks that one answer owes, as words and members ready to be put in.

The marks themselves are made elsewhere (gateway.marks); the engine only knows where they go and
keeps the receipts: what was owed, what was written, what was not possible and why.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import NamedTuple

from gateway.nouns.record import ReceiptFact

_STRUCTURED_OPENERS = "{[<`"
LABEL = "text_label"
TRACE = "text_trace"


class Seal(NamedTuple):
    """What is owed on the text of one exchange.

    ``start`` and ``end`` are label texts with their white space, empty where none is owed inline.
    ``fields`` are members for the body (the AIGC object, the label as a field). ``inline_field``
    says the same as the inline label, for answers whose shape forbids it. ``headers`` go out with
    the status. ``weaver`` makes the invisible trace: a function per choice from text to text.
    """

    start: str = ""
    end: str = ""
    fields: Mapping[str, object] = {}
    inline_field: Mapping[str, object] = {}
    headers: tuple[tuple[bytes, bytes], ...] = ()
    weaver: Callable[[], Callable[[str, bool], str]] | None = None
    owed: tuple[str, ...] = ()

    @property
    def inline(self) -> bool:
        """True if a visible label is owed inside the text."""
        return bool(self.start or self.end)


class ChoiceSeal:
    """The label of one choice: undecided until the first character that is not white space.

    Prose takes it inline; what opens like JSON, markup or a code fence, and what a schema binds,
    takes it as a field.
    """

    __slots__ = ("decided", "ended", "inline", "started", "weave")

    def __init__(self, seal: Seal, *, structured: bool) -> None:
        self.decided = not seal.inline or structured
        self.inline = seal.inline and not structured
        self.started = False
        self.ended = False
        self.weave = None if structured or seal.weaver is None else seal.weaver()

    def meet(self, text: str) -> None:
        """See the next text of the content and decide if it can."""
        if self.decided:
            return
        opener = text.lstrip()
        if opener:
            self.decided = True
            self.inline = opener[0] not in _STRUCTURED_OPENERS
            if not self.inline:
                self.weave = None


class Receipts:
    """What became of each owed mark, for the record and the metrics."""

    def __init__(self, seal: Seal) -> None:
        self._owed = seal.owed
        self._facts: dict[str, ReceiptFact] = {}

    def note(self, mark: str, status: str, detail: str = "") -> None:
        """Note an owed mark's fate; what is written stays written."""
        if mark in self._owed and mark not in self._facts:
            self._facts[mark] = ReceiptFact(mark, status, detail)

    def facts(self, status: str, detail: str) -> tuple[ReceiptFact, ...]:
        """Return one receipt per owed mark; those without a fate get the one given."""
        return tuple(
            self._facts.get(mark, ReceiptFact(mark, status, detail)) for mark in self._owed
        )
