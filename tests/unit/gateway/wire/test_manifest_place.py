"""What gateway.wire.manifest_place promises: a manifest comes back from where it was put."""

from __future__ import annotations

import base64

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.nouns.media import MediaFormat as F
from gateway.wire.manifest_place import (
    ManifestPlace,
    ManifestPlaceError,
    manifest_places,
    room_for,
    without,
)
from tests.unit.gateway.wire.test_manifest_padding import SIGNED, signature

SCRIPT = b'<script type="application/c2pa">%b</script>'
BLOCK = (
    b"<!-- -----BEGIN C2PA MANIFEST----- data:application/c2pa;base64,%b "
    b"-----END C2PA MANIFEST----- -->\n"
)


@settings(deadline=None)
@given(st.binary(max_size=400), st.sampled_from([F.TXT, F.MARKDOWN, F.HTML]))
def test_what_is_written_is_found(manifest: bytes, found: F) -> None:
    """At the place that the hash leaves out, at a length that its bytes do not change."""
    content = "<title>春</title>\n来".encode()
    room = room_for(content, found)
    written = room.write(manifest)
    whole = room.before + written + room.behind
    place = ManifestPlace(len(room.before), len(written), manifest)
    assert manifest_places(whole) == [place]
    assert without(whole, [place]).strip() == content
    assert len(written) == len(room.write(bytes(len(manifest))))


@pytest.mark.parametrize("narrow", range(6))
def test_the_padding_of_a_signature_makes_way_for_selectors_of_three_bytes(narrow: int) -> None:
    """Some readers take no others for padding: of three manifests two suit, without it one. What
    is signed stays as it is."""
    claim = b"\xff" * 50 + b"\1" * narrow
    room = room_for(b"", F.TXT)
    suited = [number for number in range(3)
              if room.suits(room.write(b"\1" * number + claim + signature(900)))]  # fmt: skip
    assert len(suited) == 2
    bare = [number for number in range(3) if room.suits(room.write(b"\1" * number + claim))]
    assert len(bare) == 1
    for number in suited:
        written = room.write(b"\1" * number + claim + signature(900))
        (place,) = manifest_places(written)
        assert set(written.decode()[1 + 13 + len(place.manifest) :]) == {"\ufe00"}
        assert place.manifest.startswith(b"\1" * number + claim)
        assert place.manifest.endswith(b"\xf6\x58\x40" + SIGNED)
        assert len(place.manifest) == number + len(claim) + len(signature(900))


@pytest.mark.parametrize("narrow", range(6))
def test_without_such_padding_other_selectors_fill_the_place(narrow: int) -> None:
    """It is as long as it is to be."""
    room = room_for(b"text", F.TXT)
    written = room.write(b"\xff" * 50 + b"\1" * narrow)
    assert len(written) == len(room.write(bytes(50 + narrow)))


@pytest.mark.parametrize(
    ("content", "held"),
    [
        (SCRIPT % b"YQ==", [b"a"]), (SCRIPT % b" YQ==\n", [b"a"]), (SCRIPT % b"!", [b""]),
        (b"<SCRIPT Type = application/c2pa >YQ==</SCRIPT >", [b"a"]),
        (b"<!-- " + SCRIPT % b"YQ==" + b" -->", []), (b"<title>" + SCRIPT % b"YQ==", []),
        (SCRIPT[:-9] % b"YQ==", []), (SCRIPT % b"YQ==" + SCRIPT % b"Yg==", [b"a", b"b"]),
        (BLOCK % b"YQ==", [b"a"]), (BLOCK % b"?" + BLOCK % b"YQ==", [b"", b"a"]),
        (BLOCK.replace(b"data:", b"https:") % b"YQ==", [b""]), (BLOCK[:40], []),
        (b"\xff" + BLOCK % b"YQ==", []), (b"c2pa", []), ("\ufefftext \u263a\ufe0f".encode(), []),
        (("\ufeff" + "\ufe00" * 2_000_000).encode(), []),
    ],
)  # fmt: skip
def test_only_whole_places_are_found(content: bytes, held: list[bytes]) -> None:
    """Not in comments, not in texts, not half; what cannot be decoded is an empty one."""
    assert [each.manifest for each in manifest_places(content)] == held


@pytest.mark.parametrize(
    "content",
    [
        b"-----BEGIN C2PA MANIFEST----- " * 50_000,
        b"-----BEGIN C2PA MANIFEST-----" + b" " * 1_000_000,
        b"-----BEGIN C2PA MANIFEST----- " + b"x" * 1_000_000,
        b'<script type="application/c2pa">' * 50_000,
        ("\ufeff" * 100_000 + "\ufe00" * 100_000).encode(),
    ],
)
def test_hostile_texts_are_read_once(content: bytes) -> None:
    """Nothing is found, in time that grows with the length alone."""
    assert manifest_places(content) == []


def test_a_cut_wrapper_is_an_empty_manifest() -> None:
    """So that the text is called altered, not unmarked."""
    whole = room_for(b"text", F.TXT).write(b"manifest" * 10)
    cut = whole.decode()[:60].encode()
    assert [each.manifest for each in manifest_places(b"text" + cut)] == [b""]


@pytest.mark.parametrize(
    ("content", "found", "why"),
    [
        (b"\xff", F.HTML, "not_utf8"), (b"e\xcc\x81", F.TXT, "not_nfc"),
        (b"a\rb", F.MARKDOWN, "bare_carriage_return"), (b"", F.PDF, "no_place_in_format"),
    ],
)  # fmt: skip
def test_what_has_no_safe_place_is_refused(content: bytes, found: F, why: str) -> None:
    """In one word."""
    with pytest.raises(ManifestPlaceError, match=why):
        room_for(content, found)


def test_a_markdown_line_stays_a_line() -> None:
    """The comment begins behind a blank line, with the line ends of the file."""
    for content, gap in ((b"a", b"\n\n"), (b"a\n", b"\n"), (b"a\n\n", b""), (b"a\r\n", b"\r\n")):
        room = room_for(content, F.MARKDOWN)
        assert room.before == content + gap
        coded = base64.b64encode(b"m")
        assert room.write(b"m").rstrip() == (BLOCK % coded).rstrip()
