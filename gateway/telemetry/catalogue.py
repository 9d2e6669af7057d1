"""The metric families, as one table: every number that sealgate exposes, and what it means.

The metrics are built from this table, `docs/metrics.md` is written from it (``python -m
gateway.telemetry.catalogue``), and nothing may be counted that is not in it. A model's name, a key,
a subject or a path is never a label: only words from sets that are closed when the process starts.
"""

from __future__ import annotations

import sys
from enum import StrEnum
from typing import NamedTuple

OTHER = "other"
"""The label value that stands for everything outside a closed set."""

PREFIX = "sealgate_"
"""Every family's name begins with this."""


class Kind(StrEnum):
    """What a family is to Prometheus."""

    COUNTER = "counter"
    GAUGE = "gauge"
    HISTOGRAM = "histogram"


class Owner(StrEnum):
    """Which process counts it."""

    WORKER = "worker"
    STEWARD = "steward"
    SUPERVISOR = "supervisor"


class Family(NamedTuple):
    """One metric family. ``name`` is without the prefix; counters are exposed with ``_total``.

    ``buckets`` are the upper bounds of a histogram; ``mode`` says how a gauge of several processes
    becomes one number (the modes of prometheus_client).
    """

    name: str
    kind: Kind
    meaning: str
    labels: tuple[str, ...] = ()
    owner: Owner = Owner.WORKER
    buckets: tuple[float, ...] = ()
    mode: str = "livesum"

    @property
    def exposed(self) -> str:
        """The name in queries."""
        return PREFIX + self.name + ("_total" if self.kind is Kind.COUNTER else "")


_CHARS = (0, 1, 2, 4, 8, 16, 32, 64, 128, 256, 1024, 4096, 16384, 65536)
_HOLDS = (0.0, 0.0001, 0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
_OWN = (0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1.0, 5.0)
_WAITS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0, 300.0, 900.0)

# fmt: off
FAMILIES: tuple[Family, ...] = (
    Family("exchanges", Kind.COUNTER, "Exchanges that ended, by how they ended.",
           ("outcome", "protocol", "stream")),
    Family("in_flight", Kind.GAUGE, "Exchanges that are running now."),
    Family("exchanges_without_subject", Kind.COUNTER,
           "Exchanges that named no end user: nobody to erase, count or answer to."),
    Family("nothing_scanned", Kind.COUNTER,
           "Judged exchanges that ended with an answer although they held no string that was "
           "scanned."),
    Family("strings_scanned", Kind.COUNTER, "Strings that the filters looked at.", ("direction",)),
    Family("chars_scanned", Kind.COUNTER, "Code points that the filters looked at.",
           ("direction",)),
    Family("unjudged_parts", Kind.COUNTER,
           "Parts that nobody could judge (images, sound, unknown events), by kind.", ("kind",)),
    Family("judged_parts", Kind.COUNTER, "Files of prompts that were judged as a whole, by kind.",
           ("kind",)),
    Family("unreadable_parts", Kind.COUNTER,
           "Files of prompts that were read and could not be judged as a whole, by the reason.",
           ("reason",)),
    Family("findings", Kind.COUNTER, "Findings, by what was done about them.",
           ("category", "action", "direction")),
    Family("would_block", Kind.COUNTER,
           "Exchanges with a finding whose rule asks for a block, done or not: observe mode and "
           "field classes with a weaker strongest action make the difference to did_block.",
           ("direction", "category")),
    Family("did_block", Kind.COUNTER, "Exchanges that were blocked, by the finding's category.",
           ("direction", "category")),
    Family("held_chars", Kind.HISTOGRAM,
           "Most code points of an answer that were held back at once.", buckets=_CHARS),
    Family("held_seconds", Kind.HISTOGRAM,
           "Time for which text of an answer was held back, summed over the exchange.",
           buckets=_HOLDS),
    Family("time_to_first_token_seconds", Kind.HISTOGRAM,
           "Time from the request's arrival to the first content: as it came from the upstream "
           "(without the gateway's hold-back) and as it went to the client (with it).",
           ("at",), buckets=_WAITS),
    Family("overhead_seconds", Kind.HISTOGRAM,
           "The gateway's own time in an exchange: judging, marking, recording.", buckets=_OWN),
    Family("upstream_seconds", Kind.HISTOGRAM,
           "Time from asking the upstream to the end of its answer.", buckets=_WAITS),
    Family("upstream_errors", Kind.COUNTER, "Failures of the upstream, by kind.", ("kind",)),
    Family("filter_errors", Kind.COUNTER,
           "Filters that raised, were late or answered nonsense.", ("filter",)),
    Family("consult_seconds", Kind.HISTOGRAM, "Time that a slow filter took to answer.",
           ("filter",), buckets=_WAITS),
    Family("guard_remembered", Kind.COUNTER,
           "Questions to a slow filter that it had answered before: not asked again.",
           ("filter",)),
    Family("guard_calls", Kind.COUNTER, "Calls that a guard took, as its daily cap counts them.",
           ("filter",)),
    Family("guard_capped", Kind.COUNTER,
           "Questions that a guard was not asked, because its daily cap was reached: what happens "
           "then is the policy's (`daily.then`).", ("filter",)),
    Family("guard_tokens", Kind.COUNTER,
           "Tokens that a guard read and wrote, as far as its server tells.", ("filter",)),
    Family("guard_cost", Kind.COUNTER,
           "What a guard cost, by the policy's price, in the currency of that price.",
           ("filter",)),
    Family("marks", Kind.COUNTER,
           "Marks owed, and what became of them: owed = written + failed + not_possible.",
           ("mark", "status")),
    Family("errors", Kind.COUNTER, "Exchanges that ended in an error of the gateway's own tree, "
           "by its stable code.", ("code",)),
    Family("verify_requests", Kind.COUNTER,
           "Files and texts that somebody had read by the desk, by what came of it.",
           ("verified",)),
    Family("rate_limited", Kind.COUNTER, "Requests refused because a key's limit was reached."),
    Family("reviews_drawn", Kind.COUNTER, "Exchanges drawn for a look by people."),
    Family("strikes", Kind.COUNTER, "Exchanges that put points on their end user's account."),
    Family("standing_requests", Kind.COUNTER,
           "Requests of end users who stand on the ladder of strikes, by what was done.",
           ("level", "done")),
    Family("subjects_standing", Kind.GAUGE, "End users who stand on the ladder of strikes now.",
           ("level",), Owner.STEWARD),
    Family("client_gone", Kind.COUNTER, "Exchanges whose client left before the end."),
    Family("workers", Kind.GAUGE, "Worker processes that are up."),
    Family("build_info", Kind.GAUGE, "1, with the version as its label.", ("version",),
           mode="livemax"),
    Family("config_generation", Kind.GAUGE,
           "Newest generation of the configuration that a worker serves.", mode="livemax"),
    Family("config_generation_oldest", Kind.GAUGE,
           "Oldest generation that a worker still serves; differs while old streams drain.",
           mode="livemin"),
    Family("reload", Kind.COUNTER, "Reloads of settings and policy, by result.", ("result",),
           Owner.SUPERVISOR),
    Family("spool_bytes", Kind.GAUGE, "Bytes of records that are not in the store yet.",
           owner=Owner.STEWARD),
    Family("spool_limit_bytes", Kind.GAUGE,
           "Bytes of spool at which no new exchange is admitted.", owner=Owner.STEWARD),
    Family("spool_oldest_unshipped_seconds", Kind.GAUGE,
           "Age of the oldest record that is not in the store yet.", owner=Owner.STEWARD),
    Family("shipped_records", Kind.COUNTER, "Records that reached the store.",
           owner=Owner.STEWARD),
    Family("spool_damaged_segments", Kind.COUNTER,
           "Files of the spool that could not be read whole; they are kept in `spool/damaged`.",
           owner=Owner.STEWARD),
    Family("ledger_cuts", Kind.COUNTER,
           "Times that stored records were found missing: the store was cut, or an older copy of "
           "it was restored; the log names their places.", owner=Owner.STEWARD),
    Family("ship_errors", Kind.COUNTER, "Attempts to ship that failed (store gone, locked, full).",
           owner=Owner.STEWARD),
)
# fmt: on
"""All families, in the order of the documentation."""

_LABELS = {
    "outcome": "how the exchange ended, as the record has it: `passed`, `flagged`, `edited`, "
    "`blocked_input`, `blocked_output`, `upstream_blocked` (the model API refused the content), "
    "`upstream_error`, `client_error`, `client_gone`, `refused` (key, path, limit, standing, or no "
    "room), `gateway_error`",
    "protocol": "the adapter's name",
    "stream": "`true` or `false`: what the client asked for",
    "level": "`warn`, `limit`, `suspend`, `close`",
    "done": "`observed`, `warned`, `limited`, `refused`",
    "direction": "`input` or `output`",
    "kind": "a kind from a closed list",
    "reason": "why a file could not be judged: the words are in docs/inputs.md",
    "category": "a category of the policy or of its lexicons",
    "action": "`pass`, `flag`, `veil`, `redact`, `replace`, `drop_turn`, `block`",
    "at": "`upstream` or `client`",
    "filter": "the filter's name",
    "mark": "the mark's name",
    "status": "`owed`, `written`, `failed`, `not_possible`",
    "code": "the error's stable code",
    "version": "the program's version",
    "result": "`ok` or `refused`",
    "verified": "made here: `yes`, `partly`, `likely`, `claimed`, `no`, `unknown`; or "
    "`refused`, `limited`, `failed`",
}


def markdown() -> str:
    """Return `docs/metrics.md`: every family and every label."""
    families = [
        f"| `{family.exposed}` | {family.kind} | {', '.join(family.labels) or '-'} "
        f"| {family.meaning} |"
        for family in FAMILIES
    ]
    labels = [f"| `{label}` | {meaning} |" for label, meaning in _LABELS.items()]
    return "\n".join([*_HEAD, *families, *_MIDDLE, *labels, ""])


_HEAD = (
    "# Metrics",
    "",
    "The operations listener serves them at `/metrics` (port 8081, loopback by default) in the",
    "text format of Prometheus. Numbers are summed over all workers, those that have ended",
    "included. Restarting the gateway starts them at zero; Prometheus knows how to deal with it.",
    "",
    "No metric holds a text, a model's name, a key or a user. Every label comes from a set that is",
    f"closed when the process starts; whatever is not in it is counted as `{OTHER}`, so the size",
    "of a scrape has a bound that no client can move.",
    "",
    "A dashboard is in `deploy/grafana`, alert rules are in `deploy/prometheus/alerts.yaml`.",
    "This page is written from the table in `gateway/telemetry/catalogue.py`.",
    "",
    "| metric | type | labels | meaning |",
    "|---|---|---|---|",
)
_MIDDLE = (
    "",
    "Histograms come as `_bucket`, `_sum` and `_count`.",
    "",
    "| label | values |",
    "|---|---|",
)

if __name__ == "__main__":
    sys.stdout.write(markdown())
