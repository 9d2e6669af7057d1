"""Standings: computed from the strikes in the store, told to the workers, chained when they rise.

The steward does so whenever the strikes changed; the desk does after each decision of its own.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping

from gateway.access.standing_book import STANDINGS_FILE, read_standings, write_standings
from gateway.access.strikes import Strike, standing_of, subject_mark
from gateway.access.watched_file import Version, version_of
from gateway.assembly.vault import Vault
from gateway.ledger.chain import chain_events, event
from gateway.nouns.conduct import Level, Standing, StrikeRules
from gateway.nouns.errors import ConfigError, LedgerFailed
from gateway.ports.clock import Clock
from gateway.ports.store import Store

Owner = tuple[str, str]


def standings_of(store: Store, rules: StrikeRules) -> dict[Owner, tuple[Standing, str]]:
    """Return where each user with strikes that count stands, and the exchange of his last one."""
    strikes: dict[Owner, list[Strike]] = {}
    last: dict[Owner, str] = {}
    for row in store.strikes():
        if row.state == "counted":
            owner = (row.tenant, row.subject)
            strikes.setdefault(owner, []).append(Strike(row.time_ns, row.points))
            last[owner] = row.exchange
    found = {owner: (standing_of(rules, each), last[owner]) for owner, each in strikes.items()}
    return {owner: each for owner, each in found.items() if each[0] != Standing()}


def keep_standings(
    vault: Vault, store: Store, rules: StrikeRules
) -> dict[Owner, tuple[Standing, str]]:
    """Compute all standings and tell the workers; returns them. Raises LedgerFailed."""
    found = standings_of(store, rules)
    key = vault.keyring.fingerprint_key
    write_standings(
        vault.state, {subject_mark(key, *owner): each for owner, (each, _) in found.items()}
    )
    return found


class StandingKeeper:
    """The steward's part: notices that strikes changed, and chains who rose, and to where.

    A file that somebody else changed, broke or removed is written anew. ``tell`` gets how many
    users stand on each level.
    """

    def __init__(
        self,
        vault: Vault,
        rules: StrikeRules,
        clock: Clock,
        tell: Callable[[Mapping[str, int]], None],
    ) -> None:
        self._vault = vault
        self._rules = rules
        self._clock = clock
        self._tell = tell
        self._store: Store | None = None
        self._version: tuple[int, int] | None = None
        self._before: dict[str, Level] = {}
        self._found: dict[Owner, tuple[Standing, str]] = {}
        self._path = vault.state / STANDINGS_FILE
        self._written: Version = None
        now_ns = clock.wall_ns()
        for mark, standing in _known(vault).items():
            self._before[mark] = standing.level(now_ns)

    def __call__(self) -> None:
        """Look once. Raises LedgerFailed while the store is away."""
        store = self._store = self._store or self._vault.store()
        try:
            version = store.conduct_version()
            if version != self._version or version_of(self._path) != self._written:
                self._found = keep_standings(self._vault, store, self._rules)
                self._written = version_of(self._path)
                self._chain_risen(store)
                self._version = version
        except LedgerFailed:
            self.close()
            raise
        now_ns = self._clock.wall_ns()
        levels = (standing.level(now_ns).word for standing, _ in self._found.values())
        self._tell(Counter(word for word in levels if word))

    def close(self) -> None:
        """Let go of the store, which is opened again when it is needed."""
        if self._store is not None:
            self._store.close()
        self._store = None

    def _chain_risen(self, store: Store) -> None:
        """Put on record whose standing got stricter: no name, a keyed mark and the exchange."""
        key, now_ns = self._vault.keyring.fingerprint_key, self._clock.wall_ns()
        after = {
            subject_mark(key, *owner): (standing.level(now_ns), owner[0], exchange)
            for owner, (standing, exchange) in self._found.items()
        }
        rows = [
            event("standing", now_ns, {
                "tenant": tenant, "subject_mark": mark, "level": level.word,
                "exchange": exchange, "mode": self._rules.mode,
            })
            for mark, (level, tenant, exchange) in after.items()
            if level > self._before.get(mark, Level.NONE)
        ]  # fmt: skip
        if rows:
            chain_events(store, self._vault.keyring, self._vault.state, rows)
        self._before = {mark: level for mark, (level, _, _) in after.items()}


def _known(vault: Vault) -> Mapping[str, Standing]:
    """Return what the file says; of a broken one nothing, for it is written anew at once."""
    try:
        return read_standings(vault.state)
    except ConfigError:
        return {}
