"""Texts whose words are not what stands in the file: web pages, mails, rich text, OpenDocument."""

from __future__ import annotations

import re
from enum import Enum, auto

from gateway.nouns.media import MediaFormat
from gateway.wire.media_type import sniff

_OPEN_DOCUMENT = b"mimetypeapplication/vnd.oasis.opendocument."
_OPEN_AT = 30
"""Where that stands in an OpenDocument package (ISO/IEC 26300-3, 2.4)."""

_RICH = b"{\\rtf"
_FIELDS = re.compile(rb"(?:[!-9;-~]{1,64}:[^\n]*\n(?:[ \t][^\n]*\n)*){2}")
_MAIL_FIELD = re.compile(
    rb"^(?:MIME-Version|Content-Type|Received|Message-ID|From|Subject)[ \t]*:",
    re.IGNORECASE | re.MULTILINE,
)
_HEAD_END = re.compile(rb"\r?\n\r?\n")
_LONGEST_HEAD = 64 * 1024


class Disguise(Enum):
    """How a file says its words."""

    PAGE = auto()
    MAIL = auto()
    RICH = auto()
    OPEN = auto()


def disguise(content: bytes, name: str) -> Disguise | None:
    """Return how a file says its words; None for plain text and for every format that
    `gateway.wire.media_type.sniff` knows by its signature. ``name`` is a hint."""
    if content.startswith(_OPEN_DOCUMENT, _OPEN_AT):
        return Disguise.OPEN
    if content.startswith(_RICH):
        return Disguise.RICH
    if _is_mail(content):
        return Disguise.MAIL
    return Disguise.PAGE if sniff(content, name) is MediaFormat.HTML else None


def _is_mail(content: bytes) -> bool:
    """Say whether a text opens with a head of several fields, two of them a mail's (RFC 5322)."""
    head = _HEAD_END.split(content[:_LONGEST_HEAD], maxsplit=1)[0] + b"\n"
    return bool(_FIELDS.match(head)) and len(_MAIL_FIELD.findall(head)) >= 2
