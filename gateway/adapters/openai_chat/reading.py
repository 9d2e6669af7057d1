"""Reads what is common to events of a stream and whole answers: choices, pieces, usage."""

from __future__ import annotations

from collections.abc import Generator, Mapping
from typing import Any

from gateway.adapters.openai_chat.fields import ANSWER, CHOICES
from gateway.adapters.openai_chat.logprobs import logprob_pieces
from gateway.adapters.openai_chat.replies import refusal_code
from gateway.nouns.errors import BadRequest, UpstreamBroken
from gateway.nouns.record import token_counts
from gateway.nouns.segment import Channel, Pointer, TextForm
from gateway.ports.adapter import Coding, Media, Piece, Request, Structured
from gateway.wire.field_map import UNKNOWN, Found, Node, walk
from gateway.wire.json import (
    Splice,
    encode_string,
    loads_answer,
    locate,
    member_splices,
    within_quotes,
)
from gateway.wire.portioned_json import loads_by_portions

_SAID = ("content", "refusal")
_LARGEST_INDEX = 1 << 31
_LONG = ("choices", None, "logprobs", None, None)
"""Where the lists of tokens stand in an answer."""


class Reading:
    """Names the strings of one answer's bodies, and counts what it meets on the way.

    ``usage`` has token counts; ``refused`` is true once the upstream's finish reason or error says
    that its own content filter spoke. Generated files are kept until they are `taken`.
    """

    usage: Mapping[str, int]
    refused: bool
    streams_sound = False
    """True if a sound comes in parts, one per event."""

    def __init__(self, request: Request) -> None:
        free = request.structured is Structured.FREE
        self._choice_map = CHOICES[TextForm.PROSE if free else TextForm.JSON]
        self._sound = _sound_format(request)
        self._strict = bool(getattr(request.value, "strict", False))
        self.usage = {}
        self._media: list[Media] = []
        self.refused = False

    def parse(self, data: bytes) -> Any:
        """Return the decoded body. Raises UpstreamBroken."""
        return loads_answer(data, strict=self._strict)

    def parse_by_portions(self, data: bytes) -> Generator[bool, None, Any]:
        """As `parse`; yields True between portions of log probabilities. Raises UpstreamBroken."""
        try:
            return (yield from loads_by_portions(data, _LONG, strict=self._strict))
        except BadRequest as error:
            raise UpstreamBroken(error.detail) from None

    def note_usage(self, body: Mapping[str, Any]) -> bool:
        """Take the token counts if there are some."""
        usage = body.get("usage")
        if not isinstance(usage, dict):
            return False
        self.usage = {**self.usage, **token_counts(usage)}
        return True

    def note_error(self, body: Mapping[str, Any]) -> None:
        """Take it from an error if the upstream refused the content."""
        self.refused = self.refused or refusal_code(body) is not None

    def of_body(self, body: Mapping[str, Any], choice: int) -> list[Piece]:
        """Return the pieces outside of choices; they belong to the channel set of ``choice``."""
        rest = {name: value for name, value in body.items() if name != "choices"}
        return self._pieces(rest, _found(rest, ANSWER, (), "$"), choice)

    def of_choice(
        self, choice: Mapping[str, Any], number: int, slot: Pointer
    ) -> Generator[bool, None, list[Piece]]:
        """Return the pieces of one choice, log probabilities last. Yields True between portions of
        a long one."""
        rest = {name: value for name, value in choice.items() if name != "logprobs"}
        pieces = self._pieces(rest, _found(rest, self._choice_map, slot, ""), number, len(slot))
        if choice.get("finish_reason") == "content_filter":
            self.refused = True
        logprobs = choice.get("logprobs")
        if logprobs is not None:
            said = dict.fromkeys(_SAID, "")
            for piece in pieces:
                if piece.channel.path in said:
                    said[piece.channel.path] += piece.text
            pieces += yield from logprob_pieces(logprobs, number, (*slot, "logprobs"), said)
        return pieces

    def of_unknown(self, value: Any) -> list[Piece]:
        """Return every string of a body that is not of this protocol."""
        return self._pieces(value, _found(value, UNKNOWN, (), "$"), 0)

    def taken(self) -> tuple[Media, ...]:
        """Return the files found since the last call."""
        media, self._media = tuple(self._media), []
        return media

    def _pieces(self, value: Any, found: list[Found], choice: int, depth: int = 0) -> list[Piece]:
        """Return the texts of a value whose own pointer has ``depth`` steps; keep its files.

        What stands where a file belongs is a file, and judged as text too if it reads like one.
        """
        pieces: list[Piece] = []
        for one in found:
            if one.text:
                pieces.append(
                    Piece(Channel(choice, one.name), one.text, one.field_class, one.form,
                          one.pointer)
                )  # fmt: skip
            kind = one.meant or one.media
            if kind:
                self._take(value, one, choice, kind, depth)
        return pieces

    def _take(self, value: Any, one: Found, choice: int, kind: str, depth: int) -> None:
        for step in one.pointer[depth:]:
            value = value[step]
        if not value:
            return
        sound = kind == "audio"
        head = value[:8].lower()
        coding = Coding.URL if head.startswith(("http:", "https:")) else Coding.BASE64
        coding = Coding.DATA_URL if head.startswith("data:") else coding
        stream = one.name if sound and self.streams_sound else ""
        kind = "image" if kind == "data_url" else kind
        self._media.append(
            Media(choice, kind, value, coding, self._sound if sound else "", one.pointer, stream)
        )


def _sound_format(request: Request) -> str:
    """Return the format that was asked for; a stream has raw samples in any case."""
    body = getattr(request.value, "value", None)
    audio = body.get("audio") if isinstance(body, dict) else None
    wanted = audio.get("format") if isinstance(audio, dict) else None
    return {"pcm16": "pcm"}.get(wanted, wanted) if isinstance(wanted, str) else ""


def _found(value: Any, node: Node, pointer: Pointer, name: str) -> list[Found]:
    found: list[Found] = []
    try:
        walk(value, node, pointer, name, found)
    except BadRequest as error:
        raise UpstreamBroken(error.detail) from None
    return found


def choice_number(choice: Mapping[str, Any], position: int) -> int:
    """Return a choice's index; its place in the list if the upstream left it out.

    Raises UpstreamBroken for one that no record can hold.
    """
    index = choice.get("index")
    if type(index) is not int:
        return position
    if abs(index) > _LARGEST_INDEX:
        raise UpstreamBroken("It numbers its choices beyond reason.")
    return index


def edit_splices(
    data: bytes, pieces: tuple[Piece, ...], texts: Mapping[int, str], *, drop_logprobs: bool
) -> list[Splice]:
    """Return the splices that give pieces their new texts and null the log probabilities.

    Those of an edited choice always become null: they would spell what the edit took out.
    """
    slots = {pieces[index].slot: text for index, text in texts.items()}
    nulls = {
        (*slot[:2], "logprobs")
        for slot in ([piece.slot for piece in pieces] if drop_logprobs else slots)
        if slot[:1] == ("choices",)
    }
    spans = locate(data, [*slots, *nulls])
    splices: list[Splice] = [(*spans[slot], b"null") for slot in nulls if slot in spans]
    splices += [
        (*spans[slot], encode_string(text)) for slot, text in slots.items() if slot not in nulls
    ]
    return splices


def media_splices(data: bytes, media: tuple[Media, ...], new: Mapping[int, bytes]) -> list[Splice]:
    """Return the splices that put other files into the places of those that came."""
    slots = {media[index].slot: content for index, content in new.items()}
    spans = locate(data, slots) if slots else {}
    return [within_quotes(spans[slot], content) for slot, content in slots.items()]


def all_splices(
    data: bytes,
    pieces: tuple[Piece, ...],
    texts: Mapping[int, str],
    fields: Mapping[str, object],
    *,
    drop_logprobs: bool,
) -> list[Splice]:
    """Return `edit_splices` and the members that come before the body's last brace."""
    splices: list[Splice] = []
    if texts or drop_logprobs:
        splices = edit_splices(data, pieces, texts, drop_logprobs=drop_logprobs)
    return splices + (member_splices(data, fields.items()) if fields else [])
