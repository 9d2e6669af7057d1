"""Media: the formats of files that sealgate can read, and what kind of content each holds."""

from __future__ import annotations

from enum import StrEnum


class MediaKind(StrEnum):
    """What a person meets: which visible or audible mark fits."""

    IMAGE = "image"
    AUDIO = "audio"
    VIDEO = "video"
    DOCUMENT = "document"


class MediaFormat(StrEnum):
    """One file format, by the ending that it usually has."""

    PNG = "png"
    JPEG = "jpeg"
    WEBP = "webp"
    GIF = "gif"
    AVIF = "avif"
    TIFF = "tiff"
    SVG = "svg"
    MP3 = "mp3"
    WAV = "wav"
    FLAC = "flac"
    OGG = "ogg"
    M4A = "m4a"
    AAC = "aac"
    PCM = "pcm"
    MP4 = "mp4"
    MOV = "mov"
    WEBM = "webm"
    MKV = "mkv"
    TXT = "txt"
    MARKDOWN = "md"
    HTML = "html"
    DOCX = "docx"
    XLSX = "xlsx"
    PPTX = "pptx"
    PDF = "pdf"

    @property
    def kind(self) -> MediaKind:
        """What kind of content it holds."""
        return _KINDS[self]

    @property
    def mime(self) -> str:
        """Its media type (IANA; ``audio/L16`` for raw samples, RFC 3551)."""
        return _MIMES[self]


_KINDS: dict[MediaFormat, MediaKind] = {
    **dict.fromkeys(
        (
            MediaFormat.PNG, MediaFormat.JPEG, MediaFormat.WEBP, MediaFormat.GIF,
            MediaFormat.AVIF, MediaFormat.TIFF, MediaFormat.SVG,
        ),
        MediaKind.IMAGE,
    ),
    **dict.fromkeys(
        (
            MediaFormat.MP3, MediaFormat.WAV, MediaFormat.FLAC, MediaFormat.OGG,
            MediaFormat.M4A, MediaFormat.AAC, MediaFormat.PCM,
        ),
        MediaKind.AUDIO,
    ),
    **dict.fromkeys(
        (MediaFormat.MP4, MediaFormat.MOV, MediaFormat.WEBM, MediaFormat.MKV), MediaKind.VIDEO
    ),
    **dict.fromkeys(
        (
            MediaFormat.TXT, MediaFormat.MARKDOWN, MediaFormat.HTML, MediaFormat.DOCX,
            MediaFormat.XLSX, MediaFormat.PPTX, MediaFormat.PDF,
        ),
        MediaKind.DOCUMENT,
    ),
}  # fmt: skip

_OFFICE = "application/vnd.openxmlformats-officedocument."
_MIMES: dict[MediaFormat, str] = {
    MediaFormat.PNG: "image/png",
    MediaFormat.JPEG: "image/jpeg",
    MediaFormat.WEBP: "image/webp",
    MediaFormat.GIF: "image/gif",
    MediaFormat.AVIF: "image/avif",
    MediaFormat.TIFF: "image/tiff",
    MediaFormat.SVG: "image/svg+xml",
    MediaFormat.MP3: "audio/mpeg",
    MediaFormat.WAV: "audio/wav",
    MediaFormat.FLAC: "audio/flac",
    MediaFormat.OGG: "audio/ogg",
    MediaFormat.M4A: "audio/mp4",
    MediaFormat.AAC: "audio/aac",
    MediaFormat.PCM: "audio/L16",
    MediaFormat.MP4: "video/mp4",
    MediaFormat.MOV: "video/quicktime",
    MediaFormat.WEBM: "video/webm",
    MediaFormat.MKV: "video/x-matroska",
    MediaFormat.TXT: "text/plain",
    MediaFormat.MARKDOWN: "text/markdown",
    MediaFormat.HTML: "text/html",
    MediaFormat.DOCX: _OFFICE + "wordprocessingml.document",
    MediaFormat.XLSX: _OFFICE + "spreadsheetml.sheet",
    MediaFormat.PPTX: _OFFICE + "presentationml.presentation",
    MediaFormat.PDF: "application/pdf",
}
