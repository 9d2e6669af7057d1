"""The request's body, whole and bounded: in bytes, in time, and after decompression."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

from gateway.config.settings import Limits
from gateway.edge.gateway import Headers
from gateway.edge.watch import ClientGone, Watch
from gateway.nouns.errors import BadRequest, TooLarge
from gateway.wire.encodings import BadEncoding, Decompressor, RatioExceeded

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]

DISCARD_BYTES = 128 * 1024 * 1024
"""A body above its limit is read to its end and thrown away if that end comes before so many
bytes: a client that still writes would otherwise meet a reset and never see the answer."""

_STEP = 64 * 1024
_CHARSET = re.compile(rb"charset[*0-9]*\s*=\s*([^;,\s]*)", re.IGNORECASE)
_READ_ALIKE = frozenset([b"", b"utf-8", b"utf8", b"us-ascii", b"ascii", b"iso-8859-1", b"latin1"])
"""Charsets whose ASCII is UTF-8's: whoever obeys one reads the words that were judged."""


def header(headers: Headers, name: bytes) -> bytes:
    """Return a header's value, empty if it is not there; the first one counts."""
    for key, value in headers:
        if key == name:
            return value
    return b""


def content_type(headers: Headers) -> str:
    """Return the media type of a body that is judged, empty if none is named.

    Bodies are judged as UTF-8, but some servers read them in the charset that is named, and in
    UTF-7 plain letters spell any word. Raises BadRequest (415) for such a charset and for two types
    that differ.
    """
    named = {value for key, value in headers if key == b"content-type"}
    charsets = {each.strip(b"'\"").lower() for value in named for each in _CHARSET.findall(value)}
    if len(named) > 1 or not charsets <= _READ_ALIKE:
        error = BadRequest("Name one content type; text is UTF-8.", param="content-type")
        error.status = 415
        raise error
    return named.pop().decode("latin-1") if named else ""


async def read_body(
    receive: Receive, headers: Headers, limits: Limits, watch: Watch, now_s: float
) -> bytes:
    """Return the client's body as it came.

    Raises TooLarge above ``limits.body_bytes``, BadRequest if it takes longer than
    ``limits.request_body_s``, ClientGone if the client leaves.
    """
    said = declared(headers)
    if said > limits.body_bytes and (
        said > DISCARD_BYTES or header(headers, b"expect").lower() == b"100-continue"
    ):
        raise _too_large(limits)
    watch.expect(now_s + limits.request_body_s, lambda: _too_slow(limits))
    message = await receive()
    if message["type"] != "http.request":
        raise ClientGone
    body: bytes = message["body"]
    if message.get("more_body") or len(body) > limits.body_bytes:
        body = await _read_rest(receive, message, limits)
    watch.rest()
    return body


async def _read_rest(receive: Receive, message: Message, limits: Limits) -> bytes:
    parts: list[bytes] = []
    total = 0
    while True:
        part: bytes = message["body"]
        total += len(part)
        if total > limits.body_bytes:
            parts.clear()
        else:
            parts.append(part)
        if not message.get("more_body") or total > DISCARD_BYTES:
            break
        message = await receive()
        if message["type"] != "http.request":
            raise ClientGone
    if total > limits.body_bytes:
        raise _too_large(limits)
    return b"".join(parts)


def decoded_body(body: bytes, headers: Headers, limits: Limits) -> bytes:
    """Return the body without its content encoding.

    Raises BadRequest (415) for an encoding that is not known and for bytes that are not of it,
    TooLarge if it grows above ``limits.body_bytes`` or the allowed ratio.
    """
    name = header(headers, b"content-encoding").decode("latin-1")
    if not name or not body:
        return body
    try:
        decoder = Decompressor(name, ratio=limits.decompression_ratio)
        if decoder.identity:
            return body
        parts: list[bytes] = []
        total = 0
        for at in range(0, len(body), _STEP):
            parts.append(decoder.push(body[at : at + _STEP]))
            total += len(parts[-1])
            if total > limits.body_bytes:
                raise _too_large(limits)
        decoder.flush()
    except RatioExceeded:
        raise TooLarge("It grows more than limits.decompression_ratio allows.") from None
    except BadEncoding as problem:
        error = BadRequest(f"{problem}.", param="content-encoding")
        error.status = 415
        raise error from None
    return b"".join(parts)


def declared(headers: Headers) -> int:
    """Return the length that a body says it has; 0 if it says none."""
    value = header(headers, b"content-length")
    return int(value) if value.isdigit() else 0


def _too_large(limits: Limits) -> TooLarge:
    return TooLarge(f"The limit is {limits.body_bytes} bytes (limits.body_bytes).")


def _too_slow(limits: Limits) -> BadRequest:
    return BadRequest(
        f"Its body did not arrive within {limits.request_body_s:g} s (limits.request_body_s)."
    )
