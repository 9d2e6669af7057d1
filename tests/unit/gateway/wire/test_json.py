"""What gateway.wire.json promises, one promise a test."""

from __future__ import annotations

import json

import pytest

from gateway.nouns.errors import BadRequest, UpstreamBroken
from gateway.wire.json import (
    KEY,
    MAX_DEPTH,
    encode,
    encode_string,
    loads,
    loads_answer,
    locate,
    member_splices,
    removal_splices,
    splice,
    strings,
)


@pytest.mark.parametrize("strict", [True, False])
@pytest.mark.parametrize(
    "raw",
    [
        b"", b"{", b'{"a":}', b"[1,]", b"NaN", b'{"a":Infinity}', b"-Infinity", b'"\x01"',
        b"{'a':1}", b'"\xff"', b'{"a":1} x', b"1" * 5000, b"[" * 100_000, b'{"a":' * 100_000,
        b"[" * 100_000 + b"]" * 100_000, b'"\\ud8"', b"\xff\xfe[\x00]\x00",
    ],
)  # fmt: skip
def test_bad_json_is_a_clean_error(raw: bytes, strict: bool) -> None:
    """Whatever is not JSON, or too deep, raises BadRequest and nothing else."""
    with pytest.raises(BadRequest):
        loads(raw, strict=strict)


def test_error_does_not_quote_the_text() -> None:
    """The message of an error holds nothing of the body."""
    with pytest.raises(BadRequest) as caught:
        loads('{"绝密": secretword}'.encode())
    assert "secretword" not in str(caught.value)
    assert "绝密" not in str(caught.value)


def test_duplicate_keys_are_refused_when_strict() -> None:
    """Upstream may read the other one; keys that are equal after decoding count too."""
    for raw in (b'{"a":1,"a":2}', b'[{"b":{"\\u0061":1,"a":2}}]'):
        with pytest.raises(BadRequest, match="twice"):
            loads(raw, strict=True)
        loads(raw)


def test_last_duplicate_counts_otherwise() -> None:
    """Without strictness the last value wins, in decoding and in locating."""
    raw = b'{"a":"one","a":"two"}'
    start, end = locate(raw, [("a",)])[("a",)]
    assert loads(raw) == {"a": "two"} == {"a": loads(raw[start:end])}


def test_lone_surrogates_stay_readable() -> None:
    """A lone surrogate escape decodes, and encodes to an escape again."""
    for strict in (True, False):
        assert loads(b'"x\\ud800"', strict=strict) == "x\ud800"
    assert json.loads(encode_string("x\ud800")) == "x\ud800"
    assert json.loads(encode({"k": "\udfff"})) == {"k": "\udfff"}


def test_depth_is_allowed_up_to_its_limit() -> None:
    """Exactly MAX_DEPTH levels pass, one more does not; brackets in strings do not count."""
    loads(b"[" * MAX_DEPTH + b"]" * MAX_DEPTH)
    with pytest.raises(BadRequest, match="deeper"):
        loads(b"[" * (MAX_DEPTH + 1) + b"]" * (MAX_DEPTH + 1))
    loads(encode("[" * 5000))


def test_byte_order_mark_is_looked_through() -> None:
    """A mark in front changes neither the value nor the places."""
    raw = b'\xef\xbb\xbf {"a": "b"}'
    start, end = locate(raw, [("a",)])[("a",)]
    assert loads(raw) == {"a": "b"}
    assert raw[start:end] == b'"b"'


def test_locate_finds_values_keys_and_the_whole() -> None:
    """Values with their quotes, keys on request, the whole value as the empty pointer."""
    raw = b' { "a\\u00e9" : [ 1 , {"b" : "x\\"y}"} , null ] , "c":{} } '
    spans = locate(raw, [(), ("aé", 1, "b"), ("aé", KEY), ("aé", 2), ("c",), ("none",), ("c", 0)])
    found = {pointer: raw[start:end] for pointer, (start, end) in spans.items()}
    assert found == {
        (): raw.strip(),
        ("aé", 1, "b"): b'"x\\"y}"',
        ("aé", KEY): b'"a\\u00e9"',
        ("aé", 2): b"null",
        ("c",): b"{}",
    }


def test_splices_replace_and_insert_in_order() -> None:
    """Insertions at one place keep their order; overlaps are refused."""
    assert splice(b"abcdef", [(3, 5, b"X"), (1, 1, b"1"), (1, 1, b"2")]) == b"a12bcXf"
    with pytest.raises(ValueError, match="overlap"):
        splice(b"abc", [(0, 2, b""), (1, 3, b"")])


@pytest.mark.parametrize(
    ("raw", "wanted"),
    [
        (b"{}", b'{"x":1,"y":"z"}'),
        (b' { "a" : 2 } \n', b' { "a" : 2 ,"x":1,"y":"z"} \n'),
        (b'{"x":{"deep":"}"},"b":0}', b'{"x":1,"b":0,"y":"z"}'),
        (b'{"\\u0078":9}', b'{"\\u0078":1,"y":"z"}'),
        *(
            (b'{"d":[{"f":%b}],"x":[%b]}' % (each, each), b'{"d":[{"f":%b}],"x":1,"y":"z"}' % each)
            for each in (b'"%b"' % (b"A" * 90_000), b'"%b"' % (b'A\\"]' * 30_000))
        ),
    ],
    ids=["empty", "spaces", "there", "escaped", "file", "file with escapes"],
)
def test_members_come_last_or_take_their_place(raw: bytes, wanted: bytes) -> None:
    """New members stand before the last brace; one that is there gets the new value."""
    assert splice(raw, member_splices(raw, [("x", 1), ("y", "z")])) == wanted


def test_members_need_an_object() -> None:
    """An array takes no members."""
    with pytest.raises(ValueError, match="object"):
        member_splices(b"[1]", [("x", 1)])


@pytest.mark.parametrize("dropped", [{0}, {1}, {3}, {0, 1}, {1, 2}, {2, 3}, {0, 3}, {0, 1, 2, 3}])
def test_removed_elements_leave_a_valid_array(dropped: set[int]) -> None:
    """Whatever is taken out, the rest is the array of the others."""
    raw = b'{"m": [ "a" ,\n"b", "c,]" , "d" ]}'
    spans = locate(raw, [("m", index) for index in range(4)])
    result = splice(raw, removal_splices([spans["m", index] for index in range(4)], dropped))
    others = [text for index, text in enumerate(["a", "b", "c,]", "d"]) if index not in dropped]
    assert loads(result) == {"m": others}


def test_strings_names_values_and_keys() -> None:
    """Every string comes with its pointer, keys as well."""
    assert list(strings({"a": ["b", 1, {"c": "d"}]})) == [
        (("a", KEY), "a"),
        (("a", 0), "b"),
        (("a", 2, "c", KEY), "c"),
        (("a", 2, "c"), "d"),
    ]


def test_a_large_text_with_files_is_read_as_strictly() -> None:
    """A key that stands twice is refused however much base64 is around it."""
    file = b"A" * 300_000
    good = b'{"a":"%b","b":["x\\"y","%b"]}' % (file, file)
    assert loads(good, strict=True) == {"a": file.decode(), "b": ['x"y', file.decode()]}
    for bad in (good[:-1] + b',"b":1}', good[:-1], b'{"a":%b}' % (b"1" * 300_000)):
        with pytest.raises(BadRequest):
            loads(bad, strict=True)


def test_an_answer_with_a_key_twice_is_refused_as_the_upstreams() -> None:
    """Nobody knows which of two values a client reads."""
    assert loads_answer(b'{"a":[1]}') == {"a": [1]}
    for raw in (b'{"a":1,"a":2}', b"{"):
        with pytest.raises(UpstreamBroken):
            loads_answer(raw)
