"""A picture is found again encoded anew, scaled and cropped by a tenth; others are not."""

from __future__ import annotations

import io

import numpy as np
import pytest
from PIL import Image, ImageDraw

from gateway.matching.picture_detail import DETAIL_BYTES
from gateway.matching.picture_hash import (
    HASH_BYTES,
    MOST_DIFFERENT,
    Looks,
    Nearness,
    asked_hashes,
    bands,
    distance,
    hashes,
    looks_of,
    nearness,
    packed,
    probes,
    unpacked,
)


def picture(seed: int) -> Image.Image:
    """Return clouds of noise at several scales with shapes before them."""
    chance = np.random.default_rng(seed)
    ground = np.zeros((240, 320, 3))
    for fine in (3, 6, 12, 24):
        noise = chance.integers(0, 255, (fine, fine, 3)).astype(np.uint8)
        grown = Image.fromarray(noise).resize((320, 240), Image.Resampling.BICUBIC)
        ground += np.asarray(grown, float) / fine
    made = Image.fromarray((255 * ground / ground.max()).astype(np.uint8))
    pen = ImageDraw.Draw(made)
    for _ in range(seed % 9):
        x, y, size = chance.integers(0, 240, 3).tolist()
        colour = tuple(chance.integers(0, 255, 3).tolist())
        pen.ellipse((x, y, x + size // 2, y + size // 3), fill=colour)
    return made


def encoded(made: Image.Image, kind: str = "PNG", **options: int) -> bytes:
    """Return a picture as a file."""
    buffer = io.BytesIO()
    made.save(buffer, kind, **options)
    return buffer.getvalue()


def looked(content: bytes) -> Looks:
    """Return what is kept of a picture."""
    found = looks_of(hashes(content))
    assert len(found) == 1
    return found[0]


CHANGES = {
    "the same": encoded,
    "JPEG": lambda made: encoded(made, "JPEG", quality=50),
    "WebP, half": lambda made: encoded(made.resize((160, 120)), "WEBP", quality=60),
    "a tenth off the left": lambda made: encoded(made.crop((32, 0, 320, 240)), "JPEG"),
    "a tenth off all round": lambda made: encoded(made.crop((16, 12, 304, 228)), "JPEG"),
    "an odd cut": lambda made: encoded(made.crop((23, 5, 311, 221)).resize((200, 150))),
}


@pytest.mark.parametrize("change", CHANGES)
def test_a_changed_picture_is_near_and_shares_a_band(change: str) -> None:
    """For five pictures of different kinds."""
    for seed in range(5):
        made = picture(seed)
        kept, asked = looked(encoded(made)), looks_of(asked_hashes(CHANGES[change](made)))[0]
        near = nearness(asked, kept)
        assert near.apart <= MOST_DIFFERENT
        assert near.likeness
        assert near.likeness.same
        held = {band for each in kept.windows for band in bands(each)}
        assert held & {band for each in asked.windows for band in probes(each)}


def test_unrelated_pictures_are_far_apart() -> None:
    """None of 56 pairs comes within an eighth more than what is taken for near."""
    made = [encoded(picture(seed)) for seed in range(8)]
    kept = [looked(each).windows for each in made]
    asked = [looks_of(asked_hashes(each))[0].windows for each in made]
    pairs = [(a, b) for a in range(8) for b in range(8) if a != b]
    assert min(distance(asked[a], kept[b]) for a, b in pairs) > MOST_DIFFERENT * 9 // 8


def waves(across: float, down: float) -> bytes:
    """Return grey stripes: how many the picture has in each direction."""
    y, x = np.mgrid[0:1:256j, 0:1:256j]
    plane = 127.5 + 127.5 * np.sin(2 * np.pi * (across * x + down * y))
    return encoded(Image.fromarray(plane.astype(np.uint8)))


def test_plain_patterns_with_near_hashes_are_told_apart() -> None:
    """Stripes of two slightly different directions share most of their bits; their points differ.
    The same stripes cropped are still the same."""
    kept = looked(waves(1.0, -7.5))
    asked = looks_of(asked_hashes(waves(2.0, -6.5)))[0]
    near = nearness(asked, kept)
    assert near.apart <= MOST_DIFFERENT
    assert near.likeness
    assert not near.likeness.same_structure
    cut = Image.open(io.BytesIO(waves(1.0, -7.5))).crop((20, 4, 250, 234))
    again = nearness(looks_of(asked_hashes(encoded(cut)))[0], kept)
    assert again.likeness
    assert again.likeness.same


def test_hashes_are_of_one_size_and_bounded_in_number() -> None:
    """At most 64 to keep, 16 to ask with, and the detail."""
    content = encoded(picture(3))
    kept, asked = looked(content), looks_of(asked_hashes(content))[0]
    assert 1 <= len(kept.windows) <= 64
    assert 1 <= len(asked.windows) <= 16
    assert {len(each) for each in kept.windows} == {HASH_BYTES}
    assert len(kept.detail) == DETAIL_BYTES


WINDOWS = (bytes(range(32)), bytes(32), b"w" * 32)


@pytest.mark.parametrize(
    "known",
    [
        [],
        [Looks(WINDOWS, bytes(DETAIL_BYTES))],
        [Looks(WINDOWS[:2], b"a" * DETAIL_BYTES), Looks(WINDOWS[1:], b"b" * DETAIL_BYTES)],
        [Looks(WINDOWS[:1], b"a" * DETAIL_BYTES)] * 31,
        [Looks(WINDOWS[:1], b"a" * DETAIL_BYTES), Looks(WINDOWS)],
    ],
    ids=["nothing", "one", "two", "many", "one without a detail"],
)
def test_what_is_packed_comes_back(known: list[Looks]) -> None:
    """Whatever the length; it is never taken for what earlier versions kept."""
    flat = [part for each in known for part in (*each.windows, each.detail) if part]
    assert unpacked(packed(flat)) == known
    assert len(packed(flat)) % HASH_BYTES == bool(known)


def test_what_earlier_versions_kept_is_read_and_not_confirmed() -> None:
    """Hashes one behind the other, without a detail."""
    kept = looked(encoded(picture(3)))
    old = unpacked(b"".join(kept.windows))
    assert old == [Looks(kept.windows)]
    asked = looks_of(asked_hashes(encoded(picture(3))))[0]
    assert nearness(asked, old[0]) == Nearness(0)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"no picture",
        encoded(picture(1))[:300],
        encoded(Image.new("RGB", (200, 200), "white")),
        encoded(Image.new("RGB", (8, 8))),
        encoded(Image.new("1", (9_000, 9_000))),
    ],
    ids=["empty", "text", "cut", "blank", "tiny", "huge"],
)
def test_what_cannot_be_told_from_others_has_no_hash(content: bytes) -> None:
    """Broken, blank, tiny and huge pictures: nothing is raised."""
    assert hashes(content) == asked_hashes(content) == []


def test_nothing_is_near_to_nothing() -> None:
    """The distance is then the greatest."""
    assert distance([], []) == distance([bytes(32)], []) == distance([], [bytes(32)]) == 256
