"""The label of plain text and Markdown: a line of its own, first or last, with a blank line beside.

In Markdown it stands behind the front matter and never inside a code block, a comment or another
raw block: where the text ends inside one, the end label stands at the start instead, which is as
good a place (GB 45438-2025, 5.1).
"""

from __future__ import annotations

import re

from gateway.marks.document_label.writer import LabelError, Shown, plain_text
from gateway.matching.label_code import CODE_PATTERN, is_code
from gateway.nouns.mark import LabelPosition
from gateway.wire.front_matter import FrontMatterError, split_front_matter
from gateway.wire.manifest_place import manifest_places

_LONGEST = 72
_AI = re.compile(r"人工智能|(?<![A-Za-z])AI(?![A-Za-z])|artificial intelligence", re.IGNORECASE)
_GENERATED = re.compile(r"生成|合成|generat|synthe", re.IGNORECASE)
_CODE = re.compile(rf" · ({CODE_PATTERN})\Z")
_FENCE = re.compile(r"^ {0,3}(`{3,}|~{3,})(.*)$", re.MULTILINE)
_RAW = (("<!--", "-->"), ("<script", "</script"), ("<style", "</style"), ("<pre", "</pre"),
        ("<textarea", "</textarea"), ("<?", "?>"), ("<![cdata[", "]]>"))  # fmt: skip
_LAST_LINE = re.compile(r"(?:\A|\n)([^\r\n]*)\s*\Z")


class ProseWriter:
    """Labels a text; a Writer."""

    both = True

    def __init__(self, *, markdown: bool) -> None:
        self._markdown = markdown

    def read(self, content: bytes) -> list[Shown]:
        """Return the label lines at the ends: short, with both elements, on a line of their own."""
        _, body, _ = self._parts(content)
        found = []
        first = _first_line(body)
        if is_label(first):
            found.append(Shown(LabelPosition.START, first))
        last = _last_line(body)
        alone = first is not last and body.strip() != first
        if alone and is_label(last) and not (self._markdown and _is_open(body)):
            found.append(Shown(LabelPosition.END, last))
        return found

    def write(self, content: bytes, wanted: list[Shown]) -> bytes:
        """Put the lines in; label lines with a code that stand there give way."""
        head, body, tail = self._parts(content)
        end = "\r\n" if "\r\n" in head + body else "\n"
        body = _without_labels(body, end)
        lines = {shown.at: shown.line for shown in wanted}
        last = lines.get(LabelPosition.END, "")
        if last and self._markdown and _is_open(body):
            lines.setdefault(LabelPosition.START, lines.pop(LabelPosition.END))
            last = ""
        if last:
            body = body.rstrip("\r\n") + (end * 2 if body.strip() else "") + last + end
        first = lines.get(LabelPosition.START, "")
        if first:
            body = first + end * (2 if body else 1) + body.lstrip("\r\n")
        return (head + body + tail).encode()

    def _parts(self, content: bytes) -> tuple[str, str, str]:
        """Return what stands before the text itself, the text, and a manifest behind it."""
        places = manifest_places(content)
        ends = bool(places) and not content[sum(places[-1][:2]) :].strip()
        at = places[-1].start if ends else len(content)
        return *self._head_and_body(plain_text(content[:at])), content[at:].decode()

    def _head_and_body(self, text: str) -> tuple[str, str]:
        if not self._markdown:
            mark = "\ufeff" if text.startswith("\ufeff") else ""
            return mark, text[len(mark) :]
        try:
            parts = split_front_matter(text)
        except FrontMatterError as error:
            raise LabelError(str(error)) from error
        if parts.lines is None:
            return parts.opening, parts.rest
        closing = parts.rest.find("\n") + 1 or len(parts.rest)
        head = parts.opening + parts.lines + parts.rest[:closing]
        if not head.endswith("\n"):
            head += parts.newline
        return head, parts.rest[closing:]


def is_label(line: str) -> bool:
    """Say whether a line is a visible label: short, with an AI and a generation element."""
    return len(line) <= _LONGEST and bool(_AI.search(line)) and bool(_GENERATED.search(line))


def code_of(line: str) -> str:
    """Return the valid label code at the end of a label line, empty if there is none."""
    found = _CODE.search(line)
    return found[1] if found and is_code(found[1]) else ""


def _first_line(body: str) -> str:
    return body.lstrip().partition("\n")[0].strip()


def _last_line(body: str) -> str:
    return body.rstrip().rpartition("\n")[2].strip()


def _without_labels(body: str, end: str) -> str:
    """Take label lines of ours, which end in a valid code, out of the two ends."""
    first = _first_line(body)
    if is_label(first) and code_of(first):
        body = body.lstrip()[len(first) :].lstrip(" \t").lstrip("\r\n")
    last = _last_line(body)
    if is_label(last) and code_of(last):
        body = body.rstrip()[: -len(last)].rstrip()
        body += end if body else ""
    return body


def _is_open(body: str) -> bool:
    """Say whether a Markdown text ends inside a fence or a raw block."""
    fence = ""
    for found in _FENCE.finditer(body):
        if not fence:
            fence = "" if "`" in found[2] and found[1][0] == "`" else found[1]
        elif found[1][0] == fence[0] and len(found[1]) >= len(fence) and not found[2].strip():
            fence = ""
    folded = body.casefold()
    return bool(fence) or any(folded.rfind(a) > folded.rfind(b) for a, b in _RAW)
