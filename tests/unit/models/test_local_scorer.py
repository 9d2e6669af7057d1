"""The process beside the worker, with a stand-in for the model: no model library is needed."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from models.local_scorer import Folder, LocalScorer

_MODEL = """
import json, sys
def say(value):
    print(json.dumps(value), flush=True)
say({"labels": ["len"]})
for line in sys.stdin:
    texts = json.loads(line)["texts"]
    if "die" in texts: sys.exit(3)
    if "sleep" in texts:
        import time; time.sleep(600)
    if "odd" in texts: say({"error": "ValueError"})
    elif "short" in texts: say({"scores": []})
    else: say({"scores": [{"len": float(len(text))} for text in texts]})
"""


@asynccontextmanager
async def scorer(program: str = _MODEL, **folder: float) -> AsyncIterator[LocalScorer]:
    """Give a scorer of a stand-in; its process is ended."""
    where = Folder("nowhere", "onnx")._replace(**folder)
    one = LocalScorer(where, (sys.executable, "-c", program))
    try:
        yield one
    finally:
        await one.close()


async def test_texts_of_all_callers_go_together_and_scores_come_back_to_each() -> None:
    """What comes within a moment is a batch, no larger than it may be; order is kept."""
    async with scorer(batch=4, linger_s=0.05) as one:
        asked = [one.score(["x" * size, "y"], deadline_s=30) for size in range(1, 6)]
        got = await asyncio.gather(*asked)
        assert got == [[{"len": float(size)}, {"len": 1.0}] for size in range(1, 6)]
        assert one.batches == [4, 4, 2]


async def test_a_text_that_cannot_be_scored_is_an_error_and_no_more() -> None:
    """The process stays, and scores the next."""
    async with scorer() as one:
        for bad in ("odd", "short"):
            with pytest.raises(ValueError, match="could not score"):
                await one.score([bad], deadline_s=30)
        assert await one.score(["abc"], deadline_s=30) == [{"len": 3.0}]


async def test_a_process_that_ends_is_started_again_for_a_while() -> None:
    """Whoever asked then hears of it; after three ends in a row nobody tries for a pause."""
    async with scorer() as one:
        for _ in range(2):
            with pytest.raises(ConnectionError):
                await one.score(["die"], deadline_s=30)
        assert await one.score(["abc"], deadline_s=30) == [{"len": 3.0}]
        for _ in range(3):
            with pytest.raises(ConnectionError):
                await one.score(["die"], deadline_s=30)
        with pytest.raises(ConnectionError, match="repeatedly"):
            await one.score(["abc"], deadline_s=30)


@pytest.mark.parametrize("program", ["print('hello')", "print('[1]')", "import none_such"])
async def test_no_model_is_a_connection_error(program: str) -> None:
    """A program that is none, a library that is not there."""
    async with scorer(program) as one:
        with pytest.raises(ConnectionError):
            await one.score(["abc"], deadline_s=30)


async def test_a_deadline_is_kept_and_who_gave_up_is_left_out() -> None:
    """Even while the model is busy; closing ends the process."""
    async with scorer() as one:
        await one.score(["warm"], deadline_s=30)
        with pytest.raises(TimeoutError):
            await one.score(["sleep"], deadline_s=0.2)
        child = one._child
        await one.close()
        assert child is not None
        assert child.returncode is not None
