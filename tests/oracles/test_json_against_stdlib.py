"""gateway.wire.json against the standard library, on documents of every shape."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.nouns.errors import BadRequest
from gateway.wire.json import KEY, encode_string, loads, locate, splice, strings

TEXTS = st.text(st.characters(codec=None), max_size=8) | st.sampled_from(
    ['"', "\\", '\\"', "}", "]", "{[", ",", ":", " ", "\n", "\ud800", "赌博", "\u2028", "", "a\x7f"]
)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False)
    | TEXTS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXTS, inner, max_size=4),
    max_leaves=12,
)  # fmt: skip
SPACE = st.text(" \t\n\r", max_size=2)


@st.composite
def documents(draw: st.DrawFn) -> tuple[Any, bytes]:
    """A value and one of the many ways to write it."""

    def write_string(text: str) -> str:
        ascii_only = draw(st.booleans()) or any("\ud800" <= letter <= "\udfff" for letter in text)
        return json.dumps(text, ensure_ascii=ascii_only)

    def write(value: Any) -> str:
        if isinstance(value, str):
            return write_string(value)
        if isinstance(value, list):
            inner = ",".join(draw(SPACE) + write(one) + draw(SPACE) for one in value)
            return f"[{inner or draw(SPACE)}]"
        if isinstance(value, dict):
            inner = ",".join(
                draw(SPACE) + write_string(key) + draw(SPACE) + ":" + draw(SPACE) + write(one)
                + draw(SPACE)
                for key, one in value.items()
            )  # fmt: skip
            return "{" + (inner or draw(SPACE)) + "}"
        return json.dumps(value)

    value = draw(VALUES)
    return value, (draw(SPACE) + write(value) + draw(SPACE)).encode("utf-8")


def pointers(value: Any, at: tuple[str | int, ...] = ()) -> list[tuple[str | int, ...]]:
    """Every pointer into a value."""
    found = [at]
    if isinstance(value, list):
        for index, inner in enumerate(value):
            found += pointers(inner, (*at, index))
    if isinstance(value, dict):
        for key, inner in value.items():
            found += [(*at, key, KEY), *pointers(inner, (*at, key))]
    return found


def at_pointer(value: Any, pointer: tuple[str | int, ...]) -> Any:
    """The value, or key, at a pointer."""
    if pointer[-1:] == (KEY,):
        return pointer[-2]
    for step in pointer:
        value = value[step]
    return value


@settings(max_examples=200, deadline=None)
@given(documents())
def test_loads_agrees(document: tuple[Any, bytes]) -> None:
    """What the standard library reads, we read the same way."""
    value, raw = document
    assert loads(raw, strict=True) == value == json.loads(raw)


@settings(max_examples=200, deadline=None)
@given(documents())
def test_locate_finds_each_value(document: tuple[Any, bytes]) -> None:
    """The bytes of every span decode to the value that stands there, and none is missing."""
    value, raw = document
    wanted = pointers(value)
    spans = locate(raw, wanted)
    assert set(spans) == set(wanted)
    for pointer, (start, end) in spans.items():
        assert json.loads(raw[start:end]) == at_pointer(value, pointer)


@settings(max_examples=200, deadline=None)
@given(documents(), st.data())
def test_splicing_one_string_changes_only_it(
    document: tuple[Any, bytes], data: st.DataObject
) -> None:
    """A new string in one place leaves every other string, and every other byte, as it was."""
    value, raw = document
    places = [pointer for pointer, _ in strings(value) if pointer[-1:] != (KEY,)]
    if not places:
        return
    pointer, new = data.draw(st.sampled_from(places)), data.draw(TEXTS)
    start, end = locate(raw, [pointer])[pointer]
    edited = splice(raw, [(start, end, encode_string(new))])
    before, after = dict(strings(value)), dict(strings(loads(edited)))
    assert after == {**before, pointer: new}
    assert edited.startswith(raw[:start])
    assert edited.endswith(raw[end:])


@settings(max_examples=300, deadline=None)
@given(documents(), st.data())
def test_broken_documents_agree(document: tuple[Any, bytes], data: st.DataObject) -> None:
    """With a byte changed or lost, we read it as the standard library does or refuse it as well."""
    _, raw = document
    at = data.draw(st.integers(0, max(len(raw) - 1, 0)))
    byte = data.draw(st.sampled_from([b"", b'"', b"\\", b",", b"}", b"]", b"0", b" ", b"\xff"]))
    broken = raw[:at] + byte + raw[at + 1 :]
    try:
        wanted = json.loads(broken.decode("utf-8"))
    except ValueError:
        with pytest.raises(BadRequest):
            loads(broken)
        return
    assert loads(broken) == wanted
