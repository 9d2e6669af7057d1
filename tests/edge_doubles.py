"""Doubles at the ports of the edge: the journal, the door, judges, counts."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from gateway.edge.gateway import Admission, Headers
from gateway.nouns.errors import LedgerFailed, SealgateError
from gateway.nouns.exchange import NO_SUBJECT, Principal, Subject
from gateway.nouns.record import AnswerText, CloseFrame, OpenFrame
from gateway.nouns.verdict import Outcome, Refusal
from gateway.ports.adapter import Answer, Event, RequestEdits
from gateway.ports.session import InputVerdict, Release, Tally

PASSED = Tally(Outcome.PASSED, (), (), (), 1, 1, 0, 0, 0.0, False, False, None)


class Notes:
    """An entry that remembers what it was told."""

    def __init__(self, facts: OpenFrame) -> None:
        self.opened = facts
        self.body: bytes | None = None
        self.edited: bytes | None = None
        self.texts: list[AnswerText] = []
        self.sent_bytes = 0
        self.closed: CloseFrame | None = None
        self.fails_at: int | None = None

    def request(self, body: bytes, edited: bytes | None) -> None:
        """Keep the bodies."""
        self.body, self.edited = body, edited

    def answer(self, texts: tuple[AnswerText, ...]) -> None:
        """Keep the texts."""
        if self.fails_at is not None and len(self.texts) >= self.fails_at:
            raise LedgerFailed
        self.texts.extend(texts)

    def suppressed(self, texts: tuple[AnswerText, ...]) -> None:
        """Keep nothing."""

    def sent(self, sent_bytes: int) -> None:
        """Keep the count."""
        self.sent_bytes = sent_bytes

    def close(self, facts: CloseFrame) -> None:
        """Close."""
        assert self.closed is None
        self.closed = facts

    async def settle(self) -> None:
        """Settled at once."""


class Notebook:
    """A journal in memory. ``refuses``: it can keep no new record. ``fails_at``: its entries keep
    so many texts and no more."""

    def __init__(self) -> None:
        self.entries: list[Notes] = []
        self.refuses = False
        self.fails_at: int | None = None
        self.closed = False
        self.notes: list[tuple[str, dict[str, str]]] = []

    def note(self, kind: str, facts: dict[str, str]) -> None:
        """Keep an event."""
        self.notes.append((kind, facts))

    def open(self, facts: OpenFrame) -> Notes:
        """Begin an entry."""
        if self.refuses:
            raise LedgerFailed
        entry = Notes(facts)
        entry.fails_at = self.fails_at
        self.entries.append(entry)
        return entry

    def close(self) -> None:
        """Close."""
        self.closed = True


class OpenDoor:
    """Lets everybody in, up to ``most`` at once if that is given."""

    headers: Headers = ()

    def __init__(self) -> None:
        self.running = 0
        self.failure: SealgateError | None = None

    def authenticate(self, headers: Headers) -> Principal:
        """Let in, or fail as told."""
        if self.failure is not None:
            raise self.failure
        return Principal("k", "anonymous")

    def subject(self, headers: Headers, body_fields: Mapping[str, str]) -> Subject:
        """Take the body's user."""
        return Subject(body_fields["user"], "body:user") if "user" in body_fields else NO_SUBJECT

    def unlabelled(self, headers: Headers, principal: Principal) -> str:
        """Nobody asks."""
        return ""

    def admit(self, principal: Principal, now_s: float) -> OpenDoor:
        """Count in."""
        self.running += 1
        return self

    def standing(self, principal: Principal, now_s: float) -> Headers:
        """Nothing is left."""
        return [(b"x-ratelimit-remaining-requests", b"0")]

    def release(self) -> None:
        """Count out."""
        self.running -= 1

    def upstream_headers(self, headers: Headers, principal: Principal) -> Headers:
        """Let two names pass."""
        kept = [line for line in headers if line[0] in {b"content-type", b"authorization"}]
        return [*kept, (b"accept-encoding", b"identity")]


class Listening:
    """An input session that finds nothing, or refuses, or raises."""

    def __init__(self, refusal: Refusal | None = None, edits: RequestEdits | None = None) -> None:
        self._verdict = InputVerdict(refusal, edits or RequestEdits())

    def judge(self) -> bool:
        """There is nothing to judge."""
        return False

    def verdict(self) -> InputVerdict:
        """Return what was given."""
        return self._verdict

    def answered(self, number: int, outcome: Any) -> None:
        """Take no answers."""

    def tally(self) -> Tally:
        """Return a tally."""
        outcome = Outcome.BLOCKED_INPUT if self._verdict.refusal else Outcome.PASSED
        return PASSED._replace(outcome=outcome)


class Passing:
    """An output session that releases every event as it comes, with one text per event."""

    headers: tuple[tuple[bytes, bytes], ...] = ((b"x-sealgate-aigc", b"{}"),)

    def __init__(self, answer: Answer, exchange: str) -> None:
        self._answer = answer
        self._exchange = exchange
        self.outcome = Outcome.PASSED
        self.was_left = False
        self.complete = False

    def feed(self, data: bytes, now_s: float) -> Release:
        """Pass a read."""
        return self._release(self._answer.push(data), done=False)

    def finish(self, now_s: float) -> Release:
        """Pass the rest."""
        return self._release(self._answer.flush(), done=True)

    def _release(self, events: Sequence[Any], *, done: bool) -> Release:
        texts = tuple(
            AnswerText(piece.channel.choice, piece.channel.path, piece.text)
            for event in events
            for single in ([event] if isinstance(event, Event) else event.expand())
            for piece in single.pieces
        )
        data = b"".join(event.raw for event in events)
        self.complete = self.complete or done or b"[DONE]" in data
        return Release(data, texts, done=done)

    def answered(self, number: int, outcome: Any, now_s: float) -> Release:
        """Take no answers."""
        return Release(b"")

    def tick(self, now_s: float) -> Release:
        """Nothing waits."""
        return Release(b"")

    def fail(self, error: SealgateError, now_s: float) -> Release:
        """Say the error."""
        self.outcome = Outcome.UPSTREAM_ERROR
        if self._answer.whole:
            return Release(b"", done=True)
        return Release(self._answer.fail(error, self._exchange), done=True)

    def gone(self) -> None:
        """Note it."""
        self.was_left = True

    def tally(self) -> Tally:
        """Return a tally."""
        return PASSED._replace(outcome=self.outcome)


class PassAll:
    """The judge of these tests; a test may replace what it makes."""

    def __init__(self) -> None:
        self.make_input: Callable[[Admission], Any] = lambda admission: Listening()
        self.make_output: Callable[[Admission, Answer], Any] = lambda admission, answer: Passing(
            answer, admission.exchange
        )
        self.sessions: list[Any] = []

    def input(self, admission: Admission) -> Any:
        """Make an input session."""
        return self.make_input(admission)

    def output(self, admission: Admission, heard: Any, answer: Answer) -> Any:
        """Make an output session."""
        session = self.make_output(admission, answer)
        self.sessions.append(session)
        return session


class Counts:
    """A meter that keeps the facts."""

    def __init__(self) -> None:
        self.in_flight = 0
        self.facts: list[Any] = []
        self.consults: list[str] = []
        self.recalls: list[str] = []

    def exchange_opened(self) -> None:
        """Count in."""
        self.in_flight += 1

    def exchange_closed(self, facts: Any, asked: Any = None, answered: Any = None) -> None:
        """Keep the facts."""
        self.in_flight -= 1
        self.facts.append(facts)

    def consulted(self, filter_name: str, seconds: float) -> None:
        """Keep the name."""
        self.consults.append(filter_name)

    def remembered(self, filter_name: str) -> None:
        """Keep the name."""
        self.recalls.append(filter_name)
