"""Text cut anywhere is judged as the whole: the law of the Filter port, for the classifier."""

from __future__ import annotations

import random

from hypothesis import given, settings
from hypothesis import strategies as st

from filters.classifier import ClassifierFilter, Scores
from gateway.nouns.finding import Finding

_PIECES = st.one_of(
    st.sampled_from(["你好。", "滚！", "字" * 50, "a" * 90, " ", "\n", "\n\n", ".", ". ", "3.11",
                     "”", "？”", "…", "，", "word " * 30, "\ud83d", "!?", "」", "x" * 330]),
    st.text(max_size=6),
)  # fmt: skip
_TEXTS = st.lists(_PIECES, max_size=12).map("".join)


def _any_score(text: str) -> Scores:
    """Every stretch has a score of its own, so that a stretch cut otherwise shows."""
    number = sum((at + 1) * ord(char) for at, char in enumerate(text))
    return Scores(number % 7 / 6, number % 5 / 4, "region" if number % 3 else "")


def _streamed(text: str, mode: str, rng: random.Random) -> tuple[list[Finding], int]:
    judge = ClassifierFilter(_any_score, mode=mode)
    found: list[Finding] = []
    cursor = end = held = 0
    while cursor < len(text):
        end = min(len(text), end + rng.choice((1, 7, 30, 90, 200)))
        scan = judge.scan(text[cursor:end], 0, final=end == len(text))
        fence = cursor + scan.safe_until
        assert cursor <= fence <= end
        for finding in scan.findings:
            assert cursor + finding.end <= fence
            found.append(finding._replace(start=cursor + finding.start, end=cursor + finding.end))
        cursor = fence
        held = max(held, end - fence)
    return found, held


@settings(max_examples=120, deadline=None)
@given(_TEXTS, st.sampled_from(["flag", "sync"]), st.randoms(use_true_random=False))
def test_cut_anywhere_is_the_whole(text: str, mode: str, rng: random.Random) -> None:
    """Same findings, same spans, each once; and never more held than declared."""
    judge = ClassifierFilter(_any_score, mode=mode)
    found, held = _streamed(text, mode, rng)
    assert found == list(judge.scan(text, 0, final=True).findings)
    assert held <= judge.look_ahead
