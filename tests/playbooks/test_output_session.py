"""The output session as a dialogue: what the upstream says, and what leaves."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from gateway.engine.output import OutputSession
from gateway.engine.plan import OutputPlan
from gateway.engine.seal import Seal
from gateway.nouns.errors import UpstreamBroken, UpstreamTimeout
from gateway.nouns.policy import Policy, StreamRules
from gateway.nouns.segment import FieldClass
from gateway.nouns.verdict import Action, Decision, Outcome, Refusal
from gateway.ports.adapter import Structured
from gateway.ports.session import Release
from tests.engine_kit import NaiveTerms, lane, policy
from tests.line_protocol import LineAnswer

TERMS = {"bad": "block", "mild": "red"}
RULES = policy(block=Action.BLOCK, red=Action.REDACT)
LABELLED = Seal(start="[AI] ", end=" [/AI]", fields={"aigc": 1}, inline_field={"sealgate": 1},
                owed=("text_label", "aigc"))  # fmt: skip


def refuse(decision: Decision) -> Refusal:
    """Word a block."""
    return Refusal("content_filter", "No.", decision.rule, decision.finding.category, retract=True)


class Dialogue:
    """Feeds lines, keeps what left."""

    def __init__(
        self,
        *,
        seal: Seal | None = None,
        choices: int = 1,
        whole: bool = False,
        runs: bool = False,
        rules: Policy = RULES,
        terms: dict[str, str] = TERMS,
        structured: Structured = Structured.FREE,
    ) -> None:
        naive = (NaiveTerms(terms),) if terms else ()
        lanes = {one: lane(rules, *naive, field_class=one) for one in FieldClass}
        self.lanes = lanes
        plan = OutputPlan(rules, "01X", lanes, refuse, seal or Seal(), structured, choices=choices)
        self.session = OutputSession(plan, LineAnswer(whole=whole, runs=runs))
        self.releases: list[Release] = []
        self.now_s = 0.0

    def hear(self, *lines: str) -> str:
        """Feed lines in one read; return what left at once."""
        data = "".join(line + "\n" for line in lines).encode()
        return self._keep(self.session.feed(data, self.now_s))

    def end(self) -> str:
        """The upstream ends; return what left."""
        return self._keep(self.session.finish(self.now_s))

    def _keep(self, release: Release) -> str:
        self.releases.append(release)
        return release.data.decode()

    @property
    def texts(self) -> str:
        """All upstream text that the journal was told of before it left."""
        return "".join(t.text for r in self.releases for t in r.texts if not t.own)


@pytest.mark.parametrize("runs", [False, True])
def test_what_nothing_touches_leaves_at_once_byte_for_byte(runs: bool) -> None:
    """Each read leaves as it came."""
    talk = Dialogue(runs=runs)
    for lines in (["T 0 content hel", "T 0 content lo"], ["#"], ["F 0"], ["U"], ["E"]):
        assert talk.hear(*lines) == "".join(line + "\n" for line in lines)
    assert talk.end() == ""
    assert talk.texts == "hello"
    assert talk.session.tally().outcome is Outcome.PASSED


@pytest.mark.parametrize("runs", [False, True])
def test_a_live_prefix_holds_its_event_until_it_is_harmless(runs: bool) -> None:
    """The unit of release is the whole event."""
    talk = Dialogue(runs=runs)
    assert talk.hear("T 0 content x", "T 0 content yb") == "T 0 content x\n"
    assert talk.hear("T 0 content ye") == "T 0 content yb\nT 0 content ye\n"


def test_a_finish_waits_for_the_last_verdict_and_settles_it() -> None:
    """Nothing more can come, so what was held is judged for good."""
    talk = Dialogue()
    assert talk.hear("T 0 content ba") == ""
    assert talk.hear("F 0", "E") == "T 0 content ba\nF 0\nE\n"


@pytest.mark.parametrize("runs", [False, True])
def test_a_block_keeps_the_prefix_and_ends_the_stream(runs: bool) -> None:
    """Exactly what stands before the blocked span leaves; then refusal and terminator."""
    talk = Dialogue(runs=runs)
    out = talk.hear("T 0 content ok", "T 0 content so b", "T 0 content ad and", "T 0 content more")
    assert out == "T 0 content ok\nT 0 content so \nR 0 block 5\nE\n"
    assert talk.releases[-1].cancel
    assert talk.releases[-1].done
    assert talk.hear("T 0 content x") == ""
    tally = talk.session.tally()
    assert tally.outcome is Outcome.BLOCKED_OUTPUT
    assert tally.retract
    assert "".join(t.text for t in talk.releases[0].suppressed) == "bad andmore"


def test_a_block_ends_its_choice_only() -> None:
    """The other choice goes on to its own end; then the stream ends."""
    talk = Dialogue(choices=2)
    assert talk.hear("T 0 content bad", "T 1 content fine") == "R 0 block 0\nT 1 content fine\n"
    assert talk.hear("T 0 content more", "T 1 content too") == "T 1 content too\n"
    assert talk.hear("F 1") == "F 1\nE\n"


def test_choices_never_wait_for_each_other() -> None:
    """A hold in one choice does not delay another."""
    talk = Dialogue(choices=2)
    assert talk.hear("T 0 content b", "T 1 content hi") == "T 1 content hi\n"


def test_within_a_choice_the_order_is_kept_until_time_passes() -> None:
    """Other channels overtake a held one after 250 ms, never the channel itself nor the finish."""
    talk = Dialogue()
    assert talk.hear("T 0 content b", "T 0 reasoning ha") == ""
    talk.now_s = 0.3
    assert talk._keep(talk.session.tick(talk.now_s)) == "T 0 reasoning ha\n"
    assert talk.hear("T 0 content ye") == "T 0 content b\nT 0 content ye\n"


def test_an_edit_touches_only_the_events_it_must() -> None:
    """A redaction over three events stands where it began; the rest of it is left out."""
    talk = Dialogue()
    out = talk.hear("T 0 content a", "T 0 content mi", "T 0 content l", "T 0 content d z")
    assert out == "T 0 content a\nT 0 content ***\nT 0 content \nT 0 content  z\n"
    assert talk.session.tally().outcome is Outcome.EDITED


@pytest.mark.parametrize("runs", [False, True])
def test_a_start_label_leaves_with_the_first_content(runs: bool) -> None:
    """It adds no wait; the end label stands before the finish, which carries the members."""
    talk = Dialogue(seal=LABELLED, runs=runs)
    assert talk.hear("T 0 content ") == "T 0 content \n"
    assert talk.hear("T 0 content hi") == "T 0 content [AI] \nT 0 content hi\n"
    assert talk.hear("T 0 content ho") == "T 0 content ho\n"
    assert talk.hear("F 0", "E") == "T 0 content  [/AI]\nF 0 +aigc\nE\n"
    receipts = {one.mark: one.status for one in talk.session.tally().receipts}
    assert receipts == {"text_label": "written", "aigc": "written"}


def test_what_opens_like_structure_takes_the_label_as_a_field() -> None:
    """An inline label would break it."""
    talk = Dialogue(seal=LABELLED)
    assert talk.hear('T 0 content {"a"') == 'T 0 content {"a"\n'
    assert talk.hear("F 0") == "F 0 +aigc +sealgate\n"


def test_white_space_waits_for_what_follows() -> None:
    """It cannot tell prose from structure."""
    talk = Dialogue(seal=LABELLED)
    assert talk.hear("T 0 content   ") == ""
    assert talk.hear("T 0 content x") == "T 0 content [AI] \nT 0 content   \nT 0 content x\n"


def test_after_a_block_the_end_label_comes_before_the_refusal() -> None:
    """What was shown stays labelled, and the last event carries the members."""
    talk = Dialogue(seal=LABELLED)
    out = talk.hear("T 0 content hi", "T 0 content bad")
    assert out == "T 0 content [AI] \nT 0 content hi\nT 0 content  [/AI]\nR 0 block 2 +aigc\nE\n"


def test_an_upstream_that_breaks_off_is_told_after_what_was_safe() -> None:
    """Held text that is harmless leaves, the label is closed, then the error."""
    talk = Dialogue(seal=LABELLED)
    talk.hear("T 0 content hi b")
    release = talk.session.fail(UpstreamTimeout(), 1.0)
    assert release.data.decode() == (
        "T 0 content [AI] \nT 0 content hi b\nT 0 content  [/AI]\n! upstream_timeout\nE\n"
    )
    assert release.done
    assert talk.session.tally().outcome is Outcome.UPSTREAM_ERROR


def test_a_stream_without_finish_is_judged_and_labelled_at_its_end() -> None:
    """Some servers just stop."""
    talk = Dialogue(seal=LABELLED)
    talk.hear("T 0 content hi b")
    assert talk.end() == "T 0 content [AI] \nT 0 content hi b\nT 0 content  [/AI]\n"
    assert talk.releases[-1].done


def test_unknown_events_are_withheld_where_anybody_judges() -> None:
    """What nobody can judge is named and counted."""
    talk = Dialogue()
    assert talk.hear("?") == ""
    assert talk.session.tally().unjudged == ("unknown_event",)
    free = Dialogue(terms={})
    assert free.hear("?") == "?\n"
    assert free.end() == ""


def test_a_stream_of_nothing_but_unknown_events_is_an_upstreams_error() -> None:
    """Its client would take the silence for an answer."""
    talk = Dialogue()
    assert talk.hear("?", "?") == ""
    assert "upstream_broken" in talk.end()
    assert talk.session.tally().outcome is Outcome.UPSTREAM_ERROR


def test_garbage_passes_only_where_nothing_judges() -> None:
    """Unreadable is an error under a policy, and plain bytes without one."""
    assert Dialogue().hear("garbage") == "! upstream_broken\nE\n"
    assert Dialogue(terms={}).hear("garbage") == "garbage\n"


def test_drain_waits_for_the_usage_after_a_block() -> None:
    """`on_block: drain` passes usage and terminator on, and nothing of the closed choice."""
    talk = Dialogue(rules=_draining())
    assert talk.hear("T 0 content bad") == "R 0 block 0\n"
    assert not talk.releases[-1].cancel
    assert talk.hear("T 0 content more", "F 0", "U", "E") == "U\nE\n"
    assert talk.end() == ""
    assert talk.releases[-1].done


def _draining() -> Policy:
    return Policy(rules=RULES.rules, stream=StreamRules(on_block="drain"))


def test_a_whole_answer_leaves_in_one_piece() -> None:
    """Unchanged, its own bytes; labelled, spliced; blocked, only the refusal."""
    plain = Dialogue(whole=True)
    assert plain.hear("T 0 content hello") == ""
    assert plain.end() == "T 0 content hello\n"
    sealed = Dialogue(whole=True, seal=LABELLED)
    sealed.hear("T 0 content hello")
    assert sealed.end() == "T 0 content [AI] hello [/AI] +aigc\n"
    blocked = Dialogue(whole=True, seal=LABELLED, choices=2)
    blocked.hear("T 0 content so bad", "T 1 content fine")
    assert blocked.end() == "T 1 content [AI] fine [/AI]\nR 0 block +aigc\n"


def test_an_empty_whole_answer_is_an_error() -> None:
    """A body without content cannot be an answer."""
    talk = Dialogue(whole=True)
    assert talk.end() == ""
    assert talk.session.tally().outcome is Outcome.UPSTREAM_ERROR


def test_a_client_that_left_is_in_the_receipts() -> None:
    """What was owed and not written says so."""
    talk = Dialogue(seal=LABELLED)
    talk.hear("T 0 content hi")
    talk.session.gone()
    receipts = {one.mark: (one.status, one.detail) for one in talk.session.tally().receipts}
    assert receipts["aigc"] == ("failed", "client_gone")
    assert receipts["text_label"] == ("written", "inline")


def test_unread_bytes_pass_whole_where_nothing_judges() -> None:
    """What came of an unreadable event in an earlier read is not lost."""
    free = Dialogue(terms={})
    free._keep(free.session.feed(b"gar", 0.0))
    assert free._keep(free.session.feed(b"bage\nmore", 0.0)) == "garbage\nmore"


def test_unread_bytes_at_the_end_pass_and_end() -> None:
    """A stream that ends in the middle of something unreadable still ends."""
    free = Dialogue(terms={})
    free._keep(free.session.feed(b"gar", 0.0))
    assert free.end() == "gar"
    assert free.releases[-1].done


class _Slowly(LineAnswer):
    """An answer that is read in three portions; ``broken`` is found out in the last."""

    broken = False

    def reading(self) -> Iterator[bool]:
        yield True
        yield True
        if self.broken:
            raise UpstreamBroken("not of this protocol")


@pytest.mark.parametrize("broken", [False, True])
def test_an_answer_that_is_read_in_portions_leaves_after_the_last(broken: bool) -> None:
    """Nothing before; then all of it, judged, or its failure."""
    talk = Dialogue(whole=True)
    answer = _Slowly(whole=True)
    answer.broken = broken
    plan = OutputPlan(RULES, "01X", talk.lanes, refuse, Seal(), Structured.FREE, choices=1)
    session = OutputSession(plan, answer)
    session.feed(b"T 0 content so mild\n", 0.0)
    for release in (session.finish(0.0), session.go_on(0.0)):
        assert release.more
        assert (release.data, release.texts, release.done) == (b"", (), False)
    last = session.go_on(0.0)
    assert last.done
    assert not last.more
    assert last.data == (b"" if broken else b"T 0 content so ***\n")
    assert session.tally().outcome is (Outcome.UPSTREAM_ERROR if broken else Outcome.EDITED)
    assert not session.go_on(0.0).more
