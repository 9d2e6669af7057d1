"""Forms: numbers that are known only by a word beside them (a passport, a tax number, an IMEI).

A form says which label must stand on the left, how the number is written, and what its check digits
must say. A form without a check is *weak*: its label must be near, and no word of order numbers may
stand between the two.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from typing import NamedTuple

from filters.personal_data.candidate import Candidate
from filters.personal_data.label_words import LABELS, LOWERING
from filters.personal_data.labels import Hint, Passage
from filters.personal_data.outline import has_labelled

LONGEST_FORM = 40
"""Code points of the longest form, separators included."""

_NEAR = 18
_SAME_PHRASE = 4
_CHUNK = re.compile(
    r"[A-Za-z0-9](?<![A-Za-z0-9].)(?="
    r"(?:(?<=[0-9])|[A-Za-z]{0,5}[ \-.(/]?[0-9])(?:[ \-./()]{0,2}(?:[0-9]|[A-Za-z](?![a-z]))){4}"
    r"|(?<=[0-9])[0-9]?(?:周?岁|歲|[ \-]year))"
)
"""Where a number may begin: five signs or more, or an age. (Here and elsewhere a pattern begins
with what it consumes and looks back after it: that is several times as fast to search.)"""
_GROWING = re.compile(
    r"[A-Za-z0-9](?<![A-Za-z0-9].)[A-Za-z0-9]{0,15}"
    r"(?:[ \-./(,][A-Za-z0-9]{1,12}){0,11}(?:[ \-./(,]|周?岁|周|歲)?\Z"
)
_SPACING = re.compile(r"[ \-./()（）]")


class Form(NamedTuple):
    """A way to write a number: ``label`` names it, ``shape`` is a pattern, and ``check`` is asked
    with the number in upper case without separators. ``doubt`` sees what stands between the label
    and the number, and the number, and may say that the one does not name the other."""

    label: str
    kind: str
    shape: str
    rule: str
    check: Callable[[str], bool] | None = None
    severity: int = 2
    doubt: Callable[[str, str], bool] | None = None


def compact(number: str) -> str:
    """Return a number without spaces, points, dashes and brackets, in upper case."""
    return _SPACING.sub("", number).upper()


class FormIndex:
    """Forms by their labels."""

    def __init__(self, forms: Iterable[Form]) -> None:
        self._forms: dict[str, list[tuple[re.Pattern[str], Form]]] = {}
        for form in forms:
            shape = re.compile(f"(?:{form.shape})(?![A-Za-z0-9])", re.IGNORECASE | re.ASCII)
            self._forms.setdefault(form.label, []).append((shape, form))

        self.words = " ".join(LABELS[label] for label in self._forms)
        """All labels, as `WordIndex` takes them."""

    def find(self, passage: Passage) -> Iterator[Candidate]:
        """Give every labelled number; they may overlap."""
        if not has_labelled(passage.outline, passage.text):
            return
        for chunk in _CHUNK.finditer(passage.text, passage.start):
            for label in passage.near(chunk.start()):
                for shape, form in self._forms.get(label, ()):
                    yield from _judged(passage, chunk.start(), shape, form)

    def open(self, passage: Passage) -> int:
        """Return where a labelled number in groups begins that the text's end leaves open, or
        ``len(text)``."""
        size = len(passage.text)
        at = max(passage.start, size - LONGEST_FORM)
        while (found := _GROWING.search(passage.text, at)) is not None:
            begin = found.start()
            if not self._forms.keys().isdisjoint(passage.near(begin)):
                return begin
            at = begin + 1
        return size


def _judged(passage: Passage, at: int, shape: re.Pattern[str], form: Form) -> Iterator[Candidate]:
    found = shape.match(passage.text, at)
    if found is not None and _holds(found[0], form, passage, at):
        score = 0.7 if form.check is None else 0.9
        if ")" in found[0] and "(" not in found[0] and passage.text[at - 1 : at] == "(":
            at -= 1
        yield Candidate(at, found.end(), form.kind, form.severity, score, form.rule)


def _holds(number: str, form: Form, passage: Passage, at: int) -> bool:
    near = passage.near(at)
    end = near[form.label]
    if form.label == "phone" and (
        at - end > _NEAR
        or "\n" in passage.text[end:at]
        or passage.hint(at, "phone") is not Hint.RAISES
    ):
        return False
    if form.doubt is not None and form.doubt(passage.text[end:at], number):
        return False
    if form.check is not None:
        return form.check(compact(number))
    return at - end <= _NEAR and near.get(LOWERING, -1) <= end + _SAME_PHRASE
