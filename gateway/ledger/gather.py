"""Gather: puts the frames of the spools together to exchanges, until they are closed.

What was read is kept as it was written, encrypted: in memory up to a bound, beyond it as a place in
the segment. Only `Gathered.opened` decrypts it, when the record goes to the store.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from operator import itemgetter
from typing import NamedTuple

import msgspec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from gateway.ledger.contents import RECOVERED, Contents, Facts, join_runs
from gateway.ledger.crypt import open_frame, unwrap
from gateway.ledger.frames import Frame, FrameType, bound
from gateway.ledger.journal import (
    AnswerPayload,
    KeyPayload,
    NotePayload,
    OpenPayload,
    RequestPayload,
)
from gateway.ledger.keyring import Keyring
from gateway.ledger.tail import SegmentTail, SpoolTail
from gateway.nouns.errors import LedgerFailed
from gateway.nouns.record import AnswerText, CloseFrame, subject_of

_MEMORY_BYTES = 32 * 1024 * 1024

_open_decoder = msgspec.msgpack.Decoder(OpenPayload)
_key_decoder = msgspec.msgpack.Decoder(KeyPayload)
_close_decoder = msgspec.msgpack.Decoder(CloseFrame)
_note_decoder = msgspec.msgpack.Decoder(NotePayload)
_answer_decoder = msgspec.msgpack.Decoder(AnswerPayload)
_request_decoder = msgspec.msgpack.Decoder(RequestPayload)


_Piece = tuple[int, int, SegmentTail, int, bytes | int]
"""Sequence, type, segment, offset, and the payload or (when memory is short) its length."""


class Note(NamedTuple):
    """An event on its way into the chain."""

    id: bytes
    payload: NotePayload
    segment: SegmentTail


class Opened(NamedTuple):
    """An exchange out of the spool: its facts, its texts (None if its key was destroyed), and the
    id of the spool key that protected it."""

    facts: Facts
    key_id: bytes
    owner: str
    contents: Contents | None


class Gathered:
    """One exchange while its frames come in."""

    def __init__(self, exchange: bytes, spool: SpoolTail) -> None:
        self.exchange = exchange
        self.spool = spool
        self.segments: list[SegmentTail] = []
        self.opening: OpenPayload | None = None
        self.closing: CloseFrame | None = None
        self.pieces: list[_Piece] = []
        self.size = 0
        self.in_memory = 0
        self._key: KeyPayload | None = None

    @property
    def wrapped_key(self) -> bytes | None:
        """The subject's key that protects it, as it was wrapped; None if it was destroyed."""
        return self._key.wrapped if self._key else None

    def take(self, segment: SegmentTail, frame: Frame, *, keep: bool) -> None:
        """Add a frame; ``keep`` holds its payload in memory."""
        if segment not in self.segments:
            self.segments.append(segment)
            segment.users.add(self.exchange)
        if frame.type == FrameType.OPEN:
            self.opening = _open_decoder.decode(frame.payload)
            self._key = segment.keys.get(self.opening.key_id)
            if self._key is not None and not subject_of(self._key.owner):
                del segment.keys[self._key.key_id]  # nobody else uses it
        elif frame.type == FrameType.CLOSE:
            self.closing = _close_decoder.decode(frame.payload)
        else:
            length = len(frame.payload)
            self.size += length
            self.in_memory += length if keep else 0
            payload = frame.payload if keep else length
            self.pieces.append((frame.sequence, frame.type, segment, frame.offset, payload))

    def opened(self, keyring: Keyring) -> Opened | None:
        """Decrypt what came in; None if there is no OPEN frame to go by."""
        if self.opening is None:
            return None
        key = self._key
        owner = key.owner if key else ""
        facts = msgspec.structs.replace(self.opening.facts, subject=subject_of(owner))
        contents, sent, complete = self._contents(self.opening, key, keyring)
        spooled = sum(len(text.text) for text in contents.answer) if contents else 0
        told = Facts(
            state=RECOVERED if self.closing is None else "closed",
            open=facts,
            close=self.closing,
            sent_bytes=sent if self.closing is None else self.closing.sent_bytes,
            spooled_chars=spooled,
            complete=complete,
        )
        return Opened(told, self.opening.key_id, owner, contents)

    def _contents(
        self, opening: OpenPayload, key: KeyPayload | None, keyring: Keyring
    ) -> tuple[Contents | None, int, bool]:
        cipher = self._cipher(opening, key, keyring) if key else None
        if cipher is None:
            return None, 0, False
        request, sent, complete = RequestPayload(b"", None), 0, True
        texts: dict[int, list[AnswerText]] = {FrameType.ANSWER: [], FrameType.SUPPRESSED: []}
        for sequence, kind, segment, offset, kept in sorted(self.pieces, key=itemgetter(0)):
            payload = kept if isinstance(kept, bytes) else segment.payload(offset, kept)
            plain = open_frame(cipher, sequence, payload, bound(kind, self.exchange, sequence))
            if plain is None:
                complete = False
            elif kind == FrameType.REQUEST:
                request = _request_decoder.decode(plain)
            elif kind in texts:
                answer = _answer_decoder.decode(plain)
                sent = max(sent, answer.sent_bytes)
                texts[kind].extend(answer.texts)
        contents = Contents(
            request.body,
            request.edited,
            join_runs(texts[FrameType.ANSWER]),
            join_runs(texts[FrameType.SUPPRESSED]),
        )
        return contents, sent, complete

    def _cipher(self, opening: OpenPayload, key: KeyPayload, keyring: Keyring) -> AESGCM | None:
        try:
            secret = keyring.unwrap_subject_key(key.wrapped, key.tenant, key.owner)
            return AESGCM(unwrap(AESGCM(secret), opening.wrapped, self.exchange))
        except LedgerFailed:
            self.segments[0].damage += 1  # a key that is there and does not open: keep the file
            return None


class Gatherer:
    """All exchanges that are not in the store yet. ``ready`` are closed or recovered.

    ``locked`` are those among them whose master key is not ``at_hand``. After a rotation workers of
    a new generation may write before the old one's steward has ended: its successor, who has the
    key, finds them in the spool. Others wait for their subject's key in the store (`lock`).
    """

    def __init__(self, at_hand: Callable[[bytes], bool]) -> None:
        self.open: dict[bytes, Gathered] = {}
        self.ready: deque[Gathered] = deque()
        self.locked: list[Gathered] = []
        self._at_hand = at_hand
        self.notes: deque[Note] = deque()
        self._in_memory = 0

    @property
    def is_behind(self) -> bool:
        """True if something is finished that is not in the store."""
        return bool(self.ready or self.notes or self.locked)

    def take(self, spool: SpoolTail, segment: SegmentTail, frames: list[Frame]) -> None:
        """Add frames in the order of their segment."""
        for frame in frames:
            try:
                self._take(spool, segment, frame)
            except msgspec.DecodeError:
                segment.damage += 1

    def recover(self, spool: SpoolTail) -> None:
        """Declare the unfinished exchanges of a dead worker ready, as they are."""
        for gathered in [each for each in self.open.values() if each.spool is spool]:
            self._finish(gathered)

    def batch(self, most: int, most_bytes: int) -> list[Gathered]:
        """Return the first that are ready: at least one, at most so many and so large."""
        batch: list[Gathered] = []
        size = 0
        for gathered in self.ready:
            size += gathered.size
            if batch and (len(batch) == most or size > most_bytes):
                break
            batch.append(gathered)
        return batch

    def stored(self, gathered: Gathered) -> None:
        """Forget an exchange that the store has."""
        self._in_memory -= gathered.in_memory
        for segment in gathered.segments:
            segment.users.discard(gathered.exchange)

    def lock(self, gathered: Gathered) -> None:
        """Let an exchange wait for its subject's key in the store, until `retry`."""
        self.locked.append(gathered)

    def retry(self) -> None:
        """Try those again that wait for the store alone."""
        waiting, self.locked = self.locked, []
        for each in waiting:
            (self.locked if self._is_locked(each) else self.ready).append(each)

    def _is_locked(self, gathered: Gathered) -> bool:
        wrapped = gathered.wrapped_key
        return wrapped is not None and not self._at_hand(wrapped)

    def _take(self, spool: SpoolTail, segment: SegmentTail, frame: Frame) -> None:
        if frame.type == FrameType.KEY:
            key = _key_decoder.decode(frame.payload)
            segment.keys[key.key_id] = key
        elif frame.type == FrameType.NOTE:
            note = _note_decoder.decode(frame.payload)
            segment.users.add(frame.exchange)
            self.notes.append(Note(frame.exchange, note, segment))
        elif frame.type != FrameType.BLANK:
            self._add(spool, segment, frame)

    def _add(self, spool: SpoolTail, segment: SegmentTail, frame: Frame) -> None:
        gathered = self.open.get(frame.exchange)
        if gathered is None:
            if frame.type == FrameType.CLOSE:
                return  # written once more after a full disk
            gathered = self.open[frame.exchange] = Gathered(frame.exchange, spool)
        before = gathered.in_memory
        gathered.take(segment, frame, keep=self._in_memory < _MEMORY_BYTES)
        self._in_memory += gathered.in_memory - before
        if gathered.closing is not None:
            self._finish(gathered)

    def _finish(self, gathered: Gathered) -> None:
        del self.open[gathered.exchange]
        (self.locked if self._is_locked(gathered) else self.ready).append(gathered)
