"""Users are let in, slowed down or turned away by where they stand."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from msgspec.structs import replace

from gateway.access.limits import Limiter
from gateway.access.standing_book import StandingBook, write_standings
from gateway.access.strikes import subject_mark
from gateway.access.subject_gate import SubjectGate
from gateway.nouns.conduct import Level, Standing
from gateway.nouns.errors import SealgateError, TooManyRequests
from gateway.nouns.exchange import NO_SUBJECT, Principal, Subject
from tests.conduct_kit import RULES
from tests.ledger_kit import SetClock

KEY = b"k" * 32
WHO = Principal("k", "gateway_key", tenant="t")
STANDINGS = {
    "warned": Standing(warn_ns=10),
    "limited": Standing(warn_ns=10, limit_ns=10),
    "suspended": Standing(suspend_ns=10),
    "closed": Standing(closed=True),
}


class Gate:
    """A gate in front of the users of `STANDINGS`; ``counted`` is what it told."""

    def __init__(self, folder: Path, mode: str, limiter: Limiter) -> None:
        write_standings(folder, {subject_mark(KEY, "t", n): s for n, s in STANDINGS.items()})
        self.counted: list[tuple[str, str]] = []
        rules = replace(RULES, mode=mode, requests_per_minute=2)
        book = StandingBook(folder, KEY, SetClock())
        self._gate = SubjectGate(
            rules, book, limiter, lambda level, done: self.counted.append((level, done))
        )

    def ask(self, user: str, now_s: float = 0.0, now_ns: int = 0) -> Level | str:
        """Return the level, or the code of the refusal."""
        try:
            return self._gate(WHO, Subject(user, "body:user"), now_s, now_ns)
        except SealgateError as error:
            return error.code


@pytest.fixture
def limiter() -> Iterator[Limiter]:
    """A limiter of this test alone."""
    one = Limiter()
    yield one
    one.close()


def test_enforcing_acts(tmp_path: Path, limiter: Limiter) -> None:
    """A warning lets in, a suspension has an end, a closure has none; others are not counted."""
    gate = Gate(tmp_path, "enforce", limiter)
    assert [gate.ask(user) for user in ("nobody", "warned", "suspended", "closed")] == [
        Level.NONE, Level.WARN, "subject_suspended", "subject_closed",
    ]  # fmt: skip
    assert gate.ask("suspended", now_ns=10) is Level.NONE
    assert gate.ask("closed", now_ns=10) == "subject_closed"
    assert gate.counted == [
        ("warn", "warned"), ("suspend", "refused"), ("close", "refused"), ("close", "refused"),
    ]  # fmt: skip


def test_a_limited_user_may_ask_so_often(tmp_path: Path, limiter: Limiter) -> None:
    """Over all keys that ask for him; the refusal says when to come back."""
    gate = Gate(tmp_path, "enforce", limiter)
    said = [gate.ask("limited") for _ in range(3)]
    assert said == [Level.LIMIT, Level.LIMIT, "rate_limit_exceeded"]
    assert gate.ask("limited", now_s=31.0) is Level.LIMIT
    with pytest.raises(TooManyRequests) as caught:
        gate._gate(WHO, Subject("limited", ""), 31.0, 0)
    assert caught.value.retry_after_s is not None
    assert caught.value.retry_after_s > 0


def test_observing_changes_nothing(tmp_path: Path, limiter: Limiter) -> None:
    """It says where each stands and counts it."""
    gate = Gate(tmp_path, "observe", limiter)
    levels = [gate.ask(user) for user in STANDINGS for _ in range(4)]
    assert levels == [level for level in Level if level for _ in range(4)]
    assert {done for _, done in gate.counted} == {"observed"}


def test_who_names_nobody_is_let_in(tmp_path: Path, limiter: Limiter) -> None:
    """An exchange without a user has nobody to hold to anything."""
    gate = Gate(tmp_path, "enforce", limiter)
    assert gate._gate(WHO, NO_SUBJECT, 0.0, 0) is Level.NONE
