"""Our own address, as a client says it. (Sealing: tests/faults/test_generated_files.py.)"""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from gateway.edge.file_sealing import EdgeFileSealer, origin_of
from gateway.edge.kept_files import KeptFiles
from gateway.nouns.mark import Receipt
from gateway.ports.adapter import Coding
from gateway.ports.mark import BESIDE, Claim
from gateway.ports.session import Sealed, SealOrder


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


@pytest.mark.parametrize(("origin", "room"), [("http://g", 0), ("", 99), ("http://g", 99)])
async def test_a_credential_that_cannot_be_kept_was_not_written(
    tmp_path: Path, origin: str, room: int
) -> None:
    """For want of room, or of an address to name: the receipt says so."""
    receipts = (Receipt("label", "written"), Receipt("credential", "written", BESIDE))
    made = Sealed(b"file", "ogg", 4, "00", receipts, manifest=b"m")

    async def seal(_: SealOrder) -> Sealed:
        return made

    kept = KeptFiles(tmp_path, keep_s=60.0, most_bytes=room)
    pool: Any = SimpleNamespace(seal=seal)
    fetcher: Any = None
    sealer = EdgeFileSealer(pool, fetcher, kept, as_data=True)
    order = SealOrder(1, (b"x",), Coding.RAW, "", Claim("x", "c"), beside=True)
    done = await sealer.seal(order, origin=origin)
    assert isinstance(done, Sealed)
    if origin and room:
        assert done.link.startswith("http://g/sealgate/v1/files/")
        assert done.receipts == receipts
    else:
        assert (done.link, done.manifest) == ("", b"")
        assert done.receipts[1] == Receipt("credential", "not_possible", "manifest_not_kept")
