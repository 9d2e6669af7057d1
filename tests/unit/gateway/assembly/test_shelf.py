"""Lists are read and compiled once, however many policies use them."""

from __future__ import annotations

import json
import pickle
from pathlib import Path

import pytest

from gateway.assembly import shelf
from gateway.assembly.shelf import Shelf, draft_lists
from gateway.nouns.policy import LexiconUse, Policy, Rule
from gateway.nouns.verdict import Action

BLOCK = Rule(id="core", when="A1.*", severity=3, do=Action.BLOCK)


def _policy(path: Path, severity: int = 4, *, variants: tuple[str, ...] = ("fold",)) -> Policy:
    entry = {"text": "绿皮大象", "category": "A1.a", "severity": severity}
    path.write_text(json.dumps(entry) + "\n", encoding="utf-8")
    return Policy(lexicons=(LexiconUse(use=str(path), variants=variants),), rules=(BLOCK,))


def test_a_list_is_read_once_per_use(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Other variants are another use."""
    reads: list[LexiconUse] = []
    read = shelf.read_lists
    monkeypatch.setattr(shelf, "read_lists", lambda use: reads.append(use) or read(use))
    one, other = tmp_path / "a.jsonl", ("fold", "pinyin")
    draft_lists([_policy(one), _policy(one), _policy(one, variants=other)])
    assert len(reads) == 2


def test_the_first_last_day_is_told(tmp_path: Path) -> None:
    """Of the entries in force."""
    path = tmp_path / "a.jsonl"
    policy = _policy(path)
    assert draft_lists([policy]).last_day == ""
    days = ("2999-12-31", "2998-12-31", "", "2001-12-31")
    entries = [{"text": f"绿皮大象{n}", "category": "x", "severity": 1, "expires": day}
               for n, day in enumerate(days)]  # fmt: skip
    path.write_text("".join(json.dumps(each) + "\n" for each in entries))
    assert draft_lists([policy]).last_day == "2998-12-31"


def test_equal_entries_share_one_automaton(tmp_path: Path) -> None:
    """And others do not."""
    same, other = tmp_path / "a.jsonl", tmp_path / "b.jsonl"
    made = Shelf(draft_lists([_policy(same), _policy(same), _policy(other, severity=3)]))
    first, twin, third = (made.take(place).lexicons[0][0] for place in range(3))
    assert first is twin
    assert first is not third
    assert made.take(0).sizes == (("a", 1),)


def test_drafts_can_be_handed_to_another_process(tmp_path: Path) -> None:
    """What is built of them is what is built here."""
    drafts = draft_lists([_policy(tmp_path / "a.jsonl")])
    handed = pickle.loads(pickle.dumps(drafts))
    (here, found), (there, told) = (Shelf(each).take(0).lexicons[0] for each in (drafts, handed))
    assert found == told
    assert here.hash == there.hash
    text = "一头绿皮大象走来"
    assert here.scan(text, 0, True) == there.scan(text, 0, True)
    assert here.scan(text, 0, True).findings
