"""A picture is found again encoded anew, scaled and cropped by a tenth; others are not."""

from __future__ import annotations

import io

import numpy as np
import pdqhash
import pytest
from PIL import Image, ImageDraw

from gateway.matching.picture_detail import DETAIL_BYTES
from gateway.matching.picture_hash import (
    MOST_DIFFERENT,
    Nearness,
    distance,
    looks,
    nearness,
    sought,
)
from gateway.matching.picture_index import bands
from gateway.nouns.picture import HASH_BYTES, Looks


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


def encoded(made: Image.Image, kind: str = "PNG", **options: object) -> bytes:
    """Return a picture as a file."""
    buffer = io.BytesIO()
    made.save(buffer, kind, **options)
    return buffer.getvalue()


def looked(content: bytes) -> Looks:
    """Return what is kept of a picture."""
    found = looks(content)
    assert found
    return found


def asked(content: bytes) -> Looks:
    """Return what a picture is asked for with."""
    return sought(content)[0].looks


CHANGES = {
    "the same": encoded,
    "JPEG": lambda made: encoded(made, "JPEG", quality=50),
    "WebP, half": lambda made: encoded(made.resize((160, 120)), "WEBP", quality=60),
    "a tenth off the left": lambda made: encoded(made.crop((32, 0, 320, 240)), "JPEG"),
    "a tenth off all round": lambda made: encoded(made.crop((16, 12, 304, 228)), "JPEG"),
    "a tenth off every side": lambda made: encoded(made.crop((32, 24, 288, 216)), "JPEG"),
    "an odd cut": lambda made: encoded(made.crop((23, 5, 311, 221)).resize((200, 150))),
}


@pytest.mark.parametrize("change", CHANGES)
def test_a_changed_picture_is_near_and_shares_a_band(change: str) -> None:
    """For five pictures of different kinds."""
    for seed in range(5):
        made = picture(seed)
        kept, question = looked(encoded(made)), sought(CHANGES[change](made))[0]
        near = nearness(question.looks, kept)
        assert near.apart <= MOST_DIFFERENT
        assert near.likeness
        assert near.likeness.same
        assert set(bands(kept.windows)) & set(question.probes)


def test_unrelated_pictures_are_far_apart() -> None:
    """None of 56 pairs comes within an eighth more than what is taken for near."""
    made = [encoded(picture(seed)) for seed in range(8)]
    kept = [looked(each).windows for each in made]
    questions = [asked(each).windows for each in made]
    pairs = [(a, b) for a in range(8) for b in range(8) if a != b]
    assert min(distance(questions[a], kept[b]) for a, b in pairs) > MOST_DIFFERENT * 9 // 8


def waves(across: float, down: float) -> bytes:
    """Return grey stripes: how many the picture has in each direction."""
    y, x = np.mgrid[0:1:256j, 0:1:256j]
    plane = 127.5 + 127.5 * np.sin(2 * np.pi * (across * x + down * y))
    return encoded(Image.fromarray(plane.astype(np.uint8)))


def test_plain_patterns_with_near_hashes_are_told_apart() -> None:
    """Stripes of two slightly different directions share most of their bits; their points differ.
    The same stripes cropped are still the same."""
    kept = looked(waves(1.0, -7.5))
    near = nearness(asked(waves(1.5, -7.5)), kept)
    assert near.apart <= MOST_DIFFERENT
    assert near.likeness
    assert not near.likeness.same_structure
    cut = Image.open(io.BytesIO(waves(1.0, -7.5))).crop((20, 4, 250, 234))
    again = nearness(asked(encoded(cut)), kept)
    assert again.likeness
    assert again.likeness.same


def test_hashes_are_of_one_size_and_bounded_in_number() -> None:
    """At most 81 to keep, 16 to ask with, and the detail."""
    content = encoded(picture(3))
    kept, question = looked(content), asked(content)
    assert 1 <= len(kept.windows) <= 81
    assert 1 <= len(question.windows) <= 16
    assert {len(each) for each in kept.windows} == {HASH_BYTES}
    assert len(kept.detail) == DETAIL_BYTES


def test_the_bits_are_those_of_the_library() -> None:
    """Of the 64 by 64 points that a window comes down to."""
    made = picture(3).resize((256, 256))
    points = made.resize((64, 64), Image.Resampling.BOX)
    bits, _ = pdqhash.compute(np.asarray(points))
    assert distance(looked(encoded(made)).windows[:1], [np.packbits(bits).tobytes()]) <= 6


@pytest.mark.parametrize("colour", ["white", "black", (30, 90, 160)])
def test_a_picture_is_seen_inside_a_plain_border(colour: str | tuple[int, int, int]) -> None:
    """As a page shows it; asked for as it is too."""
    page = Image.new("RGB", (460, 400), colour)
    page.paste(picture(4), (60, 110))
    questions = sought(encoded(page, "JPEG"))
    assert len(questions) == 2
    near = nearness(questions[1].looks, looked(encoded(picture(4))))
    assert near.likeness
    assert near.likeness.same


def test_what_an_earlier_version_kept_is_not_confirmed() -> None:
    """It has hashes alone."""
    kept = looked(encoded(picture(3)))
    assert nearness(asked(encoded(picture(3))), Looks(kept.windows)) == Nearness(0)


def sixteen_bits(made: Image.Image) -> bytes:
    """Return a grey picture with 16 bits of brightness a point."""
    return encoded(Image.fromarray(np.asarray(made.convert("L")).astype(np.uint16) * 257))


VARIANTS = {
    "grey, 16 bits": (sixteen_bits, lambda made: made.convert("L")),
    "CMYK": (lambda made: encoded(made.convert("CMYK"), "JPEG", quality=95), None),
    "palette": (lambda made: encoded(made.quantize(64), "GIF"), None),
    "on its side": (
        lambda made: encoded(made.transpose(Image.Transpose.ROTATE_90), "JPEG", exif=SIDEWAYS),
        None,
    ),
    "clear corners": (lambda made: encoded(clear(made)), lambda made: on_white(clear(made))),
    "moving": (
        lambda made: encoded(made, "GIF", save_all=True, append_images=[picture(9)]),
        None,
    ),
}
SIDEWAYS = b"Exif\0\0MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0\x06\0\0\0\0\0\0"


def clear(made: Image.Image) -> Image.Image:
    """Return a picture that one sees through at its left."""
    seen = made.convert("RGBA")
    seen.putalpha(Image.linear_gradient("L").rotate(90).resize(made.size))
    return seen


def on_white(made: Image.Image) -> Image.Image:
    """Return a picture as a page shows it."""
    ground = Image.new("RGBA", made.size, "white")
    ground.alpha_composite(made)
    return ground.convert("RGB")


@pytest.mark.parametrize("variant", VARIANTS)
def test_variants_look_as_they_are_shown(variant: str) -> None:
    """Upright, on white, the first frame, with all their bits: found by what is seen, as a JPEG."""
    encode, shown = VARIANTS[variant]
    made = picture(5)
    seen = encoded(shown(made) if shown else made, "JPEG", quality=85)
    near = nearness(asked(seen), looked(encode(made)))
    assert near.apart <= 40
    assert near.likeness
    assert near.likeness.same


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
    assert looks(content) is None
    assert sought(content) == []


def test_nothing_is_near_to_nothing() -> None:
    """The distance is then the greatest."""
    assert distance([], []) == distance([bytes(32)], []) == distance([], [bytes(32)]) == 256
