"""Files in an answer: ordered, waited for, put in their places, or the end of the answer."""

from __future__ import annotations

import base64
import hashlib

import pytest

from gateway.engine.media import MediaGate, MediaPlan
from gateway.engine.outbox import Outbox, Shown
from gateway.engine.queue import Held
from gateway.nouns.errors import MarkFailed, Overloaded
from gateway.nouns.mark import Receipt
from gateway.nouns.picture import Looks
from gateway.ports.adapter import Coding, Event, EventKind, Media
from gateway.ports.mark import Claim, StreamMark
from gateway.ports.session import Sealed
from tests.media_kit import claim

LOOKS = Looks((b"h" * 32,))
GOOD = Sealed(b"NEW", "png", 3, "00", (Receipt("label", "written"),), (LOOKS,))
LACKING = GOOD._replace(receipts=(Receipt("label", "failed", "no_mark_for_gif"),))


def held(*media: Media) -> Held:
    """An event with these files."""
    return Held(Event(EventKind.TEXT, b"raw", (), (0,), media=media), [], 0.0)


def one(choice: int = 0, stream: str = "", data: str = "AAAA") -> Media:
    """A file, or a part of one."""
    return Media(choice, "image", data, Coding.BASE64, stream=stream)


def gate(*, passes: bool = False, mark: StreamMark | None = None) -> MediaGate:
    """A gate at which a label is owed."""
    return MediaGate(MediaPlan(claim(), ("label",), passes, lambda hint, said: mark))


def test_an_event_waits_for_all_of_its_files() -> None:
    """And then carries what came back; the record is told, without the bytes."""
    it, event = gate(), held(one(), one())
    it.meet(event)
    first, second = it.orders()
    assert it.orders() == ()
    assert it.sealed(second.number, GOOD._replace(data=b"2")) is None
    assert not event.ready()
    assert it.sealed(first.number, GOOD) is None
    assert event.ready()
    assert event.media == {0: b"NEW", 1: b"2"}
    out = Outbox(Shown())
    it.note_released(event, out)
    assert [text.text for text in out.texts] == ["png 3 bytes sha256:00"] * 2
    assert it.pictures == (LOOKS, LOOKS)


def test_parts_become_one_order_at_their_end() -> None:
    """The first place carries all of the file, the others nothing."""
    it = gate()
    places = [held(one(stream="s", data=data)) for data in ("AA==", "BB==")]
    other = held(one(1, "s"))
    for each in (*places, other):
        it.meet(each)
    assert it.orders() == ()
    it.end((0,))
    (order,) = it.orders()
    assert order.parts == ("AA==", "BB==")
    it.sealed(order.number, GOOD)
    assert [each.media for each in places] == [{0: b"NEW"}, {0: b""}]
    assert not other.ready()
    it.end()
    assert len(it.orders()) == 1


def test_what_lacks_a_mark_ends_the_answer_unless_it_may_pass() -> None:
    """Either way the receipt says why."""
    for passes in (False, True):
        it, event = gate(passes=passes), held(one())
        it.meet(event)
        error = it.sealed(it.orders()[0].number, LACKING)
        assert (error is None) is passes
        assert event.ready() is passes
        assert it.receipts()[0].detail == "no_mark_for_gif"
        assert passes or "no_mark_for_gif" in str(error)


def test_what_could_not_be_tried_passes_as_it_came_if_it_may() -> None:
    """But never for want of room: that can be tried again."""
    it, event = gate(passes=True), held(one(), one())
    it.meet(event)
    first, second = it.orders()
    assert it.sealed(first.number, MarkFailed("it hung")) is None
    assert isinstance(it.sealed(second.number, Overloaded()), Overloaded)
    assert event.media == {}
    assert it.receipts()[0].detail == "it hung"


def test_a_closed_choice_waits_for_nothing() -> None:
    """What comes back for it is dropped."""
    it = gate()
    events = [held(one()), held(one(stream="s"))]
    for each in events:
        it.meet(each)
    it.close(0)
    assert all(each.ready() and each.media == {0: b""} for each in events)
    (order,) = it.orders()
    assert it.sealed(order.number, MarkFailed()) is None
    it.end()
    assert it.orders() == ()


class Shouting:
    """A stream mark that makes every byte a capital, and says so at the end."""

    def push(self, data: bytes) -> bytes:
        """See gateway.ports.mark.StreamMark."""
        return data.upper()

    def flush(self) -> tuple[bytes, tuple[Receipt, ...]]:
        """See gateway.ports.mark.StreamMark."""
        return b"!", (Receipt("sound_label", "written"),)

    def broken(self) -> tuple[Receipt, ...]:
        """See gateway.ports.mark.StreamMark."""
        return (Receipt("sound_label", "failed", "broken_off"),)


def test_a_sound_with_a_stream_mark_does_not_wait() -> None:
    """Each part leaves at once, and what is left comes at the end."""
    it = gate(mark=Shouting())
    event = held(one(stream="s", data=base64.b64encode(b"abc").decode()))
    it.meet(event)
    assert event.ready()
    assert event.media == {0: base64.b64encode(b"ABC")}
    it.end((0,))
    ((media, data, note),) = it.finish_of(0)
    assert note == f"file 4 bytes sha256:{hashlib.sha256(b'ABC!').hexdigest()}"
    assert media.stream == "s"
    assert base64.b64decode(data) == b"!"
    assert it.finish_of(0) == []
    assert it.receipts()[0].mark == "sound_label"


class Asking(Shouting):
    """One that wants its label first."""

    def __init__(self) -> None:
        self.kept, self.label = b"", b""
        self.asks = True

    def push(self, data: bytes) -> bytes:
        """Keep."""
        self.kept += data
        return b"" if not self.label else self._given()

    def wanted(self) -> object | None:
        """See gateway.ports.mark.AskingMark."""
        asks, self.asks = self.asks, False
        return "a label" if asks else None

    def supply(self, made: bytes | None) -> bytes:
        """See gateway.ports.mark.AskingMark."""
        if made == b"bad":
            raise MarkFailed("broken")
        self.label = made or b"own"
        return self.label + self._given()

    def _given(self) -> bytes:
        kept, self.kept = self.kept, b""
        return kept


@pytest.mark.parametrize("made", [b"made", None])
def test_a_stream_waits_for_what_its_mark_wants(made: bytes | None) -> None:
    """Its first part holds what comes of all parts so far; later ones wait behind it, empty."""
    it = gate(mark=Asking())
    first, second = (held(one(stream="s", data=base64.b64encode(d).decode())) for d in (b"a", b"b"))
    it.meet(first)
    it.meet(second)
    (order,) = it.orders()
    assert (order.making, order.parts) == ("a label", ())
    assert not first.ready()
    outcome = MarkFailed() if made is None else Sealed(made, "", len(made), "", ())
    assert it.sealed(order.number, outcome) is None
    assert first.media == {0: base64.b64encode((made or b"own") + b"ab")}
    assert second.media == {0: b""}
    assert first.ready()
    assert it.sealed(order.number, outcome) is None


def test_a_stream_whose_mark_cannot_go_on_ends() -> None:
    """And one whose choice was closed waits no more."""
    it = gate(mark=Asking())
    it.meet(held(one(stream="s")))
    (order,) = it.orders()
    assert isinstance(it.sealed(order.number, Sealed(b"bad", "", 3, "", ())), MarkFailed)
    it = gate(mark=Asking())
    it.meet(held(one(stream="s")))
    (order,) = it.orders()
    it.close(0)
    assert it.sealed(order.number, Sealed(b"bad", "", 3, "", ())) is None


def test_a_sound_that_broke_off_says_so() -> None:
    """Its marks tell how far they came; nothing more of it is sent."""
    it = gate(mark=Shouting())
    it.meet(held(one(stream="s")))
    it.broke_off()
    assert it.finish_of(0) == []
    assert it.receipts()[0].detail == "broken_off"


def test_without_a_plan_nothing_waits() -> None:
    """Nothing is owed."""
    it, event = MediaGate(None), held(one())
    it.meet(event)
    assert event.ready()
    assert it.sealed(1, GOOD) is None


def test_a_plan_asks_for_its_claim() -> None:
    """Every order says what the marks are to say."""
    it = gate()
    it.meet(held(one()))
    assert isinstance(it.orders()[0].claim, Claim)
