"""Pinyin: how Han characters are read, without tones.

``pinyin.txt`` holds one syllable a line: the characters whose first reading it is, then ``|`` and
those that may also be read so. ``python -m gateway.matching.pinyin`` builds it from the readings of
pypinyin (MIT licence, a dev dependency) for the 6,763 characters of GB 2312. ``v`` stands for ü.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

TABLE = Path(__file__).with_name("pinyin.txt")
_ALSO = 2
"""The most readings of one character: further ones are rare."""

_FIRST_SOUND = 0xF0000
"""Code point of the first syllable's sign: in a private plane, which no term contains."""


@cache
def readings() -> dict[str, tuple[str, ...]]:
    """Return character -> its readings, the first one first."""
    first: dict[str, str] = {}
    also: dict[str, list[str]] = {}
    for line in TABLE.read_text("utf-8").splitlines():
        syllable, characters = line.split(" ", 1)
        main, _, others = characters.partition("|")
        first.update(dict.fromkeys(main, syllable))
        for character in others:
            also.setdefault(character, []).append(syllable)
    return {character: (main, *also.get(character, ())) for character, main in first.items()}


@cache
def sounds() -> dict[int, int]:
    """Return code point -> the sign of its first reading: characters that sound alike share one.

    Made for ``str.translate``; other code points stay as they are.
    """
    table = readings()
    syllables = sorted({each[0] for each in table.values()})
    signs = {syllable: _FIRST_SOUND + place for place, syllable in enumerate(syllables)}
    return {ord(character): signs[each[0]] for character, each in table.items()}


def build() -> str:
    """Return the table's text."""
    from pypinyin import Style, pinyin  # needed only to build the table

    first: dict[str, str] = {}
    also: dict[str, str] = {}
    for character in _characters():
        found = pinyin(character, style=Style.NORMAL, heteronym=True)[0]
        distinct = list(dict.fromkeys(each for each in found if each.isascii()))[:_ALSO]
        for place, syllable in enumerate(distinct):
            target = also if place else first
            target[syllable] = target.get(syllable, "") + character
    return "".join(
        f"{syllable} {first.get(syllable, '')}|{also.get(syllable, '')}".removesuffix("|") + "\n"
        for syllable in sorted({*first, *also})
    )


def _characters() -> list[str]:
    pairs = (bytes((row, cell)) for row in range(0xB0, 0xF8) for cell in range(0xA1, 0xFF))
    return sorted({pair.decode("gb2312", "ignore") for pair in pairs} - {""})


def main() -> None:
    """Write the table next to this module."""
    TABLE.write_text(build(), "utf-8")


if __name__ == "__main__":
    main()
