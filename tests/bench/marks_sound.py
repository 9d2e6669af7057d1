"""What marks on sound and film cost, beside a plain remux or re-encoding of the same file by PyAV.

    python -m tests.bench.marks_sound

Best of five, in memory, one process; milliseconds.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from io import BytesIO

import av

from gateway.engine.stamping import Stamper
from gateway.marks.audio_label import AudioLabel
from gateway.marks.audio_metadata import AudioMetadata
from gateway.marks.video_label import VideoLabel
from gateway.marks.video_metadata import VideoMetadata
from gateway.nouns.mark import FileMarksOrder, MarkFamily
from tests.sound_kit import CLAIM, film, sound, wave

ORDER = FileMarksOrder(label=True)
MARKS = [AudioMetadata(), VideoMetadata(), AudioLabel(ORDER), VideoLabel(ORDER)]
CLIPS: list[tuple[str, Callable[[], bytes], str]] = [
    ("MP3 10 s", lambda: sound("mp3", "libmp3lame", 44100, 2, 10.0), "mp3"),
    ("WAV 10 s", lambda: wave(16, 2, 48000, count=480000), "wav"),
    ("FLAC 10 s", lambda: sound("flac", "flac", 48000, 2, 10.0), "flac"),
    ("Opus 10 s", lambda: sound("ogg", "libopus", 48000, 2, 10.0), "ogg"),
    ("M4A 10 s", lambda: sound("ipod", "aac", 44100, 2, 10.0), "ipod"),
    ("MP4 5 s 1024x1024", lambda: film(size=(1024, 1024), seconds=5.0, audio="aac"), "mp4"),
]


def best(act: Callable[[], object], times: int = 5) -> float:
    """Return the shortest of several runs, in milliseconds."""
    spent = []
    for _ in range(times):
        start = time.perf_counter()
        act()
        spent.append(time.perf_counter() - start)
    return 1000 * min(spent)


def remuxed(content: bytes, container: str) -> bytes:
    """Return the file through a muxer, nothing encoded."""
    out = BytesIO()
    with av.open(BytesIO(content)) as source, av.open(out, "w", format=container) as target:
        streams = {each.index: target.add_stream_from_template(each) for each in source.streams}
        for packet in source.demux():
            if packet.dts is not None:
                packet.stream = streams[packet.stream.index]
                target.mux(packet)
    return out.getvalue()


def reencoded(content: bytes, container: str) -> bytes:
    """Return the first stream of the file decoded and encoded with the same codec."""
    names = {"mp3float": "libmp3lame", "mp3": "libmp3lame", "opus": "libopus", "h264": "libx264"}
    out = BytesIO()
    with av.open(BytesIO(content)) as source, av.open(out, "w", format=container) as target:
        old = source.streams[0]
        codec = names.get(old.codec_context.name, old.codec_context.name)
        if old.type == "video":
            options = {"preset": "veryfast", "crf": "18"}
            new = target.add_stream(codec, rate=old.average_rate, options=options)
            new.width, new.height, new.pix_fmt = old.width, old.height, old.pix_fmt
            for frame in source.decode(old):
                frame.pict_type = 0
                target.mux(new.encode(frame))
        else:
            rate = 48000 if codec == "libopus" else old.rate
            new = target.add_stream(codec, rate=rate, layout=old.layout.name)
            new.codec_context.open()
            form, size = new.codec_context.format.name, new.codec_context.frame_size or 1024
            resampler = av.AudioResampler(form, old.layout.name, rate, frame_size=size)
            pieces = (each for frame in source.decode(old) for each in resampler.resample(frame))
            for each in pieces:
                target.mux(new.encode(each))
        target.mux(new.encode(None))
    return out.getvalue()


def main() -> None:
    """Print the table."""
    metadata = Stamper(MARKS, [MarkFamily.METADATA])
    label = Stamper(MARKS, [MarkFamily.LABEL])
    rows = [
        "| file | bytes | metadata | plain remux | label | plain re-encoding |",
        "|---|" + "--:|" * 5,
    ]
    for name, make, container in CLIPS:
        content = make()
        results = (metadata.stamp(content, CLAIM), label.stamp(content, CLAIM))
        if not all(each.complete for each in results):
            sys.exit(f"{name}: {results[0].receipts} {results[1].receipts}")
        times = 1 if "MP4" in name else 3
        costs = [
            best(lambda content=content: metadata.stamp(content, CLAIM)),
            best(lambda content=content, container=container: remuxed(content, container)),
            best(lambda content=content: label.stamp(content, CLAIM), times),
            best(lambda content=content, container=container: reencoded(content, container), times),
        ]
        shown = " | ".join(f"{each:.1f}" for each in costs)
        rows.append(f"| {name} | {len(content):,} | {shown} |")
    sys.stdout.write("\n".join(rows) + "\n")


if __name__ == "__main__":
    main()
