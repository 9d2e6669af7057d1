"""Mark: what is put on generated content. An order says what is owed, a receipt what was done."""

from __future__ import annotations

from enum import StrEnum
from typing import NamedTuple

import msgspec


class AigcLabel(msgspec.Struct, frozen=True):
    """The implicit label of GB 45438-2025, Annex E: seven string members, in this order.

    On first write the propagation members equal the production members (Annex E, note 1).
    """

    Label: str
    ContentProducer: str
    ProduceID: str
    ReservedCode1: str
    ContentPropagator: str
    PropagateID: str
    ReservedCode2: str


class LabelMode(StrEnum):
    """Where the visible label of a text goes."""

    OFF = "off"
    INLINE = "inline"
    FIELD = "field"
    BOTH = "both"


class LabelPosition(StrEnum):
    """At which end of a text the inline label stands (GB 45438-2025, 5.1)."""

    START = "start"
    END = "end"
    BOTH = "both"


class TextMarksOrder(msgspec.Struct, frozen=True):
    """What the policy owes on a generated text.

    ``language`` is ``zh``, ``en`` or ``auto``; ``wording`` overrides the shipped wording per
    language. ``trace`` is ``off``, ``always`` or ``long`` (texts above 200 tokens).
    """

    label: LabelMode = LabelMode.OFF
    position: LabelPosition = LabelPosition.START
    language: str = "auto"
    wording: dict[str, str] = {}
    code: bool = True
    fingerprint: bool = False
    trace: str = "off"
    producer: str | None = None


class Receipt(NamedTuple):
    """What became of one owed mark: ``status`` is ``written``, ``failed`` or ``not_possible``."""

    mark: str
    status: str
    detail: str = ""
