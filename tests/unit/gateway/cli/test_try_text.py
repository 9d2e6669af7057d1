"""`sealgate try`: one text or many, for people and for machines."""

from __future__ import annotations

import json
from typing import Any


def test_a_finding_is_underlined_and_sets_the_exit_code(run: Any) -> None:
    """The span is marked below the text, with category, severity, action and rule."""
    done = run("try", "so bad!", "--policy", "empty")
    assert done.exit_code == 1
    lines = done.output.splitlines()
    at = lines.index("  so bad!")
    assert lines[at + 1] == "     ^^^"
    assert "A1.d" in lines[at + 2]
    assert "harms" in lines[at + 2]


def test_a_clean_text_passes_both_ways(run: Any) -> None:
    """Without a side the text is judged as a question and as an answer."""
    done = run("try", "fine", "--policy", "empty")
    assert done.exit_code == 0
    assert done.output.count("pass") == 2


def test_json_has_spans_verdict_and_safe_text(run: Any) -> None:
    """One object per side."""
    done = run("try", "so bad!", "--side", "input", "--json", "--policy", "empty")
    value = json.loads(done.output)
    assert value["verdict"] == "block"
    assert value["safe_text"] == ""
    assert (value["findings"][0]["start"], value["findings"][0]["end"]) == (3, 6)


def test_batch_answers_every_line_in_order(run: Any, program: Any) -> None:
    """Plain lines count from one, JSON lines keep their own id; empty lines are left out."""
    lines = '\ufefffirst\n\n{"id": "x", "text": "bad"}\r\nlast'
    done = run("try", "--batch", "-", "--json", "--policy", "empty", input=lines)
    values = [json.loads(line) for line in done.output.splitlines()]
    assert [value["id"] for value in values] == [1, "x", 4]
    assert [value["verdict"] for value in values] == ["pass", "block", "pass"]
    assert done.exit_code == 1


def test_long_batches_go_in_groups(run: Any, program: Any) -> None:
    """Memory stays bounded, and no line is lost between groups."""
    done = run("try", "--batch", "-", "--policy", "empty", input="text\n" * 1200)
    assert len(done.output.splitlines()) == 1200
    assert [call[1] for call in program.calls] == [512, 512, 176]


def test_bad_lines_name_their_number(run: Any) -> None:
    """A broken JSON line is wrong usage, not a text."""
    for line in ('{"text": ', '{"id": 1}', '{"text": 5}'):
        done = run("try", "--batch", "-", "--policy", "empty", input=f"ok\n{line}\n")
        assert done.exit_code == 2
        assert "2" in done.output


def test_text_and_batch_exclude_each_other(run: Any) -> None:
    """Neither is wrong usage too."""
    assert run("try").exit_code == 2
    assert run("try", "a", "--batch", "-").exit_code == 2
