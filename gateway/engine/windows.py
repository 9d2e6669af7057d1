"""Windows: those of one answer, one per channel, and which of them have something to judge."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from gateway.engine.plan import OutputPlan
from gateway.engine.portions import pending
from gateway.engine.window import Window
from gateway.nouns.segment import Channel, FieldClass, TextForm


class Windows(dict[Channel, Window]):
    """The windows of one answer, by channel."""

    def __init__(self, plan: OutputPlan) -> None:
        super().__init__()
        self._plan = plan
        self._unjudged: set[Channel] = set()

    def push(
        self, channel: Channel, text: str, field_class: FieldClass, form: TextForm
    ) -> tuple[Window, int, int]:
        """Take a text; returns its window and where it lies in there."""
        window = self.get(channel)
        if window is None:
            window = self[channel] = Window(self._plan.lane(field_class), form)
        start = window.raw_end
        window.push(text)
        self._unjudged.add(channel)
        return window, start, window.raw_end

    def complete(self, choices: tuple[int, ...] | None = None) -> None:
        """Nothing more comes for these choices (None: for all): they want their last judgement."""
        self._unjudged.update(
            channel for channel in self if choices is None or channel.choice in choices
        )

    def judging(self, is_complete: Callable[[Channel], bool]) -> Iterator[bool]:
        """Judge what came, and yield True between two portions: there is more."""
        channels, self._unjudged = self._unjudged, set()
        return pending([(self[channel], is_complete(channel)) for channel in channels])
