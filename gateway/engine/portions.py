"""Portions: long texts are judged in parts, so that streams of others come between.

Judging ten megabytes takes seconds. What a filter finds does not depend on where a text is cut (the
law of `gateway.ports.filter.Filter`), so the verdict is the same.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from gateway.engine.window import PORTION, Window

_EACH = 64
"""What a text costs beside its length, in code points."""


def portions(texts: Iterable[tuple[Window, str]]) -> Iterator[bool]:
    """Judge texts in their windows, and yield True between two portions: there is more.

    Texts of one window stand one behind the other; none of them has been pushed.
    """
    last: Window | None = None
    room = PORTION
    for window, text in texts:
        if last is not None and last is not window:
            last.judge(final=True)
        last = window
        room -= _EACH
        for at in range(0, len(text), PORTION):
            if room <= 0:
                window.judge(final=False)
                yield True
                room = window.room
            piece = text[at : at + PORTION]
            window.push(piece)
            room -= len(piece)
    if last is not None:
        last.judge(final=True)


def pending(windows: Iterable[tuple[Window, bool]]) -> Iterator[bool]:
    """Judge what windows have taken, each with whether it is complete, and yield True between two
    portions: there is more."""
    room = PORTION
    for window, final in windows:
        if room <= 0:
            yield True
            room = PORTION
        while window.waits:
            window.judge_portion()
            yield True
            room = PORTION
        room -= PORTION - window.room + _EACH
        window.judge(final=final)
