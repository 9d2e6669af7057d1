"""Small parts for tests of the engine: a naive filter, a policy in one line, a lane around both."""

from __future__ import annotations

import sys
from collections.abc import Callable

from gateway.engine.lane import Judge, Lane
from gateway.engine.lens import Restorations
from gateway.engine.ruling import Ruler
from gateway.nouns.finding import Finding, Scan
from gateway.nouns.policy import Policy, Rule
from gateway.nouns.segment import Direction, FieldClass
from gateway.nouns.verdict import Action
from gateway.ports.filter import Question


class NaiveTerms:
    """Finds terms by looking everywhere; holds the longest suffix that may still become one."""

    name = "naive"
    look_ahead = 64

    def __init__(self, terms: dict[str, str], *, look_behind: int = 16) -> None:
        self.terms = terms
        self.look_behind = look_behind

    def scan(self, text: str, start: int, final: bool) -> Scan:
        """See gateway.ports.filter.Filter."""
        found = []
        for term, category in self.terms.items():
            at = text.find(term)
            while at >= 0:
                end = at + len(term)
                if end > start:
                    found.append(Finding(category, 3, 1.0, at, end, self.name, term))
                at = text.find(term, at + 1)
        held = 0 if final else max(_live_prefix(text, term) for term in self.terms)
        return Scan(tuple(found), max(len(text) - held, start))


def _live_prefix(text: str, term: str) -> int:
    """Return the size of the longest end of the text that begins the term."""
    sizes = range(min(len(term) - 1, len(text)), 0, -1)
    return next((size for size in sizes if text.endswith(term[:size])), 0)


class Sentences:
    """A slow filter that asks about each sentence; what it hears is up to the test."""

    name = "sentences"
    deadline_s = 1.0

    def __init__(self, mode: str = "sync", leak: int = 0) -> None:
        self.mode = mode
        self.leak = leak

    def questions(self, text: str, asked_until: int, final: bool) -> list[Question]:
        """See gateway.ports.filter.SlowFilter."""
        out = []
        at = asked_until
        while (stop := text.find(".", at)) >= 0 or (final and at < len(text)):
            end = stop + 1 if stop >= 0 else len(text)
            out.append(Question(text[:end], at, end, "assistant"))
            at = end
        return out

    async def ask(self, question: Question) -> tuple[Finding, ...]:
        """See gateway.ports.filter.SlowFilter; the engine never awaits it."""
        raise AssertionError(question)


class Raising:
    """A filter that fails on everything."""

    name = "raising"
    look_behind = 0
    look_ahead = 0

    def scan(self, text: str, start: int, final: bool) -> Scan:
        """See gateway.ports.filter.Filter."""
        raise RuntimeError("no")


def policy(**actions: Action) -> Policy:
    """Return a policy with one rule per category given."""
    rules = tuple(
        Rule(
            id=category, when=category, do=action, text="<new>" if action is Action.REPLACE else ""
        )
        for category, action in actions.items()
    )
    return Policy(name="test", rules=rules)


def lane(
    rules: Policy,
    *filters: object,
    field_class: FieldClass = FieldClass.CONTENT,
    direction: Direction = Direction.OUTPUT,
    acting: bool = True,
    said: Callable[[str], bool] = lambda text: False,
    restorations: Restorations | None = None,
    bound: bool = False,
    held_limit: int = 0,
) -> Lane:
    """Return a lane in which these filters act under these rules. ``held_limit`` 0: the usual."""
    return Lane(
        field_class=field_class,
        ruler=Ruler(rules, direction, third_party=True),
        judges=tuple(Judge(one, acting) for one in filters),  # type: ignore[arg-type]
        slow=(),
        mask=lambda decision, text: "***",
        said=said,
        held_limit=held_limit or (sys.maxsize if direction is Direction.INPUT else 65_536),
        restorations=restorations,
        bound=bound,
    )
