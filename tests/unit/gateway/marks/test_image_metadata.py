"""The metadata label of pictures."""

from __future__ import annotations

import msgspec
import pytest

from gateway.marks.image_metadata import ImageMetadata
from gateway.nouns.mark import AigcLabel
from gateway.nouns.media import MediaFormat
from gateway.ports.mark import ClaimState
from gateway.wire import image_file, png, xmp
from gateway.wire.aigc_label import make_label, parse
from tests.picture_kit import CLAIM, EXCHANGE, OTHER_PRODUCER, PRODUCER, format_of, pictures

MARK = ImageMetadata()
THEIRS = AigcLabel("2", OTHER_PRODUCER, "17", "seal", OTHER_PRODUCER, "17", "")
PICTURE = pictures()["png"]


def _label(content: bytes) -> AigcLabel | None:
    (value,) = image_file.read(content, MediaFormat.PNG).labels
    return parse(value)


def _carrying(label: AigcLabel, place: bytes = b"") -> bytes:
    value = msgspec.json.encode(label).decode()
    if not place:
        return image_file.write(PICTURE, MediaFormat.PNG, {xmp.AIGC: value})
    head, *rest = png.chunks(PICTURE)
    body = b'AIGC\0{"AIGC":' + value.encode() + b"}"
    return png.joined([head, png.Chunk(place, body), *rest])


@pytest.mark.parametrize("name", pictures())
def test_the_label_is_bare_and_in_order(name: str) -> None:
    """Seven members, without the wrapper, without blanks, beside the source type."""
    content, receipt = MARK.stamp(pictures()[name], CLAIM)
    assert receipt == ("image_metadata", "written", "")
    found = image_file.read(content, format_of(name))
    assert found.labels == (msgspec.json.encode(CLAIM.label).decode(),)
    assert found.source_types == (xmp.TRAINED,)


@pytest.mark.parametrize("place", [b"", b"tEXt"], ids=["XMP", "tEXt"])
def test_another_producers_label_is_carried_on(place: bytes) -> None:
    """Its production members stay, we are the propagator, and there is one label."""
    content, _ = MARK.stamp(_carrying(THEIRS, place), CLAIM)
    assert _label(content) == AigcLabel("2", OTHER_PRODUCER, "17", "seal", PRODUCER, EXCHANGE, "")
    assert MARK.stamp(content, CLAIM)[0] == content


def test_our_own_earlier_label_gives_way() -> None:
    """What we generate anew has one label, and its number is the new one."""
    content, _ = MARK.stamp(_carrying(make_label(PRODUCER, "earlier"), b"tEXt"), CLAIM)
    assert _label(content) == CLAIM.label


def test_uploads_make_a_composite() -> None:
    """What was made from somebody's picture says so."""
    content, _ = MARK.stamp(PICTURE, CLAIM._replace(sources=(b"upload",)))
    assert image_file.read(content, MediaFormat.PNG).source_types == (xmp.COMPOSITE,)


def test_another_producers_source_type_stays() -> None:
    """It knows how the picture was made; any other word for it is replaced."""
    value = msgspec.json.encode(THEIRS).decode()
    add = {xmp.AIGC: value, xmp.SOURCE_TYPE: xmp.COMPOSITE}
    theirs = image_file.write(PICTURE, MediaFormat.PNG, add)
    content, _ = MARK.stamp(theirs, CLAIM)
    assert image_file.read(content, MediaFormat.PNG).source_types == (xmp.COMPOSITE,)
    camera = image_file.write(PICTURE, MediaFormat.PNG, {xmp.SOURCE_TYPE: "digitalCapture"})
    content, _ = MARK.stamp(camera, CLAIM)
    assert image_file.read(content, MediaFormat.PNG).source_types == (xmp.TRAINED,)


def test_without_a_provider_code_only_the_source_type_is_written() -> None:
    """No code is invented; the receipt says what was written, and a reader finds it."""
    content, receipt = MARK.stamp(PICTURE, CLAIM._replace(label=None))
    assert receipt == ("image_metadata", "written", "source_type_only")
    assert image_file.read(content, MediaFormat.PNG).labels == ()
    (found,) = MARK.verify(content)
    assert (found.label, found.detail) == (None, "source_type_only")
    theirs, _ = MARK.stamp(_carrying(THEIRS, b"tEXt"), CLAIM._replace(label=None))
    assert _label(theirs) == THEIRS


def test_two_labels_are_an_altered_file() -> None:
    """A reader gives both, and believes neither."""
    head, *rest = png.chunks(_carrying(THEIRS))
    both = png.joined([head, png.Chunk(b"tEXt", b'AIGC\0{"Label":"1"}'), *rest])
    found = MARK.verify(both)
    assert [claim.state for claim in found] == [ClaimState.ALTERED] * 2


@pytest.mark.parametrize(
    ("content", "reason"),
    [(PICTURE[:-5], "broken_png"), (b"RIFF", "no_picture"), (b"<svg><a></svg>", "broken_xmp")],
)
def test_failures_have_a_reason(content: bytes, reason: str) -> None:
    """A word without content; the bytes are those given."""
    assert MARK.stamp(content, CLAIM) == (content, ("image_metadata", "failed", reason))
