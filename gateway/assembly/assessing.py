"""The ledger's part in an assessment (see gateway.ports.evidence)."""

from __future__ import annotations

import getpass
import random
from collections.abc import Collection
from pathlib import Path

import msgspec

from gateway.assembly.vault import Vault, open_vault, store_location
from gateway.config.settings import Settings
from gateway.ledger.contents import Contents
from gateway.ledger.search import Archive
from gateway.nouns.record import DOCUMENT
from gateway.ports.clock import Clock
from gateway.ports.evidence import PURPOSE, Drawn, Signature
from gateway.ports.operator import Progress
from gateway.ports.store import Query

_MOST_CANDIDATES = 200_000


class LedgerEvidence:
    """See gateway.ports.evidence.Evidence."""

    def __init__(self, vault: Vault, clock: Clock) -> None:
        self._keyring = vault.keyring
        self._store = vault.store()
        self._archive = Archive(self._store, vault.keyring, vault.state, clock)

    def sample(
        self,
        count: int,
        *,
        seed: int,
        since_s: float,
        reason: str,
        progress: Progress,
        without: Collection[str] = (),
    ) -> list[Drawn]:
        """Return exchanges drawn at random; those whose contents are gone are passed over."""
        wanted = Query(since_ns=round(since_s * 1e9), limit=_MOST_CANDIDATES)
        names = sorted({record.exchange for record in self._archive.find(wanted)} - {*without})
        random.Random(seed).shuffle(names)
        out: list[Drawn] = []
        for name in names:
            if len(out) == count:
                break
            shown = self._archive.show(name, reason=reason, reader=getpass.getuser())
            if shown is not None and shown.contents is not None:
                drawn = _drawn(name, shown.record.time_ns, shown.contents)
                if drawn.answer:
                    out.append(drawn)
                    progress(len(out), min(count, len(names)))
        return out

    def sign(self, message: bytes) -> Signature:
        """Return a signature by the key that signs checkpoints."""
        return Signature(
            self._keyring.signing_id,
            self._keyring.public_key,
            self._keyring.sign(PURPOSE + message),
        )

    def close(self) -> None:
        """Let go of the store."""
        self._store.close()


def open_evidence(settings: Settings, clock: Clock) -> LedgerEvidence | None:
    """Return the ledger's evidence, or None if there is no ledger. Raises ConfigError if it is
    there and cannot be opened."""
    location = store_location(settings)
    if "://" not in location and not Path(location).exists():
        return None
    return LedgerEvidence(open_vault(settings, make=False), clock)


def _drawn(name: str, time_ns: int, held: Contents) -> Drawn:
    told = (piece for piece in held.answer if piece.choice == 0 and piece.path != DOCUMENT)
    answer = "\n".join(piece.text for piece in told if not piece.own)
    return Drawn(name, time_ns, _last_said(held.request or b""), answer)


def _last_said(body: bytes) -> str:
    """Return what the user said last in a chat request; the whole body if it is none."""
    try:
        messages = msgspec.json.decode(body)["messages"]
        said = [one["content"] for one in messages if one["role"] == "user"][-1]
        return said if isinstance(said, str) else msgspec.json.encode(said).decode()
    except (msgspec.DecodeError, KeyError, IndexError, TypeError):
        return body[:8_000].decode("utf-8", "replace")
