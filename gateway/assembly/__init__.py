"""Settings and policy become a running gateway. Knows everybody; nobody but app and cli imports it.

This module is the `gateway.ports.operator.Assembly` that the command line works with. Each function
imports what it needs: a command that reads the ledger loads no filters, and nothing that serves.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from gateway.config.settings import Settings
from gateway.config.settings_file import resolve_secret
from gateway.nouns.finding import EntryTrial
from gateway.nouns.policy import Policy
from gateway.ports.backup import Backups
from gateway.ports.conduct import ConductDesk
from gateway.ports.evidence import Evidence
from gateway.ports.live import Look
from gateway.ports.master_keys import MasterKeys
from gateway.ports.operator import (
    Archive,
    Coverage,
    Inspector,
    KeyDesk,
    MadeCredentials,
    Progress,
    SignerFacts,
    TextJudge,
)
from gateway.ports.word_lists import ImportNote, ImportSummary, UrgentTerm

if TYPE_CHECKING:
    from gateway.assembly.file_tracing import FileMarks
    from gateway.edge.supervisor import Addresses

_NO_KEY = b"texts judged outside of any installation"


def serve(
    load: Callable[[], tuple[Settings, Policy]], *, ready: Callable[[Settings], None], demo: bool
) -> int:
    """Serve until told to stop; returns the exit code."""
    from gateway.assembly.program import Installation
    from gateway.edge.open_files import allow_open_files, open_files_of
    from gateway.edge.supervisor import Supervisor
    from gateway.telemetry import logs

    os.umask(0o077)  # what is written below the state folder is for this user alone
    installation = Installation(load, dict(os.environ), demo=demo)
    settings = installation.load()
    installation.hold(settings)  # before the ports are tried: a second gateway hears of the first
    allowed = allow_open_files()
    needed = open_files_of(settings.exchanges_each)
    if allowed < needed:
        logs.logger("serve").warning(
            "few open files", allowed=allowed, needed=needed,
            hint="raise the hard limit (ulimit -Hn, LimitNOFILE) or lower limits.exchanges",
        )  # fmt: skip

    def announce(addresses: Addresses) -> None:
        ready(
            msgspec.structs.replace(
                settings, port=addresses.data[1], operations_port=addresses.operations[1]
            )
        )

    return Supervisor(settings, installation, announce).run()


def check(settings: Settings, policy: Policy) -> Coverage:
    """Build all that would be served, without serving it."""
    from gateway.assembly.coverage import coverage

    return coverage(settings, policy, os.environ)


def look_around(settings: Settings) -> Sequence[Look]:
    """Look at what the gateway needs around it; changes nothing."""
    from gateway.assembly.live import look_around as look
    from gateway.edge.gateway import SystemClock

    return look(settings, os.environ, SystemClock())


def open_judge(settings: Settings, policy: Policy) -> TextJudge:
    """Return the judge of this policy."""
    from gateway.access.policy_choice import in_force
    from gateway.assembly.file_sealing import FileMarksOwed
    from gateway.assembly.guards import Guards
    from gateway.assembly.judge import PolicyJudge, Wiring
    from gateway.assembly.kit import build_kit
    from gateway.assembly.operator import Judges
    from gateway.assembly.patience import Patience
    from gateway.assembly.sealing import Sealer
    from gateway.edge.gateway import SystemClock
    from gateway.telemetry import logs

    logs.configure(settings.log_level, settings.log_format)
    guards, clock = Guards(policy.guard_models, os.environ), SystemClock()
    sealer = Sealer(policy.marks, "", _NO_KEY)
    wiring = Wiring(
        build_kit(policy, settings.plugins.filters), guards.slow, sealer,
        FileMarksOwed(policy.file_marks, "", clock, code_of=sealer.code),
        settings.upstream.third_party, _NO_KEY, Patience(clock),
    )  # fmt: skip
    return Judges(PolicyJudge(in_force(policy, clock.wall_ns()), wiring), guards)


def open_archive(settings: Settings, policy: Policy) -> Archive:
    """Return the ledger in the state folder."""
    from gateway.assembly.records import Records
    from gateway.assembly.sealing import Sealer
    from gateway.assembly.vault import open_vault
    from gateway.edge.gateway import SystemClock

    vault = open_vault(settings, make=False)
    secret = vault.keyring.fingerprint_key
    sealer = Sealer(policy.marks, "", secret)

    def marks() -> FileMarks:
        from gateway.assembly.credentials import open_mark_keys
        from gateway.assembly.file_tracing import FileMarks
        from gateway.assembly.reading import manifest_reader, readers

        keys = open_mark_keys(settings, os.environ, secret)
        return FileMarks(readers(policy, sealer, keys), manifest_reader(keys.marks))

    return Records(vault, sealer, policy.keep, SystemClock(), marks=marks)


def open_evidence(settings: Settings) -> Evidence | None:
    """Return the ledger's part in an assessment, or None if there is no ledger."""
    from gateway.assembly.assessing import open_evidence as open_ledger_evidence
    from gateway.edge.gateway import SystemClock

    return open_ledger_evidence(settings, SystemClock())


def open_inspector(settings: Settings, policy: Policy) -> Inspector:
    """Return the reader of other people's files; it has no key, so it reads what anybody can."""
    from gateway.assembly.credentials import open_mark_keys
    from gateway.assembly.inspecting import FileInspector
    from gateway.assembly.reading import manifest_reader, readers
    from gateway.assembly.sealing import Sealer
    from gateway.edge.gateway import SystemClock, exchange_ids

    keys = open_mark_keys(settings, os.environ, _NO_KEY)
    keys = keys._replace(marks=keys.marks._replace(watermark=b""))  # it takes the ledger's key
    marks = readers(policy, Sealer(policy.marks, "", _NO_KEY), keys)
    return FileInspector(marks, exchange_ids(SystemClock()), manifest_reader(keys.marks))


def open_keys(settings: Settings) -> KeyDesk:
    """Return the keys in the state folder."""
    from gateway.assembly.operator import Keys
    from gateway.assembly.vault import open_vault, store_location
    from gateway.edge.gateway import SystemClock

    state, location = Path(settings.state), store_location(settings)
    state.mkdir(parents=True, exist_ok=True, mode=0o700)
    exists = "://" in location or Path(location).exists()
    vault = open_vault(settings, make=False) if exists else None
    return Keys(state, SystemClock(), vault)


def open_conduct(settings: Settings, policy: Policy) -> ConductDesk:
    """Return the desk for reviews, strikes and appeals on the ledger in the state folder."""
    from gateway.assembly.conduct import Conducts
    from gateway.assembly.vault import open_vault
    from gateway.edge.gateway import SystemClock

    return Conducts(open_vault(settings, make=False), policy.strikes, SystemClock())


def open_backups(settings: Settings) -> Backups:
    """Return the desk that copies records and keys, and puts them back."""
    from gateway.assembly.backup import BackupDesk
    from gateway.edge.gateway import SystemClock

    return BackupDesk(settings, SystemClock())


def open_master_keys(settings: Settings) -> MasterKeys:
    """Return the desk of the master key in the state folder."""
    from gateway.assembly.master_keys import MasterKeyDesk
    from gateway.edge.gateway import SystemClock

    return MasterKeyDesk(settings, SystemClock())


def import_terms(
    source: Path, target: Path, *, progress: Progress, keep_benign: bool = False
) -> ImportSummary:
    """Read an operator's list, write it in canonical form, and tell what happened."""
    from filters.lexicon import write_word_list
    from filters.lexicon.importer import import_terms as read_terms

    report = read_terms(source, progress=progress)
    entries = report.entries if keep_benign else report.unsuspected()
    target.write_bytes(write_word_list(entries))
    found = "warned" if keep_benign else "left_out"
    notes = [
        ImportNote(note.line, what, note.reason)
        for what, found in (
            ("merged", report.merged),
            ("dropped", report.dropped),
            ("warned", report.noted),
        )
        for note in found
    ]
    notes += [
        ImportNote(hit.line, found, f"found {hit.times} times in ordinary text: {hit.sample}")
        for hit in report.benign
    ]
    notes.sort()
    left_out = len(report.dropped) + len(report.entries) - len(entries)
    return ImportSummary(len(entries), len(report.merged), left_out, tuple(notes))


def add_term(target: Path, term: UrgentTerm) -> int:
    """Append a term to a list; returns its line."""
    from gateway.assembly.urgent_term import add_term as append

    return append(target, term)


def try_entries(policy: Policy) -> EntryTrial:
    """Try the entries of the policy's lists on the texts that they name themselves."""
    from filters.lexicon.trial import try_entries as try_texts
    from gateway.assembly.shelf import read_lists

    return try_texts([words for use in policy.lexicons for words in read_lists(use)])


def make_credentials(folder: Path) -> MadeCredentials:
    """Make a trial certificate and a trial label key in a folder."""
    from gateway.assembly.credentials import make_credentials as make

    return make(folder)


def show_credentials(settings: Settings) -> SignerFacts:
    """Return what signs under these settings, after a check that it can."""
    from gateway.assembly.credentials import show_credentials as show

    return show(settings)


__all__ = [
    "add_term",
    "check",
    "import_terms",
    "look_around",
    "make_credentials",
    "open_archive",
    "open_backups",
    "open_conduct",
    "open_evidence",
    "open_inspector",
    "open_judge",
    "open_keys",
    "open_master_keys",
    "resolve_secret",
    "serve",
    "show_credentials",
    "try_entries",
]
