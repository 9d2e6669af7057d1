"""`sealgate trace FILE` asks what the desk asks: a file's words, its marks, its bytes."""

from __future__ import annotations

import pytest

from gateway.assembly.file_tracing import FileMarks
from gateway.assembly.records import Records
from gateway.desk.reading import nothing_beside
from gateway.nouns.policy import Keep
from tests.document_kit import word_of
from tests.ledger_kit import name
from tests.unit.gateway.assembly.test_reading import STORY, Bench, bench
from tests.unit.gateway.assembly.test_reading_documents import FORMS

__all__ = ["bench"]


@pytest.fixture
def records(bench: Bench) -> Records:
    """The operator's desk over the bench's ledger, without readers of marks."""

    def marks() -> FileMarks:
        return FileMarks((), nothing_beside)

    return Records(bench.vault, bench.sealer, Keep(), bench.ledger.clock, marks=marks)


@pytest.mark.parametrize("form", FORMS)
def test_a_document_is_found_by_its_words(records: Records, form: str) -> None:
    """Whatever kind of file the text was put in."""
    _, found = records.trace_file(FORMS[form](STORY), f"story.{form}")
    assert [(each.exchange, each.how) for each in found] == [(name(1), "fingerprint")]


def test_a_document_is_found_by_a_code_in_it(bench: Bench, records: Records) -> None:
    """The short code of a label, retyped."""
    _, found = records.trace_file(word_of(f"{bench.code}\nNothing else."), "a.docx")
    assert [(each.exchange, each.how) for each in found] == [(name(1), "code")]


def test_another_document_is_nobodys(records: Records) -> None:
    """No mark, no exchange."""
    assert records.trace_file(word_of("The council met on Monday. " * 9), "a.docx") == ([], [])
