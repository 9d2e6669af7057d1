"""Metrics of a worker: one call when an exchange begins, one when it ends, nothing per chunk."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from itertools import product
from pathlib import Path
from typing import NamedTuple, cast

from prometheus_client import Counter, Gauge, Histogram

from gateway.nouns.conduct import Level
from gateway.nouns.errors import SealgateError
from gateway.nouns.finding import FILTER_ERROR, HIDDEN_TEXT, OVER_DAILY_CAP
from gateway.nouns.media import MediaKind
from gateway.nouns.record import FindingFact, ReceiptFact
from gateway.nouns.segment import Direction
from gateway.nouns.verdict import Action, Outcome
from gateway.ports.media import Fault
from gateway.ports.session import Tally
from gateway.telemetry.catalogue import OTHER, Owner
from gateway.telemetry.folder import Metric, open_families

MOST_CATEGORIES = 200
"""More categories than this are not told apart: the rest is counted as ``other``."""

UNJUDGED_KINDS = (
    "image",
    "image_url",
    "audio",
    "input_audio",
    "video",
    "file",
    "document",
    "media",
    "unknown_event",
    "unknown_part",
    "unknown_string",
    "unreadable_answer",
    "text_after_finish",
    "body",
)
"""What can stay unjudged; the label is the word before any ``:`` or ``@`` of what was named."""

UPSTREAM_KINDS = (
    "upstream_error",
    "upstream_unreachable",
    "upstream_broken",
    "upstream_timeout",
    "status_4xx",
    "status_429",
    "status_5xx",
)
"""How an upstream fails: our error codes, or its own status passed on."""

STATUSES = ("written", "failed", "not_possible")
"""What becomes of a mark that is owed."""

VERIFIED = ("yes", "partly", "likely", "claimed", "no", "unknown", "refused", "limited", "failed")
"""What becomes of a question to the desk: whether it was made here, or why there is no answer."""

LEVELS = tuple(level.word for level in Level if level)
"""Where a user may stand."""

STOOD = ("observed", "warned", "limited", "refused")
"""What is done about a user who stands there (see `gateway.access.subject_gate`)."""

_ANSWERED = frozenset({Outcome.PASSED, Outcome.FLAGGED, Outcome.EDITED})
_BLOCK = Action.BLOCK.word
_WORD = re.compile(r"[a-z_0-9]+")
_REASON = re.compile(r"[a-z_0-9]+:([a-z_0-9]+)@")


class LabelSets(NamedTuple):
    """The closed sets, known when a worker starts: what is not in them is counted as ``other``.

    ``categories`` are those of the policy's rules and of its lexicons and filters, ``filters``
    the names of the filters, ``protocols`` the names of the adapters, ``marks`` the names in
    receipts.
    """

    categories: frozenset[str] = frozenset()
    filters: frozenset[str] = frozenset()
    protocols: frozenset[str] = frozenset()
    marks: frozenset[str] = frozenset()
    unjudged: frozenset[str] = frozenset(UNJUDGED_KINDS)


class ExchangeFacts(NamedTuple):
    """What the edge knows of an exchange that ended. Durations are seconds; None: did not happen.

    ``status`` is what the client got, ``error`` the code of the error that ended it (empty: none).
    ``first_upstream_s`` and ``first_client_s`` run from the request's arrival to the first content
    read from the upstream and handed to the client. ``overhead_s`` is our own time in all.
    ``unjudged`` is what passed beside both tallies (the body of a plain route). ``drawn``: people
    look at it; ``strike``: it put points on its user's account. ``receipts`` are of marks on a file
    that was handed in, of which there is no tally.
    """

    outcome: Outcome
    protocol: str
    stream: bool
    status: int = 0
    error: str = ""
    has_subject: bool = True
    client_gone: bool = False
    overhead_s: float | None = None
    upstream_s: float | None = None
    first_upstream_s: float | None = None
    first_client_s: float | None = None
    unjudged: tuple[str, ...] = ()
    drawn: bool = False
    strike: bool = False
    receipts: tuple[ReceiptFact, ...] = ()


class _Children:
    """The children of a family, bound once; label values outside the sets are ``other``."""

    def __init__(self, family: Metric, *closed: Iterable[str]) -> None:
        self._family = family
        self._closed = tuple(frozenset(names) for names in closed)
        self._bound: dict[tuple[str, ...], Metric] = {}

    def __getitem__(self, key: tuple[str, ...]) -> Metric:
        bound = self._bound.get(key)
        return bound if bound is not None else self._bind(key)

    def _bind(self, key: tuple[str, ...]) -> Metric:
        named = zip(key, self._closed, strict=True)
        inside = tuple(str(word) if word in closed else OTHER for word, closed in named)
        if inside not in self._bound:
            self._bound[inside] = self._family.labels(*inside)
        return self._bound[inside]

    def expose(self) -> _Children:
        """Make every child exist at zero: Prometheus does not see the first count of a series
        that it has never seen at zero."""
        for key in product(*self._closed):
            self._bind(key)
        return self


class Metrics:
    """What a worker counts. Build it after the fork; call it from the event loop only."""

    def __init__(self, folder: Path, labels: LabelSets, *, version: str, generation: int) -> None:
        families = open_families(folder, Owner.WORKER)
        self._bind_exchanges(families, labels)
        self._bind_verdicts(families, labels)
        self._bind_durations(families, labels)
        cast(Gauge, families["workers"]).set(1)
        cast(Gauge, families["build_info"]).labels(version).set(1)
        cast(Gauge, families["config_generation"]).set(generation)
        cast(Gauge, families["config_generation_oldest"]).set(generation)

    def exchange_opened(self) -> None:
        """An exchange was admitted: it is in flight until `exchange_closed`."""
        self._in_flight.inc()

    def exchange_closed(
        self, facts: ExchangeFacts, asked: Tally | None = None, answered: Tally | None = None
    ) -> None:
        """Count an exchange that was opened. ``asked`` and ``answered`` are the tallies of its
        two sides, as far as they were judged."""
        self._in_flight.dec()
        self._count(self._exchanges[facts.outcome, facts.protocol, _word(facts.stream)])
        if not facts.has_subject:
            self._without_subject.inc()
        if facts.client_gone or facts.outcome is Outcome.CLIENT_GONE:
            self._client_gone.inc()
        self._count(self._reviews, int(facts.drawn))
        self._count(self._strikes, int(facts.strike))
        self._count_errors(facts)
        self._observe_durations(facts)
        scanned = self._count_side(Direction.INPUT, asked) if asked else 0
        if answered is not None:
            scanned += self._count_side(Direction.OUTPUT, answered)
            self._held_chars.observe(answered.held_chars_max)
            self._held_seconds.observe(answered.held_s)
        for named in facts.unjudged:
            self._count_unjudged(named)
        self._count_marks(facts.receipts)
        if not scanned and facts.outcome in _ANSWERED and (asked or answered) is not None:
            self._nothing_scanned.inc()

    def judged_alone(self, direction: Direction, tally: Tally) -> None:
        """Count a text that was judged without an exchange (the guard endpoint)."""
        self._count_side(direction, tally)

    def verified(self, outcome: str) -> None:
        """The desk answered a question (one of `VERIFIED`)."""
        self._count(self._verified[(outcome,)])

    def stood(self, level: str, done: str) -> None:
        """A user who stands on the ladder asked; what was done (one of `STOOD`)."""
        self._count(self._standing[level, done])

    def consulted(self, filter_name: str, seconds: float) -> None:
        """A slow filter answered, or gave up, after so many seconds."""
        cast(Histogram, self._consults[(filter_name,)]).observe(seconds)

    def remembered(self, filter_name: str) -> None:
        """A slow filter's earlier answer was used again."""
        self._count(self._remembered[(filter_name,)])

    def spent(self, filter_name: str, calls: int, tokens: int, money: float) -> None:
        """A guard took so many calls and tokens, and so much money by its price."""
        self._count(self._guard_calls[(filter_name,)], calls)
        self._count(self._guard_tokens[(filter_name,)], tokens)
        cast(Counter, self._guard_cost[(filter_name,)]).inc(money)

    def _bind_exchanges(self, families: Mapping[str, Metric], labels: LabelSets) -> None:
        self._exchanges = _Children(
            families["exchanges"], [*Outcome], _open(labels.protocols), ["true", "false"]
        ).expose()
        self._in_flight = cast(Gauge, families["in_flight"])
        self._without_subject = cast(Counter, families["exchanges_without_subject"])
        self._client_gone = cast(Counter, families["client_gone"])
        self._rate_limited = cast(Counter, families["rate_limited"])
        self._reviews = cast(Counter, families["reviews_drawn"])
        self._strikes = cast(Counter, families["strikes"])
        self._standing = _Children(families["standing_requests"], LEVELS, STOOD).expose()
        self._nothing_scanned = cast(Counter, families["nothing_scanned"])
        self._upstream_errors = _Children(
            families["upstream_errors"], _open(UPSTREAM_KINDS)
        ).expose()
        self._errors = _Children(families["errors"], _open(_codes(SealgateError))).expose()

    def _bind_verdicts(self, families: Mapping[str, Metric], labels: LabelSets) -> None:
        known = _open(sorted({FILTER_ERROR, HIDDEN_TEXT, *labels.categories})[:MOST_CATEGORIES])
        sides = [*Direction]
        actions = [action.word for action in Action]
        self._strings = _Children(families["strings_scanned"], sides).expose()
        self._chars = _Children(families["chars_scanned"], sides).expose()
        self._unjudged = _Children(families["unjudged_parts"], _open(labels.unjudged)).expose()
        self._judged = _Children(families["judged_parts"], _open(MediaKind)).expose()
        self._unreadable = _Children(families["unreadable_parts"], _open(Fault)).expose()
        self._findings = _Children(families["findings"], known, actions, sides)
        self._would_block = _Children(families["would_block"], sides, known).expose()
        self._did_block = _Children(families["did_block"], sides, known).expose()
        self._filter_errors = _Children(families["filter_errors"], _open(labels.filters)).expose()
        self._capped = _Children(families["guard_capped"], _open(labels.filters)).expose()
        self._verified = _Children(families["verify_requests"], _open(VERIFIED)).expose()
        self._marks = _Children(
            families["marks"], _open(labels.marks), ["owed", *STATUSES]
        ).expose()

    def _bind_durations(self, families: Mapping[str, Metric], labels: LabelSets) -> None:
        first = cast(Histogram, families["time_to_first_token_seconds"])
        self._first_upstream = first.labels("upstream")
        self._first_client = first.labels("client")
        self._overhead = cast(Histogram, families["overhead_seconds"])
        self._upstream_seconds = cast(Histogram, families["upstream_seconds"])
        self._held_chars = cast(Histogram, families["held_chars"])
        self._held_seconds = cast(Histogram, families["held_seconds"])
        self._consults = _Children(families["consult_seconds"], _open(labels.filters))
        self._remembered, self._guard_calls, self._guard_tokens, self._guard_cost = (
            _Children(families[name], _open(labels.filters))
            for name in ("guard_remembered", "guard_calls", "guard_tokens", "guard_cost")
        )

    @staticmethod
    def _count(child: Metric, amount: int = 1) -> None:
        if amount:
            cast(Counter, child).inc(amount)

    def _count_errors(self, facts: ExchangeFacts) -> None:
        if facts.error:
            self._count(self._errors[(facts.error,)])
            if facts.error == "rate_limit_exceeded":
                self._rate_limited.inc()
        if facts.error in UPSTREAM_KINDS:
            self._count(self._upstream_errors[(facts.error,)])
        elif facts.outcome is Outcome.UPSTREAM_ERROR:
            kind = "status_429" if facts.status == 429 else f"status_{facts.status // 100}xx"
            self._count(self._upstream_errors[(kind,)])

    def _observe_durations(self, facts: ExchangeFacts) -> None:
        if facts.overhead_s is not None:
            self._overhead.observe(facts.overhead_s)
        if facts.upstream_s is not None:
            self._upstream_seconds.observe(facts.upstream_s)
        if facts.first_upstream_s is not None:
            self._first_upstream.observe(facts.first_upstream_s)
        if facts.first_client_s is not None:
            self._first_client.observe(facts.first_client_s)

    def _count_side(self, direction: Direction, tally: Tally) -> int:
        self._count(self._strings[(direction,)], tally.strings_scanned)
        self._count(self._chars[(direction,)], tally.chars_scanned)
        for named in tally.unjudged:
            self._count_unjudged(named)
        for kind in tally.judged:
            self._count(self._judged[(kind,)])
        for fact in tally.findings:
            self._count(self._findings[fact.category, fact.action, fact.direction])
            if fact.category == FILTER_ERROR:
                capped = fact.rule == OVER_DAILY_CAP
                self._count((self._capped if capped else self._filter_errors)[(fact.filter,)])
        self._count_blocks(direction, tally)
        self._count_marks(tally.receipts)
        return tally.strings_scanned

    def _count_unjudged(self, named: str) -> None:
        word = _WORD.match(named)
        self._count(self._unjudged[(word[0] if word else OTHER,)])
        reason = _REASON.match(named)
        if reason is not None:
            self._count(self._unreadable[(reason[1],)])

    def _count_blocks(self, direction: Direction, tally: Tally) -> None:
        """A block without a finding (the limit of held text) has its refusal's category."""
        if not (tally.findings or tally.refusal or tally.would_block):
            return
        did = {fact.category for fact in tally.findings if fact.action == _BLOCK}
        if tally.refusal is not None and not did:
            did.add(tally.refusal.category)
        would = did | {fact.category for fact in tally.findings if _wanted_block(fact)}
        if tally.would_block and not would:
            would.add(OTHER)
        for category in did:
            self._count(self._did_block[direction, category])
        for category in would:
            self._count(self._would_block[direction, category])

    def _count_marks(self, receipts: tuple[ReceiptFact, ...]) -> None:
        for receipt in receipts:
            self._count(self._marks[receipt.mark, "owed"])
            self._count(self._marks[receipt.mark, receipt.status])


def _open(names: Iterable[str]) -> set[str]:
    """Return the names of a set that can be left: what is not in it is ``other``."""
    return {*names, OTHER}


def _wanted_block(fact: FindingFact) -> bool:
    return fact.wanted == _BLOCK


def _word(flag: object) -> str:
    return "true" if flag else "false"


def _codes(root: type[SealgateError]) -> set[str]:
    return {root.code}.union(*(_codes(kind) for kind in root.__subclasses__()))
