"""The table of families: documented, well named, and without a label that a client could fill."""

from __future__ import annotations

from pathlib import Path

import pytest

from gateway.nouns.verdict import Outcome
from gateway.telemetry.catalogue import _LABELS, FAMILIES, Family, Kind, markdown

DOCUMENT = Path(__file__).parents[4] / "docs" / "metrics.md"


def test_the_document_is_what_the_table_says() -> None:
    """`docs/metrics.md` is current: written anew it is the same."""
    assert DOCUMENT.read_text(encoding="utf-8") == markdown()


@pytest.mark.parametrize("family", FAMILIES, ids=lambda family: family.name)
def test_each_family_is_documented_with_its_labels(family: Family) -> None:
    """Each family's exposed name and each of its labels has a line of its own."""
    lines = markdown().splitlines()
    assert any(line.startswith(f"| `{family.exposed}` | {family.kind} |") for line in lines)
    assert set(family.labels) <= set(_LABELS)


def test_every_outcome_is_said() -> None:
    """Who writes a query finds the words in the document."""
    assert [each for each in Outcome if f"`{each}`" not in _LABELS["outcome"]] == []


@pytest.mark.parametrize("family", FAMILIES, ids=lambda family: family.name)
def test_no_label_comes_from_a_client(family: Family) -> None:
    """Models, keys, subjects, tenants and paths are never labels."""
    assert not {"model", "key", "subject", "user", "tenant", "path", "route"} & set(family.labels)


def test_only_histograms_have_buckets_in_rising_order() -> None:
    """A histogram has rising buckets, nothing else has any."""
    for family in FAMILIES:
        assert bool(family.buckets) == (family.kind is Kind.HISTOGRAM), family.name
        assert list(family.buckets) == sorted(set(family.buckets)), family.name


def test_names_are_unique() -> None:
    """No two families share a name."""
    assert len({family.exposed for family in FAMILIES}) == len(FAMILIES)
