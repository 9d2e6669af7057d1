"""Inspecting: what a platform owes on a file, and writing it there (gateway.ports.operator)."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from gateway.assembly.file_tracing import mark_seen
from gateway.assembly.reading import tell
from gateway.desk.propagation import WORDS, present_label, propagated
from gateway.desk.reading import (
    Beside,
    FileAsked,
    FileReading,
    Reader,
    nothing_beside,
    read,
    with_words_read,
)
from gateway.desk.report import tier_of
from gateway.marks.provider_code import validate_provider_code
from gateway.nouns.mark import AigcLabel, MarkFamily, Receipt
from gateway.ports.mark import Claim
from gateway.ports.operator import Inspected
from gateway.wire.media_type import sniff

_NAME = "aigc_label"


class FileInspector:
    """See gateway.ports.operator.Inspector. ``new_id`` makes numbers of contents, ``beside`` reads
    manifests that stand beside a file."""

    def __init__(
        self,
        marks: Sequence[Reader],
        new_id: Callable[[], str],
        beside: Beside = nothing_beside,
    ) -> None:
        self._readers = tuple(marks)
        self._new_id = new_id
        self._files = FileReading(marks, lambda _: [], tell, beside)

    def inspect(
        self,
        content: bytes,
        name: str,
        *,
        declared: bool,
        propagator: str,
        number: str,
        manifest: bytes = b"",
    ) -> Inspected:
        """Read a file's marks and say what is owed."""
        if propagator:
            validate_provider_code(propagator)
        seen = with_words_read(self._files(FileAsked(content, name, manifest)), self._readers)
        tier = tier_of(seen.marks, declared=declared)
        label = None
        if propagator:
            label = propagated(seen.marks, tier, propagator, number or self._new_id())
        marks = tuple(mark_seen(mark) for mark in seen.marks)
        kind = seen.format.value if seen.format else ""
        return Inspected(kind, tier.value, marks, dict(WORDS[tier]), label)

    def write(self, content: bytes, name: str, label: AigcLabel) -> tuple[bytes, Receipt]:
        """Write a metadata label into a file, and read it back."""
        kind = sniff(content, name)
        for reader in self._readers:
            stamp = getattr(reader.mark, "stamp", None)
            if reader.family is not MarkFamily.METADATA or kind not in reader.formats or not stamp:
                continue
            claim = Claim(exchange=label.PropagateID, code="", label=label)
            stamped, receipt = stamp(content, claim)
            if receipt.status != "written":
                return content, receipt
            if self._label_in(stamped, name) != label:
                return content, Receipt(receipt.mark, "failed", "it reads back as another label")
            return stamped, receipt
        return content, Receipt(
            _NAME, "not_possible", "no metadata label can be put in this format"
        )

    def _label_in(self, content: bytes, name: str) -> AigcLabel | None:
        return present_label(read(content, name, self._readers).marks)
