"""Seal: the marks that one answer owes, as words and members ready to be put in.

The marks themselves are made elsewhere (gateway.marks); the engine only knows where they go and
keeps the receipts: what was owed, what was written, what was not possible and why.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import NamedTuple

from gateway.matching.markdown_blocks import OpenBlocks
from gateway.nouns.record import ReceiptFact

_STRUCTURED_OPENERS = ("{", "[", "<", "`", "~~~", "---", "+++")
"""What JSON, markup, a code fence and front matter begin with: a line before them would make
something else of them."""
_UNCERTAIN = {opener[:length] for opener in _STRUCTURED_OPENERS[4:] for length in (1, 2)}
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
    """The label of one choice: undecided until its first characters that are not white space.

    Prose takes it inline; what opens like JSON, markup, a code fence or front matter, and what a
    schema binds, takes it as a field. So does a text whose end label would fall into a code fence
    that was never closed: ``blocks`` knows, ``moved`` says that it was so.
    """

    __slots__ = ("_opening", "blocks", "decided", "ended", "inline", "moved", "started", "weave")

    def __init__(self, seal: Seal, *, structured: bool) -> None:
        self.decided = not seal.inline or structured
        self.inline = seal.inline and not structured
        self.started = False
        self.ended = False
        self.weave = None if structured or seal.weaver is None else seal.weaver()
        self.blocks = OpenBlocks() if seal.end and self.inline else None
        self.moved = False
        self._opening = ""

    @property
    def unread(self) -> bool:
        """True if nothing of ours must read the content as it leaves."""
        return self.weave is None and self.blocks is None

    def meet(self, text: str) -> None:
        """See the next text of the content and decide if it can."""
        if self.decided:
            return
        self._opening = (self._opening + text).lstrip()[:3]
        opener = self._opening
        if opener and opener not in _UNCERTAIN:
            self.decided = True
            self.inline = not opener.startswith(_STRUCTURED_OPENERS)
            if not self.inline:
                self.weave = self.blocks = None


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
