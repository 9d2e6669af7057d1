"""Our own address, as a client says it. (Sealing: tests/faults/test_generated_files.py.)"""

from __future__ import annotations

import pytest

from gateway.edge.file_sealing import origin_of


@pytest.mark.parametrize(
    ("host", "proto", "origin"),
    [
        (b"gate.example:8080", b"", "http://gate.example:8080"),
        (b"gate.example", b"https", "https://gate.example"),
        (b"[::1]:80", b"gopher", "http://[::1]:80"),
        (b"a/b", b"", ""), (b"a b", b"", ""), (b'a"b', b"", ""), (b"", b"", ""),
        (b"user@host", b"", ""), (b"a:b:c", b"", ""),
    ],
)  # fmt: skip
def test_an_origin_is_a_host_and_nothing_else(host: bytes, proto: bytes, origin: str) -> None:
    """It becomes a part of a JSON string and of a URL."""
    assert origin_of([(b"host", host), (b"x-forwarded-proto", proto)]) == origin
