"""Ledger memory: what the ledger knows of marks and of contents, as the desk asks it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec

from gateway.assembly.sealing import Sealer
from gateway.assembly.vault import Vault
from gateway.desk.attribution import MOST_OF_IT, Kept, Likeness
from gateway.desk.explicit_label import TAG
from gateway.desk.reading import MOST_TEXT_BYTES, TEXTS, Seen, edges
from gateway.ledger.search import Archive
from gateway.marks.text_label import is_prose
from gateway.matching.fingerprint import normalise, units_of
from gateway.nouns.errors import ConfigError, LedgerFailed
from gateway.nouns.media import MediaFormat, MediaKind
from gateway.ports.clock import Clock
from gateway.ports.store import Query

MOST_TRACED = 20_000
"""So many code points of a text are looked up by their wording."""

RECOGNISABLE_UNITS = 80
"""A text of so many units (40 Chinese characters, about 20 words) is found by its wording if the
record has a fingerprint: one that is not found is another text."""

_SAME_CODE = 3
_SHARED = 4


class LedgerMemory:
    """See gateway.desk.attribution.Memory. Opens the store when it is first asked, so that each
    process has a connection of its own; used by one thread at a time."""

    def __init__(self, vault: Vault, clock: Clock, sealer: Sealer) -> None:
        self._vault = vault
        self._clock = clock
        self._sealer = sealer
        self._opened: Archive | None = None

    def named(self, names: Sequence[str], content: bytes, seen: Seen) -> list[Kept]:
        """Return the exchanges that have one of these ids or label codes; asks twice per name,
        whatever it looks like."""
        archive = self._archive()
        bare = self._bare(told(content, seen), seen)
        found: list[Kept] = []
        for name in names:
            for code, query in (("", Query(exchange=name, limit=1)),
                                (name, Query(code=name, limit=_SAME_CODE))):  # fmt: skip
                for each in archive.find(query):
                    share = archive.share(each, bare)
                    alike = archive.looks_alike(each, seen.pictures)
                    is_like = alike if share is None else share >= MOST_OF_IT
                    found.append(Kept(each.exchange, code, each.time_ns, is_like))
        return found

    def _bare(self, text: str, seen: Seen) -> str:
        """Return the words of a text without our marks."""
        text = self._sealer.without_marks(text)
        return TAG.sub(" ", text) if _is_tagged(seen) else text

    def alike(self, content: bytes, seen: Seen) -> tuple[list[Likeness], bool]:
        """Return the exchanges that the content is like, the surest first."""
        same = [
            Likeness(each.exchange, "file", 1.0, each.time_ns)
            for each in self._archive().trace_file(content)
        ]
        like, recognisable = self._like(content, seen)
        return [*same, *like], recognisable

    def _like(self, content: bytes, seen: Seen) -> tuple[list[Likeness], bool]:
        if seen.format and seen.format.kind is MediaKind.IMAGE:
            shown = self._archive().trace_looks(seen.pictures)
            return [Likeness(each.exchange, "picture", each.confidence, each.time_ns)
                    for each in shown], False  # fmt: skip
        text = told(content, seen)
        if not text:
            return [], False
        bare = self._bare(text, seen)
        found: list[Likeness] = []
        for number, each in enumerate(self._archive().trace(text)):
            start, end = (each.passage.start, each.passage.end) if each.passage else (0, 0)
            how = "text" if end else each.how
            share = self._archive().share(each.record, bare) if number < _SHARED else None
            if how != "text" and share is not None and share < MOST_OF_IT:
                continue  # the code of an answer stands on something else
            found.append(
                Likeness(
                    each.exchange, how, each.confidence, each.time_ns, start, end,
                    1.0 if share is None else share,
                )
            )  # fmt: skip
        return found, self._recognisable(bare, text, seen)

    def _recognisable(self, bare: str, text: str, seen: Seen) -> bool:
        if _is_tagged(seen) or is_prose(text) is False:
            return False
        return units_of(normalise(bare)) >= RECOGNISABLE_UNITS

    def _archive(self) -> Archive:
        if self._opened is None:
            vault = self._vault
            try:
                self._opened = Archive(vault.store(), vault.keyring, vault.state, self._clock)
            except ConfigError as error:
                raise LedgerFailed(error.detail) from None
        return self._opened


def told(content: bytes, seen: Seen) -> str:
    """Return what of a content is looked up by its wording; empty for what says nothing."""
    if seen.words:
        return seen.words[:MOST_TRACED]
    return traceable(content) if seen.format in TEXTS else ""


def _is_tagged(seen: Seen) -> bool:
    """Return whether a content is looked up as it stands there, with the tags of a page."""
    return seen.format is MediaFormat.HTML and not seen.words


def traceable(content: bytes) -> str:
    """Return what of a text is looked up by its wording: of JSON (an answer of an API) its longest
    string, else the text itself, at most `MOST_TRACED` code points."""
    if len(content) > MOST_TEXT_BYTES:
        content = edges(content)
    text = content.decode("utf-8", "replace")
    if text.lstrip()[:1] in ("{", "["):
        text = max(_strings(content), key=len, default=text)
    return text[:MOST_TRACED]


def _strings(content: bytes) -> list[str]:
    """Return every string value of a JSON text; none if it is no JSON."""
    try:
        waiting: list[Any] = [msgspec.json.decode(content)]
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return []
    found: list[str] = []
    while waiting:
        value = waiting.pop()
        if isinstance(value, str):
            found.append(value)
        elif isinstance(value, list):
            waiting.extend(value)
        elif isinstance(value, dict):
            waiting.extend(value.values())
    return found
