"""Recall of the shipped word lists, by the way a term is disguised."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator

from filters.lexicon import LexiconFilter, WordList, compile_lexicon, load_lists
from gateway.assembly.kit import POLICIES
from gateway.nouns.policy import LexiconUse

TITLE = "Evasion: shipped terms found again"
HEADS = ("way", "terms", "found")
NOTE = (
    "Every shipped term of three characters or more, in the middle of a sentence, written anew in "
    "each way (seeded)."
)

_PLAIN = "abcdefghijklmnopqrstuvwxyz"
_LOOKALIKES = dict(zip("aeopcxyi", "\u0430\u0435\u043e\u0440\u0441\u0445\u0443\u0456", strict=True))


def _letters(text: str, first: int) -> str:
    return "".join(chr(first + ord(c) - 97) if c in _PLAIN else c for c in text.lower())


def _between(text: str, sign: str) -> str:
    return sign.join(text)


def _wide(text: str) -> str:
    return "".join(chr(ord(c) + 0xFEE0) if "!" <= c <= "~" else c for c in text)


_WAYS: dict[str, Callable[[str], str]] = {
    "as it is": str,
    "upper case": str.upper,
    "full width": _wide,
    "mathematical letters": lambda text: _letters(text, 0x1D41A),
    "circled letters": lambda text: _letters(text, 0x24D0),
    "lookalikes (Cyrillic)": lambda text: "".join(_LOOKALIKES.get(c, c) for c in text),
    "zero width between": lambda text: _between(text, "\u200b"),
    "combining marks": lambda text: _between(text, "\u0335") + "\u0335",
    "soft hyphens": lambda text: _between(text, "\u00ad"),
    "asterisks between": lambda text: _between(text, "*"),
    "spaces between (Han)": lambda text: _between(text, " "),
    "Markdown emphasis": lambda text: f"{text[:1]}**{text[1:2]}**{text[2:]}",
    "HTML between": lambda text: f"{text[:2]}<b>{text[2:]}</b>",
    "reversed": lambda text: text[::-1],
}
_HAN_ONLY = frozenset({"asterisks between", "spaces between (Han)"})


def rows() -> Iterator[tuple[str, ...]]:
    """Yield one row per way."""
    lists = load_lists([LexiconUse(use="shipped/harms")], policies=POLICIES)
    lexicon = compile_lexicon(lists)
    terms = [one for one in _terms(lists) if len(one) >= 3]
    rng = random.Random(5)
    for name, write in _WAYS.items():
        some = [t for t in terms if _fits(name, t)]
        texts = [_sentence(write(term), rng) for term in some]
        found = sum(_found(lexicon, text) for text in texts)
        yield name, str(len(some)), f"{found / max(1, len(some)):.1%}"


def _fits(way: str, term: str) -> bool:
    han = all("\u3400" <= c <= "\u9fff" for c in term)
    if way in _HAN_ONLY:
        return han
    changed = _WAYS[way](term) != term
    return way == "as it is" or changed


def _terms(lists: list[WordList]) -> list[str]:
    return [entry.text for words in lists for entry in words.entries]


def _sentence(term: str, rng: random.Random) -> str:
    before, after = rng.choice(
        (("我看到", "就走了。"), ("he said ", " and left."), ("今天 ", "！"))
    )
    return f"{before} {term} {after}"


def _found(lexicon: LexiconFilter, text: str) -> bool:
    return bool(lexicon.scan(text, 0, True).findings)
