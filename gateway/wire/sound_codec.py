"""Sound encoded and decoded by PyAV (ffmpeg's libraries), the optional extra ``media``.

PyAV is imported when it is first needed: the gateway runs without it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from fractions import Fraction
from io import BytesIO
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from gateway.wire.media_fault import MediaFault

if TYPE_CHECKING:
    import av

NEEDS_MEDIA = "needs_media_extra: pip install 'sealgate[media]'"
"""The reason of the fault when PyAV is not installed."""

LONGEST_S = 4 * 3600
"""Longer sound is not encoded anew."""

_LAYOUTS = {1: "mono", 2: "stereo", 3: "2.1", 4: "4.0", 5: "5.0", 6: "5.1", 8: "7.1"}
_FORMATS = {
    "libmp3lame": "fltp", "aac": "fltp", "libopus": "flt", "flac": "s16", "alac": "s16p",
    "libvorbis": "fltp",
}  # fmt: skip

Samples = NDArray[np.float32]
Sound = Callable[[int], Samples]
"""Gives one channel of sound, of full scale 1, at a rate in Hz."""


class Packets(NamedTuple):
    """Encoded sound: its packets, the samples in each, and what a decoder must know beforehand."""

    bodies: tuple[bytes, ...]
    samples: int
    extradata: bytes


@contextmanager
def ffmpeg() -> Iterator[Any]:
    """Give PyAV, and turn what it raises into a MediaFault."""
    try:
        import av
    except ImportError as missing:
        raise MediaFault(NEEDS_MEDIA) from missing
    try:
        yield av
    except (av.FFmpegError, EOFError) as broken:
        raise MediaFault("broken_media") from broken
    except (ValueError, OverflowError, MemoryError, LookupError) as broken:
        if isinstance(broken, MediaFault):
            raise
        raise MediaFault("broken_media") from broken


def encoded(sound: Samples, codec: str, rate: int, channels: int, kbps: int) -> Packets:
    """Return one channel of sound as packets, the same in all channels.

    Every packet can be decoded by itself or after silence (no bit reservoir).
    """
    with ffmpeg() as av:
        context = av.CodecContext.create(codec, "w")
        context.sample_rate = rate
        context.format = _FORMATS[codec]
        context.layout = _layout(channels)
        context.time_base = Fraction(1, rate)
        if kbps:
            context.bit_rate = kbps * 1000
        if codec == "libmp3lame":
            context.options = {"reservoir": "0"}
        context.open()
        size = context.frame_size or 1024
        bodies: list[bytes] = []
        for start in range(0, len(sound), size):
            part = np.zeros(size, dtype=np.float32)
            part[: len(sound) - start] = sound[start : start + size]
            frame = audio_frame(av, part, context.format.name, channels, rate)
            frame.pts = start
            bodies += [bytes(packet) for packet in context.encode(frame)]
        bodies += [bytes(packet) for packet in context.encode(None)]
        return Packets(tuple(bodies), size, bytes(context.extradata or b""))


def audio_frame(av: Any, mono: Samples, name: str, channels: int, rate: int) -> av.AudioFrame:
    """Return one channel of sound as a frame of this sample format, the same in all channels."""
    scales = {"s16": (32767, np.int16), "s32": (2147483392, np.int32)}
    scale, kind = scales.get(name.removesuffix("p"), (1, np.float32))
    values = (mono * scale).astype(kind)
    if name.endswith("p"):
        block = np.repeat(values[None, :], channels, axis=0)
    else:
        block = np.repeat(values, channels)[None, :]
    frame = av.AudioFrame.from_ndarray(np.ascontiguousarray(block), name, _layout(channels))
    frame.sample_rate = rate
    return frame  # type: ignore[no-any-return]  # PyAV is imported late


def decoded(content: bytes, *, head_s: float, tail_s: float, seconds: float) -> list[Samples]:
    """Return the sound of a file as one channel at `DECODED_HZ`: its head and its tail.

    One piece if the file is no longer than ``head_s`` and ``tail_s`` together. Raises MediaFault if
    it cannot be decoded, or lasts longer than ``seconds``.
    """
    with ffmpeg() as av, av.open(BytesIO(content)) as file:
        if not file.streams.audio:
            raise MediaFault("no_sound")
        resampler = av.AudioResampler("fltp", "mono", DECODED_HZ)
        head, tail = _Ends(head_s, DECODED_HZ), _Ends(tail_s, DECODED_HZ)
        total = 0
        for frame in file.decode(file.streams.audio[0]):
            for each in resampler.resample(frame):
                block = each.to_ndarray()[0]
                total += len(block)
                tail.push(head.fill(block))
            if total > seconds * DECODED_HZ:
                raise MediaFault("too_long")
        return head.joined(tail)


DECODED_HZ = 16000
"""The rate of what `decoded` returns."""


class _Ends:
    """Keeps the first samples given to `fill`, or the last given to `push`."""

    def __init__(self, seconds: float, rate: int) -> None:
        self._room = round(seconds * rate)
        self._parts: list[Samples] = []
        self._held = 0
        self.dropped = False

    def fill(self, block: Samples) -> Samples:
        kept = block[: self._room - self._held]
        if len(kept):
            self._parts.append(kept)
            self._held += len(kept)
        return block[len(kept) :]

    def push(self, block: Samples) -> None:
        if not len(block):
            return
        self._parts.append(block)
        self._held += len(block)
        while self._held - len(self._parts[0]) >= self._room:
            self._held -= len(self._parts.pop(0))
            self.dropped = True

    def joined(self, tail: _Ends) -> list[Samples]:
        ends = [np.concatenate(each._parts) for each in (self, tail) if each._parts]
        if len(ends) == 2 and not tail.dropped:
            return [np.concatenate(ends)]
        return ends


def _layout(channels: int) -> str:
    if channels not in _LAYOUTS:
        raise MediaFault("unknown_channels")
    return _LAYOUTS[channels]
