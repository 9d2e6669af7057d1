"""Split anywhere: however the upstream cuts events and the network reads, the same leaves."""

from __future__ import annotations

import itertools

from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.engine.output import OutputSession
from gateway.engine.plan import OutputPlan
from gateway.engine.seal import Seal
from gateway.nouns.record import AnswerText
from gateway.nouns.segment import FieldClass
from gateway.nouns.verdict import Action, Decision, Refusal
from tests.engine_kit import NaiveTerms, lane, policy
from tests.line_protocol import LineAnswer

TERMS = {"abc": "block", "bd": "red", "dd": "new", "ca": "red"}
RULES = policy(block=Action.BLOCK, red=Action.REDACT, new=Action.REPLACE)
TEXT = st.text("abcd x", max_size=24)
CUTS = st.lists(st.integers(0, 10_000), max_size=10)


def refuse(decision: Decision) -> Refusal:
    """Word a block."""
    return Refusal("content_filter", "No.", decision.rule, decision.finding.category)


def session(seal: Seal | None = None, *, choices: int = 1, runs: bool = True) -> OutputSession:
    """Return a session under a policy that blocks, redacts and replaces."""
    lanes = {one: lane(RULES, NaiveTerms(TERMS), field_class=one) for one in FieldClass}
    return OutputSession(
        OutputPlan(RULES, "01X", lanes, refuse, seal or Seal(), choices=choices),
        LineAnswer(runs=runs),
    )


def pieces(text: str, cuts: list[int]) -> list[str]:
    """Cut a text at the places given (modulo its length)."""
    marks = sorted({0, len(text), *(cut % (len(text) + 1) for cut in cuts)})
    return [text[a:b] for a, b in itertools.pairwise(marks)]


def lines(choice: int, channel: str, text: str, cuts: list[int]) -> list[str]:
    """Return the text as events of a channel."""
    return [f"T {choice} {channel} {part}\n" for part in pieces(text, cuts)]


def feed(one: OutputSession, wire: bytes, cuts: list[int]) -> tuple[bytes, list[AnswerText]]:
    """Feed bytes in reads cut anywhere; return the bytes and texts that left."""
    marks = sorted({0, len(wire), *(cut % (len(wire) + 1) for cut in cuts)})
    data, texts = b"", []
    for a, b in itertools.pairwise(marks):
        release = one.feed(wire[a:b], 0.0)
        data += release.data
        texts += release.texts
    release = one.finish(0.0)
    return data + release.data, texts + list(release.texts)


def released(texts: list[AnswerText], choice: int, path: str) -> str:
    """Return what left of one channel."""
    return "".join(t.text for t in texts if (t.choice, t.path, t.own) == (choice, path, False))


@settings(max_examples=400)
@given(TEXT, CUTS, CUTS, st.booleans())
def test_one_channel(text: str, events: list[int], reads: list[int], runs: bool) -> None:
    """The released text and the block do not depend on events or reads."""
    one, other = session(), session(runs=runs)
    whole = feed(one, "".join([*lines(0, "content", text, []), "F 0\n", "E\n"]).encode(), [])
    wire = "".join([*lines(0, "content", text, events), "F 0\n", "E\n"]).encode()
    cut = feed(other, wire, reads)
    assert released(cut[1], 0, "content") == released(whole[1], 0, "content")
    assert one.tally().outcome is other.tally().outcome
    assert (b"R 0" in cut[0]) == ("abc" in text)
    for term in ("abc", "bd", "dd"):
        assert term not in released(cut[1], 0, "content").replace("***", " ")
    if not any(term in text for term in TERMS):
        assert cut[0] == wire


@settings(max_examples=300)
@given(TEXT, TEXT, TEXT, st.lists(st.integers(0, 2), max_size=12), CUTS, CUTS)
def test_many_channels(
    first: str, second: str, third: str, order: list[int], events: list[int], reads: list[int]
) -> None:
    """Each channel of each choice comes to the same, however they interleave."""
    sources = [
        lines(0, "content", first, events), lines(0, "reasoning", second, events),
        lines(1, "content", third, events),
    ]  # fmt: skip
    wire: list[str] = [sources[pick].pop(0) for pick in order if sources[pick]]
    wire += [line for source in sources for line in source]
    one = session(choices=2)
    data, texts = feed(one, "".join([*wire, "F 0\n", "F 1\n", "U\n", "E\n"]).encode(), reads)
    assert (b"R 0" in data) == ("abc" in first or "abc" in second)
    assert (b"R 1" in data) == ("abc" in third)
    alone = session()
    line = "".join([*lines(0, "content", third, []), "F 0\n"]).encode()
    assert released(texts, 1, "content") == released(feed(alone, line, [])[1], 0, "content")
    assert data.endswith(b"E\n")
    assert data.count(b"E\n") == 1
    for choice, path in ((0, "content"), (0, "reasoning"), (1, "content")):
        assert "abc" not in released(texts, choice, path)


@settings(max_examples=300)
@given(st.text("ax x", max_size=24), CUTS, CUTS)
def test_taking_our_splices_out_gives_the_upstreams_bytes(
    text: str, events: list[int], reads: list[int]
) -> None:
    """A label and a member are all that is added."""
    seal = Seal(start="[AI]", end="[/AI]", fields={"aigc": 1}, inline_field={"sealgate": 1})
    wire = "".join([*lines(0, "content", text, events), "F 0\n", "U\n", "E\n"]).encode()
    data, _ = feed(session(seal), wire, reads)
    ours = {b"T 0 content [AI]\n", b"T 0 content [/AI]\n"}
    kept = b"".join(line for line in data.splitlines(keepends=True) if line not in ours)
    assert kept.replace(b" +aigc", b"").replace(b" +sealgate", b"") == wire
    assert (b"[AI]" in data) == bool(text.strip())
