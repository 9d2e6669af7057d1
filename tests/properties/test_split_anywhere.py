"""Split anywhere: with the real adapter, filters, seals and judge, the verdict on an answer depends
on its text alone, and nothing that was judged bad is ever in the bytes that a client gets."""

from __future__ import annotations

import json
import os
import re
from typing import NamedTuple

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from filters.lexicon import Entry
from gateway.nouns.policy import Rule
from gateway.nouns.record import AnswerText
from gateway.nouns.segment import Direction
from gateway.nouns.verdict import Action, Outcome
from gateway.ports.session import Tally
from tests.properties.corpus import (
    ADAPTER,
    CHANNELS,
    EXCHANGE,
    REFUSED,
    Bench,
    Fate,
    admission,
    bench,
    entries,
    fate,
    json_texts,
    policies,
    texts,
)
from tests.properties.upstream_writer import Heard, Said, cut, hear, mended, stream, whole_body

LONG = bool(os.environ.get("SEALGATE_TEST_LONG"))
CASES = int(os.environ.get("SEALGATE_CASES", "50000" if LONG else "2000"))
"""Generated answers of the whole file."""

TEXTS, CUTTINGS = 4, 2
"""How many texts the judge of one drawn policy and list hears, and how often each, cut anew."""

CUTS = st.lists(st.integers(0, 4000), max_size=8)
ORDERS = st.lists(st.integers(0, 3), max_size=24)
SPELLINGS = st.sampled_from(["ascii", "raw", "every"])


def cases(share: float) -> settings:
    """Return the settings of a test with this share of all answers."""
    return settings(
        max_examples=max(1, round(CASES * share / TEXTS / CUTTINGS)),
        deadline=None,
        suppress_health_check=list(HealthCheck),
    )


class Run(NamedTuple):
    """One answer, as it left: bytes, texts told to the journal, counts; and the labels owed."""

    data: bytes
    texts: tuple[AnswerText, ...]
    tally: Tally
    own: frozenset[str]

    @property
    def heard(self) -> Heard:
        """What a client reads in it."""
        return hear(self.data)

    def shown(self) -> dict[tuple[int, str], str]:
        """The upstream's texts in it."""
        return self.heard.texts(self.own)


def run(
    one: Bench, reads: list[bytes], *, said: str = "", choices: int = 1, whole: bool = False
) -> Run:
    """Let a judge hear a request and an answer that comes in these reads."""
    messages = [{"role": "user", "content": f"tell me {said}"}]
    admitted = admission({"model": "m", "stream": not whole, "n": choices, "messages": messages})
    heard = one.judge.input(admitted)
    heard.verdict()
    kind = "application/json" if whole else "text/event-stream"
    answer = ADAPTER.answer(admitted.request, content_type=kind)
    session = one.judge.output(admitted, heard, answer)
    releases = [session.feed(read, 0.0) for read in reads]
    releases.append(session.finish(0.0))
    seal = one.sealer.seal(EXCHANGE, messages[0]["content"], None)
    return Run(
        b"".join(release.data for release in releases),
        tuple(text for release in releases for text in release.texts),
        session.tally(),
        frozenset({seal.start, seal.end, REFUSED} - {""}),
    )


def forbidden_is_gone(shown: str, expected: Fate) -> None:
    """A channel that blocks shows just what stands before the block; any other its judged text."""
    assert shown == expected.text


def written(data: st.DataObject, texts: list[Said]) -> list[bytes]:
    """Draw how an upstream writes these texts: deltas, their order, spelling, and network reads,
    which now and then are single bytes."""
    parts = [text._replace(cuts=tuple(data.draw(CUTS))) for text in texts]
    order = data.draw(ORDERS) if len(parts) > 1 else []
    wire = b"".join(stream(parts, order, data.draw(SPELLINGS)))
    if data.draw(st.integers(0, 15)) == 0:
        return [wire[at : at + 1] for at in range(len(wire))]
    return cut(wire, data.draw(CUTS))


@pytest.mark.parametrize("channel", CHANNELS[:3])
@pytest.mark.timeout(1800)
@cases(0.15)
@given(st.data())
def test_one_text_leaves_as_its_whole_is_judged(channel: str, data: st.DataObject) -> None:
    """Whatever the policy, the list and the cuts: the text that leaves is the one that the whole
    text's findings allow, with every blocked and redacted span gone, up to the first block."""
    terms = data.draw(entries())
    one = bench(data.draw(policies()), terms)
    for _ in range(TEXTS):
        one_text(one, terms, channel, data)


def one_text(one: Bench, terms: tuple[Entry, ...], channel: str, data: st.DataObject) -> None:
    """Check the answers of one text."""
    said = data.draw(texts(terms))
    halves = data.draw(st.integers(0, 7)) == 0
    text = Said(0, channel, data.draw(texts(terms)), halves=halves)
    expected = fate(one, channel, text.text, f"tell me {said}")
    for _ in range(CUTTINGS):
        got = run(one, written(data, [text]), said=said)
        forbidden_is_gone(got.shown().get((0, channel), ""), expected)
        blocked = got.tally.outcome is Outcome.BLOCKED_OUTPUT
        assert blocked == (expected.block is not None)
        assert got.heard.reasons()[0] == ["content_filter" if blocked else "stop"]
        assert got.data.endswith(b"data: [DONE]\n\n")
        told = "".join(t.text for t in got.texts if not t.own and t.path == channel)
        assert mended(told) == got.shown().get((0, channel), "")


@pytest.mark.timeout(1800)
@cases(0.2)
@given(st.data())
def test_tool_arguments_leave_as_their_whole_is_judged(data: st.DataObject) -> None:
    """JSON is judged as its reader decodes it; an unblocked redaction leaves JSON."""
    terms = data.draw(entries())
    one = bench(data.draw(policies()), terms)
    for _ in range(TEXTS):
        arguments(one, terms, data)


def arguments(one: Bench, terms: tuple[Entry, ...], data: st.DataObject) -> None:
    """Check the answers that call a tool with one text."""
    said = data.draw(texts(terms))
    text = Said(0, "arguments", data.draw(json_texts(terms)))
    try:
        json.loads(text.text)
    except ValueError:
        same_however_cut(one, text, said, data)
        return
    expected = fate(one, "arguments", text.text, f"tell me {said}")
    for _ in range(CUTTINGS):
        shown = run(one, written(data, [text]), said=said).shown().get((0, "arguments"), "")
        forbidden_is_gone(shown, expected)
        if expected.block is None:
            json.loads(shown)


def same_however_cut(one: Bench, text: Said, said: str, data: st.DataObject) -> list[Run]:
    """Check that the answers of a text, however cut, show what its answer in one piece shows."""
    whole = run(one, stream([text], [], data.draw(SPELLINGS)), said=said)
    place = (text.choice, text.channel)
    answers = [run(one, written(data, [text]), said=said) for _ in range(CUTTINGS)]
    for got in answers:
        assert got.shown().get(place, "") == whole.shown().get(place, "")
        assert got.tally.outcome is whole.tally.outcome
    return answers


@pytest.mark.timeout(1800)
@cases(0.2)
@given(st.data())
def test_many_channels_come_each_to_their_own(data: st.DataObject) -> None:
    """Choices and channels interleaved anyhow: each shows what it would alone; after a block in a
    choice its other channels show a beginning of that."""
    terms = data.draw(entries())
    one = bench(data.draw(policies()), terms)
    for _ in range(TEXTS):
        many_channels(one, terms, data)


PLACES = st.lists(
    st.tuples(st.integers(0, 1), st.sampled_from(CHANNELS)), min_size=2, max_size=4, unique=True
)


def many_channels(one: Bench, terms: tuple[Entry, ...], data: st.DataObject) -> None:
    """Check the answers of some texts in several choices and channels."""
    places = data.draw(PLACES)
    parts = [Said(*place, data.draw(_text_of(place[1], terms))) for place in places]
    fates = {(t.choice, t.channel): fate(one, t.channel, t.text, "tell me ") for t in parts}
    for _ in range(CUTTINGS):
        got = run(one, written(data, parts), choices=2)
        each_to_its_own(got, fates)
        assert set(got.heard.reasons()) == {text.choice for text in parts}


def each_to_its_own(got: Run, fates: dict[tuple[int, str], Fate]) -> None:
    """Check what each channel shows, and how each choice ends."""
    shown = got.shown()
    for choice, reasons in got.heard.reasons().items():
        mine = {place: one_fate for place, one_fate in fates.items() if place[0] == choice}
        blocked = any(one_fate.block for one_fate in mine.values())
        assert reasons == ["content_filter" if blocked else "stop"]
        for place, one_fate in mine.items():
            if blocked:
                assert one_fate.text.startswith(shown.get(place, ""))
            else:
                assert shown.get(place, "") == one_fate.text


def _text_of(channel: str, terms: tuple[Entry, ...]) -> st.SearchStrategy[str]:
    if channel != "arguments":
        return texts(terms)
    return st.one_of(texts(terms), st.integers(0, 99)).map(lambda value: json.dumps({"k": value}))


@pytest.mark.timeout(1800)
@cases(0.1)
@given(st.data())
def test_what_nothing_touches_is_the_upstreams_bytes(data: st.DataObject) -> None:
    """Nothing matched: byte for byte; with a label owed, once our events and members are out."""
    terms = data.draw(entries())
    one = bench(data.draw(policies()), terms)
    for _ in range(TEXTS):
        untouched(one, terms, data)


def untouched(one: Bench, terms: tuple[Entry, ...], data: st.DataObject) -> None:
    """Check the answers of some texts, if nothing is found in them."""
    parts = [
        Said(0, channel, data.draw(_text_of(channel, terms)))
        for channel in data.draw(st.lists(st.sampled_from(CHANNELS), max_size=2, unique=True))
    ] or [Said(0, "content", "")]
    if any(fate(one, t.channel, t.text, "tell me ").touched for t in parts):
        return
    for _ in range(CUTTINGS):
        reads = written(data, parts)
        got = run(one, reads)
        assert without_ours(got) == b"".join(reads)
        if one.policy.marks.label.value == "off":
            assert got.data == b"".join(reads)


def without_ours(got: Run) -> bytes:
    """Return what left without our events and without the members that we spliced in."""
    kept = []
    for raw, value in got.heard.frames:
        said = [choice["delta"].get("content") for choice in (value or {}).get("choices", ())]
        if said and said[0] in got.own:
            continue
        for name in ("sealgate", "aigc"):
            if value and name in value:
                at = raw.index(f',"{name}":'.encode())
                raw = raw[:at] + raw[raw.rindex(b"}") :]  # noqa: PLW2901
        kept.append(raw)
    return b"".join(kept)


VEIL = Rule(id="veil", when="personal_data", side=Direction.INPUT, do=Action.VEIL)
SPOKEN = ["13912345677", "zhang@163.com"]


@pytest.mark.timeout(1800)
@cases(0.05)
@given(st.data())
def test_restored_values_do_not_depend_on_the_cuts(data: st.DataObject) -> None:
    """Placeholders of what the user said come back, whole or torn, in prose and in arguments; what
    leaves is what leaves in one piece, and no placeholder of his is left in an unblocked text."""
    terms = data.draw(entries())
    drawn = data.draw(policies())
    one = bench(msgspec.structs.replace(drawn, rules=(VEIL, *drawn.rules)), terms)
    for _ in range(TEXTS):
        restored(one, terms, data)


def restored(one: Bench, terms: tuple[Entry, ...], data: st.DataObject) -> None:
    """Check the answers that say again what the user said."""
    said = " and ".join(SPOKEN)
    messages = [{"role": "user", "content": f"tell me {said}"}]
    heard = one.judge.input(admission({"model": "m", "messages": messages})).verdict()
    veiled = re.findall(r"\[[A-Z]+_\w+\]", "".join(heard.edits.texts.values()))
    spoken = st.sampled_from([*SPOKEN, *veiled, *veiled])
    parts = st.lists(st.one_of(spoken, texts(terms)), max_size=5).map("".join)
    channel = data.draw(st.sampled_from(CHANNELS))
    text = data.draw(parts if channel != "arguments" else parts.map(lambda t: json.dumps([t])))
    for got in same_however_cut(one, Said(0, channel, text), said, data):
        if got.tally.outcome is not Outcome.BLOCKED_OUTPUT:
            assert not any(each in got.shown().get((0, channel), "") for each in veiled)


@pytest.mark.timeout(1800)
@cases(0.05)
@given(st.data())
def test_an_answer_in_one_piece_comes_to_the_same_verdict(data: st.DataObject) -> None:
    """It keeps no prefix before a block, and carries only the refusal."""
    terms = data.draw(entries())
    one = bench(data.draw(policies()), terms)
    for _ in range(TEXTS):
        one_piece(one, terms, data)


def one_piece(one: Bench, terms: tuple[Entry, ...], data: st.DataObject) -> None:
    """Check the answers with one text that are no streams."""
    text, said = data.draw(texts(terms)), data.draw(texts(terms))
    body = whole_body([Said(0, "content", text)])
    expected = fate(one, "content", text, f"tell me {said}")
    for _ in range(CUTTINGS):
        got = run(one, cut(body, data.draw(CUTS)), said=said, whole=True)
        content = json.loads(got.data)["choices"][0]["message"]["content"] or ""
        if expected.block is not None:
            assert content == REFUSED
            assert got.tally.outcome is Outcome.BLOCKED_OUTPUT
            continue
        for label in got.own:
            content = content.removeprefix(label).removesuffix(label)
        assert content == expected.text
