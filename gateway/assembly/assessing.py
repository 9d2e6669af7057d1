"""The ledger's part in an assessment (see gateway.ports.evidence)."""

from __future__ import annotations

import getpass
import random
from collections.abc import Collection, Sequence
from pathlib import Path

import msgspec

from gateway.assembly.vault import Vault, open_vault, store_location
from gateway.config.settings import Settings
from gateway.ledger.contents import Contents
from gateway.ledger.search import Archive, Shown
from gateway.nouns.record import DOCUMENT, AnswerText
from gateway.nouns.verdict import Outcome
from gateway.ports.clock import Clock
from gateway.ports.evidence import PURPOSE, Claimed, Drawn, Signature, Word
from gateway.ports.operator import Progress
from gateway.ports.store import Query

_MOST_CANDIDATES = 200_000
_REFUSED = {Outcome.BLOCKED_INPUT, Outcome.BLOCKED_OUTPUT, Outcome.UPSTREAM_BLOCKED}


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

    def compare(
        self, claims: Sequence[Claimed], *, reason: str, progress: Progress
    ) -> list[Word]:
        """Return what the ledger says of each claim."""
        out: list[Word] = []
        spent: set[str] = set()
        reader = getpass.getuser()
        for claim in claims:
            shown = self._archive.show(claim.exchange, reason=reason, reader=reader)
            word = Word.DIFFERS if claim.exchange in spent else _word(claim, shown)
            if word is Word.AGREES:
                spent.add(claim.exchange)
            out.append(word)
            progress(len(out), len(claims))
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


def _word(claim: Claimed, shown: Shown | None) -> Word:
    if shown is None or shown.contents is None or shown.contents.request is None:
        return Word.UNKNOWN
    refused = shown.record.outcome in _REFUSED
    same = (
        refused is claim.refused
        and _last_said(shown.contents.request) == claim.question
        and (refused or _released(shown.contents, claim.text))
    )
    return Word.AGREES if same else Word.DIFFERS


def _released(held: Contents, text: str) -> bool:
    """Return whether a channel of the first choice held this text. The record keeps marks of ours
    apart, so they are taken out of it."""
    channels: dict[str, list[AnswerText]] = {}
    for piece in held.answer:
        if piece.choice == 0:
            channels.setdefault(piece.path, []).append(piece)
    for pieces in channels.values():
        bare = text
        for piece in pieces:
            bare = bare.replace(piece.text, "", 1) if piece.own else bare
        if bare == "".join(piece.text for piece in pieces if not piece.own):
            return True
    return not (channels or text)


def _last_said(body: bytes) -> str:
    """Return what the user said last in a chat request; the whole body if it is none."""
    try:
        messages = msgspec.json.decode(body)["messages"]
        said = [one["content"] for one in messages if one["role"] == "user"][-1]
        return said if isinstance(said, str) else msgspec.json.encode(said).decode()
    except (msgspec.DecodeError, KeyError, IndexError, TypeError):
        return body[:8_000].decode("utf-8", "replace")
