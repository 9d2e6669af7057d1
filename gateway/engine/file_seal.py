"""File seal: carries out one order: from the wire's form to bytes, marks on, and back. Pure.

It may take a while, so the edge has it done in a process of its own (see gateway.edge.media_pool).
"""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Callable
from functools import partial
from typing import Any, NamedTuple

from gateway.engine.stamping import Stamped, Stamper
from gateway.matching.picture_hash import looks
from gateway.nouns.errors import MarkFailed
from gateway.nouns.mark import NO_KEYS, FileMarksOrder, MarkFamily, MarkKeys
from gateway.nouns.media import MediaFormat, MediaKind
from gateway.nouns.picture import Looks
from gateway.ports.adapter import Coding
from gateway.ports.mark import Claim, FileMark
from gateway.ports.session import Sealed, SealOrder
from gateway.wire.held_file import HeldFileError, strict_base64
from gateway.wire.picture_limit import bound_pictures

Pictures = Callable[[bytes], tuple[Looks, ...]]
Words = Callable[[bytes, MediaFormat], str]
Making = Callable[[Any], bytes]
_DATA_URL = re.compile(r"data:([!-+\--~]{0,128});base64,")


def no_pictures(_: bytes) -> tuple[Looks, ...]:
    """Return nothing: nobody looks at the pictures."""
    return ()


def no_words(_content: bytes, _found: MediaFormat) -> str:
    """Return nothing: nobody reads the documents."""
    return ""


def seen_pictures(content: bytes) -> tuple[Looks, ...]:
    """Return by what a picture is found again."""
    seen = looks(content)
    return () if seen is None else (seen,)


def nothing_to_make(_: Any) -> bytes:
    """Raise MarkFailed: no stream mark has anything made here."""
    raise MarkFailed("Nothing is made for streams.")


class FileSeal:
    """Carries out orders with one stamper. ``pictures`` gives the looks of a picture as
    it leaves, with its marks on it; ``make`` what stream marks want; ``words`` what a document says
    that came."""

    def __init__(
        self,
        stamper: Stamper,
        pictures: Pictures = no_pictures,
        make: Making = nothing_to_make,
        words: Words = no_words,
    ) -> None:
        self._stamper = stamper
        self._pictures = pictures
        self._make = make
        self._words = words

    def __call__(self, order: SealOrder) -> Sealed:
        """Return the sealed file. Raises MarkFailed if the wire's form cannot be read."""
        if order.making is not None:
            made = self._make(order.making)
            return Sealed(made, "", len(made), "", ())
        head, content, named = unpacked(order)
        without = (MarkFamily.LABEL,) if order.unlabelled else ()
        stamped = self._stamper.stamp(
            content,
            order.claim,
            hint=order.hint or named,
            without=without,
            beside=order.beside,
        )
        data = stamped.content
        if order.coding is not Coding.RAW:
            data = head + base64.b64encode(data)
        return Sealed(
            data=data,
            format=stamped.format.value if stamped.format else "",
            size=len(stamped.content),
            sha256=hashlib.sha256(stamped.content).hexdigest(),
            receipts=stamped.receipts,
            pictures=self._pictures(stamped.content) if _is_picture(stamped) else (),
            manifest=stamped.manifest,
            words=self._said(content, stamped.format),
        )

    def _said(self, content: bytes, found: MediaFormat | None) -> str:
        is_document = found is not None and found.kind is MediaKind.DOCUMENT
        return self._words(content, found) if found and is_document else ""

    def stamp(self, content: bytes, claim: Claim, *, hint: str) -> Stamped:
        """Return a file with its marks."""
        return self._stamper.stamp(content, claim, hint=hint)


Marks = Callable[[FileMarksOrder, MarkKeys], list[FileMark]]


class SealRecipe(NamedTuple):
    """How a sealer of files is made, wherever that is: it travels to the sealing processes, and the
    command line follows it too, so ``marks`` is a function with a name. ``pixels`` bounds pictures.
    """

    marks: Marks
    order: FileMarksOrder
    owed: tuple[MarkFamily, ...]
    keys: MarkKeys = NO_KEYS
    pixels: int = 100_000_000
    making: Making = nothing_to_make
    words: Words = no_words

    def make(self) -> FileSeal:
        """Return the sealer."""
        bound_pictures(self.pixels)
        seen = seen_pictures if self.order.fingerprint else no_pictures
        stamper = Stamper(self.marks(self.order, self.keys), self.owed)
        words = self.words if self.order.fingerprint else no_words
        return FileSeal(stamper, seen, self.making, words)


def seal_process(recipe: SealRecipe) -> Callable[[], FileSeal]:
    """Return what makes a sealer in another process."""
    return partial(SealRecipe.make, recipe)


def _is_picture(stamped: Stamped) -> bool:
    return stamped.format is not None and stamped.format.kind is MediaKind.IMAGE


def unpacked(order: SealOrder) -> tuple[bytes, bytes, str]:
    """Return what stands before the coded content, the content, and the format that it names.

    Raises MarkFailed if it is not what its coding says.
    """
    if order.coding is Coding.RAW:
        return b"", b"".join(p if isinstance(p, bytes) else p.encode() for p in order.parts), ""
    parts = [part if isinstance(part, str) else part.decode("latin-1") for part in order.parts]
    head, named = "", ""
    if order.coding is Coding.DATA_URL:
        found = _DATA_URL.match(parts[0])
        if found is None:
            raise MarkFailed("A file is no data URL with base64.")
        head, named = found[0], found[1]
        parts[0] = parts[0][found.end() :]
    content = b"".join(_content(part) for part in parts)
    if not content:
        raise MarkFailed("A file is empty.")
    return head.encode("ascii"), content, named


def _content(text: str) -> bytes:
    try:
        return strict_base64(text)
    except HeldFileError:
        raise MarkFailed("A file is not base64.") from None
