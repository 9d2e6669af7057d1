"""Conduct: what a worker said of an exchange's conduct goes into the store with its record."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from gateway.ledger.contents import Facts
from gateway.ports.conduct import ConductWriting, ReviewCase, StrikeRow
from gateway.ports.store import StoredRecord


def keep_conduct(
    writing: ConductWriting, records: Iterable[StoredRecord], facts: dict[str, Facts], now_ns: int
) -> None:
    """Queue reviews and keep strikes of records that are new; erased ones have neither."""
    kept = [record for record in records if record.exchange in facts and record.state != "erased"]
    items = [review_item(record, facts[record.exchange]) for record in kept]
    writing.queue_reviews([item for item in items if item.reasons])
    writing.put_strikes(_strikes(kept, facts, now_ns))


def review_item(record: StoredRecord, facts: Facts) -> ReviewCase:
    """Return an exchange as an item that waits for review."""
    closing = facts.close
    rules = {fact.policy_rule for fact in closing.findings if fact.policy_rule} if closing else ()
    return ReviewCase(
        record.exchange, record.tenant, record.time_ns, record.outcome,
        closing.review if closing else (), tuple(sorted(rules)),
    )  # fmt: skip


def _strikes(
    records: Sequence[StoredRecord], facts: dict[str, Facts], now_ns: int
) -> list[StrikeRow]:
    return [
        StrikeRow(
            record.exchange, record.tenant, record.subject, record.time_ns, closing.strike,
            "grave", "counted", now_ns,
        )
        for record in records
        if (closing := facts[record.exchange].close) and closing.strike and record.subject
    ]  # fmt: skip
