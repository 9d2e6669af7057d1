"""Portions: a long text is judged in parts, with the same result as in one."""

from __future__ import annotations

import pytest

from gateway.engine.lane import SlowJudge
from gateway.engine.opinion import Hearing
from gateway.engine.portions import PORTION, portions
from gateway.engine.window import Window
from gateway.nouns.policy import Policy, Rule
from gateway.nouns.segment import TextForm
from gateway.nouns.verdict import Action
from tests.engine_kit import NaiveTerms, Sentences, lane

RULES = Policy(
    rules=(
        Rule(id="blocks", when="block", severity=1, do=Action.BLOCK),
        Rule(id="cuts", when="cut", severity=1, do=Action.REDACT),
    )
)
TERMS = {"nightjar": "cut", "forbidden": "block"}


def _windows(*texts: str) -> list[tuple[Window, str]]:
    made = lane(RULES, NaiveTerms(TERMS))
    return [(Window(made, TextForm.PROSE), text) for text in texts]


def _text(*places: int, term: str = "nightjar", size: int = 3 * PORTION + 5) -> str:
    text = "x" * size
    for place in places:
        text = text[:place] + term + text[place + len(term) :]
    return text


@pytest.mark.parametrize(
    "text",
    [
        "",
        "short nightjar",
        _text(PORTION - 3, 2 * PORTION - 8, 2 * PORTION, 3 * PORTION - 2),
        _text(PORTION - 1, term="forbidden"),
        "{}".format('"' + _text(PORTION - 5)),
    ],
    ids=["empty", "short", "over the seams", "blocked", "quoted"],
)
def test_it_is_judged_as_in_one(text: str) -> None:
    """Facts, edits and block, wherever a seam falls."""
    ((parts, _),), ((whole, _),) = _windows(text), _windows(text)
    for _ in portions([(parts, text)]):
        pass
    whole.push(text)
    whole.judge(final=True)
    assert parts.facts == whole.facts
    assert parts.blocked == whole.blocked
    assert parts.limit == whole.limit
    assert parts.edited(0, len(text), text) == whole.edited(0, len(text), text)


def test_others_come_between_after_so_many_code_points() -> None:
    """A short text is judged in one; a long one, or very many short ones, are not."""
    assert list(portions(_windows("a" * (PORTION - 64)))) == []
    assert len(list(portions(_windows("a" * (5 * PORTION))))) == 4
    assert len(list(portions(_windows(*["a"] * PORTION)))) > 60


def test_texts_of_one_window_are_read_as_one() -> None:
    """A term across two of them is found, and each window is complete."""
    (window, _), (other, _) = _windows("", "")
    list(portions([(window, "a night"), (window, "jar b"), (other, "forb")]))
    assert [fact.finding.start for fact in window.facts] == [2]
    assert window.limit == window.raw_end == 12
    assert other.limit == other.raw_end == 4


def test_a_long_text_waits_for_a_guard_however_much_is_held() -> None:
    """The cap is for answers that still come."""
    made = lane(RULES, NaiveTerms(TERMS), held_limit=100)
    slow = made._replace(slow=(SlowJudge(Sentences(), acting=True),))
    heard = Hearing("A sentence of it. " * (PORTION // 4), slow)
    turns = 0
    while heard.judge():
        turns += 1
    assert turns == len("A sentence of it. ") // 4
    for place, question in heard.questions:
        heard.answered(place, question, ())
    assert heard.opinion().verdict is Action.PASS
