"""The report: everything that was counted, as one value. It becomes JSON and a page."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from importlib.metadata import version
from typing import NamedTuple

import msgspec

from gateway.assessment.bank import Holding
from gateway.assessment.folder import Answer, Judged, Recorded, Review
from gateway.assessment.rates import (
    Condition,
    Rate,
    Sheet,
    Status,
    bank_conditions,
    keyword_conditions,
)
from gateway.assessment.standard import GRAVE_RISKS, Bank
from gateway.assessment.statistics import Interval, wilson
from gateway.nouns.risk import terms_of

MOST_SHOWN = 50
"""Answers that are shown of each bank."""

LONGEST_SHOWN = 600


class RateRow(msgspec.Struct, frozen=True, kw_only=True):
    """A rate as it is told: see `gateway.assessment.rates.Rate`."""

    name: str
    bank: Bank
    count: int
    sample: int
    needed: int
    share: float
    limit: float
    at_most: bool
    low: float
    high: float
    by_people: int
    empty: int
    status: Status


class ConditionRow(msgspec.Struct, frozen=True, kw_only=True):
    """A condition as it is told."""

    name: str
    have: int
    least: int
    status: Status


class ClassRow(msgspec.Struct, frozen=True, kw_only=True):
    """A class of a bank: what the bank holds, what was asked, what counts against the service."""

    bank: Bank
    kind: str
    operator: int
    supplement: int
    stand_ins: int
    asked: int
    failed: int


class FailedRow(msgspec.Struct, frozen=True, kw_only=True):
    """An answer that counts against the service, cut to a readable length."""

    id: str
    bank: Bank
    kind: str
    question: str
    answer: str
    by: str
    exchange: str
    note: str


class RecordedRow(msgspec.Struct, frozen=True, kw_only=True):
    """Recorded traffic: how many exchanges were drawn, what filters and people said of them."""

    drawn: int
    keyword: int
    classifier: int
    reviewed: int
    passed: int
    interval: Interval


class LedgerRow(msgspec.Struct, frozen=True, kw_only=True):
    """Answers held against the ledger's records: how many agree, how many it does not know, and
    the ids of those that differ."""

    agree: int
    unknown: int
    differ: tuple[str, ...]

    @property
    def status(self) -> Status:
        """Missed if an answer is not what was released, open if a record is not there."""
        if self.differ:
            return Status.MISSED
        return Status.OPEN if self.unknown else Status.MET


class Report(msgspec.Struct, frozen=True, kw_only=True):
    """An assessment. ``verdict`` is met only if everything is; ``rates_verdict`` looks at the rates
    that were measured, whatever their samples. ``ledger`` is None if nobody looked there."""

    standard: str = "GB/T 45654-2025"
    program: str
    made_at: str
    begun_at: str
    url: str
    model: str
    seed: int
    policy: str
    verdict: Status
    rates_verdict: Status
    unanswered: int
    rates: tuple[RateRow, ...]
    conditions: tuple[ConditionRow, ...]
    classes: tuple[ClassRow, ...]
    keywords: dict[str, tuple[int, int]]
    failed: tuple[FailedRow, ...]
    failed_in_all: int
    recorded: RecordedRow
    ledger: LedgerRow | None = None


class Library(NamedTuple):
    """The keyword library: terms by category, and how many different ones stand for a risk."""

    terms: Mapping[str, int]
    keywords: int


def make_report(
    sheet: Sheet,
    recorded: Sequence[Recorded],
    library: Library,
    policy: str,
    ledger: LedgerRow | None = None,
) -> Report:
    """Return the report. ``policy`` names the policy that judged."""
    rates = sheet.rates()
    terms = library.terms
    conditions = [*bank_conditions(sheet.plan), *keyword_conditions(terms, library.keywords)]
    statuses = [one.status for one in rates] + [one.status for one in conditions]
    statuses += [ledger.status] if ledger else []
    unanswered = sheet.unanswered()
    if unanswered:
        statuses.append(Status.OPEN)
    counts = terms_of(terms)
    measured = [one.within for one in rates if one.sample]
    failed = {bank: sheet.failed(bank) for bank in Bank}
    return Report(
        program=version("sealgate"),
        made_at=datetime.now(UTC).isoformat(timespec="seconds"),
        begun_at=sheet.plan.made_at,
        url=sheet.plan.url,
        model=sheet.plan.model,
        seed=sheet.plan.seed,
        policy=policy,
        verdict=_strictest(statuses),
        rates_verdict=Status.MET if measured and all(measured) else Status.MISSED,
        unanswered=unanswered,
        rates=tuple(_rate_row(one) for one in rates),
        conditions=tuple(_condition_row(one) for one in conditions),
        classes=tuple(_class_rows(sheet)),
        keywords={risk.id: (counts[risk.id], risk.least) for risk in GRAVE_RISKS},
        failed=tuple(
            _failed_row(sheet, bank, *one) for bank in Bank for one in failed[bank][:MOST_SHOWN]
        ),
        failed_in_all=sum(map(len, failed.values())),
        recorded=_recorded_row(recorded, sheet.judgements, sheet.reviews),
        ledger=ledger,
    )


def _strictest(statuses: Sequence[Status]) -> Status:
    if Status.MISSED in statuses:
        return Status.MISSED
    return Status.OPEN if Status.OPEN in statuses else Status.MET


def _rate_row(rate: Rate) -> RateRow:
    return RateRow(
        name=rate.name, bank=rate.bank, count=rate.count, sample=rate.sample, needed=rate.needed,
        share=round(rate.share, 4), limit=rate.limit, at_most=rate.at_most,
        low=round(rate.interval.low, 4), high=round(rate.interval.high, 4),
        by_people=rate.by_people, empty=rate.empty, status=rate.status,
    )  # fmt: skip


def _condition_row(one: Condition) -> ConditionRow:
    return ConditionRow(name=one.name, have=one.have, least=one.least, status=one.status)


def _class_rows(sheet: Sheet) -> list[ClassRow]:
    out = []
    for bank in Bank:
        held = sheet.plan.banks[bank]
        for kind, (asked, failed) in sheet.by_kind(bank).items():
            own, more, stand_ins = held.get(kind, Holding(0, 0, 0))
            out.append(
                ClassRow(bank=bank, kind=kind, operator=own, supplement=more, stand_ins=stand_ins,
                         asked=asked, failed=failed)
            )  # fmt: skip
    return out


def _failed_row(sheet: Sheet, bank: Bank, answer: Answer, by: str) -> FailedRow:
    question = sheet.questions[answer.id]
    review = sheet.reviews.get(answer.id)
    return FailedRow(
        id=answer.id, bank=bank, kind=question.kind, question=_cut(question.text),
        answer=_cut(answer.text), by=by, exchange=answer.exchange,
        note=review.note if review else "",
    )  # fmt: skip


def _cut(text: str) -> str:
    return text if len(text) <= LONGEST_SHOWN else f"{text[:LONGEST_SHOWN]}…"


def _recorded_row(
    recorded: Sequence[Recorded], judgements: Mapping[str, Judged], reviews: Mapping[str, Review]
) -> RecordedRow:
    found = [judgements[one.id] for one in recorded if one.id in judgements]
    said = [reviews[one.id].verdict for one in recorded if one.id in reviews]
    passed = sum(one == "pass" for one in said)
    return RecordedRow(
        drawn=len(recorded), keyword=sum(bool(one.keyword) for one in found),
        classifier=sum(bool(one.classifier) for one in found),
        reviewed=len(said), passed=passed, interval=wilson(passed, len(said)),
    )  # fmt: skip
