"""What a streamed chat answer promises, one promise a test."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from gateway.adapters.openai_chat.request import read_request
from gateway.adapters.openai_chat.stream import StreamAnswer
from gateway.nouns.errors import UpstreamBroken
from gateway.nouns.segment import FieldClass, TextForm
from gateway.nouns.verdict import Refusal
from gateway.ports.adapter import Coding, Edits, Event, EventKind, Piece, Run

CASSETTES = Path(__file__).parents[4] / "cassettes"
REFUSAL = Refusal("blocked", "No, sorry.", "r1", "A1.a", retract=True, shown=5)


def answer(*, frame_limit: int = 100_000, **members: Any) -> StreamAnswer:
    """The reader of a stream that answers a request with these members."""
    body = {"model": "m", "stream": True, "messages": [{"role": "user", "content": "x"}], **members}
    return StreamAnswer(read_request(json.dumps(body).encode(), strict=True), frame_limit)


def flat(items: list[Event | Run]) -> list[Event]:
    """All events, runs taken apart."""
    return [
        event for item in items for event in (item.expand() if isinstance(item, Run) else [item])
    ]


def chunk(delta: Any, index: int = 0, **choice: Any) -> dict[str, Any]:
    """The decoded form of one event."""
    return {"id": "c", "model": "m", "choices": [{"index": index, "delta": delta, **choice}]}


def sse(*values: Any) -> bytes:
    """Events in their usual form."""
    return b"".join(b"data: " + json.dumps(value).encode() + b"\n\n" for value in values)


def only(value: Any, **members: Any) -> Event:
    """The one event of a stream of one value."""
    (event,) = flat(answer(**members).push(sse(value)))
    return event


def played(name: str) -> tuple[StreamAnswer, list[Event]]:
    """A cassette, read in one piece."""
    reader = answer()
    items = reader.push((CASSETTES / name).read_bytes())
    return reader, flat(items + reader.flush())


def texts(events: list[Event]) -> dict[str, str]:
    """The text of each channel, joined."""
    joined: dict[str, str] = {}
    for event in events:
        for piece in event.pieces:
            key = f"{piece.channel.choice}:{piece.channel.path}"
            joined[key] = joined.get(key, "") + piece.text
    return joined


T, F, U, E = EventKind.TEXT, EventKind.FINISH, EventKind.TAIL, EventKind.END


@pytest.mark.parametrize(
    ("name", "kinds", "wanted"),
    [
        ("openai.sse", [T] * 11 + [F, U, E],
         {"0:content": 'The sky is blue, 天空是蓝色的。 "quoted"\n🌤️ok'}),
        ("azure.sse", [T] * 6 + [F, T, E], {"0:content": "你好，很高兴认识你"}),
        ("transformers.sse", [T] * 6 + [F], {"0:content": "\ufffd好的 ab\ufffd\ufffdcde"}),
        ("deepseek.sse", [EventKind.COMMENT] + [T] * 9 + [F, E],
         {"0:reasoning_content": "先想一想：1+1=2", "0:content": "答案是2。"}),
        ("vllm_tools.sse", [T] * 9 + [F, U, E],
         {"0:tool_calls.0.name": "get_weather", "0:tool_calls.1.name": "get_time",
          "0:tool_calls.0.arguments": '{"city": "北京", "unit": "c"}',
          "0:tool_calls.1.arguments": '{"zone":"Asia/Shanghai"}'}),
        ("refusal.sse", [T] * 3 + [F, E], {"0:refusal": "I cannot."}),
        ("unended.sse", [T] * 5 + [F], {"0:content": 'ab"c丙\\n'}),
    ],
)  # fmt: skip
def test_servers_are_understood(name: str, kinds: list[EventKind], wanted: dict[str, str]) -> None:
    """Each server's stream gives its kinds of events and its texts."""
    _, events = played(name)
    assert [event.kind for event in events] == kinds
    assert texts(events) == wanted


@pytest.mark.parametrize(
    "name",
    ["bom.sse", "cr.sse", "crlf.sse", "multiline.sse", "named.sse", "no_space.sse", "unended.sse"],
)
def test_framing_does_not_matter(name: str) -> None:
    """The same answer reads the same in every framing."""
    _, events = played(name)
    assert texts(events) == {"0:content": 'ab"c丙\\n'}


def test_choices_are_kept_apart() -> None:
    """Interleaved choices have channels of their own; an event may belong to two."""
    _, events = played("choices.sse")
    assert texts(events) == {
        "0:content": "00 01 02 03 04 05 both ",
        "1:content": "10 11 12 13 14 15 两个",
        "2:content": "20 21 22 23 24 25 ",
    }
    assert (0, 1) in [event.choices for event in events]


def test_usage_is_counted_wherever_it_rides() -> None:
    """Usage comes in a last event, with the finish reason or with the last text."""
    counts = [played(f"{name}.sse")[0].usage["total_tokens"]
              for name in ("openai", "deepseek", "transformers")]  # fmt: skip
    assert counts == [21, 13, 15]


@pytest.mark.parametrize("choices", [[], None, "absent"])
def test_usage_events_concern_the_whole_answer(choices: Any) -> None:
    """With empty, null or no choices, a usage event is a tail."""
    value = {"id": "c", "usage": {"total_tokens": 3}, "choices": choices}
    if choices == "absent":
        del value["choices"]
    event = only(value)
    assert (event.kind, event.choices) == (EventKind.TAIL, ())


@pytest.mark.parametrize(
    ("raw", "kind"),
    [
        (b'data: {"error":{"message":"broke","code":"x"}}\n\n', EventKind.ERROR),
        (b'event: error\ndata: {"message":"broke"}\n\n', EventKind.ERROR),
        (b'data: {"id":"x","surprise":"text"}\n\n', EventKind.UNKNOWN),
        (b'data: {"id":"x","model":"m"}\n\n', EventKind.TEXT),
        (b'data: ["text"]\n\n', EventKind.UNKNOWN),
        (b'data: {"choices":["text"]}\n\n', EventKind.UNKNOWN),
        (b'data: {"choices":{"0":"text"}}\n\n', EventKind.UNKNOWN),
        (": 绝密\n\n".encode(), EventKind.UNKNOWN),
        (b": ping\n\n", EventKind.COMMENT),
        (b"data:\n\n", EventKind.COMMENT),
        (b"data: [DONE]\n\n", EventKind.END),
    ],
)
def test_kinds_of_other_events(raw: bytes, kind: EventKind) -> None:
    """Errors, unknown events, comments and the terminator are told apart."""
    (event,) = flat(answer().push(raw))
    assert (event.kind, event.raw) == (kind, raw)


@pytest.mark.parametrize(
    ("raw", "refused"),
    [
        (sse(chunk({}, finish_reason="content_filter")), True),
        (sse({"error": {"code": "content_filter", "message": "x"}}), True),
        (sse({"error": {"code": "server_error"}}), False),
        (sse(chunk({}, finish_reason="stop")), False),
    ],
)
def test_upstream_refusals_are_told(raw: bytes, refused: bool) -> None:
    """The upstream's own content filter shows in its finish reason or error."""
    reader = answer()
    reader.push(raw)
    assert reader.refused is refused


def test_media_is_named() -> None:
    """Sound in an answer is a part of a file, its transcript is text."""
    _, events = played("audio.sse")
    (media,) = [one for event in events for one in event.media]
    assert (media.kind, media.coding, media.stream) == ("audio", Coding.BASE64, "audio.data")
    assert texts(events) == {"0:audio.transcript": "Hello"}


def test_structured_content_reads_as_json() -> None:
    """Where a format binds the content, the content is JSON text; reasoning stays prose."""
    value = chunk({"content": "{", "reasoning": "hm"})
    event = only(value, response_format={"type": "json_object"})
    assert [(piece.field_class, piece.form) for piece in event.pieces] == [
        (FieldClass.CONTENT, TextForm.JSON),
        (FieldClass.REASONING, TextForm.PROSE),
    ]


def test_content_in_parts_is_content() -> None:
    """Content that comes as a list of parts joins the same channel."""
    parts = [
        {"type": "text", "text": "a"},
        {"type": "thinking", "thinking": [{"type": "text", "text": "b"}]},
    ]
    event = only(chunk({"content": parts}))
    assert texts([event]) == {"0:content": "a", "0:content.thinking": "b"}


@pytest.mark.parametrize(
    "raw",
    [b"data: {nonsense\n\n", b'data: {"a":1,"a":2}\n\n', b'data: "\xe8\xb5"\n\n', b"data: NaN\n\n",
     b"data: " + b"[" * 100_000 + b"\n\n"],
)  # fmt: skip
def test_what_is_unreadable_raises(raw: bytes) -> None:
    """Data that cannot be read raises, and stays at hand unread."""
    reader = answer()
    with pytest.raises(UpstreamBroken):
        reader.push(raw)
    assert reader.unread == raw


def test_good_events_before_a_bad_one_are_not_lost() -> None:
    """What was readable is returned; the next call raises, and nothing is lost."""
    reader = answer()
    good, bad = sse(chunk({"content": "a"})), b"data: {nonsense\n\n"
    assert [item.raw for item in reader.push(good + bad)] == [good]
    with pytest.raises(UpstreamBroken):
        reader.push(b"more")
    assert reader.unread == bad + b"more"
    with pytest.raises(UpstreamBroken):
        reader.flush()


def test_half_an_event_at_the_end_raises() -> None:
    """An answer that ends inside an event cannot be judged to its end."""
    reader = answer()
    reader.push(sse(chunk({"content": "abc"}))[:-9])
    with pytest.raises(UpstreamBroken):
        reader.flush()


def test_events_above_the_limit_raise() -> None:
    """An event above the frame limit is refused before it is complete."""
    with pytest.raises(UpstreamBroken, match="1000 bytes"):
        answer(frame_limit=1000).push(b"data: " + b"x" * 1001)


@pytest.mark.parametrize("name", sorted(path.name for path in CASSETTES.glob("*.sse")))
def test_every_piece_can_be_edited(name: str) -> None:
    """A new text for one piece leaves every other piece and event as it was."""
    reader, events = played(name)
    edited = 0
    for event in events:
        for index in range(len(event.pieces)):
            raw = reader.write(event, Edits({index: 'new "text"\n好'}))
            (again,) = flat(_read_anew(raw))
            wanted = [
                one._replace(text='new "text"\n好') if place == index else one
                for place, one in enumerate(event.pieces)
                if one.field_class is not FieldClass.LOGPROB
            ]
            assert [_plain(one) for one in again.pieces] == [_plain(one) for one in wanted]
            edited += 1
    assert edited or name == "azure.sse"


def _read_anew(raw: bytes) -> list[Event | Run]:
    reader = answer()
    return reader.push(raw) + reader.flush()


def _plain(piece: Piece) -> tuple[str, str]:
    return piece.channel.path, piece.text


def test_edits_drop_log_probabilities() -> None:
    """An edited choice, and only that, loses the log probabilities that spell the old text."""
    reader, events = played("logprobs.sse")
    raw = reader.write(events[1], Edits({0: "Nay"}))
    choice = json.loads(raw[6:])["choices"][0]
    assert (choice["delta"]["content"], choice["logprobs"]) == ("Nay", None)
    raw = reader.write(events[1], Edits(drop_logprobs=True))
    choice = json.loads(raw[6:])["choices"][0]
    assert (choice["delta"]["content"], choice["logprobs"]) == ("Yes", None)


def test_fields_are_spliced_in() -> None:
    """Members stand before the last brace; taking them out gives the upstream's bytes."""
    reader, events = played("openai.sse")
    raw = reader.write(events[2], Edits(fields={"aigc": {"Label": "1"}}))
    assert raw.replace(b',"aigc":{"Label":"1"}', b"") == events[2].raw
    assert json.loads(raw[6:])["aigc"] == {"Label": "1"}


def test_events_of_our_own_look_like_the_upstream_s() -> None:
    """A label has the stream's id, model, time and framing."""
    reader, events = played("crlf.sse")
    raw = reader.own_text(0, "AI 生成", events[1])
    assert raw.startswith(b"data: {")
    assert raw.endswith(b"}\r\n\r\n")
    value = json.loads(raw[6:])
    assert (value["id"], value["model"], value["created"]) == ("c1", "m", 1763900000)
    assert value["choices"][0]["delta"] == {"content": "AI 生成"}


def test_what_is_judged_is_not_taken_over() -> None:
    """An id that is no code is a text like others: where it is held it must not leave in ours."""
    reader = answer()
    chunk = {"id": "a word", "created": "a word", "model": "a word", "system_fingerprint": "fp",
             "choices": [{"index": 0, "delta": {"content": "x"}}]}  # fmt: skip
    reader.push(b"data: " + json.dumps(chunk).encode() + b"\n\n")
    own = reader.own_text(0, "AI", None) + reader.close(0, REFUSAL, "completion")
    assert b"a word" not in own
    assert b'"system_fingerprint":"fp"' in own


def test_blocks_end_as_content_or_as_refusal() -> None:
    """A block says its words and its reason, and what to take back."""
    reader, _ = played("vllm_tools.sse")
    for style, delta, reason in (
        ("completion", {"content": "No, sorry."}, "content_filter"),
        ("field", {"refusal": "No, sorry."}, "stop"),
    ):
        first, last = (
            json.loads(event.raw[6:]) for event in flat(_read_anew(reader.close(1, REFUSAL, style)))
        )
        assert first["choices"][0]["delta"] == delta
        assert (first["choices"][0]["index"], last["choices"][0]["index"]) == (1, 1)
        assert last["choices"][0]["finish_reason"] == reason
        assert last["sealgate"] == {"retract": True, "shown": 5, "code": "blocked", "rule": "r1"}


def test_role_is_said_if_nobody_said_it() -> None:
    """A choice of which nothing was shown begins with our words, so they name the role."""
    unshown = REFUSAL._replace(shown=0)
    assert b'"role":"assistant"' in answer().close(0, unshown, "completion")
    assert b'"role"' not in played("openai.sse")[0].close(0, unshown, "completion")


def test_words_after_an_unfinished_event_stand_apart() -> None:
    """If the upstream's last event lacks its blank line, ours brings it along."""
    reader, events = played("unended.sse")
    raw = events[-1].raw + reader.end()
    assert [event.kind for event in flat(_read_anew(raw))] == [EventKind.FINISH, EventKind.END]


def test_failures_are_errors_and_an_end() -> None:
    """A failure mid-stream is an error event that clients raise, then the terminator."""
    events = flat(_read_anew(answer().fail(UpstreamBroken(), "01X")))
    assert [event.kind for event in events] == [EventKind.ERROR, EventKind.END]
    assert json.loads(events[0].raw[6:])["error"]["code"] == "upstream_broken"
