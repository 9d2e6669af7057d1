"""What every mark on files promises, over a table of examples."""

from __future__ import annotations

from functools import cache

import pytest

from gateway.marks import FILE_MARKS, ImageLabel, ImageMetadata, ImageWatermark
from gateway.nouns.mark import FileMarksOrder
from gateway.nouns.media import MediaFormat, MediaKind
from gateway.ports.mark import Claim, ClaimState, FileMark
from gateway.wire.aigc_label import make_label
from tests import picture_kit

KEY = b"0123456789abcdef"
MARKS: tuple[FileMark, ...] = (
    ImageLabel(FileMarksOrder(label=True)),
    ImageMetadata(),
    ImageWatermark(KEY),
)
CLAIM = picture_kit.CLAIM
OTHER = Claim(
    "01ARZ3NDEKTSV4RRFFQ69G5FAW",
    "0000-0001-2",
    make_label(picture_kit.PRODUCER, "01ARZ3NDEKTSV4RRFFQ69G5FAW"),
    line="AI-generated content",
)


EXAMPLES = picture_kit.pictures()
"""The files by name: at least one of every format that some mark can be put on."""
FORMATS: dict[str, MediaFormat] = {name: picture_kit.format_of(name) for name in EXAMPLES}


@cache
def stamped(mark: FileMark, name: str) -> tuple[bytes, str]:
    """Return an example after one stamping, and the receipt's status."""
    content, receipt = mark.stamp(EXAMPLES[name], CLAIM)
    return content, receipt.status


CASES = [
    pytest.param(mark, name, id=f"{mark.name}-{name}")
    for mark in MARKS
    for name, found in FORMATS.items()
    if found in mark.formats
]
each = pytest.mark.parametrize(("mark", "name"), CASES)
marks = pytest.mark.parametrize("mark", MARKS, ids=lambda mark: mark.name)


def test_every_registered_mark_is_under_contract() -> None:
    """A new mark gets an example here, a new format a file."""
    elsewhere = ("Audio", "Video", "Document", "Credentials")  # the suites beside this one
    here = {kind for kind in FILE_MARKS if not kind.__name__.startswith(elsewhere)}
    assert {type(mark) for mark in MARKS} == here
    assert len({mark.name for mark in FILE_MARKS}) == len(FILE_MARKS)
    formats = set(FORMATS.values())
    assert formats >= {found for mark in MARKS for found in mark.formats}


def test_no_two_marks_of_a_family_share_a_format() -> None:
    """The stamper finds one mark for a family and a format."""
    places = [(mark.family, found) for mark in MARKS for found in mark.formats]
    assert len(places) == len(set(places))


@each
def test_what_was_stamped_is_read_back(mark: FileMark, name: str) -> None:
    """Written means that verify finds the claim intact; otherwise nothing changed."""
    content, status = stamped(mark, name)
    if status == "written":
        found = mark.verify(content)
        assert any(CLAIM.code == one.code or CLAIM.exchange == one.exchange for one in found)
        assert all(one.state is ClaimState.INTACT for one in found)
    else:
        assert (content, status) == (EXAMPLES[name], "not_possible")


@each
def test_stamping_twice_is_stamping_once(mark: FileMark, name: str) -> None:
    """The same claim is not written again."""
    content, _ = stamped(mark, name)
    assert mark.stamp(content, CLAIM)[0] == content


@each
def test_what_was_never_stamped_claims_nothing(mark: FileMark, name: str) -> None:
    """Reading invents nothing."""
    if mark.family.value != "watermark" or name in {"png", "jpeg"}:
        assert mark.verify(EXAMPLES[name]) == []


@marks
@pytest.mark.parametrize(
    "content", [b"", b"\xff\xd8\xff", b"GIF89a", b"Hello.", b"\x89PNG\r\n\x1a\n"]
)
def test_what_is_no_file_is_a_failure_and_no_crash(mark: FileMark, content: bytes) -> None:
    """Nothing written: the bytes given come back, and the receipt has a reason."""
    same, receipt = mark.stamp(content, CLAIM)
    assert same == content
    assert receipt.status in {"failed", "not_possible"}
    assert receipt.detail
    assert mark.verify(content) == []


@marks
@pytest.mark.parametrize("kind", list(MediaKind), ids=str)
def test_broken_files_are_never_passed_unmarked(mark: FileMark, kind: MediaKind) -> None:
    """A mutated file is stamped so that it is read back, or the receipt says that it is not."""
    short = {"png palette", "jpeg", "webp", "gif moving", "avif", "tiff", "svg"}
    names = [name for name, found in FORMATS.items() if found.kind is kind]
    for name in names:
        if name not in short or FORMATS[name] not in mark.formats:
            continue
        for broken in picture_kit.mutations(EXAMPLES[name], 6, seed=len(name)):
            content, receipt = mark.stamp(broken, CLAIM)
            if receipt.status == "written":
                assert mark.verify(content)
            else:
                assert content == broken
                assert receipt.detail


@marks
def test_another_exchange_is_told_apart(mark: FileMark) -> None:
    """What is read back is what was written last."""
    name = next(name for name, found in FORMATS.items() if found in mark.formats)
    content, receipt = mark.stamp(EXAMPLES[name], OTHER)
    assert receipt.status == "written"
    (found,) = mark.verify(content)
    assert OTHER.code == found.code or OTHER.exchange == found.exchange
