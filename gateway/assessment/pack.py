"""The evidence pack: the report and what it was counted from, hashed and signed.

A folder. ``manifest.json`` has the SHA-256 of every file, ``signature.json`` an Ed25519 signature
over `PURPOSE` and the manifest's bytes. A signature proves that nothing was altered since; that it
is a certain operator's key takes that key from elsewhere (``--key``).
"""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path

import msgspec
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from gateway.access.secret_file import load_secret
from gateway.nouns.errors import NotPossible
from gateway.ports.evidence import PURPOSE, Evidence, Signature

MANIFEST, SIGNATURE = "manifest.json", "signature.json"
KEY_FILE = "signing.key"


_HOW = ("Ed25519", "sealgate assessment, a zero byte, the bytes of manifest.json")
_SIGNERS = {"ledger", "tool"}


class Manifest(msgspec.Struct, frozen=True, kw_only=True):
    """What a pack holds, by name; ``withheld`` are files that were counted and are not handed over
    because they hold what users said."""

    version: int = 1
    made_at: str
    files: dict[str, str]
    withheld: dict[str, str] = {}


class Signed(msgspec.Struct, frozen=True, kw_only=True):
    """The signature over the manifest, in hexadecimal. ``by`` is ``ledger`` or ``tool``."""

    algorithm: str = _HOW[0]
    over: str = _HOW[1]
    by: str
    key_id: str
    public_key: str
    signature: str


class Checked(msgspec.Struct, frozen=True, kw_only=True):
    """What verifying a pack found. ``faults`` is empty if all is well."""

    key_id: str
    public_key: str
    by: str
    made_at: str
    files: int
    faults: tuple[str, ...]


def write_pack(
    target: Path,
    made: Mapping[str, bytes],
    copied: Mapping[str, Path],
    withheld: Mapping[str, Path],
    evidence: Evidence | None,
    *,
    key_folder: Path,
) -> Signed:
    """Write the pack into a new folder, in place of an earlier one of ours. The ledger signs; where
    there is none, a key of the tool's own that stays in ``key_folder``.

    Raises NotPossible if the folder holds something else, or something beside a pack.
    """
    _ours(target)
    draft = target.with_name(f".{target.name}.draft")
    shutil.rmtree(draft, ignore_errors=True)
    draft.mkdir(parents=True, mode=0o700)
    for name, raw in made.items():
        (draft / name).write_bytes(raw)
    for name, path in copied.items():
        if path.exists():
            (draft / name).write_bytes(path.read_bytes())
    manifest = Manifest(
        made_at=datetime.now(UTC).isoformat(timespec="seconds"),
        files={path.name: _hash(path) for path in sorted(draft.iterdir())},
        withheld={name: _hash(path) for name, path in withheld.items() if path.exists()},
    )
    raw = msgspec.json.format(msgspec.json.encode(manifest), indent=1)
    by = "ledger" if evidence is not None else "tool"
    made_by = evidence.sign(raw) if evidence is not None else _own(key_folder, raw)
    signed = Signed(
        by=by, key_id=made_by.key_id, public_key=made_by.public_key.hex(),
        signature=made_by.signature.hex(),
    )  # fmt: skip
    (draft / MANIFEST).write_bytes(raw)
    (draft / SIGNATURE).write_bytes(msgspec.json.format(msgspec.json.encode(signed), indent=1))
    shutil.rmtree(target, ignore_errors=True)
    draft.rename(target)
    return signed


def _ours(target: Path) -> None:
    """Raise NotPossible unless a folder is new, empty, or holds a pack and nothing of others."""
    names = {path.name for path in target.iterdir()} if target.exists() else set()
    if not names:
        return
    try:
        manifest = msgspec.json.decode((target / MANIFEST).read_bytes(), type=Manifest)
    except (OSError, msgspec.DecodeError):
        raise NotPossible(
            f"{target} is there and is no evidence pack; name another folder."
        ) from None
    others = sorted(names - {MANIFEST, SIGNATURE, *manifest.files})
    if others:
        raise NotPossible(
            f"{target} holds {others[0]}, which is not of the pack; move it away, or name another "
            "folder (--into)."
        )


def _own(folder: Path, message: bytes) -> Signature:
    key = Ed25519PrivateKey.from_private_bytes(load_secret(folder / KEY_FILE))
    public = key.public_key().public_bytes_raw()
    return Signature(sha256(public).hexdigest()[:16], public, key.sign(PURPOSE + message))


def verify_pack(folder: Path, *, pinned: str = "") -> Checked:
    """Check a pack: signature, every file, nothing added. ``pinned`` is the public key (or its id)
    that must have signed. Raises NotPossible for a folder that is no pack."""
    try:
        raw = (folder / MANIFEST).read_bytes()
        manifest = msgspec.json.decode(raw, type=Manifest)
        signed = msgspec.json.decode((folder / SIGNATURE).read_bytes(), type=Signed)
        public = bytes.fromhex(signed.public_key)
        key = Ed25519PublicKey.from_public_bytes(public)
        signature = bytes.fromhex(signed.signature)
    except OSError as error:
        raise NotPossible(f"{folder} is no evidence pack: {error.strerror}.") from error
    except (msgspec.DecodeError, ValueError) as error:
        raise NotPossible(f"{folder} is no evidence pack: {error}.") from error
    faults: list[str] = []
    try:
        key.verify(signature, PURPOSE + raw)
    except InvalidSignature:
        faults.append("the signature is not of this manifest")
    if (signed.algorithm, signed.over) != _HOW or signed.by not in _SIGNERS:
        faults.append(f"{SIGNATURE} says what is not signed in another way than we do")
    key_id = sha256(public).hexdigest()[:16]
    if key_id != signed.key_id:
        faults.append("the key's id is not its own")
    if pinned and pinned.lower() not in {key_id, signed.public_key.lower()}:
        faults.append(f"signed by {key_id}, not by the key that was named")
    faults += _altered(folder, manifest)
    return Checked(
        key_id=key_id, public_key=signed.public_key, by=signed.by, made_at=manifest.made_at,
        files=len(manifest.files), faults=tuple(faults),
    )  # fmt: skip


def _altered(folder: Path, manifest: Manifest) -> list[str]:
    there = {path.name for path in folder.iterdir()} - {MANIFEST, SIGNATURE}
    faults = [f"{name} is missing" for name in sorted(set(manifest.files) - there)]
    faults += [f"{name} was added" for name in sorted(there - set(manifest.files))]
    for name in sorted(there & set(manifest.files)):
        path = folder / name
        if not path.is_file() or path.is_symlink() or _hash(path) != manifest.files[name]:
            faults.append(f"{name} was altered")
    return faults


def _hash(path: Path) -> str:
    return sha256(path.read_bytes()).hexdigest()
