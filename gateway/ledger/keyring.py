"""Keyring: the few secrets everything else hangs on, in one file of the state folder.

The file is made once, by the supervisor, readable by its owner only. It holds the master key (or
the id of a master key that the operator keeps elsewhere) and, wrapped by it, the key that signs
checkpoints, the chain's key and the fingerprints' key. Whoever loses it loses every content; so it
is never made anew where records exist.
"""

from __future__ import annotations

import base64
import binascii
import hmac
import os
from hashlib import sha256
from pathlib import Path

import msgspec
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from gateway.config.state_owner import give_to_owner
from gateway.ledger.crypt import new_key, subject_purpose, unwrap, wrap
from gateway.nouns.errors import ConfigError, LedgerFailed

FILE_NAME = "keyring.json"
_ID_BYTES = 4


class _KeyringFile(msgspec.Struct, forbid_unknown_fields=True):
    """The file's form. Bytes are base64. ``master`` is None where the operator keeps it.

    ``earlier`` are retired master keys, each wrapped by the one in force; ``verifiers`` are the
    public keys of retired signing keys, by id.
    """

    version: int
    master_id: str
    master: bytes | None
    signing: bytes
    chain: bytes
    fingerprint: bytes
    earlier: list[bytes] = []
    verifiers: dict[str, bytes] = {}


class Keyring:
    """The open keyring. Holds secrets in memory; never logs or shows them."""

    def __init__(self, form: _KeyringFile, master: bytes) -> None:
        self._form = form
        self._active = _id_of(master)
        self._ciphers = {self._active: AESGCM(master)}
        active = self._ciphers[self._active]
        for wrapped in form.earlier:
            old = unwrap(active, wrapped, b"master")
            self._ciphers[_id_of(old)] = AESGCM(old)
        self._signing = Ed25519PrivateKey.from_private_bytes(
            unwrap(active, form.signing, b"signing")
        )
        self._chain_key = unwrap(active, form.chain, b"chain")
        self.fingerprint_key = unwrap(active, form.fingerprint, b"fingerprint")
        public = self._signing.public_key()
        self.signing_id = sha256(public.public_bytes_raw()).hexdigest()[:16]
        self._verifiers = {self.signing_id: public}
        for name, raw in form.verifiers.items():
            self._verifiers[name] = Ed25519PublicKey.from_public_bytes(raw)

    def wrap_subject_key(self, key: bytes, tenant: str, subject: str) -> bytes:
        """Return a subject's key wrapped by the master key in force, whose id stands in front."""
        cipher = self._ciphers[self._active]
        return self._active + wrap(cipher, key, subject_purpose(tenant, subject))

    def unwrap_subject_key(self, wrapped: bytes, tenant: str, subject: str) -> bytes:
        """Return a subject's key. Raises LedgerFailed if the master key or the subject differs."""
        cipher = self._ciphers.get(wrapped[:_ID_BYTES])
        if cipher is None:
            raise LedgerFailed("A subject's key was wrapped by a master key that is not at hand.")
        return unwrap(cipher, wrapped[_ID_BYTES:], subject_purpose(tenant, subject))

    def is_current(self, wrapped: bytes) -> bool:
        """True if the master key in force wrapped this."""
        return wrapped[:_ID_BYTES] == self._active

    def is_at_hand(self, wrapped: bytes) -> bool:
        """True if this ring has the master key that wrapped this."""
        return wrapped[:_ID_BYTES] in self._ciphers

    def chain_mac(self, message: bytes) -> bytes:
        """Return the keyed hash (HMAC-SHA256) that links the chain."""
        return hmac.digest(self._chain_key, message, "sha256")

    def sign(self, message: bytes) -> bytes:
        """Return an Ed25519 signature (RFC 8032) by the signing key in force."""
        return self._signing.sign(message)

    @property
    def public_key(self) -> bytes:
        """The public half (32 bytes) of the signing key in force."""
        return self._signing.public_key().public_bytes_raw()

    def verifies(self, key_id: str, message: bytes, signature: bytes) -> bool:
        """True if a signing key of this ring, present or retired, made the signature."""
        verifier = self._verifiers.get(key_id)
        if verifier is None:
            return False
        try:
            verifier.verify(signature, message)
        except InvalidSignature:
            return False
        return True

    @property
    def active_id(self) -> str:
        """The id of the master key in force, as hexadecimal: tells keys apart, opens nothing."""
        return self._active.hex()

    @property
    def rotated_before(self) -> bool:
        """True if master keys were in force before this one."""
        return bool(self._form.earlier)

    def rotated(self, master: bytes, before: bytes, *, kept_elsewhere: bool) -> _KeyringFile:
        """Return the file's form under a new master key; those ``before`` stay readable behind
        it."""
        cipher = AESGCM(master)
        old = self._ciphers[self._active]
        kept = [unwrap(old, wrapped, b"master") for wrapped in self._form.earlier]
        kept.append(before)
        return _KeyringFile(
            version=1,
            master_id=_id_of(master).hex(),
            master=None if kept_elsewhere else master,
            signing=wrap(cipher, unwrap(old, self._form.signing, b"signing"), b"signing"),
            chain=wrap(cipher, self._chain_key, b"chain"),
            fingerprint=wrap(cipher, self.fingerprint_key, b"fingerprint"),
            earlier=[wrap(cipher, secret, b"master") for secret in kept],
            verifiers=self._form.verifiers,
        )


def ensure_keyring(state: Path, master_key: str, *, records_exist: bool) -> Keyring:
    """Load the keyring, or make it if this is the first start. For the supervisor only.

    ``master_key`` is the setting (empty, ``env:NAME`` or ``file:PATH``). ``records_exist`` says
    that a store has rows; segments in the spool are looked for here. Raises ConfigError if the
    file is gone although there are records, or does not open.
    """
    path = state / FILE_NAME
    if path.exists():
        return load_keyring(state, master_key)
    if records_exist or any((state / "spool").glob("*.spool")):
        raise ConfigError(
            f"{path} is gone, but there are records that only it can open. Put it back from a "
            "backup; to start anew without them, move store and spool away first. "
            f"密钥文件 {path} 丢失但记录仍在：请从备份恢复。"
        )
    state.mkdir(parents=True, exist_ok=True, mode=0o700)
    master = read_master_key(master_key) if master_key else new_key()
    _write(path, _new_form(master, kept_elsewhere=bool(master_key)), replace=False)
    return load_keyring(state, master_key)


def load_keyring(state: Path, master_key: str) -> Keyring:
    """Open the keyring. Raises ConfigError if it is missing, open to others or does not open."""
    path = state / FILE_NAME
    try:
        mode = path.stat().st_mode
        form = msgspec.json.decode(path.read_bytes(), type=_KeyringFile)
    except FileNotFoundError:
        raise ConfigError(f"{path} does not exist; `sealgate serve` makes it.") from None
    except (OSError, msgspec.DecodeError) as error:
        raise ConfigError(f"{path} cannot be read: {error}") from None
    if mode & 0o077:
        raise ConfigError(f"{path} may be read by others. Run: chmod 600 {path}")
    if form.version != 1:
        raise ConfigError(f"{path} was written by a newer program (version {form.version}).")
    master = form.master if form.master is not None else read_master_key(master_key)
    if _id_of(master).hex() != form.master_id:
        raise ConfigError("ledger.master_key is not the key that this keyring was made with.")
    return Keyring(form, master)


def rotate_master_key(state: Path, reference: str = "", new_reference: str = "") -> Keyring:
    """Put a new master key in force and return the ring that has it.

    ``reference`` is the setting that holds now. A ring that holds its own master key gets a random
    one; with ``new_reference`` (``env:NAME`` or ``file:PATH``) the new one is kept there, and the
    setting must say so from then on. What the old one wrapped stays readable, and
    `gateway.ledger.erasure.rewrap` moves the subjects' keys over. Raises ConfigError.
    """
    keyring = load_keyring(state, reference)
    form = msgspec.json.decode((state / FILE_NAME).read_bytes(), type=_KeyringFile)
    if form.master is None and not new_reference:
        raise ConfigError(
            "ledger.master_key: the master key is kept elsewhere; name where the new one is, with "
            "--to env:NAME or --to file:PATH. 主密钥保存在别处，请用 --to 指明新密钥的位置。"
        )
    before = form.master if form.master is not None else read_master_key(reference)
    master = read_master_key(new_reference) if new_reference else new_key()
    if _id_of(master) == _id_of(before):
        raise ConfigError(f"{new_reference} holds the master key that is in force already.")
    after = keyring.rotated(master, before, kept_elsewhere=bool(new_reference))
    _write(state / FILE_NAME, after, replace=True)
    return load_keyring(state, new_reference)


def check_keyring(raw: bytes) -> None:
    """Raise ConfigError if these bytes are not a keyring of this version."""
    try:
        form = msgspec.json.decode(raw, type=_KeyringFile)
    except msgspec.DecodeError:
        raise ConfigError("These are not the bytes of a keyring.") from None
    if form.version != 1:
        raise ConfigError(f"The keyring is of a newer program (version {form.version}).")


def read_master_key(reference: str) -> bytes:
    """Return the 32 bytes that ``env:NAME`` or ``file:PATH`` holds in base64 or hexadecimal.

    Raises ConfigError, never with the key in it.
    """
    scheme, _, name = reference.partition(":")
    try:
        if scheme == "env":
            text = os.environ[name]
        elif scheme == "file":
            text = Path(name).read_text(encoding="ascii")
        else:
            raise ConfigError("ledger.master_key takes env:NAME or file:PATH.")
    except (KeyError, OSError, UnicodeDecodeError):
        raise ConfigError(f"ledger.master_key: {scheme}:{name} cannot be read.") from None
    for decode in (bytes.fromhex, base64.b64decode):
        try:
            key = decode(text.strip())
        except (ValueError, binascii.Error):
            continue
        if len(key) == 32:
            return key
    raise ConfigError(f"ledger.master_key: {scheme}:{name} must be 32 bytes in base64 or hex.")


def _id_of(master: bytes) -> bytes:
    return sha256(b"sealgate master key id\0" + master).digest()[:_ID_BYTES]


def _new_form(master: bytes, *, kept_elsewhere: bool) -> _KeyringFile:
    cipher = AESGCM(master)
    signing = Ed25519PrivateKey.generate().private_bytes_raw()
    return _KeyringFile(
        version=1,
        master_id=_id_of(master).hex(),
        master=None if kept_elsewhere else master,
        signing=wrap(cipher, signing, b"signing"),
        chain=wrap(cipher, new_key(), b"chain"),
        fingerprint=wrap(cipher, new_key(), b"fingerprint"),
    )


def _write(path: Path, form: _KeyringFile, *, replace: bool) -> None:
    """Write durably and at once; without ``replace`` a file that is there already wins."""
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW, 0o600)
    try:
        give_to_owner(descriptor, path.parent)
        os.write(descriptor, msgspec.json.format(msgspec.json.encode(form)))
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
    if replace:
        draft.replace(path)
        return
    try:
        path.hardlink_to(draft)
    except FileExistsError:
        pass
    finally:
        draft.unlink()
