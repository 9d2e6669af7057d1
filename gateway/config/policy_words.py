"""Words and the base of the forms of a policy file."""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec

Sides = Literal["input", "output"]
RuleAction = Literal["flag", "veil", "redact", "replace", "block"]
StrongestAction = Literal["pass", "flag", "veil", "redact", "replace", "drop_turn", "block"]
FailureAction = Literal["block", "use_local_only"]
FieldWord = Literal[
    "system", "user", "history", "tool_definition", "tool_arguments", "tool_result", "content",
    "reasoning", "refusal", "logprob", "unknown",
]  # fmt: skip


class Form(msgspec.Struct, kw_only=True, frozen=True, forbid_unknown_fields=True):
    """A part of a policy file. Keys that it does not name are refused."""


def says(text: str) -> msgspec.Meta:
    """Return what tells the published schema and the reference page what a key means."""
    return msgspec.Meta(description=text)


Text = Annotated[str, msgspec.Meta(min_length=1)]
Count = Annotated[int, msgspec.Meta(ge=0)]
Amount = Annotated[float, msgspec.Meta(ge=0)]
