"""Stamping: puts the marks that are owed on one file, in the order that keeps them all whole.

Pure: bytes in, bytes and receipts out. It may take a while (a video is encoded anew for its visible
label), so the edge runs it in a process of its own.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from gateway.nouns.mark import MarkFamily, Receipt
from gateway.nouns.media import MediaFormat, MediaKind
from gateway.ports.mark import BESIDE, BesideMark, Claim, FileMark
from gateway.wire.media_type import is_strict_text, named_format, sniff

_UNSIGNED = frozenset({MediaFormat.TXT, MediaFormat.HTML})
"""What `sniff` takes any other text for."""


class Stamped(NamedTuple):
    """A file after stamping. ``format`` is None if it is none that we know. ``manifest`` belongs
    beside it."""

    content: bytes
    format: MediaFormat | None
    receipts: tuple[Receipt, ...]
    manifest: bytes = b""

    @property
    def complete(self) -> bool:
        """True if nothing that is owed failed. What a format has no place for is no failure."""
        return all(receipt.status != "failed" for receipt in self.receipts)


class Stamper:
    """Puts ``owed`` families of marks on files, with the marks given."""

    def __init__(self, marks: Sequence[FileMark], owed: Sequence[MarkFamily]) -> None:
        self._owed = tuple(family for family in MarkFamily if family in owed)
        self._marks = {
            (mark.family, each): mark for mark in marks for each in mark.formats
        }  # fmt: skip

    def stamp(
        self,
        content: bytes,
        claim: Claim,
        *,
        hint: str = "",
        without: Sequence[MarkFamily] = (),
        beside: bool = False,
    ) -> Stamped:
        """Return the file with its marks; ``hint`` is a name or media type (see `sniff`).

        The families in ``without`` are left out of this file. ``beside``: what finds no place in it
        may be given beside it.
        """
        found = _format_of(content, hint)
        owed = [family for family in self._owed if family not in without]
        strict = found is MediaFormat.TXT and is_strict_text(content, hint)
        if found is None or strict:
            reason = "strict_text" if strict else "unknown_format"
            lost = tuple(Receipt(each.value, "failed", reason) for each in owed)
            return Stamped(content, None, lost)
        claim = claim._replace(format=found, original=content)
        receipts: list[Receipt] = []
        manifest = b""
        for family in owed:
            mark = self._marks.get((family, found))
            if mark is None:
                receipts.append(_missing(family, found))
                continue
            content, receipt = mark.stamp(content, claim)
            if beside and receipt.status == "not_possible" and isinstance(mark, BesideMark):
                manifest = mark.beside(content, claim)
                if manifest:
                    receipt = Receipt(receipt.mark, "written", BESIDE)
            receipts.append(receipt)
        return Stamped(content, found, tuple(receipts), manifest)


def _format_of(content: bytes, hint: str) -> MediaFormat | None:
    """Return a file's format. Text where a picture, a sound or a film was announced is none: it is
    a broken file or a message of something that failed, and a line of ours would make it pass."""
    found, named = sniff(content, hint), named_format(hint)
    if found in _UNSIGNED and named is not None and named.kind is not MediaKind.DOCUMENT:
        return None
    return found


def _missing(family: MarkFamily, found: MediaFormat) -> Receipt:
    """Return what is said where no mark was given. The watermark is one of pictures: it is not owed
    on a sound or a document, which would otherwise be refused wherever pictures get one."""
    if family is MarkFamily.WATERMARK and found.kind is not MediaKind.IMAGE:
        return Receipt(family.value, "not_possible", "no_place_in_format")
    return Receipt(family.value, "failed", f"no_mark_for_{found.value}")
