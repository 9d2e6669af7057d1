"""The invisible trace: found in fragments, never where it would harm, gone without a residue."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.marks.text_trace import (
    ALPHABET,
    LONG_TEXT_TOKENS,
    SPACING,
    TAG_BITS,
    TextTrace,
)
from gateway.matching.label_code import code_of_number
from gateway.matching.trace_code import COPY_LENGTH, TRIALS, TraceSearch, write
from gateway.ports.mark import Claim

CODE = code_of_number(0x0123456789)
OTHER = code_of_number(0x9876543210)
TRACE = TextTrace(b"0123456789abcdef")
SENTENCE = "这是一个用来说明问题的句子，它不长也不短。"
PROSE = SENTENCE * 40


def places(text: str) -> list[str]:
    """Return what stands before each copy, last ten characters."""
    copy = TRACE.copy(CODE)
    parts = TRACE.weave(text, CODE).split(copy)
    return [part[-10:] for part in parts[:-1]]


def test_a_copy_is_short_enough_not_to_be_hidden_text() -> None:
    """62 invisible code points, all of class Cf, below the 64 that are a finding."""
    copy = TRACE.copy(CODE)
    assert len(copy) == COPY_LENGTH == 62
    assert {unicodedata.category(letter) for letter in ALPHABET} == {"Cf"}
    assert set(copy) <= set(ALPHABET)


def test_copies_stand_after_sentences_about_every_200_characters() -> None:
    """The first sentence end bears one, then the first end beyond the spacing."""
    copy = TRACE.copy(CODE)
    parts = TRACE.weave(PROSE, CODE).split(copy)
    assert parts[0] == SENTENCE
    assert all(part.endswith("。") for part in parts)
    assert all(SPACING <= len(part) <= SPACING + len(SENTENCE) for part in parts[1:-1])
    assert len(parts) == 5


def test_an_excerpt_with_one_copy_names_the_exchange() -> None:
    """Whatever was done to the words around."""
    woven = TRACE.weave(PROSE, CODE)
    assert TRACE.find("别人的话 " + woven[200:380].replace("句子", "语句") + " 更多") == [CODE]


def test_two_exchanges_in_one_text_are_both_found() -> None:
    """Each once, in order, also when copies touch."""
    text = TRACE.weave(PROSE, CODE) + TRACE.weave(PROSE, OTHER)
    assert TRACE.find(text) == [CODE, OTHER]
    assert TRACE.find(TRACE.copy(OTHER) + TRACE.copy(CODE) + TRACE.copy(OTHER)) == [OTHER, CODE]


def test_visible_characters_between_the_letters_do_not_matter() -> None:
    """A copy that something was put into is still read."""
    copy = TRACE.copy(CODE)
    assert TRACE.find("a" + copy[:10] + " x " + copy[10:]) == [CODE]


@pytest.mark.parametrize("damage", [lambda copy: copy[20:], lambda copy: ALPHABET[0] * 62])
def test_a_remnant_or_a_foreign_run_says_nothing(damage: Callable[[str], str]) -> None:
    """Without the tag there is no claim."""
    assert TRACE.find(damage(TRACE.copy(CODE))) == []


@pytest.mark.parametrize("other", ["next", "\u200d", "?", ""])
def test_three_letters_may_be_changed_or_lost(other: str) -> None:
    """Into letters of the alphabet, into others, into none; wherever they stand."""
    copy = TRACE.copy(CODE)
    for start in range(0, 20, 5):
        letters = list(copy)
        for place in (start, start + 20, start + 40):
            turned = ALPHABET[(ALPHABET.index(copy[place]) + 1) % 4]
            letters[place] = turned if other == "next" else other
        assert TRACE.find(SENTENCE + "".join(letters) + SENTENCE) == [CODE]


@given(st.integers(0, 61), st.integers(1, 16))
def test_one_gap_is_bridged(start: int, width: int) -> None:
    """A copy cut at either end, or in the middle, is still read."""
    copy = TRACE.copy(CODE)
    assert TRACE.find("前文" + copy[:start] + copy[start + width :] + "后文") == [CODE]


@pytest.mark.parametrize("every", [6, 7, 8, 10, 13, 20])
def test_damaged_copies_are_read_together(every: int) -> None:
    """Each lost other letters, too many for itself."""
    woven = TRACE.weave(PROSE * 2, CODE)
    seen = 0
    out = []
    for letter in woven:
        seen += letter in ALPHABET
        if letter not in ALPHABET or seen % every:
            out.append(letter)
    assert TRACE.find("".join(out)) == [CODE]


def test_damaged_copies_leave_the_history_too() -> None:
    """What can be read alone goes, whole or not."""
    copy = TRACE.copy(CODE)
    assert TRACE.strip(SENTENCE + copy[:30] + copy[31:] + SENTENCE) == SENTENCE * 2


def test_guesses_are_bounded() -> None:
    """However many broken copies a text has, at most 4,096 readings meet the key: tag bits and
    that bound make a forgery rarer than one in 2^32."""
    asked = 0

    def refuse(number: int) -> bool:
        nonlocal asked
        asked += 1
        return False

    search = TraceSearch(refuse)
    for number in range(5000):
        assert list(search.whole(write(number))) == []
    assert asked == TRIALS
    assert TAG_BITS - 12 >= 32
    assert TRIALS == 1 << 12


@given(st.text(alphabet=ALPHABET + "ab", max_size=400))
def test_random_letters_are_never_ours(text: str) -> None:
    """Noise of the alphabet is read as nothing, and stays."""
    assert TRACE.find(text) == []
    assert TRACE.strip(text) == text


def test_without_the_key_nobody_reads_or_forges_it() -> None:
    """Another key finds nothing."""
    assert TextTrace(b"fedcba9876543210").find(TRACE.weave(PROSE, CODE)) == []


@pytest.mark.parametrize("key", [b"", b"x" * 15, b"x" * 65])
def test_a_key_of_the_wrong_length_is_refused(key: bytes) -> None:
    """A guessable or impossible key raises ValueError."""
    with pytest.raises(ValueError, match="16 to 64"):
        TextTrace(key)


MIXED = st.lists(
    st.sampled_from(
        ["Hello world", "。", "！", ". ", "? ", "\n", "\n\n", "```", "~~~", "`", "$$", "{", "}",
         "https://a.b/c.d", " ", "# ", "| ", "---|---", "---\n", "<p>",
         "[a](b", "好的", "3.", "- ", "    x", "**", ")", "”", "\u200b", "\u2060"]
    ),
    max_size=120,
).map("".join)  # fmt: skip


@given(MIXED, st.lists(st.integers(0, 900), max_size=8), st.sampled_from([0, 20]))
def test_where_copies_stand_does_not_depend_on_the_cuts(
    text: str, cuts: list[int], tokens: int
) -> None:
    """A stream in any pieces is woven as the whole, and nothing is held back."""
    weaver = TRACE.weaver(CODE, after_tokens=tokens)
    bounds = [0, *sorted(min(cut, len(text)) for cut in cuts), len(text)]
    out = ""
    for start, end in pairwise(bounds):
        piece = weaver.push(text[start:end])
        assert TRACE.strip(piece).endswith(text[start:end][-1:])
        out += piece
    assert out + weaver.finish() == TRACE.weave(text, CODE, after_tokens=tokens)


@given(MIXED)
def test_taking_it_out_gives_the_text_back(text: str) -> None:
    """Foreign invisible characters stay, ours go."""
    assert TRACE.strip(TRACE.weave(text, CODE)) == text


@pytest.mark.parametrize(
    "text",
    [
        '{"a": "一句话。又一句话。"}',
        "[1. 2]",
        "<p>一句话。又一句话。</p>",
        "```\n一句话。又一句话。\n```",
        "~~~text\n一句话。\n```\n又一句。",
        "    indented code. Really. Yes.",
        "$$\na = b. c = d.\n$$",
        "`一句话。又一句话。",
        "https://example.com/a.b",
        "# A heading. With two sentences. Yes",
        "| One cell. | Two. |\n|---|---|\n| 一句话。又一句话。 | Yes. |",
        "a | b\n---|---\n一句话。又一句话。\n",
        "---\ntitle: 一句话。又一句话。\n---",
        '[text](address "A title. Of two.")',
        "<div>\n一句话。又一句话。\n</div>",
        "",
    ],
)
def test_what_is_not_prose_bears_none(text: str) -> None:
    """Data, markup, code, mathematics and addresses stay as they are."""
    assert TRACE.weave(text, CODE) == text


@pytest.mark.parametrize(
    ("text", "before"),
    [
        ("```py\nx = 1. y.\n```\nThen prose. More.", ["hen prose."]),
        ("Call `a. b` now. Then more.", ["` b` now."]),
        ("See https://a.b/c. Then go home. Now.", ["n go home."]),
        ("请看https://a.b/c。然后回家。好的", ["c。然后回家。"]),
        ("1. First thing\n2. Second thing here. Done", ["hing here."]),
        ("J. Smith wrote it. Fine.", ["wrote it."]),
        ("**重要。**然后继续。好的", ["*然后继续。"]),
        ("他说：“走吧。”然后走了。好的", ["”然后走了。"]),
        ("# Title. Yes\nThen prose. More.", ["hen prose."]),
        ("---\na: Some text. More.\n---\nThen prose. More.", ["hen prose."]),
        ("a | b\n---|---\nOne. Two.\n\nThen prose. More.", ["hen prose."]),
        ('See [this](a.b "Tit. Le"). Then prose. More.', ['Le").']),
        ("Use {a. b} here. Then there.", ["a. b} here."]),
        ("The price is $5. Next line.\nNext one. Good.", ["Next one."]),
        ("版本 3. 好", ["版本 3. 好"]),
        ("没有句号的短文", ["没有句号的短文"]),
    ],
)
def test_copies_stand_between_sentences_of_prose(text: str, before: list[str]) -> None:
    """After code, past addresses, list numbers, initials and closing mark-up; a text without a
    sentence's end bears its copy at its end."""
    found = places(text)
    assert len(found) == len(before)
    for place, expected in zip(found, before, strict=True):
        assert place.endswith(expected[-5:])


def test_a_long_order_waits_until_the_text_is_long() -> None:
    """Short texts bear none, long ones do, beyond the 200th token."""
    short = "短句。" * 20
    assert TRACE.weave(short, CODE, after_tokens=LONG_TEXT_TOKENS) == short
    woven = TRACE.weave(PROSE, CODE, after_tokens=LONG_TEXT_TOKENS)
    assert TRACE.find(woven) == [CODE]
    assert woven.index(TRACE.copy(CODE)) >= LONG_TEXT_TOKENS


def test_finishing_twice_adds_one_copy() -> None:
    """A channel that is closed twice bears no second copy."""
    weaver = TRACE.weaver(CODE)
    assert weaver.push("没有句号") == "没有句号"
    assert weaver.finish() == TRACE.copy(CODE)
    assert weaver.finish() == ""


@pytest.mark.parametrize(
    ("content", "code", "status"),
    [
        (b"\xff", CODE, "failed"),
        (b"hello.", "nonsense", "failed"),
        (b'{"a":1}', CODE, "not_possible"),
    ],
)
def test_stamping_says_what_it_could_not_do(content: bytes, code: str, status: str) -> None:
    """The content stays, and the receipt is no success."""
    stamped, receipt = TRACE.stamp(content, Claim("e", code))
    assert (stamped, receipt.status) == (content, status)
