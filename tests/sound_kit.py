"""Small files of sound and film, made by PyAV and by hand, for the tests of the marks on them."""

from __future__ import annotations

import struct
import tempfile
from fractions import Fraction
from functools import lru_cache
from io import BytesIO
from itertools import pairwise
from pathlib import Path

import av
import numpy as np

from gateway.nouns.mark import AigcLabel
from gateway.ports.mark import Claim
from gateway.wire.aigc_label import make_label

PRODUCER = "001191110102MAD55U9H0F10002"
EXCHANGE = "01ARZ3NDEKTSV4RRFFQ69G5FAV"
LINE = "AI生成 · 7KQ2-M9XD"
CLAIM = Claim(EXCHANGE, "7KQ2-M9XD", make_label(PRODUCER, EXCHANGE), line=LINE)
FOREIGN = AigcLabel(
    Label="1", ContentProducer="别家 Co.", ProduceID="n-1", ReservedCode1="seal",
    ContentPropagator="别家 Co.", PropagateID="n-1", ReservedCode2="theirs",
)  # fmt: skip


def tune(rate: int, seconds: float = 1.0, channels: int = 1) -> np.ndarray:
    """Return a chord that is no label (rows are samples), of full scale 1."""
    times = np.arange(round(rate * seconds)) / rate
    mono = 0.2 * np.sin(2 * np.pi * 330 * times) + 0.2 * np.sin(2 * np.pi * 523 * times)
    return np.repeat(mono[:, None].astype(np.float32), channels, axis=1)


@lru_cache
def sound(
    container: str, codec: str, rate: int = 48000, channels: int = 1, seconds: float = 1.0
) -> bytes:
    """Return a tune in a container, encoded."""
    out = BytesIO()
    with av.open(out, "w", format=container) as target:
        target.metadata["title"] = "Tune"
        stream = target.add_stream(codec, rate=rate, layout="mono" if channels == 1 else "stereo")
        _feed(target, stream, tune(rate, seconds, channels))
    return out.getvalue()


@lru_cache
def film(
    container: str = "mp4", codec: str = "libx264", size: tuple[int, int] = (160, 120),
    seconds: float = 1.0, options: tuple[tuple[str, str], ...] = (), *, audio: str = "",
) -> bytes:  # fmt: skip
    """Return moving colours in a container, with or without a tune."""
    folder = tempfile.TemporaryDirectory()  # some options make ffmpeg read its own file again
    path = Path(folder.name) / "film"
    with folder, av.open(str(path), "w", format=container, options=dict(options)) as target:
        target.metadata["title"] = "Film"
        quick = {"preset": "ultrafast"} if codec in {"libx264", "libx265"} else {}
        quick |= {"x265-params": "log-level=none"} if codec == "libx265" else {}
        quick |= {"deadline": "realtime", "cpu-used": "8"} if "vpx" in codec else {}
        stream = target.add_stream(codec, rate=25, options=quick)
        stream.width, stream.height = size
        stream.pix_fmt = "yuv420p"
        heard = target.add_stream(audio, rate=48000, layout="mono") if audio else None
        for number in range(round(25 * seconds)):
            picture = np.zeros((size[1], size[0], 3), dtype=np.uint8)
            picture[..., 0] = (np.arange(size[0]) + 4 * number)[None, :] % 200
            picture[..., 1] = (np.arange(size[1]) + number)[:, None] % 180
            picture[..., 2] = 200
            frame = av.VideoFrame.from_ndarray(picture, "rgb24").reformat(format="yuv420p")
            frame.pts, frame.time_base = number, Fraction(1, 25)
            target.mux(stream.encode(frame))
        target.mux(stream.encode(None))
        if heard is not None:
            _feed(target, heard, tune(48000, seconds))
        target.close()
        return path.read_bytes()


def wave(
    bits: int = 16, channels: int = 1, rate: int = 24000, *, floating: bool = False,
    wide: bool = False, streamed: bool = False, extra: bytes = b"", count: int = 24001,
) -> bytes:  # fmt: skip
    """Return a WAVE file written by hand: any sample form, RF64, or of unknown length."""
    values = tune(rate, count / rate, channels).astype(np.float64)[:count]
    if floating:
        samples = values.astype(f"<f{bits // 8}").tobytes()
    elif bits == 8:
        samples = np.round(values * 127 + 128).astype(np.uint8).tobytes()
    else:
        whole = np.round(values * (2 ** (bits - 1) - 1)).astype("<i8").reshape(-1)
        samples = whole.view(np.uint8).reshape(-1, 8)[:, : bits // 8].tobytes()
    block = channels * bits // 8
    form = struct.pack("<HHIIHH", 3 if floating else 1, channels, rate, rate * block, block, bits)
    body = b"fmt " + struct.pack("<I", 16) + form + extra
    size = 0xFFFFFFFF if streamed or wide else len(samples)
    body += b"data" + struct.pack("<I", size) + samples + b"\0" * (len(samples) % 2)
    if wide:
        sizes = struct.pack("<QQQI", len(body) + 40, len(samples), count, 0)
        body = b"ds64" + struct.pack("<I", len(sizes)) + sizes + body
        return b"RF64\xff\xff\xff\xffWAVE" + body
    total = 0xFFFFFFFF if streamed else 4 + len(body)
    return b"RIFF" + struct.pack("<I", total) + b"WAVE" + body


def pcm(seconds: float = 1.0) -> bytes:
    """Return raw samples: 24 kHz, 16 bits, one channel."""
    return (tune(24000, seconds)[:, 0] * 32767).astype("<i2").tobytes()


def heard(content: bytes, rate: int = 16000) -> np.ndarray:
    """Return the whole sound of a file as one channel."""
    with av.open(BytesIO(content)) as source:
        resampler = av.AudioResampler("fltp", "mono", rate)
        parts = [
            each.to_ndarray()[0]
            for frame in source.decode(audio=0)
            for each in resampler.resample(frame)
        ]
    return np.concatenate(parts)


def packets(content: bytes) -> list[tuple[int, bytes]]:
    """Return the encoded packets of every stream: what a label in metadata must not change."""
    with av.open(BytesIO(content)) as source:
        return [(each.stream.index, bytes(each)) for each in source.demux() if each.size]


def decoded_frames(content: bytes) -> list[tuple[float, np.ndarray]]:
    """Return the pictures of a film as grey values, with their times in seconds."""
    with av.open(BytesIO(content)) as source:
        return [(frame.time, frame.to_ndarray(format="gray")) for frame in source.decode(video=0)]


def morse(mono: np.ndarray, rate: int) -> str:
    """Read sounds from the envelope alone, whatever their pitch: ``.-|..`` and the like.

    Written apart from the program's own reader, with which it shares nothing.
    """
    step = rate // 200
    count = len(mono) // step
    envelope = np.sqrt(np.mean(mono[: count * step].reshape(count, step) ** 2, axis=1))
    loud = envelope > 0.4 * envelope.max()
    changes = np.flatnonzero(np.diff(loud.astype(int))) + 1
    bounds = [0, *changes.tolist(), count]
    text = ""
    for start, stop in pairwise(bounds):
        length = (stop - start) * step / rate
        if loud[start]:
            text += "." if length < 0.16 else "-"
        elif text and length > 0.16 and stop < count:
            text += "|"
    return text


def _feed(
    target: av.container.OutputContainer, stream: av.AudioStream, samples: np.ndarray
) -> None:
    rate = stream.codec_context.sample_rate
    channels = samples.shape[1]
    layout = "mono" if channels == 1 else "stereo"
    whole = np.ascontiguousarray(samples.reshape(1, -1))
    frame = av.AudioFrame.from_ndarray(whole, "flt", layout)
    frame.sample_rate = rate
    context = stream.codec_context
    if not context.is_open:
        context.open()
    resampler = av.AudioResampler(
        context.format.name, layout, rate, frame_size=context.frame_size or 1024
    )
    for each in [*resampler.resample(frame), *resampler.resample(None)]:
        target.mux(stream.encode(each))
    target.mux(stream.encode(None))
