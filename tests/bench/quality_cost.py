"""What each local filter costs, side by side in one run."""

from __future__ import annotations

from collections.abc import Iterator

from filters.classifier import ClassifierFilter, shipped_scorer
from filters.lexicon import compile_lexicon, load_lists
from filters.personal_data import PersonalDataFilter
from filters.secrets import SecretsFilter
from gateway.assembly.shelf import POLICIES
from gateway.nouns.policy import LexiconUse
from tests.bench.classifier import TEXTS
from tests.bench.cpu import least

TITLE = "Cost"
HEADS = ("filter", *(f"{name}, µs" for name in TEXTS), "against the lexicon")
NOTE = "CPU microseconds per 300 characters on one core, the least of several rounds."


def rows() -> Iterator[tuple[str, ...]]:
    """Yield one row per filter."""
    filters = {
        "lexicon, shipped lists": compile_lexicon(
            load_lists([LexiconUse(use="shipped/harms")], policies=POLICIES)
        ),
        "personal data": PersonalDataFilter(),
        "secrets": SecretsFilter(),
        "classifier": ClassifierFilter(shipped_scorer().score),
    }
    texts = [long[:300] for long in TEXTS.values()]
    yardstick: list[float] = []
    for name, one in filters.items():
        costs = [
            least(lambda: one.scan(text, 0, True), rounds=9, each=60)  # noqa: B023
            for text in texts
        ]
        yardstick = yardstick or costs
        ratio = sum(costs) / sum(yardstick)
        yield name, *(f"{cost:.0f}" for cost in costs), f"{ratio:.1f} x"
