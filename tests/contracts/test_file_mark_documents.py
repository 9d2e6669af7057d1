"""What every mark on documents promises, and content credentials on all files."""

from __future__ import annotations

import io
import tracemalloc
import zipfile
from itertools import islice
from pathlib import Path

import msgspec
import pikepdf
import pytest

from gateway.engine.stamping import Stamper
from gateway.marks import FILE_MARKS, Credentials, DocumentLabel, DocumentMetadata
from gateway.nouns.mark import AigcLabel, FileMarksOrder, LabelPosition, MarkFamily
from gateway.nouns.media import MediaFormat, MediaKind
from gateway.ports.mark import ClaimState, FileMark
from tests.document_kit import (
    DOCUMENTS,
    EXCHANGE,
    OTHER_EXCHANGE,
    PRODUCER,
    claim,
    mutations,
    picture,
    signing,
)

MARKS: list[FileMark] = [
    *(DocumentLabel(FileMarksOrder(at=at)) for at in LabelPosition),
    DocumentMetadata(),
    Credentials(signing()),
]
FOREIGN = AigcLabel("1", "001191310104MACE0YX63918020", "17", "seal", "third", "18", "code")
FILES: dict[MediaFormat, bytes] = {
    **{found: make() for found, make in DOCUMENTS.items()},
    MediaFormat.PNG: picture("PNG"),
    MediaFormat.JPEG: picture("JPEG"),
    MediaFormat.WEBP: picture("WEBP"),
    MediaFormat.GIF: picture("GIF"),
    MediaFormat.TIFF: picture("TIFF"),
    MediaFormat.SVG: b'<svg xmlns="http://www.w3.org/2000/svg"><rect width="9" height="9"/></svg>',
}
CASES = [
    pytest.param(mark, found, id=f"{mark.name}-{getattr(mark, '_at', '')}-{found.value}")
    for mark in MARKS
    for found in FILES
    if found in mark.formats
]
cases = pytest.mark.parametrize(("mark", "found"), CASES)


def test_every_registered_mark_of_these_is_under_contract() -> None:
    """A new mark gets an example here."""
    mine = {kind for kind in FILE_MARKS if kind.__name__.startswith(("Document", "Credentials"))}
    assert {type(mark) for mark in MARKS} == mine


def test_every_mark_of_this_part_is_registered() -> None:
    """Assembly finds them where it finds all marks on files."""
    assert {DocumentLabel, DocumentMetadata, Credentials} <= set(FILE_MARKS)
    documents = {found for found in MediaFormat if found.kind is MediaKind.DOCUMENT}
    assert DocumentLabel.formats == DocumentMetadata.formats == documents


@cases
def test_what_was_stamped_is_read_back(mark: FileMark, found: MediaFormat) -> None:
    """Written means that verify finds it; anything else means that nothing changed."""
    content, receipt = mark.stamp(FILES[found], claim()._replace(format=found))
    assert receipt.mark == mark.name
    assert receipt.status in {"written", "not_possible"}
    if receipt.status == "not_possible":
        assert content == FILES[found]
        return
    read = mark.verify(content)
    assert len(read) == 1
    assert read[0].exchange == EXCHANGE or claim().code == read[0].code
    assert content != FILES[found]
    assert mark.verify(FILES[found]) == []


@cases
def test_stamping_twice_is_stamping_once(mark: FileMark, found: MediaFormat) -> None:
    """The same claim is not written again."""
    said = claim()._replace(format=found)
    once, _ = mark.stamp(FILES[found], said)
    twice, receipt = mark.stamp(once, said)
    assert twice == once
    assert receipt.status != "failed"


@cases
def test_a_later_claim_takes_the_place_of_ours(mark: FileMark, found: MediaFormat) -> None:
    """Marks of our own do not pile up."""
    once, receipt = mark.stamp(FILES[found], claim()._replace(format=found))
    if receipt.status != "written":
        return
    other = claim(OTHER_EXCHANGE)._replace(format=found)
    again, _ = mark.stamp(once, other)
    read = mark.verify(again)
    assert [each.code or other.code for each in read] == [other.code]
    assert [each.exchange or OTHER_EXCHANGE for each in read] == [OTHER_EXCHANGE]


@pytest.mark.parametrize("found", [each for each in DOCUMENTS if each is not MediaFormat.TXT])
def test_a_foreign_label_is_carried_on(found: MediaFormat) -> None:
    """Its production members stay, we propagate, and there is one label."""
    mark = DocumentMetadata()
    foreign, _ = mark.stamp(FILES[found], claim()._replace(label=FOREIGN, format=found))
    assert mark.verify(foreign)[0].label == FOREIGN
    stamped, receipt = mark.stamp(foreign, claim()._replace(format=found))
    assert receipt.status == "written"
    assert [each.label for each in mark.verify(stamped)] == [
        msgspec.structs.replace(
            FOREIGN, ContentPropagator=PRODUCER, PropagateID=EXCHANGE, ReservedCode2=""
        )
    ]


@pytest.mark.parametrize("found", list(DOCUMENTS))
def test_marks_together_leave_each_other_whole(found: MediaFormat) -> None:
    """The order of the families keeps the earlier marks readable and the credential valid."""
    label, metadata, credentials = MARKS[0], DocumentMetadata(), Credentials(signing())
    stamper = Stamper([label, metadata, credentials], list(MarkFamily))
    stamped = stamper.stamp(FILES[found], claim(), hint=f"x.{found.value}")
    assert stamped.format is found
    done = [each for each in stamped.receipts if each.status == "written"]
    assert len(label.verify(stamped.content)) == 1
    assert len(done) == 1 + len(metadata.verify(stamped.content)) + len(
        credentials.verify(stamped.content)
    )
    assert ClaimState.ALTERED not in {each.state for each in credentials.verify(stamped.content)}


def _hold(mark: FileMark, found: MediaFormat, damaged: bytes) -> str:
    """A mark either refuses a file as it is, or what it wrote can be read by others too."""
    content, receipt = mark.stamp(damaged, claim()._replace(format=found))
    if receipt.status != "written":
        assert content == damaged
        return receipt.status
    assert mark.verify(content)
    if found in {MediaFormat.DOCX, MediaFormat.XLSX, MediaFormat.PPTX}:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            assert archive.testzip() is None
    if found is MediaFormat.PDF:
        with pikepdf.open(io.BytesIO(content), attempt_recovery=False) as opened:
            assert len(opened.pages) > 0
    return receipt.status


LABELS = [MARKS[0], DocumentMetadata(), Credentials(signing())]
FUZZED = [
    pytest.param(mark, found, id=f"{mark.name}-{found.value}")
    for mark in LABELS
    for found in FILES
    if found in mark.formats
]


@pytest.mark.parametrize(("mark", "found"), FUZZED)
def test_damaged_files_never_pass_as_marked(mark: FileMark, found: MediaFormat) -> None:
    """Some files in every way broken: nothing raises, nothing is called written that is not."""
    for damaged in mutations(FILES[found], 15, seed=7):
        _hold(mark, found, damaged)


@pytest.mark.long
@pytest.mark.fuzz
@pytest.mark.timeout(1800)
@pytest.mark.parametrize(("mark", "found"), FUZZED)
def test_a_thousand_damaged_files_never_pass_as_marked(mark: FileMark, found: MediaFormat) -> None:
    """The same with a thousand; memory is traced for the first hundred, since it costs most."""
    damaged = mutations(FILES[found], 1000, seed=11)
    tracemalloc.start()
    try:
        for each in islice(damaged, 100):
            _hold(mark, found, each)
        assert tracemalloc.get_traced_memory()[1] < 256 * 1024 * 1024
    finally:
        tracemalloc.stop()
    for each in damaged:
        _hold(mark, found, each)


def test_nothing_of_the_machine_is_in_what_is_written(tmp_path: Path) -> None:
    """The same claim gives the same bytes, wherever it is written (a signature has its own)."""
    for mark in MARKS[:4]:
        for found in DOCUMENTS:
            said = claim()._replace(format=found)
            assert mark.stamp(FILES[found], said) == mark.stamp(FILES[found], said)
