"""Live: what a look at the running surroundings of an installation finds."""

from __future__ import annotations

from enum import StrEnum
from typing import NamedTuple


class Health(StrEnum):
    """``bad``: the gateway cannot do its work so. ``warn``: it can, and somebody should look."""

    WELL = "well"
    WARN = "warn"
    BAD = "bad"


class Look(NamedTuple):
    """One thing that was looked at: ``about`` is ``upstream``, ``clock``, ``keys``, ``store``,
    ``disk``, ``modes`` or ``certificate``; what was found, in English and Chinese."""

    about: str
    health: Health
    en: str
    zh: str
