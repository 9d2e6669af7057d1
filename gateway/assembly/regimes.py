"""Regimes: every policy of a family compiled before the fork, and a worker's judges of them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

from gateway.access.conduct import Conduct
from gateway.access.policy_choice import Choice, PolicyChoice, awake
from gateway.assembly.judge import PolicyJudge, Wiring
from gateway.assembly.kit import LocalKit, build_kit
from gateway.assembly.sealing import Sealer
from gateway.assembly.shelf import Drafts, Shelf, draft_lists
from gateway.edge.gateway import Regime
from gateway.engine.opinion import Hearing
from gateway.nouns.exchange import Principal
from gateway.nouns.policy import GuardModel, Policy
from gateway.nouns.segment import Direction

_MOST_JUDGES = 64
"""So many states of rules asleep and awake are kept; more than a day brings."""


class Edition(NamedTuple):
    """One policy of a family with its filters and its marks on texts; shared by all workers."""

    policy: Policy
    kit: LocalKit
    sealer: Sealer


def make_editions(
    policy: Policy,
    plugins: Sequence[str],
    sealer: Callable[[Policy], Sealer],
    draft: Callable[[Sequence[Policy]], Drafts] = draft_lists,
) -> tuple[Edition, ...]:
    """Compile the family of a policy; lists that several use are read and compiled once.

    ``draft`` reads them. Raises ConfigError.
    """
    shelf = Shelf(draft(policy.family))
    return tuple(
        Edition(each, build_kit(each, plugins, shelf.take(place)), sealer(each))
        for place, each in enumerate(policy.family)
    )


def guard_models(policy: Policy) -> tuple[GuardModel, ...]:
    """Return the guard models of a whole family; the same name is the same model."""
    return tuple({one.name: one for each in policy.family for one in each.guard_models}.values())


class Regimes:
    """A worker's judges, made when they are first needed (see gateway.edge.gateway.ChooseRegime).

    ``wire`` gives what a judge is made of besides its policy; ``key`` draws samples for review.
    """

    def __init__(
        self, editions: Sequence[Edition], wire: Callable[[Edition], Wiring], key: bytes
    ) -> None:
        self._key = key
        self._editions = tuple(editions)
        self._wire = wire
        self._choice = PolicyChoice(editions[0].policy)
        self._made: dict[Choice, Regime] = {}

    def __call__(self, principal: Principal, now_ns: int) -> Regime:
        """Return what an exchange that begins now is judged under."""
        choice = self._choice.choose(principal, now_ns)
        made = self._made.get(choice)
        if made is None:
            if len(self._made) >= _MOST_JUDGES:
                self._made.clear()
            made = self._made[choice] = self._make(choice)
        return made

    def _make(self, choice: Choice) -> Regime:
        edition = self._editions[choice.place]
        policy = awake(edition.policy, choice.asleep)
        judge = PolicyJudge(policy, self._wire(edition))
        conduct = Conduct(policy, self._key)
        return Regime(policy, judge, edition.policy.hash, edition.kit.lexicon_hash, conduct)


def hearing(regime: Regime, text: str, direction: Direction) -> Hearing:
    """Return the hearing of a text that belongs to no exchange, under a regime made here."""
    assert isinstance(regime.judge, PolicyJudge)
    return regime.judge.hearing(text, direction)
