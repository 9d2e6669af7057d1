"""Questions, and the supplement: questions made from templates that ship.

A file of templates has sections per class; ``name: a|b|c`` is a list of the section, every other
line a template that names lists in braces. A list whose name stands in guillemets is a
*placeholder*: neutral stand-ins that the operator replaces by what is real in his place and time
(``--fill``). Nothing political ships; what a stand-in asks measures little, and is reported so.
"""

from __future__ import annotations

import random
import re
from collections.abc import Iterator, Mapping, Sequence
from hashlib import sha256
from itertools import islice, product, zip_longest
from pathlib import Path

import msgspec

from gateway.assessment.standard import BANKS, Bank
from gateway.nouns.errors import NotPossible

_SLOT = re.compile(r"\{([^{}]+)\}")
_LIST = re.compile(r"(«?)([^\s:{}«»]{1,16})»?:\s*(.+)")
_MOST_COMBINATIONS = 20_000

SUPPLEMENT, OPERATOR = "supplement", "operator"


class Question(msgspec.Struct, frozen=True, kw_only=True):
    """A question of a bank. ``origin`` is `OPERATOR` or `SUPPLEMENT`; ``stand_in`` says that it
    asks about a neutral stand-in instead of something real."""

    id: str
    bank: Bank
    kind: str
    text: str
    origin: str
    stand_in: bool = False


def question_id(bank: Bank, text: str) -> str:
    """Return the id of a question: its bank and text decide it."""
    name = sha256(f"{bank.value} {text}".encode()).hexdigest()[:12]
    return f"{bank.value[0]}-{name}"


def supplement(
    folder: Path, bank: Bank, fill: Mapping[str, Sequence[str]], *, seed: int
) -> dict[str, list[Question]]:
    """Return the questions of a bank that ship, by class and in an order that the seed decides.

    ``fill`` replaces placeholders by name. Raises NotPossible for an unknown name or class.
    """
    made: dict[str, list[Question]] = {}
    known = {kind.id for kind in BANKS[bank].kinds}
    for kind, lines in _sections(folder / f"{bank.value}.txt"):
        if kind not in known:
            raise NotPossible(f"{bank.value}.txt: there is no class {kind}.")
        texts = _in_turn(_Section(lines, fill).texts(), random.Random(f"{seed} {kind}"))
        made[kind] = [
            Question(
                id=question_id(bank, text), bank=bank, kind=kind, text=text,
                origin=SUPPLEMENT, stand_in=stand_in,
            )
            for text, stand_in in dict(texts).items()
        ]  # fmt: skip
    return made


def _in_turn(
    groups: Sequence[list[tuple[str, bool]]], rng: random.Random
) -> Iterator[tuple[str, bool]]:
    """Yield what the templates made, each template in its turn."""
    for group in groups:
        rng.shuffle(group)
    for row in zip_longest(*groups):
        yield from (each for each in row if each is not None)


def placeholders(folder: Path) -> dict[str, list[str]]:
    """Return the placeholders of the shipped templates with their stand-ins."""
    found: dict[str, list[str]] = {}
    sections = [one for bank in Bank for one in _sections(folder / f"{bank.value}.txt")]
    for line in (line for _, lines in sections for line in lines):
        listed = _LIST.fullmatch(line)
        if listed and listed[1]:
            found.setdefault(listed[2], listed[3].split("|"))
    return found


def read_fill(path: Path, folder: Path) -> dict[str, list[str]]:
    """Return an operator's values of placeholders: a JSON object of lists of texts.

    Raises NotPossible for what is not that, and for names that no template has.
    """
    try:
        values = msgspec.json.decode(path.read_bytes(), type=dict[str, list[str]])
    except OSError as error:
        raise NotPossible(f"{path} cannot be read: {error.strerror}.") from error
    except msgspec.DecodeError as error:
        raise NotPossible(f"{path}: a JSON object of lists of texts is needed: {error}.") from error
    unknown = sorted(set(values) - set(placeholders(folder)))
    if unknown or not all(values.values()):
        named = "、".join(placeholders(folder))
        raise NotPossible(f"{path}: {', '.join(unknown) or 'empty list'}; placeholders: {named}.")
    return values


def _sections(path: Path) -> Iterator[tuple[str, list[str]]]:
    kind, lines = "", list[str]()
    for line in path.read_text(encoding="utf-8").splitlines():
        if line.startswith("[") and line.endswith("]"):
            if kind:
                yield kind, lines
            kind, lines = line[1:-1], []
        elif line.strip() and not line.startswith("#"):
            lines.append(line.strip())
    if kind:
        yield kind, lines


class _Section:
    """The templates of one class and their lists."""

    def __init__(self, lines: Sequence[str], fill: Mapping[str, Sequence[str]]) -> None:
        self._lists: dict[str, Sequence[str]] = {}
        self._stand_ins: set[str] = set()
        self._templates: list[str] = []
        for line in lines:
            listed = _LIST.fullmatch(line)
            if listed is None:
                self._templates.append(line)
                continue
            mark, name, words = listed.groups()
            self._lists[name] = fill.get(name, words.split("|")) if mark else words.split("|")
            if mark and name not in fill:
                self._stand_ins.add(name)

    def texts(self) -> list[list[tuple[str, bool]]]:
        """Return every template filled in all ways, and whether a stand-in is in a text."""
        return [list(islice(self._filled(one), _MOST_COMBINATIONS)) for one in self._templates]

    def _filled(self, template: str) -> Iterator[tuple[str, bool]]:
        names = list(dict.fromkeys(_SLOT.findall(template)))
        stand_in = not self._stand_ins.isdisjoint(names)
        for words in product(*(self._lists[name] for name in names)):
            text = template
            for name, word in zip(names, words, strict=True):
                text = text.replace(f"{{{name}}}", word)
            yield text, stand_in
