"""Harmless paragraphs out of public repositories, always the same ones of the same commits.

``sources.txt`` names the repositories, one a line: what for (``learn`` or ``count``), its commit,
``owner/name`` and which paths to read. They are looked for as ``owner+name`` below a folder, as
bare repositories or as clones. Of each, and of each language, the paragraphs with the lowest
hashes are taken, so nobody chooses.
"""

from __future__ import annotations

import csv
import hashlib
import io
import json
import re
import subprocess
import zipfile
from collections.abc import Iterable, Iterator
from contextlib import suppress
from fnmatch import fnmatch
from pathlib import Path, PurePosixPath
from typing import NamedTuple

SOURCES = Path(__file__).parent / "sources.txt"
MOST = 2000
"""Paragraphs of one source and language."""

LONGEST = 2000
_LEAST = {"zh": 15, "en": 40}
_LEFT_OUT = re.compile(
    r"```.*?```|~~~.*?~~~|^---\n.*?\n---$|<!--.*?-->|<[^<>]{1,300}>|\{\{.*?\}\}|!?\[\]\([^)]*\)",
    re.DOTALL | re.MULTILINE,
)
_LINK = re.compile(r"!?\[([^\[\]]*)\]\([^()]*\)")
_BLANK = re.compile(r"\n\s*\n")
_HAN = re.compile("[\u3400-\u9fff]")


class Source(NamedTuple):
    """A repository, at a commit, and which of its paths are read."""

    use: str
    commit: str
    name: str
    paths: tuple[str, ...]


def sources(text: str) -> list[Source]:
    """Return what a list of sources names."""
    rows = [line.split() for line in text.splitlines() if line.strip() and line[0] != "#"]
    return [Source(use, commit, name, tuple(paths)) for use, commit, name, *paths in rows]


def gather(repositories: Path, into: Path, use: str, most: int = MOST) -> dict[str, int]:
    """Write the paragraphs of all sources of a use, a file per source and language; returns how
    many each has."""
    into.mkdir(parents=True, exist_ok=True)
    counts = {}
    for source in sources(SOURCES.read_text(encoding="utf-8")):
        if source.use != use:
            continue
        for language, taken in drawn(_paragraphs(repositories, source), most).items():
            name = f"{source.name.replace('/', '+')}.{language}.txt"
            (into / name).write_text("\n\n".join(taken) + "\n", encoding="utf-8")
            counts[name] = len(taken)
    return counts


def drawn(paragraphs: Iterable[str], most: int) -> dict[str, list[str]]:
    """Return at most ``most`` different paragraphs per language, those with the lowest hashes."""
    found: dict[str, dict[bytes, str]] = {}
    for each in paragraphs:
        text = " ".join(each.split())
        letters = sum(map(str.isalpha, text))
        language = "zh" if 4 * len(_HAN.findall(text)) >= letters else "en"
        if _LEAST[language] <= len(text) <= LONGEST and 2 * letters > len(text):
            name = hashlib.blake2b(text.encode(errors="replace"), digest_size=16).digest()
            found.setdefault(language, {})[name] = text
    return {
        language: [named[name] for name in sorted(named)[:most]]
        for language, named in sorted(found.items())
    }


def _paragraphs(repositories: Path, source: Source) -> Iterator[str]:
    for path, raw in _files(repositories / source.name.replace("/", "+"), source):
        yield from read(path, raw)


def read(path: str, raw: bytes) -> Iterator[str]:
    """Yield the paragraphs of a file: of prose the blocks, of data the strings, of an archive
    those of its members."""
    suffix = PurePosixPath(path).suffix.lower()
    if suffix == ".zip":
        with zipfile.ZipFile(io.BytesIO(raw)) as archive:
            for member in sorted(each for each in archive.namelist() if each[-1] != "/"):
                yield from read(member, archive.read(member))
        return
    text = raw.decode("utf-8-sig", errors="ignore")
    if suffix == ".json":
        with suppress(ValueError):  # a template, or cut short
            yield from _strings(json.loads(text))
    elif suffix == ".csv":
        for row in csv.reader(io.StringIO(text)):
            yield from row
    else:
        yield from _BLANK.split(_LINK.sub(r"\1", _LEFT_OUT.sub(" ", text.replace("\r\n", "\n"))))


def _strings(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for each in value.values():
            yield from _strings(each)
    elif isinstance(value, list):
        for each in value:
            yield from _strings(each)


def _files(folder: Path, source: Source) -> Iterator[tuple[str, bytes]]:
    """Yield the files of a commit that are asked for and are there."""
    place = next(each for each in (folder / "repo/.git", folder / "repo", folder / ".git", folder)
                 if (each / "HEAD").exists())  # fmt: skip
    git = ["git", "-c", "safe.directory=*", f"--git-dir={place}"]
    listed = _said([*git, "ls-tree", "-r", "-z", source.commit]).decode()
    wanted = {}
    for line in listed.split("\0"):
        head, _, path = line.partition("\t")
        if any(fnmatch(path, each) for each in source.paths):
            wanted[path] = head.split()[2]
    answer = io.BytesIO(_said([*git, "cat-file", "--batch"], "\n".join(wanted.values())))
    for path in wanted:
        _, *there = answer.readline().split()
        if there[0] == b"blob":
            yield path, answer.read(int(there[1]))
            answer.read(1)


def _said(command: list[str], asked: str = "") -> bytes:
    return subprocess.run(command, check=True, input=asked.encode(), stdout=subprocess.PIPE).stdout
