"""What people do in an assessment: its faults (its good days are in test_assess.py)."""

from __future__ import annotations

from pathlib import Path


def test_a_folder_without_an_assessment_is_told(run) -> None:
    """Every command says how one begins."""
    Path("empty").mkdir()
    for command in (("sheet", "empty", "s.csv"), ("recorded", "empty", "--reason", "r")):
        done = run("assess", *command)
        assert (done.exit_code, "assess run" in done.output) == (2, True), done.output
    Path("s.csv").write_text("id\n", encoding="utf-8")
    assert run("assess", "review", "empty", "s.csv").exit_code == 2
    assert run("assess", "verify", "empty").exit_code == 2
