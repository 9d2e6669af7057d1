"""The marks on files, and how each is made."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from gateway.marks.audio_label import AudioLabel
from gateway.marks.audio_metadata import AudioMetadata
from gateway.marks.audio_stream import AudioStreamLabel
from gateway.marks.credentials import Credentials, Signing
from gateway.marks.document_label import DocumentLabel
from gateway.marks.document_metadata import DocumentMetadata
from gateway.marks.image_label import ImageLabel
from gateway.marks.image_metadata import ImageMetadata
from gateway.marks.image_watermark import ImageWatermark
from gateway.marks.video_label import VideoLabel
from gateway.marks.video_metadata import VideoMetadata
from gateway.nouns.mark import FileMarksOrder, MarkKeys
from gateway.ports.mark import FileMark

FILE_MARKS: tuple[type[FileMark], ...] = (
    ImageLabel,
    AudioLabel,
    VideoLabel,
    DocumentLabel,
    ImageWatermark,
    ImageMetadata,
    AudioMetadata,
    VideoMetadata,
    DocumentMetadata,
    Credentials,
)
"""The marks on files; `gateway.engine.stamping` knows the order in which they are put on."""

Construct = Callable[[FileMarksOrder, MarkKeys], FileMark | None]

CONSTRUCTORS: Mapping[type[FileMark], Construct] = {
    ImageLabel: lambda order, _: ImageLabel(order),
    AudioLabel: lambda order, _: AudioLabel(order),
    VideoLabel: lambda order, _: VideoLabel(order),
    DocumentLabel: lambda order, _: DocumentLabel(order),
    ImageWatermark: lambda _, keys: ImageWatermark(keys.watermark) if keys.watermark else None,
    ImageMetadata: lambda *_: ImageMetadata(),
    AudioMetadata: lambda *_: AudioMetadata(),
    VideoMetadata: lambda *_: VideoMetadata(),
    DocumentMetadata: lambda *_: DocumentMetadata(),
    Credentials: lambda _, keys: _credentials(keys),
}
"""How each mark of `FILE_MARKS` is made; None: what it takes is not there."""


def _credentials(keys: MarkKeys) -> Credentials | None:
    return Credentials(keys.signing) if isinstance(keys.signing, Signing) else None


__all__ = [
    "CONSTRUCTORS",
    "FILE_MARKS",
    "AudioLabel",
    "AudioMetadata",
    "AudioStreamLabel",
    "Credentials",
    "DocumentLabel",
    "DocumentMetadata",
    "ImageLabel",
    "ImageMetadata",
    "ImageWatermark",
    "VideoLabel",
    "VideoMetadata",
]
