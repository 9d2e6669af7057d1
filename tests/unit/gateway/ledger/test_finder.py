"""Quotes lead to their exchange, edited too; foreign quotes and stock phrases to none."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import cast

import numpy as np
import pytest

from gateway.ledger.finder import (
    ATTRIBUTED,
    Finder,
    candidates,
    chorus,
    picture_confidence,
)
from gateway.matching.alignment import Alignment
from gateway.matching.fingerprint import Fingerprinter, normal_forms
from gateway.matching.picture_detail import Likeness
from gateway.matching.picture_hash import MOST_DIFFERENT, Nearness
from gateway.nouns.record import Fingerprint
from gateway.ports.store import Store, StoredRecord
from gateway.stores.relational import RelationalStore
from tests.bench.answers import answers, edited, quote

KEY = bytes(range(32))
ANSWERS = 1_500
STOCK = "感谢您的耐心等待，我们将会尽快处理您所反馈的问题，三天内以短信通知您结果。"
NEIGHBOUR = f"我们出门散步之前要看天气，{STOCK}"
FORM = "with open({0}, 'r', encoding='utf-8') as {1}: {2} = json.load({1}) except FileNotFound"
FORMS = 90
FILLED = FORM.format("current", "customise", "calls")
COUNTED = ", ".join(map(str, range(300, 340)))
DRAFTS = 6
REPEATS = 5
TRADITIONAL = (
    "清晨的漁船緩緩駛離港灣，遠處的燈塔還亮著，漁民們將"
    "網撒進藍綠色的海裡，等待魚群經過這片淺灘。"
)
SIMPLIFIED = "清晨的渔船缓缓驶离港湾，远处的灯塔还亮着，渔民们将"


class Library:
    """Answers in a store, and whoever finds them again."""

    def __init__(self, store: RelationalStore) -> None:
        self.texts = [*answers(5, ANSWERS, 380), *[f"{STOCK}编号{n}。" for n in range(20)]]
        self.texts.append(NEIGHBOUR)
        self.repeated = next(answers(32, 1, 380))
        self.texts += [self.repeated] * REPEATS
        words = [f"w{n * 7919:x}" for n in range(3 * FORMS)]
        self.texts += [FORM.format(*words[n : n + 3]) for n in range(0, len(words), 3)]
        self.texts += [FILLED, COUNTED]
        self.drafted = next(answers(31, 1, 380))
        chance = np.random.default_rng(9)
        self.phrases = [text[20:45] for text in answers(41, 7, 380) if text[0] > "z"]
        ordered = [self.phrases[n:] + self.phrases[:n] for n in range(len(self.phrases))]
        self.texts += [f"{each[0]}。{each[2]}。{n}" for n, each in enumerate(ordered * 2)]
        self.in_order = "，".join(self.phrases)
        self.texts.append(self.in_order)
        self.texts += [edited(self.drafted, 0.25, chance) for _ in range(DRAFTS - 1)]
        self.texts.append(self.drafted)
        maker = Fingerprinter(KEY)
        self.texts.append(SIMPLIFIED)
        made = maker.of_each([[text] for text in self.texts])
        self.texts.append(TRADITIONAL[24:])
        made += maker._batch([[normal_forms(self.texts[-1])[1].text]])
        rows = [
            StoredRecord(f"e{n}", "", "", "", n, "closed", "", b"{}", b"", b"", n, b"h")
            for n in range(len(made))
        ]
        with store.writing() as writing:
            writing.append(rows, dict(enumerate(made)))
        self.finder = Finder(store, KEY)

    def recall(self, share: float, count: int, *, chinese: bool) -> float:
        """Return how often a quote with so many edits is attributed to its answer."""
        chance = np.random.default_rng(7)
        mine = [n for n in range(ANSWERS) if (n % 4 != 3) == chinese]
        hit = 0
        for place in chance.choice(mine, count).tolist():
            asked = edited(quote(self.texts[place], chance), share, chance)
            found = self.finder.by_words(asked)
            hit += bool(found) and found[0].place == place and found[0].confidence >= ATTRIBUTED
        return hit / count


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Library]:
    """Filled once."""
    folder: Path = tmp_path_factory.mktemp("library")
    store = RelationalStore(str(folder / "ledger.db"))
    yield Library(store)
    store.close()


@pytest.mark.parametrize("chinese", [True, False], ids=["40 characters", "20 words"])
@pytest.mark.parametrize(("share", "least"), [(0.0, 0.99), (0.1, 0.9), (0.15, 0.8)])
def test_quotes_are_attributed_as_promised(
    library: Library, share: float, least: float, *, chinese: bool
) -> None:
    """Untouched, with 10 and with 15 % of the characters edited (always the same 100 quotes)."""
    assert library.recall(share, 100, chinese=chinese) >= least


def test_foreign_quotes_are_not_attributed(library: Library) -> None:
    """None of 300 that share stock phrases and words with what is there (the benchmark asks
    more)."""
    chance = np.random.default_rng(8)
    for text in answers(99, 300, 380):
        found = library.finder.by_words(quote(text, chance))
        assert not [each for each in found if each.confidence >= ATTRIBUTED]


def test_what_many_records_say_is_attributed_to_none(library: Library) -> None:
    """Confidence is divided among those that fit as well: leads, no attribution."""
    found = library.finder.by_words(STOCK)
    assert all(each.confidence < ATTRIBUTED for each in found)


def test_a_stock_phrase_and_a_few_chance_characters_are_attributed_to_none(
    library: Library,
) -> None:
    """The record fits best, but by what twenty others say as well: a lead."""
    found = library.finder.by_words(f"雨天不宜出门散步，读书更好，{STOCK[:17]}")
    assert [library.texts[each.place] for each in found] == [NEIGHBOUR]
    assert found[0].confidence < ATTRIBUTED


def test_the_order_of_stock_phrases_is_attributed_to_none(library: Library) -> None:
    """One record alone says in this order what others say in pairs: no words of it are its own."""
    found = library.finder.by_words("".join(library.phrases))
    assert library.texts[found[0].place] == library.in_order
    assert found[0].confidence < ATTRIBUTED


def test_a_stock_phrase_does_not_harm_a_quote_of_its_own(library: Library) -> None:
    """What stands beside it speaks for the record."""
    found = library.finder.by_words(f"{NEIGHBOUR[:12]}，{STOCK[:17]}")
    assert library.texts[found[0].place] == NEIGHBOUR
    assert found[0].confidence >= ATTRIBUTED


def test_of_a_whole_quote_half_the_units_suffice(library: Library) -> None:
    """Six characters of its own and stock, word for word. With one of them changed, or of a short
    quote, they make a lead."""
    own, changed = "之前要看天气", "之前要看天色"
    asked = [f"{own}，{STOCK[:30]}", f"{changed}，{STOCK[:30]}", f"{own}，{STOCK[:12]}"]
    found = [library.finder.by_words(each)[0] for each in asked]
    assert [library.texts[each.place] for each in found] == [NEIGHBOUR] * 3
    assert [each.confidence >= ATTRIBUTED for each in found] == [True, False, False]


def test_a_quote_is_attributed_among_drafts_of_one_answer(library: Library) -> None:
    """What a few likely records share is no stock phrase."""
    found = library.finder.by_words(library.drafted[40:80])
    assert len(found) > 3
    assert found[0].place == library.texts.index(library.drafted)
    assert found[0].confidence >= ATTRIBUTED


def test_a_quote_stitched_from_two_answers_is_attributed_to_both(library: Library) -> None:
    """Each with its own passage; neither takes the other's confidence."""
    first, second = library.texts[40][20:70], library.texts[81][20:70]
    found = [each for each in library.finder.by_words(first + second) if each.confidence > 0.8]
    assert {each.place for each in found} == {40, 81}
    passages = {each.place: (each.start, each.end) for each in found}
    assert passages[40][1] <= 52
    assert passages[81][0] >= 48


@pytest.mark.parametrize(("first", "second"), [((20, 40), (60, 80)), ((60, 80), (20, 40))],
                         ids=["one sentence left out", "in another order"])  # fmt: skip
def test_two_pieces_of_an_answer_are_one_quote(
    library: Library, first: tuple[int, int], second: tuple[int, int]
) -> None:
    """Each alone would be too little; the passage takes in both."""
    text = library.texts[48]
    asked = "……".join(text[start:end] for start, end in (first, second))
    found = library.finder.by_words(asked)
    assert [each.place for each in found if each.confidence >= ATTRIBUTED] == [48]
    assert found[0].end - found[0].start > 35


def test_a_quote_in_a_longer_post_is_attributed(library: Library) -> None:
    """What stands around it, three times as long and of the same words, is not in its way."""
    around = [text for text in answers(77, 4, 380) if text[0] > "z"]
    asked = f"{around[0][20:120]}“{library.texts[52][60:100]}”{around[1][20:120]}"
    found = library.finder.by_words(asked)
    assert [each.place for each in found if each.confidence >= ATTRIBUTED] == [52]
    assert abs(found[0].start - 101) <= 3
    assert abs(found[0].end - 141) <= 3


@pytest.mark.parametrize(
    ("asked", "kept"),
    [(TRADITIONAL[:24], SIMPLIFIED), (SIMPLIFIED, SIMPLIFIED),
     (TRADITIONAL[24:], TRADITIONAL[24:])],
    ids=["kept in simplified", "as it is kept", "kept by an older program"],
)  # fmt: skip
def test_a_quote_in_another_script_is_attributed(library: Library, asked: str, kept: str) -> None:
    """Traditional for simplified; a record that an older program kept in traditional, in that."""
    found = library.finder.by_words(asked)
    assert [library.texts[each.place] for each in found] == [kept]
    assert found[0].confidence >= ATTRIBUTED


def test_answers_that_many_got_word_for_word_are_all_named_and_none_is_sure(
    library: Library,
) -> None:
    """The same question asked by five: what was said to whom only its code, trace or time tell."""
    found = library.finder.by_words(library.repeated[30:110])
    assert len(found) == REPEATS
    assert all(each.confidence < ATTRIBUTED for each in found)
    assert {library.texts[each.place] for each in found} == {library.repeated}


def test_what_a_quote_shares_with_several_records_is_not_its_own(library: Library) -> None:
    """Two stock phrases that only one record joins, but that others say too: a lead at most."""
    found = library.finder.by_words(f"{STOCK[:20]}{library.repeated[40:60]}")
    assert all(each.confidence < ATTRIBUTED for each in found)


@pytest.mark.parametrize(
    "words",
    [("forms", "custom", "recalls"), ("concurrent", "custom", "yields"),
     ("currently", "customary", "recalls")],
)  # fmt: skip
def test_a_form_that_many_records_share_speaks_for_none(
    library: Library, words: tuple[str, str, str]
) -> None:
    """The one whose words are a little alike is led to; form and chance do not make it sure."""
    found = library.finder.by_words(FORM.format(*words))
    assert [library.texts[each.place] for each in found][:1] == [FILLED]
    assert all(each.confidence < ATTRIBUTED for each in found)


def test_what_fills_a_shared_form_speaks_for_the_record(library: Library) -> None:
    """The words that stand in it are its own."""
    found = library.finder.by_words(FILLED)
    assert library.texts[found[0].place] == FILLED
    assert found[0].confidence >= ATTRIBUTED


@pytest.mark.parametrize("asked", [COUNTED, f"Figure {COUNTED[:60]}"], ids=["alone", "titled"])
def test_numbers_alone_are_no_evidence(library: Library, asked: str) -> None:
    """Whoever counts says the same: a lead."""
    found = library.finder.by_words(asked)
    assert [library.texts[each.place] for each in found] == [COUNTED]
    assert found[0].confidence < ATTRIBUTED


def test_holders_of_a_passage_are_read_until_each_gram_has_some_that_are_known() -> None:
    """Not the likely one itself, not what is known, first who holds most, no more than told."""
    maker = Fingerprinter(KEY)
    question = maker.question(STOCK)
    size = len(question.places.units)
    every = Alignment(60, 1.0, 1.0, 0, size, 60, np.ones(size, bool))
    grams = list(question.grams)
    held = {gram: [1, 2, 3, 10 + n, 20 + n] for n, gram in enumerate(grams)}
    assert chorus(question, {1: every}, held, [1, 2])[10] == question.grams[grams[0]]
    assert len(chorus(question, {1: every}, held, [1, 2, 3])) == 2 * len(grams)
    assert chorus(question, {1: every}, {grams[0]: [1, 2]}, [1, 2]) == {}
    assert chorus(question, {1: every._replace(end=0)}, held, []) == {}


def test_all_that_share_as_much_as_the_best_are_candidates() -> None:
    """Else a hundred: of many that hold one gram the right one would be left out by chance."""
    question = Fingerprinter(KEY).question(STOCK)
    first, second, *_ = question.grams
    many = list(range(150))
    assert sorted(candidates(question, {first: many})) == many
    assert len(candidates(question, {first: list(range(500))})) == 400
    better = candidates(question, {first: many, second: [7]})
    assert len(better) == 100
    assert next(iter(better)) == 7


class Shelf:
    """A store whose grams are held by as many records as told; it notes what was asked."""

    def __init__(self, sizes: list[int], *, gone: bool = False) -> None:
        self._sizes = sizes
        self._gone = gone
        self.asked: list[tuple[int, int]] = []
        self._size_of: dict[int, int] = {}

    def holders(self, grams: Iterable[int], limit: int) -> dict[int, list[int]]:
        """Return the first records of each gram."""
        wanted = list(grams)
        self.asked.append((len(wanted), limit))
        for gram in wanted:
            self._size_of.setdefault(gram, self._sizes[len(self._size_of) % len(self._sizes)])
        return {gram: list(range(min(limit, self._size_of[gram]))) for gram in wanted}

    def fingerprints(self, places: Iterable[int]) -> dict[int, Fingerprint]:
        """Return the text itself for the first record, nothing for others."""
        made = Fingerprinter(KEY).of_each([[STOCK]])[0]
        return dict.fromkeys([place for place in places if not place and not self._gone], made)


@pytest.mark.parametrize(
    ("sizes", "limits"),
    [([3], [64]), ([3, 3, 9_000], [64]), ([9_000, 9_000, 3], [64, 500, 2000]),
     ([9_000], [64, 500, 2000]), ([200], [64, 500])],
    ids=["rare", "mostly rare", "mostly stock", "stock", "common"],
)  # fmt: skip
def test_more_holders_are_read_only_where_few_do_not_suffice(
    sizes: list[int], limits: list[int]
) -> None:
    """Of a stock phrase all that a limit allows; nothing is asked twice."""
    shelf = Shelf(sizes)
    found = Finder(cast("Store", shelf), KEY).by_words(STOCK)
    assert [limit for _, limit in shelf.asked] == limits
    counts = [count for count, _ in shelf.asked]
    assert counts == sorted(counts, reverse=True)
    assert [each.place for each in found] == ([0] if min(sizes) < 2_000 else [])


def test_a_few_typed_characters_suffice_among_few_records(library: Library) -> None:
    """Fifteen, two of them wrong; not found among others."""
    typed = list(library.texts[44][60:75])
    typed[4], typed[11] = "错", "误"
    asked = "".join(typed)
    assert library.finder.among(asked, [4, 8, 44, 80])[0].place == 44
    assert library.finder.among(TRADITIONAL[:15], [4, library.texts.index(SIMPLIFIED)])
    assert library.finder.among(asked, [4, 8, 80]) == []


def test_a_record_that_is_erased_meanwhile_is_not_found() -> None:
    """Its grams were read, its sketch is gone."""
    assert Finder(cast("Store", Shelf([3], gone=True)), KEY).by_words(STOCK) == []


@pytest.mark.parametrize(
    "text",
    ["", "好", "。！？", "\u200b" * 50, "a" * 30_000, "天" * 5_000, "\0" * 99, "\ud800" * 99,
     "\ufdfa" * 60_000, "\u202e\u200f" * 99, "0123456789" * 20_000],
    ids=["empty", "short", "signs", "invisible", "one letter", "one ideograph", "NUL", "surrogates",
         "that grows", "direction", "digits"],
)  # fmt: skip
def test_senseless_questions_find_nothing(library: Library, text: str) -> None:
    """Empty, short, invisible, endless ones: no error, no answer."""
    assert library.finder.by_words(text) == []
    assert library.finder.among(text, [1, 2]) == []


@pytest.mark.parametrize(
    ("near", "least", "most"),
    [
        (Nearness(0, Likeness(1.0, 0.0)), 1.0, 1.0),
        (Nearness(MOST_DIFFERENT, Likeness(0.9, 20.0)), ATTRIBUTED, 0.7),
        (Nearness(0, Likeness(0.99, 60.0)), 0.01, ATTRIBUTED - 0.01),
        (Nearness(0), 0.01, ATTRIBUTED - 0.01),
        (Nearness(0, Likeness(0.8, 5.0)), 0.0, 0.0),
        (Nearness(MOST_DIFFERENT + 1), 0.0, 0.0),
    ],
    ids=["the same", "just so", "other colours", "kept without a detail", "another", "far"],
)
def test_a_picture_is_attributed_only_if_its_detail_says_so(
    near: Nearness, least: float, most: float
) -> None:
    """Else it is a lead, or nothing."""
    assert least <= picture_confidence(near) <= most
