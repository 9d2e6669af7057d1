"""Verdict: what the policy makes of findings. A verdict is a value, never an error."""

from __future__ import annotations

from enum import IntEnum, StrEnum
from typing import NamedTuple

from gateway.nouns.finding import Finding


class Action(IntEnum):
    """What is done about a finding, weakest first; where spans overlap the strongest wins."""

    PASS = 0
    FLAG = 1
    VEIL = 2
    REDACT = 3
    REPLACE = 4
    DROP_TURN = 5
    BLOCK = 6

    @property
    def word(self) -> str:
        """The action as policies, records and metrics spell it."""
        return self.name.lower()


class Decision(NamedTuple):
    """One ruled span of one text: ``action`` is done to ``[start, end)``.

    ``wanted`` is what the rule asked for: it differs from ``action`` in observe mode and where the
    field class has a weaker strongest action. ``text`` is the replacement of `REPLACE`.
    """

    action: Action
    wanted: Action
    start: int
    end: int
    rule: str
    finding: Finding
    text: str | None = None


class Outcome(StrEnum):
    """How an exchange ended, one word for metrics and records."""

    PASSED = "passed"
    FLAGGED = "flagged"
    EDITED = "edited"
    BLOCKED_INPUT = "blocked_input"
    BLOCKED_OUTPUT = "blocked_output"
    UPSTREAM_BLOCKED = "upstream_blocked"
    UPSTREAM_ERROR = "upstream_error"
    CLIENT_ERROR = "client_error"
    CLIENT_GONE = "client_gone"
    REFUSED = "refused"
    GATEWAY_ERROR = "gateway_error"

    @property
    def answered(self) -> bool:
        """True if the client got his answer, changed or not."""
        return self in _STRENGTH


_STRENGTH = {Outcome.PASSED: 0, Outcome.FLAGGED: 1, Outcome.EDITED: 2}


def stronger(*sides: Outcome) -> Outcome:
    """Return one word for both sides of an exchange: what ended it, else the stronger of them."""
    ended = [side for side in sides if not side.answered]
    return ended[-1] if ended else max(sides, key=_STRENGTH.__getitem__, default=Outcome.PASSED)


class Refusal(NamedTuple):
    """The policy's own words in place of a text.

    ``code`` is stable and public, ``message`` is shown to the user, ``rule`` is the policy rule's
    id (never the term), ``retract`` asks the application to take back the ``shown`` code points.
    ``language`` is the message's (``zh`` or ``en``).
    """

    code: str
    message: str
    rule: str
    category: str
    retract: bool = False
    shown: int = 0
    language: str = "en"
