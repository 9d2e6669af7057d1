"""What leaves of an event whose choice was closed: nothing of its files."""

from __future__ import annotations

from gateway.engine.emitter import Emitter
from gateway.engine.marking import Marking
from gateway.engine.media import MediaGate
from gateway.engine.outbox import Outbox, Shown
from gateway.engine.queue import Held
from gateway.engine.seal import Seal
from gateway.nouns.errors import UpstreamBroken
from gateway.ports.adapter import Coding, Edits, Event, EventKind, Media
from tests.line_protocol import LineAnswer


class Seen(LineAnswer):
    """Remembers the edits."""

    def write(self, event: Event, edits: Edits) -> bytes:
        """See gateway.ports.adapter.Answer."""
        self.edits = edits
        return b"written"


def _emitter(answer: LineAnswer, closed: set[int]) -> Emitter:
    marking = Marking(Seal(), answer, structured=False)
    return Emitter(answer, marking, MediaGate(None), closed=closed, finished=set(), seen={0, 1})


def test_files_of_a_closed_choice_are_blank() -> None:
    """The event goes on for the others."""
    answer = Seen()
    media = tuple(Media(n, "image", "AAAA", Coding.BASE64) for n in (0, 1))
    out = Outbox(Shown())
    _emitter(answer, {1}).emit(
        Held(Event(EventKind.TEXT, b"raw", (), (0, 1), media=media), [], 0.0), out
    )
    assert answer.edits.media == {1: b""}
    assert out.data == b"written"


def test_what_nothing_touches_leaves_as_it_came() -> None:
    """Byte for byte, and the end is known as one."""
    answer = Seen()
    emitter, out = _emitter(answer, set()), Outbox(Shown())
    emitter.emit(Held(Event(EventKind.COMMENT, b"# x\n"), [], 0.0), out)
    assert not emitter.terminated
    emitter.emit(Held(Event(EventKind.END, b"E\n"), [], 0.0), out)
    assert out.data.startswith(b"# x\n")
    assert emitter.terminated
    assert not emitter.edited
    assert answer.fail(UpstreamBroken(), "x")
