"""``python -m tests.bench``: the table, memory, many streams, the soak, judging for others.

``--short`` shows in about a minute that all of it works; its figures mean little. ``--peers`` adds
LiteLLM (its environment is made by `make extras`). ``--full`` soaks 200,000 exchanges.
"""

from __future__ import annotations

import argparse
import tempfile
from pathlib import Path

from tests.bench import judge, memory, run, soak, streams, subjects


def main() -> None:
    """Measure and print."""
    words = argparse.ArgumentParser(description=__doc__)
    words.add_argument("--short", action="store_true", help="only to see that it works")
    words.add_argument("--peers", action="store_true", help="LiteLLM in the table")
    words.add_argument("--full", action="store_true", help="soak 200,000 exchanges")
    words.add_argument("--table-only", action="store_true", help="no streams, no soak")
    said = words.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        rounds = 1 if said.short else run.ROUNDS
        _say(run.measured(rounds, Path(folder), peers=said.peers))
        if not said.table_only:
            _the_rest(Path(folder), short=said.short, full=said.full)


def _the_rest(folder: Path, *, short: bool, full: bool) -> None:
    with subjects.serving(folder) as (behind, gateway):
        _say(memory.memory(gateway))
        _say(streams.added_gap(behind.port, gateway, streams=50 if short else 400,
                               seconds=3 if short else 15))  # fmt: skip
        _say(streams.weight(gateway, streams=100 if short else 2000, seconds=4 if short else 15))
        _say(judge.guard(gateway, 5 if short else 50))
        _say(judge.batch(str(folder / "policy.yaml"), folder, 10_000 if short else 200_000))
        _say(soak.soak(gateway, 960 if short else 200_000 if full else 20_000))


def _say(text: str) -> None:
    print(text, flush=True)  # noqa: T201 -- the benchmark's own output


if __name__ == "__main__":
    main()
