"""Word lists: what the command line says of them, and what it asks for."""

from __future__ import annotations

from typing import NamedTuple


class ListUse(NamedTuple):
    """One word list in use."""

    name: str
    terms: int


class UrgentTerm(NamedTuple):
    """A term that is to act soon: who wants it and why, and its last day (``2027-12-31``)."""

    text: str
    category: str
    severity: int
    by: str
    why: str
    expires: str


class ImportNote(NamedTuple):
    """What became of a line: ``merged``, ``dropped``, ``left_out`` or ``warned``, and why."""

    line: int
    what: str
    why: str


class ImportSummary(NamedTuple):
    """What an import made of a list."""

    kept: int
    merged: int
    dropped: int
    notes: tuple[ImportNote, ...]
