"""Files: the text in them is judged like any other, what they show by rule.

Nothing can be spliced into a file, so whatever a rule would change in one is a block, or, in the
history, the turn left out. What nobody could judge is up to the policy.
"""

from __future__ import annotations

import base64
from bisect import bisect_right
from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple

from gateway.engine.facts import finding_facts, pointer_name
from gateway.engine.lane import Lane, Ruled
from gateway.nouns.finding import Finding
from gateway.nouns.policy import Mode, Policy
from gateway.nouns.record import FindingFact
from gateway.nouns.segment import (
    Direction,
    FieldClass,
    MediaPart,
    Pointer,
    Segment,
    TextForm,
)
from gateway.nouns.verdict import Action, Decision
from gateway.wire.media_type import sniff

UNJUDGED = "unjudged_media"
"""The rule that speaks in a refusal of what nobody could judge."""

_MOST_FACTS = 256


class FileText(NamedTuple):
    """The text of one file, its passages one below the other, so that no term hides between two.

    ``starts`` are where they begin in it, ``places`` what they are called.
    """

    segment: Segment
    starts: tuple[int, ...]
    places: tuple[str, ...]

    def facts(
        self, ruled: Sequence[Ruled], side: Direction = Direction.INPUT
    ) -> list[FindingFact]:
        """Return findings as facts that name the passage, in positions of that passage."""
        facts: list[FindingFact] = []
        for one in ruled[:_MOST_FACTS]:
            number = bisect_right(self.starts, one.finding.start) - 1
            start = self.starts[number]
            moved = one.finding._replace(
                start=one.finding.start - start, end=one.finding.end - start
            )
            where = f"{pointer_name(self.segment.pointer)}#{self.places[number]}"
            facts += finding_facts(
                [one._replace(finding=moved)], side, self.segment.field_class, where
            )
        return facts


def file_texts(parts: Iterable[MediaPart]) -> list[FileText]:
    """Return the text of every file in which there is any."""
    found = []
    for part in parts:
        starts, at = [], 0
        for passage in part.passages:
            starts.append(at)
            at += len(passage.text) + 1
        if starts:
            text = "\n".join(passage.text for passage in part.passages)
            segment = Segment(text, part.field_class, part.pointer, TextForm.PROSE, part.turn)
            places = tuple(passage.place for passage in part.passages)
            found.append(FileText(segment, tuple(starts), places))
    return found


def fetched_files(parts: Iterable[MediaPart]) -> dict[Pointer, str]:
    """Return what stands in the places of URLs that were fetched: what was judged is what the model
    gets, whatever the URL leads to later."""
    found = {}
    for part in parts:
        if part.fetched and isinstance(part.content, bytes):
            sort = sniff(part.content, part.hint)
            mime = sort.mime if sort else "application/octet-stream"
            found[part.slot] = f"data:{mime};base64,{base64.b64encode(part.content).decode()}"
    return found


class MediaRuling(NamedTuple):
    """What is made of the files apart from their text. ``decisions`` are those that act, each with
    the turn that its file stands in."""

    decisions: tuple[tuple[int, Decision], ...]
    facts: tuple[FindingFact, ...]


def rule_media(
    parts: Iterable[MediaPart],
    policy: Policy,
    lane: Callable[[FieldClass], Lane],
    side: Direction = Direction.INPUT,
) -> MediaRuling:
    """Rule on what pictures show, and on what could not be judged."""
    decisions: list[tuple[int, Decision]] = []
    facts: list[FindingFact] = []
    for part in parts:
        ruler = lane(part.field_class).ruler
        for sight in part.sights:
            decision = ruler.decide(sight.finding, part.field_class, _nobody_said)
            decision = _whole(decision, part.field_class)
            where = f"{pointer_name(part.pointer)}#{sight.place}"
            ruled = Ruled(
                sight.finding, decision.action.word, decision.wanted.word, decision.rule,
                TextForm.PROSE,
            )  # fmt: skip
            facts += finding_facts([ruled], side, part.field_class, where)
            if decision.action > Action.FLAG:
                decisions.append((part.turn, decision))
        if part.fault != "" and policy.unjudged_media == "block" and policy.mode is Mode.ENFORCE:
            decisions.append((part.turn, _unjudged(policy, part.field_class)))
    return MediaRuling(tuple(decisions), tuple(facts[:_MOST_FACTS]))


def judged_words(parts: Iterable[MediaPart]) -> tuple[str, ...]:
    """Return the kinds of the files that were judged as a whole."""
    return tuple(part.kind for part in parts if part.fault == "")


def unjudged_words(parts: Iterable[MediaPart]) -> tuple[str, ...]:
    """Return what was not judged: its kind, why (if somebody tried), and where it stands."""
    return tuple(
        f"{part.kind}:{part.fault}@{pointer_name(part.pointer)}" if part.fault else part.kind
        for part in parts
        if part.fault != ""
    )


def _whole(decision: Decision, field_class: FieldClass) -> Decision:
    """A file leaves as it is or not at all."""
    if decision.action not in {Action.VEIL, Action.REDACT, Action.REPLACE}:
        return decision
    history = field_class is FieldClass.HISTORY
    return decision._replace(action=Action.DROP_TURN if history else Action.BLOCK)


def _unjudged(policy: Policy, field_class: FieldClass) -> Decision:
    """Block, or leave out the turn where that is the most that may be done to the history."""
    strongest = policy.strongest_action.get(field_class, Action.BLOCK)
    dropped = field_class is FieldClass.HISTORY and strongest is Action.DROP_TURN
    finding = Finding("unjudged", 2, 1.0, 0, 0, "engine", UNJUDGED)
    action = Action.DROP_TURN if dropped else Action.BLOCK
    return Decision(action, Action.BLOCK, 0, 0, UNJUDGED, finding)


def _nobody_said(_: Finding) -> bool:
    return False
