"""Documents made by other programs' libraries, and the claim that is put on them."""

from __future__ import annotations

import io
import random
import time
from collections.abc import Callable, Iterator
from functools import cache

import docx
import openpyxl
import pikepdf
import pptx
from openpyxl.chart import BarChart, Reference
from PIL import Image

from gateway.marks.credentials import Signing, make_trial
from gateway.matching.label_code import label_code
from gateway.nouns.media import MediaFormat
from gateway.ports.mark import Claim
from gateway.wire.aigc_label import make_label

PRODUCER = "001191110102MAD55U9H0F10002"
EXCHANGE = "01ARZ3NDEKTSV4RRFFQ69G5FAV"
OTHER_EXCHANGE = "01ARZ3NDEKTSV4RRFFQ69G5FAW"
_KEY = b"0123456789abcdef"
MARKDOWN = "---\ntitle: 题目  # kept\ntags: [a, b]\n---\n# 题目\n\nText.\n\n```python\nx = 1\n```\n"
HTML = (
    '<!DOCTYPE html>\n<html lang="zh"><head><meta charset="utf-8"><title>a<b</title></head>'
    '<body class="x">\n<p>正文</p><script>"</body>"</script>\n</body></html>\n'
)


def claim(exchange: str = EXCHANGE) -> Claim:
    """Return a claim of an exchange with everything that a mark may say."""
    code = label_code(_KEY, exchange)
    return Claim(
        exchange, code, make_label(PRODUCER, exchange), time_s=1_790_000_000.0,
        line=f"本内容由人工智能生成 · {code}", model="model-1",
    )  # fmt: skip


@cache
def word() -> bytes:
    """Return a text document with a heading, a table and a footer."""
    made = docx.Document()
    made.add_heading("题目", 0)
    made.add_paragraph("正文 text")
    made.add_table(2, 2).cell(0, 0).text = "a"
    made.sections[0].footer.paragraphs[0].text = "footer"
    return _saved(made.save)


def word_of(text: str) -> bytes:
    """Return a text document into which a text was pasted, a paragraph a line."""
    made = docx.Document()
    for line in text.split("\n"):
        made.add_paragraph(line)
    return _saved(made.save)


@cache
def book() -> bytes:
    """Return a workbook with a formula, a chart, a defined name and a second sheet."""
    made = openpyxl.Workbook()
    sheet = made.active
    sheet.title = "数据"
    for number in range(5):
        sheet.append([number, number * number])
    sheet["C1"] = "=SUM(B1:B5)"
    chart = BarChart()
    chart.add_data(Reference(sheet, min_col=2, min_row=1, max_row=5))
    sheet.add_chart(chart, "E2")
    made.create_sheet("Second")["A1"] = "='数据'!C1"
    return _saved(made.save)


@cache
def deck() -> bytes:
    """Return a presentation of three slides."""
    made = pptx.Presentation()
    for title in ("一", "二", "三"):
        slide = made.slides.add_slide(made.slide_layouts[1])
        slide.shapes.title.text = title
        slide.placeholders[1].text = "body"
    return _saved(made.save)


def pdf(pages: int = 2, *, rotate: int = 0) -> bytes:
    """Return a PDF with a coloured area on each page."""
    made = pikepdf.new()
    for _ in range(pages):
        made.add_blank_page(page_size=(595, 842))
        made.pages[-1].contents_add(b"0.8 g 100 100 300 500 re f")
        if rotate:
            made.pages[-1].obj.Rotate = rotate
    return _saved(made.save)


DOCUMENTS: dict[MediaFormat, Callable[[], bytes]] = {
    MediaFormat.TXT: "第一行。\n\nSecond line.\n".encode,
    MediaFormat.MARKDOWN: MARKDOWN.encode,
    MediaFormat.HTML: HTML.encode,
    MediaFormat.DOCX: word,
    MediaFormat.XLSX: book,
    MediaFormat.PPTX: deck,
    MediaFormat.PDF: pdf,
}


def picture(kind: str = "PNG", size: int = 64) -> bytes:
    """Return a small picture."""
    made = Image.linear_gradient("L").resize((size, size)).convert("RGB")
    return _saved(lambda out: made.save(out, kind))


@cache
def signing() -> Signing:
    """Return a trial certificate with its key."""
    trial = make_trial(time.time())
    return Signing(trial.chain, trial.key, trial.root)


def mutations(content: bytes, count: int, seed: int) -> Iterator[bytes]:
    """Yield files that were damaged: bytes changed, cut, doubled, moved; the same for a seed."""
    chance = random.Random(seed)
    for _ in range(count):
        out = bytearray(content)
        for _ in range(chance.choice((1, 1, 2, 8))):
            at = chance.randrange(len(out) + 1)
            end = min(len(out), at + chance.choice((1, 4, 40)))
            how = chance.randrange(5)
            if how == 0 and at < len(out):
                out[at] ^= 1 << chance.randrange(8)
            elif how == 1:
                del out[at:end]
            elif how == 2:
                out[at:at] = out[at:end]
            elif how == 3:
                out[at:end] = chance.randbytes(end - at)
            elif len(out) > 100 and chance.randrange(4) == 0:
                del out[at:]
        yield bytes(out)


def _saved(save: Callable[[io.BytesIO], object]) -> bytes:
    out = io.BytesIO()
    save(out)
    return out.getvalue()
