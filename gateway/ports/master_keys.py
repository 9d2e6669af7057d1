"""Master keys: what the command line asks about the key that opens the ledger."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple, Protocol


class Rotation(NamedTuple):
    """What a rotation of the master key did. ``running``: a gateway runs, which takes the new key
    with its next reload and wraps the subjects' keys then; else ``rewrapped`` were."""

    master_id: str
    rewrapped: int
    running: bool


class MasterKeys(Protocol):
    """The master key of the ledger, and a copy of what opens it. All raise ConfigError."""

    def rotate(self, new_reference: str) -> Rotation:
        """Put a new master key in force: a random one, or the one that ``new_reference``
        (``env:NAME``, ``file:PATH``) holds."""
        ...

    def export(self, target: Path, passphrase: str) -> Sequence[str]:
        """Write the files that open the records into a new file under a passphrase; returns their
        names."""
        ...

    def restore(self, source: Path, passphrase: str) -> Sequence[str]:
        """Put back what `export` wrote; returns the names of the files written. Nothing that is
        there is overwritten."""
