"""The judge of one policy: makes the engine's sessions of exchanges, and opinions for others."""

from __future__ import annotations

import hmac
from collections.abc import Callable, Mapping
from functools import partial
from typing import NamedTuple

from gateway.assembly.file_sealing import FileMarksOwed
from gateway.assembly.kit import LocalKit
from gateway.assembly.refusals import Refusals
from gateway.assembly.sealing import Sealer
from gateway.edge.gateway import Admission
from gateway.engine.input import CleanTexts, InputPlan, InputSession
from gateway.engine.lane import Lane
from gateway.engine.lanes import Kit, lanes
from gateway.engine.lens import Restorations
from gateway.engine.opinion import Hearing
from gateway.engine.output import OutputSession
from gateway.engine.plan import OutputPlan, nobody_said
from gateway.engine.seal import Seal
from gateway.marks.text_label import language_of
from gateway.matching.veil import VeilMap
from gateway.nouns.policy import Policy
from gateway.nouns.segment import Direction, FieldClass
from gateway.nouns.verdict import Action, Decision, Refusal
from gateway.ports.adapter import Answer, Request
from gateway.ports.filter import SlowFilter
from gateway.ports.session import InputSession as HeardInput
from gateway.ports.session import OutputSession as SpokenOutput

_MASKS = {"zh": "[已隐去]", "en": "[redacted]"}
_SAID = (FieldClass.USER, FieldClass.HISTORY)


class Wiring(NamedTuple):
    """What a judge is made of besides its policy. ``patient`` says whether a filter that fails may
    still be done without (see `gateway.engine.ruling.Ruler`)."""

    kit: LocalKit
    slow: tuple[tuple[SlowFilter, tuple[Direction, ...]], ...]
    sealer: Sealer
    files: FileMarksOwed
    third_party: bool
    key: bytes
    patient: Callable[[str, float], bool]


class _Heard(InputSession):
    """An input's session that remembers what its answer needs: the veil, the language of our words
    and that in which the user spoke."""

    def __init__(
        self, plan: InputPlan, request: Request, veil: VeilMap, language: str, spoken: str
    ) -> None:
        self.veil = veil
        self.language = language
        self.spoken = spoken
        super().__init__(plan, request)


class PolicyJudge:
    """See gateway.edge.gateway.Judge."""

    def __init__(self, policy: Policy, wiring: Wiring) -> None:
        self.policy = policy
        self._wiring = wiring
        self._refusals = Refusals(policy)
        self._clean = CleanTexts(hmac.digest(wiring.key, b"clean texts", "sha256"))
        self._veil_key = hmac.digest(wiring.key, b"veil", "sha256")
        kit = Kit(wiring.kit.filters, wiring.slow)
        self._lanes: dict[tuple[Direction, str], Mapping[FieldClass, Lane]] = {
            (direction, language): lanes(
                policy, direction, kit, third_party=wiring.third_party, mask=partial(_mask, mask),
                patient=wiring.patient,
            )
            for direction in Direction
            for language, mask in _MASKS.items()
        }  # fmt: skip

    # -- for exchanges

    def input(self, admission: Admission) -> HeardInput:
        """Return the session that judges the request."""
        request = admission.request
        spoken = language_of(_last_said(request))
        language = self.policy.answer.language_for(spoken)
        veil = VeilMap(self._veil_key, admission.principal.tenant, admission.subject.id)
        plan = InputPlan(
            self.policy,
            self._lanes[Direction.INPUT, language],
            partial(self._refuse, Direction.INPUT, language),
            self._wiring.sealer.without_marks,
            self._clean,
            partial(_mask_or_veil, veil, _MASKS[language]),
        )
        return _Heard(plan, request, veil, language, spoken)

    def output(self, admission: Admission, heard: HeardInput, answer: Answer) -> SpokenOutput:
        """Return the session that judges and seals the answer."""
        assert isinstance(heard, _Heard)
        request = admission.request
        said = _last_said(request)
        unlabelled = bool(admission.unlabelled)
        seal = self._wiring.sealer.seal(
            admission.exchange,
            said,
            admission.principal.label,
            path=admission.path,
            unlabelled=unlabelled,
            spoken=heard.spoken,
        )
        if request.textless:
            seal = Seal(headers=seal.headers)
        plan = OutputPlan(
            policy=self.policy,
            exchange=admission.exchange,
            lanes=self._lanes[Direction.OUTPUT, heard.language],
            refuse=partial(self._refuse, Direction.OUTPUT, heard.language),
            seal=seal,
            structured=request.structured,
            strict_tools=request.strict_tools,
            choices=request.choices,
            said=_Said(request).__call__,
            restorations=_restorations(heard.veil),
            media=self._wiring.files.plan(
                admission.exchange,
                said,
                model=request.model,
                sources=request.sources,
                unlabelled=unlabelled,
                spoken=heard.spoken,
            ),
            reads_files=self.policy.reads_answers,
        )
        return OutputSession(plan, answer)

    def _refuse(self, direction: Direction, language: str, decision: Decision) -> Refusal:
        return self._refusals.refusal(decision, direction, language)

    # -- for others

    def hearing(self, text: str, direction: Direction) -> Hearing:
        """Return the hearing of one text that belongs to no exchange."""
        language = language_of(text)
        own = FieldClass.USER if direction is Direction.INPUT else FieldClass.CONTENT
        lane = self._lanes[direction, language][own]
        if direction is Direction.INPUT:
            veil = VeilMap(self._veil_key, "", "")
            lane = lane._replace(mask=partial(_mask_or_veil, veil, _MASKS[language]))
        return Hearing(text, lane._replace(said=nobody_said))


class _Said:
    """Whether the user said a text himself, in this request. Looked up only on a finding."""

    def __init__(self, request: Request) -> None:
        self._request = request
        self._all: str | None = None

    def __call__(self, text: str) -> bool:
        if self._all is None:
            said = [s.text for s in self._request.segments if s.field_class in _SAID]
            said += [
                passage.text
                for part in self._request.media
                if part.field_class in _SAID
                for passage in part.passages
            ]
            self._all = "\0".join(said)
        return bool(text) and text in self._all


def _last_said(request: Request) -> str:
    for segment in reversed(request.segments):
        if segment.field_class is FieldClass.USER:
            return segment.text
    return ""


def _mask(mask: str, decision: Decision, text: str) -> str:  # noqa: ARG001 -- the lane's form
    return mask


def _mask_or_veil(veil: VeilMap, mask: str, decision: Decision, text: str) -> str:
    if decision.action is Action.VEIL:
        return veil.veil(decision.finding.category, text)
    return mask


def _restorations(veil: VeilMap) -> Restorations | None:
    """Return how the answer's placeholders become values; None if nothing was veiled."""
    return veil.restorations if veil else None
