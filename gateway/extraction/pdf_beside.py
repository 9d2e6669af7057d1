"""What a PDF says beside its pages: notes, fields, bookmarks, scripts, labels, the description.

Also the pages as they are without replacement texts: a stretch with one (``ActualText``, ISO
32000-2, 14.9.4) says that text to most readers, while others, and eyes, meet the letters below it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from io import BytesIO
from typing import Any, NamedTuple

import pikepdf

from gateway.extraction.passages import ReadFault
from gateway.extraction.plain import decoded
from gateway.ports.media import Fault

_MUTE = frozenset(
    {"/ID", "/O", "/U", "/OE", "/UE", "/Perms", "/CheckSum", "/Cert", "/Registry", "/Ordering",
     "/Lookup", "/CharSet", "/CIDSet", "/DA", "/D", "/Dest"}
)  # fmt: skip
"""Entries whose strings are keys, numbers and names of places."""

_LISTED = frozenset({"/Opt", "/Order", "/I", "/V", "/DV", "/XFA"})
"""Arrays whose strings are shown."""

_STREAMS = frozenset({"/V", "/DV", "/RC", "/JS", "/XFA", "/Metadata"})
"""Entries whose streams are texts."""

_CONTROL = re.compile(r"[\x00-\x08\x0b\x0e-\x1f]")
_BLANKS = re.compile(r"\s{2,}")
_REPLACES = "/ActualText"
_MARKED = re.compile(rb"/(?:ActualText|Alt|E)(?![A-Za-z])|/[^\s/<>\[\](){}]*#")
"""What a content stream holds in which texts stand that are no letters, however it is spelled."""

_BEGINS = frozenset({"BDC", "DP"})
_DEEPEST = 40
_MOST_OBJECTS = 200_000


class Beside(NamedTuple):
    """What was read: the description, all other strings, the file without replacement texts if it
    has any, and whether there are other files in it."""

    properties: list[str]
    strings: list[str]
    bare: bytes
    holds_files: bool


def read_beside(content: bytes) -> Beside:
    """Read a file. Raises ReadFault if it has too many objects, and what pikepdf raises."""
    with pikepdf.open(BytesIO(content), suppress_warnings=True) as pdf:
        walk = _Walk()
        for number, each in enumerate(pdf.objects):
            if number > _MOST_OBJECTS:
                raise ReadFault(Fault.TOO_LARGE)
            walk.meet(each, 0)
        marked = [text for each in _with_contents(pdf) for text in _replaced(pdf, each, walk)]
        out = BytesIO()
        if walk.replaced:
            pdf.save(out)
        return Beside(
            list(_description(pdf)), [*walk.found, *marked], out.getvalue(), walk.holds_files
        )


def _description(pdf: pikepdf.Pdf) -> Iterator[str]:
    for key, value in pdf.docinfo.items():
        if isinstance(value, pikepdf.String):
            yield f"{key[1:]}\n{value}"


class _Walk:
    """Meets all objects of a file, and takes the replacement texts out of them."""

    def __init__(self) -> None:
        self.found: list[str] = []
        self.holds_files = False
        self.replaced = False

    def meet(self, value: Any, depth: int) -> None:
        """Take what an object says, and what stands in it itself."""
        if depth > _DEEPEST:
            return
        if isinstance(value, pikepdf.Array):
            for each in value:
                if isinstance(each, (pikepdf.Array, pikepdf.Dictionary)) and not each.is_indirect:
                    self.meet(each, depth + 1)
        elif isinstance(value, pikepdf.Dictionary):
            self.holds_files |= "/EF" in value
            for key, each in value.items():
                self._entry(key, each, depth)
            if _REPLACES in value:
                del value[_REPLACES]
                self.replaced = True

    def _entry(self, key: str, value: Any, depth: int) -> None:
        if isinstance(value, pikepdf.String):
            if key not in _MUTE:
                self._take(str(value))
        elif isinstance(value, pikepdf.Stream):
            if key in _STREAMS:
                self._take(decoded(value.read_bytes()) or "")
        elif isinstance(value, pikepdf.Array) and key in _LISTED:
            self._listed(value, depth)
        elif not getattr(value, "is_indirect", True):
            self.meet(value, depth + 1)

    def _listed(self, values: pikepdf.Array, depth: int) -> None:
        if depth > _DEEPEST:
            return
        for each in values:
            if isinstance(each, pikepdf.String):
                self._take(str(each))
            elif isinstance(each, pikepdf.Stream):
                self._take(decoded(each.read_bytes()) or "")
            elif isinstance(each, pikepdf.Array):
                self._listed(each, depth + 1)

    def _take(self, text: str) -> None:
        if text and not _CONTROL.search(text):
            self.found.append(_BLANKS.sub("\n", text))


def _with_contents(pdf: pikepdf.Pdf) -> Iterator[Any]:
    """Yield what draws: pages, and the forms that they draw again and again."""
    yield from pdf.pages
    for each in pdf.objects:
        if isinstance(each, pikepdf.Stream) and each.get("/Subtype") == pikepdf.Name.Form:
            yield each


def _replaced(pdf: pikepdf.Pdf, drawn: Any, walk: _Walk) -> Iterator[str]:
    """Yield the texts of marked stretches, and take the replacement texts out of them."""
    is_page = isinstance(drawn, pikepdf.Page)
    if is_page:
        contents = drawn.obj.get("/Contents", [])
        parts = [contents] if isinstance(contents, pikepdf.Stream) else list(contents)
        raw = b"\n".join(part.read_bytes() for part in parts)
    else:
        raw = drawn.read_bytes()
    if not _MARKED.search(raw):
        return
    drawing = list(pikepdf.parse_content_stream(drawn))
    said = _Walk()
    for each in drawing:
        if str(each.operator) in _BEGINS and isinstance(each.operands[-1], pikepdf.Dictionary):
            said.meet(each.operands[-1], 0)
    yield from said.found
    if said.replaced:
        walk.replaced = True
        bare = pikepdf.unparse_content_stream(drawing)
        if is_page:
            drawn.obj.Contents = pdf.make_stream(bare)
        else:
            drawn.write(bare)
