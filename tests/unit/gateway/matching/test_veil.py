"""Placeholders out, values back, and nothing else changed."""

from __future__ import annotations

import hashlib
import re
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.matching import veil
from gateway.matching.veil import HOLD, WORDS, VeilMap, placeholder

_KEY = b"k" * 32
_MOBILE = ("personal_data.mobile", "13800138001")


def _map(*pairs: tuple[str, str]) -> tuple[VeilMap, list[str]]:
    made = VeilMap(_KEY, "default", "li.na")
    return made, [made.veil(category, value) for category, value in pairs]


def test_form() -> None:
    """A word for the model, eight Crockford characters, brackets; ASCII only."""
    mark = placeholder(_KEY, "default", "li.na", *_MOBILE)
    assert re.fullmatch(r"\[PHONE_[0-9A-HJKMNP-TV-Z]{8}\]", mark)
    assert placeholder(_KEY, "t", "s", "secret.github", "x").startswith("[SECRET_")
    assert placeholder(_KEY, "t", "s", "lexicon.own", "x").startswith("[PRIVATE_")


def test_stable_and_bound_to_all_it_is_made_of() -> None:
    """Same five arguments, same placeholder; another key, tenant, subject or value, another one."""
    same = placeholder(_KEY, "a", "b", *_MOBILE)
    assert same == placeholder(_KEY, "a", "b", *_MOBILE) == VeilMap(_KEY, "a", "b").veil(*_MOBILE)
    others = {
        placeholder(b"other", "a", "b", *_MOBILE),
        placeholder(_KEY, "ab", "", *_MOBILE),
        placeholder(_KEY, "", "ab", *_MOBILE),
        placeholder(_KEY, "a", "c", *_MOBILE),
        placeholder(_KEY, "a", "b", _MOBILE[0], "13800138002"),
    }
    assert len(others) == 5
    assert same not in others


def test_no_word_hides_in_another() -> None:
    """No word ends with another one: a match has one beginning."""
    words = sorted({*WORDS.values(), veil.OTHER_WORD})
    assert not [(a, b) for a in words for b in words if a != b and a.endswith(b)]


@pytest.mark.parametrize(
    "alter",
    [
        str,
        str.lower,
        lambda p: p.replace("_", "\\_"),
        lambda p: p.replace("_", "＿"),
        lambda p: f"[ {p[1:-1]}  ]",
        lambda p: f"【{p[1:-1]}】",
        lambda p: f"［ {p[1:-1]} ］",
        lambda p: f"\\[{p[1:-1]}\\]",
        lambda p: p[1:-1],
        lambda p: p.translate({code: code + 0xFEE0 for code in range(0x21, 0x7F)}),
        lambda p: f"({p[1:-1]})",
        lambda p: f"{{{p[1:-1].lower()}}}",
        lambda p: f"<{p[1:-1]}>",
        lambda p: f"《{p[1:-1]}》",
        lambda p: p.replace("_", " "),
        lambda p: p.replace("_", "-"),
        lambda p: p[1:-1].replace("_", " _ "),
        lambda p: p.replace("_", "\u2013"),
        lambda p: f"%5B{p[1:-1]}%5D",
        lambda p: f"%5b{p[1:-1]}%5d".replace("_", "%5F"),
        lambda p: p.replace("PHONE", "电话"),
        lambda p: p.replace("PHONE_", "手机号："),
        lambda p: p.replace("PHONE_", "电话"),
        lambda p: p.replace("PHONE", "Teléfono").lower(),
        lambda p: p.replace("PHONE_", "Телефон "),
        lambda p: p.replace("PHONE", "EMAIL"),
        lambda p: f"【{p[1:-1].replace('PHONE', '電話')}】",
        lambda p: f"[**{p[1:-1]}**]",
        lambda p: f"[`{p[1:-1]}`]",
        lambda p: f"[*{p[1:-1].replace('PHONE', '电话')}* ]",
    ],
)
def test_slight_alterations_are_seen_through(alter: object) -> None:
    """Case, spaces, other brackets or none, Markdown's backslashes."""
    made, (mark,) = _map(_MOBILE)
    text = f"拨打{alter(mark)}吧"  # type: ignore[operator]
    assert made.restore(text) == "拨打13800138001吧"
    for cut in range(len(text)):
        assert _streamed(made, text, [cut]) == "拨打13800138001吧"
    assert _streamed(made, text, list(range(len(text)))) == "拨打13800138001吧"


@pytest.mark.parametrize(
    "text",
    [
        "[PHONE_00000000]",
        "[PHONE_]",
        "PHONE",
        "[",
        "array[phone_index]",
        "no_such[ID_12345678]",
        "a phone 12345678 and a phone-based service",
        "(phone 7KQ2M9X)",
        "[电话_00000000]",
        "[电话：]",
        "",
    ],
)
def test_what_is_not_of_this_request_stays(text: str) -> None:
    """Other placeholders, words and brackets are left as they are."""
    made, _ = _map(_MOBILE)
    assert made.restorations(text, True) == ([], len(text))


def _colliding(key: bytes, message: bytes) -> bytes:
    """Give digests of which the first eight characters of every code are the same."""
    return hashlib.sha256(message).digest()[:-5] + bytes(5)


def test_two_values_never_share_a_placeholder() -> None:
    """Where codes begin alike the later one is longer, and each brings its own value back."""
    made = VeilMap(_KEY, "", "", digest=_colliding)
    first, second = made.veil("x", "a"), made.veil("x", "b")
    assert len(second) == len(first) + 4
    assert second.startswith(first[:-1])
    for text in (f"{second}, {first}", f"{second[1:-1]}, {first[1:-1]}"):
        assert made.restore(text) == "b, a"
        for cut in range(len(text)):
            assert _streamed(made, text, [cut]) == "b, a"


def test_values_that_no_length_tells_apart_are_an_error() -> None:
    """It cannot happen with a real hash; if it did, no wrong value would come back."""
    made = VeilMap(_KEY, "", "", digest=lambda key, message: bytes(32))
    marks = [made.veil("x", value) for value in "abcde"]
    assert [made.restore(mark) for mark in marks] == list("abcde")
    with pytest.raises(ValueError, match="same placeholder"):
        made.veil("x", "f")


def test_empty_map_holds_nothing() -> None:
    """Without a veiled value the stream is not touched."""
    made, _ = _map()
    assert len(made) == 0
    assert made.restorations("[PHONE_", False) == ([], 7)


@pytest.mark.parametrize(
    ("text", "held"),
    [
        ("hello", 0), ("call [", 1), ("call [ ", 2), ("stop", 1), ("stops", 0), ("[PHO", 4),
        ("[PHONES", 7), ("PHONE_", 6), ("[PHONE_!", 0), ("[EMAIL_", 7), ("a\\", 1),
        ("[PHONE_UUUU", 0), ("[电话", 3), ("[电话号码太长了谁也不会这样写的", 17 - 1),
        ("[电话，", 0), ("(see the", 0), ("[电话_UUUU", 0),
    ],
)  # fmt: skip
def test_holds_only_what_may_become_one_of_this_map(text: str, held: int) -> None:
    """Words and codes that no placeholder of this request has are not waited for."""
    made, _ = _map(_MOBILE)
    assert made.restorations(text, False) == ([], len(text) - held)


_VALUES = st.lists(
    st.tuples(st.sampled_from([*WORDS, "secret.x", "other"]), st.text(min_size=1, max_size=20)),
    min_size=1,
    max_size=5,
)
_PROSE = st.one_of(
    st.text(max_size=12),
    st.sampled_from(["[电话", "[**", "** ", "【手机_", "： "]),
    st.sampled_from(["[", "]", "\\", "_", "PHONE_", "[phone", "EM", " [ ", "the p", "中文", "  "]),
)


def _streamed(made: VeilMap, text: str, cuts: list[int]) -> str:
    out: list[str] = []
    rest = ""
    for left, right in pairwise([0, *sorted(cuts), len(text)]):
        rest += text[left:right]
        found, safe = made.restorations(rest, False)
        assert len(rest) - safe <= HOLD
        at = 0
        for start, end, value in found:
            assert end <= safe
            out += (rest[at:start], value)
            at = end
        out.append(rest[at:safe])
        rest = rest[safe:]
    return "".join(out) + made.restore(rest)


@given(_VALUES, st.data())
def test_restored_is_what_was_veiled_for_any_cuts(
    values: list[tuple[str, str]], data: st.DataObject
) -> None:
    """restore(veil(x)) is x, in one piece and in any pieces, and nothing else changes."""
    made, marks = _map(*values)
    plain, veiled = "", ""
    for (_, value), mark in zip(values, marks, strict=True):
        prose = "." + data.draw(st.text(alphabet="ab 中文，[]\n", max_size=8)) + "."
        plain += prose + value
        veiled += prose + mark
    cuts = data.draw(st.lists(st.integers(0, len(veiled)), max_size=12))
    assert made.restore(veiled) == plain
    assert _streamed(made, veiled, cuts) == plain


@given(st.lists(_PROSE, max_size=10), st.data())
def test_any_text_in_any_pieces_is_the_text_in_one(pieces: list[str], data: st.DataObject) -> None:
    """Altered and broken placeholders between odd prose: the cuts never matter."""
    made, marks = _map(_MOBILE, ("personal_data.email", "张@x.com"), ("secret.x", "sk"))
    odd = [*marks, *(m.lower() for m in marks), *(m[:-1] for m in marks), *(m[:9] for m in marks)]
    odd += [m.replace(m[1 : m.index("_")], word) for m in marks for word in ("电话", "Correo")]
    odd += [m.replace("PHONE_", "电话").replace("]", "*]") for m in marks]
    mixed = [part for piece in pieces for part in (piece, data.draw(st.sampled_from(odd)))]
    text = "".join(mixed)
    cuts = data.draw(st.lists(st.integers(0, len(text)), max_size=30))
    assert _streamed(made, text, cuts) == made.restore(text)


def test_thousands_of_values_come_back_however_their_placeholders_are_cut() -> None:
    """What may still become one of them is known at every letter; codes alike do not mislead."""
    values = [(_MOBILE[0], f"139{number:08d}") for number in range(4_000)]
    made, marks = _map(*values)
    for (_, value), mark in list(zip(values, marks, strict=True))[::80]:
        for cut in range(1, len(mark)):
            assert made.restorations(mark[:cut], final=False) == ([], 0)
        assert made.restore(mark) == value
        other = mark.strip("[]").replace("PHONE", "IDCARD")
        assert made.restorations(other, final=False) == ([], len(other))
