"""A progress bar on stderr, for work whose extent shows while it is done."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Iterator

import click

from gateway.ports.operator import Progress


@contextlib.contextmanager
def progress_bar(label: str) -> Iterator[Progress]:
    """Show the bar and give the function that moves it."""
    with click.progressbar(length=1, label=label, file=sys.stderr) as bar:

        def move(done: int, whole: int) -> None:
            bar.length = max(whole, done, 1)
            bar.update(max(0, done - bar.pos))

        yield move
