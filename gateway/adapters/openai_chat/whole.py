"""An answer that is not streamed: one body, one event, every edit a splice."""

from __future__ import annotations

from collections.abc import Generator, Iterator
from typing import Any

from gateway.adapters.openai_chat import replies
from gateway.adapters.openai_chat.reading import Reading, all_splices, choice_number, media_splices
from gateway.nouns.segment import Channel, Pointer
from gateway.ports.adapter import Edits, Event, EventKind, Piece, Request, Run
from gateway.ports.defaults import DefaultAnswer
from gateway.wire.body import BodyReader
from gateway.wire.error_shape import refused_error
from gateway.wire.json import Splice, encode, encode_string, locate, splice


class WholeAnswer(Reading, DefaultAnswer):
    """Reads and writes one whole answer: `push` collects, `flush` gives its one event."""

    whole = True

    def __init__(self, request: Request, answer_limit: int) -> None:
        self._request = request
        super().__init__(request)
        self._body = BodyReader(answer_limit)
        self._items: list[Event | Run] = []

    def push(self, data: bytes) -> list[Event | Run]:
        """Collect. Raises UpstreamBroken if the answer is larger than the limit."""
        self._body.push(data)
        return []

    def reading(self) -> Iterator[bool]:
        """See `gateway.ports.portioned_answer.PortionedAnswer`: log probabilities are long."""
        raw = self._body.taken()
        if raw.strip():
            event = yield from self._event(raw)
            self._items.append(event)
        elif raw:
            self._items.append(Event(EventKind.COMMENT, raw))

    def flush(self) -> list[Event | Run]:
        """Return the answer as one event, none if it is empty. Raises UpstreamBroken."""
        for _ in self.reading():
            pass
        items, self._items = self._items, []
        return items

    def _event(self, raw: bytes) -> Generator[bool, None, Event]:
        body = yield from self.parse_by_portions(raw)
        choices = body.get("choices") if isinstance(body, dict) else None
        if not isinstance(body, dict) or not _all_objects(choices):
            unknown = tuple(self.of_unknown(body))
            return Event(EventKind.TEXT, raw, unknown, media=self.taken())
        self.note_usage(body)
        if body.get("error") and not choices:
            self.note_error(body)
            return Event(EventKind.ERROR, raw, tuple(self.of_unknown(body)))
        return (yield from self._read_choices(raw, body, choices or []))

    def _read_choices(
        self, raw: bytes, body: dict[str, Any], choices: list[Any]
    ) -> Generator[bool, None, Event]:
        pieces: list[Piece] = []
        numbers = [choice_number(choice, position) for position, choice in enumerate(choices)]
        for position, choice in enumerate(choices):
            pieces += yield from self.of_choice(choice, numbers[position], ("choices", position))
        pieces += self.of_body(body, numbers[0] if numbers else 0)
        return Event(
            EventKind.TEXT, raw, tuple(pieces), tuple(dict.fromkeys(numbers)), tuple(numbers),
            media=self.taken(),
        )  # fmt: skip

    def write(self, event: Event, edits: Edits) -> bytes:
        """Return the body with the edits as splices; a refused choice holds the refusal alone."""
        if edits == Edits():
            return event.raw
        numbers: tuple[int, ...] = event.value if isinstance(event.value, tuple) else ()
        if edits.refusals and not numbers:
            return self._refused_body(event, edits)
        refused = {place: no for place, no in enumerate(numbers) if no in edits.refusals}
        texts = dict(edits.texts)
        for index, piece in enumerate(event.pieces):
            if piece.channel.choice in edits.refusals:
                texts[index] = ""  # what stands outside of the choice goes with it
        splices = _label_splices(event, edits, texts)
        kept = [i for i, piece in enumerate(event.pieces) if _place(piece.slot) not in refused]
        splices += all_splices(
            event.raw,
            tuple(event.pieces[index] for index in kept),
            {place: texts[index] for place, index in enumerate(kept) if index in texts},
            edits.fields,
            drop_logprobs=edits.drop_logprobs,
        )
        splices += media_splices(
            event.raw,
            event.media,
            {
                i: new
                for i, new in edits.media.items()
                if _place(event.media[i].slot) not in refused
            },
        )
        spans = locate(event.raw, [("choices", place) for place in refused])
        style = replies.style_for(self._request, edits.style)
        for place, number in refused.items():
            choice = replies.refused_choice(number, edits.refusals[number], style)
            splices.append((*spans[("choices", place)], encode(choice)))
        return splice(event.raw, splices)

    def _refused_body(self, event: Event, edits: Edits) -> bytes:
        """Return a whole answer, or an error, in place of one that has no choices to refuse."""
        if event.kind is EventKind.ERROR:
            return encode(refused_error(next(iter(edits.refusals.values()))))
        style = replies.style_for(self._request, edits.style)
        choices = [replies.refused_choice(no, one, style) for no, one in edits.refusals.items()]
        head = {"id": "chatcmpl-sealgate", "object": "chat.completion", "created": 0}
        body = {**head, "model": self._request.model, "choices": choices, **edits.fields}
        return encode(body)


def _all_objects(choices: Any) -> bool:
    return choices is None or (
        isinstance(choices, list) and all(isinstance(choice, dict) for choice in choices)
    )


def _label_splices(event: Event, edits: Edits, texts: dict[int, str]) -> list[Splice]:
    """Return the labels as insertions into content strings; an edited string takes them in.

    ``texts`` gets the labels of edited strings; choices without content get none.
    """
    said: dict[Channel, list[int]] = {}
    for index, piece in enumerate(event.pieces):
        said.setdefault(piece.channel, []).append(index)
    owed: list[tuple[Pointer, str, bool]] = []
    for number in {*edits.before, *edits.after} - set(edits.refusals):
        own = said.get(Channel(number, "content"))
        if own is None:
            continue
        before, after = edits.before.get(number, ""), edits.after.get(number, "")
        for index, text, at_end in ((own[0], before, False), (own[-1], after, True)):
            if index in texts:
                texts[index] = texts[index] + text if at_end else text + texts[index]
            elif text:
                owed.append((event.pieces[index].slot, text, at_end))
    spans = locate(event.raw, [slot for slot, _, _ in owed])
    splices: list[Splice] = []
    for slot, text, at_end in owed:
        start, end = spans[slot]
        at = end - 1 if at_end else start + 1
        splices.append((at, at, encode_string(text)[1:-1]))
    return splices


def _place(slot: Pointer) -> int:
    is_choice = len(slot) > 1 and slot[0] == "choices"
    return slot[1] if is_choice and isinstance(slot[1], int) else -1
