"""The form of those parts of a policy file that say when it holds, and for whom.

They are members of `policy_form.PolicyForm`; `conduct_reading` makes values of them.
"""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec

from gateway.config.policy_words import Form, Text, says
from gateway.config.quantity import HoursOfDay, Moment, Seconds, Share

OutcomeWord = Literal[
    "passed", "flagged", "edited", "blocked_input", "blocked_output", "upstream_blocked",
    "upstream_error", "client_gone",
]  # fmt: skip
Weekday = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]


class WindowForm(Form, frozen=True, kw_only=True):
    """When something is in force."""

    from_: Annotated[Moment | None, says("First moment: `2026-03-01` or `2026-03-01T08:00`.")] = (
        msgspec.field(name="from", default=None)
    )
    until: Annotated[Moment | None, says("End, not in it: a day (its beginning) or a moment.")] = (
        None
    )
    days: Annotated[tuple[Weekday, ...], says("Days of the week; none named: all.")] = ()
    hours: Annotated[
        tuple[HoursOfDay, ...],
        says("Hours such as `22:00-06:00`, which belong to the day on which they began."),
    ] = ()
    zone: Annotated[Text, says("Time zone (IANA), such as `Asia/Shanghai`.")] = "UTC"


class OverlayForm(Form, frozen=True, kw_only=True):
    """Another policy for some of those who ask, or for some of the time."""

    id: Annotated[Text, says("Its name in records and answers; unique.")]
    use: Annotated[Text, says("A policy file, laid over this one unless it `extends` another.")]
    tenants: Annotated[tuple[str, ...], says("Only these tenants.")] = ()
    keys: Annotated[tuple[str, ...], says("Only these gateway keys, by id.")] = ()
    active: Annotated[WindowForm | None, says("Only in this window.")] = None


class ReviewForm(Form, frozen=True, kw_only=True):
    """A part of the exchanges that people look at."""

    id: Annotated[Text, says("Its name in the queue; unique, and no rule's.")]
    rate: Annotated[Share, says("The part, such as `1%`; drawn by a key, the same everywhere.")]
    when: Annotated[str, says("Only with a finding of this category or pattern.")] = ""
    outcomes: Annotated[
        tuple[OutcomeWord, ...], says("Only those that ended so; none named: any.")
    ] = ()


_Points = Annotated[int, msgspec.Meta(ge=0, le=1_000_000)]


class LadderForm(Form, frozen=True, kw_only=True):
    """At how many points a user gets where; 0: never."""

    warn: Annotated[_Points | None, says("The answer says so (`x-sealgate-standing`).")] = None
    limit: Annotated[_Points | None, says("He may ask `requests_per_minute` times.")] = None
    suspend: Annotated[_Points | None, says("He is refused for `suspend_for`.")] = None
    close: Annotated[_Points | None, says("He is refused until somebody lifts it.")] = None


class StrikesForm(Form, frozen=True, kw_only=True):
    """What a user's grave hits lead to."""

    mode: Annotated[
        Literal["observe", "enforce"] | None,
        says("`observe` counts and records and changes nothing; `enforce` acts."),
    ] = None
    when: Annotated[
        tuple[str, ...] | None,
        says("Categories or patterns of what counts: said by the user, and to be blocked."),
    ] = None
    points: Annotated[
        tuple[_Points, ...] | None,
        says("Points of a hit of severity 1, 2, 3 and 4; below 4 only reviewed hits count."),
    ] = None
    window: Annotated[Seconds | None, says("How long points count.")] = None
    ladder: Annotated[LadderForm | None, says("At how many points a user gets where.")] = None
    requests_per_minute: Annotated[
        Annotated[int, msgspec.Meta(ge=1, le=100_000)] | None,
        says("What a limited user may ask, over all workers."),
    ] = None
    suspend_for: Annotated[Seconds | None, says("How long a suspension lasts.")] = None
