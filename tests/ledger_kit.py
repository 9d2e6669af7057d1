"""Small parts for tests of the ledger: a clock to set, a ledger in a folder, facts in one line."""

from __future__ import annotations

from pathlib import Path

import msgspec

from gateway.config.settings import LedgerSettings
from gateway.ledger.erasure import Eraser
from gateway.ledger.journal import SpoolJournal
from gateway.ledger.keyring import ensure_keyring
from gateway.ledger.search import Archive
from gateway.ledger.shipper import Shipper
from gateway.ledger.verify import VerifyReport, verify
from gateway.nouns.errors import LedgerFailed
from gateway.nouns.exchange import exchange_id
from gateway.nouns.record import AnswerText, CloseFrame, FindingFact, OpenFrame
from gateway.ports.store import Store
from gateway.stores.relational import RelationalStore

DAY_NS = 86_400 * 1_000_000_000
START_NS = 1_790_000_000 * 1_000_000_000

_FINGERPRINT_KEY = bytes(range(32))
"""Which grams are kept, and which letters beside a quote look like the record's by chance, is the
key's doing: under a random one, one test of short quotes in six would end otherwise."""


class SetClock:
    """A clock that a test moves."""

    def __init__(self) -> None:
        self.now_ns = START_NS
        self.now_s = 0.0

    def wall_ns(self) -> int:
        """See gateway.ports.clock.Clock."""
        return self.now_ns

    def monotonic_s(self) -> float:
        """See gateway.ports.clock.Clock."""
        return self.now_s


def name(number: int) -> str:
    """Return the exchange id with this number."""
    return exchange_id(START_NS // 1_000_000, number.to_bytes(10, "big"))


def facts(number: int, subject: str = "li.na", **changes: object) -> OpenFrame:
    """Return the opening facts of an exchange."""
    opening = OpenFrame(
        exchange=name(number),
        time_ns=START_NS + number,
        tenant="default",
        principal="key",
        subject=subject,
        subject_source="header:x-user-id" if subject else "missing",
        protocol="openai_chat",
        route="/v1/chat/completions",
        model="m",
        stream=True,
        policy="p" * 64,
        lexicon="l" * 64,
        code="",
        version="0",
    )
    return msgspec.structs.replace(opening, **changes)


def closing(outcome: str = "passed", category: str = "", sent_bytes: int = 7) -> CloseFrame:
    """Return the closing facts of an exchange."""
    seen = FindingFact(
        "output", "content", "0", category, 3, 0, 2, "lexicon", "r", "block", "block", "core"
    )
    return CloseFrame(
        time_ns=START_NS,
        outcome=outcome,
        status=200,
        error="",
        findings=(seen,) if category else (),
        receipts=(),
        unjudged=(),
        released_chars=0,
        sent_bytes=sent_bytes,
        retract=False,
        usage={},
        duration_s=0.1,
        upstream_s=0.1,
        upstream_request_id="",
    )


def said(text: str, choice: int = 0, path: str = "content", *, own: bool = False) -> AnswerText:
    """Return a piece of an answer."""
    return AnswerText(choice, path, text, own)


class Ledger:
    """A whole ledger in one folder: a worker's journal, the shipper, the store, the readers."""

    def __init__(self, state: Path, **settings: object) -> None:
        self.state = state
        self.settings = LedgerSettings(**settings)
        self.clock = SetClock()
        self.keyring = ensure_keyring(state, "", records_exist=False)
        self.keyring.fingerprint_key = _FINGERPRINT_KEY
        self.journal = self.worker()
        self.store = RelationalStore(str(state / "ledger.db"))
        self.shipper = self.new_shipper()
        self.is_down = False

    def worker(self, worker: str = "w0") -> SpoolJournal:
        """Start a worker's journal."""
        return SpoolJournal(self.state, worker, self.settings, self.keyring, self.clock)

    def new_shipper(self) -> Shipper:
        """Start a shipper with nothing in memory, as after a restart."""
        return Shipper(self.settings, self.state, self.keyring, self._open_store, self.clock)

    def exchange(self, number: int, text: str, subject: str = "li.na", **changes: object) -> str:
        """Write a whole exchange; return its id."""
        entry = self.journal.open(facts(number, subject, **changes))
        entry.request(b'{"q":1}', None)
        entry.answer((said(text),))
        entry.close(closing())
        return name(number)

    def ship(self) -> int:
        """Ship what there is; return how many rows the store took."""
        before = self.shipper.stats.shipped
        for _ in range(100):
            if not self.shipper.step().busy:
                break
        return self.shipper.stats.shipped - before

    @property
    def archive(self) -> Archive:
        """A reader."""
        return Archive(self.store, self.keyring, self.state, self.clock)

    @property
    def eraser(self) -> Eraser:
        """An eraser."""
        return Eraser(self.store, self.keyring, self.state, self.clock)

    def text_of(self, exchange: str) -> str | None:
        """Return the whole released text of an exchange, or None if it cannot be read."""
        shown = self.archive.show(exchange, reason="test", reader="test")
        if shown is None or shown.contents is None:
            return None
        return "".join(text.text for text in shown.contents.answer)

    def verify(self) -> VerifyReport:
        """Verify the chain."""
        return verify(self.store, self.keyring, self.state)

    def close(self) -> None:
        """Let go of everything."""
        self.journal.close()
        self.shipper.close()
        self.store.close()

    def _open_store(self) -> Store:
        if self.is_down:
            raise LedgerFailed("The store is down.")
        return RelationalStore(str(self.state / "ledger.db"), busy_s=0.1)
