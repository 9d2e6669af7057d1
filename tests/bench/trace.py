"""What the text trace survives: ``python -m tests.bench.trace`` prints a table, ``--write``
puts it too into docs/tracing.md.

Texts with the trace are sent through a channel and read blind. The last rows are texts without it:
none may be found.
"""

from __future__ import annotations

import html
import json
import random
import sys
import time
import unicodedata
from collections.abc import Callable
from io import BytesIO
from pathlib import Path

import docx
from markdown_it import MarkdownIt

from gateway.marks.text_trace import ALPHABET, TextTrace
from gateway.matching.label_code import code_of_number

TRACE = TextTrace(b"0123456789abcdef")
PAGE = Path(__file__).parents[2] / "docs" / "tracing.md"
BEGIN, END = "<!-- python -m tests.bench.trace --write -->", "<!-- end of the table -->"
TEXTS = 20
_WORDS = (
    "城市",
    "河流",
    "春天",
    "方法",
    "研究",
    "说明",
    "我们",
    "可以",
    "时间",
    "问题",
    "变化",
    "需要",
)
_ENGLISH = ("river", "town", "method", "study", "because", "season", "people", "result", "slowly")


def _text(chance: random.Random) -> str:
    """About 1,200 characters of sentences in paragraphs, Chinese or English."""
    east = chance.random() < 0.5
    out: list[str] = []
    while sum(map(len, out)) < 1200:
        words = chance.choices(_WORDS if east else _ENGLISH, k=chance.randint(6, 14))
        out.append("".join(words) + "。" if east else " ".join(words).capitalize() + ". ")
        if chance.random() < 0.2:
            out.append("\n\n")
    return "".join(out)


def _through_docx(text: str) -> str:
    file = BytesIO()
    document = docx.Document()
    for paragraph in text.split("\n"):
        document.add_paragraph(paragraph)
    document.save(file)
    return "\n".join(each.text for each in docx.Document(BytesIO(file.getvalue())).paragraphs)


def _fewer(every: int) -> Callable[[str, random.Random], str]:
    def lose(text: str, chance: random.Random) -> str:
        seen, out = chance.randrange(every), []
        for letter in text:
            seen += letter in ALPHABET
            if letter not in ALPHABET or seen % every:
                out.append(letter)
        return "".join(out)

    return lose


def _changed(per_copy: int, letters: str) -> Callable[[str, random.Random], str]:
    """Change that many letters of each copy."""

    def change(text: str, chance: random.Random) -> str:
        copy = TRACE.copy(CODE)
        parts = text.split(copy)
        out = [parts[0]]
        for part in parts[1:]:
            changed = list(copy)
            for place in chance.sample(range(len(copy)), per_copy):
                changed[place] = chance.choice(letters)
            out += ["".join(changed), part]
        return "".join(out)

    return change


def _quote(length: int) -> Callable[[str, random.Random], str]:
    def cut(text: str, chance: random.Random) -> str:
        """Cut out a quote of that many visible characters."""
        places = [place for place, letter in enumerate(text) if letter not in ALPHABET]
        start = chance.randrange(len(places) - length)
        return text[places[start] : places[start + length]]

    return cut


CODE = code_of_number(0x0123456789)
CHANNELS: dict[str, Callable[[str, random.Random], str]] = {
    "`str.strip`, lines trimmed": lambda t, _: "\n".join(map(str.strip, t.strip().split("\n"))),
    "white space folded (`\\s+`)": lambda t, _: " ".join(t.split()),
    "NFC": lambda t, _: unicodedata.normalize("NFC", t),
    "NFKC": lambda t, _: unicodedata.normalize("NFKC", t),
    "JSON, ASCII only": lambda t, _: str(json.loads(json.dumps(t))),
    "HTML escaped and unescaped": lambda t, _: html.unescape(html.escape(t)),
    "Word file (python-docx)": lambda t, _: _through_docx(t),
    "Markdown rendered (markdown-it-py)": lambda t, _: MarkdownIt().render(t),
    "GB 18030": lambda t, _: t.encode("gb18030").decode("gb18030"),
    "quote of 600 characters": _quote(600),
    "quote of 300 characters": _quote(300),
    "quote of 150 characters": _quote(150),
    "every 20th invisible letter lost": _fewer(20),
    "every 10th lost": _fewer(10),
    "every 6th lost": _fewer(6),
    "every 5th lost": _fewer(5),
    "every 4th lost": _fewer(4),
    "one letter of each copy changed": _changed(1, ALPHABET),
    "three changed": _changed(3, ALPHABET),
    "three replaced by `?`": _changed(3, "?"),
    "six changed": _changed(6, ALPHABET),
    "format characters dropped (`Cf`)": lambda t, _: "".join(
        letter for letter in t if unicodedata.category(letter) != "Cf"
    ),
    "GBK, unknown characters replaced": lambda t, _: t.encode("gbk", "replace").decode("gbk"),
}  # fmt: skip


def main() -> None:
    """Print the table; with ``--write`` put it into the page."""
    rows = ["| channel | found | of | slowest reading, ms |", "|---|---|---|---|"]
    for name, channel in CHANNELS.items():
        chance = random.Random(7)
        found, slowest = 0, 0.0
        for _ in range(TEXTS):
            sent = channel(TRACE.weave(_text(chance), CODE), chance)
            began = time.perf_counter()
            found += TRACE.find(sent) == [CODE]
            slowest = max(slowest, time.perf_counter() - began)
        rows.append(f"| {name} | {found} | {TEXTS} | {slowest * 1e3:.0f} |")
    rows += _foreign()
    table = "\n".join(rows)
    sys.stdout.write(table + "\n")
    if "--write" in sys.argv:
        page = PAGE.read_text(encoding="utf-8")
        head, rest = page.split(BEGIN)
        tail = rest.split(END)[1]
        PAGE.write_text(f"{head}{BEGIN}\n\n{table}\n\n{END}{tail}", encoding="utf-8")


def _foreign() -> list[str]:
    chance = random.Random(11)
    other = TextTrace(b"fedcba9876543210")
    forged = sum(bool(TRACE.find(other.weave(_text(chance), CODE))) for _ in range(TEXTS))
    noise = sum(
        bool(TRACE.find("".join(chance.choices(ALPHABET, k=chance.randint(55, 70)))))
        for _ in range(TEXTS)
    )
    return [
        f"| woven under another key | {forged} | {TEXTS} | |",
        f"| random letters of the alphabet | {noise} | {TEXTS} | |",
    ]


if __name__ == "__main__":
    main()
