"""The account of one exchange: what happened, gathered where it happens, told once at the end.

The same facts go three ways: the record's last frame, the metrics, and one line of the log.
"""

from __future__ import annotations

from gateway.edge.gateway import Gateway, Permit
from gateway.edge.reply import ClientWriter
from gateway.edge.routes import Target
from gateway.edge.upstream import UpstreamAnswer
from gateway.nouns.errors import (
    ClientError,
    Draining,
    LedgerFailed,
    MethodRefused,
    Overloaded,
    PathRefused,
    SealgateError,
    SubjectClosed,
    SubjectSuspended,
    TooManyRequests,
    Unauthorized,
    UpstreamError,
)
from gateway.nouns.exchange import NO_SUBJECT, Principal, Subject
from gateway.nouns.record import CloseFrame, OpenFrame
from gateway.nouns.verdict import Outcome, stronger
from gateway.ports.adapter import Answer
from gateway.ports.journal import Entry, Journal
from gateway.ports.session import InputSession, OutputSession, Tally
from gateway.telemetry.logs import exchange_line, logger
from gateway.telemetry.metrics import ExchangeFacts

_LOG = logger("edge")
_TURNED_AWAY = (
    Unauthorized, TooManyRequests, PathRefused, MethodRefused, Overloaded, Draining,
    SubjectSuspended, SubjectClosed,
)  # fmt: skip
_REQUEST_IDS = (b"x-request-id", b"request-id", b"apim-request-id")


def outcome_of(error: SealgateError) -> Outcome:
    """Return the outcome of an exchange that this error ended."""
    if isinstance(error, _TURNED_AWAY):
        return Outcome.REFUSED
    if isinstance(error, ClientError):
        return Outcome.CLIENT_ERROR
    if isinstance(error, UpstreamError):
        return Outcome.UPSTREAM_ERROR
    return Outcome.GATEWAY_ERROR


def note_unlabelled(journal: Journal, opened: OpenFrame) -> None:
    """Chain that an answer goes out without its explicit label. Raises LedgerFailed."""
    journal.note(
        "unlabelled",
        {
            "exchange": opened.exchange,
            "tenant": opened.tenant,
            "key": opened.principal,
            "agreement": opened.agreement,
            "reason": opened.unlabelled,
        },
    )


class Account:
    """One exchange's facts. Its owner is the exchange's task; times are monotonic seconds."""

    def __init__(
        self, gateway: Gateway, exchange: str, target: Target, writer: ClientWriter
    ) -> None:
        self.exchange = exchange
        self.began_s = gateway.clock.monotonic_s()
        self.principal = Principal("", "anonymous")
        self.regime = gateway.usual
        self.subject: Subject = NO_SUBJECT
        self.unlabelled = ""
        self.standing = ""
        self.model = ""
        self.stream = False
        self.permit: Permit | None = None
        self.entry: Entry | None = None
        self.heard: InputSession | None = None
        self.said: OutputSession | None = None
        self.answer: Answer | None = None
        self.upstream: UpstreamAnswer | None = None
        self.outcome: Outcome | None = None
        self.error = ""
        self.gone = False
        self.unjudged: tuple[str, ...] = ()
        self.asked_s: float | None = None
        self.first_upstream_s: float | None = None
        self.ended_upstream_s: float | None = None
        self.judging_s = 0.0
        self.own_s = 0.0
        self._opened: OpenFrame | None = None
        self._gateway = gateway
        self._target = target
        self._writer = writer
        writer.on_last = self._give_back
        gateway.meter.exchange_opened()

    def open_frame(self) -> OpenFrame:
        """Return the facts known so far, as the record begins with them."""
        gateway, identity = self._gateway, self._gateway.identity
        return OpenFrame(
            exchange=self.exchange,
            time_ns=gateway.clock.wall_ns(),
            tenant=self.principal.tenant,
            principal=self.principal.key,
            subject=self.subject.id,
            subject_source=self.subject.source,
            protocol=self._target.adapter.name,
            route=self._target.template,
            model=self.model,
            stream=self.stream,
            policy=self.regime.hash,
            lexicon=self.regime.lexicon,
            code=gateway.code_of(self.exchange),
            version=identity.version,
            fingerprint=self.regime.policy.marks.fingerprint,
            unlabelled=self.unlabelled,
            agreement=self.principal.agreement if self.unlabelled else "",
            policy_name=self.regime.policy.name,
            standing=self.standing,
        )

    def open(self) -> Entry:
        """Open the record; nothing is forwarded before. Raises LedgerFailed."""
        self._opened = self.open_frame()
        self.entry = self._gateway.journal.open(self._opened)
        if self.unlabelled:
            note_unlabelled(self._gateway.journal, self._opened)
        return self.entry

    def ended_by(self, error: SealgateError) -> None:
        """The error is how the exchange ended."""
        self.error = error.code
        self.outcome = outcome_of(error)
        if isinstance(error, Draining) and self.entry is not None:
            self.outcome = Outcome.GATEWAY_ERROR  # it was let in, and then cut off

    def client_left(self) -> None:
        """The client went away; most do so at the terminator, and have everything."""
        if self.said is not None and self.said.complete:
            return
        self.gone = True
        if self.said is not None:
            self.said.gone()

    def close(self) -> None:
        """Close the record, count, log, give the permit back. Called once; raises nothing."""
        self._writer.let_go()
        heard = self.heard.tally() if self.heard is not None else None
        said = self.said.tally() if self.said is not None else None
        frame = self._close_frame(heard, said)
        try:
            if self.entry is not None:
                self.entry.close(frame)
        except LedgerFailed as error:
            _LOG.error("record not closed", exchange=self.exchange, code=error.code)
        self._count(frame, heard, said)

    def _give_back(self) -> None:
        """Give the permit back: with the answer's last bytes, or at the end if there were none."""
        permit, self.permit = self.permit, None
        if permit is not None:
            permit.release()

    def _outcome(self, heard: Tally | None, said: Tally | None) -> Outcome:
        """One word for it all: what ended it, else the stronger of its two sides."""
        judged = stronger(*(tally.outcome for tally in (heard, said) if tally is not None))
        if self.outcome is not None and self.outcome is not Outcome.UPSTREAM_ERROR:
            return self.outcome
        if not judged.answered:
            return judged
        if self.outcome is not None:
            return self.outcome
        return Outcome.CLIENT_GONE if self.gone else judged

    def _close_frame(self, heard: Tally | None, said: Tally | None) -> CloseFrame:
        duration_s = self._gateway.clock.monotonic_s() - self.began_s
        tallies = [tally for tally in (heard, said) if tally is not None]
        upstream_s = 0.0
        if self.asked_s is not None:
            ended_s = self.ended_upstream_s or self._gateway.clock.monotonic_s()
            upstream_s = ended_s - self.asked_s
        outcome = self._outcome(heard, said).value
        findings = tuple(fact for tally in tallies for fact in tally.findings)
        conduct, recorded = self.regime.conduct, self.entry is not None
        return CloseFrame(
            time_ns=self._gateway.clock.wall_ns(),
            outcome=outcome,
            status=self._writer.status,
            error=self.error,
            findings=findings,
            receipts=said.receipts if said is not None else (),
            unjudged=(*self.unjudged, *(word for tally in tallies for word in tally.unjudged)),
            released_chars=said.released_chars if said is not None else 0,
            sent_bytes=self._writer.taken,
            retract=any(tally.retract for tally in tallies),
            usage=dict(self.answer.usage) if self.answer is not None else {},
            duration_s=duration_s,
            upstream_s=upstream_s,
            upstream_request_id=self._upstream_id(),
            pictures=said.pictures if said is not None else (),
            judged=tuple(word for tally in tallies for word in tally.judged),
            review=conduct.review(self.exchange, outcome, findings) if conduct and recorded else (),
            strike=conduct.strike(findings) if conduct and recorded else 0,
        )

    def _upstream_id(self) -> str:
        if self.upstream is None:
            return ""
        lines = dict(self.upstream.headers)
        found = next((lines[name] for name in _REQUEST_IDS if name in lines), b"")
        return found[:128].decode("ascii", "replace")

    def _count(self, frame: CloseFrame, heard: Tally | None, said: Tally | None) -> None:
        overhead_s = self.judging_s + self.own_s
        self._gateway.meter.exchange_closed(
            ExchangeFacts(
                outcome=Outcome(frame.outcome),
                protocol=self._target.adapter.name,
                stream=self.stream,
                status=frame.status,
                error=self.error,
                has_subject=bool(self.subject.id) or self.entry is None,
                client_gone=self.gone,
                overhead_s=overhead_s if heard is not None else None,
                upstream_s=frame.upstream_s if self.asked_s is not None else None,
                first_upstream_s=self._since(self.first_upstream_s),
                first_client_s=self._since(self._writer.first_s),
                unjudged=self.unjudged,
                drawn=bool(frame.review),
                strike=bool(frame.strike),
            ),
            heard,
            said,
        )
        exchange_line(self._opened or self.open_frame(), frame, overhead_s)

    def _since(self, moment_s: float | None) -> float | None:
        return None if moment_s is None or self.asked_s is None else moment_s - self.began_s
