"""The implicit label in films (GB 45438-2025, clause 6; TC260-PG-20257A).

Places and formats stand in `gateway.wire.aigc_carrier`. A container of film may hold sound alone.
"""

from __future__ import annotations

from gateway.nouns.mark import MarkFamily, Receipt
from gateway.nouns.media import MediaFormat as F
from gateway.ports.mark import Claim
from gateway.wire.aigc_carrier import CARRIERS, labels_in, with_label
from gateway.wire.media_fault import MediaFault
from gateway.wire.media_type import sniff


class VideoMetadata:
    """Writes exactly one label into a film, without encoding anything; a FileMark."""

    name = "video_metadata"
    family = MarkFamily.METADATA
    formats = frozenset({F.MP4, F.MOV, F.WEBM, F.MKV})

    def stamp(self, content: bytes, claim: Claim) -> tuple[bytes, Receipt]:
        """Return the file with the claim's label; another's keeps its production members."""
        if claim.label is None:
            return content, Receipt(self.name, "not_possible", "no_provider_code")
        found = sniff(content)
        if found not in CARRIERS or found not in self.formats:
            return content, Receipt(self.name, "failed", "unknown_format")
        try:
            stamped = with_label(content, found, claim.label)
        except MediaFault as fault:
            return content, Receipt(self.name, "failed", fault.reason)
        there = "it was there" if stamped is content else ""
        return stamped, Receipt(self.name, "written", there)

    def verify(self, content: bytes) -> list[Claim]:
        """Return a claim for every label in the file; its exchange is the propagation number."""
        found = sniff(content)
        if found not in CARRIERS or found not in self.formats:
            return []
        labels = labels_in(content, found)
        return [Claim(each.PropagateID or each.ProduceID, "", each) for each in labels]
