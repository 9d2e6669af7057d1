"""Gateway: everything that one worker needs to serve, as assembly builds it. Immutable.

Nothing here knows who implements what: collaborators come as ports, as the small Protocols below,
or as callables. Assembly binds settings, policy and secrets into them beforehand.
"""

from __future__ import annotations

import os
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple, Protocol

from gateway.config.settings import Settings
from gateway.edge.routes import RouteTable
from gateway.engine.asking import Verdicts
from gateway.nouns.conduct import Level
from gateway.nouns.errors import MarkFailed, SealgateError
from gateway.nouns.exchange import Principal, Subject, exchange_id
from gateway.nouns.policy import MediaRules, Policy
from gateway.nouns.record import FindingFact
from gateway.nouns.segment import MediaPart
from gateway.ports.adapter import Adapter, Answer, Request
from gateway.ports.clock import Clock
from gateway.ports.filter import SlowFilter
from gateway.ports.journal import Journal
from gateway.ports.media import MediaReader
from gateway.ports.session import InputSession, OutputSession, Sealed, SealOrder, Tally

if TYPE_CHECKING:
    from gateway.edge.upstream import Upstream
    from gateway.telemetry.metrics import ExchangeFacts

Headers = Sequence[tuple[bytes, bytes]]
"""Header lines as ASGI gives them: lower-case names, raw values."""


class Identity(NamedTuple):
    """What this worker is and serves under; records, ``/readyz`` and logs carry it.

    ``policy`` and ``lexicon`` are hashes. ``worker`` is a small number, free again after death.
    """

    version: str = ""
    policy: str = ""
    lexicon: str = ""
    generation: int = 1
    worker: int = 0


class Admission(NamedTuple):
    """An exchange that was let in: who asks, for whom, what, in which protocol, and by which path
    (as the router knows it).

    ``unlabelled`` is the reason for which the explicit label is left out; empty: it is not.
    """

    exchange: str
    request: Request
    principal: Principal
    subject: Subject
    adapter: Adapter
    path: str = ""
    unlabelled: str = ""


class Judge(Protocol):
    """Makes the engine's sessions of one exchange under the worker's policy."""

    def input(self, admission: Admission) -> InputSession:
        """Return the session that judges the request."""
        ...

    def output(self, admission: Admission, heard: InputSession, answer: Answer) -> OutputSession:
        """Return the session that judges the answer read by ``answer``.

        ``heard`` is the input's session: what was veiled there is restored here.
        """
        ...


class Conduct(Protocol):
    """What an exchange's findings mean besides its verdict."""

    def review(
        self, exchange: str, outcome: str, findings: Sequence[FindingFact]
    ) -> tuple[str, ...]:
        """Return the samples for which people look at the exchange."""
        ...

    def strike(self, findings: Sequence[FindingFact]) -> int:
        """Return the points that it puts on its subject's account."""
        ...


class Regime(NamedTuple):
    """What an exchange is judged under: a policy in force, and its judge. ``hash`` and ``lexicon``
    (the hashes of the policy and of its compiled lists) go on record with the exchange."""

    policy: Policy
    judge: Judge
    hash: str
    lexicon: str
    conduct: Conduct | None = None


ChooseRegime = Callable[[Principal, int], Regime]
"""Finds the regime for who asks, and when (nanoseconds since 1970)."""


class Permit(Protocol):
    """Leave to run one exchange under a key's limits."""

    @property
    def headers(self) -> Headers:
        """The usual ``x-ratelimit-*`` lines; empty if the key has no limit."""
        ...

    def release(self) -> None:
        """Give the place back; called once, when the exchange ended."""
        ...


class Access(Protocol):
    """Who may ask, for whom, how often, and with which headers upstream is asked."""

    def authenticate(self, headers: Headers) -> Principal:
        """Return who asks. Raises Unauthorized."""
        ...

    def subject(self, headers: Headers, body_fields: Mapping[str, str]) -> Subject:
        """Return the end user, or NO_SUBJECT. Raises BadRequest if he is named twice or oddly.

        Whether one has to be named is the runner's to ask.
        """
        ...

    def unlabelled(self, headers: Headers, principal: Principal) -> str:
        """Return the reason for which the explicit label is to be left out; empty: it is not.

        Raises BadRequest or AgreementRequired.
        """
        ...

    def admit(self, principal: Principal, now_s: float) -> Permit:
        """Count the exchange in. Raises TooManyRequests or Overloaded."""
        ...

    def standing(self, principal: Principal, now_s: float) -> Headers:
        """Return the rate header lines for a request that its limits turned away."""
        ...

    def upstream_headers(
        self, headers: Headers, principal: Principal
    ) -> Sequence[tuple[bytes, bytes]]:
        """Return the header lines that may go upstream, the upstream's key among them."""
        ...


class Meter(Protocol):
    """Telemetry as the edge feeds it (`gateway.telemetry.metrics.Metrics`). Never waits."""

    def exchange_opened(self) -> None:
        """An exchange began (in flight plus one)."""
        ...

    def exchange_closed(
        self, facts: ExchangeFacts, asked: Tally | None = None, answered: Tally | None = None
    ) -> None:
        """An exchange that was opened ended; the tallies of its two sides as far as judged."""
        ...

    def consulted(self, filter_name: str, seconds: float) -> None:
        """A slow filter answered, or gave up, after so many seconds."""
        ...

    def remembered(self, filter_name: str) -> None:
        """A slow filter's earlier answer was used again."""
        ...


class FileSealer(Protocol):
    """Puts marks on files, beside the worker's own loop."""

    async def seal(self, order: SealOrder, *, origin: str) -> Sealed | SealgateError:
        """Return the sealed file, MarkFailed if it cannot bear what is owed, or Overloaded.

        ``origin`` is our own address as the client knows it, for results that we host.
        """
        ...

    async def fetch(self, url: str) -> bytes:
        """Return a result that the upstream names by URL. Raises MarkFailed."""
        ...


class NoMediaReader:
    """Reads nothing: for policies that judge nothing in files."""

    async def read(self, parts: tuple[MediaPart, ...], _: MediaRules) -> tuple[MediaPart, ...]:
        """Return the parts as they are: nobody tried."""
        return parts

    async def close(self) -> None:
        """Nothing is open."""


class NoFileSealer:
    """Seals nothing: for policies that owe nothing on files."""

    async def seal(self, order: SealOrder, *, origin: str) -> Sealed | SealgateError:
        """Refuse; nobody asks."""
        del order, origin
        return MarkFailed("No marks on files are made here.")

    async def fetch(self, url: str) -> bytes:
        """Fetch nothing."""
        del url
        raise MarkFailed("Nothing is fetched here.")


class SystemClock:
    """The machine's clocks."""

    wall_ns = staticmethod(time.time_ns)
    monotonic_s = staticmethod(time.monotonic)


def exchange_ids(clock: Clock) -> Callable[[], str]:
    """Return the maker of exchange ids: ULIDs of the clock's moment and fresh randomness."""

    def make() -> str:
        return exchange_id(clock.wall_ns() // 1_000_000, os.urandom(10))

    return make


async def _nothing() -> None:
    """There is nothing to let go of."""


def _no_code(_exchange: str) -> str:
    """No label code is in use."""
    return ""


@dataclass(frozen=True, slots=True)
class Gateway:
    """One worker's collaborators.

    ``fallback`` answers in its protocol's shape where no protocol is known (an unknown path).
    ``code_of`` gives an exchange's short label code, ``files`` seals generated files, ``media``
    reads files of prompts. ``close`` is awaited once, after the last exchange and after
    ``journal.close`` (runtimes, files). ``policy`` and ``judge`` are those of everybody for whom
    ``choose`` finds no others. ``stand`` tells where a user stands, or turns him away (see
    `gateway.access.subject_gate`).
    """

    settings: Settings
    policy: Policy
    identity: Identity
    routes: RouteTable
    fallback: Adapter
    access: Access
    judge: Judge
    journal: Journal
    upstream: Upstream
    meter: Meter
    slow_filters: Mapping[str, SlowFilter] = field(default_factory=dict)
    verdicts: Verdicts = field(default_factory=lambda: Verdicts(os.urandom(32)))
    clock: Clock = field(default_factory=SystemClock)
    new_id: Callable[[], str] = field(default_factory=lambda: exchange_ids(SystemClock()))
    code_of: Callable[[str], str] = _no_code
    files: FileSealer = field(default_factory=NoFileSealer)
    media: MediaReader = field(default_factory=NoMediaReader)
    close: Callable[[], Awaitable[None]] = _nothing
    choose: ChooseRegime | None = None
    stand: Callable[[Principal, Subject, float, int], Level] | None = None

    @property
    def usual(self) -> Regime:
        """The regime of whoever is not known yet."""
        return Regime(self.policy, self.judge, self.identity.policy, self.identity.lexicon)

    def regime(self, principal: Principal) -> Regime:
        """Return what an exchange that begins now is judged under."""
        if self.choose is None:
            return self.usual
        return self.choose(principal, self.clock.wall_ns())
