"""The order of marks on files, and what becomes of those that cannot be put on."""

from __future__ import annotations

import pytest

from gateway.engine.stamping import Stamper
from gateway.nouns.mark import MarkFamily, Receipt
from gateway.nouns.media import MediaFormat
from gateway.ports.mark import Claim
from tests.media_kit import wav
from tests.note_marks import BesideNote

CLAIM = Claim("01ARZ3NDEKTSV4RRFFQ69G5FAV", "G9BR-Q7B1-W")
PNG = b"\x89PNG\r\n\x1a\n rest"


class Writes:
    """A mark that appends its family's name."""

    formats = frozenset({MediaFormat.PNG})

    def __init__(self, family: MarkFamily, status: str = "written") -> None:
        self.family = family
        self.name = f"test_{family.value}"
        self._status = status

    def stamp(self, content: bytes, claim: Claim) -> tuple[bytes, Receipt]:
        """Append, or do as told."""
        receipt = Receipt(self.name, self._status)
        return (content + self.name.encode() if self._status == "written" else content), receipt

    def verify(self, content: bytes) -> list[Claim]:
        """Nothing is read here."""
        return []


def test_what_is_seen_comes_first_and_the_signature_last() -> None:
    """The order of marks is that of their families, however they are given."""
    families = [MarkFamily.CREDENTIAL, MarkFamily.METADATA, MarkFamily.LABEL]
    done = Stamper([Writes(each) for each in families], families).stamp(PNG, CLAIM)
    assert done.content == PNG + b"test_labeltest_metadatatest_credential"
    assert done.complete
    assert done.format is MediaFormat.PNG


def test_only_what_is_owed_is_put_on() -> None:
    """A mark that nobody ordered stays away."""
    marks = [Writes(each) for each in MarkFamily]
    assert Stamper(marks, [MarkFamily.METADATA]).stamp(PNG, CLAIM).content == PNG + b"test_metadata"
    assert Stamper(marks, []).stamp(PNG, CLAIM).content == PNG


def test_failure_is_told_and_the_rest_is_done() -> None:
    """One mark that fails does not keep others away, but the file is not complete."""
    marks = [Writes(MarkFamily.LABEL, "failed"), Writes(MarkFamily.METADATA)]
    done = Stamper(marks, list(MarkFamily)[:3]).stamp(PNG, CLAIM)
    assert [receipt.status for receipt in done.receipts] == ["failed", "failed", "written"]
    assert done.receipts[1].detail == "no_mark_for_png"
    assert not done.complete


def test_no_place_in_the_format_is_no_failure() -> None:
    """What the standard has no place for is not owed there."""
    mark = Writes(MarkFamily.METADATA, "not_possible")
    assert Stamper([mark], [MarkFamily.METADATA]).stamp(PNG, CLAIM).complete


def test_unknown_format_is_not_complete() -> None:
    """Bytes of no known format bear nothing."""
    done = Stamper([], [MarkFamily.LABEL]).stamp(b"\x00\x01", CLAIM)
    assert done.format is None
    assert not done.complete
    assert done.receipts[0].detail == "unknown_format"


def test_a_watermark_is_owed_on_pictures_only() -> None:
    """A sound is complete without one; a picture for which no mark was given is not."""
    owed = [MarkFamily.WATERMARK]
    sound = Stamper([], owed).stamp(wav(), CLAIM)
    assert sound.receipts == (Receipt("watermark", "not_possible", "no_place_in_format"),)
    assert sound.complete
    assert not Stamper([], owed).stamp(PNG, CLAIM).complete


def test_what_finds_no_place_stands_beside_the_file_if_that_is_asked() -> None:
    """The receipt then says where; a file beside which nothing can stand is as before."""
    stamper = Stamper([BesideNote(MarkFamily.CREDENTIAL)], [MarkFamily.CREDENTIAL])
    none = Receipt("note_credential", "not_possible", "no_place_in_format")
    beside = stamper.stamp(PNG, CLAIM, beside=True)
    assert (beside.content, beside.manifest[:11]) == (PNG, b"credential\0")
    assert beside.receipts == (Receipt("note_credential", "written", "beside_the_file"),)
    for done in (stamper.stamp(PNG, CLAIM), stamper.stamp(PNG + b"!alone!", CLAIM, beside=True)):
        assert (done.manifest, done.receipts) == (b"", (none,))


@pytest.mark.parametrize(
    ("content", "hint"),
    [
        (b'<?xml version="1.0"?><rss/>', ""),
        (b'\xef\xbb\xbf{"a": [1]}', ""),
        (b"print(1)\n", "tool.py"),
        (b"a: 1\n", "application/x-yaml"),
        (b"<feed/>", "application/atom+xml; charset=utf-8"),
        (b"{\\rtf1\\ansi words}", ""),
        (b"WEBVTT\n\n00:01.000 --> 00:02.000\nwords\n", "speech.vtt"),
        (b"\xef\xbb\xbfBEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n", ""),
    ],
)
def test_a_text_that_a_line_would_break_stays_as_it_is(content: bytes, hint: str) -> None:
    """Programs read it; the policy says whether it leaves."""
    done = Stamper([], [MarkFamily.LABEL]).stamp(content, CLAIM, hint=hint)
    assert (done.content, done.complete) == (content, False)
    assert done.receipts == (Receipt("label", "failed", "strict_text"),)


@pytest.mark.parametrize(
    ("content", "hint"),
    [(b"{curly} prose", ""), (b"Dear all,\n", "letter.txt"), (b"a,b\n1,2\n", "rows.csv")],
)
def test_other_texts_are_plain(content: bytes, hint: str) -> None:
    """Prose, and rows of values, which take a line more."""
    done = Stamper([], [MarkFamily.LABEL]).stamp(content, CLAIM, hint=hint)
    assert done.format is MediaFormat.TXT


@pytest.mark.parametrize("content", [b"upstream timed out", b"<html>502</html>"])
@pytest.mark.parametrize("hint", ["image/png", "speech.mp3", "video/mp4"])
def test_text_is_no_picture(content: bytes, hint: str) -> None:
    """Where a file of media was announced, text is none; a text file's name stays one."""
    stamper = Stamper([], [MarkFamily.LABEL])
    assert stamper.stamp(content, CLAIM, hint=hint).format is None
    assert stamper.stamp(content, CLAIM, hint="note.txt").format is MediaFormat.TXT
