"""Templates: texts made from lines with named lists, for training. Seeded, so always the same."""

from __future__ import annotations

import random
import re
from pathlib import Path
from typing import NamedTuple

_SLOT = re.compile(r"\{(\w+?)(\d?)\}")
_FOLDER = Path(__file__).parent


class Made(NamedTuple):
    """A text with its label (1: what is looked for), its language and its template's number."""

    text: str
    label: int
    language: str
    template: int


def made(name: str, each: int, *, seed: int) -> list[Made]:
    """Return ``each`` texts of every template of ``NAME.txt``, filled from ``NAME_words.txt``."""
    rng = random.Random(seed)
    words: dict[tuple[str, str], list[str]] = {}
    for line in _lines(f"{name}_words.txt"):
        head, _, rest = line.partition(":")
        language, _, kind = head.partition(" ")
        words[language, kind] = rest.strip().split("|")
    out: dict[str, Made] = {}
    for number, line in enumerate(_lines(f"{name}.txt")):
        head, _, template = line.partition(":")
        label, _, language = head.partition(" ")
        for _ in range(each):
            text = _filled(template.strip(), language, words, rng)
            out.setdefault(text, Made(text, int(label), language, number))
    return list(out.values())


def _filled(
    template: str, language: str, words: dict[tuple[str, str], list[str]], rng: random.Random
) -> str:
    """Return a template with every slot filled; a name with a number behind is a list too."""
    while (slot := _SLOT.search(template)) is not None:
        listed = words.get((language, slot[1] + slot[2])) or words[language, slot[1]]
        template = template[: slot.start()] + rng.choice(listed) + template[slot.end() :]
    return " ".join(template.split()) if language == "en" else template


def _lines(name: str) -> list[str]:
    text = (_FOLDER / name).read_text(encoding="utf-8")
    return [line for line in text.splitlines() if line.strip() and not line.startswith("#")]
