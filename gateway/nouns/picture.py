"""Picture: by what a picture is kept, and by what it is asked for."""

from __future__ import annotations

from typing import NamedTuple

HASH_BYTES = 32
"""Of one perceptual hash."""


class Looks(NamedTuple):
    """By what one picture is found again (see `gateway.matching.picture_hash`): the perceptual
    hashes of it and of its parts, and a few points of it; no ``detail`` if an earlier version kept
    it."""

    windows: tuple[bytes, ...]
    detail: bytes = b""


class Sought(NamedTuple):
    """A picture asked about: how it looks, and the bands by which the index may know it."""

    looks: Looks
    probes: tuple[int, ...]
