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


VERSION = "/v1"
"""What a client may leave out at the start of a path."""


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
    routes: tuple[RouteMarks, ...] = ()

    def at(self, path: str) -> TextMarksOrder:
        """Return what is owed on the texts of a route: the first line that names it, else this."""
        bare = path.removeprefix(VERSION)
        return next((each.order for each in self.routes if each.names(bare)), self)


class RouteMarks(msgspec.Struct, frozen=True):
    """What is owed on the texts of one path; a trailing ``/*`` is one segment more. ``/v1`` may be
    left out."""

    path: str
    order: TextMarksOrder

    def names(self, bare: str) -> bool:
        """True for a path without its version that this line is about."""
        mine = self.path.removeprefix(VERSION)
        if not mine.endswith("/*"):
            return bare == mine
        parent, _, last = bare.rpartition("/")
        return bool(last) and parent == mine[:-2]


class MarkFamily(StrEnum):
    """What a mark on a file is for, in the order in which marks are put on.

    What changes the picture or the sound comes first, then the metadata, and the signature over all
    of it last: written in another order, the later mark would break the earlier one.
    """

    LABEL = "label"
    WATERMARK = "watermark"
    METADATA = "metadata"
    CREDENTIAL = "credential"


class FileMarksOrder(msgspec.Struct, frozen=True):
    """What the policy owes on a generated file (image, audio, video, document).

    ``label`` is the visible or audible label of GB 45438-2025, clause 5. ``position`` is where it
    stands in a picture (``bottom-right``...), ``audio`` whether it is heard as ``rhythm`` (short
    long, short short: Morse "AI", 5.3) or ``speech``, ``at`` at which end of a sound or document.
    ``metadata`` is the implicit label (clause 6), ``credential`` a C2PA manifest, ``watermark`` an
    invisible mark in the picture, ``fingerprint`` a perceptual hash in the ledger. ``unmarkable``
    says what becomes of a file that cannot bear what is owed: ``refuse`` or ``pass``. ``urls`` says
    how a result that came as a URL leaves: ``rehost`` or ``data``.
    """

    label: bool = False
    position: str = "bottom-right"
    audio: str = "rhythm"
    at: LabelPosition = LabelPosition.START
    language: str = "auto"
    wording: dict[str, str] = {}
    metadata: bool = False
    credential: bool = False
    watermark: bool = False
    fingerprint: bool = False
    unmarkable: str = "refuse"
    urls: str = "rehost"

    @property
    def owed(self) -> tuple[MarkFamily, ...]:
        """The families that are owed, in the order in which they are put on."""
        return tuple(family for family in MarkFamily if getattr(self, family.value))


class Receipt(NamedTuple):
    """What became of one owed mark: ``status`` is ``written``, ``failed`` or ``not_possible``."""

    mark: str
    status: str
    detail: str = ""


class MarkKeys(NamedTuple):
    """The secrets and certificates that marks on files need. ``signing`` is what credentials are
    signed with (picklable); None: no certificate is configured, and no credential is owed."""

    watermark: bytes = b""
    signing: object = None


NO_KEYS = MarkKeys()
