"""Harmless paragraphs: what is on a machine anyway (manuals, licences, changelogs, translations).

Only read to count false alarms and to set the cuts (see weighing); no text of it is kept.
"""

from __future__ import annotations

import gettext
import gzip
import hashlib
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from filters.classifier.features import INJECTION, LONGEST_TEXT, read_cues
from filters.classifier.scorer import PART, QUESTIONS, WHOLE, Scorer, shipped_scorer
from filters.classifier.segments import ends

PLACES = (
    "/usr/share/doc", "/usr/share/common-licenses", "/usr/share/locale/zh_CN",
    "/usr/share/locale/zh_TW", "/usr/share/man", "/usr/lib/node_modules",
)  # fmt: skip
"""Where paragraphs are looked for unless folders are named. ``manpages-zh`` of Debian and readme
files of npm packages add Chinese prose; ``python3-doc`` English."""

_TEXTS = {"", ".txt", ".md", ".rst", ".gz", ".1", ".5", ".7", ".8", ".html", ".mo", ".pyi", ".py"}
_MARKUP = re.compile(r"<[^<>]{1,200}>|^\.[A-Za-z]{1,3}.*$|\\f[A-Z]|\\-", re.MULTILINE)
_HAN = re.compile("[\u3400-\u9fff]")
_LARGEST = 2_000_000


def paragraphs(folders: list[Path], *, most: int) -> Iterator[str]:
    """Yield different paragraphs of at least 40 characters (Chinese: 15), at most ``most``."""
    return (paragraph for paragraph, _ in _by_file(folders, most))


def _by_file(folders: list[Path], most: int) -> Iterator[tuple[str, int]]:
    """Yield paragraphs, each with the number of its file."""
    seen: set[bytes] = set()
    files = (path for folder in folders for path in sorted(folder.rglob("*")))
    for number, path in enumerate(files):
        if path.suffix not in _TEXTS or not path.is_file() or path.is_symlink():
            continue
        for text in _pieces(path):
            piece = " ".join(text.split())
            if len(piece) < (15 if _HAN.search(piece) else 40):
                continue
            name = hashlib.blake2b(piece.encode(errors="replace"), digest_size=8).digest()
            if name not in seen:
                seen.add(name)
                yield piece, number
            if len(seen) >= most:
                return


def _pieces(path: Path) -> Iterator[str]:
    if path.stat().st_size > _LARGEST:
        return
    raw = path.read_bytes()
    if path.suffix == ".mo":
        yield from _translations(path)
        return
    if path.suffix == ".gz":
        raw = gzip.decompress(raw)
    if b"\0" in raw[:4096]:
        return
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError:
        return
    for piece in re.split(r"\n\s*\n", _MARKUP.sub(" ", text)):
        if sum(char.isalpha() for char in piece) > len(piece) / 2:
            yield piece


def _translations(path: Path) -> Iterator[str]:
    try:
        with path.open("rb") as file:
            catalogue = gettext.GNUTranslations(file)
    except (OSError, UnicodeDecodeError, ValueError):
        return
    messages: dict[object, object] = getattr(catalogue, "_catalog", {})
    for key, message in messages.items():
        if key and isinstance(message, str):
            yield message


LEAST = 200
"""Code points after which a stretch ends, as in mode ``flag``."""

SCORES = (0.2, 0.3, 0.38, 0.5, 0.7, 0.9)


class Stretches(NamedTuple):
    """Stretches of paragraphs as the filter would judge them, and of which paragraph and of which
    file each is."""

    texts: list[str]
    paragraph: list[int]
    file: list[int]


def stretches(folders: list[Path], most: int = 1_000_000) -> Stretches:
    """Return the stretches of the paragraphs of folders."""
    out = Stretches([], [], [])
    for number, (paragraph, file) in enumerate(_by_file(folders, most)):
        for text in _stretches(paragraph):
            out.texts.append(text)
            out.paragraph.append(number)
            out.file.append(file)
    return out


def _stretches(paragraph: str) -> Iterator[str]:
    begin = 0
    for end in ends(paragraph, 0, LEAST, final=True):
        if text := paragraph[begin:end].strip():
            yield text
        begin = end


class Asked(NamedTuple):
    """What a question may be asked of: stretches and, for the second, their parts, each with its
    paragraph and file; what is taken off its raw score; and whether it has a cue word at all."""

    texts: list[str]
    paragraph: NDArray[np.int64]
    file: NDArray[np.int64]
    off: NDArray[np.float64]
    has_cue: NDArray[np.bool_]


def asked(plain: Stretches, question: int) -> Asked:
    """Return what a question may be asked of in harmless stretches."""
    texts, paragraph, file = [*plain.texts], [*plain.paragraph], [*plain.file]
    off = [0.0] * len(texts)
    if question == INJECTION:
        for text, number, own in zip(*plain, strict=True):
            if len(text) > WHOLE:
                parts = list(Scorer.parts(text[:LONGEST_TEXT]))
                texts += parts
                paragraph += [number] * len(parts)
                file += [own] * len(parts)
                off += [PART] * len(parts)
    asker = Scorer((), read_cues())
    return Asked(
        texts,
        np.array(paragraph, np.int64),
        np.array(file, np.int64),
        np.array(off),
        np.array([asker.has_cue(text, question) for text in texts], np.bool_),
    )


def count_false_alarms(folders: list[Path], most: int) -> dict[str, int]:
    """Print how many harmless paragraphs have a score, by the weights that ship; returns it."""
    scorer = shipped_scorer()
    counts: Counter[str] = Counter()
    for paragraph in paragraphs([each for each in folders if each.exists()], most=most):
        language = "zh" if any("\u3400" <= char <= "\u9fff" for char in paragraph) else "en"
        counts[language] += 1
        best = [max(pair) for pair in zip(
            (0.0, 0.0), *(scorer.score(text)[:2] for text in _stretches(paragraph)), strict=True
        )]  # fmt: skip
        for name, score in zip(QUESTIONS, best, strict=True):
            counts.update(f"{language} {name} from {each}" for each in SCORES if score >= each)
    for name, count in sorted(counts.items()):
        share = count / counts[name.split()[0]]
        print(f"{name}: {count} ({share:.3%})")  # noqa: T201 -- a command
    return dict(sorted(counts.items()))
