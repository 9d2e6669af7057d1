"""Media: generated files in an answer wait until their marks are on them.

The engine does no I/O, so it orders: a `SealOrder` leaves with a release, its outcome comes back by
number, and the event leaves when all its files are sealed. A file that comes in parts is one order,
given at its end: its first part then carries all of it, and the others are empty.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
from collections.abc import Callable, Iterable
from typing import NamedTuple

from gateway.engine.outbox import Outbox
from gateway.engine.queue import Held
from gateway.nouns.errors import MarkFailed, SealgateError
from gateway.nouns.mark import Receipt
from gateway.nouns.picture import Looks
from gateway.nouns.record import ReceiptFact
from gateway.ports.adapter import Coding, Media
from gateway.ports.mark import AskingMark, Claim, StreamMark
from gateway.ports.session import Sealed, SealOrder

MOST_RECEIPTS = 256
HOW_TO_PASS = "The policy decides: marks.file.unmarkable."
FILE = "file"
"""The name of a receipt about a file as a whole."""


def no_stream_mark(_: str, __: Claim) -> StreamMark | None:
    """Return None: sounds are sealed whole."""
    return None


class MediaPlan(NamedTuple):
    """What is owed on the files of one answer. ``owed`` names the families of marks.

    ``passes``: what cannot be marked leaves as it came, and the record says why. ``stream_mark``
    gives the mark of a sound that streams, by the hint of its format; None: it is sealed whole.
    ``unlabelled``: the label that people see or hear is left out.
    """

    claim: Claim
    owed: tuple[str, ...]
    passes: bool = False
    stream_mark: Callable[[str, Claim], StreamMark | None] = no_stream_mark
    unlabelled: bool = False


class _Place(NamedTuple):
    held: Held
    at: int


class _Parts:
    """A file that comes in parts: its places so far, and its stream mark if there is one."""

    def __init__(self, first: Media, mark: StreamMark | None) -> None:
        self.first = first
        self.mark = mark
        self.places: list[_Place] = []
        self.size = 0
        self.hash = hashlib.sha256()

    def leave(self, data: bytes) -> bytes:
        """Count what leaves of a marked stream; return it as the wire has it."""
        self.size += len(data)
        self.hash.update(data)
        return _encoded(data, self.first.coding)

    @property
    def note(self) -> str:
        """What the record keeps of a marked stream."""
        return f"{self.first.hint or FILE} {self.size} bytes sha256:{self.hash.hexdigest()}"


class MediaGate:
    """The files of one answer. Without a plan everything passes as it came."""

    def __init__(self, plan: MediaPlan | None) -> None:
        self._plan = plan
        self._orders: list[SealOrder] = []
        self._asked: dict[int, tuple[_Place, ...]] = {}
        self._streams: dict[tuple[int, str], _Parts] = {}
        self._making: dict[int, tuple[_Place, _Parts]] = {}
        self._receipts: list[ReceiptFact] = []
        self._count = 0
        self.pictures: tuple[Looks, ...] = ()

    # -- in

    def meet(self, held: Held) -> None:
        """See an event with files; it waits until they are sealed."""
        if self._plan is None:
            return
        for index, media in enumerate(held.event.media):
            held.unsealed += 1
            if media.stream:
                self._meet_part(_Place(held, index), media)
            else:
                self._order((_Place(held, index),))

    def _meet_part(self, place: _Place, media: Media) -> None:
        plan, key = self._plan, (media.choice, media.stream)
        assert plan is not None
        parts = self._streams.get(key)
        if parts is None:
            mark = plan.stream_mark(media.hint, plan.claim)
            parts = self._streams[key] = _Parts(media, mark)
        if parts.mark is None:
            parts.places.append(place)
            return
        out = parts.mark.push(_decoded(media))
        wanted = parts.mark.wanted() if isinstance(parts.mark, AskingMark) else None
        if wanted is None:
            place.held.fill(place.at, parts.leave(out))
            return
        self._count += 1
        self._making[self._count] = (place, parts)
        self._orders.append(SealOrder(self._count, (), Coding.RAW, "", plan.claim, making=wanted))

    def end(self, choices: Iterable[int] | None = None) -> None:
        """Nothing more comes of these choices (None: of all): their parts are whole files now."""
        over = None if choices is None else set(choices)
        for key, parts in list(self._streams.items()):
            if parts.mark is None and (over is None or key[0] in over):
                del self._streams[key]
                self._order(tuple(parts.places))

    def close(self, choice: int) -> None:
        """A block ended a choice: its files are wanted no more, and nothing waits for them."""
        gone: list[_Place] = []
        for key in [key for key in self._streams if key[0] == choice]:
            gone += self._streams.pop(key).places
        for number, places in list(self._asked.items()):
            if all(held.event.media[index].choice == choice for held, index in places):
                gone += self._asked.pop(number)
        for number, (place, parts) in list(self._making.items()):
            if parts.first.choice == choice:
                gone.append(place)
                del self._making[number]
        for place in gone:
            place.held.fill(place.at, b"")

    def finish_of(self, choice: int) -> list[tuple[Media, bytes, str]]:
        """Return what stream marks of a choice still have to say, as the wire has it, and what the
        record keeps of the sound."""
        rest: list[tuple[Media, bytes, str]] = []
        for key in [key for key in self._streams if key[0] == choice]:
            parts = self._streams[key]
            if parts.mark is not None:
                del self._streams[key]
                data, receipts = parts.mark.flush()
                self._note(receipts)
                rest.append((parts.first, parts.leave(data), parts.note))
        return rest

    def broke_off(self) -> None:
        """The answer failed: what streams of marked sounds still held is not worth sending."""
        for key, parts in list(self._streams.items()):
            if parts.mark is not None:
                del self._streams[key]
                self._note(parts.mark.broken())

    def _order(self, places: tuple[_Place, ...]) -> None:
        assert self._plan is not None
        self._count += 1
        media = [place.held.event.media[place.at] for place in places]
        self._asked[self._count] = places
        self._orders.append(
            SealOrder(
                self._count,
                tuple(each.data for each in media),
                media[0].coding,
                media[0].hint,
                self._plan.claim,
                self._plan.unlabelled,
                fetched=media[0].fetched,
                beside=media[0].coding is Coding.RAW,
            )
        )

    def orders(self) -> tuple[SealOrder, ...]:
        """Return the orders that were not given yet."""
        orders, self._orders = tuple(self._orders), []
        return orders

    # -- back

    def sealed(self, number: int, outcome: Sealed | SealgateError) -> SealgateError | None:
        """Take an order's outcome. Returns the error with which the answer ends, if it does."""
        if number in self._making:
            return self._made(number, outcome)
        places = self._asked.pop(number, None)
        if places is None or self._plan is None:
            return None
        if isinstance(outcome, Sealed):
            self._note(outcome.receipts)
            if outcome.complete or self._plan.passes:
                self._fill(places, outcome)
                return None
            return MarkFailed(f"{_lost(outcome.receipts)}. {HOW_TO_PASS}")
        reason = outcome.detail or outcome.code
        self._note(Receipt(name, "failed", reason) for name in self._plan.owed)
        if self._plan.passes and isinstance(outcome, MarkFailed):
            for held, _ in places:
                held.unsealed -= 1
            return None
        return outcome

    def _made(self, number: int, outcome: Sealed | SealgateError) -> SealgateError | None:
        place, parts = self._making.pop(number)
        assert isinstance(parts.mark, AskingMark)
        try:
            out = parts.mark.supply(outcome.data if isinstance(outcome, Sealed) else None)
        except MarkFailed as error:
            return error
        place.held.fill(place.at, parts.leave(out))
        return None

    def _fill(self, places: tuple[_Place, ...], outcome: Sealed) -> None:
        note = f"{outcome.format or FILE} {outcome.size} bytes sha256:{outcome.sha256}"
        for place in places:
            place.held.fill(place.at, b"")
        first = places[0]
        first.held.media[first.at] = outcome.data
        first.held.notes.append((first.held.event.media[first.at].choice, note))
        self.pictures += outcome.pictures

    # -- out

    def note_released(self, held: Held, out: Outbox) -> None:
        """Tell the record of the files that leave with an event: their hashes, not their bytes."""
        for choice, note in held.notes:
            out.own(choice, "media", note)

    def _note(self, receipts: Iterable[Receipt]) -> None:
        for receipt in receipts:
            if len(self._receipts) < MOST_RECEIPTS:
                self._receipts.append(ReceiptFact(*receipt))

    def receipts(self) -> tuple[ReceiptFact, ...]:
        """Return what became of the marks of all files."""
        return tuple(self._receipts)


def _lost(receipts: Iterable[Receipt]) -> str:
    """Name what failed, in the words of the receipts (which are free of content)."""
    failed = [f"{one.mark}: {one.detail or 'failed'}" for one in receipts if one.status == "failed"]
    return "; ".join(failed)


def _decoded(media: Media) -> bytes:
    if isinstance(media.data, bytes):
        return media.data
    try:
        return base64.b64decode(media.data, validate=True)
    except (binascii.Error, ValueError):
        raise MarkFailed("A part of a sound is not base64.") from None


def _encoded(data: bytes, coding: Coding) -> bytes:
    return data if coding is Coding.RAW else base64.b64encode(data)
