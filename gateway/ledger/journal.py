"""Journal: what a worker writes before anything of an exchange is released.

The texts of an exchange are encrypted with a data key of its own. The data key stands in the OPEN
frame, wrapped by the subject's key; the subject's key stands in a KEY frame of the same segment,
wrapped by the master key. So a worker needs no store to open a record, and destroying a subject's
KEY frames makes its texts in the spool unreadable (see erasure).
"""

from __future__ import annotations

import os
from collections import OrderedDict
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

import msgspec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from gateway.config.settings import LedgerSettings
from gateway.ledger.crypt import frame_nonce, new_key, new_key_id, wrap
from gateway.ledger.frames import FrameType, bound, exchange_bytes, write_frame
from gateway.ledger.halves import Halves, pack
from gateway.ledger.keyring import Keyring
from gateway.ledger.spool import Spool, spool_folder
from gateway.nouns.errors import LedgerFailed
from gateway.nouns.exchange import exchange_id
from gateway.nouns.record import AnswerText, CloseFrame, OpenFrame, key_owner
from gateway.ports.clock import Clock

ERASURES_FILE = "erasures"
"""In the spool folder: changes whenever a subject was erased, so that workers drop their keys."""

_CACHED_SUBJECTS = 10_000


class KeyPayload(msgspec.Struct, array_like=True, frozen=True):
    """The payload of a KEY frame: a subject's key as this worker made it, wrapped."""

    key_id: bytes
    tenant: str
    owner: str
    wrapped: bytes


class OpenPayload(msgspec.Struct, array_like=True, frozen=True):
    """The payload of an OPEN frame: the facts, and the data key under a subject's key.

    The subject is left out of the facts: it stands in the KEY frame, and goes when that is blanked.
    """

    facts: OpenFrame
    key_id: bytes
    wrapped: bytes


class RequestPayload(msgspec.Struct, array_like=True, frozen=True):
    """The plain payload of a REQUEST frame."""

    body: bytes
    edited: bytes | None


class AnswerPayload(msgspec.Struct, array_like=True, frozen=True):
    """The plain payload of an ANSWER or SUPPRESSED frame, and how many bytes were sent before."""

    sent_bytes: int
    texts: tuple[AnswerText, ...]


class NotePayload(msgspec.Struct, array_like=True, frozen=True):
    """The payload of a NOTE frame: an event that belongs into the chain. No user content."""

    time_ns: int
    kind: str
    facts: dict[str, str]


class _SubjectKey(NamedTuple):
    key_id: bytes
    cipher: AESGCM
    frame: bytes


_encode = msgspec.msgpack.Encoder().encode


class SpoolEntry:
    """The open record of one exchange (see `gateway.ports.journal.Entry`)."""

    __slots__ = (
        "_cipher", "_closed", "_exchange", "_halves", "_journal", "_mark", "_sent", "_sequence",
    )  # fmt: skip

    def __init__(self, journal: SpoolJournal, exchange: bytes, data_key: bytes) -> None:
        self._journal = journal
        self._exchange = exchange
        self._cipher = AESGCM(data_key)
        self._sequence = 0
        self._sent = 0
        self._mark = journal.spool.written
        self._closed = False
        self._halves: dict[FrameType, Halves] = {}

    def request(self, body: bytes, edited: bytes | None) -> None:
        """Keep what the client sent and, if it differs, what went upstream."""
        self._write(FrameType.REQUEST, pack(RequestPayload(body, edited)))

    def answer(self, texts: tuple[AnswerText, ...]) -> None:
        """Keep text that is about to be released."""
        self._keep(FrameType.ANSWER, texts)

    def suppressed(self, texts: tuple[AnswerText, ...]) -> None:
        """Keep text that never leaves, apart from the answer."""
        self._keep(FrameType.SUPPRESSED, texts)

    def sent(self, sent_bytes: int) -> None:
        """Note how many bytes the socket took; written with the next frame."""
        self._sent = sent_bytes

    def close(self, facts: CloseFrame) -> None:
        """Close the record. If the disk refuses now, the journal tries again with later writes."""
        self._check_open()
        with suppress(LedgerFailed):  # later writes owe the CLOSE frame, not half a letter
            for kind, halves in self._halves.items():
                if texts := halves.rest():
                    self._write(kind, pack((self._sent, texts)))
        self._closed = True
        binding = bound(FrameType.CLOSE, self._exchange, self._sequence + 1)
        self._journal.append_close(write_frame(binding, pack(facts)))
        self._mark = self._journal.spool.written

    async def settle(self) -> None:
        """Wait until all that was written is durable under the ``fsync`` setting."""
        if self._journal.spool.eager:
            await self._journal.spool.settle(self._mark)

    def _keep(self, kind: FrameType, texts: tuple[AnswerText, ...]) -> None:
        if kind in self._halves:
            texts = self._halves[kind].join(texts)
        if not texts:
            return
        try:
            plain = _encode((self._sent, texts))
        except UnicodeEncodeError:  # half a character: see the head of `halves`
            halves = self._halves.setdefault(kind, Halves())
            plain = pack((self._sent, halves.join(texts)))
        self._write(kind, plain)

    def _check_open(self) -> None:
        if self._closed:
            raise LedgerFailed("The record is closed; nothing can follow.")

    def _write(self, kind: FrameType, plain: bytes) -> None:
        if self._closed:
            self._check_open()
        self._sequence = sequence = self._sequence + 1  # used once, even if writing fails
        binding = bound(kind, self._exchange, sequence)
        payload = self._cipher.encrypt(frame_nonce(sequence), plain, binding)
        self._journal.append(write_frame(binding, payload))
        self._mark = self._journal.spool.written


class SpoolJournal:
    """A worker's journal (see `gateway.ports.journal.Journal`). One thread uses it.

    ``state`` is the state folder, ``worker`` a short name. Raises LedgerFailed or ConfigError if
    the spool cannot be made.
    """

    def __init__(
        self, state: Path, worker: str, settings: LedgerSettings, keyring: Keyring, clock: Clock
    ) -> None:
        self.spool = Spool(state, worker, settings, clock)
        self._keyring = keyring
        self._clock = clock
        self._erasures = spool_folder(state) / ERASURES_FILE
        self._erasures_seen = self._erasures_stamp()
        self._subjects: OrderedDict[tuple[str, str], _SubjectKey] = OrderedDict()
        self._segment = 0
        self._keys_in_segment: set[bytes] = set()
        self._owed = b""

    def open(self, facts: OpenFrame) -> SpoolEntry:
        """Begin a record. Raises LedgerFailed if it cannot be kept."""
        self.spool.admit()
        exchange = exchange_bytes(facts.exchange)
        owner = key_owner(facts.subject, facts.exchange)
        subject = self._subject_key(facts, owner, exchange)
        data_key = new_key()
        wrapped = wrap(subject.cipher, data_key, exchange)
        nameless = msgspec.structs.replace(facts, subject="")
        payload = pack(OpenPayload(nameless, subject.key_id, wrapped))
        frame = write_frame(bound(FrameType.OPEN, exchange, 0), payload)
        segment = self.spool.turn()
        if segment != self._segment:
            self._segment = segment
            self._keys_in_segment.clear()
        if subject.key_id in self._keys_in_segment:
            self.append(frame)
        else:
            self.append(subject.frame + frame)
            if facts.subject:
                self._keys_in_segment.add(subject.key_id)
        return SpoolEntry(self, exchange, data_key)

    def note(self, kind: str, facts: dict[str, str]) -> None:
        """Keep an event for the chain: a policy, lexicon or key change. Never user content.

        Raises LedgerFailed.
        """
        time_ns = self._clock.wall_ns()
        note = exchange_bytes(exchange_id(time_ns // 1_000_000, os.urandom(10)))
        payload = pack(NotePayload(time_ns, kind, facts))
        self.append(write_frame(bound(FrameType.NOTE, note, 0), payload))

    def append(self, frames: bytes) -> None:
        """Write frames in one call, those first that a full disk refused before."""
        if self._owed:
            frames = self._owed + frames
            self.spool.append(frames)
            self._owed = b""
        else:
            self.spool.append(frames)

    def append_close(self, frame: bytes) -> None:
        """Write a CLOSE frame, or owe it to a later write and raise LedgerFailed."""
        try:
            self.append(frame)
        except LedgerFailed:
            self._owed += frame
            raise

    def close(self) -> None:
        """Flush and let go; called once when the worker ends."""
        if self._owed:
            try:
                self.append(b"")
            except LedgerFailed:  # the shipper recovers these exchanges as it does after a crash
                self._owed = b""
        self.spool.close()

    def _subject_key(self, facts: OpenFrame, owner: str, exchange: bytes) -> _SubjectKey:
        stamp = self._erasures_stamp()
        if stamp != self._erasures_seen:
            self._erasures_seen = stamp
            self._subjects.clear()
        name = (facts.tenant, owner)
        known = self._subjects.get(name)
        if known is not None:
            self._subjects.move_to_end(name)
            return known
        made = self._make_key(facts.tenant, owner, exchange)
        if facts.subject:
            self._subjects[name] = made
            if len(self._subjects) > _CACHED_SUBJECTS:
                self._subjects.popitem(last=False)
        return made

    def _make_key(self, tenant: str, owner: str, exchange: bytes) -> _SubjectKey:
        key_id, key = new_key_id(), new_key()
        wrapped = self._keyring.wrap_subject_key(key, tenant, owner)
        payload = pack(KeyPayload(key_id, tenant, owner, wrapped))
        return _SubjectKey(
            key_id, AESGCM(key), write_frame(bound(FrameType.KEY, exchange, 0), payload)
        )

    def _erasures_stamp(self) -> tuple[int, int]:
        try:
            status = self._erasures.stat()
        except FileNotFoundError:
            return (0, 0)
        return (status.st_ino, status.st_mtime_ns)
