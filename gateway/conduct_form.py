"""The form of those parts of a policy file that say when it holds, and for whom.

They are members of `gateway.policy_form.PolicyForm`; `gateway.conduct_reading` makes values of
them.
"""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec

from gateway.quantity import HoursOfDay, Moment

Weekday = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]


class ConductForm(msgspec.Struct, kw_only=True, frozen=True, forbid_unknown_fields=True):
    """A part of a policy file. Keys that it does not name are refused."""


def _says(text: str) -> msgspec.Meta:
    return msgspec.Meta(description=text)


_Text = Annotated[str, msgspec.Meta(min_length=1)]


class WindowForm(ConductForm, frozen=True, kw_only=True):
    """When something is in force."""

    from_: Annotated[Moment | None, _says("First moment: `2026-03-01` or `2026-03-01T08:00`.")] = (
        msgspec.field(name="from", default=None)
    )
    until: Annotated[Moment | None, _says("End, not in it: a day (its beginning) or a moment.")] = (
        None
    )
    days: Annotated[tuple[Weekday, ...], _says("Days of the week; none named: all.")] = ()
    hours: Annotated[
        tuple[HoursOfDay, ...],
        _says("Hours such as `22:00-06:00`, which belong to the day on which they began."),
    ] = ()
    zone: Annotated[_Text, _says("Time zone (IANA), such as `Asia/Shanghai`.")] = "UTC"


class OverlayForm(ConductForm, frozen=True, kw_only=True):
    """Another policy for some of those who ask, or for some of the time."""

    id: Annotated[_Text, _says("Its name in records and answers; unique.")]
    use: Annotated[_Text, _says("A policy file, laid over this one unless it `extends` another.")]
    tenants: Annotated[tuple[str, ...], _says("Only these tenants.")] = ()
    keys: Annotated[tuple[str, ...], _says("Only these gateway keys, by id.")] = ()
    active: Annotated[WindowForm | None, _says("Only in this window.")] = None
