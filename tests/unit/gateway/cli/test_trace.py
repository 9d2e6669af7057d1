"""`sealgate trace`: from a text to its exchange."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

RECORD = "01K9ZZZZZZZZZZZZZZZZZZZZZZ"


def test_a_known_text_names_its_exchange(run: Any, program: Any) -> None:
    """With time, way and confidence; the archive is closed."""
    done = run("trace", "a known text")
    assert done.exit_code == 0
    assert RECORD in done.output
    assert "97%" in done.output
    assert program.calls[-1] == "close"


def test_an_unknown_text_is_exit_code_one(run: Any) -> None:
    """Scripts can tell."""
    assert run("trace", "nothing").exit_code == 1


def test_text_from_file_and_from_input(run: Any, tmp_path: Path) -> None:
    """Long texts do not fit on a command line."""
    (tmp_path / "a.txt").write_text("known", encoding="utf-8")
    assert run("trace", "--file", "a.txt").exit_code == 0
    assert run("trace", "--file", "-", input="known").exit_code == 0
    assert run("trace", "--file", "none.txt").exit_code == 2
    assert run("trace").exit_code == 2


def test_json_for_machines(run: Any) -> None:
    """A list, empty when nothing is known."""
    assert json.loads(run("trace", "known", "--json").output)[0]["exchange"] == RECORD
    assert json.loads(run("trace", "other", "--json").output) == []
