"""Session: the engine's side of one exchange, as the edge drives it. Sans I/O.

The edge feeds what happened (`feed`, `finish`, `answered`, `tick`, `fail`) and carries out what
comes back. The order is binding: first the texts of a `Release` go to the journal and are settled,
then its bytes go to the client.
"""

from __future__ import annotations

from typing import NamedTuple, Protocol

from gateway.nouns.errors import SealgateError
from gateway.nouns.finding import Finding
from gateway.nouns.record import AnswerText, FindingFact, ReceiptFact
from gateway.nouns.verdict import Outcome, Refusal
from gateway.ports.adapter import RequestEdits
from gateway.ports.filter import Question


class Consult(NamedTuple):
    """Ask the slow filter of this name; report with `answered` and the same number."""

    number: int
    filter: str
    question: Question
    deadline_s: float


class Release(NamedTuple):
    """What the edge does next.

    ``data`` goes to the client after ``texts`` are in the journal; ``suppressed`` goes to the
    journal only. ``cancel``: the upstream is no longer needed (drain it if the policy says so).
    ``done``: nothing follows. ``wake_s``: call `tick` after so many seconds (None: no need).
    """

    data: bytes
    texts: tuple[AnswerText, ...] = ()
    suppressed: tuple[AnswerText, ...] = ()
    consults: tuple[Consult, ...] = ()
    cancel: bool = False
    done: bool = False
    wake_s: float | None = None


class InputVerdict(NamedTuple):
    """What the input came to: a refusal, or the edits to forward with. ``consults`` must be
    answered first (`InputSession.answered`), then the verdict is asked again."""

    refusal: Refusal | None
    edits: RequestEdits
    consults: tuple[Consult, ...] = ()


class Tally(NamedTuple):
    """What the metrics and the record want to know of an exchange. Counts and seconds, no text."""

    outcome: Outcome
    findings: tuple[FindingFact, ...]
    receipts: tuple[ReceiptFact, ...]
    unjudged: tuple[str, ...]
    strings_scanned: int
    chars_scanned: int
    released_chars: int
    held_chars_max: int
    held_s: float
    retract: bool
    would_block: bool
    refusal: Refusal | None


class InputSession(Protocol):
    """Judges a request before it is forwarded."""

    def verdict(self) -> InputVerdict:
        """Return the verdict, or what must be asked first."""
        ...

    def answered(self, number: int, outcome: tuple[Finding, ...] | Exception) -> None:
        """Report a consult's findings, or why there are none."""
        ...

    def tally(self) -> Tally:
        """Return what to count and record of the input's side."""
        ...


class OutputSession(Protocol):
    """Judges and releases an answer; owns all state of it."""

    headers: tuple[tuple[bytes, bytes], ...]
    """Headers of ours for the answer (the metadata label), to be sent with the status."""

    @property
    def complete(self) -> bool:
        """True once the protocol's own end of the answer was released: a client that leaves now
        (many do, at the terminator) has everything."""
        ...

    def feed(self, data: bytes, now_s: float) -> Release:
        """Take a network read of the upstream's answer (monotonic seconds)."""
        ...

    def finish(self, now_s: float) -> Release:
        """The upstream ended its answer."""
        ...

    def answered(
        self, number: int, outcome: tuple[Finding, ...] | Exception, now_s: float
    ) -> Release:
        """Report a consult's findings, or why there are none."""
        ...

    def tick(self, now_s: float) -> Release:
        """Time passed: overtaking, deadlines. Never releases unjudged text."""
        ...

    def fail(self, error: SealgateError, now_s: float) -> Release:
        """The upstream failed mid-answer: end what is open, in the protocol's own way."""
        ...

    def gone(self) -> None:
        """The client left: what was owed and not written says so in the receipts."""
        ...

    def tally(self) -> Tally:
        """Return what to count and record of the output's side."""
        ...
