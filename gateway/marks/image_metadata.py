"""The implicit label of pictures (GB 45438-2025, clause 6; places by TC260-PG-20259A).

One label per file, as ``TC260:AIGC`` in the XMP of every format, and beside it the digital source
type of IPTC. The picture is not decoded. What was written is read back before it leaves.

A C2PA manifest that came in is taken out, since it would no longer fit the file; who signs anew
names the file that came in as its ingredient.
"""

from __future__ import annotations

import msgspec

from gateway.nouns.mark import AigcLabel, MarkFamily, Receipt
from gateway.ports.mark import Claim, ClaimState
from gateway.wire import image_file, xmp
from gateway.wire.aigc_label import bare_json, carried, parse
from gateway.wire.media_fault import MediaFault

_OURS = frozenset({xmp.TRAINED, xmp.COMPOSITE})


class ImageMetadata:
    """Writes the label of a claim into a picture's XMP; a FileMark.

    A claim without a label (no provider code is set) gets the digital source type only: still
    machine-readable, and no code of somebody who does not exist.
    """

    name = "image_metadata"
    family = MarkFamily.METADATA
    formats = image_file.FORMATS

    def stamp(self, content: bytes, claim: Claim) -> tuple[bytes, Receipt]:
        """Return the file with the label and the receipt (see gateway.ports.mark.Mark)."""
        try:
            found = image_file.picture_format(content)
            before = image_file.read(content, found)
            add = self._owed(before, claim)
            detail = "" if claim.label else "source_type_only"
            if self._is_written(before, add):
                return content, Receipt(self.name, "written", detail or "it was there")
            stamped = image_file.write(content, found, add)
            if not self._is_written(image_file.read(stamped, found), add):
                return content, Receipt(self.name, "failed", "not_read_back")
        except MediaFault as fault:
            return content, Receipt(self.name, "failed", fault.reason)
        return stamped, Receipt(self.name, "written", detail)

    def verify(self, content: bytes) -> list[Claim]:
        """Return a claim per label; without one, a claim for a source type that says AI."""
        try:
            found = image_file.read(content, image_file.picture_format(content))
        except MediaFault:
            return []
        labels = [label for label in map(parse, found.labels) if label is not None]
        if labels:
            return [_claim(label, len(labels)) for label in labels]
        says_ai = any("algorithmicmedia" in each.lower() for each in found.source_types)
        return [Claim("", "", detail="source_type_only")] if says_ai else []

    @staticmethod
    def _owed(before: image_file.Found, claim: Claim) -> dict[xmp.Name, str]:
        add: dict[xmp.Name, str] = {}
        there = [label for label in map(parse, before.labels) if label is not None]
        if claim.label is not None:
            named = next((label for label in there if label.ContentProducer), None)
            add[xmp.AIGC] = bare_json(carried(named, claim.label)).decode()
        elif there:  # nobody is named by us, so the label that is there stays, once
            add[xmp.AIGC] = _as_written(before.labels[0], there[0])
        ours = {"", claim.label.ContentProducer} if claim.label else set()
        foreign = any(label.ContentProducer not in ours for label in there)
        kept = [each for each in before.source_types if each in _OURS]
        if foreign and kept:  # its producer knows better how it was made
            add[xmp.SOURCE_TYPE] = kept[0]
        else:
            add[xmp.SOURCE_TYPE] = xmp.COMPOSITE if claim.sources else xmp.TRAINED
        return add

    @staticmethod
    def _is_written(found: image_file.Found, add: dict[xmp.Name, str]) -> bool:
        labels = (add[xmp.AIGC],) if xmp.AIGC in add else ()
        return (
            found.labels == labels
            and found.source_types == (add[xmp.SOURCE_TYPE],)
            and found.notes == 0
            and found.packets <= 1
        )


def _as_written(value: str, label: AigcLabel) -> str:
    """Return a foreign label bare, as the place wants it; a bare one to the letter."""
    try:
        if "Label" in msgspec.json.decode(value):
            return value
    except (msgspec.DecodeError, TypeError):
        pass
    return bare_json(label).decode()


def _claim(label: AigcLabel, count: int) -> Claim:
    twice = count > 1
    return Claim(
        label.ProduceID,
        "",
        label,
        state=ClaimState.ALTERED if twice else ClaimState.INTACT,
        detail="more_than_one_label" if twice else "",
    )
