"""A record as people read it: sentences for all that is known, and the words that were found."""

from __future__ import annotations

from typing import Any

import click
import msgspec
import pytest
from click.testing import CliRunner

from gateway.cli import record
from gateway.cli.record import ACTIONS, OUTCOMES, ROLES, draw_record
from gateway.ledger.contents import Facts
from gateway.nouns.record import CloseFrame, FindingFact, OpenFrame, ReceiptFact
from gateway.nouns.segment import FieldClass
from gateway.nouns.verdict import Action, Outcome
from gateway.ports.operator import AskedText, Shown, ShownText
from tests.ledger_kit import closing, facts, name

ASKED = AskedText("messages.0.content", "user", "my number is 137 2618 4093")
SPOT = FindingFact(
    "input", "user", ASKED.place, "personal_data.mobile", 2, 13, 26, "personal_data", "cn_mobile",
    "veil", "veil", "personal-veil",
)  # fmt: skip


def drawn(
    opening: OpenFrame | None = None,
    end: CloseFrame | None = None,
    *,
    state: str = "closed",
    **members: Any,
) -> str:
    """What is printed of a record."""
    told = Facts(state, opening or facts(1), end, 9, 5)
    shown = Shown(name(1), state, msgspec.to_builtins(told), (), (ASKED,))._replace(**members)

    @click.command()
    def show() -> None:
        draw_record(name(1), shown, as_json=False)

    done = CliRunner().invoke(show, [])
    assert done.exit_code == 0, done.output
    return done.output


def ended(outcome: str = "passed", **changes: object) -> CloseFrame:
    """An end."""
    return msgspec.structs.replace(closing(outcome), **changes)


def test_every_word_of_a_record_has_its_sentence() -> None:
    """A new outcome, field class or action is told in people's words, too."""
    assert {each.value for each in Outcome} < OUTCOMES.keys()
    assert {each.value for each in FieldClass} == ROLES.keys()
    assert {each.word for each in Action} == ACTIONS.keys()


def test_who_asked_what_and_what_became_of_it() -> None:
    """The found words are quoted from the request, and what the model got stands beside it."""
    went = ASKED._replace(text="my number is [PHONE_X]")
    out = drawn(
        facts(1, "u-7", principal="key_1", code="AB12-CD34-E"),
        ended("edited", findings=(SPOT,), receipts=(ReceiptFact("text_label", "written", "x"),)),
        forwarded=(went,),
        texts=(
            ShownText("answer", "0:content", "fine"),
            ShownText("answer", "1:content (own)", "AI-generated"),
            ShownText("suppressed", "0:content", "raw"),
        ),
    )
    for words in (
        "label code AB12-CD34-E", "the end user u-7", "gateway key key_1", "streamed",
        "changed by the policy. (edited)", "user: my number is 137 2618 4093",
        "user: my number is [PHONE_X]", "“137 2618 4093”", "rule personal-veil",
        "  content: fine", "choice 1, content, added by the gateway: AI-generated",
        "  content: raw", "text_label: written (x)", "7 bytes went to the client",
    ):  # fmt: skip
        assert words in out, words


def test_a_weaker_action_than_wanted_is_said() -> None:
    """Observe mode, or a field class with a strongest action; and the risk has its name."""
    spot = msgspec.structs.replace(SPOT, category="A1.d", action="flag", wanted="block")
    out = drawn(end=ended("flagged", findings=(spot,)))
    assert "A1.d (promoting terrorism, extremism), severity 2: noted" in out
    assert "where the rule wanted: blocked" in out


@pytest.mark.parametrize(
    ("stream", "texts", "quoted"),
    [
        (True, (("answer", "say 55 now"),), "“55”"),
        (False, (("answer", "say [redacted] now"), ("suppressed", "say 55 now")), "“55”"),
        (True, (("answer", "say [redacted] now"), ("suppressed", " 55")), "characters 4 to 6"),
    ],
)
def test_words_of_an_answer_are_quoted_where_its_text_is_whole(
    stream: bool, texts: tuple[tuple[str, str], ...], quoted: str
) -> None:
    """Of a changed stream only the changed pieces are kept: there the place is said instead."""
    spot = msgspec.structs.replace(
        SPOT, direction="output", field_class="content", channel="0:content", start=4, end=6
    )
    out = drawn(
        facts(1, stream=stream),
        ended("edited", findings=(spot,)),
        texts=tuple(ShownText(part, "0:content", text) for part, text in texts),
    )
    assert f"In the answer (content, 0:content): {quoted}" in out


def test_what_is_not_ordinary_is_said() -> None:
    """An error, files that nobody judged, strikes, a missing user, an own key, no label."""
    out = drawn(
        facts(1, "", principal="9f3c", standing="warn", unlabelled="user_request", agreement="v2"),
        ended(
            "upstream_error", error="upstream_timeout", unjudged=("audio",), retract=True,
            strike=3, review=("daily",),
        ),
    )  # fmt: skip
    for words in (
        "No end user was named", "keyed hash: 9f3c", "standing: warn", "agreement v2",
        "upstream_timeout", "judge: audio", "take back", "points: 3", "review: daily",
    ):  # fmt: skip
        assert words in out, words


@pytest.mark.parametrize(
    ("state", "words"),
    [
        ("recovered", "At least 9 bytes went to the client"),
        ("erased", "The texts were erased."),
        ("purged", "The texts are past their retention."),
    ],
)
def test_a_record_that_is_not_whole_says_why(state: str, words: str) -> None:
    """A process that died, an erasure, the end of the retention."""
    out = drawn(state=state)
    assert words in out
    assert ("What was asked" in out) == (state == "recovered")


def test_a_purged_record_may_have_no_facts_at_all() -> None:
    """Then its state is all there is."""
    out = drawn(state="purged", facts={}, asked=())
    assert "past their retention" in out


def test_a_body_that_no_protocol_reads_is_shown_itself() -> None:
    """Letter by letter, but for what would steer the terminal; and definitions are counted."""
    out = drawn(
        end=ended(), asked=(), texts=(ShownText("request", "", "a\x1b[2Jb\nc"),)
    )
    assert "  a·[2Jb\n  c\n" in out
    tool = AskedText("tools.0.function.name", "tool_definition", "f")
    picture = AskedText("messages.0.content.1", "image", "")
    out = drawn(end=ended(), asked=(picture, tool, tool))
    assert "image: [messages.0.content.1]" in out
    assert "2 strings of tool definitions" in out


def test_turns_that_were_left_out_are_counted() -> None:
    """Their texts stand above; the model did not get them."""
    second = ASKED._replace(place="messages.1.content", text="and?")
    out = drawn(end=ended(), asked=(ASKED, second), forwarded=(second,))
    assert "1 strings were left out with their turns" in out


def test_several_lines_stand_below_their_head(monkeypatch: pytest.MonkeyPatch) -> None:
    """Indented, in Chinese with its own names of risks."""
    monkeypatch.setattr(record, "LANGUAGE", "zh")
    spot = msgspec.structs.replace(SPOT, category="A1.d")
    out = drawn(end=ended(findings=(spot,)), asked=(ASKED._replace(text="one\ntwo"),))
    assert "  user:\n    one\n    two\n" in out
    assert "宣扬恐怖主义" in out
