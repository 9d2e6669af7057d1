"""What is wrong with a media file, as a word for a receipt."""

from __future__ import annotations


class MediaFault(ValueError):
    """A file cannot be read or changed. ``reason`` is a fixed word, never a part of the file."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason
