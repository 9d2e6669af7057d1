"""Broken files of every format against all marks: the quick part of `tests.bench.broken`."""

from __future__ import annotations

import pytest

from gateway.nouns.media import MediaFormat
from tests.bench.broken import FAULTS, GOOD, SEED, Judge
from tests.damage.files import CRAFTED, broken

JUDGE = Judge()
FEW = 9


@pytest.mark.parametrize("found", list(MediaFormat), ids=str)
def test_a_good_file_is_sealed(found: MediaFormat) -> None:
    """What the broken ones are made from bears every mark that its format has a place for."""
    assert JUDGE.outcome(GOOD[found](), found)[0] == "sealed"


@pytest.mark.parametrize("found", list(MediaFormat), ids=str)
def test_a_broken_file_is_sealed_or_refused_with_a_word(found: MediaFormat) -> None:
    """Nothing raises; what is called written is read back from the file as it would leave."""
    for number, content in enumerate(broken(GOOD[found](), found, FEW, seed=SEED)):
        what, said, _ = JUDGE.outcome(content, found)
        assert what not in FAULTS, (number, what, said)


@pytest.mark.parametrize("found", list(MediaFormat), ids=str)
def test_the_beginning_of_a_file_is_sealed_or_refused_with_a_word(found: MediaFormat) -> None:
    """Cut off within its first bytes, where each format says what it is; also of a sealed one,
    which may say it in another way (GIF89a)."""
    good = GOOD[found]()
    for content in (good, JUDGE.outcome(good, found)[2]):
        for size in (*range(17), 20, 24, 33, 40, 64):
            what, said, _ = JUDGE.outcome(content[:size], found)
            assert what not in FAULTS, (size, what, said)


@pytest.mark.parametrize("found", list(MediaFormat), ids=str)
def test_whatever_was_thought_of_can_be_made(found: MediaFormat) -> None:
    """And differs from the good file, or nearly all of it does."""
    good = GOOD[found]()
    made = [make() for make in CRAFTED[found](good)]
    assert len(made) > 5
    assert sum(each != good for each in made) > 0.9 * len(made)
