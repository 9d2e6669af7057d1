"""The lexicon filter: finds terms in a text that is still growing, and holds exactly what may still
become one.

Most text is plain and holds no term: then one or two passes of the automaton over what is pending
tell both. Where letters are set apart or signs may be letters, one or two more do. Anything else (a
term, markup, folded or invisible characters) is judged by the layers and views of `exact`, with
what was released before as context.
"""

from __future__ import annotations

import re

from filters.lexicon.exact import LOOK_BEHIND, Judge
from filters.lexicon.letters import QuickLook
from filters.lexicon.lexicon import Lexicon
from gateway.matching.automaton import END
from gateway.matching.base64_text import looks_encoded
from gateway.matching.fold import KIND_BYTES, SEPARATORS, Kind, find_special
from gateway.matching.pinyin import sounds
from gateway.matching.reader import TOKEN_LENGTH, looks_escaped, may_end_token, open_markup
from gateway.matching.views import GAP, SEPARATORS_IN_GAP
from gateway.nouns.finding import Finding, Scan

_SPACES = re.compile(" {2,}")
_EMPHASIS = re.compile("[*~`]")
_LATIN = re.compile("[a-z]")
_PIECE = 4096
"""Longer texts are judged in pieces: one odd character makes only its piece slow."""

_PATIENCE = 96
"""Held code points above which the quick look is not trusted: it knows no widest gap."""

_WORD, _SOFT, _LINE = int(Kind.WORD), int(Kind.SOFT), int(Kind.LINE)
_NONE: tuple[Finding, ...] = ()


class LexiconFilter:
    """Finds the terms of compiled word lists (see `gateway.ports.filter.Filter`).

    ``start`` must not lie beyond the last ``safe_until``: nothing of a term is ever safe before it
    is found. A run of more than 64 invisible code points is a finding ``hidden_text`` of severity
    3, rule ``hidden_run``; without ``hidden`` somebody else looks for them.
    """

    name = "lexicon"

    def __init__(self, lexicon: Lexicon, *, hidden: bool = True) -> None:
        self.lexicon = lexicon
        self.look_behind = LOOK_BEHIND
        self.look_ahead = max(lexicon.automaton.longest, 1) * 2 * GAP
        self._judge = Judge(lexicon, hidden=hidden)
        automaton = lexicon.automaton
        self._find = automaton.find
        self._size = automaton.size
        self._letters = QuickLook(automaton)
        self._mixed = self._judge.mixed
        self._han_end, _, self._plain_end, self._odd_end, _ = automaton.group_ends
        self._live_han_end, self._live_substrings_end, _, self._live_end, all_ends = (
            automaton.live_ends
        )
        self._sounds = sounds() if all_ends > self._live_end else None

    @property
    def hash(self) -> str:
        """SHA-256 of the word lists' canonical content, in hexadecimal."""
        return self.lexicon.hash

    @property
    def size(self) -> int:
        """How many distinct folded terms are looked for."""
        return self.lexicon.size

    def coverage(self) -> dict[str, int]:
        """Return how many entries each category has."""
        return self.lexicon.coverage()

    def scan(self, text: str, start: int, final: bool) -> Scan:  # noqa: FBT001 -- the port's form
        """Judge ``text[start:]``; see the port for the law."""
        if len(text) - start > _PIECE:
            return self._scan_long(text, start, final=final)
        return self._scan_piece(text, start, final=final)

    def _scan_piece(self, text: str, start: int, *, final: bool) -> Scan:
        """As `scan`, in one piece."""
        pending, before = text, " "
        if start:
            pending, before = text[start:], _neighbour(text, start)
        if not before:
            return self._judge.scan(text, start, final)
        if looks_escaped(text, start) or looks_encoded(text, start):
            held = -1
        elif find_special(pending):
            held = self._held_emphasised(pending)
        else:
            view = pending.replace("\n", " ").lower()
            held = self._held(view, view, before)
        if held < 0 or held > _PATIENCE:
            return self._judge.scan(text, start, final)
        return Scan(_NONE, len(text) if final else len(text) - held)

    def _scan_long(self, text: str, start: int, *, final: bool) -> Scan:
        """Judge a long text piece by piece, as if it came so: the law makes that the same."""
        found: dict[Finding, None] = {}
        safe, end, step = start, start, _PIECE
        while end < len(text):
            end = min(end + step, len(text))
            offset = max(0, safe - self.look_behind)
            last = final and end == len(text)
            scan = self._scan_piece(text[offset:end], safe - offset, final=last)
            for finding in scan.findings:
                place = finding._replace(start=finding.start + offset, end=finding.end + offset)
                found[place] = None
            step = _PIECE if scan.safe_until + offset > safe else step * 2
            safe = scan.safe_until + offset
        return Scan(tuple(sorted(found, key=lambda finding: finding[3:5])), safe)

    def _held_emphasised(self, pending: str) -> int:
        """As `_held`, for text that would be plain without emphasis characters."""
        bare = _EMPHASIS.sub("", pending)
        if find_special(bare):
            return -1
        view = pending.replace("\n", " ").lower()
        written = self._held(view, view, " ")
        if written < 0:
            return -1
        read = self._held(view, bare.replace("\n", " ").lower(), " ")
        return -1 if read < 0 else max(written, read)

    def _held(self, view: str, seen: str, before: str) -> int:
        """Return how many code points at the end of ``view`` may become a term, -1 if it must be
        looked at more closely.

        ``seen`` is what is left of the view where characters are looked through. ``before`` is the
        character in front of it. Errs on the side of looking closely and of holding.
        """
        separated = 0 if seen.isascii() else self._held_han(view, seen)
        odd = self._letters.held(before + seen)
        if separated < 0 or odd < 0 or (odd and len(seen) != len(view)):
            return -1
        separated = max(separated, odd)
        if "  " in seen:
            seen = _SPACES.sub(" ", seen)
        first = length = len(seen)
        for number, start, _ in self._find(seen + END):
            if number < self._plain_end:
                return -1
            if (
                start < first
                and self._size <= number < self._live_end
                and not (
                    number >= self._live_substrings_end
                    and KIND_BYTES[ord(seen[start - 1] if start else before)] == _WORD
                    and KIND_BYTES[ord(seen[start])] == _WORD
                )
            ):
                first = start
        if first == length:
            return separated
        held = length - first
        if len(seen) != len(view) and not view.endswith(seen[first:]):
            return -1
        return max(separated, held)

    def _held_han(self, view: str, seen: str) -> int:
        """As `_held`, for Han terms in their views of their own: without separators, partly in
        pinyin, and by their sound."""
        pieces = SEPARATORS.split(seen)
        squeezed = "".join(pieces)
        separated = self._held_squeezed(view, squeezed) if len(pieces) > 1 else 0
        if separated < 0:
            return -1
        if _LATIN.search(squeezed):
            matches, alive = self._mixed.look(pieces, final=False)
            mixed = -1 if matches else self._held_apart(view, len(squeezed) - alive)
            if mixed < 0:
                return -1
            separated = max(separated, mixed)
        if self._sounds is None:
            return separated
        sounded = self._held_sounded(view, squeezed)
        return -1 if sounded < 0 else max(separated, sounded)

    def _held_squeezed(self, view: str, squeezed: str) -> int:
        """As `_held`, for Han terms with separators between their characters."""
        first = length = len(squeezed)
        for number, start, _ in self._find(squeezed + END):
            if number < self._han_end:
                return -1
            if start < first and self._size <= number < self._live_han_end:
                first = start
        return self._held_apart(view, length - first)

    def _held_sounded(self, view: str, squeezed: str) -> int:
        """As `_held`, for Han terms in other characters of the same sound."""
        sounded = squeezed.translate(self._sounds or {})
        first = length = len(sounded)
        for number, start, _ in self._find(sounded + END):
            if self._odd_end <= number < self._size:
                return -1
            if start < first and number >= self._live_end:
                first = start
        return self._held_apart(view, length - first)

    @staticmethod
    def _held_apart(view: str, wanted: int) -> int:
        """Return how many code points of the view its last ``wanted`` ones without separators
        take, -1 if too much is between them."""
        if not wanted:
            return 0
        place, left = len(view), wanted
        while left:
            place -= 1
            if not _SOFT <= KIND_BYTES[ord(view[place])] <= _LINE:
                left -= 1
        held = len(view) - place
        return -1 if held - wanted > SEPARATORS_IN_GAP else held


def _neighbour(text: str, start: int) -> str:
    """Return the character before ``start``, empty if it may not be what a reader sees there."""
    last = text[start - 1]
    released = text[max(0, start - TOKEN_LENGTH) : start]
    marked = may_end_token(released)
    if marked and (KIND_BYTES[ord(last)] == _WORD or open_markup(released, 0) < len(released)):
        return ""
    return "\ufffd" if "\ud800" <= last <= "\udfff" else last
