"""Guards: the guard models and services of a policy, as slow filters with what reaches them."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from msgspec.structs import replace

from filters.classifier import shipped_scorer, unsure
from filters.remote_guard import Account, Reach, RemoteGuardFilter, Stamp
from gateway.access.spending import Spending
from gateway.config.settings_file import resolve_secret, secret_of
from gateway.edge.gateway import SystemClock
from gateway.nouns.guard_contract import CLASSIFIER, GUARD_TERMS
from gateway.nouns.policy import GuardModel
from gateway.nouns.segment import Direction
from gateway.ports.clock import Clock
from gateway.ports.filter import SlowFilter
from models.http_link import HttpLink
from models.local_scorer import Folder, LocalScorer
from models.openai_chat_runtime import OpenAIChatRuntime

_ROLES = {Direction.INPUT: "user", Direction.OUTPUT: "assistant"}
_REFERENCES = ("env:", "file:")
_NONCE_BYTES = 16

Tell = Callable[[str, int, int, float], None]


def _wanted(model: GuardModel) -> Callable[[str], bool] | None:
    """Return what tells of which sentences a model is asked; None: of all."""
    if model.ask_when == "always":
        return None
    scorer = shipped_scorer()
    return lambda text: unsure(scorer.score(text.strip()))


class Guards:
    """The slow filters of one worker; made after the fork.

    ``state`` is the folder in which workers count together what guards took; None: each process
    counts alone.
    """

    def __init__(
        self,
        models: Sequence[GuardModel],
        environ: Mapping[str, str],
        *,
        state: Path | None = None,
        clock: Clock | None = None,
    ) -> None:
        self._environ = environ
        self._clock = clock or SystemClock()
        self._open: list[HttpLink | LocalScorer] = []
        self._tell: Tell | None = None
        self.secrets: list[str] = []
        made: list[tuple[SlowFilter, tuple[Direction, ...]]] = []
        for model in models:
            reach, resolved = self._reach(model)
            purse = Spending(model, state / "guards" if state else None, self._clock, self._told)
            for side, role in _ROLES.items():
                if side in model.sides:
                    asks = RemoteGuardFilter(
                        resolved, reach, role=role, wanted=_wanted(model), purse=purse
                    )
                    made.append((asks, (side,)))
        self.slow = tuple(made)

    def of(
        self, models: Sequence[GuardModel]
    ) -> tuple[tuple[SlowFilter, tuple[Direction, ...]], ...]:
        """Return the slow filters of some of the models."""
        names = {model.name for model in models}
        return tuple((one, sides) for one, sides in self.slow if one.name in names)

    @property
    def by_name(self) -> dict[str, SlowFilter]:
        """The slow filters by name."""
        return {one.name: one for one, _ in self.slow}

    @property
    def categories(self) -> frozenset[str]:
        """Everything that these models may find."""
        return frozenset(c for one, _ in self.slow for c in getattr(one, "categories", ()))

    def tell(self, tell: Tell) -> None:
        """Say who is told what guards take: name, calls, tokens, money."""
        self._tell = tell

    async def close(self) -> None:
        """Let go of all connections and processes."""
        for each in self._open:
            await each.close()

    def _reach(self, model: GuardModel) -> tuple[Reach, GuardModel]:
        """Return how a guard is reached, and the guard with its options resolved."""
        if model.contract == CLASSIFIER:
            where = Folder(model.folder, model.runtime, model.device, model.batch, model.linger_s)
            scorer = LocalScorer(where)
            self._open.append(scorer)
            return Reach(scores=scorer), model
        key, key_id = (
            secret_of(f"{model.name}: {which}", each, self._environ)
            for which, each in (("key", model.key), ("key_id", model.key_id))
        )
        self.secrets += [secret for secret in (key, key_id) if secret]
        options = {name: self._option(value) for name, value in model.options.items()}
        link = HttpLink(concurrent=model.concurrent)
        self._open.append(link)
        resolved = _with_options(model, options)
        if GUARD_TERMS[model.contract].chat:
            return Reach(chat=OpenAIChatRuntime(model.url, model.model, key, link=link)), resolved
        account = Account(model.url.rstrip("/"), key, key_id, model.model, options)
        return Reach(sender=link, account=account, stamp=self._stamp), resolved

    def _option(self, value: str) -> str:
        return resolve_secret(value, self._environ) if value.startswith(_REFERENCES) else value

    def _stamp(self) -> Stamp:
        return Stamp(self._clock.wall_ns(), os.urandom(_NONCE_BYTES).hex())

    def _told(self, name: str, calls: int, tokens: int, money: float) -> None:
        if self._tell is not None:
            self._tell(name, calls, tokens, money)


def _with_options(model: GuardModel, options: dict[str, str]) -> GuardModel:
    return model if options == model.options else replace(model, options=options)
