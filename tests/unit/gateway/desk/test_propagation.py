"""What a platform owes on what it passes on."""

from __future__ import annotations

import pytest

from gateway.desk.explicit_label import ExplicitLabel
from gateway.desk.propagation import WORDS, present_label, propagated
from gateway.desk.report import FoundMark, Tier
from gateway.nouns.mark import AigcLabel, MarkFamily
from gateway.ports.mark import ClaimState

PLATFORM = "001191110102MAD55U9H0F20000"
THEIRS = AigcLabel("1", "001191440300708461136T1XGW3", "n-1", "seal", "P0", "n-0", "seal2")


def found(label: AigcLabel | None, family: MarkFamily = MarkFamily.METADATA) -> FoundMark:
    """Return a mark with a label."""
    return FoundMark("m", family, ClaimState.INTACT, label)


@pytest.mark.parametrize("tier", [Tier.CONFIRMED, Tier.POSSIBLE, Tier.SUSPECTED])
@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_words_are_labels(tier: Tier, language: str) -> None:
    """With both elements, so that any reader of the standard finds them."""
    assert ExplicitLabel().verify(WORDS[tier][language].encode())


def test_production_fields_stay() -> None:
    """Those of propagation are replaced, with their seal."""
    made = propagated([found(THEIRS)], Tier.CONFIRMED, PLATFORM, "n-9")
    assert made == AigcLabel("1", "001191440300708461136T1XGW3", "n-1", "seal", PLATFORM, "n-9", "")


@pytest.mark.parametrize(("tier", "value"), [(Tier.POSSIBLE, "2"), (Tier.SUSPECTED, "3")])
def test_no_producer_is_made_up(tier: Tier, value: str) -> None:
    """Who made it is not known, and the platform did not."""
    made = propagated([], tier, PLATFORM, "n-9")
    assert made == AigcLabel(value, "", "", "", PLATFORM, "n-9", "")


def test_nothing_is_owed_where_nothing_was_found() -> None:
    """No tier, no label."""
    assert propagated([], Tier.NONE, PLATFORM, "n-9") is None
    assert WORDS[Tier.NONE] == {}


def test_the_first_metadata_label_counts() -> None:
    """A label inside another mark is none of the metadata."""
    credential = found(THEIRS, MarkFamily.CREDENTIAL)
    assert present_label([credential]) is None
    assert present_label([found(None), found(THEIRS)]) == THEIRS
