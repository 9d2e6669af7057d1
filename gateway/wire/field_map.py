"""Field maps: which string of a JSON body is what.

A protocol is a tree of nodes; `walk` names every string of a body by it, and no string escapes:
what the map does not know comes back as unknown.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, NamedTuple

from gateway.nouns.errors import BadRequest
from gateway.nouns.segment import FieldClass, Pointer, TextForm
from gateway.wire.json import KEY
from gateway.wire.long_strings import is_base64, is_graphic, is_plain

MAX_STRINGS = 100_000
"""So many strings of one body are named; a body with more is refused, not judged in part."""

_TOKEN = re.compile(r"[!-~]{0,256}")
_NAME = re.compile(r"[A-Za-z0-9_.$/:-]{1,64}")
_DATA_URL = re.compile(r"data:[!-+\--~]{0,128};base64,")


class Node:
    """What stands at one place of a body.

    ``field_class`` says what a string here is (None: unknown); ``plain``: a protocol's own word,
    which nobody judges as long as it is one short ASCII token; ``media``: the kind of content
    that a string here encodes or names. ``members``, ``rest`` and ``items`` go deeper. ``name`` is
    what the place is called in a channel (None: its key; ``""``: it adds nothing). ``free_keys``:
    the keys of this object are texts too. ``numbered``: the elements of this list say their place
    in their member ``index``.
    """

    __slots__ = (
        "field_class", "form", "free_keys", "items", "media", "members", "name", "numbered",
        "plain", "rest",
    )  # fmt: skip

    def __init__(
        self,
        field_class: FieldClass | None = None,
        *,
        form: TextForm = TextForm.PROSE,
        plain: bool = False,
        media: str = "",
        members: Mapping[str, Node] | None = None,
        rest: Node | None = None,
        items: Node | None = None,
        name: str | None = None,
        free_keys: bool = False,
        numbered: bool = False,
    ) -> None:
        self.field_class = field_class
        self.form = form
        self.plain = plain
        self.media = media
        self.members = members or {}
        self.rest = rest
        self.items = items
        self.name = name
        self.free_keys = free_keys
        self.numbered = numbered


UNKNOWN = Node(FieldClass.UNKNOWN)
UNKNOWN.rest = UNKNOWN.items = UNKNOWN

PLAIN = Node(plain=True)
PLAIN.items = PLAIN

PLAIN_TREE = Node(plain=True)
PLAIN_TREE.rest = PLAIN_TREE.items = PLAIN_TREE


def subtree(field_class: FieldClass) -> Node:
    """Return a node under which every string and every key is of one class."""
    node = Node(field_class, free_keys=True)
    node.rest = node.items = node
    return node


class Found(NamedTuple):
    """One string of a body: where it stands, what it is, and its name in a channel.

    ``media`` is not empty if it is no text; then ``text`` is empty. ``meant`` is what the map says
    that the place is for, if that is media, whatever stands there.
    """

    pointer: Pointer
    text: str
    field_class: FieldClass
    form: TextForm
    name: str
    media: str = ""
    meant: str = ""


def is_coded(text: str) -> bool:
    """True if a string is a base64 data URL and nothing else."""
    head = _DATA_URL.match(text)
    return head is not None and is_plain(text[head.end() :], is_base64)


def is_token(text: str) -> bool:
    """True for what a protocol's own word may be: one short ASCII token."""
    return _TOKEN.fullmatch(text) is not None


NAMED = subtree(FieldClass.UNKNOWN)
"""What no map knows, judged with the names of its members."""


def walk(
    value: Any, node: Node, pointer: Pointer, name: str, found: list[Found], *,
    unknown: Node = UNKNOWN,
) -> None:  # fmt: skip
    """Append every string at and under ``value``, in wire order, that somebody has to judge.

    ``name`` is the channel name of the place itself. Protocol words that are short ASCII tokens
    are left out; so are names of unknown members that are plain identifiers, unless ``unknown``,
    the node of what the map does not know, is `NAMED`. Raises BadRequest if there are more than
    `MAX_STRINGS`.
    """
    kind = type(value)
    if len(found) > MAX_STRINGS:
        raise BadRequest(f"The body has more than {MAX_STRINGS} strings.")
    if kind is str:
        _string(value, node, pointer, name, found)
    elif kind is dict:
        _members(value, node, pointer, name, found, unknown=unknown)
    elif kind is list:
        deeper = node.items or unknown
        for index, inner in enumerate(value):
            if type(inner) in (str, dict, list):
                place = _element(inner, index, node, name)
                walk(inner, deeper, (*pointer, index), place, found, unknown=unknown)


def _string(text: str, node: Node, pointer: Pointer, name: str, found: list[Found]) -> None:
    if node.plain and is_token(text):
        return
    field_class = node.field_class or FieldClass.UNKNOWN
    if node.media and (is_coded(text) or is_plain(text, is_graphic)):
        found.append(Found(pointer, "", field_class, node.form, name, node.media, node.media))
    elif field_class is FieldClass.UNKNOWN and is_coded(text):
        found.append(Found(pointer, "", field_class, node.form, name, "data_url"))
    else:
        found.append(Found(pointer, text, field_class, node.form, name, "", node.media))


def _members(
    value: dict[str, Any], node: Node, pointer: Pointer, name: str, found: list[Found], *,
    unknown: Node,
) -> None:  # fmt: skip
    named = node.free_keys or unknown.free_keys
    for key, inner in value.items():
        deeper = node.members.get(key)
        if deeper is None:
            deeper = node.rest or unknown
            if named or not _NAME.fullmatch(key):
                field_class = node.field_class or FieldClass.UNKNOWN
                place = f"{name}.{key}.key" if name else f"{key}.key"
                found.append(Found((*pointer, key, KEY), key, field_class, TextForm.PROSE, place))
        if type(inner) in (str, dict, list):
            step = key if deeper.name is None else deeper.name
            deeper_name = f"{name}.{step}" if name and step else name or step
            walk(inner, deeper, (*pointer, key), deeper_name, found, unknown=unknown)


def _element(inner: Any, index: int, node: Node, name: str) -> str:
    if node.items is not None and node.items.name == "":
        return name
    if node.numbered and type(inner) is dict and type(inner.get("index")) is int:
        index = inner["index"]
    return f"{name}.{index}"
