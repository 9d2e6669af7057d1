"""Whole: an answer in one piece leaves in one piece, once every window is safe to its end.

A block replaces the whole choice by the refusal: nothing of it was shown yet, so no prefix of a
forbidden answer has to stand.
"""

from __future__ import annotations

from collections.abc import Mapping

from gateway.engine.marking import Marking
from gateway.engine.outbox import Outbox
from gateway.engine.queue import Held
from gateway.nouns.segment import FieldClass
from gateway.nouns.verdict import Refusal
from gateway.ports.adapter import Answer, Edits, StatusAnswer


def is_judged(held: Held) -> bool:
    """True if nothing of the answer still waits for a verdict, or for the marks of a file."""
    return not held.unsealed and all(
        window.blocked is not None or window.limit >= window.raw_end for window, _, _ in held.spans
    )


def status_of(answer: Answer, refusals: Mapping[int, Refusal]) -> int | None:
    """Return the status of a whole answer that was refused, if its protocol has one for that."""
    if refusals and answer.whole and isinstance(answer, StatusAnswer):
        return answer.refused_status
    return None


def write_whole(
    held: Held,
    answer: Answer,
    marking: Marking,
    refusals: Mapping[int, Refusal],
    out: Outbox,
    *,
    style: str,
) -> bool:
    """Write the answer with its edits, refusals (said in ``style``) and marks.

    Returns True if an edit changed its text.
    """
    event = held.event
    texts = _texts(held, marking, refusals, out)
    before: dict[int, str] = {}
    after: dict[int, str] = {}
    fields: dict[str, object] = {}
    for choice in event.choices:
        if choice in refusals:
            out.own(choice, "refusal", refusals[choice].message)
            continue
        start, end, as_field = marking.whole(
            choice, has_content=_has_content(held, choice), out=out
        )
        before.update({choice: start} if start else {})
        after.update({choice: end} if end else {})
        fields.update(marking.label_fields() if as_field else {})
    if event.choices:
        fields = {**marking.fields(()), **fields}
        marking.written(fields)
    for choice, note in held.notes:
        if choice not in refusals:
            out.own(choice, "media", note)
    if not (texts or refusals or before or after or fields or held.media):
        out.write(event.raw)
        return False
    edits = Edits(
        texts, fields, before, after, refusals, drop_logprobs=bool(texts), style=style,
        media=held.media,
    )  # fmt: skip
    out.write(answer.write(event, edits))
    return bool(texts)


def _texts(
    held: Held, marking: Marking, refusals: Mapping[int, Refusal], out: Outbox
) -> dict[int, str]:
    texts: dict[int, str] = {}
    for index, piece in enumerate(held.event.pieces):
        choice = piece.channel.choice
        if choice in refusals:
            out.suppress(piece.channel, piece.text)
            continue
        window, start, end = held.spans[index]
        new = window.edited(start, end, piece.text)
        if piece.field_class is FieldClass.CONTENT:
            new = marking.weave(choice, new) + marking.weave(choice, "", final=True)
        if new != piece.text:
            texts[index] = new
        out.piece(piece, new)
    return texts


def _has_content(held: Held, choice: int) -> bool:
    return any(
        piece.text and piece.field_class is FieldClass.CONTENT and piece.channel.choice == choice
        for piece in held.event.pieces
    )
