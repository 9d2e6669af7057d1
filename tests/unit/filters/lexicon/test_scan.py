"""The lexicon filter as the chain uses it: what is found, what is held, and how quickly."""

from __future__ import annotations

from base64 import b64encode

import pytest

from filters.lexicon import Entry, LexiconFilter, compile_lexicon, named_list
from gateway.nouns.finding import HIDDEN_TEXT


def lexicon(*entries: Entry) -> LexiconFilter:
    """A filter over one list."""
    return compile_lexicon([named_list("mine", entries)])


def entry(text: str, **members: object) -> Entry:
    """An entry of which only the text matters."""
    return Entry(text=text, category="x", severity=3, **members)  # type: ignore[arg-type]


FILTER = lexicon(
    entry("赌博"),
    entry("出售冰毒"),
    entry("buy cocaine"),
    entry("sm"),
    entry("k粉", allow=("k粉丝",)),
    entry("黄片", allow=("三黄片鸡",)),
)


def spans(text: str) -> list[str]:
    """What is found in the whole text, as written."""
    return [text[one.start : one.end] for one in FILTER.scan(text, 0, True).findings]


@pytest.mark.parametrize(
    "text",
    [
        *["赌博", "賭博", "赌\u200b博", "赌-博", "赌 博", "赌*博", "赌**博", "赌/博", "赌😀博"],
        *["赌<b>博", "&#36172;博", r"\u8d4c博", "赌</b>\u200b<i>*博", "赌--------博"],
        *["出售\n冰毒", "出。售。冰。毒", "出，售-冰 毒", "出 售 冰 毒", "出\n售\n冰\n毒"],
        *["赌%E5%8D%9A", "出售%E5%86%B0毒", "b%75y%20cocaine", "buy c0ca1n3", "buy-c-o-c-a-i-n-e"],
        *["chu shou bing du", "ChushouBingdu", "出售冫水毒"],
        *["buy cocaine", "BUY  Cocaine", "buy\ncocaine", "b\u200buy cocaine", "b*uy* cocaine"],
        *["Ьuy сосаine", "ｂｕｙ　ｃｏｃａｉｎｅ", "buy&nbsp;cocaine", "ⓑⓤⓨ cocaine"],
    ],
)
def test_evasions_are_found_whole(text: str) -> None:
    """The finding covers all of the evasion, from the first sign to the last."""
    assert spans(f"他说{text}。") == [text]


@pytest.mark.parametrize(
    "text",
    [
        *[
            "赌。博",
            "赌\n博",
            "出售。冰毒",
            "赌---------博",
            "赌大博",
            "buycocaine",
            "buy cocaines",
        ],
        *["asm", "sms", "sm1", "三黄片鸡", "k粉丝", "三 黄 片 鸡", "ｋ粉絲"],
    ],
)
def test_ordinary_text_is_left_alone(text: str) -> None:
    """Ends of sentences, word boundaries and allow-phrases."""
    assert spans(text) == []


@pytest.mark.parametrize("text", ["玩sm的", "(sm)", "_sm_", "SM", "三黄片", "k粉 丝绸, k粉"])
def test_boundaries_and_phrases_do_not_hide_more_than_they_cover(text: str) -> None:
    """Script changes are boundaries; a phrase excuses only what it covers."""
    assert spans(text) != []


@pytest.mark.parametrize(
    ("text", "safe"),
    [
        ("今天赌", 2),
        ("今天赌-", 2),
        ("今天赌---------", 12),
        ("今天出售冰", 2),
        ("今天好", 3),
        ("to buy coc", 3),
        ("class", 5),
        ("玩sm", 1),
        ("k粉", 0),
        ("a&#3", 1),
        ("a<b", 1),
        ("a\u200b", 1),
        ("我们1 < 2", 7),
    ],
)
def test_holds_exactly_what_may_become_a_term(text: str, safe: int) -> None:
    """Nothing is reported yet; what comes before is free."""
    scan = FILTER.scan(text, 0, False)
    assert scan.findings == ()
    assert scan.safe_until == safe


def test_nothing_waits_at_the_end() -> None:
    """With ``final`` the boundary has come: everything is decided."""
    scan = FILTER.scan("玩sm", 0, True)
    assert [one.rule for one in scan.findings] == ["mine#4"]
    assert scan.safe_until == 3


def test_a_finding_names_the_entry_and_not_the_term() -> None:
    """Category, severity, list and line; the words stay in the list."""
    (found,) = FILTER.scan("赌博", 0, True).findings
    assert found == ("x", 3, 1.0, 0, 2, "lexicon", "mine#1")


@pytest.mark.parametrize(("count", "found"), [(64, 0), (65, 1), (500, 1)])
def test_runs_of_invisible_characters_are_a_finding(count: int, found: int) -> None:
    """More than 64 in a row hide something."""
    text = "a" + "\U000e0041" * count + "b"
    findings = FILTER.scan(text, 0, True).findings
    assert [one.category for one in findings] == [HIDDEN_TEXT] * found
    assert all((one.start, one.end) == (1, 1 + count) for one in findings)


def test_a_word_is_judged_by_what_a_reader_saw_before_it() -> None:
    """A numeric entity cut by a release: its digits are no letters before the next word."""
    text = "&#36172s"
    assert FILTER.scan(text, 0, False).safe_until == 7
    assert FILTER.scan(text, 4, False).safe_until == 7


def test_long_texts_are_judged_in_pieces_alike() -> None:
    """A term across the border of two pieces is found, once, in its place."""
    text = "好" * 4095 + "赌-博" + "好" * 9000 + "<b>赌博</b>" + "\u200b" * 5000 + "赌"
    scan = FILTER.scan(text, 0, False)
    assert [(one.start, one.end) for one in scan.findings] == [
        (4095, 4098),
        (13101, 13103),
        (13107, 18107),
    ]
    assert scan.safe_until == len(text) - 1


def test_base64_is_read_from_where_it_no_longer_looks_like_a_word() -> None:
    """The first three characters of a stretch are as good as released."""
    assert spans("看 5Ye65ZSu5Yaw5q+S 吧") == ["65ZSu5Yaw5q+S"]
    assert FILTER.scan("看 5Ye65ZSu5Ya", 0, False).safe_until == 5


def test_tag_characters_are_read() -> None:
    """They spell ASCII that nobody sees."""
    tags = "".join(chr(0xE0000 + ord(sign)) for sign in "buy cocaine")
    assert spans(f"hello{tags}world") == [tags]
    assert FILTER.scan(f"hello{tags}", 0, False).safe_until == 5


def test_homophones_and_initials_act_where_an_entry_asks() -> None:
    """The finding says so, and is mild."""
    asking = lexicon(entry("赌博网站", variants=("fold", "separators", "homophones", "initials")))
    (sound,) = asking.scan("上毒 搏网占玩", 0, True).findings
    (letters,) = asking.scan("上 DBWZ 玩", 0, True).findings
    assert sound == ("x", 1, 1.0, 1, 6, "lexicon", "mine#1:homophones")
    assert letters == ("x", 1, 1.0, 2, 6, "lexicon", "mine#1:initials")
    assert [one.rule for one in asking.scan("赌博网站", 0, True).findings] == ["mine#1"]
    assert asking.scan("毒搏网", 0, False).safe_until == 0


def test_a_context_word_must_stand_near() -> None:
    """Before or behind, within forty characters; what may still come is waited for."""
    near = lexicon(entry("转账", context=("安全账户", "公检法")))
    for text, count in (("转账到安全账户", 1), ("公检法要你转账", 1), ("转账给妈妈", 0)):
        assert len(near.scan(text, 0, True).findings) == count
    assert near.scan("公检法" + "好" * 41 + "转账", 0, True).findings == ()
    assert near.scan("好" + "转账给妈妈", 0, False).safe_until == 1
    assert near.scan("转账" + "好" * 40, 0, False).safe_until > 2


@pytest.mark.parametrize(
    ("members", "text", "count"),
    [
        ({"context_reach": 4}, "哪里能买枪", 1),
        ({"context_reach": 4}, "哪里能够买枪", 1),
        ({"context_reach": 4}, "哪里还能够买枪", 0),
        ({"context_reach": 4}, "买枪去哪里", 1),
        ({"context_reach": 4}, "买枪应该去哪里", 0),
        ({"context_reach": 4, "context_side": "before"}, "买枪去哪里", 0),
        ({"context_side": "before"}, "哪里" + "好" * 38 + "买枪", 1),
        ({"context_side": "behind"}, "哪里能买枪", 0),
        ({"context_side": "behind"}, "买枪" + "好" * 38 + "哪里", 1),
    ],
)
def test_an_entry_says_how_far_and_on_which_side(
    members: dict[str, int | str], text: str, count: int
) -> None:
    """The word stands wholly within the reach; both sides unless said."""
    near = lexicon(entry("买枪", context=("哪里",), **members))
    assert len(near.scan(text, 0, True).findings) == count


def test_what_is_behind_is_not_waited_for_where_it_does_not_count() -> None:
    """A term without its word before it is let go at once; with a reach behind, until there."""
    before = lexicon(entry("买枪", context=("哪里",), context_side="before"))
    assert before.scan("他买枪了", 0, False).safe_until == 4
    behind = lexicon(entry("买枪", context=("哪里",), context_side="behind", context_reach=3))
    assert behind.scan("他买枪了", 0, False).safe_until == 1
    assert behind.scan("他买枪了好的", 0, False).safe_until > 1
    assert len(before.scan("哪里买枪", 0, False).findings) == 1


@pytest.mark.parametrize(("text", "count"), [("怎么做炸弹", 1), ("怎么好做炸弹", 0)])
def test_in_base64_the_reach_counts_the_characters_that_it_says(text: str, count: int) -> None:
    """A Han character takes four of its signs; the words are as near as they are in clear."""
    near = lexicon(entry("做炸弹", context=("怎么",), context_side="before", context_reach=2))
    written = b64encode(text.encode()).decode()
    for said in (text, f"{written} ."):
        assert len(near.scan(said, 0, True).findings) == count


def test_each_stretch_of_base64_stands_for_itself() -> None:
    """A word beside a term is one that the same stretch says, however the text comes."""
    near = lexicon(entry("做炸弹", context=("怎么",), context_side="before"))
    apart = " ".join(b64encode(each.encode()).decode() for each in ("怎么", "做炸弹"))
    assert near.scan(f"{apart} .", 0, True).findings == ()


def test_an_allow_phrase_counts_beside_context_words() -> None:
    """Also for an entry that needs a word near it, and for one in whose list another does."""
    near = lexicon(
        entry("做炸弹", context=("怎么",), allow=("做炸弹人",)),
        entry("出售枪支", allow=("非法出售枪支",)),
    )
    for text, count in (("怎么做炸弹", 1), ("怎么做炸弹人游戏", 0), ("做炸弹", 0)):
        assert len(near.scan(text, 0, True).findings) == count
    for text, count in (("长期出售枪支", 1), ("非法出售枪支", 0)):
        assert len(near.scan(text, 0, True).findings) == count


def test_lone_surrogates_and_signs_of_ours_do_no_harm() -> None:
    """They are looked through or replaced, and nothing raises."""
    assert spans("\ud83d赌\x00博\x01\udc00") == ["赌\x00博"]


def test_an_empty_lexicon_finds_and_holds_nothing() -> None:
    """Only hidden text is still found."""
    empty = lexicon()
    assert empty.scan("赌博 buy", 0, False) == ((), 6)
    assert len(empty.scan("\u200b" * 65, 0, True).findings) == 1
    assert (empty.size, empty.coverage()) == (0, {})


@pytest.mark.parametrize("graver", [0, 1])
def test_a_graver_entry_of_the_same_term_takes_nothing_from_it(graver: int) -> None:
    """Of two entries one looks through separators: the term is held as that one says."""
    mild, grave = (2, 3) if graver else (3, 2)
    both = lexicon(
        Entry(text="赌博网", category="x", severity=mild, variants=("fold", "separators")),
        Entry(text="赌博网", category="x", severity=grave, variants=("fold",)),
    )
    assert both.scan("\u200b赌 博", 1, False).safe_until == 1
    assert [one[2:5] for one in both.scan("赌 博 网", 0, True).findings] == [(1.0, 0, 5)]
