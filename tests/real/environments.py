"""Where the strangers live: an environment of its own for each, pinned, outside what is tracked.

`python -m tests.real.prepare` makes them. They are cached under `var/real`, or in the folder that
the variable `SEALGATE_TEST_REAL` names, and made anew when their pins change.
"""

from __future__ import annotations

import hashlib
import os
import sys
from pathlib import Path
from typing import NamedTuple

HERE = Path(__file__).resolve().parent
PROJECT = HERE.parent.parent
PINS = HERE / "pins"
HOME = Path(os.environ.get("SEALGATE_TEST_REAL") or PROJECT / "var" / "real")
NODE = HOME / "node"


class Python(NamedTuple):
    """A virtual environment. ``first`` is installed before the rest: others must find it there."""

    name: str
    holds: str
    first: str = ""

    @property
    def folder(self) -> Path:
        """Where it is."""
        return HOME / self.name

    @property
    def pins(self) -> Path:
        """What is in it."""
        return PINS / f"{self.name}.txt"

    def program(self, name: str) -> Path:
        """Return the path of a program in it."""
        return self.folder / "bin" / name


PYTHONS = (
    Python("openai-1", "the Python client before its version 2"),
    Python("openai-2", "the Python client that frameworks still pull"),
    Python("transformers", "an inference server with a model made on the spot", first="torch"),
    Python("litellm", "a proxy that answers by itself"),
)
NODE_HOLDS = "the Node clients and a mock server"


def python(name: str) -> Python:
    """Return the environment of that name."""
    return next(each for each in PYTHONS if each.name == name)


def fingerprint(*files: Path) -> str:
    """Return what an environment's stamp must say: pins and interpreter."""
    digest = hashlib.sha256(sys.version.encode())
    for file in files:
        digest.update(file.read_bytes())
    return digest.hexdigest()


def node_pins() -> tuple[Path, Path]:
    """Return the files that pin the node packages."""
    return PINS / "node" / "package.json", PINS / "node" / "package-lock.json"


def is_made(folder: Path, *pins: Path) -> bool:
    """Return whether an environment is there and made from these pins."""
    stamp = folder / ".made"
    return stamp.is_file() and stamp.read_text() == fingerprint(*pins)


def missing() -> list[str]:
    """Return the names of environments that are not there, or made from other pins."""
    names = [each.name for each in PYTHONS if not is_made(each.folder, each.pins)]
    return names if is_made(NODE, *node_pins()) else [*names, "node"]
