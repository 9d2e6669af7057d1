"""The ledger as the command line asks it (see gateway.ports.operator.Archive)."""

from __future__ import annotations

import getpass
from collections.abc import Callable
from typing import TYPE_CHECKING

from gateway.assembly.sealing import Sealer
from gateway.assembly.vault import Vault
from gateway.ledger.erasure import Eraser
from gateway.ledger.intake import fold_code
from gateway.ledger.search import Archive as LedgerArchive
from gateway.ledger.search import Trace
from gateway.ledger.verify import verify
from gateway.nouns.errors import ConfigError, NotPossible
from gateway.nouns.policy import Keep
from gateway.ports.clock import Clock
from gateway.ports.operator import ChainReport, MarkSeen, Progress, Purged, Shown, Traced
from gateway.ports.store import Query

if TYPE_CHECKING:
    from gateway.assembly.file_tracing import FileMarks

_SAME_CODE = 10
"""So many exchanges of one label code are named."""

_WAYS = {"text": "fingerprint"}
"""What the ledger calls a way to find a record, as the port calls it."""


def traced(one: Trace) -> Traced:
    """Return what the ledger found as the port tells it."""
    start, end = (one.passage.start, one.passage.end) if one.passage else (0, 0)
    how = _WAYS.get(one.how, one.how)
    return Traced(one.exchange, how, one.confidence, one.time_ns, start, end)


class Records:
    """See gateway.ports.operator.Archive. ``marks`` is asked for by files alone: the libraries of
    their formats take longer to load than a text takes to trace."""

    def __init__(
        self,
        vault: Vault,
        sealer: Sealer,
        keep: Keep,
        clock: Clock,
        marks: Callable[[], FileMarks],
    ) -> None:
        self._vault = vault
        self._marks = marks
        self._sealer = sealer
        self._keep = keep
        self._clock = clock
        self._store = vault.store()
        self._archive = LedgerArchive(self._store, vault.keyring, vault.state, clock)

    def trace(self, text: str) -> list[Traced]:
        """Return the exchanges that a text may come from, surest first."""
        found = [traced(one) for one in self._archive.trace(text)]
        for code in self._sealer.find_traces(text):
            for record in self._archive.find(Query(code=code)):
                found.insert(0, Traced(record.exchange, "trace", 1.0, record.time_ns, 0, len(text)))
        return list({one.exchange: one for one in reversed(found)}.values())[::-1]

    def trace_typed(self, text: str, subject: str, around_s: tuple[float, float]) -> list[Traced]:
        """Return the subject's exchanges of that time that typed characters may come from."""
        around = (round(around_s[0] * 1e9), round(around_s[1] * 1e9))
        return [traced(one) for one in self._archive.trace_typed(text, subject, around)]

    def trace_file(
        self, content: bytes, name: str, manifest: bytes = b""
    ) -> tuple[list[MarkSeen], list[Traced]]:
        """Return the marks in a file, and the exchanges that they, its looks or words lead to."""
        from gateway.assembly.file_tracing import FileTracing

        tracing = FileTracing(self._archive, self._sealer, self._marks(), self.trace)
        return tracing(content, name, manifest)

    def show(self, exchange: str, *, reason: str) -> Shown | None:
        """Return a decrypted record, or None if there is none of this id or label code."""
        from gateway.assembly.shown import shown_record

        name = self._named(exchange)
        shown = self._archive.show(name, reason=reason, reader=getpass.getuser())
        if shown is None:
            return None
        return shown_record(name, shown)

    def _named(self, exchange: str) -> str:
        """Return the exchange id that an id, or a label's code, stands for.

        Nothing stands for nothing: an empty code would be no condition, and find any exchange.
        """
        if len(exchange) == 26:
            return exchange.upper()
        if not fold_code(exchange):
            return exchange
        named = self._archive.find(Query(code=exchange, limit=_SAME_CODE))
        if len(named) > 1:
            ids = ", ".join(each.exchange for each in named)
            raise NotPossible(
                f"Several exchanges have this code; name one by its id: {ids}. "
                "多次交互共用该标识码，请改用编号。"
            )
        return named[0].exchange if named else exchange

    def verify(self, progress: Progress) -> ChainReport:
        """Check the whole chain."""
        progress(0, 0)
        report = verify(self._store, self._vault.keyring, self._vault.state, progress)
        fault = report.fault.sentence if report.fault else ""
        return ChainReport(report.records, report.checkpoints, fault)

    def purge(self) -> Purged:
        """Remove what is past its retention."""
        done = self._eraser().purge(self._keep)
        return Purged(done.contents, done.facts)

    def erase(self, subject: str, *, tenant: str) -> int:
        """Destroy a subject's key and fingerprints."""
        done = self._eraser().erase_subject(
            tenant, subject, reason=f"erasure asked by {getpass.getuser()}"
        )
        return done.records

    def erase_exchange(self, exchange: str) -> bool:
        """Destroy the texts of an exchange that names no subject."""
        name = self._named(exchange)
        record = self._store.read(name)
        if record is not None and record.subject:
            raise ConfigError(
                "This exchange names a subject, and its texts are under that subject's key: "
                "sealgate ledger erase --subject ID. 该交互带有用户标识，请按用户删除。"
            )
        reason = f"erasure asked by {getpass.getuser()}"
        return self._eraser().erase_exchange(name, reason=reason) is not None

    def _eraser(self) -> Eraser:
        return Eraser(self._store, self._vault.keyring, self._vault.state, self._clock)

    def close(self) -> None:
        """Let go of the store."""
        self._store.close()
