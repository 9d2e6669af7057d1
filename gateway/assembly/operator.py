"""What the command line asks of the assembled program (see gateway.ports.operator)."""

from __future__ import annotations

import asyncio
import getpass
from collections.abc import Sequence
from pathlib import Path

from gateway.access.keys import GatewayKey, KeyBook, KeyTerms
from gateway.assembly.guards import Guards
from gateway.assembly.judge import PolicyJudge
from gateway.assembly.vault import Vault
from gateway.engine.lane import Ruled
from gateway.engine.opinion import Hearing, Opinion
from gateway.ledger.chain import chain_events, event
from gateway.nouns.segment import Direction
from gateway.nouns.verdict import Action
from gateway.ports.clock import Clock
from gateway.ports.filter import Question, SlowFilter
from gateway.ports.operator import Judged, KeyFacts, KeyOrder, Spot


class Judges:
    """See gateway.ports.operator.TextJudge."""

    def __init__(self, judge: PolicyJudge, guards: Guards) -> None:
        self._judge = judge
        self._guards = guards

    def judge(self, texts: Sequence[str], direction: Direction) -> list[Judged]:
        """Return one judgement per text, in order."""
        hearings = [self._judge.hearing(text, direction) for text in texts]
        if self._guards.slow:
            asyncio.run(self._ask_all(hearings))
        return [
            _judged(text, direction, hearing.opinion())
            for text, hearing in zip(texts, hearings, strict=True)
        ]

    async def _ask_all(self, hearings: Sequence[Hearing]) -> None:
        try:
            for hearing in hearings:
                for place, question in hearing.questions:
                    slow = self._guards.by_name[hearing.slow_names[place]]
                    hearing.answered(place, question, await _answer(slow, question))
        finally:
            await self._guards.close()


async def _answer(slow: SlowFilter, question: Question) -> object:
    """Return what a slow filter found, or the failure that it ended in."""
    try:
        async with asyncio.timeout(slow.deadline_s):
            return await slow.ask(question)
    except (OSError, ValueError, TimeoutError) as error:
        return error


def _judged(text: str, direction: Direction, opinion: Opinion) -> Judged:
    spots = tuple(_spot(one) for one in sorted(opinion.findings, key=lambda r: r.finding.start))
    safe = "" if opinion.verdict >= Action.DROP_TURN else opinion.safe
    return Judged(text, direction, opinion.verdict.word, spots, safe)


def _spot(ruled: Ruled) -> Spot:
    found = ruled.finding
    return Spot(
        found.start, found.end, found.category, found.severity, found.score, found.filter,
        found.rule, ruled.action, ruled.wanted, ruled.rule,
    )  # fmt: skip


class Keys:
    """See gateway.ports.operator.KeyDesk."""

    def __init__(self, state: Path, clock: Clock, vault: Vault | None) -> None:
        self._book = KeyBook(state, clock)
        self._clock = clock
        self._vault = vault

    def create(self, order: KeyOrder) -> tuple[str, KeyFacts]:
        """Return the secret, for the only time, and what is kept."""
        terms = KeyTerms(
            tenant=order.tenant, valid_s=order.valid_s,
            requests_per_minute=order.requests_per_minute, concurrent=order.concurrent,
            label=order.label,
        )  # fmt: skip
        secret, key = self._book.create(order.name, terms)
        self._note("key_created", key)
        return secret, self._facts(key)

    def list(self) -> list[KeyFacts]:
        """Return all keys, oldest first."""
        return [self._facts(key) for key in self._book.records()]

    def revoke(self, identifier: str) -> KeyFacts:
        """End a key at once."""
        key = self._book.revoke(identifier)
        self._note("key_revoked", key)
        return self._facts(key)

    def rotate(self, identifier: str, *, grace_s: float) -> tuple[str, KeyFacts]:
        """Return a new secret; the old one works for a while."""
        secret, key = self._book.rotate(identifier, grace_s=grace_s)
        self._note("key_rotated", key)
        return secret, self._facts(key)

    def agree(self, identifier: str, version: str, accepted_by: str) -> KeyFacts:
        """Keep that an agreement on unlabelled delivery was accepted."""
        key = self._book.agree(identifier, version, accepted_by)
        self._note("agreement_accepted", key, version=version, accepted_by=accepted_by)
        return self._facts(key)

    def disagree(self, identifier: str) -> KeyFacts:
        """End a key's agreement."""
        key = self._book.disagree(identifier)
        self._note("agreement_revoked", key)
        return self._facts(key)

    def _note(self, kind: str, key: GatewayKey, **more: str) -> None:
        """Chain the change, if there is a ledger already: key changes are evidence too."""
        if self._vault is None:
            return
        store = self._vault.store()
        try:
            facts = {"key": key.id, "tenant": key.tenant, "by": getpass.getuser(), **more}
            row = event(kind, self._clock.wall_ns(), facts)
            chain_events(store, self._vault.keyring, self._vault.state, [row])
        finally:
            store.close()

    def _facts(self, key: GatewayKey) -> KeyFacts:
        return KeyFacts(
            key.id, key.name, key.tenant, key.state(self._clock.wall_ns() / 1e9), key.created_s,
            key.expires_s, key.requests_per_minute, key.concurrent, key.label, key.accepted,
        )  # fmt: skip
