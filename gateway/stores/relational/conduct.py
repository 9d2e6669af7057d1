"""Reviews, strikes and appeals in the relational store (see `gateway.ports.conduct`)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from typing import Any

from sqlalchemy import (
    BigInteger,
    Column,
    Connection,
    Index,
    Integer,
    MetaData,
    Row,
    Table,
    Text,
    delete,
    func,
    insert,
    select,
    update,
)

from gateway.ports.conduct import Appeal, ReviewCase, StrikeRow

CONDUCT = MetaData()

REVIEWS = Table(
    "reviews",
    CONDUCT,
    Column("exchange", Text, primary_key=True),
    Column("tenant", Text, nullable=False),
    Column("time_ns", BigInteger, nullable=False),
    Column("outcome", Text, nullable=False),
    Column("reasons", Text, nullable=False),
    Column("rules", Text, nullable=False),
    Column("decision", Text, nullable=False),
    Column("decided_by", Text, nullable=False),
    Column("decided_ns", BigInteger, nullable=False),
    Column("note", Text, nullable=False),
    Index("reviews_by_decision", "decision", "time_ns"),
)
"""Lists of words stand between bars (``|a|b|``)."""

STRIKES = Table(
    "strikes",
    CONDUCT,
    Column("exchange", Text, primary_key=True),
    Column("tenant", Text, nullable=False),
    Column("subject", Text, nullable=False),
    Column("time_ns", BigInteger, nullable=False),
    Column("points", Integer, nullable=False),
    Column("why", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("changed_ns", BigInteger, nullable=False),
    Index("strikes_by_subject", "tenant", "subject"),
    Index("strikes_by_change", "changed_ns"),
)

APPEALS = Table(
    "appeals",
    CONDUCT,
    Column("tenant", Text, primary_key=True),
    Column("subject", Text, primary_key=True),
    Column("time_ns", BigInteger, primary_key=True, autoincrement=False),
    Column("text", Text, nullable=False),
    Column("answer", Text, nullable=False),
    Column("answered_by", Text, nullable=False),
    Column("answered_ns", BigInteger, nullable=False),
    Column("note", Text, nullable=False),
)


def make_tables(connection: Connection) -> None:
    """Make the tables: a step of `gateway.stores.relational.schema.MIGRATIONS`."""
    CONDUCT.create_all(connection)


class ConductRows:
    """The writing half; its owner has the connection."""

    _connection: Connection

    def queue_reviews(self, items: Sequence[ReviewCase]) -> None:
        """Keep exchanges for review."""
        if items:
            self._connection.execute(insert(REVIEWS), [_review_row(item) for item in items])

    def decide_review(self, item: ReviewCase) -> None:
        """Keep an item in place of the one of this exchange."""
        self._connection.execute(delete(REVIEWS).where(REVIEWS.c.exchange == item.exchange))
        self.queue_reviews([item])

    def put_strikes(self, rows: Sequence[StrikeRow]) -> None:
        """Keep strikes in place of those of the same exchanges."""
        for row in rows:
            self.drop_strike(row.exchange)
        if rows:
            self._connection.execute(insert(STRIKES), [row._asdict() for row in rows])

    def drop_strike(self, exchange: str) -> None:
        """Forget an exchange's strike."""
        self._connection.execute(delete(STRIKES).where(STRIKES.c.exchange == exchange))

    def lift_strikes(self, tenant: str, subject: str, now_ns: int) -> int:
        """Let a user's strikes not count any more."""
        counted = (*_of(STRIKES, tenant, subject), STRIKES.c.state == "counted")
        lifted = update(STRIKES).where(*counted).values(state="lifted", changed_ns=now_ns)
        return self._connection.execute(lifted).rowcount

    def put_appeal(self, appeal: Appeal) -> None:
        """Keep an appeal in place of the user's one of the same moment."""
        same = (*_of(APPEALS, appeal.tenant, appeal.subject), APPEALS.c.time_ns == appeal.time_ns)
        self._connection.execute(delete(APPEALS).where(*same))
        self._connection.execute(insert(APPEALS).values(**appeal._asdict()))

    def forget_subject(self, tenant: str, subject: str) -> None:
        """Delete a user's strikes and appeals."""
        for table in (STRIKES, APPEALS):
            self._connection.execute(delete(table).where(*_of(table, tenant, subject)))

    def forget_reviews(self, exchanges: Any, *, decided: bool) -> None:
        """Delete the items of these exchanges (a query); without ``decided`` those that wait."""
        gone = delete(REVIEWS).where(REVIEWS.c.exchange.in_(exchanges))
        self._connection.execute(gone if decided else gone.where(REVIEWS.c.decision == ""))


class ConductTables:
    """The reading half; its owner makes transactions."""

    _transaction: Callable[[], AbstractContextManager[Connection]]

    def reviews(self, *, waiting: bool, rule: str, limit: int) -> list[ReviewCase]:
        """Return items, oldest first."""
        wanted = select(REVIEWS).where((REVIEWS.c.decision == "") == waiting)
        if rule:
            wanted = wanted.where(REVIEWS.c.rules.contains(f"|{rule}|", autoescape=True))
        wanted = wanted.order_by(REVIEWS.c.time_ns, REVIEWS.c.exchange).limit(limit)
        with self._transaction() as connection:
            return [_review(row) for row in connection.execute(wanted)]

    def review(self, exchange: str) -> ReviewCase | None:
        """Return the item of an exchange."""
        with self._transaction() as connection:
            row = connection.execute(select(REVIEWS).where(REVIEWS.c.exchange == exchange)).first()
        return None if row is None else _review(row)

    def strikes(self, tenant: str = "", subject: str = "") -> list[StrikeRow]:
        """Return the strikes of a user, or of all, oldest first."""
        wanted = _chosen(STRIKES, tenant, subject)
        with self._transaction() as connection:
            return [StrikeRow(*row) for row in connection.execute(wanted)]

    def appeals(self, tenant: str = "", subject: str = "") -> list[Appeal]:
        """Return the appeals of a user, or of all, oldest first."""
        with self._transaction() as connection:
            return [Appeal(*row) for row in connection.execute(_chosen(APPEALS, tenant, subject))]

    def conduct_version(self) -> tuple[int, int]:
        """Return how many strikes there are, and when one last changed."""
        wanted = select(func.count(), func.max(STRIKES.c.changed_ns)).select_from(STRIKES)
        with self._transaction() as connection:
            count, changed = connection.execute(wanted).one()
        return int(count), int(changed or 0)


def _of(table: Table, tenant: str, subject: str) -> tuple[Any, Any]:
    return table.c.tenant == tenant, table.c.subject == subject


def _chosen(table: Table, tenant: str, subject: str) -> Any:
    wanted = select(table).order_by(table.c.time_ns)
    return wanted.where(*_of(table, tenant, subject)) if subject else wanted


def _review_row(item: ReviewCase) -> dict[str, Any]:
    return {**item._asdict(), "reasons": _bars(item.reasons), "rules": _bars(item.rules)}


def _review(row: Row[Any]) -> ReviewCase:
    values = {**row._mapping}
    values["reasons"], values["rules"] = _words(values["reasons"]), _words(values["rules"])
    return ReviewCase(**values)


def _bars(words: Sequence[str]) -> str:
    return f"|{'|'.join(words)}|" if words else ""


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.strip("|").split("|")) if text else ()
