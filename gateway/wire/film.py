"""Film read and written by PyAV: frames changed on the way, sound and all else copied.

The whole picture is encoded anew: a cut at a key frame would keep the rest as it was, but encoders
differ in what their streams say of themselves, and players stumble over a change in the middle.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from io import BytesIO
from typing import TYPE_CHECKING, Any, NamedTuple

from gateway.nouns.media import MediaFormat as F
from gateway.wire import isobox
from gateway.wire.media_fault import MediaFault
from gateway.wire.sound_codec import ffmpeg
from gateway.wire.sound_remux import COVER, MUXERS, with_user_data_of

if TYPE_CHECKING:
    import av

MOST_PIXELS = 4096 * 2304
"""Pixels of a frame that is still encoded anew."""

LONGEST_S = 900.0
"""Seconds of a film that is still encoded anew."""

MOST_FRAMES = 60_000

_ENCODERS: dict[str, tuple[str, dict[str, str]]] = {
    "h264": ("libx264", {"preset": "veryfast", "crf": "18"}),
    "hevc": ("libx265", {"preset": "veryfast", "crf": "20", "x265-params": "log-level=none"}),
    "vp8": ("libvpx", {"deadline": "realtime", "cpu-used": "6", "crf": "8", "b": "4M"}),
    "vp9": ("libvpx-vp9", {"deadline": "realtime", "cpu-used": "7", "crf": "24", "b": "0"}),
    "av1": ("libsvtav1", {"preset": "10", "crf": "28", "svtav1-params": "enable-stat-report=0"}),
}
_WEB = {F.WEBM: "vp9"}
_DEPTHS = {8: 1, 10: 2, 12: 2}
_FORMATS = frozenset(
    ["yuv420p", "yuv422p", "yuv444p", "yuvj420p", "yuvj422p", "yuvj444p", "yuv420p10le"]
)

Painter = Callable[["av.VideoFrame", float], "av.VideoFrame"]
"""Given a frame and its time from the first one (s), returns the frame to encode."""


class Picture(NamedTuple):
    """What a film says of its picture; ``rotation`` in degrees, counter-clockwise."""

    width: int
    height: int
    rotation: int


def has_picture(content: bytes) -> bool:
    """Tell whether a file has moving pictures. Raises MediaFault if it is broken."""
    with ffmpeg() as av, av.open(BytesIO(content)) as source:
        return _picture(source) is not None


def first_frames(content: bytes, seconds: float) -> list[tuple[float, Any]]:
    """Return the frames of the first seconds with their times. Raises MediaFault."""
    found: list[tuple[float, Any]] = []
    with ffmpeg() as av, av.open(BytesIO(content)) as source:
        stream = _bounded(source)
        first: float | None = None
        for frame in source.decode(stream):
            at = float(frame.time or 0)
            first = at if first is None else first
            if at - first > seconds or len(found) > 600:
                break
            found.append((at - first, frame))
    if not found:
        raise MediaFault("no_picture")
    return found


def painted(content: bytes, format: F, paint: Painter) -> bytes:
    """Return the film with every frame as the painter returns it.

    Kept are sound and subtitles to the packet, times, colours, rotation, tags and chapters, and
    what is attached to a Matroska file. The cover of an ISO file comes back with its user data.
    """
    out = BytesIO()
    with ffmpeg() as av, av.open(BytesIO(content)) as source:
        stream = _bounded(source)
        attached = _attached(av, content) if format is F.MKV else []
        with av.open(out, "w", format=MUXERS[format]) as target:
            work = _Work(av, source, target, stream)
            work.run(_WEB.get(format, "h264"), paint, attached)
    made = out.getvalue()
    if format in {F.MP4, F.MOV, F.M4A}:
        made = isobox.moov_first(_with_matrix_of(with_user_data_of(made, content), content))
    return made


def rotation_of(frame: Any) -> int:
    """Return a frame's rotation in degrees, counter-clockwise: 0, 90, 180 or 270."""
    return int(round(frame.rotation / 90) * 90 % 360)


def _picture(source: Any) -> Any:
    for stream in source.streams.video:
        if not int(stream.disposition) & COVER:
            return stream
    return None


def _attached(av: Any, content: bytes) -> list[tuple[str, str, bytes]]:
    """Return name, media type and bytes of what a Matroska file carries beside its tracks: fonts,
    and pictures, which ffmpeg shows as tracks of one packet."""
    found: dict[int, bytes] = {}
    with av.open(BytesIO(content)) as source:
        told = {each.index: each.metadata for each in source.streams}
        found = {each.index: each.data for each in source.streams if each.type == "attachment"}
        pictures = [each for each in source.streams.video if int(each.disposition) & COVER]
        for packet in source.demux(pictures) if pictures else ():
            found.setdefault(packet.stream.index, bytes(packet))
            if all(each.index in found for each in pictures):
                break
    return [
        (told[n].get("filename", "file"), told[n].get("mimetype", "application/octet-stream"), data)
        for n, data in sorted(found.items())
    ]


def _bounded(source: Any) -> Any:
    stream = _picture(source)
    if stream is None:
        raise MediaFault("no_picture")
    if stream.codec_context is None:
        raise MediaFault("unknown_codec")
    if not 0 < stream.width * stream.height <= MOST_PIXELS:
        raise MediaFault("too_many_pixels")
    if source.duration is not None and source.duration > LONGEST_S * 1_000_000:
        raise MediaFault("too_long")
    stream.thread_type = "AUTO"
    return stream


class _Work:
    """One film on its way from its container to the new one."""

    def __init__(self, av: Any, source: Any, target: Any, stream: Any) -> None:
        self._av = av
        self._source = source
        self._target = target
        self._stream = stream
        self._made: Any = None
        self._first: float | None = None
        self._frames = 0

    def run(
        self, otherwise: str, paint: Painter, attached: Iterable[tuple[str, str, bytes]]
    ) -> None:
        """Write the whole film; codecs that we cannot write become ``otherwise``."""
        self._target.metadata.update(self._source.metadata)
        copies = self._opened(otherwise)
        for each in attached:
            self._target.add_attachment(*each)
        for packet in self._source.demux():
            if packet.stream is self._stream:
                for frame in packet.decode():
                    self._encode(paint, frame)
            elif packet.stream.index in copies and packet.dts is not None:
                packet.stream = copies[packet.stream.index]
                self._target.mux(packet)
        if not self._frames:
            raise MediaFault("no_picture")
        self._target.mux(self._made.encode(None))

    def _opened(self, otherwise: str) -> dict[int, Any]:
        source, copies = self._stream.codec_context, {}
        known = {"libdav1d": "av1", "libvpx-vp9": "vp9", "libvpx": "vp8"}
        name = known.get(source.name, source.name)
        codec, options = _ENCODERS.get(name, _ENCODERS[otherwise])
        for stream in self._source.streams:
            if stream is self._stream:
                rate = stream.average_rate or stream.guessed_rate or 25
                made = self._target.add_stream(codec, rate=rate, options=dict(options))
                made.width, made.height = source.width, source.height
                made.pix_fmt = _pixel_format(source.pix_fmt, codec)
                made.codec_context.time_base = stream.time_base
                made.time_base = stream.time_base
                if source.sample_aspect_ratio:
                    made.codec_context.sample_aspect_ratio = source.sample_aspect_ratio
                for each in ("color_primaries", "color_trc", "colorspace", "color_range"):
                    setattr(made.codec_context, each, getattr(source, each))
                if codec == "libx265" and self._target.format.name in {"mp4", "mov"}:
                    made.codec_context.codec_tag = "hvc1"
                made.metadata.update(stream.metadata)
                self._made = made
            elif int(stream.disposition) & COVER:
                continue
            elif stream.type in {"audio", "subtitle", "video"}:
                copies[stream.index] = self._target.add_stream_from_template(stream)
                copies[stream.index].metadata.update(stream.metadata)
        self._target.set_chapters(self._source.chapters())
        return copies

    def _encode(self, paint: Painter, frame: Any) -> None:
        self._frames += 1
        at = float(frame.time or 0)
        self._first = at if self._first is None else self._first
        if self._frames > MOST_FRAMES or at - self._first > LONGEST_S:
            raise MediaFault("too_long")
        if frame.width * frame.height > MOST_PIXELS:
            raise MediaFault("too_many_pixels")
        if frame.format.name != self._made.pix_fmt or frame.format.name not in _FORMATS:
            frame = frame.reformat(format=self._made.pix_fmt)
        frame = paint(frame, at - self._first)
        frame.pict_type = 0
        self._target.mux(self._made.encode(frame))


def _pixel_format(name: str, codec: str) -> str:
    if name == "yuv420p10le" and codec in {"libx264", "libx265", "libvpx-vp9", "libsvtav1"}:
        return name
    full = {"yuv422p", "yuv444p", "yuvj420p", "yuvj422p", "yuvj444p"}
    return name if name in full and codec in {"libx264", "libx265"} else "yuv420p"


def _with_matrix_of(made: bytes, source: bytes) -> bytes:
    """Return an ISO file whose picture is turned as another's: the matrix of its track header."""
    new, old = _matrix_at(made), _matrix_at(source)
    if new is None or old is None:
        return made
    return made[:new] + source[old : old + 36] + made[new + 36 :]


def _matrix_at(content: bytes) -> int | None:
    moov = next(box for box in isobox.top_boxes(content) if box.type == b"moov")
    for track in isobox.boxes(content, moov.body, moov.end):
        media = isobox.child(content, track, b"mdia") if track.type == b"trak" else None
        handler = isobox.child(content, media, b"hdlr") if media else None
        head = isobox.child(content, track, b"tkhd") if media else None
        if handler and head and content[handler.body + 8 : handler.body + 12] == b"vide":
            return head.body + (52 if content[head.body] else 40)
    return None
