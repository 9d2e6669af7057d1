"""Adapter: one protocol <-> segments. Bytes become events with pieces of text, and back.

One internal form for all protocols. An adapter is stateless; what one exchange needs lives in the
`Answer` that it makes. Nothing here does I/O.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Collection, Mapping
from enum import StrEnum
from typing import NamedTuple, Protocol, runtime_checkable

from gateway.nouns.errors import SealgateError
from gateway.nouns.segment import Channel, FieldClass, MediaPart, Pointer, Segment, TextForm
from gateway.nouns.verdict import Refusal


class RouteKind(StrEnum):
    """What happens on a path: guarded kinds, forwarded untouched, or refused."""

    GENERATE = "generate"
    EMBED = "embed"
    MODERATE = "moderate"
    GENERIC = "generic"
    PLAIN = "plain"
    REFUSE = "refuse"


class Route(NamedTuple):
    """One claimed path: ``path`` is without the ``/v1`` prefix, which clients may send or not.

    A trailing ``/*`` claims one more path segment. ``versioned`` is false for protocols whose paths
    do not lie below ``/v1``.
    """

    method: str
    path: str
    kind: RouteKind
    versioned: bool = True


class Structured(StrEnum):
    """What binds the shape of the content."""

    FREE = "free"
    JSON = "json"
    SCHEMA = "schema"


class Request(NamedTuple):
    """A request as the engine sees it. ``raw`` is the client's body, byte for byte.

    ``strict_tools``: a schema binds tool arguments. ``subject_fields`` holds the body fields that
    may name the end user, e.g. ``{"user": "u-1"}``. ``value`` is the adapter's own decoded form.
    ``user_turns`` are the indices of the user's messages. ``textless``: the answer has no text in
    which a mark could stand (a sound). ``sources`` are the files that the answer is made from.
    """

    raw: bytes
    model: str
    stream: bool
    segments: tuple[Segment, ...]
    media: tuple[MediaPart, ...] = ()
    structured: Structured = Structured.FREE
    strict_tools: bool = False
    choices: int = 1
    subject_fields: Mapping[str, str] = {}
    value: object = None
    user_turns: tuple[int, ...] = ()
    textless: bool = False
    sources: tuple[bytes, ...] = ()

    def turn_groups(self, turns: Collection[int]) -> list[range]:
        """Return the groups of messages that these turns stand in.

        A group begins with a user's message and ends before the next one: a refused turn goes
        together with its refusal, a tool call together with its result.
        """
        starts = sorted({0, *self.user_turns})
        ends = [*starts[1:], max([*starts, *turns, *(each.turn for each in self.segments)]) + 1]
        places = {bisect_right(starts, turn) - 1 for turn in turns if turn >= 0}
        return [range(starts[place], ends[place]) for place in sorted(places)]


class RequestEdits(NamedTuple):
    """What is changed before it goes upstream: new texts by pointer, turns left out by index."""

    texts: Mapping[Pointer, str] = {}
    dropped_turns: frozenset[int] = frozenset()

    @property
    def nothing(self) -> bool:
        """True if the original bytes may go upstream."""
        return not self.texts and not self.dropped_turns


class Reply(NamedTuple):
    """A whole HTTP answer of our own. ``headers`` are lower-case; no content-length."""

    status: int
    headers: tuple[tuple[bytes, bytes], ...]
    body: bytes


class Piece(NamedTuple):
    """One string inside an event: which channel it continues and how it reads.

    ``slot`` is the adapter's own address of the string inside the event.
    """

    channel: Channel
    text: str
    field_class: FieldClass
    form: TextForm = TextForm.PROSE
    slot: Pointer = ()


class Coding(StrEnum):
    """How a file stands on the wire: as the body's own bytes, or as a JSON string.

    ``base64``: RFC 4648, section 4. ``data_url``: RFC 2397 with base64. ``url``: it is elsewhere.
    """

    RAW = "raw"
    BASE64 = "base64"
    DATA_URL = "data_url"
    URL = "url"


class Media(NamedTuple):
    """A generated file, or a part of one, inside an event.

    ``data`` is what the wire has, undecoded; ``kind`` is ``image`` or ``audio``; ``hint`` names the
    format for content without a signature (see gateway.wire.media_type.sniff). ``slot`` is the
    place of the string in the event's JSON (empty: the bytes are the event). ``stream`` is not
    empty if the file comes in parts: those of a choice with the same name are one file.
    ``fetched`` is the content of a URL, once somebody read it.
    """

    choice: int
    kind: str
    data: bytes | str
    coding: Coding
    hint: str = ""
    slot: Pointer = ()
    stream: str = ""
    fetched: bytes = b""


class EventKind(StrEnum):
    """What an event means to the window.

    ``text``: carries pieces. ``finish``: carries a finish reason (it waits for the last verdict).
    ``tail``: concerns the whole answer (usage). ``end``: the terminator. ``comment``: no data.
    ``error``: the upstream's own error object. ``unknown``: withheld and counted.
    """

    TEXT = "text"
    FINISH = "finish"
    TAIL = "tail"
    END = "end"
    COMMENT = "comment"
    ERROR = "error"
    UNKNOWN = "unknown"


class Event:
    """One wire event of an answer (or the whole of an answer that is not streamed).

    ``raw`` are its exact bytes with framing, so that unchanged events concatenate to what the
    upstream sent. ``choices`` are those it belongs to; empty means that it concerns all of them.
    ``media`` are the generated files in it.
    """

    __slots__ = ("choices", "kind", "media", "pieces", "raw", "value")

    def __init__(
        self,
        kind: EventKind,
        raw: bytes,
        pieces: tuple[Piece, ...] = (),
        choices: tuple[int, ...] = (),
        value: object = None,
        *,
        media: tuple[Media, ...] = (),
    ) -> None:
        self.media = media
        self.kind = kind
        self.raw = raw
        self.pieces = pieces
        self.choices = choices
        self.value = value

    def __repr__(self) -> str:
        return f"Event({self.kind.value}, {len(self.raw)} bytes, choices={self.choices})"


class Run:
    """Like events of one channel that came in one read: the fast path of a stream.

    They differ in nothing but one string. ``raw`` is all their bytes, ``texts`` are their strings
    and ``text`` all of them joined. ``expand`` gives the events from the one of that number on.
    """

    __slots__ = ("_expand", "channel", "choice", "field_class", "form", "raw", "text", "texts")

    def __init__(
        self,
        raw: bytes,
        texts: list[str],
        channel: Channel,
        field_class: FieldClass,
        form: TextForm,
        expand: Callable[[int], list[Event]],
    ) -> None:
        self.raw = raw
        self.texts = texts
        self.text = texts[0] if len(texts) == 1 else "".join(texts)
        self.channel = channel
        self.choice = channel.choice
        self.field_class = field_class
        self.form = form
        self._expand = expand

    def expand(self, first: int = 0) -> list[Event]:
        """Return the events one by one, from the one of this number on; a verdict needs them apart.

        Their ``raw`` concatenate to this run's.
        """
        return self._expand(first)

    def split(self, chars: int) -> tuple[Run, Run]:
        """Return the first events, those whose text ends within so many code points, as a run, and
        the rest as another. Either may have no event."""
        count, at = len(self.texts), len(self.text)
        while at > chars:
            count -= 1
            at -= len(self.texts[count])
        rest = self._expand(count)
        size = len(self.raw) - sum(len(event.raw) for event in rest)
        first, last = self.texts[:count], self.texts[count:]
        head = self._like(self.raw[:size], first, lambda n: self._expand(n)[: count - n])
        return head, self._like(self.raw[size:], last, lambda n: rest[n:])

    def _like(self, raw: bytes, texts: list[str], expand: Callable[[int], list[Event]]) -> Run:
        return Run(raw, texts, self.channel, self.field_class, self.form, expand)


class Edits(NamedTuple):
    """What changes in one event when it is written.

    ``texts`` gives pieces (by index) their new text; logprobs of the choices concerned become
    null. ``fields`` are members spliced in before the body's last brace. ``before`` and ``after``
    are label texts per choice, spliced into the content string (whole answers only, where
    ``refusals`` replaces whole choices too, said in ``style`` as in `Answer.close`). ``media``
    gives files (by index) what stands in their place: ASCII that a JSON string takes as it is, or
    the bytes of the event itself.
    """

    texts: Mapping[int, str] = {}
    fields: Mapping[str, object] = {}
    before: Mapping[int, str] = {}
    after: Mapping[int, str] = {}
    refusals: Mapping[int, Refusal] = {}
    drop_logprobs: bool = False
    style: str = "completion"
    media: Mapping[int, bytes] = {}


class Answer(Protocol):
    """The answer of one exchange, read and written: owns what is open in the protocol.

    ``whole`` is True if the answer is one body (not streamed): then `push` only collects and
    `flush` gives one event. ``usage`` holds token counts once seen. ``refused`` is True once the
    upstream itself refused the content (its finish reason or error says so).
    """

    whole: bool
    usage: Mapping[str, int]
    refused: bool

    def push(self, data: bytes) -> list[Event | Run]:
        """Take upstream bytes, cut anywhere, and return the events that are complete.

        Raises UpstreamBroken if an event is larger than the frame limit or is not the protocol.
        """
        ...

    def flush(self) -> list[Event | Run]:
        """The upstream ended: return what is left.

        Raises UpstreamBroken if it ended inside an event whose text cannot be read.
        """
        ...

    def write(self, event: Event, edits: Edits) -> bytes:
        """Return the event's bytes with the edits as splices; without edits its own bytes."""
        ...

    def own_text(self, choice: int, text: str, like: Event | Run | None) -> bytes:
        """Return an event of our own that adds ``text`` to a choice's content (a label).

        ``like`` is the event beside which it stands, for id and model. Streams only.
        """
        ...

    def close(
        self,
        choice: int,
        refusal: Refusal,
        style: str,
        fields: Mapping[str, object] | None = None,
    ) -> bytes:
        """Return what ends a choice in the protocol's own way after a block.

        Closes whatever is open in it, says the refusal (``style`` is ``completion``: as content
        with finish reason content_filter; ``field``: in the refusal field with reason stop) and
        carries ``retract`` and ``shown`` in the extension member, and the marks' ``fields`` beside
        it. Streams only.
        """
        ...

    def end(self) -> bytes:
        """Return the terminator of a stream that we end ourselves."""
        ...

    def fail(self, error: SealgateError, exchange: str) -> bytes:
        """Return an error in the form that a started stream allows, then the terminator."""
        ...


class Adapter(Protocol):
    """One protocol. ``name`` goes into records and metrics."""

    name: str
    routes: tuple[Route, ...]

    def read_request(self, body: bytes, *, strict: bool) -> Request:
        """Decode a request and name every string a model would read.

        ``strict`` (any enforcing policy): duplicate JSON keys are refused. Raises BadRequest with
        the field at fault.
        """
        ...

    def write_request(self, request: Request, edits: RequestEdits) -> bytes:
        """Return the body for the upstream: the original bytes with splices, or themselves."""
        ...

    def answer(self, request: Request, *, content_type: str) -> Answer:
        """Return the reader and writer of this exchange's answer.

        Whether it is streamed is what the upstream's content type says, not what was asked.
        """
        ...

    def refuse(self, refusal: Refusal, *, exchange: str) -> Reply:
        """Return the refusal of an input as an error that no SDK retries."""
        ...

    def refuse_politely(
        self, request: Request, refusal: Refusal, *, style: str, exchange: str
    ) -> Reply:
        """Return the refusal of an input as an answer of the protocol (streamed if asked)."""
        ...

    def error(self, error: SealgateError, *, exchange: str, language: str = "en") -> Reply:
        """Return an error in the protocol's shape."""
        ...

    def upstream_refusal(self, status: int, body: bytes) -> str | None:
        """Return the code if an error answer is the upstream's own content refusal."""
        ...


@runtime_checkable
class MediaAnswer(Protocol):
    """An answer in which a file may come in parts."""

    def own_media(self, media: Media, data: bytes) -> bytes:
        """Return an event of our own that carries a part more of the file that ``media`` began;
        ``data`` is as in `Edits.media`."""
        ...


@runtime_checkable
class StatusAnswer(Protocol):
    """A whole answer whose shape has no place for a refusal: then its status says it."""

    refused_status: int


@runtime_checkable
class FormAdapter(Protocol):
    """An adapter that reads requests in ``multipart/form-data`` too (RFC 7578)."""

    def read_form(self, body: bytes, content_type: str, *, strict: bool) -> Request:
        """Decode a form as `Adapter.read_request` decodes JSON. Raises BadRequest."""
        ...
