"""The evidence pack: whatever is altered, added or taken away is seen."""

from __future__ import annotations

from collections.abc import Callable
from hashlib import sha256
from pathlib import Path

import msgspec
import pytest

from gateway.assessment.pack import verify_pack, write_pack
from gateway.nouns.errors import ConfigError


@pytest.fixture
def pack(tmp_path: Path) -> Path:
    """Return a pack signed by the tool's own key."""
    source = tmp_path / "answers.jsonl"
    source.write_text("{}\n", encoding="utf-8")
    made, copied = {"report.json": b"{}"}, {"answers.jsonl": source, "no.jsonl": tmp_path / "no"}
    for _ in range(2):
        write_pack(tmp_path / "e", made, copied, {"r.jsonl": source}, None, key_folder=tmp_path)
    return tmp_path / "e"


def test_a_pack_verifies(pack: Path) -> None:
    """Its key may be pinned by itself or its id; what was withheld is there as a hash."""
    checked = verify_pack(pack)
    assert (checked.files, checked.faults, checked.by) == (2, (), "tool")
    assert verify_pack(pack, pinned=checked.key_id).faults == ()
    assert verify_pack(pack, pinned=checked.public_key.upper()).faults == ()
    assert verify_pack(pack, pinned="ab" * 32).faults
    manifest = msgspec.json.decode((pack / "manifest.json").read_bytes())
    assert manifest["withheld"] == {"r.jsonl": sha256(b"{}\n").hexdigest()}


def _alter(pack: Path) -> None:
    (pack / "report.json").write_bytes(b"{ }")


def _add(pack: Path) -> None:
    (pack / "more.html").write_bytes(b"")


def _remove(pack: Path) -> None:
    (pack / "answers.jsonl").unlink()


def _manifest(pack: Path) -> None:
    _alter(pack)
    raw = (pack / "manifest.json").read_bytes()
    old, new = (sha256(each).hexdigest().encode() for each in (b"{}", b"{ }"))
    (pack / "manifest.json").write_bytes(raw.replace(old, new))


def _words(pack: Path) -> None:
    signature = pack / "signature.json"
    signature.write_bytes(signature.read_bytes().replace(b"Ed25519", b"none"))


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        (_words, "in another way"),
        (_alter, "altered"),
        (_add, "added"),
        (_remove, "missing"),
        (_manifest, "signature"),
    ],
)
def test_a_change_is_seen(pack: Path, change: Callable[[Path], None], fault: str) -> None:
    """Also one that the manifest was made to fit."""
    change(pack)
    assert fault in " ".join(verify_pack(pack).faults)


def test_what_is_no_pack_is_an_error(tmp_path: Path) -> None:
    """An empty folder, and rubbish; a folder with other files is not written over."""
    with pytest.raises(ConfigError, match="no evidence pack"):
        verify_pack(tmp_path)
    for name in ("manifest.json", "signature.json"):
        (tmp_path / name).write_text('{"by": 1}', encoding="utf-8")
    with pytest.raises(ConfigError, match="no evidence pack"):
        verify_pack(tmp_path)
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "work.txt").write_text("mine", encoding="utf-8")
    with pytest.raises(ConfigError, match="another folder"):
        write_pack(tmp_path / "mine", {}, {}, {}, None, key_folder=tmp_path)


def test_what_an_assessor_laid_beside_a_pack_is_not_thrown_away(pack: Path) -> None:
    """A new report takes the place of the old one, of nothing else."""
    (pack / "signed.pdf").write_bytes(b"mine")
    with pytest.raises(ConfigError, match=r"holds signed\.pdf, which is not of the pack"):
        write_pack(pack, {"report.json": b"new"}, {}, {}, None, key_folder=pack.parent)
    assert (pack / "signed.pdf").read_bytes() == b"mine"
    assert (pack / "report.json").read_bytes() == b"{}"
