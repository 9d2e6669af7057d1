"""The visible label of pictures."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image, ImageOps

from gateway.marks.image_label import ImageLabel
from gateway.nouns.errors import ConfigError
from gateway.nouns.mark import FileMarksOrder
from gateway.nouns.media import MediaFormat
from gateway.ports.mark import Claim, ClaimState
from gateway.wire import deep_png, image_file, lettering, png, xmp
from gateway.wire.picture import Limits
from tests.picture_kit import CLAIM, CODE, XMP, encode, opened, pictures, scene

ORDER = FileMarksOrder(label=True)
MARK = ImageLabel(ORDER)
SIZES = [
    (256, 256), (160, 240), (80, 360), (480, 90), (96, 96),
    *(pytest.param(size, marks=pytest.mark.long)
      for size in ((1024, 1024), (512, 768), (200, 900), (1600, 300))),
]  # fmt: skip


def _plate(content: bytes) -> tuple[np.ndarray, Image.Image]:
    """Return the plate's grey pixels, found by the note."""
    (note,) = image_file.read(content, MediaFormat.PNG).drawn
    box = tuple(map(int, note.split(" ")[2].split(",")))
    image = opened(content)
    return np.asarray(image.crop(box).convert("L")), image


def _letters(plate: np.ndarray) -> list[tuple[int, int]]:
    """Return height and width of every run of columns with ink, line by line."""
    ink = plate > 150
    found = []
    for top, bottom in _runs(ink.any(axis=1)):
        line = ink[top:bottom]
        for left, right in _runs(line.any(axis=0)):
            rows = np.flatnonzero(line[:, left:right].any(axis=1))
            found.append((int(rows[-1] - rows[0] + 1), right - left))
    return found


def _runs(flags: np.ndarray) -> list[tuple[int, int]]:
    edges = np.flatnonzero(np.diff(np.concatenate([[0], flags.astype(int), [0]])))
    return list(zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True))


@pytest.mark.parametrize("size", SIZES, ids=str)
@pytest.mark.parametrize("ground", ["white", "black", "scene"])
def test_letters_are_tall_measured_from_pixels(size: tuple[int, int], ground: str) -> None:
    """Every letter, on any ground, is at least 5 % of the shortest side (GB 45438-2025, 5.2)."""
    image = scene(*size) if ground == "scene" else Image.new("RGB", size, ground)
    content, receipt = MARK.stamp(
        encode("PNG", image), CLAIM._replace(line="人工智能合成 AI7KQ2M9XD")
    )
    assert receipt.status == "written"
    plate, _ = _plate(content)
    letters = _letters(plate)
    assert len(letters) >= 10
    assert min(height for height, _ in letters) >= 0.05 * min(size)


@pytest.mark.parametrize("ground", ["white", "black", "red", "gray", "yellow"])
def test_letters_stand_out_from_any_ground(ground: str) -> None:
    """Contrast of letters and plate is above 7 to 1 (WCAG 2.2, 1.4.6)."""
    content, _ = MARK.stamp(encode("PNG", Image.new("RGB", (400, 300), ground)), CLAIM)
    plate, _ = _plate(content)

    def luminance(level: float) -> float:
        share = level / 255
        return share / 12.92 if share <= 0.04045 else ((share + 0.055) / 1.055) ** 2.4

    light, dark = luminance(float(plate.max())), luminance(float(np.median(plate)))
    assert (light + 0.05) / (dark + 0.05) > 7


@pytest.mark.parametrize(
    ("position", "x", "y"),
    [("top-left", 0, 0), ("top", 1, 0), ("top-right", 2, 0), ("bottom-left", 0, 2),
     ("bottom", 1, 2), ("bottom-right", 2, 2)],
)  # fmt: skip
def test_the_label_stands_where_it_was_ordered(position: str, x: int, y: int) -> None:
    """Pixels change in that corner or at that edge only."""
    before = scene(300, 300)
    mark = ImageLabel(FileMarksOrder(label=True, position=position))
    content, _ = mark.stamp(encode("PNG", before), CLAIM)
    changed = (np.asarray(opened(content)) != np.asarray(before)).any(axis=2)
    rows, columns = np.flatnonzero(changed.any(axis=1)), np.flatnonzero(changed.any(axis=0))
    assert rows[-1] < 100 if y == 0 else rows[0] > 200
    middle = (columns[0] + columns[-1]) / 2
    assert (middle < 147, abs(middle - 150) < 7, middle > 153)[x]


def test_a_label_names_its_exchange_and_is_not_drawn_twice() -> None:
    """The note tells whose it is; another exchange draws its own."""
    content, _ = MARK.stamp(pictures()["jpeg"], CLAIM)
    same, receipt = MARK.stamp(content, CLAIM)
    assert (same, receipt.detail) == (content, "it was there")
    other = Claim("x", "0000-0001-2", line="AI生成")
    assert [each.code for each in MARK.verify(MARK.stamp(content, other)[0])] == ["0000-0001-2"]


def test_a_note_without_its_label_is_altered() -> None:
    """Whoever paints over the label or cuts it off leaves a note that is no longer true."""
    content, _ = MARK.stamp(pictures()["png"], CLAIM)
    (note,) = image_file.read(content, MediaFormat.PNG).drawn
    forged = image_file.write(pictures()["png"], MediaFormat.PNG, {xmp.DRAWN: note})
    (found,) = MARK.verify(forged)
    assert (found.code, found.state) == (CODE, ClaimState.ALTERED)


@pytest.mark.parametrize("note", ["", "x", f"{CODE} 0x0 0,0,0,0", f"{CODE} 5x5 9,9,1,1"])
def test_notes_of_others_are_no_harm(note: str) -> None:
    """A note that says nothing sensible is no label, or an altered one."""
    forged = image_file.write(pictures()["png"], MediaFormat.PNG, {xmp.DRAWN: note})
    assert all(found.state is ClaimState.ALTERED for found in MARK.verify(forged))


def test_a_scaled_picture_still_shows_its_label() -> None:
    """The note is read in the proportions of the picture that is there."""
    content, _ = MARK.stamp(pictures()["png"], CLAIM)
    packet = image_file.packet_of(content, MediaFormat.PNG) or b""
    small = opened(content).resize((540, 405))
    scaled = image_file.with_packet(encode("PNG", small), MediaFormat.PNG, packet)
    assert [found.state for found in MARK.verify(scaled)] == [ClaimState.INTACT]


@pytest.mark.parametrize("name", ["gif moving", "png moving", "webp moving", "avif moving"])
def test_every_frame_bears_the_label(name: str) -> None:
    """In motion too."""
    from io import BytesIO

    content, _ = MARK.stamp(pictures()[name], CLAIM)
    (note,) = image_file.read(content, MediaFormat(name.split(" ", maxsplit=1)[0])).drawn
    box = tuple(map(int, note.split(" ")[2].split(",")))
    with Image.open(BytesIO(content)) as image:
        assert image.n_frames == 4
        for number in range(4):
            image.seek(number)
            grey = np.asarray(image.crop(box).convert("L"))
            assert (grey > 200).mean() > 0.03
            assert (grey < 110).mean() > 0.3


@pytest.mark.parametrize("orientation", [2, 3, 5, 6, 7, 8])
@pytest.mark.parametrize("name", ["JPEG", "PNG", "deep PNG", "TIFF", "WEBP", "AVIF"])
def test_a_turned_picture_stays_as_it_is_seen(name: str, orientation: int) -> None:
    """A label on one that says how to turn it leaves it upright, and says so."""
    exif = Image.Exif()
    exif[0x0112] = orientation
    kind = name.removeprefix("deep ")
    content = encode(kind, scene(160, 120), exif=exif)
    if name == "deep PNG":
        (block,) = (each for each in png.chunks(content) if each.kind == b"eXIf")
        numbers = np.asarray(scene(160, 120), np.uint16) * 257
        head, *rest = png.chunks(deep_png.encode(numbers))
        content = png.joined([head, block, *rest])
    stamped, receipt = MARK.stamp(content, CLAIM)
    assert receipt.status == "written"
    before, after = opened(content), opened(stamped)
    assert after.getexif().get(0x0112, 1) == 1
    before = ImageOps.exif_transpose(before)
    assert after.size == before.size
    top = (0, 0, after.width, after.height // 2)
    one, other = (np.asarray(each.convert("L").crop(top), float) for each in (before, after))
    assert np.abs(one - other).mean() < 4


def test_each_frame_of_an_animation_costs_its_own_drawing_only() -> None:
    """The label is laid out once: measuring letters for each took longer than all the rest."""
    lettering.lay_out.cache_clear()
    MARK.stamp(encode("GIF", save_all=True, append_images=[scene(turn=90)] * 8), CLAIM)
    assert lettering.lay_out.cache_info().misses <= 2


def test_what_was_in_the_metadata_stays() -> None:
    """XMP of a camera with the note beside it."""
    content, _ = MARK.stamp(pictures()["jpeg of a camera"], CLAIM)
    packet = image_file.packet_of(content, MediaFormat.JPEG) or b""
    assert b"A title &amp; more" in packet
    assert XMP.count(b"dc:title") == packet.count(b"dc:title")


def test_a_letter_that_the_font_lacks_ends_the_start() -> None:
    """The operator hears which, before any picture is made."""
    with pytest.raises(ConfigError, match="龘"):
        ImageLabel(FileMarksOrder(label=True, wording={"zh": "龘由人工智能生成"}))
    ImageLabel(
        FileMarksOrder(label=True, wording={"zh": "本图片由人工智能合成", "en": "Made by AI"})
    )


@pytest.mark.parametrize(
    ("content", "claim", "status", "reason"),
    [
        (pictures()["png"], CLAIM._replace(line=""), "failed", "no_words"),
        (pictures()["png"], CLAIM._replace(line="龘"), "failed", "letter_not_in_font"),
        (encode("PNG", scene(1, 1)), CLAIM, "not_possible", "too_small_for_words"),
        (pictures()["jpeg"][:400], CLAIM, "failed", "broken_jpeg"),
    ],
)
def test_receipts_have_a_reason(content: bytes, claim: Claim, status: str, reason: str) -> None:
    """Nothing written, the same bytes, and a word why."""
    assert MARK.stamp(content, claim) == (content, ("image_label", status, reason))


def test_a_picture_beyond_the_limits_is_a_failure() -> None:
    """It is not decoded at all."""
    mark = ImageLabel(ORDER, Limits(pixels=1000))
    assert mark.stamp(pictures()["png"], CLAIM)[1] == ("image_label", "failed", "too_large")
