"""What the fast path of streams promises, one promise a test."""

from __future__ import annotations

import json

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from gateway.adapters.openai_chat.request import read_request
from gateway.adapters.openai_chat.stream import StreamAnswer
from gateway.adapters.openai_chat.template import Templates, learn
from gateway.nouns.errors import UpstreamBroken
from gateway.nouns.segment import Channel, FieldClass
from gateway.ports.adapter import Event, Piece, Run
from gateway.wire.sse import parse_frame

HEAD = b'data: {"id":"c","choices":[{"index":0,"delta":{"content":"'
TAIL = b'"},"finish_reason":null}]}\n\n'
PADDED = b'"},"finish_reason":null}],"obfuscation":"%b"}\n\n'
SLOT = ("choices", 0, "delta", "content")
PIECE = Piece(Channel(0, "content"), "first", FieldClass.CONTENT, slot=SLOT)


def reader() -> StreamAnswer:
    """The reader of a stream."""
    raw = b'{"messages":[{"role":"user","content":"x"}],"stream":true}'
    return StreamAnswer(read_request(raw, strict=True), 1_000_000)


def taught(sample: bytes = HEAD + b"first" + TAIL) -> Templates:
    """Templates that have seen one event."""
    templates = Templates()
    templates.learn(parse_frame(sample), PIECE)
    return templates


def views(items: list[Event | Run]) -> list[tuple[bytes, list[tuple[str, str]]]]:
    """Each event's bytes and texts, runs taken apart."""
    return [
        (event.raw, [(piece.channel.path, piece.text) for piece in event.pieces])
        for item in items
        for event in (item.expand() if isinstance(item, Run) else [item])
    ]


def test_like_events_are_one_run() -> None:
    """Events that differ in their text alone are read as one."""
    parts = [b"a", b'b\\"', "丙".encode(), b"\\ud83d\\ude00", b"", b"\\\\"]
    raw = b"".join(HEAD + part + TAIL for part in parts)
    matched = taught().match(b"xx" + raw + b"data: [DONE]\n\n", 2)
    assert matched is not None
    run, end = matched
    assert (run.raw, run.text, end) == (raw, 'ab"丙😀\\', 2 + len(raw))
    assert b"".join(event.raw for event in run.expand()) == raw
    assert [len(event.pieces) for event in run.expand()] == [1, 1, 1, 1, 0, 1]


@pytest.mark.parametrize(
    "part",
    [b"a", b'b\\"', "丙".encode(), b"\\ud83d", b"", b"a\nb", b"\xff", b'"', b"\\", b"x" + TAIL[:4]],
)
def test_one_event_at_the_end_is_read_as_it_is_before_others(part: bytes) -> None:
    """A read of a single event has a short way of its own."""
    one, other = HEAD + part + TAIL, b"data: [DONE]\n\n"
    alone, before = taught().match(one, 0), taught().match(one + other, 0)
    assert (alone is None) == (before is None)
    if alone is not None and before is not None:
        assert (alone[0].raw, alone[0].text) == (before[0].raw, before[0].text)
        assert alone[1] == before[1] == len(one)
        assert views([alone[0]]) == views([before[0]])


def test_padding_may_vary() -> None:
    """Padding of letters and digits is no text; anything else in its place is read in full."""
    templates = taught(HEAD + b"first" + PADDED % b"xY9")
    raw = b"".join(HEAD + b"t" + PADDED % pad for pad in (b"a1", b"", b"ZZZ"))
    matched = templates.match(raw + HEAD + b"t" + PADDED % b"two words", 0)
    assert matched is not None
    assert (matched[0].raw, matched[0].text) == (raw, "ttt")


@pytest.mark.parametrize(
    "raw",
    [
        HEAD + b"a" + TAIL[:-1],
        HEAD + b"a\nb" + TAIL,
        HEAD + b"a\x00b" + TAIL,
        HEAD + b'a"b' + TAIL,
        HEAD + b"a\\" + TAIL,
        HEAD + b"a\\x" + TAIL,
        HEAD + b"a\\u00g0" + TAIL,
        HEAD + b"a\xe8\xb5" + TAIL,
        HEAD + b"a\xed\xa0\x80" + TAIL,
        HEAD + b'a","refusal":"b' + TAIL,
        HEAD.replace(b"0", b"1", 1) + b"a" + TAIL,
        b" " + HEAD + b"a" + TAIL,
        HEAD + b"a" + TAIL.replace(b"null", b'"stop"'),
    ],
)
def test_what_differs_is_left_alone(raw: bytes) -> None:
    """Any byte that differs outside of a valid string leaves the event to the slow path."""
    assert taught().match(raw, 0) is None


@pytest.mark.parametrize(
    "sample",
    [
        b": note\n" + HEAD + b"first" + TAIL,
        b"id: 1\n" + HEAD + b"first" + TAIL,
        HEAD + b"first" + TAIL[:-1],
        (HEAD + b"first" + TAIL).replace(b"\n", b"\r"),
        b"\xef\xbb\xbf" + HEAD + b"first" + TAIL,
        HEAD + b"first" + PADDED % b"two words",
    ],
)
def test_odd_framing_is_not_learnt(sample: bytes) -> None:
    """Only events in the usual form, with one line of data, become templates."""
    assert learn(parse_frame(sample), PIECE) is None


def test_learning_stops_where_it_never_helps() -> None:
    """An upstream whose events all differ is not learnt from for ever."""
    templates = Templates()
    for number in range(100):
        sample = HEAD.replace(b'"c"', b'"c%d"' % number) + b"first" + TAIL
        templates.learn(parse_frame(sample), PIECE)
    last = HEAD.replace(b'"c"', b'"c99"') + b"x" + TAIL
    assert templates.match(last, 0) is None


INNER = st.lists(
    st.sampled_from(
        [b"a", b"\xe4\xb8\x99", b"\\n", b'\\"', b"\\\\", b"\\u4e19", b"\\ud83d", b"\\ude00", b"/"]
    ),
    max_size=4,
).map(b"".join)
ODD = st.sampled_from(
    [b": c\n\n", b"data: [DONE]\n\n", HEAD + b'x"' + b',"refusal":"y' + TAIL, HEAD + b"\xe8" + TAIL,
     b"data: {}\n\n", HEAD + b"x\\" + TAIL, b"\n", HEAD + b'z"}}]}\n\n',
     HEAD.replace(b"content", b"reasoning") + b"r" + TAIL]
)  # fmt: skip
EVENTS = st.lists(
    INNER.map(lambda inner: HEAD + inner + TAIL)
    | st.tuples(INNER, st.sampled_from([b"", b"k", b"Ab3", b"a b", b'"'])).map(
        lambda two: HEAD + two[0] + PADDED % two[1]
    )
    | ODD,
    max_size=10,
)


@settings(max_examples=300, deadline=None)
@given(EVENTS, st.data())
@example([HEAD + b"\xe8" + TAIL, HEAD + b"\xb5\x8c" + TAIL], None)
def test_fast_reading_says_what_full_reading_says(
    events: list[bytes], data: st.DataObject | None
) -> None:
    """Whatever comes and however it is cut, the events are those of a reader who never learns."""
    raw = b"".join([HEAD + b"one" + TAIL, HEAD + b"two" + PADDED % b"pad", *events])
    cuts = sorted(data.draw(st.lists(st.integers(0, len(raw)), max_size=5))) if data else []
    fast, slow = reader(), reader()
    reads = [raw[a:b] for a, b in zip([0, *cuts], [*cuts, len(raw)], strict=True)]
    (seen, broken), (known, breaks) = _all(fast, reads), _slowly(slow, raw)
    assert (_joined(seen), broken) == (_joined(known), breaks)


View = tuple[bytes, list[tuple[str, str]]]


def _joined(seen: list[View]) -> list[View]:
    """Take events without text as one: those in one read are read as one."""
    out: list[View] = []
    for raw, texts in seen:
        if out and not texts and not out[-1][1]:
            out[-1] = (out[-1][0] + raw, texts)
        else:
            out.append((raw, texts))
    return out


def _all(one: StreamAnswer, reads: list[bytes]) -> tuple[list[View], bool]:
    seen: list[View] = []
    try:
        for read in reads:
            seen += views(one.push(read))
        seen += views(one.flush())
    except UpstreamBroken:
        return seen, True
    return seen, False


def _slowly(one: StreamAnswer, raw: bytes) -> tuple[list[View], bool]:
    """Read event by event with a fresh reader each, so that no template is ever met."""
    seen: list[View] = []
    while raw:
        end = raw.find(b"\n\n")
        part, raw = (raw, b"") if end < 0 else (raw[: end + 2], raw[end + 2 :])
        fresh = reader()
        got, broken = _all(fresh, [part])
        seen += got
        if broken:
            return seen, True
    return seen, False


def test_surrogates_cut_between_events_stay_apart() -> None:
    """Halves of a pair in two events read the same fast and slow."""
    one = reader()
    one.push(HEAD + b"one" + TAIL)
    (run,) = one.push(HEAD + b"\\ud83d" + TAIL + HEAD + b"\\ude00" + TAIL)
    assert isinstance(run, Run)
    pieces = [event.pieces[0].text for event in run.expand()]
    assert run.text == "".join(pieces) == "\ud83d\ude00"
    assert json.loads(b'"\\ud83d"') == pieces[0]


@given(st.lists(st.text("ab丙", max_size=3), min_size=1, max_size=6), st.integers(0, 20))
@pytest.mark.parametrize("padding", [None, b"xyz"])
def test_a_run_is_split_between_events(padding: bytes | None, texts: list[str], chars: int) -> None:
    """Both parts are the events that they hold, and the first ends within the limit, next to it."""
    tail = TAIL if padding is None else PADDED % padding
    raw = b"".join(HEAD + text.encode() + tail for text in texts)
    matched = taught(HEAD + b"first" + tail).match(raw, 0)
    assert matched is not None
    head, rest = matched[0].split(chars)
    assert head.raw + rest.raw == raw
    assert head.texts + rest.texts == texts
    assert views([*head.expand(), *rest.expand()]) == views([matched[0]])
    assert b"".join(event.raw for event in head.expand()) == head.raw
    assert len(head.text) <= chars
    assert not rest.texts or len(head.text + rest.texts[0]) > chars


def test_a_read_of_one_event_is_read_alone() -> None:
    """With padding and escapes; anything else in the read is left to the other ways."""
    for tail in (TAIL, PADDED % b"xyz"):
        templates = taught(HEAD + b"first" + tail)
        run = templates.alone(HEAD + b'a\\"\\n' + tail)
        assert run is not None
        assert run.text == 'a"\n'
        assert views([run]) == [(run.raw, [("content", 'a"\n')])]
        for odd in (tail[1:], b"x", HEAD + b"a" + tail + HEAD + b"b" + tail, HEAD + b"\xff" + tail):
            assert templates.alone(odd) is None
    assert Templates().alone(HEAD + b"a" + TAIL) is None
    assert taught(HEAD + b"first" + PADDED % b"x").alone(HEAD + b"a" + PADDED % b'"') is None
