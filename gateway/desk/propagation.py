"""Propagation: what Article 6 of the Labelling Measures asks of a platform that passes content on.

The words to show beside it, and the propagation fields of the metadata label (GB 45438-2025, Annex
E g-i). Production fields of somebody else are never changed; where there are none, none are made
up, for a name there would claim that this somebody made it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import msgspec

from gateway.desk.report import FoundMark, Tier
from gateway.nouns.mark import AigcLabel, MarkFamily

WORDS: Mapping[Tier, Mapping[str, str]] = {
    Tier.CONFIRMED: {"zh": "内容由AI生成合成", "en": "AI-generated content"},
    Tier.POSSIBLE: {"zh": "内容可能由AI生成合成", "en": "Possibly AI-generated content"},
    Tier.SUSPECTED: {"zh": "内容疑似由AI生成合成", "en": "Suspected AI-generated content"},
    Tier.NONE: {},
}
"""The label to show for each tier; each has both elements that GB 45438-2025, 5 asks for."""

_LABELS = {Tier.CONFIRMED: "1", Tier.POSSIBLE: "2", Tier.SUSPECTED: "3"}


def present_label(marks: Sequence[FoundMark]) -> AigcLabel | None:
    """Return the metadata label that a file has; the first one if it wrongly has several."""
    for mark in marks:
        if mark.family is MarkFamily.METADATA and mark.label is not None:
            return mark.label
    return None


def propagated(
    marks: Sequence[FoundMark], tier: Tier, propagator: str, number: str
) -> AigcLabel | None:
    """Return the label that the file should bear from now on; None if nothing is owed.

    ``propagator`` is the platform's provider code, ``number`` its own number of the content.
    """
    present = present_label(marks)
    if present is not None:
        return msgspec.structs.replace(
            present, ContentPropagator=propagator, PropagateID=number, ReservedCode2=""
        )
    if tier not in _LABELS:
        return None
    return AigcLabel(
        Label=_LABELS[tier], ContentProducer="", ProduceID="", ReservedCode1="",
        ContentPropagator=propagator, PropagateID=number, ReservedCode2="",
    )  # fmt: skip
