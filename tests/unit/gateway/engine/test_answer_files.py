"""Files in an answer are read before they leave: what is found in them ends it, in its own way."""

from __future__ import annotations

import json
from typing import Any

import msgspec
import pytest

from gateway.adapters.media.answers import EventAnswer, EventForm, JsonAnswer
from gateway.adapters.media.fields import IMAGE_ANSWER, IMAGE_EVENT, SPEECH_EVENT
from gateway.adapters.openai_chat import OpenAIChat
from gateway.engine.lane import SlowJudge
from gateway.engine.media import MediaPlan
from gateway.engine.output import OutputSession
from gateway.engine.plan import OutputPlan
from gateway.nouns.errors import Overloaded
from gateway.nouns.finding import Finding
from gateway.nouns.mark import Receipt
from gateway.nouns.policy import Mode, Policy
from gateway.nouns.segment import FieldClass, MediaPart, Passage, Sight
from gateway.nouns.verdict import Action, Decision, Outcome, Refusal
from gateway.ports.session import LookOrder, Release, Sealed
from tests.engine_kit import NaiveTerms, Sentences, lane, policy
from tests.media_kit import claim

RULES = policy(block=Action.BLOCK, red=Action.REDACT, **{"picture.sexual": Action.BLOCK})
NUDE = Sight("frame 1", Finding("picture.sexual", 3, 0.9, 0, 0, "eyes", "sexual"))
BODY = json.dumps({"data": [{"b64_json": "AAAA"}, {"url": "https://x/y"}]}).encode()


def _refuse(decision: Decision) -> Refusal:
    return Refusal("content_filter", "No.", decision.rule, decision.finding.category)


def _session(
    answer: Any, rules: Policy = RULES, slow: Sentences | None = None, *, sealed: bool = False,
    reads: bool = True, choices: int = 1,
) -> OutputSession:  # fmt: skip
    naive = NaiveTerms({"bad": "block", "mild": "red"})
    lanes = {one: lane(rules, naive, field_class=one) for one in FieldClass}
    if slow is not None:
        for one, each in lanes.items():
            lanes[one] = each._replace(slow=(SlowJudge(slow, acting=True),))
    media = MediaPlan(claim(), ("label",)) if sealed else None
    plan = OutputPlan(
        rules, "01X", lanes, _refuse, choices=choices, media=media, reads_files=reads
    )  # fmt: skip
    return OutputSession(plan, answer)


def _whole(**options: Any) -> tuple[OutputSession, Release]:
    session = _session(JsonAnswer(IMAGE_ANSWER, 1 << 20), **options)
    session.feed(BODY, 0.0)
    return session, session.finish(0.0)


def _read(order: LookOrder, *texts: str, **more: Any) -> MediaPart:
    passages = tuple(Passage(f"frame {n}, code", text) for n, text in enumerate(texts, 1))
    return order.part._replace(**{"kind": "image", "passages": passages, "fault": "", **more})


def test_an_answer_waits_for_its_files_and_leaves_as_it_came() -> None:
    """Each is ordered once, with what the wire has; then it is judged, and says so."""
    session, release = _whole()
    first, second = release.looks
    assert (release.data, release.done, first.part.content) == (b"", False, "AAAA")
    assert second.part.content == "https://x/y"
    assert session.looked(first.number, _read(first, "harmless"), 0.0).data == b""
    release = session.looked(second.number, _read(second), 0.0)
    assert (release.data, release.done, release.status) == (BODY, True, None)
    tally = session.tally()
    assert (tally.outcome, tally.judged, tally.unjudged) == (
        Outcome.PASSED, ("image", "image"), ()
    )  # fmt: skip
    assert tally.strings_scanned == 1


@pytest.mark.parametrize(
    ("read", "where"),
    [
        ({"passages": (Passage("frame 1", "a"), Passage("frame 2, code", "bad"))},
         "data.0.b64_json#frame 2, code"),
        ({"passages": (Passage("frame 1", "mild"),)}, "data.0.b64_json#frame 1"),
        ({"sights": (NUDE,)}, "data.0.b64_json#frame 1"),
        ({"sights": (NUDE,), "passages": (Passage("frame 1", "a"),)}, "data.0.b64_json#frame 1"),
    ],
)  # fmt: skip
def test_what_stands_in_a_file_refuses_the_answer(read: dict[str, Any], where: str) -> None:
    """By its text or by what it shows; nothing can be redacted in a file. Nothing of it leaves,
    and the record says where it stood."""
    session, release = _whole(sealed=True)
    first, second = release.looks
    session.looked(second.number, _read(second), 0.0)
    release = session.looked(first.number, _read(first, **read), 0.0)
    assert (release.done, release.status) == (True, 400)
    assert b"AAAA" not in release.data
    assert json.loads(release.data)["error"]["code"] == "content_filter"
    tally = session.tally()
    assert tally.outcome is Outcome.BLOCKED_OUTPUT
    assert [(fact.direction, fact.channel) for fact in tally.findings] == [("output", where)]


@pytest.mark.parametrize(
    ("rules", "status"),
    [({"unjudged_media": "block"}, 400), ({}, None),
     ({"unjudged_media": "block", "mode": Mode.OBSERVE}, None)],
)  # fmt: skip
def test_what_nobody_could_judge_is_up_to_the_policy(
    rules: dict[str, Any], status: int | None
) -> None:
    """And on record in any case."""
    session, release = _whole(rules=msgspec.structs.replace(RULES, **rules))
    for look in release.looks:
        release = session.looked(look.number, _read(look, fault="unseen"), 0.0)
    assert (release.status, release.done) == (status, True)
    assert session.tally().unjudged == (
        "image:unseen@data.0.b64_json", "image:unseen@data.1.url"
    )  # fmt: skip


def test_marks_are_put_on_what_was_judged() -> None:
    """After all files of the event were read; of a URL, on the very bytes that were read."""
    session, release = _whole(sealed=True)
    first, second = release.looks
    assert session.looked(first.number, _read(first), 0.0).seals == ()
    one, two = session.looked(second.number, _read(second, content=b"GOT"), 0.0).seals
    assert (one.fetched, two.fetched, two.parts) == (b"", b"GOT", ("https://x/y",))


def test_slow_filters_are_asked_about_what_stands_in_a_file() -> None:
    """The answer waits for them."""
    slow = Sentences()
    session, release = _whole(slow=slow)
    for look in release.looks:
        release = session.looked(look.number, _read(look, "It is fine."), 0.0)
        for consult in release.consults:
            assert not release.done
            release = session.answered(consult.number, (), 0.0)
    assert (release.data, release.done) == (BODY, True)


def test_when_too_many_files_wait_the_answer_is_turned_away() -> None:
    """Nobody gets past by filling the queue."""
    session, release = _whole()
    ended = session.looked(release.looks[0].number, Overloaded(), 0.0)
    assert isinstance(ended.failure, Overloaded)
    assert session.looked(release.looks[1].number, _read(release.looks[1]), 0.0).data == b""


CHAT = OpenAIChat()
ASKED = CHAT.read_request(
    b'{"model":"m","n":2,"messages":[{"role":"user","content":"x"}]}', strict=True
)


def _picture(choice: int, data: str, *, part: str) -> dict[str, Any]:
    url = f"data:image/png;base64,{data}"
    said = {"role": "assistant", "images": [{"type": "image_url", "image_url": {"url": url}}]}
    return {"index": choice, part: said, "finish_reason": None if part == "delta" else "stop"}


@pytest.mark.parametrize("part", ["message", "delta"])
@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
def test_a_choice_that_is_refused_takes_no_other_with_it(part: str, order: tuple[int, ...]) -> None:
    """The other's picture leaves with its marks, whichever was read last."""
    choices = [_picture(0, "AAAA", part=part), _picture(1, "BBBB", part=part)]
    kind = "application/json" if part == "message" else "text/event-stream"
    session = _session(CHAT.answer(ASKED, content_type=kind), sealed=True, choices=2)
    body = json.dumps({"id": "x", "object": "chat.completion", "choices": choices}).encode()
    raw = body if part == "message" else b"data: " + body + b"\n\n"
    looks = session.feed(raw, 0.0).looks
    looks = (*looks, *session.finish(0.0).looks)
    assert [look.part.content[-4:] for look in looks] == ["AAAA", "BBBB"]
    out, seals = b"", ()
    for number in order:
        said = "bad" if number == 0 else "good"
        release = session.looked(looks[number].number, _read(looks[number], said), 0.0)
        out, seals = out + release.data, (*seals, *release.seals)
    for seal in seals:
        new = seal.parts[0].replace("BBBB", "CCCC").replace("AAAA", "DDDD")  # type: ignore[arg-type]
        sealed = Sealed(new.encode(), "png", 3, "00", (Receipt("label", "written"),))  # type: ignore[union-attr]
        out += session.sealed(seal.number, sealed, 0.0).data
    assert b"CCCC" in out
    assert not any(each in out for each in (b"AAAA", b"BBBB", b"DDDD"))
    assert b"content_filter" in out


def _event(kind: str, data: str) -> bytes:
    return b"data: " + json.dumps({"type": kind, "b64_json": data}).encode() + b"\n\n"


def test_a_stream_of_pictures_ends_at_the_first_that_is_forbidden() -> None:
    """Those before it leave, each once it was judged; of it and of what follows nothing does."""
    form = EventForm(IMAGE_EVENT, frozenset({"image_generation.completed"}))
    session = _session(EventAnswer(form, 1 << 20))
    first = session.feed(_event("image_generation.partial_image", "AAAA"), 0.0)
    second = session.feed(_event("image_generation.partial_image", "BBBB"), 0.0)
    assert first.data == second.data == b""
    (look,), (other,) = first.looks, second.looks
    assert b"AAAA" in session.looked(look.number, _read(look, "good"), 0.0).data
    release = session.looked(other.number, _read(other, "bad"), 0.0)
    assert (release.done, release.cancel) == (True, True)
    assert b"content_filter" in release.data
    assert b"BBBB" not in release.data
    assert session.tally().outcome is Outcome.BLOCKED_OUTPUT


def test_a_picture_that_only_an_eye_forbids_does_not_leave_a_stream() -> None:
    """Even where there is no text at all in it."""
    form = EventForm(IMAGE_EVENT, frozenset({"image_generation.completed"}))
    session = _session(EventAnswer(form, 1 << 20))
    (look,) = session.feed(_event("image_generation.completed", "AAAA"), 0.0).looks
    release = session.looked(look.number, _read(look, sights=(NUDE,)), 0.0)
    assert b"AAAA" not in release.data
    assert b"content_filter" in release.data


def test_sounds_in_parts_are_not_read_and_files_where_nobody_asks_for_it() -> None:
    """They leave as they come, noted once."""
    form = EventForm(SPEECH_EVENT, frozenset(), "audio", ("speech.audio.delta", "audio"))
    session = _session(EventAnswer(form, 1 << 20))
    part = b'data: {"type": "speech.audio.delta", "audio": "AAAA"}\n\n'
    assert session.feed(part * 2, 0.0).data == part * 2
    assert session.tally().unjudged == ("audio",)
    session, release = _whole(reads=False)
    assert (release.data, release.looks) == (BODY, ())
    assert session.tally().unjudged == ("image", "image")
