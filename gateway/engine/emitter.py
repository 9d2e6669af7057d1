"""Emitter: writes the events of a streamed answer that may leave, with their edits and marks."""

from __future__ import annotations

from collections.abc import Collection

from gateway.engine.marking import Marking
from gateway.engine.media import MediaGate
from gateway.engine.outbox import Outbox
from gateway.engine.queue import Held
from gateway.nouns.segment import FieldClass
from gateway.ports.adapter import Answer, Edits, EventKind, MediaAnswer


class Emitter:
    """Writes events whole. ``closed`` are the choices that a block ended, ``finished`` those whose
    finish was seen, ``seen`` all; they are the session's own sets, read here as they grow.

    ``edited`` is true once an edit changed a text (the session takes note and resets it),
    ``terminated`` once the answer's own end left.
    """

    def __init__(
        self,
        answer: Answer,
        marking: Marking,
        media: MediaGate,
        *,
        closed: Collection[int],
        finished: set[int],
        seen: set[int],
    ) -> None:
        self._answer = answer
        self._marking = marking
        self._media = media
        self._closed = closed
        self._finished = finished
        self._seen = seen
        self.edited = False
        self.terminated = False

    def emit(self, held: Held, out: Outbox) -> None:
        """Write one event with its edits and marks."""
        event = held.event
        texts = self._texts(held, out)
        fields: dict[str, object] = {}
        for index, media in enumerate(event.media):
            if media.choice in self._closed:
                held.media[index] = b""
        if event.kind is EventKind.FINISH:
            for choice in event.choices:
                self._end_media(choice, out)
                self._marking.at_end(choice, event, out)
            fields = self._marking.fields(event.choices)
        elif event.kind is EventKind.END:
            self.label_ends(out)
            self.terminated = True
        self.edited = self.edited or bool(texts)
        self._media.note_released(held, out)
        if not (texts or fields or held.media):
            out.write(event.raw)
            return
        edits = Edits(texts, fields, drop_logprobs=bool(texts), media=held.media)
        out.write(self._answer.write(event, edits))

    def _texts(self, held: Held, out: Outbox) -> dict[int, str]:
        texts: dict[int, str] = {}
        for index, piece in enumerate(held.event.pieces):
            window, start, end = held.spans[index]
            new = "" if piece.channel.choice in self._closed else piece.text
            if new:
                new = window.edited(start, end, new)
                if piece.field_class is FieldClass.CONTENT:
                    self._marking.before_content(piece.channel.choice, new, held.event, out)
                    new = self._marking.weave(piece.channel.choice, new)
            if new != piece.text:
                texts[index] = new
            out.piece(piece, new)
        return texts

    def label_ends(self, out: Outbox) -> None:
        """Label the ends of choices whose finish event never came."""
        for choice in sorted(self._seen - self._finished - set(self._closed)):
            self._finished.add(choice)
            self._end_media(choice, out)
            self._marking.at_end(choice, None, out)
            self._marking.without_finish(choice, out)

    def _end_media(self, choice: int, out: Outbox) -> None:
        for media, data, note in self._media.finish_of(choice):
            out.own(choice, "media", note)
            if data and isinstance(self._answer, MediaAnswer):
                out.write(self._answer.own_media(media, data))
