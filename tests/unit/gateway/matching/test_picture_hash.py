"""A picture is found again encoded anew, scaled and cropped by a tenth; others are not."""

from __future__ import annotations

import io

import numpy as np
import pytest
from PIL import Image, ImageDraw

from gateway.matching.picture_hash import (
    HASH_BYTES,
    MOST_DIFFERENT,
    asked_hashes,
    bands,
    distance,
    hashes,
    probes,
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
        kept, asked = hashes(encoded(made)), asked_hashes(CHANGES[change](made))
        assert distance(asked, kept) <= MOST_DIFFERENT
        held = {band for each in kept for band in bands(each)}
        assert held & {band for each in asked for band in probes(each)}


def test_unrelated_pictures_are_far_apart() -> None:
    """None of 56 pairs comes within a third more than what is taken for the same."""
    made = [encoded(picture(seed)) for seed in range(8)]
    kept, asked = [hashes(each) for each in made], [asked_hashes(each) for each in made]
    pairs = [(a, b) for a in range(8) for b in range(8) if a != b]
    assert min(distance(asked[a], kept[b]) for a, b in pairs) > MOST_DIFFERENT * 4 // 3


def test_hashes_are_of_one_size_and_bounded_in_number() -> None:
    """At most 64 to keep, 16 to ask with."""
    content = encoded(picture(3))
    assert 1 <= len(hashes(content)) <= 64
    assert 1 <= len(asked_hashes(content)) <= 16
    assert {len(each) for each in hashes(content)} == {HASH_BYTES}


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
