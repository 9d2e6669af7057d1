"""Allow-phrases that an attacker knows: one excuses the very place that it covers, for its own
entry, and nothing else."""

from __future__ import annotations

import base64

import pytest

from filters.lexicon import Entry, compile_lexicon, named_list

TERM, PHRASE = "出售枪支", "警方通报出售枪支案"
FILTER = compile_lexicon([
    named_list(
        "mine",
        [
            Entry(text=TERM, category="arms", severity=4, allow=(PHRASE, "举报出售枪支")),
            Entry(text="售枪支案", category="longer", severity=3),
            Entry(text="buy guns", category="en", severity=4, allow=("do not buy guns",)),
        ],
    )
])  # fmt: skip


def places(text: str, category: str = "arms") -> list[int]:
    """Where the term is found, read whole."""
    findings = FILTER.scan(text, 0, True).findings
    return [each.start for each in findings if each.category == category]


def test_it_excuses_its_place_alone() -> None:
    """The copy inside is not found, those before and behind it are, also those that touch it."""
    assert places(PHRASE) == []
    assert places(f"{TERM}{PHRASE}{TERM}") == [0, 13]
    assert places(f"{PHRASE}，我{TERM}，{PHRASE}") == [11]
    assert places("Do not buy guns. Buy guns! do not buy guns", "en") == [17]


def test_it_excuses_no_other_entry() -> None:
    """Not one that overlaps the phrase, nor one inside it."""
    assert places(PHRASE, "longer") == [5]


@pytest.mark.parametrize(
    "disguised",
    [
        "出售槍支", "出 售 枪 支", "出\u200b售\u200d枪支", "出*售*枪*支", "chushouqiangzhi",
        "出&#21806;枪支", "%E5%87%BA%E5%94%AE%E6%9E%AA%E6%94%AF", "出<b>售</b>枪支",
        "出\n售\n枪\n支",
        base64.b64encode(TERM.encode() * 2).decode(),
        "".join(chr(0xE0000 + ord(each)) for each in "chushouqiangzhi"),
    ],
)  # fmt: skip
def test_a_copy_in_disguise_counts_outside(disguised: str) -> None:
    """Whatever stands beside it."""
    for text in (f"{PHRASE}，{disguised}", f"{disguised}。{PHRASE}", f"举报{TERM} {disguised} 好"):
        assert places(text), text


@pytest.mark.parametrize(
    "torn",
    [
        f"警方通报。{TERM}案", f"警方通报\n\n{TERM}案", f"警方 通报 的{TERM}案",
        f"案警方通报{TERM}", f"警方通报{TERM}",
        f"<!--警方通报-->{TERM}案", f"<i title='警方通报'>{TERM}案",
        f"警方通报<!-- x -->我要{TERM}案", f"报举{TERM}", f"举报{TERM[:2]}，{TERM}",
    ],
)  # fmt: skip
def test_what_is_no_phrase_excuses_nothing(torn: str) -> None:
    """Torn, in another order, unseen by a reader, or only its beginning."""
    assert places(torn), torn


def test_a_stream_excuses_the_same() -> None:
    """However it is cut, an excused place is not found and the next one is."""
    text = f"{PHRASE}，{TERM}，举报{TERM}。"
    for cut in range(1, len(text)):
        first = FILTER.scan(text[:cut], 0, False)
        found = {*first.findings, *FILTER.scan(text, first.safe_until, True).findings}
        assert [each.start for each in sorted(found) if each.category == "arms"] == [10]
