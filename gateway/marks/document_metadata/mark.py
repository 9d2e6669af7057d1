"""The mark: exactly one implicit label in a document (GB 45438-2025, 6.1 and Annex E)."""

from __future__ import annotations

from gateway.marks.document_metadata.places import (
    Found,
    HtmlPlace,
    MarkdownPlace,
    OfficePlace,
    PdfPlace,
    Place,
    PlaceError,
)
from gateway.nouns.mark import MarkFamily, Receipt
from gateway.nouns.media import MediaFormat, MediaKind
from gateway.ports.mark import Claim, ClaimState
from gateway.wire.aigc_label import carried
from gateway.wire.media_type import sniff

_PLACES: dict[MediaFormat, Place] = {
    MediaFormat.DOCX: OfficePlace(),
    MediaFormat.XLSX: OfficePlace(),
    MediaFormat.PPTX: OfficePlace(),
    MediaFormat.PDF: PdfPlace(),
    MediaFormat.MARKDOWN: MarkdownPlace(),
    MediaFormat.HTML: HtmlPlace(),
}


class DocumentMetadata:
    """Writes the label of a claim into a document's metadata; a FileMark.

    The claim says which format of text a file is; without that it is what its bytes look like.
    """

    name = "document_metadata"
    family = MarkFamily.METADATA
    formats = frozenset({*_PLACES, MediaFormat.TXT})

    def stamp(self, content: bytes, claim: Claim) -> tuple[bytes, Receipt]:
        """Return the document with the label (see gateway.ports.mark.Mark).

        Another producer's label is carried on; `carried` says how.
        """
        if claim.label is None:
            return content, self._receipt("not_possible", "no_provider_code")
        place = _PLACES.get(claim.format or _format(content))
        if place is None:
            return content, self._receipt("not_possible", "no_place_in_format")
        try:
            found = place.read(content)
            named = next((label for label in found.labels if label.ContentProducer), None)
            wanted = carried(named, claim.label)
            if found == Found((wanted,)):
                return content, self._receipt("written", "it was there")
            stamped = place.write(content, wanted)
            if place.read(stamped) != Found((wanted,)):
                return content, self._receipt("failed", "not_read_back")
        except PlaceError as error:
            return content, self._receipt("failed", str(error))
        return stamped, self._receipt("written")

    def verify(self, content: bytes) -> list[Claim]:
        """Return a claim for each label; more than one is a fault of the file (6.1 c)."""
        found = None
        for place in _readers(content):
            try:
                found = place.read(content)
            except PlaceError:
                continue
            if found.labels:
                break
        if found is None:
            return []
        twice = len(found.labels) > 1
        state = ClaimState.ALTERED if twice else ClaimState.INTACT
        detail = "more_than_one_label" if twice else ""
        return [Claim(one.ProduceID, "", one, state=state, detail=detail) for one in found.labels]

    def _receipt(self, status: str, detail: str = "") -> Receipt:
        return Receipt(self.name, status, detail)


def _format(content: bytes) -> MediaFormat:
    return sniff(content) or MediaFormat.TXT


def _readers(content: bytes) -> list[Place]:
    """Return the places where a file of these bytes may have a label: texts may be of any kind."""
    found = _format(content)
    if found.kind is not MediaKind.DOCUMENT:
        return []
    if found in {MediaFormat.TXT, MediaFormat.HTML}:
        return [_PLACES[MediaFormat.MARKDOWN], _PLACES[MediaFormat.HTML]]
    return [_PLACES[found]]
