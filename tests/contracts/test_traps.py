"""Traps in which other gateways were caught, as far as no other test lays them out.

The list of all of them, each with its test, is in tests/README.md.
"""

from __future__ import annotations

import json
import random
from pathlib import Path

import pytest

from filters.lexicon import Entry
from gateway.assembly import open_judge
from gateway.config.policy_file import load_policy
from gateway.config.settings import Settings
from gateway.engine.window import Window
from gateway.nouns.finding import Finding, Scan
from gateway.nouns.policy import Policy, Rule
from gateway.nouns.segment import Direction, TextForm
from gateway.nouns.verdict import Action
from tests.engine_kit import NaiveTerms, Raising, lane, policy
from tests.properties.corpus import ADAPTER, Bench, admission, bench
from tests.properties.upstream_writer import Said, hear, stream

ROOT = Path(__file__).parents[2]
BAD = "绿皮大象"
TERMS = (Entry(text=BAD, category="x.bad", severity=4),)
CUTS = policy(red=Action.REDACT, block=Action.BLOCK)


class Recording:
    """A filter that notes all that it is given, and finds nothing."""

    name = "recording"
    look_behind = 0
    look_ahead = 0

    def __init__(self) -> None:
        self.seen = ""

    def scan(self, text: str, start: int, final: bool) -> Scan:
        """See gateway.ports.filter.Filter."""
        self.seen += text[start:]
        return Scan((), len(text))


class Everything:
    """A filter that finds each letter that it is given."""

    name = "everything"
    look_behind = 0
    look_ahead = 0

    def scan(self, text: str, start: int, final: bool) -> Scan:
        """See gateway.ports.filter.Filter."""
        found = (Finding("red", 3, 1.0, at, at + 1, self.name, "x") for at in range(len(text)))
        return Scan(tuple(found), len(text))


def test_no_filter_stops_another() -> None:
    """Whatever those before it find, and if they fail: each filter is given all of the text."""
    last = Recording()
    window = Window(lane(CUTS, Raising(), NaiveTerms({"b": "block"}), last), TextForm.PROSE)
    for piece in ("a b", " c", "d b e"):
        window.push(piece)
        window.judge(final=False)
    window.judge(final=True)
    assert last.seen == "a b cd b e"


def test_a_filter_never_sees_what_took_the_place_of_its_finds() -> None:
    """What is put in the place of a redaction is not redacted again, in any cut."""
    for cuts in ("abc", "a|bc", "a|b|c"):
        window = Window(lane(CUTS, Everything()), TextForm.PROSE)
        for piece in cuts.split("|"):
            window.push(piece)
            window.judge(final=False)
        window.judge(final=True)
        assert window.edited(0, 3, "abc") == "*********"


def _answer(one: Bench, texts: list[Said], cut: int = 0) -> bytes:
    admitted = admission({"model": "m", "messages": [{"role": "user", "content": "go"}]})
    heard = one.judge.input(admitted)
    heard.verdict()
    answer = ADAPTER.answer(admitted.request, content_type="text/event-stream")
    session = one.judge.output(admitted, heard, answer)
    wire = b"".join(stream(texts, [], "raw"))
    size = cut or len(wire)
    out = b""
    for at in range(0, len(wire), size):
        release = session.feed(wire[at : at + size], 0.0)
        while release.more:
            release = session.go_on(0.0)
        out += release.data
    return out + session.finish(0.0).data


@pytest.mark.parametrize(
    ("length", "cuts", "read"),
    [(10_000, tuple(range(10_000)), 4096), (65_536, (), 0), (65_536, (), 1000)],
)
def test_sizes_of_events_change_nothing(length: int, cuts: tuple[int, ...], read: int) -> None:
    """Ten thousand events of one character, or one of 64 KiB: byte for byte what came."""
    said = [Said(0, "content", ("绿皮小象，" * length)[:length], cuts=cuts)]
    one = bench(Policy(rules=(Rule(id="bad", when="x", do=Action.BLOCK),)), TERMS)
    assert _answer(one, said, read) == b"".join(stream(said, [], "raw"))


LETTERS = ["İ", "ﬃ", "𠮷", "ß", "e\u0301", "㍿", "😀", "\u200b", "Å", "ŉ", "ẞ", "㎏", "ﷺ"]
"""Letters that become more, fewer or other ones when case, width or form is folded."""


@pytest.mark.parametrize("letter", LETTERS)
def test_a_redaction_takes_just_its_own_letters(letter: str) -> None:
    """Positions are those of the text that came, whatever folding made of it."""
    one = bench(Policy(rules=(Rule(id="bad", when="x", do=Action.REDACT),)), TERMS)
    text = f"{letter * 3}，{BAD}。{letter * 2}，{BAD}"
    shown = hear(_answer(one, [Said(0, "content", text, cuts=(4, 7))])).texts()
    assert shown[0, "content"] == text.replace(BAD, "[redacted]")


def test_a_term_in_a_tool_definition_is_only_noted() -> None:
    """The description of a tool is the operator's own word, and no question of the user."""
    tool = {"name": f"about_{BAD}", "description": f"Never {BAD}.", "parameters": {BAD: {}}}
    body = {"model": "m", "messages": [{"role": "user", "content": "go"}],
            "tools": [{"type": "function", "function": tool}]}  # fmt: skip
    one = bench(Policy(rules=(Rule(id="bad", when="x", do=Action.BLOCK),)), TERMS)
    session = one.judge.input(admission(body))
    verdict = session.verdict()
    assert verdict.refusal is None
    assert verdict.edits.nothing
    assert [fact.action for fact in session.tally().findings] == ["flag"] * 3


def test_many_at_once_get_their_own_back() -> None:
    """Answers that come interleaved, each with the placeholder of another user's number: nobody
    sees anybody's but his own."""
    veil = Rule(id="veil", when="personal_data", side=Direction.INPUT, do=Action.VEIL)
    one = bench(Policy(rules=(veil,)), ())
    numbers = [f"137{number:08}" for number in range(26_184_093, 26_184_293)]
    talks = []
    for number in numbers:
        content = f"My number is {number} ."
        said = admission({"model": "m", "messages": [{"role": "user", "content": content}]})
        heard = one.judge.input(said)
        raw = ADAPTER.write_request(said.request, heard.verdict().edits)
        veiled = json.loads(raw)["messages"][0]["content"].split()[3]
        assert number not in raw.decode()
        answer = ADAPTER.answer(said.request, content_type="text/event-stream")
        wire = stream([Said(0, "content", f"It is {veiled} .", cuts=(8, 13))], [], "raw")
        talks.append((one.judge.output(said, heard, answer), wire))
    shown = [b""] * len(talks)
    order = [index for index, (_, wire) in enumerate(talks) for _ in wire]
    random.Random(1).shuffle(order)
    for index in order:
        session, wire = talks[index]
        shown[index] += session.feed(wire.pop(0), 0.0).data
    for number, data, (session, _) in zip(numbers, shown, talks, strict=True):
        text = hear(data + session.finish(0.0).data).texts()[0, "content"]
        assert text == f"It is {number} ."


def test_source_code_is_no_harm(tmp_path: Path) -> None:
    """An agent that shows a program is not refused for short words in it: the usual preset refuses
    none of these modules."""
    judge = open_judge(Settings(state=str(tmp_path)), load_policy("cn-public"))
    sources = sorted((ROOT / "gateway" / "edge").glob("*.py"))
    judged = judge.judge([path.read_text(encoding="utf-8") for path in sources], Direction.INPUT)
    assert len(judged) > 30
    refused = [p.name for p, one in zip(sources, judged, strict=True) if one.action == "block"]
    assert refused == []
