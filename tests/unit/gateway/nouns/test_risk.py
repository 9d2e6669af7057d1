"""The risks of the standard."""

from __future__ import annotations

import pytest

from gateway.nouns.risk import RISKS, risk_of, terms_of


def test_there_are_31_in_five_groups() -> None:
    """As Annex A counts them; 17 have a minimum of terms."""
    groups = [risk.id[:2] for risk in RISKS]
    assert [groups.count(f"A{number}") for number in range(1, 6)] == [8, 9, 5, 7, 2]
    assert sum(risk.least > 0 for risk in RISKS) == 17
    assert {hazard for risk in RISKS for hazard in risk.hazards} == {f"S{n}" for n in range(1, 15)}


@pytest.mark.parametrize(
    ("category", "risk"),
    [
        ("A1.h.drugs", "A1.h"),
        ("A2.sex", "A2.sex"),
        ("self_harm.method", "A4.health"),
        ("malware", "A1.h"),
        ("A4.insult", "A4.reputation"),
        ("company", None),
        ("injection", None),
        ("A1", None),
        ("A1.z", None),
    ],
)
def test_categories_belong_to_risks(category: str, risk: str | None) -> None:
    """By their names, ours by a table."""
    found = risk_of(category)
    assert (found.id if found else None) == risk


def test_terms_are_added_up() -> None:
    """Every risk has a number."""
    counts = terms_of({"A1.h.drugs": 2, "A1.h.fraud": 3, "company": 7})
    assert counts["A1.h"] == 5
    assert sum(counts.values()) == 5
    assert len(counts) == 31
