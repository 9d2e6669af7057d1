"""Marks of our own at the port, for tests of what puts marks on files. They are made anew in each
sealing process, so this module imports little."""

from __future__ import annotations

import os
import time
import zlib

from gateway.nouns.mark import FileMarksOrder, MarkFamily, Receipt
from gateway.nouns.media import MediaFormat
from gateway.ports.mark import Claim, FileMark


def chunk(kind: bytes, content: bytes) -> bytes:
    """Return one chunk of a PNG."""
    check = zlib.crc32(kind + content).to_bytes(4, "big")
    return len(content).to_bytes(4, "big") + kind + content + check


class NoteMark:
    """A mark that writes what it is and the code: a text chunk of a PNG, at the end of the rest."""

    def __init__(self, family: MarkFamily) -> None:
        self.family = family
        self.name = f"note_{family.value}"
        self.formats = frozenset(MediaFormat) - {MediaFormat.GIF}

    def stamp(self, content: bytes, claim: Claim) -> tuple[bytes, Receipt]:
        """Write the note; a file that names a disaster brings it about."""
        _disaster(content)
        note = self._note(claim)
        if note in content:
            return content, Receipt(self.name, "written", "it was there")
        if content.startswith(b"\x89PNG"):
            return content[:-12] + chunk(b"tEXt", note) + content[-12:], _written(self.name)
        return content + note, _written(self.name)

    def verify(self, content: bytes) -> list[Claim]:
        """Nobody asks."""
        del content
        return []

    def _note(self, claim: Claim) -> bytes:
        words = claim.line if self.family is MarkFamily.LABEL else claim.exchange
        return f"{self.family.value}\0{claim.code} {words}".encode()


def _written(name: str) -> Receipt:
    return Receipt(name, "written")


def _disaster(content: bytes) -> None:
    if b"!die!" in content:
        os._exit(9)
    if b"!hang!" in content:
        time.sleep(600)
    if b"!grow!" in content:
        bytearray(64 * 1024**3)
    if b"!slow!" in content:
        time.sleep(0.5)


def notes(order: FileMarksOrder, keys: object) -> list[FileMark]:
    """Return the marks of these tests; they are made anew in each sealing process."""
    del order, keys
    return [NoteMark(MarkFamily.LABEL), NoteMark(MarkFamily.METADATA)]


class BesideNote(NoteMark):
    """A credential that finds no place in any file, and stands beside all but those that say no."""

    def stamp(self, content: bytes, claim: Claim) -> tuple[bytes, Receipt]:
        """Leave the file as it is."""
        del claim
        return content, Receipt(self.name, "not_possible", "no_place_in_format")

    def beside(self, content: bytes, claim: Claim) -> bytes:
        """Return the note, unless the file says no."""
        return b"" if b"!alone!" in content else self._note(claim)


def notes_beside(order: FileMarksOrder, keys: object) -> list[FileMark]:
    """Return the marks of these tests and one that stands beside the file."""
    return [*notes(order, keys), BesideNote(MarkFamily.CREDENTIAL)]
