"""What the shipped lists find of plain requests, and what they leave alone.

The texts were written before the phrases that find them, by the same hand: the held-out half was
not tuned on, but it is no stranger's set. Every second request of a risk is held out.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from filters.lexicon import LexiconFilter, compile_lexicon, load_lists
from filters.lexicon.trial import try_entries
from gateway.nouns.policy import LexiconUse

POLICIES = Path(__file__).parents[4] / "policies"
PLAIN = Path(__file__).parent / "plain"
USES = [LexiconUse(use="shipped/harms"), LexiconUse(use="shipped/misuse")]
TUNED, HELD_OUT = 0, 1


@pytest.fixture(scope="module")
def harms() -> LexiconFilter:
    """The lists that the presets use."""
    return compile_lexicon(load_lists(USES[:1], policies=POLICIES))


def _texts(name: str) -> Iterator[tuple[int, str]]:
    """Yield the half and the text of each line."""
    seen: dict[str, int] = {}
    for line in (PLAIN / name).read_text(encoding="utf-8").splitlines():
        if line.startswith("#"):
            continue
        risk, _, text = line.rpartition("\t")
        yield seen.get(risk, 0) % 2, text
        seen[risk] = seen.get(risk, 0) + 1


def _found(lexicon: LexiconFilter, name: str, half: int, least: int) -> int:
    """Return how many texts of a half have a finding of at least this severity."""
    texts = [text for each, text in _texts(name) if each == half]
    assert len(texts) >= 10
    return sum(
        any(one.severity >= least for one in lexicon.scan(text, 0, final=True).findings)
        for text in texts
    )


def test_plain_requests_are_seen(harms: LexiconFilter) -> None:
    """Of 80 tuned on and 80 held out. Contempt of groups is recorded, not blocked."""
    assert _found(harms, "harmful.txt", TUNED, 2) >= 79
    assert _found(harms, "harmful.txt", TUNED, 3) >= 71
    assert _found(harms, "harmful.txt", HELD_OUT, 2) >= 69
    assert _found(harms, "harmful.txt", HELD_OUT, 3) >= 64


def test_look_alikes_are_left_alone(harms: LexiconFilter) -> None:
    """Of 198 none is blocked, and at most one recorded."""
    for half in (TUNED, HELD_OUT):
        assert _found(harms, "benign.txt", half, 3) == 0
        assert _found(harms, "benign.txt", half, 1) <= 1


def test_reports_are_left_alone(harms: LexiconFilter) -> None:
    """News, court reports, advice, novels, lessons: of 395 two are blocked (a suspect who had
    searched for a bomb's recipe, a story about who sells papers), at most eight recorded. Of 23
    answers that refuse and repeat what was asked, six are blocked."""
    blocked = {"answer": 0, "report": 0}
    seen = 0
    lines = (PLAIN / "reports.txt").read_text(encoding="utf-8").splitlines()
    texts = [line.partition("\t") for line in lines if not line.startswith("#")]
    assert len(texts) == 418
    for genre, _, text in texts:
        worst = max((f.severity for f in harms.scan(text, 0, final=True).findings), default=0)
        blocked["answer" if genre == "answer" else "report"] += worst >= 3
        seen += genre != "answer" and worst > 0
    assert blocked["report"] <= 2
    assert blocked["answer"] <= 6
    assert seen <= 8


def test_plain_misuse_is_seen() -> None:
    """Of 10 tuned on and 10 held out, with both lists."""
    both = compile_lexicon(load_lists(USES, policies=POLICIES))
    assert _found(both, "misuse.txt", TUNED, 2) >= 10
    assert _found(both, "misuse.txt", HELD_OUT, 2) >= 10


def test_the_shipped_entries_pass_their_own_texts() -> None:
    """What an entry names is found or left alone."""
    trial = try_entries(load_lists(USES, policies=POLICIES))
    assert trial.entries >= 20
    assert trial.misses == ()


def test_requests_of_a_second_hand_are_seen(harms: LexiconFilter) -> None:
    """Of 163 the lists found 61 before they were grown on them; 74 look-alikes stay alone."""
    found = sum(_found(harms, "second_hand.txt", half, 2) for half in (TUNED, HELD_OUT))
    assert found >= 141
    assert _found(harms, "second_hand_benign.txt", TUNED, 1) == 0
    assert _found(harms, "second_hand_benign.txt", HELD_OUT, 1) == 0
