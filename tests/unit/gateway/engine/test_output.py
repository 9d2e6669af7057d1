"""The output's session: what leaves at each step, and what is told of it. (Dialogues that read like
a stream are in tests/playbooks.)"""

from __future__ import annotations

import pytest

from gateway.engine.lane import Judge, SlowJudge
from gateway.engine.output import OutputSession
from gateway.engine.plan import NO_SEAL, OutputPlan
from gateway.engine.seal import Seal
from gateway.engine.window import PORTION
from gateway.nouns.errors import FilterFailed, UpstreamBroken, UpstreamTimeout
from gateway.nouns.finding import Finding
from gateway.nouns.policy import Policy, StreamRules
from gateway.nouns.segment import FieldClass
from gateway.nouns.verdict import Action, Decision, Outcome, Refusal
from gateway.ports.adapter import Answer, Event, EventKind, Run
from gateway.ports.session import Release
from tests.engine_kit import NaiveTerms, Sentences, lane, policy
from tests.line_protocol import LineAnswer

RULES = policy(block=Action.BLOCK, red=Action.REDACT, flag=Action.FLAG)
TERMS = {"bad": "block", "mild": "red", "odd": "flag"}
LABELLED = Seal(start="[AI]", end="[/AI]", inline_field={"sealgate": 1}, owed=("text_label",))


def _refuse(decision: Decision) -> Refusal:
    return Refusal("c", "No.", decision.rule, decision.finding.category, retract=True)


class Unending(LineAnswer):
    """Breaks off inside its last line."""

    def flush(self) -> list[Event | Run]:
        """See gateway.ports.adapter.Answer."""
        raise UpstreamBroken("It ended inside an event.")


class Sorted(LineAnswer):
    """Makes some lines events that belong to several choices, or errors."""

    def push(self, data: bytes) -> list[Event | Run]:
        """See gateway.ports.adapter.Answer."""
        if not data.startswith((b"S", b"X")):
            return super().push(data)
        lines = data[1:].strip(b"\n").split(b"|")
        parts = [part for line in lines for part in super(Sorted, self).push(line + b"\n")]
        pieces = tuple(piece for part in parts for piece in part.pieces)
        choices = tuple(sorted({piece.channel.choice for piece in pieces}))
        if data.startswith(b"X"):
            return [Event(EventKind.ERROR, data, pieces)]
        return [Event(EventKind.TEXT, data, pieces, choices)]

    def write(self, event: Event, edits) -> bytes:
        """See gateway.ports.adapter.Answer."""
        if not event.raw.startswith((b"S", b"X")):
            return super().write(event, edits)
        said = [edits.texts.get(i, piece.text) for i, piece in enumerate(event.pieces)]
        return event.raw[:1] + "|".join(said).encode() + b"\n"


class Talk:
    """A session, and all that it released."""

    def __init__(
        self, answer: Answer | None = None, *, rules: Policy = RULES, seal: Seal = NO_SEAL,
        choices: int = 1, judged: bool = True, slow: bool = False,
    ) -> None:  # fmt: skip
        lanes = {}
        for one in FieldClass:
            made = lane(rules, *([NaiveTerms(TERMS)] if judged else []), field_class=one)
            asked = (SlowJudge(Sentences(), acting=True),) if slow else ()
            lanes[one] = made._replace(slow=asked)
        plan = OutputPlan(rules, "01X", lanes, _refuse, seal, choices=choices)
        self.session = OutputSession(plan, answer or LineAnswer())
        self.last = Release(b"")

    def hear(self, *lines: str, now_s: float = 0.0) -> str:
        """Feed lines in one read; return what left."""
        data = "".join(f"{line}\n" for line in lines).encode()
        return self._said(self.session.feed(data, now_s))

    def end(self) -> str:
        """The upstream ends."""
        return self._said(self.session.finish(0.0))

    def _said(self, release: Release) -> str:
        self.last = release
        return release.data.decode()

    @property
    def apart(self) -> list[str]:
        """What the last release kept apart."""
        return [text.text for text in self.last.suppressed]


def test_slow_filters_are_asked_and_their_answers_release() -> None:
    """Text waits for its answer; a late or unknown answer changes nothing."""
    talk = Talk(slow=True)
    assert talk.hear("T 0 content One. Two.") == ""
    first, second = talk.last.consults
    assert talk.session.answered(first.number, (), 0.0).data == b""
    release = talk.session.answered(second.number, (), 0.0)
    assert release.data == b"T 0 content One. Two.\n"
    assert talk.session.answered(second.number, (), 0.0) == Release(b"")
    assert talk.hear("T 0 content Three.", "F 0") == ""
    (third,) = talk.last.consults
    found = (Finding("block", 3, 1.0, third.question.start, third.question.end, "s", "r"),)
    assert talk.session.answered(third.number, found, 0.0).data == b"R 0 block 9\nE\n"
    assert talk.session.answered(third.number, (), 0.0) == Release(b"")


def _portions(talk: Talk, release: Release) -> tuple[int, Release]:
    """Return how often the session wants to go on, and what it releases in the end."""
    turns = 0
    while release.more:
        assert release == Release(b"", more=True)
        release = talk.session.go_on(0.0)
        turns += 1
    return turns, release


@pytest.mark.parametrize("runs", [False, True])
def test_a_long_event_is_judged_in_portions(runs: bool) -> None:
    """Others come between; nothing of it leaves before, and it leaves as it came."""
    talk = Talk(LineAnswer(runs=runs))
    talk.hear("T 0 content ok")
    line = f"T 0 content {'x' * 4 * PORTION}\n".encode()
    turns, release = _portions(talk, talk.session.feed(line, 0.0))
    assert turns >= 4
    assert release.data == line


def test_a_long_answer_in_one_piece_is_judged_in_portions() -> None:
    """A block far behind in it takes all of it."""
    talk = Talk(LineAnswer(whole=True))
    text = "x" * 4 * PORTION
    assert talk.session.feed(f"T 0 content {text}bad\n".encode(), 0.0) == Release(b"")
    turns, release = _portions(talk, talk.session.finish(0.0))
    assert turns >= 4
    assert text not in release.data.decode()
    assert talk.session.tally().outcome is Outcome.BLOCKED_OUTPUT


@pytest.mark.parametrize("whole", [False, True])
def test_an_answer_may_end_between_two_portions(whole: bool) -> None:
    """What was not judged when the client left or time was over never leaves unjudged."""
    text = f"T 0 content {'x' * 4 * PORTION}bad\n".encode()
    for talk in (left := Talk(LineAnswer(whole=whole)), late := Talk(LineAnswer(whole=whole))):
        first = talk.session.feed(text, 0.0)
        assert (talk.session.finish(0.0) if whole else first).more
    left.session.gone()
    assert left.session.go_on(0.0) == Release(b"")
    assert left.session.tally().released_chars == 0
    release = late.session.fail(UpstreamTimeout(), 0.0)
    assert release.done
    assert b"bad" not in release.data
    assert late.session.go_on(0.0) == Release(b"")


def test_an_answer_after_the_end_changes_nothing() -> None:
    """The client left in between."""
    talk = Talk(slow=True)
    talk.hear("T 0 content One.")
    number = talk.last.consults[0].number
    talk.session.gone()
    assert talk.session.answered(number, (), 0.0) == Release(b"")
    assert talk.hear("T 0 content more") == ""
    assert talk.end() == ""
    assert talk.last.done


def test_a_tick_matters_only_while_something_waits() -> None:
    """And asks for the next one."""
    talk = Talk()
    assert talk.session.tick(1.0) == Release(b"")
    talk.hear("T 0 content b", "T 0 reasoning ok")
    assert talk.last.wake_s is not None
    assert talk.session.tick(1.0).data == b"T 0 reasoning ok\n"
    assert talk.session.tally().held_chars_max == 1


def test_raw_bytes_pass_where_nothing_judges() -> None:
    """Unreadable is named; what follows passes too, and the end is an end."""
    talk = Talk(judged=False)
    assert talk.hear("garbage") == "garbage\n"
    assert talk.hear("T 0 content x") == "T 0 content x\n"
    assert talk.last.texts[0].path == "raw"
    assert talk.session.feed(b"", 0.0) == Release(b"")
    assert talk.end() == ""
    assert talk.session.tally().unjudged == ("unreadable_answer",)


def test_an_end_inside_an_event_is_told_as_an_error() -> None:
    """What was safe has left; what cannot be read never does."""
    talk = Talk(Unending())
    talk.hear("T 0 content hi b")
    assert talk.end() == "T 0 content hi b\n! upstream_broken\nE\n"
    assert talk.session.tally().outcome is Outcome.UPSTREAM_ERROR
    assert talk.session.complete


@pytest.mark.parametrize(
    ("error", "outcome"),
    [(UpstreamTimeout(), Outcome.UPSTREAM_ERROR), (FilterFailed(), Outcome.GATEWAY_ERROR)],
)
def test_a_failure_is_told_once_and_names_whose_it_is(error, outcome: Outcome) -> None:
    """A second failure finds nothing to end."""
    talk = Talk()
    assert talk.session.fail(error, 0.0).data == f"! {error.code}\nE\n".encode()
    assert talk.session.fail(error, 0.0) == Release(b"")
    assert talk.session.tally().outcome is outcome


def test_a_whole_answer_that_failed_keeps_its_text_apart() -> None:
    """Nothing left, so the edge answers with the error's own status."""
    talk = Talk(LineAnswer(whole=True), slow=True)
    talk.hear("T 0 content unheard")
    assert talk.end() == ""
    release = talk.session.fail(FilterFailed(), 0.0)
    assert (release.data, [text.text for text in release.suppressed]) == (b"", ["unheard"])


def test_runs_pass_as_they_came_or_are_taken_apart() -> None:
    """Fast while nothing is found; event by event where something is."""
    talk = Talk(LineAnswer(runs=True))
    assert talk.hear("T 0 content one", "T 0 content ten") == "T 0 content one\nT 0 content ten\n"
    assert talk.hear("T 0 content go", "T 0 content on") == "T 0 content go\nT 0 content on\n"
    assert talk.hear("T 0 content mi", "T 0 content ld", "T 0 content .") == (
        "T 0 content ***\nT 0 content \nT 0 content .\n"
    )
    assert talk.session.tally().released_chars == len("onetengoon***.")


def test_runs_of_an_ended_choice_are_withheld() -> None:
    """After its finish a choice has nothing to say; an empty run says nothing either."""
    talk = Talk(LineAnswer(runs=True), choices=2)
    assert talk.hear("T 0 content ", "T 0 content ") == "T 0 content \nT 0 content \n"
    talk.hear("T 0 content one", "T 0 content two")
    talk.hear("F 0")
    assert talk.hear("T 0 content more", "T 0 content more") == ""
    assert set(talk.session.tally().unjudged) == {"text_after_finish"}


def test_a_traced_run_is_woven_event_by_event() -> None:
    """The trace stands inside the text."""
    seal = Seal(weaver=lambda: lambda text, final: text and f"{text}~", owed=("text_trace",))
    talk = Talk(LineAnswer(runs=True), seal=seal)
    assert talk.hear("T 0 content a", "T 0 content c") == "T 0 content a~\nT 0 content c~\n"


def test_text_after_a_finish_passes_where_nothing_judges() -> None:
    """It is named in any case."""
    talk = Talk(judged=False)
    assert talk.hear("F 0", "T 0 content late") == "F 0\nT 0 content late\n"
    assert talk.session.tally().unjudged == ("text_after_finish",)


def test_an_upstreams_error_is_judged_like_any_text() -> None:
    """What it blocks ends the first choice; the error leaves without it."""
    talk = Talk(Sorted())
    assert talk.hear("XT 0 content mild") == ""
    assert talk.end() == "X***\n"
    assert talk.session.tally().outcome is Outcome.EDITED
    talk = Talk(Sorted())
    assert talk.hear("XT 0 content oh") == "XT 0 content oh\n"
    assert talk.session.tally().outcome is Outcome.UPSTREAM_ERROR


def test_an_event_of_two_choices_leaves_without_the_blocked_one() -> None:
    """The other's text in it is shown."""
    talk = Talk(Sorted(), choices=2)
    assert talk.hear("ST 0 content bad|T 1 content fine") == "R 0 block 0\nS|fine\n"
    assert talk.hear("T 0 content more") == ""
    assert talk.hear("F 1") == "F 1\nE\n"


def test_a_block_after_the_upstreams_own_end_needs_no_other() -> None:
    """One terminator."""
    talk = Talk()
    assert talk.hear("T 0 content bad", "F 0", "E") == "R 0 block 0\nE\n"
    assert talk.last.done


def test_draining_goes_on_until_the_upstream_ends() -> None:
    """It is not cancelled; without its own terminator it gets ours."""
    talk = Talk(rules=Policy(rules=RULES.rules, stream=StreamRules(on_block="drain")))
    assert talk.hear("T 0 content bad") == "R 0 block 0\n"
    assert not talk.last.done
    assert talk.end() == "E\n"
    assert not talk.last.cancel


def test_an_end_labels_choices_that_never_finished() -> None:
    """Before the terminator, or at the end of a stream without one; once."""
    talk = Talk(seal=LABELLED)
    talk.hear("T 0 content hi")
    assert talk.hear("E") == "T 0 content [/AI]\nE\n"
    assert talk.end() == ""
    assert talk.session.complete


def test_white_space_at_the_end_leaves_unlabelled() -> None:
    """Nothing follows that could tell; a finish settles it."""
    talk = Talk(seal=LABELLED)
    assert talk.hear("T 0 content  ") == ""
    assert talk.hear("F 0") == "T 0 content  \nF 0 +sealgate\n"


@pytest.mark.parametrize(
    ("text", "outcome"),
    [
        ("fine", Outcome.PASSED), ("odd", Outcome.FLAGGED), ("mild", Outcome.EDITED),
        ("bad", Outcome.BLOCKED_OUTPUT),
    ],
)  # fmt: skip
@pytest.mark.parametrize("whole", [False, True])
def test_the_outcome_of_an_answer(text: str, outcome: Outcome, whole: bool) -> None:
    """The same, streamed or in one piece."""
    talk = Talk(LineAnswer(whole=whole))
    talk.hear(f"T 0 content {text}")
    talk.end()
    tally = talk.session.tally()
    assert tally.outcome is outcome
    assert tally.would_block is (text == "bad")
    assert tally.strings_scanned == 1


def test_an_upstreams_own_refusal_is_an_outcome() -> None:
    """Unless ours came first."""
    answer = LineAnswer()
    answer.refused = True
    talk = Talk(answer)
    talk.hear("T 0 content odd", "F 0")
    assert talk.session.tally().outcome is Outcome.UPSTREAM_BLOCKED


def test_each_choice_of_a_whole_answer_is_refused_once() -> None:
    """Two blocked channels of a choice are one refusal."""
    talk = Talk(LineAnswer(whole=True), choices=2)
    talk.hear("T 0 reasoning bad", "T 0 content bad", "T 1 content ok")
    assert talk.end() == "T 1 content ok\nR 0 block\n"


def test_two_blocks_in_one_choice_are_one_refusal() -> None:
    """Streamed as well."""
    talk = Talk()
    assert talk.hear("T 0 reasoning bad", "T 0 content bad") == "R 0 block 0\nE\n"


def test_a_run_that_is_held_waits_in_the_queue() -> None:
    """The fast path gives way as soon as not all may leave."""
    talk = Talk(LineAnswer(runs=True))
    talk.hear("T 0 reasoning one", "T 0 reasoning ten")
    assert talk.hear("T 0 reasoning on", "T 0 reasoning b") == "T 0 reasoning on\n"
    assert talk.hear("T 0 reasoning e", "T 0 reasoning .") == (
        "T 0 reasoning b\nT 0 reasoning e\nT 0 reasoning .\n"
    )


def test_a_run_in_which_something_is_edited_leaves_apart() -> None:
    """Though all of it may leave."""
    talk = Talk(LineAnswer(runs=True))
    talk.hear("T 0 content one", "T 0 content ten")
    assert talk.hear("T 0 content mild", "T 0 content .") == "T 0 content ***\nT 0 content .\n"


def test_a_late_text_of_an_unjudged_answer_is_named() -> None:
    """A whole event after the finish, beside unknown ones."""
    talk = Talk()
    assert talk.hear("F 0", "T 0 content late", "?") == "F 0\n"
    assert talk.session.tally().unjudged == ("text_after_finish", "unknown_event")


def test_a_whole_answer_without_a_body_is_an_upstreams_error() -> None:
    """It cannot be an answer."""
    talk = Talk(LineAnswer(whole=True))
    assert talk.end() == ""
    assert talk.last.done
    assert talk.session.tally().outcome is Outcome.UPSTREAM_ERROR


@pytest.mark.parametrize("ending", ["gone", "blocked", "failed", "finished"])
def test_what_is_only_noted_is_told_however_the_answer_ended(ending: str) -> None:
    """Observers are asked now and then; for what they have not seen, at the very end."""
    judges = (Judge(NaiveTerms({"bad": "block"}), True), Judge(NaiveTerms({"odd": "flag"}), False))
    lanes = {one: lane(RULES, field_class=one)._replace(judges=judges) for one in FieldClass}
    session = OutputSession(OutputPlan(RULES, "01X", lanes, _refuse), LineAnswer())
    session.feed(b"T 0 content x\n", 0.0)
    session.feed(b"T 0 content odd \n", 0.0)
    if ending == "gone":
        session.gone()
    elif ending == "blocked":
        assert session.feed(b"T 0 content bad!\n", 0.0).done
    elif ending == "failed":
        assert session.fail(UpstreamTimeout(), 0.0).done
    else:
        assert session.finish(0.0).done
    assert "odd" in {fact.rule for fact in session.tally().findings}
