"""Guards: the remote guard models of a policy, as slow filters with their runtimes."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from filters.classifier import shipped_scorer, unsure
from filters.remote_guard import RemoteGuardFilter
from gateway.nouns.policy import GuardModel
from gateway.nouns.segment import Direction
from gateway.ports.filter import SlowFilter
from gateway.settings_file import resolve_secret
from models.openai_chat_runtime import OpenAIChatRuntime

_ROLES = {Direction.INPUT: "user", Direction.OUTPUT: "assistant"}


def _wanted(model: GuardModel) -> Callable[[str], bool] | None:
    """Return what tells of which sentences a model is asked; None: of all."""
    if model.ask_when == "always":
        return None
    scorer = shipped_scorer()
    return lambda text: unsure(scorer.score(text.strip()))


class Guards:
    """The slow filters of one worker; made after the fork."""

    def __init__(self, models: Sequence[GuardModel], environ: Mapping[str, str]) -> None:
        self._runtimes: list[OpenAIChatRuntime] = []
        self.secrets: list[str] = []
        made: list[tuple[SlowFilter, tuple[Direction, ...]]] = []
        for model in models:
            key = resolve_secret(model.key, environ) if model.key else ""
            if key:
                self.secrets.append(key)
            runtime = OpenAIChatRuntime(
                model.url, model.model, key=key, concurrent=model.concurrent
            )
            self._runtimes.append(runtime)
            for side, role in _ROLES.items():
                if side in model.sides:
                    asks = RemoteGuardFilter(model, runtime, role=role, wanted=_wanted(model))
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

    async def close(self) -> None:
        """Let go of all connections."""
        for runtime in self._runtimes:
            await runtime.close()
