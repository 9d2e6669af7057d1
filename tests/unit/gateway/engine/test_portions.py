"""Portions: a long text is judged in parts, with the same result as in one."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from gateway.engine.lane import SlowJudge
from gateway.engine.opinion import Hearing
from gateway.engine.portions import pending, portions
from gateway.engine.window import PORTION, Window
from gateway.nouns.finding import Scan
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


def _of_a_request(window: Window, text: str) -> None:
    for _ in portions([(window, text)]):
        pass


def _of_an_answer(window: Window, text: str) -> None:
    window.push(text)
    for _ in pending([(window, True)]):
        pass


@pytest.mark.parametrize(
    "text",
    [
        "",
        "short nightjar",
        _text(PORTION - 3, 2 * PORTION - 8, 2 * PORTION, 3 * PORTION - 2),
        _text(PORTION - 1, term="forbidden"),
        "{}".format('"' + _text(PORTION - 5)),
        _text(PORTION - 1, 5).replace("x", "\ud83d", 1).replace("x", "\ude00", 1),
    ],
    ids=["empty", "short", "over the seams", "blocked", "quoted", "halves"],
)
@pytest.mark.parametrize("judge", [_of_a_request, _of_an_answer])
def test_it_is_judged_as_in_one(judge: Callable[[Window, str], None], text: str) -> None:
    """Facts, edits and block, wherever a seam falls."""
    ((parts, _),), ((whole, _),) = _windows(text), _windows(text)
    judge(parts, text)
    whole.room = len(text)
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


def _turns(*sizes: int) -> int:
    """Return how often others come between while windows with so much text are judged."""
    windows = [(window, True) for window, _ in _windows(*[""] * len(sizes))]
    for (window, _), size in zip(windows, sizes, strict=True):
        window.push("a" * size)
    turns = len(list(pending(windows)))
    assert all(window.limit == window.raw_end == window.scanned for window, _ in windows)
    return turns


def test_others_come_between_the_portions_of_an_answer() -> None:
    """An answer of a usual length is judged in one; a long one, or one of very many strings, in
    portions."""
    assert _turns(PORTION) == 0
    assert _turns(5 * PORTION) == 5
    assert _turns(2 * PORTION, 2 * PORTION) == 5
    assert _turns(*[1] * PORTION) > 60


def test_a_long_text_may_come_in_any_pieces() -> None:
    """What waits stays in its order, and nothing that waits is before the limit."""
    ((window, _),) = _windows("")
    for size in (PORTION - 1, 3, PORTION, 7):
        window.push("a" * size)
    window.push("nightjar")
    window.judge_portion()
    assert window.waits
    assert window.limit == PORTION - 1
    window.judge(final=True)
    assert window.limit == window.raw_end == 2 * PORTION + 17
    assert [fact.finding.start for fact in window.facts] == [2 * PORTION + 9]


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


class NeverSure(NaiveTerms):
    """Is in doubt about all that it saw until the end; counts what it reads."""

    read = 0

    def scan(self, text: str, start: int, final: bool) -> Scan:
        """See gateway.ports.filter.Filter."""
        self.read += len(text)
        return super().scan(text, start, final)._replace(safe_until=len(text) if final else start)


@pytest.mark.parametrize("judge", [_of_a_request, _of_an_answer])
def test_what_stays_in_doubt_is_not_read_for_every_portion(
    judge: Callable[[Window, str], None],
) -> None:
    """A run that nobody closes costs its length a few times, not its length squared."""
    doubting = NeverSure(TERMS)
    text = "a" * (64 * PORTION)
    judge(Window(lane(RULES, doubting), TextForm.PROSE), text)
    assert doubting.read < 5 * len(text)
