"""Gateway keys: made, listed, revoked, rotated, and found again by their hash alone.

A key is ``sk-sg-`` and 43 characters: 256 random bits. At rest there is only its HMAC-SHA-256
under a secret of this installation, so neither the file nor a backup of it lets anybody in. A key
is found by looking its hash up in a table. That needs no comparison in constant time: what the time
of a look-up could tell is about the hash, and without the secret nobody can aim at a hash.
"""

from __future__ import annotations

import hmac
import re
import secrets
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import msgspec

from gateway.access.secret_file import load_secret, locked, replace_file
from gateway.access.watched_file import WatchedFile, nobody
from gateway.nouns.errors import ConfigError, NotPossible, Unauthorized
from gateway.nouns.exchange import DEFAULT_TENANT
from gateway.nouns.mark import LabelMode
from gateway.ports.clock import Clock

PREFIX = "sk-sg-"
"""How every gateway key begins, and nothing else does."""

KEYS_FILE = "keys.json"
SECRET_FILE = "access.secret"

_RANDOM_BYTES = 32
_FORMAT = re.compile(PREFIX + r"[A-Za-z0-9_-]{43}")
_NAME = re.compile(r"[^\s\x00-\x1f\x7f](?:[^\x00-\x1f\x7f]{0,98}[^\s\x00-\x1f\x7f])?")
_VERSION = 1
_NS = 1_000_000_000


class Digest(msgspec.Struct, frozen=True):
    """The hash of one secret of a key; ``until_s`` ends it early (after a rotation)."""

    hash: str
    until_s: float | None = None


class Agreement(msgspec.Struct, frozen=True):
    """An agreement on unlabelled delivery: its version, who accepted it, and when. Times are
    seconds since 1970."""

    version: str
    accepted_by: str
    accepted_s: float
    revoked_s: float | None = None


class GatewayKey(msgspec.Struct, frozen=True, kw_only=True):
    """A key as the file keeps it: everything but the key. Times are seconds since 1970.

    Limits are per minute and at once; None means the default of the settings. ``label`` overrides
    the policy's label mode. The first digest is the newest.
    """

    id: str
    name: str
    tenant: str = DEFAULT_TENANT
    digests: tuple[Digest, ...]
    created_s: float
    expires_s: float | None = None
    revoked_s: float | None = None
    requests_per_minute: int | None = None
    concurrent: int | None = None
    label: str | None = None
    agreement: Agreement | None = None

    @property
    def accepted(self) -> str:
        """The version of the agreement in force for this key; empty: none."""
        found = self.agreement
        return found.version if found is not None and found.revoked_s is None else ""

    def state(self, now_s: float) -> str:
        """Return ``active``, ``expired`` or ``revoked``."""
        if self.revoked_s is not None:
            return "revoked"
        return "expired" if self.expires_s is not None and self.expires_s <= now_s else "active"


class KeyTerms(NamedTuple):
    """What an operator decides about a key. ``valid_s`` is how long it lives (None: until revoked);
    limits of 0 mean none, None the default of the settings."""

    tenant: str = DEFAULT_TENANT
    valid_s: float | None = None
    requests_per_minute: int | None = None
    concurrent: int | None = None
    label: str | None = None


class _KeyFile(msgspec.Struct, frozen=True):
    version: int
    keys: tuple[GatewayKey, ...]


_JUST_NOW_S = 0.05
"""For a key that is unknown the file is looked at so often, whoever guesses."""

_Hashes = dict[str, tuple[GatewayKey, Digest]]


class KeyBook:
    """The keys of one state folder. One per process; several processes may use the same folder.

    A change by another process is seen within a second, a new key nearly at once. If the file
    cannot be read while running, the keys stay as they were, `fault` says why and ``tell`` is told;
    at the start that is a ConfigError, and so is a file of keys whose secret is gone.
    """

    def __init__(self, folder: Path, clock: Clock, tell: Callable[[str], None] = nobody) -> None:
        self._path = folder / KEYS_FILE
        self._clock = clock
        if self._path.exists() and not (folder / SECRET_FILE).exists():
            raise ConfigError(
                f"{self._path} has keys, but their secret {folder / SECRET_FILE} is gone: put it "
                "back from a backup, or remove the keys and make new ones."
            )
        self._secret = load_secret(folder / SECRET_FILE)
        self._file = WatchedFile(self._path, _read_hashes, clock, tell)

    @property
    def fault(self) -> str | None:
        """Why the file cannot be read now; None if it can."""
        return self._file.fault

    def find(self, key: str) -> GatewayKey:
        """Return what is known of a key. Raises Unauthorized if it may not be used now."""
        found = self._found(self._hash(key)) if _FORMAT.fullmatch(key) else None
        if found is None:
            raise Unauthorized("This gateway does not know the key: ask its operator for one.")
        known, digest = found
        now_s = self._now_s()
        state = known.state(now_s)
        if state == "active" and digest.until_s is not None and digest.until_s <= now_s:
            state = "replaced"
        if state != "active":
            raise Unauthorized(f"The key {known.id} is {state}: ask the operator for a new one.")
        return known

    def records(self) -> list[GatewayKey]:
        """Return all keys, oldest first, revoked and expired ones too."""
        return list(_read(self._path))

    def has_active(self) -> bool:
        """True if anybody could use a key of this gateway now."""
        now_s = self._now_s()
        return any(key.state(now_s) == "active" for key, _ in self._file.content().values())

    def create(self, name: str, terms: KeyTerms = KeyTerms()) -> tuple[str, GatewayKey]:  # noqa: B008 -- a frozen value
        """Make a key; returns it, for the only time, and what is kept of it.

        Raises ConfigError if the name, a limit or the label mode makes no sense.
        """
        _validate(name, terms)
        secret, now_s = _new_key(), self._now_s()
        key = GatewayKey(
            id="key_" + secrets.token_hex(6),
            name=name,
            tenant=terms.tenant,
            digests=(Digest(self._hash(secret)),),
            created_s=now_s,
            expires_s=None if terms.valid_s is None else now_s + terms.valid_s,
            requests_per_minute=terms.requests_per_minute,
            concurrent=terms.concurrent,
            label=terms.label,
        )
        self._change(lambda keys: (*keys, key))
        return secret, key

    def revoke(self, identifier: str) -> GatewayKey:
        """End a key at once; revoking twice is revoking once. Raises ConfigError if unknown."""
        now_s = self._now_s()
        return self._edit(
            identifier,
            lambda key: (
                key if key.revoked_s is not None else msgspec.structs.replace(key, revoked_s=now_s)
            ),
        )

    def rotate(self, identifier: str, *, grace_s: float = 86_400.0) -> tuple[str, GatewayKey]:
        """Give a key a new secret; the old one works for ``grace_s`` more seconds.

        Raises ConfigError if the key is unknown or not active.
        """
        secret, now_s = _new_key(), self._now_s()

        def renew(key: GatewayKey) -> GatewayKey:
            if key.state(now_s) != "active":
                raise NotPossible(f"The key {key.id} is {key.state(now_s)}: create a new one.")
            older = tuple(
                Digest(old.hash, min(now_s + max(0.0, grace_s), old.until_s or float("inf")))
                for old in key.digests
                if old.until_s is None or old.until_s > now_s
            )
            return msgspec.structs.replace(key, digests=(Digest(self._hash(secret)), *older))

        return secret, self._edit(identifier, renew)

    def agree(self, identifier: str, version: str, accepted_by: str) -> GatewayKey:
        """Keep that an agreement on unlabelled delivery was accepted.

        Raises ConfigError if the key is unknown or not active, or a word makes no sense.
        """
        for word in (version, accepted_by):
            if not _NAME.fullmatch(word):
                raise NotPossible("A version and a name are one line of 1 to 100 characters.")
        now_s = self._now_s()

        def accept(key: GatewayKey) -> GatewayKey:
            if key.state(now_s) != "active":
                raise NotPossible(f"The key {key.id} is {key.state(now_s)}: create a new one.")
            made = Agreement(version, accepted_by, now_s)
            return msgspec.structs.replace(key, agreement=made)

        return self._edit(identifier, accept)

    def disagree(self, identifier: str) -> GatewayKey:
        """End a key's agreement; it stays on record. Raises ConfigError if there is none."""
        now_s = self._now_s()

        def revoke(key: GatewayKey) -> GatewayKey:
            if key.agreement is None:
                raise NotPossible(f"The key {key.id} has no agreement.")
            if key.agreement.revoked_s is not None:
                return key
            ended = msgspec.structs.replace(key.agreement, revoked_s=now_s)
            return msgspec.structs.replace(key, agreement=ended)

        return self._edit(identifier, revoke)

    def keyed_hash(self, credential: bytes) -> str:
        """Return 16 hexadecimal digits that stand for a key of somebody else in records."""
        return hmac.digest(self._secret, b"foreign\0" + credential, "sha256").hex()[:16]

    def _found(self, digest: str) -> tuple[GatewayKey, Digest] | None:
        """Return the key of a hash; one that is unknown may have been made just now."""
        return self._file.content().get(digest) or self._file.content(_JUST_NOW_S).get(digest)

    def _edit(self, identifier: str, edit: Callable[[GatewayKey], GatewayKey]) -> GatewayKey:
        edited: list[GatewayKey] = []

        def change(keys: tuple[GatewayKey, ...]) -> tuple[GatewayKey, ...]:
            if all(key.id != identifier for key in keys):
                raise NotPossible(f"No key has the id {identifier!r}: list the keys to see all.")
            changed = tuple(edit(key) if key.id == identifier else key for key in keys)
            edited.extend(key for key in changed if key.id == identifier)
            return changed

        self._change(change)
        return edited[0]

    def _change(self, change: Callable[[tuple[GatewayKey, ...]], tuple[GatewayKey, ...]]) -> None:
        with locked(self._path.with_suffix(".lock")):
            keys = change(_read(self._path))
            content = msgspec.json.encode(_KeyFile(_VERSION, keys))
            try:
                replace_file(self._path, msgspec.json.format(content, indent=2) + b"\n")
            except OSError as error:
                raise ConfigError(f"{self._path} cannot be written: {error.strerror}.") from error
            self._file.replaced(_by_hash(keys))

    def _hash(self, key: str) -> str:
        return hmac.digest(self._secret, b"gateway\0" + key.encode(), "sha256").hex()

    def _now_s(self) -> float:
        return self._clock.wall_ns() / _NS


def _new_key() -> str:
    return PREFIX + secrets.token_urlsafe(_RANDOM_BYTES)


def _read(path: Path) -> tuple[GatewayKey, ...]:
    try:
        content = msgspec.json.decode(path.read_bytes(), type=_KeyFile)
    except FileNotFoundError:
        return ()
    except (OSError, msgspec.DecodeError, UnicodeDecodeError) as error:
        raise ConfigError(f"The key file {path} cannot be read: {error}.") from error
    if content.version != _VERSION:
        raise ConfigError(
            f"The key file {path} has version {content.version}; this program reads {_VERSION}."
        )
    return content.keys


def _read_hashes(path: Path) -> _Hashes:
    return _by_hash(_read(path))


def _by_hash(keys: tuple[GatewayKey, ...]) -> _Hashes:
    return {digest.hash: (key, digest) for key in keys for digest in key.digests}


def _validate(name: str, terms: KeyTerms) -> None:
    if not _NAME.fullmatch(name):
        raise NotPossible("A key's name is one line of 1 to 100 characters, no blanks around it.")
    if not _NAME.fullmatch(terms.tenant):
        raise NotPossible("A tenant's name is one line of 1 to 100 characters.")
    if terms.valid_s is not None and terms.valid_s <= 0:
        raise NotPossible("A key must be valid for some time.")
    for limit in (terms.requests_per_minute, terms.concurrent):
        if limit is not None and limit < 0:
            raise NotPossible("A limit is a number from 0 (none) upwards.")
    if terms.label is not None and terms.label not in tuple(LabelMode):
        raise NotPossible(f"A label mode is one of {', '.join(LabelMode)}.", param="label")
