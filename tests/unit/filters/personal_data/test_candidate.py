"""Which of several overlapping candidates are reported."""

from __future__ import annotations

from filters.personal_data.candidate import Candidate, outermost


def _candidate(start: int, end: int, kind: str = "mobile", severity: int = 2) -> Candidate:
    return Candidate(start, end, kind, severity, 0.9, kind)


def test_nested_ones_are_left_out() -> None:
    """A mobile inside an e-mail address is the address."""
    inner, outer = _candidate(2, 5), _candidate(0, 9, "email")
    assert outermost([inner, outer]) == [outer]


def test_partly_overlapping_ones_stay() -> None:
    """Both cover something that the other does not."""
    left, right = _candidate(0, 5), _candidate(3, 9)
    assert outermost([right, left]) == [left, right]


def test_of_equal_spans_the_graver_stays() -> None:
    """An 18-digit number that is a resident ID is not a bank card too."""
    mild, grave = _candidate(0, 18, "uscc"), _candidate(0, 18, "resident_id", 3)
    assert outermost([mild, grave]) == [grave]


def test_a_finding_names_category_and_rule_and_no_text() -> None:
    """The finding carries positions and names only."""
    finding = _candidate(1, 4).finding("personal_data")
    assert finding == ("personal_data.mobile", 2, 0.9, 1, 4, "personal_data", "mobile")
