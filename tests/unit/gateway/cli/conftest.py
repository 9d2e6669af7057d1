"""A stand-in for the assembled program, and a way to call the command line with it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import click
import msgspec
import pytest
from click.testing import CliRunner, Result

from gateway import assembly
from gateway.cli import cli
from gateway.cli.invocation import Invocation
from gateway.cli.outcome import reporting
from gateway.config.settings import Settings
from gateway.ledger.contents import Facts
from gateway.nouns.errors import ConfigError
from gateway.nouns.finding import EntryMiss, EntryTrial
from gateway.nouns.mark import AigcLabel, Receipt
from gateway.nouns.policy import Policy
from gateway.nouns.segment import Direction
from gateway.ports.backup import BackupMade, Restored
from gateway.ports.evidence import Claimed, Drawn, Signature, Word
from gateway.ports.live import Health, Look
from gateway.ports.master_keys import Rotation
from gateway.ports.operator import (
    ChainReport,
    Coverage,
    Inspected,
    Judged,
    KeyFacts,
    KeyOrder,
    MadeCredentials,
    MarkSeen,
    Progress,
    Purged,
    Shown,
    ShownText,
    SignerFacts,
    Spot,
    Traced,
)
from gateway.ports.word_lists import ImportNote, ImportSummary, ListUse, UrgentTerm
from tests import ledger_kit as kit
from tests.conduct_kit import misdeed
from tests.ledger_kit import Ledger

RECORD = "01K9ZZZZZZZZZZZZZZZZZZZZZZ"


class Program:
    """Stands for `gateway.assembly`: finds the word ``bad``, knows one record and one key."""

    def __init__(self) -> None:
        self.calls: list[Any] = []
        self.fault = ""
        self.dump = ""
        self.health = Health.WELL
        self.key_state = "active"
        self.signs = True
        self.has_ledger = False
        self.lexicon = "abc123"
        self.terms: dict[str, int] = {"A1.h.fraud": 3, "A1.d": 1, "company": 2}
        self.served: tuple[Settings, Policy] | None = None
        self.meanwhile: Callable[[], object] = lambda: None
        """What happens between reading the policy and being ready."""

    def serve(
        self,
        load: Callable[[], tuple[Settings, Policy]],
        *,
        ready: Callable[[Settings], None],
        demo: bool,
    ) -> int:
        self.served = load()
        self.calls.append(("serve", demo))
        self.meanwhile()
        ready(self.served[0])
        return 0

    def check(self, settings: Settings, policy: Policy) -> Coverage:
        lists, warnings = (ListUse("shipped/harms", 4),), (("W.", "警。"),)
        return Coverage(self.terms, lists, self.lexicon, warnings, keywords=4)

    def look_around(self, settings: Settings) -> list[Look]:
        return [Look("upstream", self.health, "Seen.", "已查。")]

    def make_credentials(self, folder: Path) -> MadeCredentials:
        self.calls.append(("make_credentials", folder))
        names = ("certificate.pem", "key.pem", "label-key.pem")
        return MadeCredentials(*(folder / name for name in names), label_pin="3059AB")

    def show_credentials(self, settings: Settings) -> SignerFacts:
        if not self.signs:
            return SignerFacts("", "", 0.0, False, 0, "", "", 0)
        return SignerFacts("CN=signer", "CN=root", 1_790_000_000.0, True, 2, "", "3059AB", 1)

    def open_judge(self, settings: Settings, policy: Policy) -> Program:
        return self

    def judge(self, texts: Sequence[str], direction: Direction) -> list[Judged]:
        self.calls.append(("judge", len(texts), direction))
        return [self._judged(text, direction) for text in texts]

    def _judged(self, text: str, direction: Direction) -> Judged:
        at = text.find("bad")
        if at < 0:
            return Judged(text, direction, "pass", (), text)
        spot = Spot(at, at + 3, "A1.d", 3, 1.0, "lexicon", "l#1", "block", "block", "harms")
        return Judged(text, direction, "block", (spot,), "")

    def open_archive(self, settings: Settings, policy: Policy) -> Program:
        self.calls.append(("archive", settings.state))
        return self

    def trace_typed(self, text: str, subject: str, around_s: tuple[float, float]) -> list[Traced]:
        self.calls.append(("typed", subject, around_s))
        return self.trace(text)

    def trace(self, text: str) -> list[Traced]:
        if "known" not in text:
            return []
        return [Traced(RECORD, "fingerprint", 0.97, 1_764_000_000_000_000_000, 0, 5)]

    def trace_file(
        self, content: bytes, name: str, manifest: bytes = b""
    ) -> tuple[list[MarkSeen], list[Traced]]:
        self.calls.append(("trace_file", name))
        content += manifest
        if b"marked" not in content:
            return [], []
        seen = MarkSeen("image_metadata", "metadata", "intact", "P", RECORD, "", "")
        return [seen], [Traced(RECORD, "id", 1.0, 1_764_000_000_000_000_000, 0, 0)]

    def open_evidence(self, settings: Settings) -> Program | None:
        return self if self.has_ledger else None

    def sample(self, count: int, *, progress: Progress, **asked: object) -> list[Drawn]:
        progress(count, count)
        self.calls.append(("sample", asked["without"]))
        return [Drawn(f"01K{n}", 10**18, "q", ("bad", "good")[n % 2]) for n in range(count)]

    def compare(
        self, claims: Sequence[Claimed], *, reason: str, progress: Progress
    ) -> list[Word]:
        progress(len(claims), len(claims))
        self.calls.append(("compare", reason))
        return [Word.AGREES if "说明" in one.text else Word.DIFFERS for one in claims]

    def sign(self, message: bytes) -> Signature:
        return Signature("id", b"public", b"signature")

    def open_inspector(self, settings: Settings, policy: Policy) -> Program:
        return self

    def inspect(
        self, content: bytes, name: str, *, declared: bool, propagator: str, number: str,
        manifest: bytes = b"",
    ) -> Inspected:  # fmt: skip
        content += manifest
        self.calls.append(("inspect", name, declared, propagator, number))
        tier = "confirmed" if b"marked" in content else "possible" if declared else "none"
        if tier == "none":
            return Inspected("png", tier, (), {}, None)
        label = AigcLabel("1", "P", "n", "", propagator, number, "") if propagator else None
        seen = MarkSeen("image_metadata", "metadata", "intact", "P", "n", "", "")
        return Inspected(
            "png", tier, (seen,), {"zh": "内容由AI生成合成", "en": "AI-generated"}, label
        )

    def write(self, content: bytes, name: str, label: AigcLabel) -> tuple[bytes, Receipt]:
        if b"stubborn" in content:
            return content, Receipt("image_metadata", "failed", "it is broken")
        return content + b" by " + label.ContentPropagator.encode(), Receipt("m", "written")

    def show(self, exchange: str, *, reason: str) -> Shown | None:
        self.calls.append(("show", exchange, reason))
        if exchange != RECORD:
            return None
        opening, closing = kit.facts(1, "u-1", exchange=RECORD), kit.closing("passed")
        facts = msgspec.to_builtins(Facts("closed", opening, closing, 7, 5))
        return Shown(RECORD, "closed", facts, (ShownText("answer", "0:content", "hello"),))

    def verify(self, progress: Progress) -> ChainReport:
        progress(1, 2)
        progress(2, 2)
        return ChainReport(2, 1, self.fault)

    def purge(self) -> Purged:
        return Purged(3, 1)

    def erase(self, subject: str, *, tenant: str) -> int:
        self.calls.append(("erase", subject, tenant))
        return 4 if subject == "u-1" else 0

    def erase_exchange(self, exchange: str) -> bool:
        self.calls.append(("erase_exchange", exchange))
        return exchange == RECORD

    def close(self) -> None:
        self.calls.append("close")

    def open_backups(self, settings: Settings) -> BackupsDesk:
        return BackupsDesk(self)

    def open_master_keys(self, settings: Settings) -> MasterDesk:
        return MasterDesk(self.calls)

    def open_keys(self, settings: Settings) -> Program:
        return self

    def create(self, order: KeyOrder) -> tuple[str, KeyFacts]:
        self.calls.append(order)
        return "sk-sg-secret", self._key("active")

    def list(self) -> list[KeyFacts]:
        return [self._key(self.key_state)]

    def revoke(self, identifier: str) -> KeyFacts:
        if identifier != "key_1":
            raise ConfigError("No key has this id.")
        return self._key("revoked")

    def rotate(self, identifier: str, *, grace_s: float) -> tuple[str, KeyFacts]:
        self.calls.append(("rotate", identifier, grace_s))
        return "sk-sg-newer", self._key("active")

    def agree(self, identifier: str, version: str, accepted_by: str) -> KeyFacts:
        self.calls.append(("agree", identifier, version, accepted_by))
        return self._key("active")._replace(agreement=version)

    def disagree(self, identifier: str) -> KeyFacts:
        self.calls.append(("disagree", identifier))
        return self._key("active")

    def _key(self, state: str) -> KeyFacts:
        return KeyFacts("key_1", "shop", "default", state, 1.7e9, None, 60, None, None)

    def try_entries(self, policy: Policy) -> EntryTrial:
        return EntryTrial(2, 3, (EntryMiss("mine#4", "ordinary", False),))

    def import_terms(
        self, source: Path, target: Path, *, progress: Progress, keep_benign: bool = False
    ) -> ImportSummary:
        self.calls.append(("import", keep_benign))
        progress(1, 1)
        target.write_text("{}\n", encoding="utf-8")
        notes = (ImportNote(2, "dropped", "one character"),)
        return ImportSummary(5, 1, 1, notes)

    def add_term(self, target: Path, term: UrgentTerm) -> int:
        self.calls.append(("add_term", target, term))
        target.parent.mkdir(exist_ok=True)
        target.write_text("", encoding="utf-8")
        return 7


class BackupsDesk:
    """Stands for the desk of backups; one that is called ``bare`` has no keys."""

    def __init__(self, program: Program) -> None:
        self._program = program

    def backup(self, folder: Path, passphrase: str, progress: Progress) -> BackupMade:
        self._program.calls.append(("backup", folder.name, passphrase))
        progress(1, 1)
        files = ("ledger.db", "ledger.head")
        return BackupMade(folder, files, 1_500_000, bool(passphrase), self._program.dump)

    def needs_passphrase(self, folder: Path) -> bool:
        return folder.name != "bare"

    def restore(self, folder: Path, passphrase: str, progress: Progress) -> Restored:
        self._program.calls.append(("restore", folder.name, passphrase))
        return Restored(Path("var"), ("ledger.db",), 1, self._program.verify(progress))


class MasterDesk:
    """Stands for the desk of the master key; ``running`` as the file's name says."""

    def __init__(self, calls: list[Any]) -> None:
        self.calls = calls

    def rotate(self, new_reference: str) -> Rotation:
        self.calls.append(("rotate", new_reference))
        return Rotation("0badcafe", 7, bool(new_reference))

    def export(self, target: Path, passphrase: str) -> Sequence[str]:
        self.calls.append(("export", target.name, passphrase))
        return ("keyring.json",)

    def restore(self, source: Path, passphrase: str) -> Sequence[str]:
        self.calls.append(("restore", source.name, passphrase))
        return ("keyring.json",) if passphrase == "missing words here" else ()


Run = Callable[..., Result]


@pytest.fixture
def program() -> Program:
    """Stand in for the assembled program."""
    return Program()


@pytest.fixture
def run(program: Program, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Return a function that calls the command line in an empty folder."""
    monkeypatch.chdir(tmp_path)

    def call(*arguments: str, input: str | bytes | None = None, **environ: str) -> Result:
        started = Invocation(environ=environ, assemble=lambda: program)

        @click.command(context_settings={"ignore_unknown_options": True})
        def whole() -> None:
            with reporting():
                cli.main(list(arguments), prog_name="sealgate", obj=started)

        return CliRunner().invoke(whole, [], input=input)

    return call


CONDUCT_POLICY = """\
version: 1
extends: cn-public
strikes: {when: [A1], window: 3650d, ladder: {warn: 4, limit: 8}}
"""


@pytest.fixture
def on_ledger(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Result]:
    """A function that runs the command line on a ledger with two misdeeds of one user."""
    ledger = Ledger(tmp_path / "state")
    for number in (1, 2):
        misdeed(ledger, number)
    ledger.close()
    (tmp_path / "policy.yaml").write_text(CONDUCT_POLICY)
    (tmp_path / "sealgate.yaml").write_text("policy: policy.yaml\nstate: state\n")
    monkeypatch.chdir(tmp_path)
    started: Any = Invocation(environ={}, assemble=lambda: assembly)

    def call(*words: str) -> Result:
        @click.command(context_settings={"ignore_unknown_options": True})
        def whole() -> None:
            with reporting():
                cli.main(list(words), prog_name="sealgate", obj=started)

        return CliRunner().invoke(whole, [])

    return call
