"""Quotes lead to their exchange, edited too; foreign quotes and stock phrases to none."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from gateway.ledger.finder import ATTRIBUTED, Finder
from gateway.matching.fingerprint import Fingerprinter
from gateway.ports.store import StoredRecord
from gateway.stores.relational import RelationalStore
from tests.bench.answers import answers, edited, quote

KEY = bytes(range(32))
ANSWERS = 1_500
STOCK = "感谢您的耐心等待，我们将会尽快处理您所反馈的问题，三天内以短信通知您结果。"


class Library:
    """Answers in a store, and whoever finds them again."""

    def __init__(self, store: RelationalStore) -> None:
        self.texts = [*answers(5, ANSWERS, 380), *[f"{STOCK}编号{n}。" for n in range(20)]]
        made = Fingerprinter(KEY).of_each([[text] for text in self.texts])
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


def test_a_few_typed_characters_suffice_among_few_records(library: Library) -> None:
    """Fifteen, two of them wrong; not found among others."""
    typed = list(library.texts[44][60:75])
    typed[4], typed[11] = "错", "误"
    asked = "".join(typed)
    assert library.finder.among(asked, [4, 8, 44, 80])[0].place == 44
    assert library.finder.among(asked, [4, 8, 80]) == []


@pytest.mark.parametrize("text", ["", "好", "。！？", "\u200b" * 50, "a" * 30_000, "天" * 5_000])
def test_senseless_questions_find_nothing(library: Library, text: str) -> None:
    """Empty, short, invisible, endless ones: no error, no answer."""
    assert library.finder.by_words(text) == []
    assert library.finder.among(text, [1, 2]) == []
