"""Kinds: the categories of what the filter may find, by family."""

from __future__ import annotations

from gateway.nouns.personal import FAMILIES


def categories(families: frozenset[str]) -> tuple[str, ...]:
    """Return the categories of some families, in the order of `FAMILIES`."""
    return tuple(
        f"personal_data.{kind}"
        for family, kinds in FAMILIES.items()
        if family in families
        for kind in kinds
    )
