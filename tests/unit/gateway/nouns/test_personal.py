"""Families of personal data."""

from __future__ import annotations

from typing import get_args

from gateway.nouns.personal import FAMILIES, Family


def test_families_part_the_kinds() -> None:
    """Every family that a policy may name has kinds, and no kind is in two."""
    assert tuple(FAMILIES) == get_args(Family)
    kinds = [kind for family in FAMILIES.values() for kind in family]
    assert len(kinds) == len(set(kinds)) > len(FAMILIES)
