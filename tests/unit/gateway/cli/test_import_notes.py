"""Notes of an import in Chinese: every sentence of the importer has one."""

from __future__ import annotations

import re

import pytest

from filters.lexicon.entries import LONGEST_TERM
from filters.lexicon.importer import read_terms
from gateway.cli import import_notes, language

_HAN = re.compile("[\u4e00-\u9fff]")
_WRONG = f"""term,category,severity,match,variants,allow,expires
wonder,x,2,,,,
Wonder,x,3,,,,
!!,x,2,,,,
锟斤拷,x,2,,,,
12345,x,2,,,,
的,x,2,,,,
ab,x,2,,,,
a.*b,x,2,,,,
good one,没有的,2,,,,
bad one,x,9,,,,
{"y" * (LONGEST_TERM + 1)},x,2,,,,
third,a b,2,,,,
fourth,x,2,sideways,,,
fifth,x,2,,,sixth,
seventh,x,2,,,,tomorrow
"""


def test_every_sentence_of_the_importer_is_translated() -> None:
    """Whatever a list does wrong."""
    report = read_terms(_WRONG.encode())
    reasons = [note.reason for note in (*report.merged, *report.dropped, *report.noted)]
    assert len(reasons) == 14
    reasons += [note.reason for note in read_terms(b'{"text": "z z"}\n[1]\n').dropped]
    reasons += ["found 3 times in ordinary text: x", "nothing is left of the term after folding"]
    reasons += [import_notes.kind_of(why) for why in reasons]
    assert [why for why in reasons if not _HAN.search(import_notes._chinese(why))] == []


@pytest.mark.parametrize(
    ("speaks", "both"),
    [("en", ("merged", "says the same as line 2")), ("zh", ("合并", "与第 2 行相同"))],
)
def test_notes_are_in_the_language_of_the_process(
    speaks: str, both: tuple[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """And what is not known stays as it is."""
    monkeypatch.setattr(language, "LANGUAGE", speaks)
    assert import_notes.said("merged", "says the same as line 2") == both
    assert import_notes.said("other", "something new") == ("other", "something new")


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("says the same as line 2", "says the same as line 31"),
        ("category a\nb is not known; default taken", "category c is not known; default taken"),
        ("severity 9 is not 1-4; default taken", "severity x is not 1-4; default taken"),
        ("found 3 times in ordinary text: a", "found 4 times in ordinary text: b"),
    ],
)
def test_reasons_of_many_lines_are_counted_together(one: str, other: str) -> None:
    """Whatever each of them says of its own line."""
    assert import_notes.kind_of(one) == import_notes.kind_of(other)
    assert import_notes.kind_of("something new") == "something new"
