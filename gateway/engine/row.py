"""Row: the queue of the usual stream, in which runs of one channel come and nothing is changed.

Most events of most answers wait for a character or two of the next, and then leave as they came.
For those the general queue, which takes runs apart and lets choices overtake each other, would be
most of the work. A row keeps them as they are; at the first thing that is not usual (another
channel, an edit, a block) they move to the queue, which knows everything.
"""

from __future__ import annotations

from typing import NamedTuple

from gateway.engine.queue import Held, Queue
from gateway.engine.window import Window
from gateway.ports.adapter import Run


class _Waiting(NamedTuple):
    """A run, where its text lies in the window, and since when it waits."""

    run: Run
    start: int
    end: int
    since_s: float


class Row:
    """The runs of one window that wait, in their order."""

    __slots__ = ("_runs", "_window")

    def __init__(self) -> None:
        self._runs: list[_Waiting] = []
        self._window: Window | None = None

    def __len__(self) -> int:
        return len(self._runs)

    def fits(self, run: Run, window: Window) -> bool:
        """True if a run of this window may come next: it can be judged in one, none of another
        channel waits here, none of its own elsewhere."""
        if len(run.text) > window.room:
            return False
        return window is self._window if self._runs else window.limit == window.raw_end

    def push(self, run: Run, window: Window, now_s: float) -> tuple[bytes, str] | None:
        """Judge one more run; return the bytes and the text of those that may leave as they came.

        None if something is to be looked at more closely: `move` them to the queue.
        """
        start = window.raw_end
        window.push(run.text)
        window.judge(final=False)
        end, limit, runs = window.raw_end, window.limit, self._runs
        runs.append(_Waiting(run, start, end, now_s))
        self._window = window
        if window.blocked is not None or window.touches(runs[0].start, end):
            return None
        if limit == end:
            self._runs = []
            return _joined(runs)
        count = 0
        while runs[count].end <= limit:
            count += 1
        going, self._runs = runs[:count], runs[count:]
        if limit > self._runs[0].start and len(self._runs[0].run.texts) > 1:
            going.append(self._parted(limit))
        return _joined(going)

    def _parted(self, limit: int) -> _Waiting:
        """Take the events of the first run of which all text is safe from it."""
        run, start, end, since_s = self._runs[0]
        head, rest = run.split(limit - start)
        middle = start + len(head.text)
        self._runs[0] = _Waiting(rest, middle, end, since_s)
        return _Waiting(head, start, middle, since_s)

    def move(self, queue: Queue) -> None:
        """Put what waits at the end of the queue."""
        if self._runs and self._window is not None:
            window, runs, self._runs = self._window, self._runs, []
            queue.held += [Held.of_run(run, window, start, since) for run, start, _, since in runs]


def _joined(runs: list[_Waiting]) -> tuple[bytes, str]:
    if len(runs) == 1:
        run = runs[0].run
        return run.raw, run.text
    return b"".join([each.run.raw for each in runs]), "".join([each.run.text for each in runs])
