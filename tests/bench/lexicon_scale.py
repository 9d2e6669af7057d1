"""How a lexicon grows: `python -m tests.bench.lexicon_scale [TERMS]` (default 100000).

Prints patterns after expansion, seconds and memory of compiling, what workers forked after it share
and hold for themselves once they have judged the texts, and the cost of a streamed delta of four
characters and of 100 characters, CPU time, the least of several rounds.
"""

from __future__ import annotations

import gc
import json
import multiprocessing
import resource
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from filters.lexicon import Entry, LexiconFilter, WordList, compile_lexicon, named_list
from tests.bench.lists import write_terms
from tests.bench.processes import kib_by_kind

_ROUNDS = 12
_DELTA, _BEHIND = 4, 40
_LINE = 100
_WORKERS = 4
_PATIENCE_S = 600
TEXTS = {
    "en, prose": "In the morning a baker opens her shop at six; by seven there is a line of "
    "customers that reaches the corner. I asked her why she keeps a notebook beside the till. " * 6,
    "zh, prose": "今天早上我们在公园里散步，看见很多人在湖边锻炼身体。天气预报说下午会有小雨，"
    "所以大家都带了雨伞。这本书讲的是一个普通家庭三代人的故事，语言朴素，读起来让人觉得温暖。" * 9,
    "code": (
        'with path.open(encoding="utf-8") as source:\n'
        "    for number, line in enumerate(source, 1):\n"
        '        cells = line.split(",")\n'
        '        rows.append({"id": cells[0], "x1": cells[2]})\n'
    )
    * 5,
}  # fmt: skip


def terms(count: int) -> WordList:
    """Return a list of made-up terms that the texts do not hold."""
    with tempfile.TemporaryDirectory() as folder:
        path = write_terms(Path(folder) / "terms.jsonl", count)
        entries = [Entry(**json.loads(line)) for line in path.open(encoding="utf-8")]
    ordinary = "".join(TEXTS.values())
    return named_list("made up", [entry for entry in entries if entry.text not in ordinary])


def _least(run: Callable[[], int]) -> float:
    """Return the least microseconds of one call among the rounds of ``run``."""
    best = float("inf")
    for _ in range(_ROUNDS):
        start = time.process_time()
        count = run()
        best = min(best, (time.process_time() - start) / count * 1e6)
    return best


def per_delta(lexicon: LexiconFilter, text: str) -> float:
    """Return the microseconds of a delta, all before it released."""

    def run() -> int:
        for at in range(0, len(text), _DELTA):
            lexicon.scan(text[max(0, at - _BEHIND) : at + _DELTA], min(_BEHIND, at), False)
        return len(range(0, len(text), _DELTA))

    return _least(run)


def per_line(lexicon: LexiconFilter, text: str) -> float:
    """Return the microseconds of 100 characters at once."""
    lines = [text[at : at + _LINE] for at in range(0, len(text) - _LINE, 37)]

    def run() -> int:
        for line in lines:
            lexicon.scan(line, 0, True)
        return len(lines)

    return _least(run)


def workers(lexicon: LexiconFilter, count: int = _WORKERS) -> list[dict[str, int]]:
    """Fork workers that freeze what they have as the gateway's do, let each judge all texts, and
    return the memory of each while all of them live."""
    context = multiprocessing.get_context("fork")
    together, answers = context.Barrier(count), context.Queue()

    def work() -> None:
        gc.freeze()
        for text in TEXTS.values():
            per_line(lexicon, text)
        together.wait(_PATIENCE_S)
        answers.put(kib_by_kind("self"))
        together.wait(_PATIENCE_S)

    forked = [context.Process(target=work) for _ in range(count)]
    for each in forked:
        each.start()
    found = [answers.get(timeout=_PATIENCE_S) for _ in forked]
    for each in forked:
        each.join(_PATIENCE_S)
    return found


def main() -> None:
    """Print the figures of one size."""
    words = terms(int(sys.argv[1]) if len(sys.argv) > 1 else 100_000)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    start = time.process_time()
    lexicon = compile_lexicon([words])
    spent = time.process_time() - start
    del words  # the gateway keeps none either
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    resident = int(Path("/proc/self/statm").read_text("ascii").split()[1]) * 4
    size = lexicon.lexicon.automaton.size
    print(f"{lexicon.size} terms, {size} patterns: {spent:.1f} s")  # noqa: T201 -- a tool
    print(f"MiB: {before >> 10} before, {most >> 10} at most, {resident >> 10} after")  # noqa: T201
    found = workers(lexicon)
    own = max(each["Private_Clean"] + each["Private_Dirty"] for each in found)
    resident, split = max(each["Rss"] for each in found), max(each["Pss"] for each in found)
    print(  # noqa: T201
        f"MiB, the largest of {_WORKERS} workers: {resident >> 10} resident, {own >> 10} its own, "
        f"{resident - own >> 10} shared; {split >> 10} where each pays its part of what is shared"
    )
    for name, text in TEXTS.items():
        delta, line = per_delta(lexicon, text), per_line(lexicon, text)
        print(f"{name}: {delta:.1f} us a delta, {line:.1f} us per 100 characters")  # noqa: T201


if __name__ == "__main__":
    main()
