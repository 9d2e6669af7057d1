"""`sealgate strikes` on a real ledger."""

from __future__ import annotations

import json
from collections.abc import Callable

from click.testing import Result

from tests.ledger_kit import name


def test_standings_are_shown_lifted_and_appealed(on_ledger: Callable[..., Result]) -> None:
    """With exit codes that scripts can use."""
    assert on_ledger("strikes", "show").output.split()[:2] == ["default/li.na", "limit"]
    whole = on_ledger("strikes", "show", "--subject", "li.na").output
    assert name(1) in whole
    (value,) = json.loads(on_ledger("strikes", "show", "--json").output)
    assert (value["level"], value["points"], len(value["strikes"])) == ("limit", 8, 2)
    assert on_ledger("strikes", "appeal", "--subject", "li.na").exit_code == 2
    assert on_ledger("strikes", "appeal", "--subject", "nobody", "--text", "x").exit_code == 2
    assert "open" in on_ledger("strikes", "appeal", "--subject", "li.na", "--text", "novel").output
    assert "novel" in on_ledger("strikes", "show", "--subject", "li.na").output
    granted = on_ledger("strikes", "appeal", "--subject", "li.na", "--grant", "--by", "wang")
    assert "granted (wang)" in granted.output
    assert on_ledger("strikes", "lift", "--subject", "li.na", "--why", "x").exit_code == 1
    assert json.loads(on_ledger("strikes", "show", "--json").output)[0]["level"] == ""
