"""Templates: texts made from lines with named lists, for training. Seeded, so always the same."""

from __future__ import annotations

import random
import re
from pathlib import Path
from typing import NamedTuple

_SLOT = re.compile(r"\{(\w+?)(\d?)\}")
_CHOICE = re.compile(r"\{([^{}]*\|[^{}]*)\}")
"""Alternatives in the template itself: one of ``{this|that|}``."""

_BAR = re.compile(r"(?<![<|])\|(?![>|])")
"""Parts the words of a list, but not the bars of a chat template's own marks."""

_FOLDER = Path(__file__).parent


class Made(NamedTuple):
    """A text with its label (1: what is looked for), its language, its template's number and
    the family that the template is of (empty: none); ``written`` if a person wrote it as it is."""

    text: str
    label: int
    language: str
    template: int
    family: str = ""
    written: bool = False


def written() -> list[Made]:
    """Return the texts of ``written.txt``, which are no templates: one a line, ``\\n`` stands for
    a line break."""
    out: list[Made] = []
    family = ""
    for number, line in enumerate(_lines("written.txt")):
        if line.startswith("["):
            family = line.strip("[]")
            continue
        head, _, text = line.partition(": ")
        label, _, language = head.partition(" ")
        text = text.replace("\\n", "\n")
        out.append(Made(text, int(label), language, number, family, written=True))
    return out


def made(name: str, each: int, *, seed: int, words: str = "") -> list[Made]:
    """Return ``each`` texts of every template of ``NAME.txt``, filled from ``WORDS_words.txt``
    (``NAME_words.txt`` unless named). Texts that come out the same are there once."""
    rng = random.Random(seed)
    lists = _word_lists(f"{words or name}_words.txt")
    out: dict[str, Made] = {}
    family = ""
    for number, line in enumerate(_lines(f"{name}.txt")):
        if line.startswith("["):
            family = line.strip("[]")
            continue
        head, _, template = line.partition(":")
        label, _, language = head.partition(" ")
        for _ in range(each):
            text = _filled(template.strip(), language, lists, rng)
            out.setdefault(text, Made(text, int(label), language, number, family))
    return list(out.values())


def _word_lists(name: str) -> dict[tuple[str, str], list[str]]:
    words: dict[tuple[str, str], list[str]] = {}
    for line in _lines(name):
        head, _, rest = line.partition(":")
        language, _, kind = head.partition(" ")
        words[language, kind] = _BAR.split(rest.strip())
    return words


def _filled(
    template: str, language: str, words: dict[tuple[str, str], list[str]], rng: random.Random
) -> str:
    """Return a template with every slot filled (a name with a number behind is a list too), then
    one of every row of alternatives taken."""
    while (slot := _SLOT.search(template)) is not None:
        listed = words.get((language, slot[1] + slot[2])) or words[language, slot[1]]
        template = template[: slot.start()] + rng.choice(listed) + template[slot.end() :]
    while (choice := _CHOICE.search(template)) is not None:
        taken = rng.choice(choice[1].split("|"))
        template = template[: choice.start()] + taken + template[choice.end() :]
    return " ".join(template.split()) if language == "en" else template


def _lines(name: str) -> list[str]:
    text = (_FOLDER / name).read_text(encoding="utf-8")
    return [line for line in text.splitlines() if line.strip() and not line.startswith("#")]
