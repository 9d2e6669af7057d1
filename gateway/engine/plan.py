"""Plan: the policy made concrete for one exchange: lanes per field class, seal, refusals."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import NamedTuple

from gateway.engine.lane import Lane
from gateway.engine.lens import Restorations
from gateway.engine.media import MediaPlan
from gateway.engine.seal import Seal
from gateway.nouns.policy import Policy
from gateway.nouns.segment import FieldClass
from gateway.nouns.verdict import Decision, Refusal
from gateway.ports.adapter import Structured

NO_SEAL = Seal()


def nobody_said(_: str) -> bool:
    """Return False: where nothing is known of what the user said, he said none of it."""
    return False


class OutputPlan(NamedTuple):
    """How one answer is judged and sealed.

    ``lane`` gives the lane of a field class (``bound``: a schema binds the text). ``refuse`` words
    a block. ``choices`` is how many the client asked for. ``reads_files``: what stands in the files
    of the answer is judged.
    """

    policy: Policy
    exchange: str
    lanes: Mapping[FieldClass, Lane]
    refuse: Callable[[Decision], Refusal]
    seal: Seal = NO_SEAL
    structured: Structured = Structured.FREE
    strict_tools: bool = False
    choices: int = 1
    said: Callable[[str], bool] = nobody_said
    restorations: Restorations | None = None
    media: MediaPlan | None = None
    reads_files: bool = False

    def lane(self, field_class: FieldClass) -> Lane:
        """Return the lane of a field class as this exchange knows it.

        A schema that binds the text turns redactions into blocks.
        """
        bound = (
            self.structured is Structured.SCHEMA
            if field_class is FieldClass.CONTENT
            else self.strict_tools and field_class is FieldClass.TOOL_ARGUMENTS
        )
        return self.lanes[field_class]._replace(
            said=self.said, restorations=self.restorations, bound=bound
        )

    @property
    def idle(self) -> bool:
        """True if nothing judges and nothing is owed: the answer passes byte for byte."""
        judged = self.restorations is not None or not all(lane.idle for lane in self.lanes.values())
        owed = self.seal.inline or self.seal.fields or self.seal.weaver or self.media is not None
        return not (judged or owed or self.reads_files)

    @property
    def refusal_style(self) -> str:
        """How an answer is refused: a bound shape always takes the protocol's refusal field."""
        bound = self.structured is not Structured.FREE
        return "field" if bound else self.policy.answer.output
