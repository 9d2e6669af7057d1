"""`sealgate lexicon`: import and coverage."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from gateway.cli import lexicon
from gateway.ports.word_lists import UrgentTerm


def test_import_tells_what_happened_and_what_to_write(run: Any, tmp_path: Path) -> None:
    """Counts, notes with line numbers, and the line for the policy."""
    (tmp_path / "mine.csv").write_text("a\n", encoding="utf-8")
    done = run("lexicon", "import", "mine.csv")
    assert done.exit_code == 0
    assert "5 terms kept, 1 merged, 1 dropped." in done.output
    assert "line 2: dropped: one character" in done.output
    assert "use: lists/mine.jsonl" in done.output
    assert (tmp_path / "lists/mine.jsonl").exists()


def test_many_notes_are_counted_by_reason(
    run: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where not all are shown, nobody has to count them himself."""
    (tmp_path / "mine.csv").write_text("a\n", encoding="utf-8")
    assert "1 lines" not in run("lexicon", "import", "mine.csv").output
    monkeypatch.setattr(lexicon, "MOST_NOTES", 0)
    assert "1 lines dropped: one character" in run("lexicon", "import", "mine.csv").output


def test_import_for_machines(run: Any, tmp_path: Path) -> None:
    """The same in one object, on standard output alone."""
    (tmp_path / "mine.csv").write_text("a\n", encoding="utf-8")
    done = run("lexicon", "import", "mine.csv", "--json")
    value = json.loads(done.stdout.splitlines()[-1])
    assert value["kept"] == 5
    assert value["notes"][0]["line"] == 2


def test_a_missing_file_is_wrong_usage(run: Any) -> None:
    """It is named."""
    done = run("lexicon", "import", "none.csv")
    assert done.exit_code == 2
    assert "none.csv" in done.output


def test_coverage_lists_categories(run: Any) -> None:
    """Terms per list and per category."""
    done = run("lexicon", "coverage")
    assert "shipped/harms" in done.output
    assert "A1.h.fraud" in done.output
    assert json.loads(run("lexicon", "coverage", "--json").output)["terms"]["company"] == 2


def test_coverage_counts_by_risk(run: Any) -> None:
    """With the standard's minimums; `--strict` makes what is short an exit code."""
    done = run("lexicon", "coverage", "--strict")
    assert done.exit_code == 1
    assert "3 / 200  A1.h" in done.output
    value = json.loads(run("lexicon", "coverage", "--json").output)
    assert value["risks"]["A1.d"] == {"terms": 1, "least": 200, "hazards": ["S1", "S9"]}
    assert len(value["risks"]) == 31
    assert value["short"][0] == "A1.a"
    assert value["short"][-1] == "all"


def test_entries_are_tested_on_their_own_texts(run: Any) -> None:
    """What is wrong is named by list, line and text."""
    done = run("lexicon", "test")
    assert done.exit_code == 1
    assert "mine#4: found in: ordinary" in done.output
    assert "2 entries with 3 texts, 1 wrong." in done.output
    assert json.loads(run("lexicon", "test", "--json").output)["misses"][0]["wanted"] is False


ADD = ("lexicon", "add", "words", "--category", "company", "--why", "case 17",
       "--expires", "2027-01-31", "--by", "li")  # fmt: skip


def test_an_urgent_term_goes_into_a_list(run: Any, program: Any, tmp_path: Path) -> None:
    """With all that is to be on record, and what it takes to act."""
    (tmp_path / "p.yaml").write_text(
        "version: 1\nlexicons: [{use: lists}]\nrules: [{id: a, when: company, do: block}]\n",
        encoding="utf-8",
    )
    (tmp_path / "lists").mkdir()
    done = run(*ADD, "--policy", "p.yaml")
    assert done.exit_code == 0, done.output
    assert "lists/urgent.jsonl, line 7. It acts from the next reload on: kill -HUP" in done.output
    (_, target, term) = program.calls[-1]
    assert target == Path("lists/urgent.jsonl")
    assert term == UrgentTerm("words", "company", 4, "li", "case 17", "2027-01-31")


def test_an_urgent_term_without_effect_says_so(run: Any) -> None:
    """Exit code 1: it is in the list, and changes nothing."""
    done = run(*ADD, "--severity", "2", "--policy", "cn-public")
    assert done.exit_code == 1
    assert "does not use the list yet: lexicons: [{use: lists/urgent.jsonl}]" in done.output
    assert "No rule does more than record `company` of severity 2." in done.output
    assert run(*ADD[:-4]).exit_code == 2
