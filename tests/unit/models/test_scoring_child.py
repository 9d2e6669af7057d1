"""The program in which models run. With tiny models that are made here, if torch is there
(`make install-models`)."""

from __future__ import annotations

import asyncio
import importlib.util
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from models.local_scorer import Folder, LocalScorer
from models.scoring_child import Model, highest, serve


def test_a_label_has_its_highest_score_over_the_windows() -> None:
    """A long text has several rows; none is lost."""
    odds = [[0.9, 0.1], [0.2, 0.8], [0.6, 0.4]]
    assert highest(2, [0, 0, 1], odds, ["ok", "harm"]) == [
        {"ok": 0.9, "harm": 0.8}, {"ok": 0.6, "harm": 0.4},
    ]  # fmt: skip


def test_each_line_has_an_answer() -> None:
    """Labels first; nonsense and texts that cannot be scored are errors by kind."""

    def score(texts: Any) -> list[dict[str, float]]:
        if texts == ["bad"]:
            raise RuntimeError("with the text in it")
        return [{"a": 0.5} for _ in texts]

    said: list[object] = []
    lines = [b'{"texts": ["x", "y"]}', b'{"texts": ["bad"]}', b"{", b"[]", b"{}"]
    serve(Model(["a"], score), lines, said.append)
    assert said[:3] == [
        {"labels": ["a"]}, {"scores": [{"a": 0.5}] * 2}, {"error": "RuntimeError"},
    ]  # fmt: skip
    assert len(said) == 6
    assert "text in it" not in str(said)


# -- with model libraries


MAKER = Path(__file__).parents[2] / "tiny_classifier.py"


def _make(folder: Path) -> None:
    subprocess.run([sys.executable, str(MAKER), str(folder)], check=True, capture_output=True)


_HAS_MODELS = all(importlib.util.find_spec(name) for name in ("torch", "transformers"))


@pytest.mark.extras
@pytest.mark.parametrize("runtime", ["transformers", "onnx"])
async def test_a_model_of_a_folder(tmp_path: Path, runtime: str) -> None:
    """Harm is found wherever it stands, also behind the first window; both runtimes agree."""
    assert _HAS_MODELS, "make install-models"
    await asyncio.to_thread(_make, tmp_path)
    assert json.loads((tmp_path / "config.json").read_text())["id2label"]["1"] == "HARM"
    one = LocalScorer(Folder(str(tmp_path), runtime))
    texts = ["good", "bad", "ugly good", "good " * 200, "good " * 150 + "bad " + "good " * 50]
    try:
        scores = await one.score(texts, deadline_s=120)
    finally:
        await one.close()
    assert [score["HARM"] > 0.5 for score in scores] == [False, True, False, False, True]
    assert all(abs(sum(score.values()) - 1) < 1e-5 for score in scores[:3])


@pytest.mark.extras
async def test_a_folder_without_a_model_is_no_model(tmp_path: Path) -> None:
    """Nothing is fetched: the process ends."""
    one = LocalScorer(Folder(str(tmp_path), "transformers"))
    try:
        with pytest.raises(ConnectionError):
            await one.score(["good"], deadline_s=120)
    finally:
        await one.close()
