"""Queue: events that wait for their text to become safe, in the protocol's own order.

Choices never wait for each other. Within a choice the wire order is kept until 64 events or 250 ms
queue behind a held one; then text of other channels overtakes, never of the channel itself and
never a finish event. What concerns the whole answer (usage, terminator, comments) waits for all.
"""

from __future__ import annotations

from collections.abc import Callable

from gateway.engine.window import Window
from gateway.ports.adapter import Event, EventKind, Piece, Run

OVERTAKE_EVENTS = 64
OVERTAKE_S = 0.25


class Held:
    """An event in the queue: where its pieces lie in their windows, and since when it waits.

    A run stands in the queue as one event of one piece, until `parts` takes it apart. ``unsealed``
    counts its files that wait for their marks, ``media`` has what stands in the place of the
    others, ``notes`` what the record is told of them.
    """

    __slots__ = ("event", "media", "notes", "run", "since_s", "spans", "unsealed")

    def __init__(
        self,
        event: Event,
        spans: list[tuple[Window, int, int]],
        since_s: float,
        run: Run | None = None,
    ) -> None:
        self.event = event
        self.spans = spans
        self.since_s = since_s
        self.run = run
        self.unsealed = 0
        self.media: dict[int, bytes] = {}
        self.notes: list[tuple[int, str]] = []

    def fill(self, index: int, data: bytes) -> None:
        """Put a sealed file in its place."""
        self.media[index] = data
        self.unsealed -= 1

    @classmethod
    def of_run(cls, run: Run, window: Window, start: int, since_s: float) -> Held:
        """Return a run whose text begins at ``start`` of its window."""
        piece = Piece(run.channel, run.text, run.field_class, run.form, ())
        event = Event(EventKind.TEXT, run.raw, (piece,), (run.choice,))
        return cls(event, [(window, start, start + len(run.text))], since_s, run)

    def parts(self) -> list[Held]:
        """Return a run as the part that may leave as it came and single events for the rest.

        Anything else, and a run that may leave whole, is its only part.
        """
        if self.run is None:
            return [self]
        window, start, end = self.spans[0]
        limit = min(window.limit, end)
        if limit == end and not window.touches(start, end):
            return [self]
        rest, at, parts = self.run, start, []
        if limit > start and not window.touches(start, limit):
            head, rest = self.run.split(limit - start)
            parts += [Held.of_run(head, window, start, self.since_s)] if head.texts else []
            at += len(head.text)
        for event in rest.expand():
            reach = at + _length(event)
            parts.append(Held(event, [(window, at, reach)] if event.pieces else [], self.since_s))
            at = reach
        return parts

    def ready(self) -> bool:
        """True if all its text may be released (text of a blocked window never is: it was cut),
        and its files are sealed."""
        return not self.unsealed and all(
            end <= window.limit or window.blocked for window, _, end in self.spans
        )


class Queue:
    """The held events of one answer."""

    __slots__ = ("held",)

    def __init__(self) -> None:
        self.held: list[Held] = []

    def __len__(self) -> int:
        return len(self.held)

    def part_runs(self) -> None:
        """Take apart the runs of which not all may leave as it came; call it after judging."""
        if any(held.run is not None for held in self.held):
            self.held = [part for held in self.held for part in held.parts()]

    def take(self, now_s: float, may_go: Callable[[Held], bool]) -> list[Held]:
        """Return, in order, the events that may leave now, and forget them."""
        if not self.held:
            return []
        stuck: set[int] = set()
        stuck_windows: set[int] = set()
        waiting: list[Held] = []
        going: list[Held] = []
        for held in self.held:
            lanes = held.event.choices
            in_order = stuck.isdisjoint(lanes) if lanes else not waiting
            if (in_order or self._overtakes(held, waiting, stuck_windows, now_s)) and may_go(held):
                going.append(held)
                continue
            waiting.append(held)
            stuck.update(lanes)
            stuck_windows.update(id(window) for window, _, _ in held.spans)
        self.held = waiting
        return going

    def _overtakes(
        self, held: Held, waiting: list[Held], stuck_windows: set[int], now_s: float
    ) -> bool:
        if not held.event.choices or held.event.kind is not EventKind.TEXT:
            return False
        long = len(self.held) >= OVERTAKE_EVENTS or now_s - waiting[0].since_s >= OVERTAKE_S
        return long and all(id(window) not in stuck_windows for window, _, _ in held.spans)

    def of_choice(self, choice: int) -> list[Held]:
        """Return the events of a choice, in order; they stay in the queue."""
        return [held for held in self.held if choice in held.event.choices]

    def forget_choice(self, choice: int) -> None:
        """Drop the events that belong to one choice alone."""
        self.held = [held for held in self.held if held.event.choices != (choice,)]

    def clear(self) -> list[Held]:
        """Empty the queue and return what was in it."""
        held, self.held = self.held, []
        return held


def _length(event: Event) -> int:
    """Return the code points of an event out of a run: it has one piece, or none if it is empty."""
    return len(event.pieces[0].text) if event.pieces else 0
