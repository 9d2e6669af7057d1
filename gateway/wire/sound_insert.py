"""A sound put before or behind another's, in the format that it has, as far as possible untouched.

What is there is not encoded anew where packets can stand beside each other: WAV and raw samples,
MP3, AAC, Opus. See `gateway.wire.sound_remux` for formats that a muxer must write.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from gateway.nouns.mark import LabelPosition
from gateway.wire import id3, mpeg_audio, ogg, riff
from gateway.wire.media_fault import MediaFault
from gateway.wire.sound_codec import Packets, Sound, encoded

OPUS_HZ = 48000
_PCM, _FLOAT, _EXTENSIBLE = 1, 3, 0xFFFE
_OPUS_KBPS = 32
_ADTS_RATES = (
    96000, 88200, 64000, 48000, 44100, 32000, 24000, 22050, 16000, 12000, 11025, 8000, 7350,
)  # fmt: skip
_PAGE_PACKETS = 50


def before(at: LabelPosition) -> bool:
    """Tell whether a label stands at the start."""
    return at is not LabelPosition.END


def behind(at: LabelPosition) -> bool:
    """Tell whether a label stands at the end."""
    return at is not LabelPosition.START


def around(inner: bytes, label: bytes, at: LabelPosition) -> bytes:
    """Return ``inner`` with the label at the ends that are named."""
    return (label if before(at) else b"") + inner + (label if behind(at) else b"")


def pcm_of(sound: Sound, rate: int, channels: int, bits: int, *, floating: bool) -> bytes:
    """Return a sound as interleaved little-endian samples; 8 bits are unsigned, as in WAV."""
    mono = sound(rate).astype(np.float64)
    wide = np.repeat(mono, channels)
    if floating and bits in {32, 64}:
        return wide.astype(f"<f{bits // 8}").tobytes()
    if floating or bits not in {8, 16, 24, 32}:
        raise MediaFault("unknown_samples")
    if bits == 8:
        return np.round(wide * 127 + 128).astype(np.uint8).tobytes()
    whole = np.round(wide * (2 ** (bits - 1) - 1)).astype("<i8")
    return np.ascontiguousarray(whole.view(np.uint8).reshape(-1, 8)[:, : bits // 8]).tobytes()


def into_pcm(content: bytes, sound: Sound, at: LabelPosition, rate: int) -> bytes:
    """Return raw samples (16 bits, one channel) with the sound."""
    if not content or len(content) % 2:
        raise MediaFault("broken_samples")
    return around(content, pcm_of(sound, rate, 1, 16, floating=False), at)


class WaveForm:
    """What ``fmt`` says of the samples of a WAVE file."""

    def __init__(self, body: bytes) -> None:
        if len(body) < 16:
            raise MediaFault("broken_wave")
        self.tag = int.from_bytes(body[:2], "little")
        self.channels = int.from_bytes(body[2:4], "little")
        self.rate = int.from_bytes(body[4:8], "little")
        self.block = int.from_bytes(body[12:14], "little")
        self.bits = int.from_bytes(body[14:16], "little")
        if self.tag == _EXTENSIBLE and len(body) >= 26:
            self.tag = int.from_bytes(body[24:26], "little")
        if not 0 < self.channels <= 64 or not 1000 <= self.rate <= 768000:
            raise MediaFault("broken_wave")
        if self.tag not in {_PCM, _FLOAT} or self.block != self.channels * (self.bits // 8):
            raise MediaFault("unknown_samples")

    def mono_of(self, part: bytes) -> NDArray[np.float32]:
        """Return samples of this form as the mean of their channels, of full scale 1."""
        width = self.bits // 8
        count = len(part) // self.block * self.channels
        part = part[: count * width]
        if self.tag == _FLOAT and width in {4, 8}:
            values = np.nan_to_num(np.frombuffer(part, f"<f{width}"))
        elif self.tag == _PCM and width == 1:
            values = (np.frombuffer(part, np.uint8) - 128.0) / 128
        elif self.tag == _PCM and width in {2, 3, 4}:
            filled = np.zeros((count, 4), dtype=np.uint8)
            filled[:, 4 - width :] = np.frombuffer(part, np.uint8).reshape(count, width)
            values = filled.view("<i4")[:, 0] / 2**31
        else:
            raise MediaFault("unknown_samples")
        mean: NDArray[np.float32] = values.reshape(-1, self.channels).mean(axis=1)
        return mean.astype(np.float32)

    def samples_of(self, sound: Sound) -> bytes:
        """Return a sound as samples of this form."""
        floating = self.tag == _FLOAT
        return pcm_of(sound, self.rate, self.channels, self.bits, floating=floating)


def into_wave(content: bytes, sound: Sound, at: LabelPosition) -> bytes:
    """Return a WAVE file with the sound; its own samples stay."""
    wave = riff.read_wave(content)
    form = WaveForm(wave.body(content, b"fmt ") or b"")
    label = form.samples_of(sound)
    added = len(label) // form.block * (2 if at is LabelPosition.BOTH else 1)
    bodies: list[tuple[bytes, bytes]] = []
    done = False
    for chunk in wave.chunks:
        body = content[chunk.start : chunk.end]
        if chunk.id == b"data" and not done:
            done = True
            whole = body[: len(body) // form.block * form.block]
            if not whole:
                raise MediaFault("no_sound")
            body = around(whole, label, at)
        elif chunk.id == b"fact" and len(body) >= 4:
            count = int.from_bytes(body[:4], "little") + added
            body = min(count, riff.UNKNOWN).to_bytes(4, "little") + body[4:]
        elif chunk.id == b"ds64" and any(body[16:24]):
            count = int.from_bytes(body[16:24], "little") + added
            body = body[:16] + (count % (1 << 64)).to_bytes(8, "little") + body[24:]
        elif chunk.id == b"cue " and before(at):
            body = _moved_cues(body, len(label) // form.block)
        bodies.append((chunk.id, body))
    return riff.rebuilt(content, wave, bodies)


def _moved_cues(body: bytes, by: int) -> bytes:
    moved = bytearray(body)
    for start in range(4, len(body) - 23, 24):
        for field in (start + 4, start + 20):
            place = int.from_bytes(body[field : field + 4], "little") + by
            moved[field : field + 4] = min(place, riff.UNKNOWN).to_bytes(4, "little")
    return bytes(moved)


def framed_label(like: mpeg_audio.AudioFrame, sound: Sound) -> bytes:
    """Return a sound as frames that may stand beside a frame of MP3 or AAC."""
    mono = sound(like.rate)
    if like.kind == "mp3":
        return b"".join(encoded(mono, "libmp3lame", like.rate, like.channels, like.kbps).bodies)
    packets = encoded(mono, "aac", like.rate, like.channels or 2, 48 * (like.channels or 2))
    return b"".join(adts(body, like.rate, like.channels or 2) + body for body in packets.bodies)


def adts(body: bytes, rate: int, channels: int) -> bytes:
    """Return the header of an AAC-LC packet in ADTS (ISO/IEC 13818-7, 6.2)."""
    size = len(body) + 7
    index = _ADTS_RATES.index(rate)
    return bytes((
        0xFF, 0xF1, 1 << 6 | index << 2 | channels >> 2, (channels & 3) << 6 | size >> 11,
        size >> 3 & 0xFF, (size & 7) << 5 | 0x1F, 0xFC,
    ))  # fmt: skip


def into_frames(content: bytes, sound: Sound, at: LabelPosition) -> bytes:
    """Return an MP3 or ADTS file with the sound as frames; tags at both ends stay at the ends."""
    start = id3.tag_size(content)
    first = mpeg_audio.first_frame(content, start)
    end = _end_of_frames(content)
    if len(mpeg_audio.frames(content, first)) < 1 or end <= first.start:
        raise MediaFault("no_frames")
    label = framed_label(first, sound)
    head = content[: first.start]
    if before(at):
        count = len(mpeg_audio.frames(label, mpeg_audio.first_frame(label, 0)))
        head = _with_later_chapters(head, start, count * first.samples * 1000 // first.rate)
    if not mpeg_audio.is_xing(content, first):
        inner = around(content[first.start : end], label, at)
        return head + inner + content[end:]
    inner = around(content[first.start + first.size : end], label, at)
    counted = mpeg_audio.with_xing(content, first, inner)
    return head + counted + inner + content[end:]


def _with_later_chapters(head: bytes, size: int, by_ms: int) -> bytes:
    """Return what stands before the first frame; the chapters of its tag (ID3v2 Chapter Frame
    Addendum 1.0) begin and end later. A tag without any, or a broken one, stays as it is."""
    if b"CHAP" not in head[:size]:
        return head
    try:
        tag = id3.read_tag(head)
    except MediaFault:
        return head
    frames = []
    for each in tag.frames:
        name, _, rest = each.body.partition(b"\0")
        if each.id == b"CHAP" and each.flags == b"\0\0" and len(rest) >= 16:
            times = [int.from_bytes(rest[at : at + 4], "big") + by_ms for at in (0, 4)]
            told = b"".join(min(time, 0xFFFFFFFF).to_bytes(4, "big") for time in times)
            each = each._replace(body=name + b"\0" + told + rest[8:])  # noqa: PLW2901 -- same frame
        frames.append(each)
    return id3.build(tag.version, frames) + head[size:]


def _end_of_frames(content: bytes) -> int:
    end = len(content)
    if content[-128:-125] == b"TAG":
        end -= 128
    foot = content[end - 32 : end]
    if foot[:8] == b"APETAGEX":
        headed = 32 if int.from_bytes(foot[20:24], "little") >> 31 else 0
        end -= int.from_bytes(foot[12:16], "little") + headed
    return max(0, end)


def opus_label(sound: Sound, channels: int) -> Packets:
    """Return a sound as Opus packets of 20 ms."""
    mono = sound(OPUS_HZ)
    return encoded(mono, "libopus", OPUS_HZ, min(channels, 2), _OPUS_KBPS * min(channels, 2))


def opus_pages(label: Packets, serial: int, number: int, granule: int) -> list[ogg.Page]:
    """Return a label as pages from ``number`` on; ``granule`` samples stand before it."""
    found: list[ogg.Page] = []
    for start in range(0, len(label.bodies), _PAGE_PACKETS):
        part = list(label.bodies[start : start + _PAGE_PACKETS])
        granule += len(part) * label.samples
        found += ogg.paged(part, serial, number + len(found), granule)
    return found


def into_opus(content: bytes, sound: Sound, at: LabelPosition) -> bytes:
    """Return an Ogg Opus file with the sound, in its one stream: its own packets stay."""
    pages = list(ogg.pages(content))
    if not pages or len({page.serial for page in pages}) != 1:
        raise MediaFault("more_than_one_stream")
    if sum(page.kind & ogg.FIRST for page in pages) != ogg.FIRST:
        raise MediaFault("more_than_one_stream")
    if pages[0].body[18:19] not in {b"\0", b"\1"}:
        raise MediaFault("unknown_channels")
    label = opus_label(sound, pages[0].body[9])
    splice = OpusSplice(label, at)
    written = [each for page in pages for each in splice.push(page)]
    return b"".join(page.written() for page in (*written, *splice.close()))


class OpusSplice:
    """Puts an Opus label around the pages of a stream, page by page.

    Pages are numbered anew and their places moved. The last page is kept back until `close`, so
    that the stream's last page can say that it is the last.
    """

    def __init__(self, label: Packets, at: LabelPosition) -> None:
        self._label = label
        self._at = at
        self._headers = 0
        self._number = 0
        self._shift = 0
        self._place = 0
        self._kept: ogg.Page | None = None

    def push(self, page: ogg.Page) -> list[ogg.Page]:
        """Return what may be sent on after this page."""
        out: list[ogg.Page] = []
        if self._headers < 2:
            self._headers += sum(ended for _, ended in ogg.packets_of(page))
            out.append(self._numbered(page))
            if self._headers == 2 and before(self._at):
                label = opus_pages(self._label, page.serial, self._number, 0)
                self._number += len(label)
                self._shift = self._place = label[-1].granule
                out += label
            return out
        if self._kept is not None:
            out.append(self._kept)
        granule = page.granule
        if granule != ogg.UNSET:
            granule += self._shift
        if page.kind & ogg.LAST and behind(self._at):
            granule = max(self._place + _durations(page), 0)  # nothing is cut off in the middle
        if granule != ogg.UNSET:
            self._place = granule
        self._kept = self._numbered(page._replace(granule=granule))
        return out

    def close(self) -> list[ogg.Page]:
        """Return the last pages."""
        kept = self._kept
        if kept is None:
            raise MediaFault("no_sound")
        if not behind(self._at):
            return [kept._replace(kind=kept.kind | ogg.LAST)]
        label = opus_pages(self._label, kept.serial, self._number, self._place)
        last = label[-1]._replace(kind=label[-1].kind | ogg.LAST)
        return [kept._replace(kind=kept.kind & ~ogg.LAST), *label[:-1], last]

    def _numbered(self, page: ogg.Page) -> ogg.Page:
        numbered = page._replace(number=self._number)
        self._number += 1
        return numbered


def _durations(page: ogg.Page) -> int:
    """Return how many samples the packets that end on a page hold (RFC 6716, 3.1)."""
    total = 0
    for packet, ended in ogg.packets_of(page):
        if ended and packet:
            total += _duration(packet)
    return total


def _duration(packet: bytes) -> int:
    configuration, code = packet[0] >> 3, packet[0] & 3
    if configuration < 12:
        size = (480, 960, 1920, 2880)[configuration & 3]
    elif configuration < 16:
        size = (480, 960)[configuration & 1]
    else:
        size = (120, 240, 480, 960)[configuration & 3]
    count = (1, 2, 2)[code] if code < 3 else packet[1] & 63 if len(packet) > 1 else 0
    return size * count
