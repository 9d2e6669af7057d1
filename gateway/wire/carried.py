"""What a picture's container carries beside the picture, as far as marks care."""

from __future__ import annotations

from typing import NamedTuple


class Carried(NamedTuple):
    """``packets`` are its XMP packets; ``notes`` the values at the other places where a label may
    stand (TC260-PG-20259A, Annex B); ``manifest`` is True if a C2PA manifest is embedded."""

    packets: tuple[bytes, ...] = ()
    notes: tuple[bytes, ...] = ()
    manifest: bool = False
