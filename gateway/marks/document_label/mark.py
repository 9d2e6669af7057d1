"""The mark: the visible label in a document (GB 45438-2025, 5.1; Labelling Measures, Article 4)."""

from __future__ import annotations

from gateway.marks.document_label.page import PageWriter
from gateway.marks.document_label.prose import ProseWriter, code_of, is_label
from gateway.marks.document_label.sheets import SheetsWriter
from gateway.marks.document_label.slides import SlidesWriter
from gateway.marks.document_label.word import WordWriter
from gateway.marks.document_label.writer import LabelError, Shown, Writer
from gateway.nouns.mark import FileMarksOrder, LabelPosition, MarkFamily, Receipt
from gateway.nouns.media import MediaFormat
from gateway.ports.mark import Claim
from gateway.wire.media_type import sniff


class _PagesWriter:
    """Stamps the pages of a PDF; a Writer. Brings the library for that when it is first used."""

    both = True

    def read(self, content: bytes) -> list[Shown]:
        """Return the words of our stamps."""
        return self._writer().read(content)

    def write(self, content: bytes, wanted: list[Shown]) -> bytes:
        """Put the stamps on."""
        return self._writer().write(content, wanted)

    def _writer(self) -> Writer:
        from gateway.marks.document_label.pages import PagesWriter

        return PagesWriter()


_WRITERS: dict[MediaFormat, Writer] = {
    MediaFormat.TXT: ProseWriter(markdown=False),
    MediaFormat.MARKDOWN: ProseWriter(markdown=True),
    MediaFormat.HTML: PageWriter(),
    MediaFormat.DOCX: WordWriter(),
    MediaFormat.XLSX: SheetsWriter(),
    MediaFormat.PPTX: SlidesWriter(),
    MediaFormat.PDF: _PagesWriter(),
}


class DocumentLabel:
    """Writes ``claim.line`` where a reader meets it; a FileMark.

    The order says at which end. A workbook has one sheet for both.
    """

    name = "document_label"
    family = MarkFamily.LABEL
    formats = frozenset(_WRITERS)

    def __init__(self, order: FileMarksOrder) -> None:
        self._at = order.at

    def stamp(self, content: bytes, claim: Claim) -> tuple[bytes, Receipt]:
        """Return the document with the label (see gateway.ports.mark.Mark)."""
        line = claim.line.strip()
        if not is_label(line) or not line.isprintable():
            return content, Receipt(self.name, "failed", "no_wording")
        writer = _WRITERS.get(claim.format or sniff(content) or MediaFormat.PDF)
        if writer is None:
            return content, Receipt(self.name, "failed", "no_document")
        wanted = self._wanted(writer, line)
        try:
            if writer.read(content) == wanted:
                return content, Receipt(self.name, "written", "it was there")
            stamped = writer.write(content, wanted)
            found = writer.read(stamped)
        except LabelError as error:
            return content, Receipt(self.name, "failed", str(error))
        if {shown.line for shown in found} != {line}:
            return content, Receipt(self.name, "failed", "not_read_back")
        if stamped == content:
            return content, Receipt(self.name, "written", "it was there")
        moved = found != wanted
        return stamped, Receipt(self.name, "written", "at_the_start" if moved else "")

    def verify(self, content: bytes) -> list[Claim]:
        """Return the labels that stand in a document: of a text any, of the others our own."""
        writer = _WRITERS.get(sniff(content) or MediaFormat.PDF)
        found: list[Shown] = []
        for each in _readers(writer):
            try:
                found = each.read(content)
            except LabelError:
                continue
            if found:
                break
        lines = dict.fromkeys(shown.line for shown in found)
        return [Claim("", code_of(line), line=line, language=_language(line)) for line in lines]

    def _wanted(self, writer: Writer, line: str) -> list[Shown]:
        ends = [LabelPosition.START, LabelPosition.END]
        if self._at is not LabelPosition.BOTH:
            ends = [self._at]
        return [Shown(at, line) for at in (ends if writer.both else ends[:1])]


def _readers(writer: Writer | None) -> list[Writer]:
    if writer is None:
        return []
    if isinstance(writer, ProseWriter | PageWriter):
        texts = (MediaFormat.HTML, MediaFormat.MARKDOWN, MediaFormat.TXT)
        return [_WRITERS[each] for each in texts]
    return [writer]


def _language(line: str) -> str:
    return "zh" if any("\u4e00" <= letter <= "\u9fff" for letter in line) else "en"
