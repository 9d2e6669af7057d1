"""Cutting: a choice in which a window found a block ends there, at exactly its place.

What stands before the block leaves, in wire order; then the refusal, in the protocol's own way.
"""

from __future__ import annotations

from collections.abc import Callable

from gateway.engine.marking import Marking
from gateway.engine.outbox import Outbox
from gateway.engine.plan import OutputPlan
from gateway.engine.queue import Held, Queue
from gateway.nouns.segment import FieldClass
from gateway.nouns.verdict import Decision, Refusal
from gateway.ports.adapter import Answer, Edits, EventKind


class Cutter:
    """Cuts choices of one streamed answer. ``emit`` writes an event that may leave whole."""

    def __init__(
        self,
        plan: OutputPlan,
        answer: Answer,
        marking: Marking,
        queue: Queue,
        emit: Callable[[Held, Outbox], None],
    ) -> None:
        self._plan = plan
        self._answer = answer
        self._marking = marking
        self._queue = queue
        self._emit = emit

    def cut(self, choice: int, decision: Decision, out: Outbox) -> Refusal:
        """Release what stands before the block, close the choice and return its refusal.

        Of its other channels only what is safe leaves: more of their text may exist upstream.
        """
        self._release_before(choice, out)
        self._marking.at_end(choice, None, out)
        shown = out.shown.by_choice.get(choice, 0)
        fields = self._marking.fields((choice,)) if shown else {}
        self._marking.written(fields)
        refusal = self._plan.refuse(decision)._replace(shown=shown)
        out.write(self._answer.close(choice, refusal, self._plan.refusal_style, fields))
        out.own(choice, "refusal", refusal.message)
        self._queue.forget_choice(choice)
        return refusal

    def _release_before(self, choice: int, out: Outbox) -> None:
        """Write whole events up to the first that may not leave whole, and that up to the cut."""
        going = True
        for held in self._queue.of_choice(choice):
            if len(held.event.choices) > 1:
                going = False  # it leaves later, emptied of this choice: nothing may overtake it
                continue
            safe = all(end <= window.limit for window, _, end in held.spans)
            whole = safe and not held.unsealed
            if going and whole and held.event.kind is EventKind.TEXT:
                self._emit(held, out)
                continue
            if going:
                self._write_part(held, choice, out)
            else:
                out.withhold(held.event.pieces)
            going = False

    def _write_part(self, held: Held, choice: int, out: Outbox) -> None:
        """Write the part of an event that stands before the limits of a blocked choice.

        A finish itself must not leave: of its text, content is said in an event of our own.
        """
        event = held.event
        texts: dict[int, str] = {}
        for index, piece in enumerate(event.pieces):
            window, start, end = held.spans[index]
            is_content = piece.field_class is FieldClass.CONTENT
            sayable = is_content or event.kind is EventKind.TEXT
            keep = max(start, min(end, window.limit)) if sayable else start
            new = window.edited(start, keep, piece.text[: keep - start])
            if new and is_content:
                self._marking.before_content(choice, new, event, out)
                new = self._marking.weave(choice, new)
            texts[index] = new
            out.release(piece.channel, new)
            out.suppress(piece.channel, piece.text[keep - start :])
        if not any(texts.values()):
            return
        if event.kind is EventKind.TEXT:
            blank = dict.fromkeys(range(len(event.media)), b"")  # a file never leaves in part
            out.write(self._answer.write(event, Edits(texts, drop_logprobs=True, media=blank)))
            return
        for text in texts.values():
            if text:
                out.write(self._answer.own_text(choice, text, event))
