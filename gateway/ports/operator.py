"""Operator: what the command line asks of the assembled program, and the values it gets back.

`gateway.assembly` is the `Assembly`: a module with these functions. The command line knows nothing
else of the program.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple, Protocol

from gateway.config.settings import Settings
from gateway.nouns.finding import EntryTrial
from gateway.nouns.mark import AigcLabel, Receipt
from gateway.nouns.policy import Policy
from gateway.nouns.segment import Direction
from gateway.ports.backup import Backups
from gateway.ports.conduct import ConductDesk
from gateway.ports.evidence import Evidence
from gateway.ports.live import Look
from gateway.ports.master_keys import MasterKeys
from gateway.ports.word_lists import ImportSummary, ListUse, UrgentTerm

Progress = Callable[[int, int], None]
"""Called with what is done and how much there is (0: not known)."""


class Spot(NamedTuple):
    """One ruled span of a judged text. Positions are code points; ``term`` names the filter's
    own rule, ``rule`` the policy's. ``action`` is done, ``wanted`` was asked for."""

    start: int
    end: int
    category: str
    severity: int
    score: float
    filter: str
    term: str
    action: str
    wanted: str
    rule: str


class Judged(NamedTuple):
    """What the policy makes of one text: the strongest action as a word (``pass`` for none), every
    ruled span, and the text as it would go on (empty when blocked)."""

    text: str
    direction: Direction
    action: str
    spots: tuple[Spot, ...]
    safe_text: str


class Coverage(NamedTuple):
    """What the policy's filters know: terms per category, lists, the lexicon's hash; and warnings:
    pairs of an English and a Chinese sentence about what is *not* done. ``keywords`` are the
    different terms that stand for one of the 31 risks, each counted once."""

    terms: Mapping[str, int]
    lists: tuple[ListUse, ...]
    lexicon: str
    warnings: tuple[tuple[str, str], ...] = ()
    keywords: int = 0


class Traced(NamedTuple):
    """An exchange that a content may come from. ``how`` is ``code``, ``id``, ``trace``,
    ``fingerprint`` (its words) or ``picture`` (its perceptual hash); ``confidence`` runs from 0 to
    1; the passage is a span of the text asked about.
    """

    exchange: str
    how: str
    confidence: float
    time_ns: int
    start: int
    end: int


class MarkSeen(NamedTuple):
    """A mark that was read in a file. ``family`` and ``state`` are the words of
    `gateway.nouns.mark.MarkFamily` (or empty) and `gateway.ports.mark.ClaimState`; ``producer``,
    ``exchange`` and ``code`` are what it names, empty if nothing."""

    mark: str
    family: str
    state: str
    producer: str
    exchange: str
    code: str
    detail: str


class Inspected(NamedTuple):
    """What a platform owes on a file (Labelling Measures, Article 6). ``tier`` is ``confirmed``,
    ``possible``, ``suspected`` or ``none``; ``words`` is the label to show, by language; ``label``
    is the metadata label with the propagation fields (None: nothing is owed, or nobody to name).
    ``format`` is empty for a file of no known format."""

    format: str
    tier: str
    marks: tuple[MarkSeen, ...]
    words: Mapping[str, str]
    label: AigcLabel | None


class ShownText(NamedTuple):
    """A decrypted text of a record: ``part`` is ``request``, ``forwarded``, ``answer`` or
    ``suppressed``; ``channel`` names choice and path."""

    part: str
    channel: str
    text: str


class AskedText(NamedTuple):
    """A string of a request as its protocol names it: where it stands (``messages.0.content``, as
    findings say it) and what it is to the protocol (a word of `gateway.nouns.segment.FieldClass`).
    A file has no text, and its kind as its role."""

    place: str
    role: str
    text: str


class Shown(NamedTuple):
    """A decrypted record: its facts (no user content) and its texts. ``asked`` are the strings of
    the request, ``forwarded`` those of what went upstream in its place (empty: the request, or it
    cannot be read)."""

    exchange: str
    state: str
    facts: Mapping[str, Any]
    texts: tuple[ShownText, ...]
    asked: tuple[AskedText, ...] = ()
    forwarded: tuple[AskedText, ...] = ()


class ChainReport(NamedTuple):
    """What verifying the ledger found. ``fault`` names the first altered, removed or inserted
    record or the cut tail; empty when all is well."""

    records: int
    checkpoints: int
    fault: str


class Purged(NamedTuple):
    """How many contents and how many whole records reached the end of their retention."""

    contents: int
    records: int


class KeyFacts(NamedTuple):
    """A gateway key without its secret. Times are seconds since 1970; None: no end, no limit of
    its own. ``state`` is ``active``, ``expired`` or ``revoked``; ``agreement`` the version of the
    accepted agreement on unlabelled delivery (empty: none)."""

    id: str
    name: str
    tenant: str
    state: str
    created_s: float
    expires_s: float | None
    requests_per_minute: int | None
    concurrent: int | None
    label: str | None
    agreement: str = ""


class KeyOrder(NamedTuple):
    """What a new key may do. ``valid_s`` is its life in seconds (None: until revoked)."""

    name: str
    tenant: str
    valid_s: float | None = None
    requests_per_minute: int | None = None
    concurrent: int | None = None
    label: str | None = None


class MadeCredentials(NamedTuple):
    """Files that were made for trials, and the public SM2 key (SPKI, hex) that a reader may pin."""

    certificate: Path
    key: Path
    label_key: Path
    label_pin: str


class SignerFacts(NamedTuple):
    """What signs files and labels; nothing secret. Empty texts mean that there is none.

    ``until_s`` is the end of the certificate's validity (seconds since 1970), ``trial`` says that
    it is a self-made one, ``anchors`` how many roots are trusted, ``pins`` how many label keys.
    """

    subject: str
    issuer: str
    until_s: float
    trial: bool
    anchors: int
    timestamp_url: str
    label_pin: str
    pins: int


class TextJudge(Protocol):
    """Judges texts as the gateway would, without an exchange and without a record."""

    def judge(self, texts: Sequence[str], direction: Direction) -> list[Judged]:
        """Return one judgement per text, in order."""
        ...


class Archive(Protocol):
    """Reads the ledger. Every decrypted read is itself on record, with its reason."""

    def trace(self, text: str) -> list[Traced]:
        """Return the exchanges that a text may come from, surest first."""
        ...

    def trace_typed(self, text: str, subject: str, around_s: tuple[float, float]) -> list[Traced]:
        """Return the subject's exchanges between two times (seconds since 1970) that some 15
        characters, typed from a screenshot, may come from. Decrypts no contents."""
        ...

    def trace_file(
        self, content: bytes, name: str, manifest: bytes = b""
    ) -> tuple[list[MarkSeen], list[Traced]]:
        """Return the marks in a file, and the exchanges that they, a picture's looks or a
        document's words lead to. ``name`` is a hint at the format, ``manifest`` the C2PA manifest
        beside the file."""
        ...

    def show(self, exchange: str, *, reason: str) -> Shown | None:
        """Return a decrypted record, or None if there is none of this id or label code."""
        ...

    def verify(self, progress: Progress) -> ChainReport:
        """Check the whole chain."""
        ...

    def purge(self) -> Purged:
        """Remove what is past its retention; hash stubs stay."""
        ...

    def erase(self, subject: str, *, tenant: str) -> int:
        """Destroy a subject's key and the fingerprints of its records; returns how many."""
        ...

    def erase_exchange(self, exchange: str) -> bool:
        """Destroy the texts of an exchange that names no subject; False if there is none of this
        id or label code. Raises ConfigError for one that names a subject."""
        ...

    def close(self) -> None:
        """Let go of the store."""
        ...


class Inspector(Protocol):
    """Tells platforms what they owe on files that others made. Needs no ledger."""

    def inspect(
        self,
        content: bytes,
        name: str,
        *,
        declared: bool,
        propagator: str,
        number: str,
        manifest: bytes = b"",
    ) -> Inspected:
        """Read a file's marks, also those of the C2PA manifest beside it. ``declared``: its user
        says that it is AI-generated. ``propagator`` is the platform's provider code (empty: none is
        named), ``number`` its number of the content (empty: a new one). Raises ConfigError for a
        code that is none."""
        ...

    def write(self, content: bytes, name: str, label: AigcLabel) -> tuple[bytes, Receipt]:
        """Return the file with this metadata label in place of what it had, read back, and what
        was done; unless that is ``written``, the file is what was given."""
        ...


class KeyDesk(Protocol):
    """Gateway keys. Unknown ids and senseless orders raise ConfigError."""

    def create(self, order: KeyOrder) -> tuple[str, KeyFacts]:
        """Return the secret, for the only time, and what is kept."""
        ...

    def list(self) -> list[KeyFacts]:
        """Return all keys, oldest first."""
        ...

    def revoke(self, identifier: str) -> KeyFacts:
        """End a key at once."""
        ...

    def rotate(self, identifier: str, *, grace_s: float) -> tuple[str, KeyFacts]:
        """Return a new secret; the old one works for ``grace_s`` more seconds."""
        ...

    def agree(self, identifier: str, version: str, accepted_by: str) -> KeyFacts:
        """Keep that an agreement on unlabelled delivery was accepted, and by whom."""
        ...

    def disagree(self, identifier: str) -> KeyFacts:
        """End a key's agreement; that it was there stays on record."""
        ...


class Assembly(Protocol):
    """The functions of the assembly module. All may raise ConfigError."""

    def serve(
        self,
        load: Callable[[], tuple[Settings, Policy]],
        *,
        ready: Callable[[Settings], None],
        demo: bool,
    ) -> int:
        """Serve until told to stop; returns the exit code.

        ``load`` reads settings and policy, at the start and on every reload. ``ready`` is called
        once when all listeners take requests, with the settings that hold (ports that were 0 are
        filled in). ``demo``: the upstream is the embedded demo model, so nobody needs a key.
        """
        ...

    def check(self, settings: Settings, policy: Policy) -> Coverage:
        """Build all that would be served, without serving it."""
        ...

    def look_around(self, settings: Settings) -> Sequence[Look]:
        """Look at what the gateway needs around it; changes nothing."""
        ...

    def open_judge(self, settings: Settings, policy: Policy) -> TextJudge:
        """Return the judge of this policy."""
        ...

    def open_archive(self, settings: Settings, policy: Policy) -> Archive:
        """Return the ledger in the state folder. Raises ConfigError if there is none."""
        ...

    def open_evidence(self, settings: Settings) -> Evidence | None:
        """Return the ledger's part in an assessment, or None if there is no ledger."""
        ...

    def open_inspector(self, settings: Settings, policy: Policy) -> Inspector:
        """Return the reader of other people's files."""
        ...

    def open_keys(self, settings: Settings) -> KeyDesk:
        """Return the keys in the state folder."""
        ...

    def open_conduct(self, settings: Settings, policy: Policy) -> ConductDesk:
        """Return the desk for reviews and strikes. Raises ConfigError if there is no ledger."""
        ...

    def open_backups(self, settings: Settings) -> Backups:
        """Return the desk that copies records and keys, and puts them back."""
        ...

    def open_master_keys(self, settings: Settings) -> MasterKeys:
        """Return the desk of the master key in the state folder."""
        ...

    def import_terms(
        self, source: Path, target: Path, *, progress: Progress, keep_benign: bool = False
    ) -> ImportSummary:
        """Read an operator's list, write it in canonical form, and tell what happened. Entries
        that ordinary sentences hold are left out, unless ``keep_benign``."""
        ...

    def add_term(self, target: Path, term: UrgentTerm) -> int:
        """Append a term to a list; returns its line."""
        ...

    def try_entries(self, policy: Policy) -> EntryTrial:
        """Try the entries of the policy's lists on the texts that they name themselves."""
        ...

    def make_credentials(self, folder: Path) -> MadeCredentials:
        """Make a trial certificate and a trial label key in a folder. Overwrites nothing."""
        ...

    def show_credentials(self, settings: Settings) -> SignerFacts:
        """Return what signs under these settings, after a check that it can."""
        ...
