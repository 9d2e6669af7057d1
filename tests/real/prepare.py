"""Makes the environments of the strangers: ``python -m tests.real.prepare [NAME ...]``.

Only what is missing or pinned anew is made: some minutes with warm caches, nothing when all is
there. pip and npm use the machine's own settings (mirrors, wheel folders, certificates).
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import time
import venv
from collections.abc import Callable, Sequence
from pathlib import Path

import click

from tests.real.environments import (
    NODE,
    NODE_HOLDS,
    PYTHONS,
    Python,
    fingerprint,
    is_made,
    node_pins,
)


def _run(command: Sequence[str | Path], folder: Path) -> None:
    subprocess.run([str(part) for part in command], cwd=folder, check=True)


def _make_python(each: Python) -> None:
    venv.create(each.folder, clear=True, with_pip=True)
    pip = [each.program("python"), "-m", "pip", "install", "--disable-pip-version-check"]
    pip += ["--progress-bar", "on"]
    if each.first:
        _run([*pip, *_lines(each.pins, each.first)], each.folder)
    _run([*pip, "-r", each.pins], each.folder)


def _lines(pins: Path, package: str) -> list[str]:
    return [line for line in pins.read_text().splitlines() if line.startswith(f"{package}==")]


def _make_node() -> None:
    shutil.rmtree(NODE, ignore_errors=True)
    NODE.mkdir(parents=True)
    for file in node_pins():
        shutil.copy(file, NODE)
    _run(["npm", "ci", "--no-audit", "--no-fund", "--ignore-scripts"], NODE)


def _make(label: str, folder: Path, pins: Sequence[Path], make: Callable[[], None]) -> None:
    if is_made(folder, *pins):
        click.echo(f"{label}: there")
        return
    click.echo(f"{label}: installing into {folder}")
    began = time.monotonic()
    make()
    (folder / ".made").write_text(fingerprint(*pins))
    click.echo(f"{label}: made in {time.monotonic() - began:.0f} s")


@click.command(help=__doc__)
@click.argument("names", nargs=-1, type=click.Choice([*(one.name for one in PYTHONS), "node"]))
def prepare(names: tuple[str, ...]) -> None:
    """Make what is missing of ``names``, or of all."""
    wanted = [each for each in PYTHONS if not names or each.name in names]
    count = len(wanted) + (not names or "node" in names)
    try:
        for number, each in enumerate(wanted, 1):
            label = f"[{number}/{count}] {each.name} ({each.holds})"
            _make(label, each.folder, [each.pins], lambda each=each: _make_python(each))
        if not names or "node" in names:
            _make(f"[{count}/{count}] node ({NODE_HOLDS})", NODE, node_pins(), _make_node)
    except (subprocess.CalledProcessError, OSError) as error:
        click.echo(f"not made: {error}", err=True)
        sys.exit(1)


if __name__ == "__main__":
    prepare()
