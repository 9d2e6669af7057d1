"""The desk for reviews, strikes and appeals (gateway.ports.conduct.ConductDesk)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping

import msgspec

from gateway.access.strikes import Strike, reviewed_points, standing_of, subject_mark
from gateway.assembly.standings import keep_standings
from gateway.assembly.vault import Vault
from gateway.ledger.chain import End, event, extend, write_head
from gateway.ledger.conduct import review_item
from gateway.ledger.search import facts_of
from gateway.nouns.conduct import Level, Standing, StrikeRules
from gateway.nouns.errors import NotPossible
from gateway.ports.clock import Clock
from gateway.ports.conduct import (
    DECISIONS,
    Appeal,
    ReviewCase,
    RuleTally,
    StrikeRow,
    SubjectStanding,
)
from gateway.ports.store import Query, Store, StoredRecord, Writing

_ALL = 1_000_000_000


class Conducts:
    """See gateway.ports.conduct.ConductDesk.

    The rules are those of the policy that serves, as the ledger has it: whoever decides in another
    folder, or names another policy, moves nobody on the ladder. ``rules`` (None: no strikes) count
    where no policy with strikes served yet.
    """

    def __init__(self, vault: Vault, rules: StrikeRules | None, clock: Clock) -> None:
        self._vault = vault
        self._clock = clock
        self._store = vault.store()
        self._rules = _served_rules(self._store) or rules
        self._head: End | None = None

    # -- reviews

    def waiting(self, *, rule: str, limit: int) -> list[ReviewCase]:
        """Return what is to be looked at."""
        return self._store.reviews(waiting=True, rule=rule, limit=limit)

    def decided(self, *, rule: str, limit: int) -> list[ReviewCase]:
        """Return what was looked at."""
        return self._store.reviews(waiting=False, rule=rule, limit=limit)

    def decide(self, exchange: str, decision: str, *, by: str, note: str) -> ReviewCase:
        """Keep a decision; a strike follows or goes."""
        record = self._store.read(exchange)
        facts = facts_of(record) if record is not None and record.kind == "exchange" else None
        if record is None or facts is None:
            raise NotPossible(f"No record has the id {exchange}. 没有此编号的记录。")
        if decision not in DECISIONS:
            raise NotPossible(f"A decision is one of {', '.join(DECISIONS)}.")
        now_ns = self._clock.wall_ns()
        item = self._store.review(exchange) or review_item(record, facts)
        item = item._replace(decision=decision, decided_by=by, decided_ns=now_ns, note=note)
        findings = facts.close.findings if facts.close else ()
        known = self._rules is not None or decision == "wrong"
        points = reviewed_points(self._rules, findings, decision) if self._rules else 0
        told = {"exchange": exchange, "decision": decision, "by": by, "points": str(points)}
        with self._store.writing() as writing:
            writing.decide_review(item)
            if known:
                self._strike(writing, record, points, now_ns)
            self._chain(writing, "review", told)
        self._refresh()
        return item

    def _strike(self, writing: Writing, record: StoredRecord, points: int, now_ns: int) -> None:
        """Put a strike in place of the exchange's. One that was lifted stays so: who looks at the
        exchange later does not take back what somebody granted."""
        owner = record.tenant, record.subject
        before = self._store.strikes(*owner) if record.subject else []
        lifted = any(each.exchange == record.exchange and each.state == "lifted" for each in before)
        writing.drop_strike(record.exchange)
        if record.subject and (points or lifted):
            row = StrikeRow(record.exchange, *owner, record.time_ns, points,
                            "review", "lifted" if lifted else "counted", now_ns)  # fmt: skip
            writing.put_strikes([row])

    def tally(self) -> list[RuleTally]:
        """Return the false alarms per rule, the most reviewed first."""
        seen: Counter[str] = Counter()
        said: dict[str, Counter[str]] = {name: Counter() for name in DECISIONS}
        for item in self.decided(rule="", limit=_ALL):
            seen.update(item.rules)
            said[item.decision].update(item.rules)
        return [
            RuleTally(rule, count, said["wrong"][rule], said["grave"][rule])
            for rule, count in seen.most_common()
        ]

    # -- strikes

    def standings(self, tenant: str, subject: str) -> list[SubjectStanding]:
        """Return where a user, or everybody with strikes, stands now; the strictest first."""
        now_ns = self._clock.wall_ns()
        appeals = self._store.appeals(tenant, subject)
        found = [
            self._standing(owner, rows, [a for a in appeals if (a.tenant, a.subject) == owner],
                           now_ns)
            for owner, rows in by_subject(self._store.strikes(tenant, subject)).items()
        ]  # fmt: skip
        return sorted(found, key=lambda one: (-_rank(one.level), -one.points))

    def _standing(
        self,
        owner: tuple[str, str],
        rows: list[StrikeRow],
        appeals: list[Appeal],
        now_ns: int,
    ) -> SubjectStanding:
        counted = [Strike(row.time_ns, row.points) for row in rows if row.state == "counted"]
        if self._rules is None:  # nobody stands anywhere, but the points are there
            points = sum(each.points for each in counted)
            return SubjectStanding(*owner, "", 0, points, tuple(rows), tuple(appeals))
        standing = standing_of(self._rules, counted)
        since_ns = now_ns - round(self._rules.window_s * 1e9)
        points = sum(each.points for each in counted if each.time_ns > since_ns)
        level = standing.level(now_ns)
        return SubjectStanding(
            *owner, level.word, _until(standing, level), points, tuple(rows), tuple(appeals)
        )

    def lift(self, tenant: str, subject: str, *, by: str, why: str) -> int:
        """Let a user's strikes not count any more."""
        with self._store.writing() as writing:
            lifted = writing.lift_strikes(tenant, subject, self._clock.wall_ns())
            if lifted:
                self._chain_about(writing, "strikes_lifted", tenant, subject, by=by, why=why)
        self._refresh()
        return lifted

    def appeal(self, tenant: str, subject: str, text: str) -> Appeal:
        """Keep an appeal."""
        if not self._store.strikes(tenant, subject):
            raise NotPossible("There is nothing to appeal against. 该用户没有违规计分。")
        appeal = Appeal(tenant, subject, self._clock.wall_ns(), text)
        with self._store.writing() as writing:
            writing.put_appeal(appeal)
            self._chain_about(writing, "appeal", tenant, subject)
        self._refresh()
        return appeal

    def answer(self, tenant: str, subject: str, answer: str, *, by: str, note: str) -> Appeal:
        """Answer a user's open appeal."""
        open_ = [each for each in self._store.appeals(tenant, subject) if not each.answer]
        if not open_:
            raise NotPossible("This user has no open appeal. 该用户没有待处理的申诉。")
        now_ns = self._clock.wall_ns()
        answered = open_[0]._replace(answer=answer, answered_by=by, answered_ns=now_ns, note=note)
        with self._store.writing() as writing:
            writing.put_appeal(answered)
            if answer == "granted":
                writing.lift_strikes(tenant, subject, now_ns)
            self._chain_about(writing, f"appeal_{answer}", tenant, subject, by=by)
        self._refresh()
        return answered

    def counts(self) -> Mapping[str, int]:
        """Return how many users stand on each level now."""
        return Counter(each.level for each in self.standings("", "") if each.level)

    def close(self) -> None:
        """Let go of the store."""
        self._store.close()

    # -- the ledger's side

    def _chain_about(
        self, writing: Writing, kind: str, tenant: str, subject: str, **more: str
    ) -> None:
        mark = subject_mark(self._vault.keyring.fingerprint_key, tenant, subject)
        self._chain(writing, kind, {"tenant": tenant, "subject_mark": mark, **more})

    def _chain(self, writing: Writing, kind: str, facts: dict[str, str]) -> None:
        row = event(kind, self._clock.wall_ns(), facts)
        self._head = extend(writing, self._vault.keyring, [row], {}, self._vault.state)

    def _refresh(self) -> None:
        """Write the head of the chain, and tell the workers at once."""
        if self._head is not None:
            write_head(self._vault.state, self._vault.keyring, self._head)
        if self._rules is not None:
            keep_standings(self._vault, self._store, self._rules)


class _Said(msgspec.Struct):
    text: str


class _PolicyEvent(msgspec.Struct):
    facts: _Said


class _Conduct(msgspec.Struct):
    """The one part of a policy's text that matters here."""

    strikes: StrikeRules | None = None


def _served_rules(store: Store) -> StrikeRules | None:
    """Return the strikes of the policy that served last, if it has any."""
    last = store.search(Query(kind="policy", limit=1))
    if not last:
        return None
    text = msgspec.json.decode(last[0].facts, type=_PolicyEvent).facts.text
    return msgspec.json.decode(text, type=_Conduct).strikes


def by_subject(rows: Iterable[StrikeRow]) -> dict[tuple[str, str], list[StrikeRow]]:
    """Return strikes by tenant and subject."""
    found: dict[tuple[str, str], list[StrikeRow]] = {}
    for row in rows:
        found.setdefault((row.tenant, row.subject), []).append(row)
    return found


def _rank(word: str) -> int:
    return Level[word.upper()] if word else 0


def _until(standing: Standing, level: Level) -> int:
    return (0, standing.warn_ns, standing.limit_ns, standing.suspend_ns, 0)[level]
