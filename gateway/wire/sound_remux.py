"""A sound put before or behind another's in containers that a muxer must write: M4A, FLAC...

Where the label can be encoded just as the sound was (AAC-LC, Opus, MP3, same rate and channels),
the sound's own packets are copied and only their times move. Else all of it is encoded anew with
its own codec: FLAC and ALAC lose nothing by that; Vorbis, which ffmpeg writes badly, becomes Opus.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from io import BytesIO
from typing import TYPE_CHECKING, Any

from gateway.nouns.mark import LabelPosition
from gateway.nouns.media import MediaFormat as F
from gateway.wire import flac, isobox
from gateway.wire.media_fault import MediaFault
from gateway.wire.sound_codec import (
    LONGEST_S,
    Packets,
    Samples,
    Sound,
    audio_frame,
    encoded,
    ffmpeg,
)
from gateway.wire.sound_insert import before, behind

if TYPE_CHECKING:
    import av

MUXERS: dict[F, str] = {
    F.M4A: "ipod", F.MP4: "mp4", F.MOV: "mov", F.WEBM: "webm", F.MKV: "matroska", F.FLAC: "flac",
    F.OGG: "ogg",
}  # fmt: skip
"""ffmpeg's names of the containers."""

_ISO = frozenset({F.M4A, F.MP4, F.MOV})
COVER = 0x400
"""ffmpeg's flag of a stream that is a picture beside a sound."""

_ENCODERS = {"aac": "aac", "opus": "libopus", "mp3": "libmp3lame"}
_ANEW = {"aac": "aac", "opus": "libopus", "vorbis": "libopus", "mp3": "libmp3lame"}
_KBPS = 96


def into_container(content: bytes, format: F, sound: Sound, at: LabelPosition) -> tuple[bytes, str]:
    """Return a file with the sound, and how: ``copied`` or ``encoded_anew``.

    Raises MediaFault if the file is broken, has no sound, or PyAV is not installed.
    """
    out = BytesIO()
    with ffmpeg() as av, av.open(BytesIO(content)) as source:
        if not source.streams.audio:
            raise MediaFault("no_sound")
        heard = source.streams.audio[0]
        label = _label_like(heard, sound) if format not in {F.FLAC, F.OGG} else None
        with av.open(out, "w", format=MUXERS[format]) as target:
            target.metadata.update(source.metadata)
            if label is not None:
                _copied(av, (source, format), target, (label, at))
            else:
                _anew(av, source, target, (sound, at))
    made = out.getvalue()
    how = "copied" if label is not None else "encoded_anew"
    if format is F.FLAC:
        how = "lossless"
        made = with_blocks_of(made, content)
    elif format in _ISO:
        made = with_user_data_of(made, content)
    return made, how


def with_user_data_of(made: bytes, source: bytes) -> bytes:
    """Return an ISO file with the user data and metadata of another, to the byte; but its own list
    of chapters (``chpl``), whose times may have moved."""
    new = next(box for box in isobox.top_boxes(made) if box.type == b"moov")
    old = next(box for box in isobox.top_boxes(source) if box.type == b"moov")
    kept = [
        made[each.start : each.end]
        for each in isobox.boxes(made, new.body, new.end)
        if each.type not in {b"udta", b"meta"}
    ]
    chapters = [box for each, box in _user_data(made, new) if each == b"chpl"]
    kept += [
        source[each.start : each.end]
        for each in isobox.boxes(source, old.body, old.end)
        if each.type == b"meta"
    ]
    others = [box for each, box in _user_data(source, old) if each != b"chpl"]
    if others or chapters:
        kept.append(isobox.written(b"udta", b"".join((*others, *chapters))))
    return isobox.with_moov_body(made, new, b"".join(kept))


def _user_data(content: bytes, moov: isobox.Box) -> list[tuple[bytes, bytes]]:
    """Return the boxes of a movie's user data by their types."""
    return [
        (box.type, content[box.start : box.end])
        for each in isobox.boxes(content, moov.body, moov.end)
        if each.type == b"udta"
        for box in isobox.boxes(content, each.body, each.end)
    ]


def with_blocks_of(made: bytes, source: bytes) -> bytes:
    """Return a FLAC file with the metadata of another; places in its sound would be wrong."""
    new, old = flac.read_flac(made), flac.read_flac(source)
    lost = {flac.STREAMINFO, flac.SEEKTABLE, flac.PADDING}
    kept = [block for block in old.blocks if block.type not in lost]
    return source[: old.start] + flac.with_blocks(made, new, [new.blocks[0], *kept])


def _label_like(heard: av.AudioStream, sound: Sound) -> Packets | None:
    """Return the label encoded as the stream is; None where that cannot be."""
    context = heard.codec_context
    codec = _ENCODERS.get(context.name) or _ENCODERS.get(context.name.removesuffix("float"))
    channels = context.layout.nb_channels
    if codec is None or channels > 2:
        return None
    kbps = min(256, max(48, (context.bit_rate or _KBPS * 1000) // 1000))
    label = encoded(sound(context.sample_rate), codec, context.sample_rate, channels, kbps)
    known = bytes(context.extradata or b"")
    if codec == "aac" and label.extradata[:2] != known[:2]:
        return None  # HE-AAC, or another object type
    return label


def _copied(
    av: Any, given: tuple[Any, F], target: Any, owed: tuple[Packets, LabelPosition]
) -> None:
    """Copy the packets of all streams; those of the first sound make room for the label. The cover
    of an ISO file is none: it comes back with the user data."""
    label, at = owed
    source, format = given
    streams = {}
    for stream in source.streams:
        if format in _ISO and int(stream.disposition) & COVER:
            continue
        if stream.type in {"audio", "video", "subtitle"}:
            streams[stream.index] = target.add_stream_from_template(stream)
            streams[stream.index].metadata.update(stream.metadata)
    heard = source.streams.audio[0]
    base, rate = heard.time_base, heard.codec_context.sample_rate
    length = len(label.bodies) * label.samples
    shift = round(Fraction(length, rate) / base) if before(at) else 0
    target.set_chapters(_later(source.chapters(), Fraction(length, rate) if before(at) else 0))
    end = first = None
    for packet in source.demux():
        if packet.dts is None or packet.stream.index not in streams:
            continue
        mine = packet.stream is heard
        if mine and first is None:
            first = packet.pts
            if before(at):
                _mux_label(av, target, streams[heard.index], (label, first, base, rate))
        if mine:
            packet.pts += shift
            packet.dts += shift
            end = packet.pts + (packet.duration or 0)
        packet.stream = streams[packet.stream.index]
        target.mux(packet)
    if end is None:
        raise MediaFault("no_sound")
    if behind(at):
        _mux_label(av, target, streams[heard.index], (label, end, base, rate))


def _mux_label(av: Any, target: Any, stream: Any, placed: tuple[Packets, int, Any, int]) -> None:
    label, start, base, rate = placed
    for number, body in enumerate(label.bodies):
        packet = av.Packet(body)
        packet.pts = packet.dts = start + round(Fraction(number * label.samples, rate) / base)
        packet.duration = round(Fraction(label.samples, rate) / base)
        packet.time_base = base
        packet.is_keyframe = True
        packet.stream = stream
        target.mux(packet)


def _anew(av: Any, source: Any, target: Any, owed: tuple[Sound, LabelPosition]) -> None:
    """Decode, and encode with the label around; never more than a moment of it in memory."""
    sound, at = owed
    heard = source.streams.audio[0]
    context = heard.codec_context
    name = context.name.removesuffix("float")
    codec = _ANEW.get(name, name)
    rate = 48000 if codec == "libopus" else context.sample_rate
    channels = context.layout.nb_channels
    try:
        stream = target.add_stream(codec, rate=rate)
    except (ValueError, av.FFmpegError) as missing:
        raise MediaFault("no_encoder") from missing
    stream.layout = context.layout.name
    stream.format = _sample_format(codec, context.format.name)
    if codec in {"libopus", "aac", "libmp3lame"}:
        stream.bit_rate = context.bit_rate or _KBPS * 1000
    stream.metadata.update(heard.metadata)
    stream.codec_context.open()
    label = sound(rate)
    target.set_chapters(_later(source.chapters(), Fraction(len(label), rate) if before(at) else 0))
    encoder = _Encoder(av, target, stream, (rate, channels))
    if before(at):
        encoder.take_mono(label)
    total = 0
    for frame in source.decode(heard):
        total += frame.samples
        if total > LONGEST_S * context.sample_rate:
            raise MediaFault("too_long")
        encoder.take(frame)
    if not total:
        raise MediaFault("no_sound")
    if behind(at):
        encoder.take_mono(label)
    encoder.close()


def _later(chapters: Sequence[Any], seconds: Fraction | int) -> list[Any]:
    """Return chapters that begin and end later: a label stands before them."""
    moved = []
    for each in chapters:
        by = round(seconds / each["time_base"])
        moved.append({**each, "start": each["start"] + by, "end": each["end"] + by})
    return moved


def _sample_format(codec: str, name: str) -> str:
    wide = name.startswith("s32")
    known = {
        "flac": "s32" if wide else "s16",
        "alac": "s32p" if wide else "s16p",
        "libopus": "flt",
        "aac": "fltp",
        "libmp3lame": "fltp",
    }
    return known.get(codec, name)


class _Encoder:
    """Feeds an encoder frames of the size that it wants."""

    def __init__(self, av: Any, target: Any, stream: Any, form: tuple[int, int]) -> None:
        self._av = av
        self._target = target
        self._stream = stream
        self._rate, self._channels = form
        context = stream.codec_context
        self._size = context.frame_size or 1024
        self._resampler = av.AudioResampler(context.format.name, context.layout.name, self._rate)
        self._queue = av.AudioFifo()
        self._sent = 0

    def take_mono(self, mono: Samples) -> None:
        name = self._stream.codec_context.format.name
        self._queued(audio_frame(self._av, mono, name, self._channels, self._rate))

    def take(self, frame: av.AudioFrame) -> None:
        for each in self._resampler.resample(frame):
            self._queued(each)

    def close(self) -> None:
        rest = self._queue.read()
        if rest is not None:
            self._send(rest)
        for packet in self._stream.encode(None):
            self._target.mux(packet)

    def _queued(self, frame: av.AudioFrame) -> None:
        frame.pts = None
        self._queue.write(frame)
        while (ready := self._queue.read(self._size)) is not None:
            self._send(ready)

    def _send(self, frame: av.AudioFrame) -> None:
        frame.pts = self._sent
        frame.time_base = Fraction(1, self._rate)
        self._sent += frame.samples
        for packet in self._stream.encode(frame):
            self._target.mux(packet)
