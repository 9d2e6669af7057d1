"""What gateway.wire.field_map promises, one promise a test."""

from __future__ import annotations

import pytest

from gateway.nouns.errors import BadRequest
from gateway.nouns.segment import FieldClass
from gateway.wire.field_map import MAX_STRINGS, PLAIN, Found, Node, is_coded, subtree, walk
from gateway.wire.json import KEY

MAP = Node(
    members={
        "id": PLAIN,
        "text": Node(FieldClass.CONTENT),
        "parts": Node(items=Node(name="", members={"text": Node(FieldClass.CONTENT, name="")})),
        "calls": Node(
            numbered=True,
            items=Node(members={"inner": Node(name="", members={"x": Node(FieldClass.USER)})}),
        ),
        "picture": Node(media="image"),
        "schema": subtree(FieldClass.TOOL_DEFINITION),
    }
)


def found(value: object) -> list[Found]:
    """Walk with the map of these tests."""
    out: list[Found] = []
    walk(value, MAP, (), "", out)
    return out


def test_known_strings_get_their_class() -> None:
    """A mapped string has its class, pointer and channel name."""
    (one,) = found({"text": "hi"})
    assert (one.pointer, one.text, one.field_class, one.name) == (
        ("text",), "hi", FieldClass.CONTENT, "text",
    )  # fmt: skip


def test_unknown_strings_are_found_at_any_depth() -> None:
    """What the map does not know is unknown, on a channel of its own path."""
    out = found({"new": {"deep": ["a", {"b": "c"}]}})
    assert [(one.name, one.text, one.field_class) for one in out] == [
        ("new.deep.0", "a", FieldClass.UNKNOWN),
        ("new.deep.1.b", "c", FieldClass.UNKNOWN),
    ]


@pytest.mark.parametrize(
    ("value", "count"), [("abc-1", 0), ("two words", 1), ("密", 1), ("x" * 300, 1)]
)
def test_plain_words_are_short_tokens(value: str, count: int) -> None:
    """A protocol's own word is left out only while it looks like one."""
    assert len(found({"id": value})) == count


def test_plain_objects_hide_nothing() -> None:
    """An object where a plain word is expected is searched like any unknown one."""
    assert [one.text for one in found({"id": {"x": "token"}})] == ["token"]


def test_parts_join_and_calls_are_numbered() -> None:
    """Parts of one text share a channel; calls have one each, by the index they name."""
    out = found(
        {"parts": [{"text": "a"}, {"text": "b"}], "calls": [{"index": 3, "inner": {"x": "c"}}]}
    )
    assert [one.name for one in out] == ["parts", "parts", "calls.3.x"]


def test_keys_are_texts_where_they_are_free() -> None:
    """Keys count in free subtrees, elsewhere only if they are no identifiers."""
    out = found({"schema": {"word": 1}, "fine_name": 1, "not fine": 1})
    assert [(one.pointer, one.text, one.field_class) for one in out] == [
        (("schema", "word", KEY), "word", FieldClass.TOOL_DEFINITION),
        (("not fine", KEY), "not fine", FieldClass.UNKNOWN),
    ]


def test_media_is_told_from_text() -> None:
    """Coded media is named by kind; words where media should be are text."""
    out = found({"picture": "data:image/png;base64,AAAA", "other": "data:x/y;base64,QUJD"})
    assert [(one.media, one.text) for one in out] == [("image", ""), ("data_url", "")]
    assert [(one.media, one.text) for one in found({"picture": "read me"})] == [("", "read me")]


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("data:image/png;base64,AA==", True),
        ("data:image/png;base64,赌博", False),
        ("data:image/png;base64,two words", False),
        ("data:text/plain,hello", False),
    ],
)
def test_only_pure_base64_is_coded(text: str, wanted: bool) -> None:
    """A data URL with anything but base64 in it is text."""
    assert is_coded(text) is wanted


def test_too_many_strings_are_refused() -> None:
    """A body of endless strings is refused, whatever they are."""
    with pytest.raises(BadRequest, match="strings"):
        found({"new": ["x"] * (MAX_STRINGS + 2)})
