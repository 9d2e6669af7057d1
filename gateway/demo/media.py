"""The demo model's pictures and sounds: small, real, and made without any library."""

from __future__ import annotations

import base64
import hashlib
import io
import math
import struct
import wave
import zlib
from typing import Any

SIDE = 512
MOST = 4
_RATE = 24_000
_NOTES_HZ = (262, 294, 330, 392, 440, 523)
_NOTE_S = 0.18


def picture(prompt: str, number: int = 0) -> bytes:
    """Return a PNG of soft stripes, whose colours the prompt decides."""
    seed = hashlib.sha256(f"{number}\0{prompt}".encode("utf-8", "replace")).digest()
    first, second = seed[:3], seed[3:6]
    rows = []
    for y in range(SIDE):
        blend = (1 + math.sin(y * (1 + seed[6] % 5) * math.pi / SIDE)) / 2
        pixel = bytes(
            round(a * blend + b * (1 - blend)) for a, b in zip(first, second, strict=True)
        )
        rows.append(b"\0" + pixel * SIDE)
    head = struct.pack(">IIBBBBB", SIDE, SIDE, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        (
            _chunk(b"IHDR", head),
            _chunk(b"IDAT", zlib.compress(b"".join(rows), 6)),
            _chunk(b"IEND", b""),
        )
    )


def _chunk(kind: bytes, content: bytes) -> bytes:
    check = zlib.crc32(kind + content)
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", check)


def sound(text: str, form: str) -> bytes:
    """Return a short tune, one note per word or character, as WAV or raw samples (``pcm``)."""
    units = text.split() if " " in text else list(text)
    samples = bytearray()
    for place, unit in enumerate(units[:24] or [""]):
        seed = hashlib.sha256(unit.encode("utf-8", "replace")).digest()[0]
        samples += _note(_NOTES_HZ[(seed + place) % len(_NOTES_HZ)])
    if form == "pcm":
        return bytes(samples)
    out = io.BytesIO()
    with wave.open(out, "wb") as writer:
        writer.setnchannels(1)
        writer.setsampwidth(2)
        writer.setframerate(_RATE)
        writer.writeframes(bytes(samples))
    return out.getvalue()


def _note(pitch_hz: int) -> bytes:
    count = round(_RATE * _NOTE_S)
    values = (
        round(8000 * math.sin(2 * math.pi * pitch_hz * n / _RATE) * (1 - n / count))
        for n in range(count)
    )
    return struct.pack(f"<{count}h", *values)


def images(body: dict[str, Any], now_s: int) -> dict[str, Any]:
    """Return the answer to a request for images. Raises ValueError naming what is wrong."""
    prompt, count = body.get("prompt"), body.get("n") or 1
    if not isinstance(prompt, str) or not prompt:
        raise ValueError("prompt")
    if type(count) is not int or not 1 <= count <= MOST:
        raise ValueError("n")
    made = [base64.b64encode(picture(prompt, n)).decode() for n in range(count)]
    return {"created": now_s, "data": [{"b64_json": one} for one in made]}


def speech(body: dict[str, Any]) -> tuple[str, bytes]:
    """Return media type and bytes of a request for speech. Raises ValueError naming what is wrong.

    It makes WAV and raw samples; whatever else is asked for comes as WAV.
    """
    text = body.get("input")
    if not isinstance(text, str) or not text:
        raise ValueError("input")
    form = "pcm" if body.get("response_format") == "pcm" else "wav"
    return ("audio/pcm" if form == "pcm" else "audio/wav"), sound(text, form)
