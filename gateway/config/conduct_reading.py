"""Makes values of the parts of a policy file that say when it holds, and for whom; and checks them.

An overlay is a policy file of its own, laid over the file that names it. What belongs to the whole
installation (paths, retention, marks on files) it cannot say.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from msgspec.structs import replace

from gateway.config.conduct_form import LadderForm, OverlayForm, StrikesForm, WindowForm
from gateway.config.policy_form import PolicyForm, RuleForm
from gateway.config.typed_document import raise_faults
from gateway.config.yaml_file import Document, KeyPath
from gateway.nouns.conduct import ReviewSample, StrikeRules
from gateway.nouns.policy import GuardModel, Overlay, PictureJudgeUse, Policy
from gateway.nouns.schedule import Hours, Window

OF_THE_WHOLE: tuple[KeyPath, ...] = (
    ("overlays",), ("paths",), ("keep",), ("subject",), ("strikes",), ("marks", "file"),
    ("marks", "producer"),
)  # fmt: skip
"""What an overlay cannot say, because it holds for the whole installation."""

_NAMED_MODELS: dict[str, Callable[[Policy], Sequence[GuardModel | PictureJudgeUse]]] = {
    "guard_models": lambda policy: policy.guard_models,
    "picture_judges": lambda policy: policy.media.judges,
}
_NS = 1_000_000_000


class Laid(NamedTuple):
    """An overlay's file: what it says itself, and its policy over the one below."""

    own: Document
    policy: Policy


def window(form: WindowForm | None) -> Window | None:
    """Return the window that a form says; its zone must be known (see `window_faults`)."""
    if form is None:
        return None
    zone = ZoneInfo(form.zone)
    return Window(
        since_ns=_ns(form.from_, zone),
        until_ns=_ns(form.until, zone),
        days=form.days,
        hours=tuple(Hours(*each) for each in form.hours),
        zone=form.zone,
    )


def _ns(moment: datetime | None, zone: ZoneInfo) -> int | None:
    return None if moment is None else int(moment.replace(tzinfo=zone).timestamp()) * _NS


def window_faults(form: PolicyForm, document: Document) -> Iterator[str]:
    """Yield what is wrong with the windows of rules and overlays."""
    named: list[tuple[KeyPath, WindowForm | None]] = [
        (("rules", index, "active"), rule.active) for index, rule in enumerate(form.rules or ())
    ]
    named += [
        (("overlays", index, "active"), each.active)
        for index, each in enumerate(form.overlays or ())
    ]
    for path, one in named:
        for key, message in _window_faults(one) if one is not None else ():
            yield document.fault((*path, key) if key else path, message)


def _window_faults(form: WindowForm) -> Iterator[tuple[str, str]]:
    try:
        ZoneInfo(form.zone)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        yield (
            "zone",
            (
                f"`{form.zone}` is no time zone that this machine knows; names look like "
                "`Asia/Shanghai` (the package tzdata has them)"
            ),
        )
    if form == WindowForm(zone=form.zone):
        yield "", "says nothing: name `from`, `until`, `days` or `hours`"
    if form.from_ is not None and form.until is not None and form.until <= form.from_:
        yield "until", "is not after `from`"


def samples(form: PolicyForm) -> tuple[ReviewSample, ...]:
    """Return the samples for review that are no rule's."""
    return tuple(
        ReviewSample(id=each.id, rate=each.rate, when=each.when, outcomes=each.outcomes)
        for each in form.review or ()
    )


def strike_rules(form: StrikesForm | None) -> StrikeRules | None:
    """Return what grave hits lead to; what the form leaves open is as in `StrikeRules`."""
    if form is None:
        return None
    blank = StrikeRules()
    ladder, steps = form.ladder or LadderForm(), blank.ladder
    said = (ladder.warn, ladder.limit, ladder.suspend, ladder.close)
    points = form.points or blank.points
    return StrikeRules(
        mode=form.mode or blank.mode,
        when=form.when or (),
        points=(points[0], points[1], points[2], points[3]),
        window_s=blank.window_s if form.window is None else form.window,
        ladder=tuple(  # type: ignore[arg-type]  # as many as there are steps
            known if own is None else own for own, known in zip(said, steps, strict=True)
        ),
        requests_per_minute=form.requests_per_minute or blank.requests_per_minute,
        suspend_s=blank.suspend_s if form.suspend_for is None else form.suspend_for,
    )


def conduct_faults(form: PolicyForm, document: Document) -> Iterator[str]:
    """Yield what is wrong with samples, strikes and windows."""
    yield from window_faults(form, document)
    rules = [rule.id for rule in form.rules or ()]
    for index, each in enumerate(form.review or ()):
        if each.id in rules:
            message = "is a rule's name; what that rule has looked at says its own `review`"
            yield document.fault(("review", index, "id"), message)
    if form.strikes is not None:
        yield from _strike_faults(form, form.strikes, document)


def _strike_faults(form: PolicyForm, strikes: StrikesForm, document: Document) -> Iterator[str]:
    if not strikes.when:
        yield document.fault(("strikes",), "the key `when` is missing: nothing counts")
    for index, pattern in enumerate(strikes.when or ()):
        if not any(_meets(pattern, rule) for rule in form.rules or () if rule.do == "block"):
            message = "has no effect: no rule blocks such findings in what users say"
            yield document.fault(("strikes", "when", index), message)
    if strikes.points is not None and len(strikes.points) != 4:
        yield document.fault(("strikes", "points"), "expected four: of severity 1, 2, 3 and 4")
        return
    if strikes.window == 0:
        yield document.fault(("strikes", "window"), "has no length: nothing would count")
    made = strike_rules(strikes)
    steps = [each for each in made.ladder if each] if made else []
    if not steps or steps != sorted(set(steps)):
        message = "each step takes more points than the one before it, and one is needed"
        yield document.fault(("strikes", "ladder"), message)
    if made and (not made.points[3] or list(made.points) != sorted(made.points)):
        message = "a graver hit has no fewer points than a milder one, and severity 4 has some"
        yield document.fault(("strikes", "points"), message)


def _meets(pattern: str, rule: RuleForm) -> bool:
    """True if a rule may be about findings of a pattern, in what users say."""
    one, other = _stem(pattern), _stem(rule.when)
    same = one.startswith(other) or other.startswith(one)
    return same and rule.side != "output" and (not rule.fields or "user" in rule.fields)


def _stem(pattern: str) -> str:
    return re.split(r"[*?\[]", pattern, maxsplit=1)[0].rstrip(".")


def with_overlays(
    policy: Policy, form: PolicyForm, document: Document, lay: Callable[[Path, str], Laid]
) -> Policy:
    """Return the policy with its overlays and its hash.

    ``lay`` reads a file over the policy's own document, under a name. Raises ConfigError.
    """
    overlays: list[Overlay] = []
    for index, each in enumerate(form.overlays or ()):
        if not Path(each.use).is_file():
            raise document.error(("overlays", index, "use"), f"there is no file {each.use}")
        laid = lay(Path(each.use), each.id)
        raise_faults([*_too_much(laid.own), *_other_models(laid, [policy, *_policies(overlays)])])
        overlays.append(_overlay(each, _hashed(_within(policy, laid.policy))))
    raise_faults(list(_useless(form, document)))
    return _hashed(replace(policy, overlays=tuple(overlays)))


def _overlay(form: OverlayForm, policy: Policy) -> Overlay:
    return Overlay(
        id=form.id, policy=policy, tenants=form.tenants, keys=form.keys, active=window(form.active)
    )


def _policies(overlays: list[Overlay]) -> list[Policy]:
    return [each.policy for each in overlays]


def _within(policy: Policy, laid: Policy) -> Policy:
    """Return an overlay's policy with what the whole installation says."""
    marks = replace(laid.marks, producer=policy.marks.producer)
    return replace(
        laid, paths=policy.paths, keep=policy.keep, subject=policy.subject,
        file_marks=policy.file_marks, marks=marks, strikes=policy.strikes,
    )  # fmt: skip


def _hashed(policy: Policy) -> Policy:
    return replace(policy, hash=hashlib.sha256(policy.canonical()).hexdigest())


def _too_much(own: Document) -> Iterator[str]:
    for path in OF_THE_WHOLE:
        value: Any = own.value
        for key in path:
            value = value.get(key) if isinstance(value, dict) else None
        if value is not None:
            yield own.fault(path, "belongs to the whole installation, not to an overlay")


def _other_models(laid: Laid, others: list[Policy]) -> Iterator[str]:
    """Yield the models of an overlay whose names other policies have given to others."""
    for key, listed in _NAMED_MODELS.items():
        known = {one.name: one for each in others for one in listed(each)}
        for one in listed(laid.policy):
            if known.get(one.name, one) != one:
                message = (
                    f"another policy has another model `{one.name}`; give this one its own name"
                )
                yield laid.own.fault((key,), message)


def _useless(form: PolicyForm, document: Document) -> Iterator[str]:
    """Yield overlays that are never in force, because an earlier one takes everybody, always."""
    taken = False
    for index, each in enumerate(form.overlays or ()):
        if taken:
            message = "has no effect: the overlay before it is for everybody, always"
            yield document.fault(("overlays", index), message)
        taken = taken or not (each.tenants or each.keys or each.active)
