"""What the command line asks of the assembled program (see gateway.ports.operator)."""

from __future__ import annotations

import asyncio
import getpass
from collections.abc import Mapping, Sequence
from pathlib import Path

from gateway.access.keys import GatewayKey, KeyBook, KeyTerms
from gateway.assembly.guards import Guards
from gateway.assembly.judge import PolicyJudge
from gateway.assembly.ledger_memory import MOST_TRACED
from gateway.assembly.reading import tell
from gateway.assembly.sealing import Sealer
from gateway.assembly.shown import shown_record
from gateway.assembly.vault import Vault
from gateway.desk.attribution import CLAIM, MOST_OF_IT
from gateway.desk.reading import (
    Beside,
    FileAsked,
    FileReading,
    Reader,
    Seen,
    nothing_beside,
    with_words_read,
)
from gateway.desk.report import FoundMark
from gateway.engine.lane import Ruled
from gateway.engine.opinion import Hearing, Opinion
from gateway.ledger.chain import chain_events, event
from gateway.ledger.erasure import Eraser
from gateway.ledger.intake import fold_code
from gateway.ledger.search import Archive as LedgerArchive
from gateway.ledger.search import Trace
from gateway.ledger.verify import verify
from gateway.matching.picture_hash import sought
from gateway.nouns.errors import ConfigError, NotPossible
from gateway.nouns.mark import MarkFamily
from gateway.nouns.policy import Keep
from gateway.nouns.segment import Direction
from gateway.nouns.verdict import Action
from gateway.ports.clock import Clock
from gateway.ports.filter import Question, SlowFilter
from gateway.ports.operator import (
    ChainReport,
    Judged,
    KeyFacts,
    KeyOrder,
    MarkSeen,
    Progress,
    Purged,
    Shown,
    Spot,
    Traced,
)
from gateway.ports.store import Query, StoredRecord

_SAME_CODE = 10
"""So many exchanges of one label code are named."""


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


def mark_seen(mark: FoundMark) -> MarkSeen:
    """Return a mark as the port tells it."""
    family = mark.family.value if mark.family else ""
    return MarkSeen(
        mark.mark, family, mark.state.value, mark.producer, mark.exchange, mark.code, mark.detail
    )


_WAYS = {"text": "fingerprint"}
"""What the ledger calls a way to find a record, as the port calls it."""


_SURE: Mapping[bool | None, float] = {True: 1.0, None: CLAIM, False: 0.1}
"""How sure is an exchange that a mark names: by whether the content is what it released, which may
not be known. A mark can be copied."""


def _traced(one: Trace) -> Traced:
    start, end = (one.passage.start, one.passage.end) if one.passage else (0, 0)
    how = _WAYS.get(one.how, one.how)
    return Traced(one.exchange, how, one.confidence, one.time_ns, start, end)


class Records:
    """See gateway.ports.operator.Archive."""

    def __init__(
        self,
        vault: Vault,
        sealer: Sealer,
        keep: Keep,
        clock: Clock,
        *,
        marks: Sequence[Reader] = (),
        beside: Beside = nothing_beside,
    ) -> None:
        self._vault = vault
        self._readers = tuple(marks)
        self._files = FileReading(marks, sought, tell, beside)
        self._sealer = sealer
        self._keep = keep
        self._clock = clock
        self._store = vault.store()
        self._archive = LedgerArchive(self._store, vault.keyring, vault.state, clock)

    def trace(self, text: str) -> list[Traced]:
        """Return the exchanges that a text may come from, surest first."""
        found = [_traced(one) for one in self._archive.trace(text)]
        for code in self._sealer.find_traces(text):
            for record in self._archive.find(Query(code=code)):
                found.insert(0, Traced(record.exchange, "trace", 1.0, record.time_ns, 0, len(text)))
        return list({one.exchange: one for one in reversed(found)}.values())[::-1]

    def trace_typed(self, text: str, subject: str, around_s: tuple[float, float]) -> list[Traced]:
        """Return the subject's exchanges of that time that typed characters may come from."""
        around = (round(around_s[0] * 1e9), round(around_s[1] * 1e9))
        return [_traced(one) for one in self._archive.trace_typed(text, subject, around)]

    def trace_file(
        self, content: bytes, name: str, manifest: bytes = b""
    ) -> tuple[list[MarkSeen], list[Traced]]:
        """Return the marks in a file, and the exchanges that they, its looks or words lead to."""
        seen = with_words_read(self._files(FileAsked(content, name, manifest)), self._readers)
        found = {
            one.exchange: Traced(one.exchange, "file", 1.0, one.time_ns, 0, 0)
            for one in self._archive.trace_file(content)
        }
        for mark in seen.marks:
            asks = [("id", Query(exchange=name)) for name in mark.names]
            asks += [("code", Query(code=mark.code))] if mark.code else []
            hidden = mark.family is MarkFamily.WATERMARK
            for how, asked in asks:
                for record in self._archive.find(asked):
                    by = "watermark" if hidden else how
                    is_like = mark.bound or self._is_like(record, seen)
                    one = Traced(record.exchange, by, _SURE[is_like], record.time_ns, 0, 0)
                    found.setdefault(record.exchange, one)
        told = self.trace(seen.words[:MOST_TRACED]) if seen.words else []
        for near in [*map(_traced, self._archive.trace_looks(seen.pictures)), *told]:
            if near.exchange not in found or found[near.exchange].confidence < near.confidence:
                found[near.exchange] = near
        ordered = sorted(found.values(), key=lambda each: -each.confidence)
        return [mark_seen(mark) for mark in seen.marks], ordered

    def _is_like(self, record: StoredRecord, seen: Seen) -> bool | None:
        """Return whether a content is what a record released; None if that cannot be compared."""
        bare = self._sealer.without_marks(seen.words[:MOST_TRACED])
        share = self._archive.share(record, bare)
        if share is None:
            return self._archive.looks_alike(record, seen.pictures)
        return share >= MOST_OF_IT

    def show(self, exchange: str, *, reason: str) -> Shown | None:
        """Return a decrypted record, or None if there is none of this id or label code."""
        name = self._named(exchange)
        shown = self._archive.show(name, reason=reason, reader=getpass.getuser())
        if shown is None:
            return None
        return shown_record(name, shown)

    def _named(self, exchange: str) -> str:
        """Return the exchange id that an id, or a label's code, stands for.

        Nothing stands for nothing: an empty code would be no condition, and find any exchange.
        """
        if len(exchange) == 26:
            return exchange.upper()
        if not fold_code(exchange):
            return exchange
        named = self._archive.find(Query(code=exchange, limit=_SAME_CODE))
        if len(named) > 1:
            ids = ", ".join(each.exchange for each in named)
            raise NotPossible(
                f"Several exchanges have this code; name one by its id: {ids}. "
                "多次交互共用该标识码，请改用编号。"
            )
        return named[0].exchange if named else exchange

    def verify(self, progress: Progress) -> ChainReport:
        """Check the whole chain."""
        progress(0, 0)
        report = verify(self._store, self._vault.keyring, self._vault.state, progress)
        fault = report.fault.sentence if report.fault else ""
        return ChainReport(report.records, report.checkpoints, fault)

    def purge(self) -> Purged:
        """Remove what is past its retention."""
        done = self._eraser().purge(self._keep)
        return Purged(done.contents, done.facts)

    def erase(self, subject: str, *, tenant: str) -> int:
        """Destroy a subject's key and fingerprints."""
        done = self._eraser().erase_subject(
            tenant, subject, reason=f"erasure asked by {getpass.getuser()}"
        )
        return done.records

    def erase_exchange(self, exchange: str) -> bool:
        """Destroy the texts of an exchange that names no subject."""
        name = self._named(exchange)
        record = self._store.read(name)
        if record is not None and record.subject:
            raise ConfigError(
                "This exchange names a subject, and its texts are under that subject's key: "
                "sealgate ledger erase --subject ID. 该交互带有用户标识，请按用户删除。"
            )
        reason = f"erasure asked by {getpass.getuser()}"
        return self._eraser().erase_exchange(name, reason=reason) is not None

    def _eraser(self) -> Eraser:
        return Eraser(self._store, self._vault.keyring, self._vault.state, self._clock)

    def close(self) -> None:
        """Let go of the store."""
        self._store.close()


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
