"""Import of an operator's word list: what becomes an entry, what is merged, what is dropped, why.

Nothing is dropped silently, and nothing is activated: the outcome is a canonical list and a report.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Mapping
from importlib.resources import files
from pathlib import Path
from typing import NamedTuple

from filters.lexicon import columns
from filters.lexicon.compile import compile_lexicon
from filters.lexicon.entries import (
    ALL_VARIANTS,
    VARIANTS,
    Entry,
    WordList,
    problem_of,
    write_word_list,
)
from filters.lexicon.rows import read_rows
from gateway.matching.fold import fold_term
from gateway.nouns.errors import NotPossible

Progress = Callable[[int, int], None]
"""Called with how much is done and of how much."""

BENIGN = "benign.txt"
_PROGRESS_EVERY = 1000
_MOJIBAKE = re.compile(r"[\ufffd\x80-\x9f\ue000-\uf8ff]|锟斤拷|烫烫烫|[ÃÂ][\x80-\xbf]|â€|ï¿½|Ð.Ð")
_PATTERN = re.compile(r"\.[*+?]|\\[dwsb]|\[[^\]]+\]|\(\?|[|^$]|\{\d+,?\d*\}")


class Note(NamedTuple):
    """What became of one line of the file. ``term`` is shown to the operator, whose it is."""

    line: int
    term: str
    reason: str


class BenignHits(NamedTuple):
    """An entry that is found in ordinary sentences, how often, and the first of them."""

    line: int
    term: str
    times: int
    sample: str
    entry: Entry


class ImportReport(NamedTuple):
    """The outcome of an import: ``entries`` to keep, and notes on the rest.

    ``merged`` lines say what another line said already (the graver severity is kept), ``dropped``
    ones are unusable, ``noted`` ones are kept but worth a look. ``benign`` names entries that
    ordinary sentences hold, most frequent first. ``lines`` counts the rows that were read.
    """

    entries: tuple[Entry, ...]
    lines: int
    encoding: str
    form: str
    merged: tuple[Note, ...]
    dropped: tuple[Note, ...]
    noted: tuple[Note, ...]
    benign: tuple[BenignHits, ...]

    def unsuspected(self) -> tuple[Entry, ...]:
        """Return the entries that no ordinary sentence holds."""
        found = {id(hit.entry) for hit in self.benign}
        return tuple(entry for entry in self.entries if id(entry) not in found)

    def word_list(self) -> bytes:
        """Return the entries as a canonical list in JSON Lines, to be written to a file."""
        return write_word_list(self.entries)


class Defaults(NamedTuple):
    """What an imported entry says where its row says nothing."""

    category: str = "custom"
    severity: int = 2
    source: str = ""
    licence: str = ""
    owner: str = ""


NOTHING_SAID = Defaults()


def import_terms(
    path: Path, *, defaults: Defaults = NOTHING_SAID, progress: Progress | None = None
) -> ImportReport:
    """Import a word list: one term a line, CSV or TSV with a header, JSON Lines, or XLSX.

    Raises ConfigError if the file cannot be read or holds no row.
    """
    try:
        raw = path.read_bytes()
    except OSError as error:
        raise NotPossible(f"{path}: {error.strerror}") from None
    return read_terms(raw, defaults=defaults, progress=progress)


def read_terms(
    raw: bytes, *, defaults: Defaults = NOTHING_SAID, progress: Progress | None = None
) -> ImportReport:
    """As `import_terms`, from a file's bytes."""
    rows, encoding, form = read_rows(raw)
    if not rows:
        raise NotPossible("the file holds no terms")
    desk = _Desk(defaults)
    for done, (line, cells) in enumerate(rows):
        desk.take(line, cells)
        if progress is not None and done % _PROGRESS_EVERY == 0:
            progress(done, len(rows))
    if progress is not None:
        progress(len(rows), len(rows))
    kept = [(line, entry) for line, entry in desk.kept.values()]
    words = WordList("import", tuple(entry for _, entry in kept), tuple(line for line, _ in kept))
    return ImportReport(
        words.entries, len(rows), encoding, form,
        tuple(desk.merged), tuple(desk.dropped), tuple(desk.noted), benign_hits(words),
    )  # fmt: skip


class _Desk:
    """Sorts rows into kept, merged, dropped and noted."""

    def __init__(self, defaults: Defaults) -> None:
        self._defaults = defaults
        self.kept: dict[tuple[str, str, bool], tuple[int, Entry]] = {}
        self.merged: list[Note] = []
        self.dropped: list[Note] = []
        self.noted: list[Note] = []

    def take(self, line: int, cells: dict[str, str]) -> None:
        """Take one row."""
        term = cells.get("text", "")
        reason = cells.get("error", "") or unfit(term, word=_match(cells) == "word")
        if reason:
            self.dropped.append(Note(line, term, reason))
            return
        entry = self._entry(line, cells)
        problem = problem_of(entry)
        if problem:
            self.dropped.append(Note(line, term, problem))
            return
        if _PATTERN.search(term):
            self.noted.append(Note(line, term, "looks like a pattern; it is taken literally"))
        self._keep(line, entry)

    def _keep(self, line: int, entry: Entry) -> None:
        key = (fold_term(entry.text), entry.category, entry.whole_word)
        first = self.kept.get(key)
        if first is None:
            self.kept[key] = (line, entry)
            return
        graver = max(first[1], entry, key=lambda one: one.severity)
        self.kept[key] = (first[0], graver)
        self.merged.append(Note(line, entry.text, f"says the same as line {first[0]}"))

    def _entry(self, line: int, cells: dict[str, str]) -> Entry:
        defaults = self._defaults
        said = cells.get("variants", "")
        named = [name for name in ALL_VARIANTS if name in said] if said else VARIANTS
        return Entry(
            text=cells["text"],
            category=self._category(line, cells),
            severity=self._severity(line, cells),
            match=_match(cells),
            variants=tuple(named) or VARIANTS,
            min_length=_numbers(cells.get("min_length", "")),
            variant_severity=_numbers(cells.get("variant_severity", "")),
            allow=_parts(cells, "allow"),
            context=_parts(cells, "context"),
            context_reach=_reach(cells),
            context_side=_named(columns.SIDES, cells.get("context_side", "")),
            must_match=_parts(cells, "must_match"),
            must_not_match=_parts(cells, "must_not_match"),
            source=cells.get("source") or defaults.source,
            licence=cells.get("licence") or defaults.licence,
            owner=cells.get("owner") or defaults.owner,
            expires=cells.get("expires", ""),
        )

    def _category(self, line: int, cells: dict[str, str]) -> str:
        said = cells.get("category", "")
        if not said:
            return self._defaults.category
        known = columns.CATEGORIES.get(said.lower())
        if known or said.isascii():
            return known or said
        self.noted.append(Note(line, cells["text"], f"category {said} is not known; default taken"))
        return self._defaults.category

    def _severity(self, line: int, cells: dict[str, str]) -> int:
        said = cells.get("severity", "")
        if not said:
            return self._defaults.severity
        known = columns.SEVERITIES.get(said.lower().removesuffix(".0"))
        if known is None:
            self.noted.append(
                Note(line, cells["text"], f"severity {said} is not 1-4; default taken")
            )
        return known or self._defaults.severity


def _parts(cells: dict[str, str], field: str) -> tuple[str, ...]:
    """Return the phrases of one cell."""
    parts = re.split(f"[{re.escape(columns.ALLOW_SIGNS)}]", cells.get(field, ""))
    return tuple(part.strip() for part in parts if part.strip())


def _numbers(cell: str) -> dict[str, int]:
    """Return the numbers per variant of one cell: ``pinyin=4;leet=5``."""
    pairs = re.findall(r"([a-z]+)['\"]?\s*[=:]\s*([0-9]{1,2})", cell)
    return {variant: int(number) for variant, number in pairs}


def _match(cells: dict[str, str]) -> str:
    return _named(columns.MATCHES, cells.get("match", ""))


def _named(names: Mapping[str, str], said: str) -> str:
    """Return what a value means, the value itself if it is none that we know."""
    return names.get(said.lower(), said.lower())


def _reach(cells: dict[str, str]) -> int:
    """Return the reach of the context words, one out of bounds for what is no number."""
    said = cells.get("context_reach", "").removesuffix(".0")
    return int(said) if said.isdecimal() else -bool(said)


def unfit(term: str, *, word: bool) -> str:
    """Return why a term would do more harm than good in a list, empty if it would not.

    ``word``: it is to be found as a whole word only.
    """
    folded = fold_term(term)
    if not folded or not any(sign.isalnum() for sign in folded):
        return "nothing is left of it after folding"
    if _MOJIBAKE.search(term):
        return "it is damaged text (mojibake): read the file in its right encoding"
    if folded.replace(" ", "").isdigit():
        return "it is only digits and would be found in any number"
    if len(folded) == 1:
        return "it is one character and would be found everywhere"
    if folded.isascii() and len(folded) <= 2 and not word:
        return "it is two Latin letters; give it match=word if it is meant"
    return ""


def benign_lines() -> list[str]:
    """Return the shipped ordinary sentences."""
    text = files("filters.lexicon").joinpath(BENIGN).read_text("utf-8")
    return [line for line in text.splitlines() if line.strip() and not line.startswith("#")]


def benign_hits(words: WordList) -> tuple[BenignHits, ...]:
    """Return which entries are found in ordinary sentences, most frequent first."""
    if not words.entries:
        return ()
    lexicon = compile_lexicon([words])
    terms = {
        f"{words.name}#{line}": (line, entry)
        for line, entry in zip(words.numbers, words.entries, strict=True)
    }
    counts: Counter[str] = Counter()
    samples: dict[str, str] = {}
    for sentence in benign_lines():
        for finding in lexicon.scan(sentence, 0, final=True).findings:
            rule = finding.rule.partition(":")[0]
            if rule in terms:
                counts[rule] += 1
                samples.setdefault(rule, sentence)
    return tuple(
        BenignHits(line, entry.text, count, samples[rule], entry)
        for rule, count in counts.most_common()
        for line, entry in [terms[rule]]
    )
