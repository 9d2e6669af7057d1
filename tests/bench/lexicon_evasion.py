"""What the lexicon finds of disguised terms, and what it finds in ordinary text:
`python -m tests.bench.lexicon_evasion`.

Terms are those that ship. Disguises are generated (a fixed seed) and written by hand; a disguise
counts as seen through if its own entry is found where the term stands. `rows` gives the table.
"""

from __future__ import annotations

import random
import sys
import sysconfig
from base64 import b64encode
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

import msgspec
import numpy as np
import opencc
from pypinyin import lazy_pinyin

from filters.lexicon import Entry, LexiconFilter, WordList, compile_lexicon
from filters.lexicon.entries import ALL_VARIANTS, has_han, read_word_list
from filters.lexicon.importer import benign_lines
from filters.lexicon.variants import is_han_term
from gateway.matching import lookalikes
from gateway.matching.fold import KINDS, Kind, fold_codes, fold_term
from gateway.matching.parts import PARTS
from gateway.matching.pinyin import readings
from tests.bench.lexicon_handwritten import HANDWRITTEN

ROOT = Path(__file__).resolve().parents[2]
SHIPPED = ROOT / "policies" / "lexicons"
_SEED = 20_251_101
_SHORTEST = 3
_PACKAGES = ("asyncio", "email", "json", "http", "unittest", "xml", "ctypes")

Disguise = Callable[[str, random.Random], str]


class Row(NamedTuple):
    """A line of the table: what was measured, on how many, and the outcome with its aim."""

    what: str
    count: int
    value: float
    aim: float


def _between(*fillers: str) -> Disguise:
    return lambda term, pick: "".join(
        sign + (pick.choice(fillers) if at < len(term) - 1 else "") for at, sign in enumerate(term)
    )


def _each(table: dict[str, list[str]]) -> Disguise:
    def disguised(term: str, pick: random.Random) -> str:
        return "".join(pick.choice(table.get(sign, [sign])) for sign in term)

    return disguised


def _reversed_folds(wanted: Callable[[int], bool]) -> dict[str, list[str]]:
    """Return for characters the code points of a sort that fold to them."""
    table: dict[str, list[str]] = {}
    folds = fold_codes(np.arange(len(KINDS), dtype=np.uint32))
    for code, folded in enumerate(folds.tolist()):
        if code != folded and wanted(code) and KINDS[code] != Kind.DROPPED:
            table.setdefault(chr(folded), []).append(chr(code))
    return table


def _inside(*ranges: tuple[int, int]) -> Callable[[int], bool]:
    return lambda code: any(first <= code <= last for first, last in ranges)


def _lookalikes() -> dict[str, list[str]]:
    table: dict[str, list[str]] = {}
    for code, target in lookalikes.pairs().items():
        if not _inside((0x2460, 0x27FF), (0x3220, 0x3229), (0x1F100, 0x1F1FF))(code):
            table.setdefault(target, []).append(chr(code))
    return table


def _leet(term: str, pick: random.Random) -> str:
    """Half of what can be written so, but in each word a letter stays one."""
    table = {"o": "0", "i": "1!", "e": "3", "a": "4@", "s": "5$", "t": "7", "l": "1", "b": "8"}

    def word(letters: str) -> str:
        places = [at for at, sign in enumerate(letters) if sign in table][: len(letters) - 1]
        chosen = set(pick.sample(places, (len(places) + 1) // 2))
        return "".join(pick.choice(table[s]) if at in chosen else s for at, s in enumerate(letters))

    return " ".join(map(word, term.split(" ")))


def _part_pinyin(term: str, pick: random.Random) -> str:
    """One character at least in pinyin, and one in Han."""
    chosen = set(pick.sample(range(len(term)), pick.randrange(1, len(term))))
    read = lazy_pinyin(term)
    return "".join(read[at] if at in chosen else sign for at, sign in enumerate(term))


def _split(term: str, pick: random.Random) -> str:
    able = [at for at, sign in enumerate(term) if sign in PARTS]
    chosen = {pick.choice(able)} if pick.random() < 0.5 else set(able)
    return "".join(PARTS[sign] if at in chosen else sign for at, sign in enumerate(term))


def _homophones(term: str, pick: random.Random) -> str:
    alike: dict[str, list[str]] = {}
    for sign, each in readings().items():
        alike.setdefault(each[0], []).append(sign)
    return "".join(pick.choice(alike[readings()[sign][0]]) for sign in term)


_TO_TRADITIONAL = opencc.OpenCC("s2t")
_STYLES = _reversed_folds(_inside((0x1D400, 0x1D7FF), (0x2100, 0x214F)))
_CIRCLED = _reversed_folds(_inside((0x2460, 0x24FF), (0x1F130, 0x1F189), (0x2776, 0x2793)))
_RADICALS = _reversed_folds(_inside((0x2E80, 0x2FDF), (0xF900, 0xFAFF), (0x2F800, 0x2FA1F)))
_WIDE = _reversed_folds(_inside((0xFF01, 0xFF5E), (0x3000, 0x3000)))

FOLDING: dict[str, Disguise] = {
    "full width": _each(_WIDE),
    "circled letters": _each(_CIRCLED),
    "mathematical and styled letters": _each(_STYLES),
    "case": lambda term, pick: "".join(pick.choice((s.lower(), s.upper())) for s in term),
    "traditional": lambda term, _: _TO_TRADITIONAL.convert(term),
    "compatibility and radicals": _each(_RADICALS),
    "homoglyphs": _each(_lookalikes()),
    "invisible": _between("\u200b", "\u200d", "\u2060", "\ufeff", "\u00ad", "\ufe0f"),
    "combining": lambda term, pick: "".join(s + pick.choice("\u0301\u0336\u20dd") for s in term),
}
OTHERS: dict[str, Disguise] = {
    "separators": _between(" ", "-", ".", "_", "·", "/", "|", "+", "…"),
    "line breaks": _between("\n"),
    "Markdown": _between("**", "*", "~~", "`"),
    "HTML": _between("<b></b>", "<i>", "<span class=a>", "<!-- x -->"),
    "emoji and symbols": _between("🔥", "❤️", "★", "😀", "☆☆"),
    "pinyin": lambda term, pick: pick.choice(("", " ")).join(lazy_pinyin(term)),
    "some characters in pinyin": _part_pinyin,
    "split characters": _split,
    "leet": _leet,
    "percent": lambda term, _: "".join(f"%{byte:02X}" for byte in term.encode()),
    "entities": lambda term, pick: "".join(
        f"&#{ord(s)};" if pick.randrange(2) else f"&#x{ord(s):x};" for s in term
    ),
    r"\u escapes": lambda term, _: "".join(f"\\u{ord(s):04x}" for s in term),
    "base64": lambda term, _: b64encode(term.encode()).decode(),
    "hexadecimal": lambda term, _: term.encode().hex(),
    "tag characters": lambda term, _: "".join(chr(0xE0000 + ord(s)) for s in term),
}
ASKED: dict[str, Disguise] = {
    "initials": lambda term, _: "".join(readings()[s][0][0] for s in term),
    "homophones": _homophones,
    "reversed": lambda term, _: term[::-1],
}
_HAN_ONLY = {
    "traditional", "compatibility and radicals", "pinyin", "some characters in pinyin",
    "split characters", "initials", "homophones",
}  # fmt: skip
_WHOLE = {"base64", "hexadecimal", "tag characters"}
"""A word outside of such a stretch is not beside a term inside."""
_LATIN_ONLY = {
    "full width", "circled letters", "mathematical and styled letters", "case", "homoglyphs",
    "leet", "tag characters",
}  # fmt: skip


def shipped_lists() -> list[WordList]:
    """Return the lists that ship."""
    return [
        read_word_list(path.relative_to(SHIPPED).with_suffix("").as_posix(), path.read_bytes())
        for path in sorted(SHIPPED.rglob("*.jsonl"))
    ]


def _asking(words: WordList) -> WordList:
    entries = tuple(msgspec.structs.replace(e, variants=ALL_VARIANTS) for e in words.entries)
    return WordList(words.name, entries, words.numbers)


def _suits(kind: str, entry: Entry) -> bool:
    term = fold_term(entry.text)
    if len(term) < _SHORTEST:
        return False
    if kind in _HAN_ONLY:
        parted = kind != "split characters" or any(sign in PARTS for sign in term)
        long = kind != "initials" or len(term) > _SHORTEST
        known = all(sign in readings() for sign in term)
        return is_han_term(term) and parted and long and known
    return not has_han(term) if kind in _LATIN_ONLY else is_han_term(term) or not has_han(term)


def _said(entry: Entry, disguise: Disguise, pick: random.Random, *, whole: bool) -> str:
    """Return a text that holds a disguised term, behind a word that it wants beside it if any: that
    one as it is, unless what was written is encoded as a ``whole``."""
    term = fold_term(entry.text)
    if entry.context and whole:
        return f"{disguise(_beside(entry, term), pick)} ."
    written = disguise(term, pick)
    if entry.context:
        return f"{_beside(entry, written)} ."
    return f"他说 {written} 。" if has_han(entry.text) else f"they said {written} , so"


def _beside(entry: Entry, written: str) -> str:
    """Return a term with a context word where the entry wants it."""
    word = entry.context[0]
    gap = "" if 0 < entry.context_reach <= len(word) else " "
    return f"{written}{gap}{word}" if entry.context_side == "behind" else f"{word}{gap}{written}"


def recall(kind: str, disguise: Disguise, lists: list[WordList], lexicon: LexiconFilter) -> Row:
    """Return the share of terms that are found in this disguise."""
    pick = random.Random(f"{_SEED} {kind}")
    found = count = 0
    for words in lists:
        for entry, number in zip(words.entries, words.numbers, strict=True):
            if not _suits(kind, entry):
                continue
            text = _said(entry, disguise, pick, whole=kind in _WHOLE)
            rules = {one.rule.partition(":")[0] for one in lexicon.scan(text, 0, True).findings}
            count += 1
            found += f"{words.name}#{number}" in rules
    aim = 0.99 if kind in FOLDING else 0.95
    return Row(f"recall, {kind}", count, found / max(1, count), aim)


def handwritten() -> Row:
    """Return the share of the disguises by hand that are seen through."""
    found = 0
    for term, text in HANDWRITTEN:
        entry = Entry(text=term, category="x", severity=3, variants=ALL_VARIANTS)
        lexicon = compile_lexicon([WordList("one", (entry,), (1,))])
        seen = bool(lexicon.scan(text, 0, True).findings)
        found += seen
        if not seen:
            print(f"not seen: {term}: {text!r}", file=sys.stderr)  # noqa: T201 -- a tool
    return Row("recall, by hand", len(HANDWRITTEN), found / len(HANDWRITTEN), 0.95)


def _logs(lines: int) -> Iterator[str]:
    pick = random.Random(_SEED)
    for number in range(lines):
        digest = pick.getrandbits(128).to_bytes(16, "big")
        yield (
            f"2025-11-0{number % 9 + 1}T12:{number % 60:02}:07.{number % 1000:03}Z INFO "
            f"worker-{number % 16} req={digest.hex()} token={b64encode(digest * 2).decode()} "
            f"path=/v1/items/{pick.randrange(10**9)}?q=%7B{pick.randrange(99)}%7D ms={number % 977}"
        )


def _files(folder: Path, pattern: str, most: int) -> Iterator[str]:
    for path in sorted(folder.rglob(pattern))[:most]:
        yield path.read_text("utf-8", "replace")


def corpora() -> dict[str, list[str]]:
    """Return ordinary text by sort. Pages that quote shipped phrases to show them are left out."""
    library = Path(sysconfig.get_paths()["stdlib"])
    quoting = ("sealgate lexicon", "cloned credit cards")
    docs = [path.read_text("utf-8") for path in sorted((ROOT / "docs").glob("*.md"))]
    return {
        "sentences, zh and en": benign_lines(),
        "documentation": [text for text in docs if not any(sign in text for sign in quoting)],
        "code": [text for name in _PACKAGES for text in _files(library / name, "*.py", 60)],
        "logs": list(_logs(5000)),
    }  # fmt: skip


def false_alarms(lexicon: LexiconFilter, least: int) -> Iterator[Row]:
    """Yield findings of at least this severity per 100,000 characters, per corpus."""
    aim = 1.0 if least == 1 else 0.02
    for name, texts in corpora().items():
        size = sum(map(len, texts))
        hits = [one for text in texts for one in lexicon.scan(text, 0, True).findings]
        count = sum(one.severity >= least for one in hits)
        what = f"false alarms per 100,000 characters, severity {least}+, {name}"
        yield Row(what, size, count / size * 100_000, aim)


def rows() -> list[Row]:
    """Return the whole table."""
    lists = shipped_lists()
    lexicon, asking = compile_lexicon(lists), [_asking(words) for words in lists]
    table = [recall(kind, one, lists, lexicon) for kind, one in {**FOLDING, **OTHERS}.items()]
    everything = compile_lexicon(asking)
    table += [recall(kind, one, asking, everything) for kind, one in ASKED.items()]
    table.append(handwritten())
    for least in (1, 3):
        table += false_alarms(lexicon, least)
    return table


def main() -> None:
    """Print the table."""
    for row in rows():
        met = row.value >= row.aim if row.what.startswith("recall") else row.value <= row.aim
        verdict = "" if met else "  missed"
        print(f"{row.what:<70} {row.count:>9} {row.value:>8.4f} {row.aim:>6}{verdict}")  # noqa: T201


if __name__ == "__main__":
    main()
