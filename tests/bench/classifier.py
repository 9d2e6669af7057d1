"""The classifier's cost beside one scan of the lexicon: `python -m tests.bench.classifier`.

CPU time of this process, the least of several rounds; 300 characters each.
"""

from __future__ import annotations

from collections.abc import Callable

from filters.classifier import ClassifierFilter, shipped_scorer
from filters.lexicon import Entry, compile_lexicon, named_list
from tests.bench.cpu import least

TEXTS = {
    "zh, prose": "今天下午我们去了河边散步，看见很多人在放风筝，天气不错，孩子们跑来跑去。回来"
    "的路上买了些水果，准备晚上做一道新学的菜，据说这道菜需要先把鱼腌制半小时，再用小火慢慢煎到两面金黄。"
    * 4,
    "en, prose": "The installation guide describes how a package is configured before the server "
    "starts, and which files must be present on the machine. " * 3,
    "en, neutral": "The first version of the tool reads a table and writes a report. " * 6,
    "zh, posts": "你们这种人真是没救了，每个地方都有好人和坏人，凭什么说东北人素质低？" * 10,
}


def cost(call: Callable[[], object]) -> float:
    """Return the least microseconds of CPU per call."""
    return least(call, rounds=15, each=100)


def main() -> None:
    """Print one line per text."""
    scorer = shipped_scorer()
    judge = ClassifierFilter(scorer.score)
    entries = [Entry(text=f"禁词{n}", category="x.y", severity=2) for n in range(10_000)]
    lexicon = compile_lexicon([named_list("bench", entries)])
    for name, long in TEXTS.items():
        text = long[:300]
        scan = cost(lambda: lexicon.scan(text, 0, True))  # noqa: B023
        score = cost(lambda: scorer.score(text))  # noqa: B023
        whole = cost(lambda: judge.scan(text, 0, True))  # noqa: B023
        print(  # noqa: T201 -- a command
            f"{name}: score {score:.0f}, filter {whole:.0f} µs per {len(text)} characters;"
            f" lexicon {scan:.0f} ({whole / scan:.1f} x)"
        )


if __name__ == "__main__":
    main()
