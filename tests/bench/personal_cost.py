"""Measures the filters of the tree that it is started in: a line in, a round of figures out.

A program of its own, so that the filters of two commits can be measured in turn in one run. A line
that holds a text (JSON) is answered with what is found in it instead, whole and cut.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable

from filters.personal_data import PersonalDataFilter
from filters.secrets import SecretsFilter
from gateway.ports.filter import Filter

TEXTS = {
    "Chinese prose": "今天下午我们去了河边散步，看见很多人在放风筝，天气不错，孩子们跑来跑去。回来"
    "的路上买了些水果，准备晚上做一道新学的菜，据说这道菜需要先把鱼腌制半小时，再用小火慢慢煎到两面"
    "金黄。作者认为，这部小说的名字取自一条老街，住在那里的居民大多以捕鱼为生，他们的生活方式是几"
    "百年来形成的。",
    "English prose": "The installation guide describes how a package is configured before the "
    "server starts, and which files must be present on the machine. When Anna came home she found "
    "the letter on the table: it said that the house, which her family had rented, was for sale. ",
    "Chinese with figures": "2024年全国有3个省份的产量超过1200万吨，比上年增长4.5%；第二季度共完成"
    "138个项目，平均每个项目用时27.5天，单价约为9.8元，负责人表示2025年计划再增加15%左右。",
    "code": "def total(rows: list[int], rate: float = 0.25) -> float:\n    return sum(row * rate "
    "for row in rows if row > 10) / max(1, len(rows))\n\nassert total([1, 20, 300]) == 26.666\n",
    "log": "2024-11-24 15:30:01.123 INFO [worker-3] request id=8f3a2c91 took 132 ms status=200 "
    "bytes=18342 path=/v1/chat/completions trace=4bf92f3577b34da6a3ce929d0e0e4736\n",
}
_SIZE = 1000
_DELTA = 4


def stream(judge: Filter, text: str) -> None:
    """Judge a text as the window does when it comes in deltas."""
    cursor = 0
    for end in range(_DELTA, len(text) + 1, _DELTA):
        left = max(0, cursor - judge.look_behind)
        scan = judge.scan(text[left:end], cursor - left, False)
        cursor = left + scan.safe_until


def _timed(call: Callable[[], object], times: int) -> float:
    start = time.process_time()
    for _ in range(times):
        call()
    return (time.process_time() - start) / times * 1e6


def _found(judge: Filter, text: str) -> list[object]:
    """Return what is found in a text at once, and what each delta of it finds and leaves open."""
    out: list[object] = [judge.scan(text, 0, True)]
    cursor = 0
    for end in range(_DELTA, len(text) + _DELTA, _DELTA):
        left = max(0, cursor - judge.look_behind)
        scan = judge.scan(text[left:end], cursor - left, end >= len(text))
        out.append(scan)
        cursor = left + scan.safe_until
    return out


def main() -> None:
    """Answer each empty line with a list of ``[filter, text, µs per delta, µs per 1,000]``."""
    judges = (PersonalDataFilter(), SecretsFilter())
    texts = {name: (part * 20)[:_SIZE] for name, part in TEXTS.items()}
    for line in sys.stdin:
        if line.strip():
            text = json.loads(line)
            print(json.dumps([_found(judge, text) for judge in judges]), flush=True)  # noqa: T201 -- a worker's answer
            continue
        figures = [
            (
                judge.name,
                name,
                _timed(lambda: stream(judge, text), 8) / (_SIZE / _DELTA),  # noqa: B023
                _timed(lambda: judge.scan(text, 0, True), 40),  # noqa: B023
            )
            for judge in judges
            for name, text in texts.items()
        ]
        print(json.dumps(figures), flush=True)  # noqa: T201 -- a worker's answer


if __name__ == "__main__":
    main()
