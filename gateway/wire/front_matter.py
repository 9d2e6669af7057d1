"""YAML front matter of a Markdown file: found, read, and one of its keys replaced.

Front matter is a block between a first line ``---`` and the next line ``---`` or ``...``. Editing
replaces the lines of one top-level key and nothing else, so that comments, order and quoting of the
others stay; the block is read again afterwards by a YAML reader.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, NamedTuple

import msgspec
from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

LONGEST = 64 * 1024

_OPENING = re.compile(r"\ufeff?---[ \t]*(?:\r\n|\n)")
_CLOSING = re.compile(r"^(?:---|\.\.\.)[ \t]*(?:\r?\n|\Z)", re.MULTILINE)
_OTHER_KINDS = ("+++",)


class FrontMatterError(ValueError):
    """The front matter cannot be read or edited; the message is one word."""


class FrontMatter(NamedTuple):
    """A text in parts: what stands before the block's lines, these lines, and what follows.

    Without front matter ``opening`` is at most the byte order mark and ``lines`` is None.
    """

    opening: str
    lines: str | None
    rest: str

    @property
    def newline(self) -> str:
        """The line end that the file uses first."""
        found = re.search(r"\r?\n", self.opening + (self.lines or "") + self.rest)
        return found[0] if found else "\n"


def split_front_matter(text: str) -> FrontMatter:
    """Return the parts of a text. A ``---`` that nothing closes is a line of the text.

    Raises FrontMatterError if the block is of another kind (TOML) or longer than 64 KiB.
    """
    mark = "\ufeff" if text.startswith("\ufeff") else ""
    if text[len(mark) :].startswith(_OTHER_KINDS):
        raise FrontMatterError("front_matter_not_yaml")
    opened = _OPENING.match(text)
    if opened is None:
        return FrontMatter(mark, None, text[len(mark) :])
    closed = _CLOSING.search(text, opened.end(), opened.end() + LONGEST)
    if closed is None:
        if _CLOSING.search(text, opened.end()):
            raise FrontMatterError("front_matter_too_long")
        return FrontMatter(mark, None, text[len(mark) :])
    return FrontMatter(
        text[: opened.end()], text[opened.end() : closed.start()], text[closed.start() :]
    )


def read_key(text: str, key: str) -> list[Any]:
    """Return the values of a top-level key, compared without case; scalars are strings.

    Raises FrontMatterError if there is a block that is not a YAML mapping.
    """
    parts = split_front_matter(text)
    if parts.lines is None:
        return []
    return [
        value for name, value in _loaded(parts.lines).items() if str(name).lower() == key.lower()
    ]


def with_key(text: str, key: str, members: Mapping[str, str]) -> str:
    """Return the text with a top-level key that holds a mapping of strings, as the only one.

    Raises FrontMatterError if the block cannot be read, before or after.
    """
    parts = split_front_matter(text)
    end = parts.newline
    block = f"{key}:{end}" + "".join(
        f"  {name}: {msgspec.json.encode(value).decode()}{end}" for name, value in members.items()
    )
    if parts.lines is None:
        written = f"{parts.opening}---{end}{block}---{end}{parts.rest}"
    else:
        before = _loaded(parts.lines)
        kept = _without(parts.lines, key)
        if kept and not kept.endswith("\n"):
            kept += end
        written = parts.opening + kept + block + parts.rest
        others = {name: value for name, value in before.items() if str(name).lower() != key.lower()}
        if _loaded(kept + block) != {**others, key: dict(members)}:
            raise FrontMatterError("front_matter_not_editable")
    return written


def _without(lines: str, key: str) -> str:
    """Return the lines without those of a top-level key: its own, and what is indented below."""
    kept, dropping = [], False
    opening = re.compile(rf"""(["']?){re.escape(key)}\1[ \t]*:""", re.IGNORECASE)
    for line in lines.splitlines(keepends=True):
        if line[:1] not in {" ", "\t", "\r", "\n", "#", ""}:
            dropping = opening.match(line) is not None
        if not dropping:
            kept.append(line)
    return "".join(kept)


def _loaded(lines: str) -> dict[Any, Any]:
    reader = YAML(typ="base", pure=True)
    try:
        value = reader.load(lines)
    except (YAMLError, ValueError, RecursionError):
        raise FrontMatterError("front_matter_unreadable") from None
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise FrontMatterError("front_matter_unreadable")
    return value
