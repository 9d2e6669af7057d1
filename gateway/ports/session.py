"""Session: the engine's side of one exchange, as the edge drives it. Sans I/O.

The edge feeds what happened (`feed`, `finish`, `answered`, `tick`, `fail`) and carries out what
comes back. The order is binding: first the texts of a `Release` go to the journal and are settled,
then its bytes go to the client.
"""

from __future__ import annotations

from typing import NamedTuple, Protocol

from gateway.nouns.errors import SealgateError
from gateway.nouns.finding import Finding
from gateway.nouns.mark import Receipt
from gateway.nouns.picture import Looks
from gateway.nouns.policy import MediaRules
from gateway.nouns.record import AnswerText, FindingFact, ReceiptFact
from gateway.nouns.segment import MediaPart
from gateway.nouns.verdict import Outcome, Refusal
from gateway.ports.adapter import Coding, RequestEdits
from gateway.ports.filter import Question
from gateway.ports.mark import Claim


class Consult(NamedTuple):
    """Ask the slow filter of this name; report with `answered` and the same number."""

    number: int
    filter: str
    question: Question
    deadline_s: float


class LookOrder(NamedTuple):
    """Read a file of the answer; report with `looked` and the same number. A URL that the part's
    content is gets fetched, and its content comes back in the part: what was judged is sealed.
    ``rules`` say how it is read."""

    number: int
    part: MediaPart
    rules: MediaRules


class SealOrder(NamedTuple):
    """Put the marks that are owed on a file; report with `sealed` and the same number.

    ``parts`` are its pieces as the wire has them, each in the ``coding``; together one file.
    ``unlabelled``: the label that people see or hear is left out. ``beside``: what finds no place
    in the file may be given beside it, by a link. With ``making`` there is no file:
    what a stream mark wants (see gateway.ports.mark.AskingMark) comes back as ``data``.
    ``fetched`` is the content of a URL that was fetched already.
    """

    number: int
    parts: tuple[bytes | str, ...]
    coding: Coding
    hint: str
    claim: Claim
    unlabelled: bool = False
    making: object = None
    fetched: bytes = b""
    beside: bool = False


class Sealed(NamedTuple):
    """A file that was sealed. ``data`` is what stands on the wire in its place (see `Edits.media`).

    ``format`` is a `MediaFormat` or empty, ``size`` and ``sha256`` are those of the file that
    leaves, ``pictures`` is by what it is found again if it is one, ``words`` what a document says.
    ``manifest`` is a credential that stands beside the file, and ``link`` the URL at which it can
    be fetched.
    """

    data: bytes
    format: str
    size: int
    sha256: str
    receipts: tuple[Receipt, ...]
    pictures: tuple[Looks, ...] = ()
    manifest: bytes = b""
    link: str = ""
    words: str = ""

    @property
    def complete(self) -> bool:
        """True if nothing that is owed failed."""
        return all(receipt.status != "failed" for receipt in self.receipts)


def link_header(url: str) -> tuple[bytes, bytes]:
    """Return the header that names the credential beside a file (C2PA 2.2, 11.4; RFC 8288)."""
    return b"link", f'<{url}>; rel="c2pa-manifest"'.encode("ascii")


class Release(NamedTuple):
    """What the edge does next.

    ``data`` goes to the client after ``texts`` are in the journal; ``suppressed`` goes to the
    journal only. ``cancel``: the upstream is no longer needed (drain it if the policy says so).
    ``done``: nothing follows. ``wake_s``: call `tick` after so many seconds (None: no need).
    ``seals`` and ``looks`` are carried out while the answer goes on. ``failure``: if nothing left
    yet, the client gets this error with its status, instead of ``data``. ``status`` is said in
    place of the upstream's. ``more``: this is nothing yet, call `go_on`.
    """

    data: bytes
    texts: tuple[AnswerText, ...] = ()
    suppressed: tuple[AnswerText, ...] = ()
    consults: tuple[Consult, ...] = ()
    cancel: bool = False
    done: bool = False
    wake_s: float | None = None
    seals: tuple[SealOrder, ...] = ()
    failure: SealgateError | None = None
    status: int | None = None
    looks: tuple[LookOrder, ...] = ()
    more: bool = False


NOTHING = Release(b"")
MORE = Release(b"", more=True)
"""Nothing leaves; and nothing yet, as there is more to read or to judge."""


class InputVerdict(NamedTuple):
    """What the input came to: a refusal, or the edits to forward with. ``consults`` must be
    answered first (`InputSession.answered`), then the verdict is asked again."""

    refusal: Refusal | None
    edits: RequestEdits
    consults: tuple[Consult, ...] = ()


class Tally(NamedTuple):
    """What the metrics and the record want to know of an exchange. Counts and seconds, no text.

    ``judged`` are the kinds of the files that were judged, ``unjudged`` what was not and why.
    """

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
    pictures: tuple[Looks, ...] = ()
    judged: tuple[str, ...] = ()


class InputSession(Protocol):
    """Judges a request before it is forwarded."""

    def judge(self) -> bool:
        """Judge some of what was said; True if there is more, so that others may come between."""
        ...

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

    def go_on(self, now_s: float) -> Release:
        """Judge some more of what was fed, after others came between. Nothing else but `fail` and
        `gone` is called before that came to its end."""
        ...

    def answered(
        self, number: int, outcome: tuple[Finding, ...] | Exception, now_s: float
    ) -> Release:
        """Report a consult's findings, or why there are none."""
        ...

    def sealed(self, number: int, outcome: Sealed | SealgateError, now_s: float) -> Release:
        """Report the file of a `SealOrder`, or why there is none."""
        ...

    def looked(self, number: int, outcome: MediaPart | SealgateError, now_s: float) -> Release:
        """Report what was read in the file of a `LookOrder`, or why the answer has to end."""
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
        """Return what to count and record of the output's side. Called when all is over: what is
        only noted is then judged to its end."""
        ...
