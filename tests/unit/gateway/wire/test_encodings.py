"""What gateway.wire.encodings promises, one promise a test."""

from __future__ import annotations

import gzip
import zlib

import brotli
import pytest
import zstandard

from gateway.wire.encodings import FLOOR_BYTES, BadEncoding, Decompressor, RatioExceeded

TEXT = ("数据 data " * 500).encode()


def raw_deflate(data: bytes) -> bytes:
    """Deflate without the zlib wrapper, as some servers send it."""
    coder = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    return coder.compress(data) + coder.flush()


def decode(decoder: Decompressor, coded: bytes, step: int = 1000) -> None:
    """Decode in pieces; no piece may become larger than a bound of its own."""
    for at in range(0, len(coded), step):
        assert len(decoder.push(coded[at : at + step])) <= 16 * FLOOR_BYTES
    decoder.flush()


CODERS = {
    "gzip": gzip.compress,
    "x-gzip": gzip.compress,
    "deflate": zlib.compress,
    "Deflate": raw_deflate,
    "br": brotli.compress,
    "zstd": zstandard.compress,
}


@pytest.mark.parametrize("step", [1, 7, 100_000])
@pytest.mark.parametrize("name", CODERS)
def test_every_coding_is_undone(name: str, step: int) -> None:
    """Each coding decodes, in pieces of any size."""
    coded = CODERS[name](TEXT)
    decoder = Decompressor(name)
    pieces = [decoder.push(coded[at : at + step]) for at in range(0, len(coded), step)]
    decoder.flush()
    assert b"".join(pieces) == TEXT


def test_two_codings_are_undone_in_turn() -> None:
    """The last coding named was put on last and comes off first."""
    decoder = Decompressor("gzip, br")
    assert decoder.push(brotli.compress(gzip.compress(TEXT))) == TEXT
    decoder.flush()


@pytest.mark.parametrize("name", ["gzip", "zstd"])
def test_several_members_are_one_body(name: str) -> None:
    """Members one after the other decode as one body."""
    decoder = Decompressor(name)
    assert decoder.push(CODERS[name](b"one") + CODERS[name](b"two")) == b"onetwo"
    decoder.flush()


@pytest.mark.parametrize("name", ["gzip", "deflate", "br", "zstd"])
def test_bombs_are_stopped(name: str) -> None:
    """A body that grows beyond the ratio is refused, though its first piece is small."""
    bomb = CODERS[name](bytes(64 * FLOOR_BYTES))
    with pytest.raises(RatioExceeded):
        decode(Decompressor(name, ratio=10), bomb)


@pytest.mark.parametrize("name", ["gzip", "deflate", "br", "zstd"])
def test_cut_bodies_are_told(name: str) -> None:
    """A body that ends too early raises at its end; an empty one is complete."""
    decoder = Decompressor(name)
    decoder.flush()
    decoder.push(CODERS[name](TEXT)[:-3])
    with pytest.raises(BadEncoding):
        decoder.flush()


@pytest.mark.parametrize("name", ["gzip", "deflate", "br", "zstd"])
def test_garbage_is_told(name: str) -> None:
    """Bytes that are not of the coding raise BadEncoding."""
    with pytest.raises(BadEncoding):
        decode(Decompressor(name), b"\x07<html>not compressed at all</html>" * 20)


@pytest.mark.parametrize("header", ["compress", "gzip, gzip, gzip", "gzip;q=1"])
def test_unknown_codings_are_refused(header: str) -> None:
    """What is not known, or stacked too high, is refused at once."""
    with pytest.raises(BadEncoding):
        Decompressor(header)


@pytest.mark.parametrize("name", CODERS)
def test_no_cut_makes_a_difference(name: str) -> None:
    """Wherever a body is cut in two, it is the same; wherever it ends too early, that is told."""
    coded = CODERS[name](TEXT)
    for at in range(1, len(coded)):
        decoder = Decompressor(name)
        assert decoder.push(coded[:at]) + decoder.push(coded[at:]) == TEXT
        decoder.flush()
        with pytest.raises(BadEncoding):
            decode(Decompressor(name), coded[:at])


@pytest.mark.parametrize("behind", [b"\0", b"\0" * 9, b"\r\n", b"junk and more of it"])
@pytest.mark.parametrize("name", CODERS)
def test_what_stands_behind_a_body_is_no_part_of_it(name: str, behind: bytes) -> None:
    """It is told, in one piece and byte by byte: nothing passes that nobody decoded."""
    coded = CODERS[name](TEXT) + behind
    for step in (1000, 1):
        with pytest.raises(BadEncoding):
            decode(Decompressor(name), coded, step)


@pytest.mark.parametrize("outer", ["gzip", "deflate", "br", "zstd"])
@pytest.mark.parametrize("inner", ["gzip", "deflate", "br", "zstd"])
def test_bombs_in_two_codings_are_stopped(inner: str, outer: str) -> None:
    """However small the body is on the wire."""
    bomb = CODERS[outer](CODERS[inner](bytes(64 * FLOOR_BYTES)))
    with pytest.raises(RatioExceeded):
        decode(Decompressor(f"{inner}, {outer}"), bomb)


def test_identity_passes() -> None:
    """Without a coding the bytes pass as they are."""
    decoder = Decompressor("identity")
    assert decoder.identity
    assert decoder.push(b"abc") == b"abc"
    decoder.flush()
