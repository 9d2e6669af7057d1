"""The request's body: whole, bounded, decoded."""

from __future__ import annotations

import asyncio
import gzip
import math
import zlib
from typing import Any

import pytest

from gateway.config.settings import Limits
from gateway.edge.body import DISCARD_BYTES, content_type, decoded_body, header, read_body
from gateway.edge.watch import ClientGone, Watch
from gateway.nouns.errors import BadRequest, ClientError, TooLarge

LIMITS = Limits(body_bytes=10)


def _receive(*messages: dict[str, Any]) -> Any:
    """Return an ASGI receive that gives these, and fails when asked for more."""
    left = list(messages)

    async def receive() -> dict[str, Any]:
        return left.pop(0)

    return receive


def _part(body: bytes, *, more: bool = False) -> dict[str, Any]:
    return {"type": "http.request", "body": body, "more_body": more}


async def _read(*messages: dict[str, Any], headers: Any = ()) -> tuple[bytes, Watch]:
    task = asyncio.current_task()
    assert task is not None
    watch = Watch(task)
    return await read_body(_receive(*messages), headers, LIMITS, watch, 1.0), watch


@pytest.mark.parametrize("parts", [[b"0123456789"], [b"01234", b"56789"], [b""], [b"", b"x"]])
async def test_body_is_joined(parts: list[bytes]) -> None:
    """A body within its limit comes whole, and its deadline is gone."""
    messages = [_part(part, more=index < len(parts) - 1) for index, part in enumerate(parts)]
    body, watch = await _read(*messages)
    assert body == b"".join(parts)
    assert watch.deadline == math.inf


@pytest.mark.parametrize("parts", [[b"0123456789a"], [b"0123456789", b"a"]])
async def test_body_above_its_limit(parts: list[bytes]) -> None:
    """One byte more is too large; the rest was read away."""
    messages = [_part(part, more=index < len(parts) - 1) for index, part in enumerate(parts)]
    with pytest.raises(TooLarge):
        await _read(*messages)


@pytest.mark.parametrize(
    "headers",
    [
        [(b"content-length", str(DISCARD_BYTES + 1).encode())],
        [(b"content-length", b"11"), (b"expect", b"100-Continue")],
    ],
)
async def test_declared_too_large_is_not_read(headers: list[tuple[bytes, bytes]]) -> None:
    """What says beforehand that it is too large is not asked for."""
    with pytest.raises(TooLarge):
        await _read(headers=headers)


async def test_endless_body_is_given_up() -> None:
    """After `DISCARD_BYTES` nothing more is read."""
    piece = bytes(64 * 1024 * 1024)
    with pytest.raises(TooLarge):
        await _read(*[_part(piece, more=True)] * 3)


@pytest.mark.parametrize("before", [[], [_part(b"x", more=True)]])
async def test_client_leaves(before: list[dict[str, Any]]) -> None:
    """A disconnect is no body."""
    with pytest.raises(ClientGone):
        await _read(*before, {"type": "http.disconnect"})


@pytest.mark.parametrize(
    ("coding", "make"),
    [(b"", bytes), (b"identity", bytes), (b"gzip", gzip.compress), (b"GZIP", gzip.compress),
     (b"deflate", zlib.compress)],
)  # fmt: skip
def test_decoding(coding: bytes, make: Any) -> None:
    """Known encodings are undone, none is none."""
    assert decoded_body(make(b"hello"), [(b"content-encoding", coding)], LIMITS) == b"hello"


@pytest.mark.parametrize(
    ("coding", "body", "status"),
    [(b"x", b"hello", 415), (b"gzip", b"hello", 415),
     (b"gzip", gzip.compress(b"hello", mtime=0)[:-4], 415),
     (b"gzip", gzip.compress(b"0123456789a", mtime=0), 413)],
)  # fmt: skip
def test_bad_encodings(coding: bytes, body: bytes, status: int) -> None:
    """Unknown, wrong and cut ones are a 415; too large is too large after decoding as well."""
    with pytest.raises(ClientError) as refused:
        decoded_body(body, [(b"content-encoding", coding)], LIMITS)
    assert refused.value.status == status
    assert isinstance(refused.value, BadRequest if status == 415 else TooLarge)


def test_header_takes_the_first() -> None:
    """Of two lines with a name the first counts; none is empty."""
    lines = [(b"a", b"1"), (b"a", b"2")]
    assert (header(lines, b"a"), header(lines, b"b")) == (b"1", b"")


@pytest.mark.parametrize(
    "named",
    [
        b"application/json", b"application/json; charset=utf-8", b'text/plain;charset="UTF-8"',
        b"application/json; charset=ISO-8859-1", b"multipart/form-data; boundary=x",
    ],
)  # fmt: skip
def test_a_type_is_named_once(named: bytes) -> None:
    """Saying the same twice changes nothing; saying nothing is allowed."""
    lines = [(b"host", b"g"), (b"content-type", named)]
    assert content_type([*lines, lines[1]]) == named.decode()
    assert content_type(lines[:1]) == ""


@pytest.mark.parametrize(
    "named",
    [
        (b"application/json; charset=utf-7",), (b"application/json; CHARSET = 'utf-7'",),
        (b"application/json; charset*=utf-8''utf-7",), (b"application/json; charset*0=utf-7",),
        (b"application/json; charset=utf-8; charset=hz",), (b"text/plain; charset=gb18030",),
        (b"application/json", b"multipart/form-data; boundary=x"),
        (b"application/json", b"application/json; charset=utf-7"),
    ],
)  # fmt: skip
def test_a_body_that_others_read_differently(named: tuple[bytes, ...]) -> None:
    """What is judged as UTF-8 must not be read as something else upstream."""
    with pytest.raises(BadRequest) as caught:
        content_type([(b"content-type", each) for each in named])
    assert caught.value.status == 415
