"""A protocol of one line per event, so that tests of the engine read like a dialogue.

``T 0 content hello`` text of a channel, ``F 0`` finish, ``U`` usage, ``#`` comment, ``?`` unknown,
``E`` end. What the engine adds: ``T 0 content LABEL`` (own text), ``R 0 rule shown`` (refusal),
``! code`` (error), and members as `` +name`` behind a line.
"""

from __future__ import annotations

from collections.abc import Mapping

from gateway.nouns.errors import SealgateError, UpstreamBroken
from gateway.nouns.segment import Channel, FieldClass, TextForm
from gateway.nouns.verdict import Refusal
from gateway.ports.adapter import Edits, Event, EventKind, Piece, Run

CLASSES = {"content": FieldClass.CONTENT, "reasoning": FieldClass.REASONING,
           "args": FieldClass.TOOL_ARGUMENTS}  # fmt: skip
KINDS = {"T": EventKind.TEXT, "F": EventKind.FINISH, "U": EventKind.TAIL, "#": EventKind.COMMENT,
         "?": EventKind.UNKNOWN, "E": EventKind.END}  # fmt: skip


def one_run(*texts: str) -> Run:
    """Return these texts of one channel as one run."""
    data = "".join(f"T 0 content {text}\n" for text in texts).encode()
    (run,) = LineAnswer(runs=True).push(data)
    assert isinstance(run, Run)
    return run


class LineAnswer:
    """See gateway.ports.adapter.Answer. ``runs``: neighbouring texts of a channel come as one."""

    def __init__(self, *, whole: bool = False, runs: bool = False) -> None:
        self.whole = whole
        self.usage: Mapping[str, int] = {}
        self.refused = False
        self._runs = runs
        self._rest = b""

    def push(self, data: bytes) -> list[Event | Run]:
        self._rest += data
        if self.whole:
            return []
        *lines, self._rest = self._rest.split(b"\n")
        events = [self._event(line + b"\n") for line in lines]
        return self._joined(events) if self._runs else list(events)

    def flush(self) -> list[Event | Run]:
        rest, self._rest = self._rest, b""
        if not self.whole:
            return [self._event(rest)] if rest else []
        events = [self._event(line + b"\n") for line in rest.split(b"\n") if line]
        pieces = tuple(piece for event in events for piece in event.pieces)
        choices = tuple(sorted({piece.channel.choice for piece in pieces}))
        return [Event(EventKind.TEXT, rest, pieces, choices)] if events else []

    def _event(self, raw: bytes) -> Event:
        words = raw.decode().rstrip("\n").split(" ", 3)
        if words[0] not in KINDS:
            raise UpstreamBroken("not a line of the protocol")
        kind = KINDS[words[0]]
        if kind is EventKind.FINISH:
            return Event(kind, raw, (), (int(words[1]),))
        if kind is not EventKind.TEXT:
            return Event(kind, raw)
        choice, name, text = int(words[1]), words[2], words[3] if len(words) > 3 else ""
        form = TextForm.JSON if name == "args" else TextForm.PROSE
        piece = Piece(Channel(choice, name), text, CLASSES[name], form)
        return Event(kind, raw, (piece,), (choice,))

    def _joined(self, events: list[Event]) -> list[Event | Run]:
        texts = {event.pieces[0].channel for event in events if event.pieces}
        if len(texts) != 1 or any(not event.pieces for event in events):
            return list(events)
        piece = events[0].pieces[0]
        raw = b"".join(event.raw for event in events)
        said = [event.pieces[0].text for event in events]
        form = piece.form
        return [Run(raw, said, piece.channel, piece.field_class, form, lambda n: events[n:])]

    def write(self, event: Event, edits: Edits) -> bytes:
        if self.whole:
            return self._write_whole(event, edits)
        out = event.raw.rstrip(b"\n")
        if edits.texts:
            channel = event.pieces[0].channel
            out = f"T {channel.choice} {channel.path} {edits.texts[0]}".encode()
        return out + _members(edits.fields) + b"\n"

    def _write_whole(self, event: Event, edits: Edits) -> bytes:
        lines = []
        for index, piece in enumerate(event.pieces):
            choice = piece.channel.choice
            if choice in edits.refusals:
                continue
            text = edits.texts.get(index, piece.text)
            if piece.field_class is FieldClass.CONTENT:
                text = edits.before.get(choice, "") + text + edits.after.get(choice, "")
            lines.append(f"T {choice} {piece.channel.path} {text}")
        lines += [f"R {choice} {refusal.rule}" for choice, refusal in edits.refusals.items()]
        return "\n".join(lines).encode() + _members(edits.fields) + b"\n"

    def own_text(self, choice: int, text: str, like: Event | Run | None) -> bytes:
        return f"T {choice} content {text}\n".encode()

    def close(
        self,
        choice: int,
        refusal: Refusal,
        style: str,
        fields: Mapping[str, object] | None = None,
    ) -> bytes:
        said = f"R {choice} {refusal.rule} {refusal.shown}".encode()
        return said + _members(fields or {}) + b"\n"

    def end(self) -> bytes:
        return b"E\n"

    def fail(self, error: SealgateError, exchange: str) -> bytes:
        return f"! {error.code}\n".encode() + self.end()


def _members(fields: Mapping[str, object]) -> bytes:
    return "".join(f" +{name}" for name in fields).encode()
