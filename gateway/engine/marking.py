"""Marking: puts what the seal owes into an answer, choice by choice, and keeps the receipts."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from gateway.engine.outbox import Outbox
from gateway.engine.seal import LABEL, TRACE, ChoiceSeal, Receipts, Seal
from gateway.nouns.record import ReceiptFact
from gateway.ports.adapter import Answer, Edits, Event, EventKind, Run

LABEL_FIELD = "sealgate"


class Marking:
    """The marks of one exchange. Labels in streams are events of our own beside the upstream's."""

    def __init__(self, seal: Seal, answer: Answer, *, structured: bool) -> None:
        self._seal = seal
        self._answer = answer
        self._structured = structured
        self._choices: dict[int, ChoiceSeal] = {}
        self._receipts = Receipts(seal)

    def choice(self, choice: int) -> ChoiceSeal:
        """Return the state of one choice's label."""
        known = self._choices.get(choice)
        if known is None:
            known = self._choices[choice] = ChoiceSeal(self._seal, structured=self._structured)
        return known

    def settled(self, choice: int) -> bool:
        """True if content of the choice may pass with nothing to add or weave."""
        state = self._choices.get(choice)
        return (
            state is not None and state.decided and state.unread
            and (state.started or not state.inline)
        )  # fmt: skip

    def weave(self, choice: int, text: str, *, final: bool = False) -> str:
        """Return content with the invisible trace in it, where the policy asks for one. All
        content comes through here, in the order in which it leaves, if an end label is owed."""
        state = self.choice(choice)
        if state.blocks is not None:
            state.blocks.push(text)
        weave = state.weave
        woven = text if weave is None else weave(text, final)
        if woven != text:
            self._receipts.note(TRACE, "written")
        return woven

    def before_content(self, choice: int, text: str, like: Event | Run, out: Outbox) -> None:
        """Put the start label before the first content of a choice."""
        state = self.choice(choice)
        if state.started or not text or not state.inline or not state.decided:
            return
        state.started = True
        self._say(choice, self._seal.start, like, out)

    def at_end(self, choice: int, like: Event | None, out: Outbox) -> None:
        """Put the end label after the last content of a choice that has begun, and before it what
        the trace still owes."""
        state = self.choice(choice)
        if state.ended:
            return
        state.ended = True
        self._add(choice, self.weave(choice, "", final=True), like, out)
        state.moved = state.blocks is not None and state.blocks.open
        if state.started and not state.moved:
            self._say(choice, self._seal.end, like, out)

    def _say(self, choice: int, line: str, like: Event | Run | None, out: Outbox) -> None:
        if line:
            self._add(choice, line, like, out)
            self._receipts.note(LABEL, "written", "inline")

    def _add(self, choice: int, text: str, like: Event | Run | None, out: Outbox) -> None:
        if text:
            out.write(self._answer.own_text(choice, text, like))
            out.own(choice, "content", text)

    def fields(self, choices: Iterable[int]) -> dict[str, object]:
        """Return the members that the last event of these choices owes."""
        fields = self._members(choices)
        self.written(fields)
        return fields

    def _members(self, choices: Iterable[int]) -> dict[str, object]:
        fields: dict[str, object] = dict(self._seal.fields)
        for choice in choices:
            state = self.choice(choice)
            if self._seal.inline and (not state.started or state.moved):
                fields.update(self._seal.inline_field)
        return fields

    def without_finish(self, choice: int, out: Outbox) -> None:
        """Seal a choice that no finish of the upstream ends.

        A label that is owed as a member, and was to stand there, gets an event of our own if
        anything was shown; the other members say nothing that the headers do not.
        """
        fields = self._members((choice,))
        shown = out.shown.by_choice.get(choice, 0) > 0
        own = self._answer.own_text(choice, "", None) if shown and LABEL_FIELD in fields else b""
        if own:
            event = Event(EventKind.TEXT, own, (), (choice,))
            out.write(self._answer.write(event, Edits(fields=fields)))
        self.written(fields if own else {})

    def written(self, fields: Mapping[str, object]) -> None:
        """Note the marks that do not stand in the text as written."""
        for mark in self._seal.owed:
            if mark not in (LABEL, TRACE):
                self._receipts.note(mark, "written")
        if LABEL_FIELD in fields:
            self._receipts.note(LABEL, "written", "field")

    def whole(self, choice: int, *, has_content: bool, out: Outbox) -> tuple[str, str, bool]:
        """Return the label texts before and after a whole content; True asks for the field."""
        state = self.choice(choice)
        if not self._seal.inline:
            return "", "", False
        if not (state.inline and state.decided and has_content):
            return "", "", True
        state.started = state.ended = True
        state.moved = state.blocks is not None and state.blocks.open
        start, end = self._seal.start, "" if state.moved else self._seal.end
        for line in (start, end):
            if line:
                out.own(choice, "content", line)
        self._receipts.note(LABEL, "written", "inline" if start or end else "field")
        return start, end, state.moved

    def label_fields(self) -> dict[str, object]:
        """Return the member that says the label where the text cannot."""
        return dict(self._seal.inline_field)

    def gone(self) -> None:
        """The client left: what was owed and not written never will be."""
        for mark in self._seal.owed:
            self._receipts.note(mark, "failed", "client_gone")

    def receipts(self, *, anything_shown: bool) -> tuple[ReceiptFact, ...]:
        """Return one receipt per owed mark. A short text bears no trace: that is no failure."""
        self._receipts.note(TRACE, "not_possible", "no_place_in_the_text")
        if anything_shown:
            return self._receipts.facts("failed", "not_reached")
        return self._receipts.facts("not_possible", "nothing_generated_was_released")
