"""What is put on generated content so that anybody can tell, and the readers of it.

One file per mark. `MARKS` are those that stand in a text itself; its metadata label travels beside
it (aigc_label), since a text has no place for metadata. The marks on files bring the libraries of
their formats, which a process that serves texts does not need: `gateway.marks.on_files` is imported
when one of them is first asked for.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from gateway.marks.text_label import TextLabel
from gateway.marks.text_trace import TextTrace
from gateway.nouns.mark import FileMarksOrder, MarkKeys
from gateway.ports.mark import FileMark, Mark

if TYPE_CHECKING:
    from gateway.marks.on_files import (
        CONSTRUCTORS,
        FILE_MARKS,
        AudioLabel,
        AudioMetadata,
        AudioStreamLabel,
        Credentials,
        DocumentLabel,
        DocumentMetadata,
        ImageLabel,
        ImageMetadata,
        ImageWatermark,
        VideoLabel,
        VideoMetadata,
    )

MARKS: tuple[type[Mark], ...] = (TextLabel, TextTrace)
"""The marks on texts, in the order in which they are written."""

FILE_MARK_NAMES = frozenset(
    {
        "audio_label",
        "audio_metadata",
        "credential",
        "document_label",
        "document_metadata",
        "image_label",
        "image_metadata",
        "image_watermark",
        "video_label",
        "video_metadata",
    }
)
"""The names of `FILE_MARKS`, for who counts receipts and makes no marks."""

__all__ = [
    "CONSTRUCTORS",
    "FILE_MARKS",
    "FILE_MARK_NAMES",
    "MARKS",
    "AudioLabel",
    "AudioMetadata",
    "AudioStreamLabel",
    "Credentials",
    "DocumentLabel",
    "DocumentMetadata",
    "ImageLabel",
    "ImageMetadata",
    "ImageWatermark",
    "TextLabel",
    "TextTrace",
    "VideoLabel",
    "VideoMetadata",
    "encode_label",
    "make_marks",
]


def make_marks(order: FileMarksOrder, keys: MarkKeys) -> list[FileMark]:
    """Return the marks on files under an order; called in each sealing process.

    Raises ConfigError if the order cannot be carried out.
    """
    from gateway.marks.on_files import CONSTRUCTORS, FILE_MARKS

    made = (CONSTRUCTORS[kind](order, keys) for kind in FILE_MARKS)
    return [mark for mark in made if mark is not None]


def encode_label(label: Any) -> bytes:
    """Return an encoded label of streamed speech; see `gateway.marks.audio_stream`."""
    from gateway.marks.audio_stream import encode_label as encode

    return encode(label)


def __getattr__(name: str) -> object:
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from gateway.marks import on_files

    return getattr(on_files, name)
