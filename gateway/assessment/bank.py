"""Banks: the operator's questions first, then the supplement where they are too few."""

from __future__ import annotations

import random
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

import msgspec

from gateway.assessment.questions import OPERATOR, Question, question_id
from gateway.assessment.standard import BANKS, Bank, Kind
from gateway.assessment.tables import csv_rows, decoded, workbook
from gateway.nouns.errors import NotPossible

LARGEST_BYTES = 64 * 1024 * 1024
LONGEST_QUESTION = 8_000
"""Code points; a longer question is an error of the bank."""

_TEXT = frozenset({"question", "text", "prompt", "问题", "题目", "提问", "试题", "内容", "测试题"})
_KIND = frozenset(
    {"class", "category", "risk", "kind", "topic", "类别", "分类", "风险", "风险类别", "安全风险",
     "风险类型", "方面", "主题", "类型"}
)  # fmt: skip
_LETTERED = re.compile(r"[Aa][.\s]?([1-5])[.\-\s(（]*([a-z])[)）]?")
_BRACKETS = re.compile(r"[(（\[【].*")
_MOST_FAULTS = 5

Cells = tuple[str, str]
"""Question and class as they stand in a row."""


def read_bank(path: Path, bank: Bank) -> list[Question]:
    """Return the questions of an operator's file: XLSX (every sheet), CSV or JSON Lines, with a
    column for the question and one for its class (`Kind.id`, the standard's letter, or its name).

    Raises NotPossible, naming the first rows at fault.
    """
    kinds = BANKS[bank].kinds
    found: dict[str, Question] = {}
    faults: list[str] = []
    for number, (text, kind) in _rows(path):
        if not text.strip():
            if kind.strip():
                faults.append(f"{number}: a class and no question (a formula needs a saved value)")
            continue
        named = _kind_of(kind, kinds)
        if not kind.strip():
            faults.append(f"{number}: no class")
        elif named is None:
            faults.append(f"{number}: there is no class {kind[:40]!r} in this bank")
        elif len(text) > LONGEST_QUESTION:
            faults.append(f"{number}: more than {LONGEST_QUESTION} characters")
        else:
            one = Question(
                id=question_id(bank, text.strip()), bank=bank, kind=named, text=text.strip(),
                origin=OPERATOR,
            )  # fmt: skip
            found.setdefault(one.id, one)
    if faults:
        known = ", ".join(f"{kind.id} {kind.zh}" for kind in kinds)
        raise NotPossible(f"{path}: {'; '.join(faults[:_MOST_FAULTS])}. Classes: {known}.")
    if not found:
        raise NotPossible(f"{path}: there is no question in it.")
    return list(found.values())


def _kind_of(said: str, kinds: Sequence[Kind]) -> str | None:
    name = said.strip()
    for kind in kinds:
        if name.lower() in {kind.id.lower(), kind.zh.lower(), kind.en.lower()}:
            return kind.id
        if kind.id.startswith("A2.") and name + "歧视" == kind.zh:
            return kind.id
        if name and "我国" + name == kind.zh:
            return kind.id
    lettered = _LETTERED.fullmatch(name)
    if lettered is None:
        return None
    family = [kind.id for kind in kinds if kind.id.startswith(f"A{lettered[1]}.")]
    place = ord(lettered[2].lower()) - ord("a")
    return family[place] if place < len(family) else None


def _rows(path: Path) -> Iterator[tuple[str, Cells]]:
    """Yield where each row stands, and its cells."""
    try:
        if path.stat().st_size > LARGEST_BYTES:
            raise NotPossible(f"{path} has more than {LARGEST_BYTES // 2**20} MiB.")
        raw = path.read_bytes()
    except OSError as error:
        raise NotPossible(f"{path} cannot be read: {error.strerror}.") from error
    if raw[:2] == b"PK":
        yield from _sheets(path, raw)
        return
    text = decoded(path, raw)
    if text.lstrip()[:1] == "{":
        yield from _json_rows(path, text)
    else:
        yield from _named(path, _table(csv_rows(path, text), "row"))


def _named(path: Path, found: list[tuple[str, Cells]] | None) -> list[tuple[str, Cells]]:
    if found is None:
        raise NotPossible(
            f"{path}: no row names the columns. One for the question (question, 问题) and one for "
            "its class (class, 类别) are needed."
        )
    return found


def _table(rows: Iterable[Sequence[object]], where: str) -> list[tuple[str, Cells]] | None:
    """Return the rows below the one that names the columns; None if none does."""
    out: list[tuple[str, Cells]] | None = None
    at_text = at_kind = 0
    for number, row in enumerate(rows, 1):
        cells = ["" if cell is None else str(cell) for cell in row]
        if out is None:
            text, kind = _head(cells, _TEXT), _head(cells, _KIND)
            if text is not None and kind is not None:
                at_text, at_kind, out = text, kind, []
        else:
            cells += [""] * (1 + max(at_text, at_kind) - len(cells))
            out.append((f"{where} {number}", (cells[at_text], cells[at_kind])))
    return out


def _head(cells: Sequence[str], words: frozenset[str]) -> int | None:
    """Return which cell is the head of a column: one that is such a word, else one that ends with
    it (安全风险类型, 测试题目), whatever stands behind it in brackets."""
    names = [_BRACKETS.sub("", cell).strip().lower() for cell in cells]
    for fits in (words.__contains__, lambda name: name.endswith(_chinese(words))):
        for at, name in enumerate(names):
            if fits(name):
                return at
    return None


def _chinese(words: frozenset[str]) -> tuple[str, ...]:
    return tuple(word for word in words if not word.isascii())


def _sheets(path: Path, raw: bytes) -> Iterator[tuple[str, Cells]]:
    """Yield the rows of every sheet that names the columns; one of them must."""
    tables = []
    for number, rows in enumerate(workbook(path, raw), 1):
        table = _table(rows, "row" if number == 1 else f"sheet {number}, row")
        tables += [table] if table is not None else []
    for table in tables or [_named(path, None)]:
        yield from table


def _json_rows(path: Path, text: str) -> Iterator[tuple[str, Cells]]:
    for number, line in enumerate(text.split("\n"), 1):
        if not line.strip():
            continue
        try:
            row = msgspec.json.decode(line, type=dict[str, object])
        except msgspec.DecodeError as error:
            raise NotPossible(f"{path}: line {number} is no JSON object.") from error
        named = {name.strip().lower(): value for name, value in row.items() if value is not None}
        said = next((value for name, value in named.items() if name in _TEXT), "")
        kind = next((value for name, value in named.items() if name in _KIND), "")
        yield f"row {number}", (str(said), str(kind))


class Holding(NamedTuple):
    """What a bank holds of a class: questions of the operator, of the supplement, and how many of
    all ask about stand-ins."""

    operator: int
    supplement: int
    stand_ins: int


def filled(
    own: Iterable[Question], supplement: Mapping[str, Sequence[Question]], bank: Bank
) -> list[Question]:
    """Return the operator's questions and as much of the supplement as the standard's minimums
    lack: first per class, then over all classes in turn."""
    size = BANKS[bank]
    chosen = {question.id: question for question in own}
    counts = Counter(question.kind for question in chosen.values())
    spare = {
        kind.id: [one for one in supplement.get(kind.id, ()) if one.id not in chosen]
        for kind in size.kinds
    }
    for kind in size.kinds:
        lacking = max(0, kind.least - counts[kind.id])
        for one in spare[kind.id][:lacking]:
            chosen[one.id] = one
        del spare[kind.id][:lacking]
    while len(chosen) < size.total and any(spare.values()):
        for rest in spare.values():
            if rest and len(chosen) < size.total:
                one = rest.pop(0)
                chosen[one.id] = one
    return list(chosen.values())


def holdings(questions: Iterable[Question]) -> dict[str, Holding]:
    """Return what a bank holds, by class."""
    out: dict[str, Holding] = {}
    for one in questions:
        had = out.get(one.kind, Holding(0, 0, 0))
        own = one.origin == OPERATOR
        out[one.kind] = Holding(
            had.operator + own, had.supplement + (not own), had.stand_ins + one.stand_in
        )
    return out


def drawn(questions: Sequence[Question], count: int, *, seed: int) -> list[Question]:
    """Return a random sample in which every class has its share (largest remainders), and at least
    one question as long as the sample is large enough. The seed decides it."""
    by_kind: dict[str, list[Question]] = {}
    for one in sorted(questions, key=lambda each: each.id):
        by_kind.setdefault(one.kind, []).append(one)
    count = min(count, len(questions))
    shares = {kind: count * len(some) / len(questions) for kind, some in by_kind.items()}
    least = 1 if count >= len(by_kind) else 0
    quota = {kind: max(least, int(share)) for kind, share in shares.items()}
    by_rest = sorted(shares, key=lambda kind: (quota[kind] - shares[kind], kind))
    at = 0
    while (missing := count - sum(quota.values())) != 0:
        kind = by_rest[at % len(by_rest)] if missing > 0 else max(quota, key=lambda k: quota[k])
        step = 1 if missing > 0 else -1
        if 0 <= quota[kind] + step <= len(by_kind[kind]):
            quota[kind] += step
        at += 1
    rng = random.Random(seed)
    out = [one for kind in sorted(by_kind) for one in rng.sample(by_kind[kind], quota[kind])]
    rng.shuffle(out)
    return out
