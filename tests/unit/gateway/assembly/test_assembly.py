"""The assembly as the command line knows it."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from gateway import assembly
from gateway.config.settings import Settings
from gateway.nouns.errors import ConfigError
from gateway.nouns.policy import LexiconUse, PersonalUse, Policy, Rule
from gateway.nouns.segment import Direction
from gateway.nouns.verdict import Action
from gateway.ports.operator import KeyOrder
from tests.ledger_kit import Ledger, name

LIST = """\
赌博网站,A1.h.gambling,4
赌博网站,A1.h.gambling,3
的,A1.h.other,3
,A1.h.other,3
"""


def test_check_builds_without_serving(tmp_path: Path) -> None:
    """And tells what is covered."""
    settings = Settings(state=str(tmp_path / "state"))
    found = assembly.check(settings, Policy(lexicons=(LexiconUse(use="shipped/harms"),)))
    assert found.terms
    assert not (tmp_path / "state").exists()


def test_a_judge_needs_no_installation(tmp_path: Path) -> None:
    """It judges as the gateway would."""
    rules = (Rule(id="data", when="personal_data", do=Action.REDACT),)
    judge = assembly.open_judge(
        Settings(state=str(tmp_path / "none")), Policy(personal_data=PersonalUse(), rules=rules)
    )
    (judged,) = judge.judge(["call 13912345677"], Direction.OUTPUT)
    assert judged.safe_text == "call [redacted]"
    assert not (tmp_path / "none").exists()


def test_an_archive_reads_what_the_gateway_wrote(tmp_path: Path) -> None:
    """And is refused where there is none."""
    with pytest.raises(ConfigError):
        assembly.open_archive(Settings(state=str(tmp_path)), Policy())
    ledger = Ledger(tmp_path)
    ledger.exchange(1, "hello there")
    ledger.ship()
    archive = assembly.open_archive(Settings(state=str(tmp_path)), Policy())
    shown = archive.show(name(1), reason="test")
    assert shown is not None
    assert [text.text for text in shown.texts if text.part == "answer"] == ["hello there"]
    archive.close()
    ledger.close()


def test_keys_are_kept_with_and_without_a_ledger(tmp_path: Path) -> None:
    """Before the first start there is none; afterwards changes are chained."""
    settings = Settings(state=str(tmp_path / "state"))
    assembly.open_keys(settings).create(KeyOrder("one", "default"))
    ledger = Ledger(tmp_path / "state")
    assembly.open_keys(settings).create(KeyOrder("two", "default"))
    assert [key.name for key in assembly.open_keys(settings).list()] == ["one", "two"]
    assert [row.kind for row in ledger.store.walk()] == ["key_created"]
    ledger.close()


def test_an_import_tells_what_became_of_each_line(tmp_path: Path) -> None:
    """Merged, dropped, warned; in the order of the lines."""
    source, target = tmp_path / "own.csv", tmp_path / "own.jsonl"
    source.write_text("text,category,severity\n" + LIST, encoding="utf-8")
    summary = assembly.import_terms(source, target, progress=lambda done, of: None)
    assert summary.kept == len(target.read_text(encoding="utf-8").splitlines())
    assert summary.merged == 1
    kinds = {note.what for note in summary.notes}
    assert "merged" in kinds
    assert [note.line for note in summary.notes] == sorted(note.line for note in summary.notes)


def test_a_secret_comes_from_where_the_settings_say() -> None:
    """The command line resolves with the same words."""
    assert assembly.resolve_secret("env:PATH", os.environ) == os.environ["PATH"]
