"""`sealgate review` on a real ledger."""

from __future__ import annotations

import json
from collections.abc import Callable

from click.testing import Result

from tests.ledger_kit import name


def test_the_queue_is_worked_off(on_ledger: Callable[..., Result]) -> None:
    """List, show, decide, count; a decision by an unknown id is a mistake of the caller's."""
    listed = on_ledger("review", "list").output.splitlines()
    assert [line.split()[0] for line in listed] == [name(1), name(2)]
    assert "harms" in listed[0]
    assert '{"q":1}' in on_ledger("review", "show", name(1)).output
    assert on_ledger("review", "show", name(9)).exit_code == 1
    decided = on_ledger("review", "decide", name(1), "wrong", "--by", "wang", "--note", "quoted")
    assert "wrong (wang) quoted" in decided.output
    assert on_ledger("review", "decide", name(9), "wrong").exit_code == 2
    (left,) = json.loads(on_ledger("review", "list", "--json").output)
    assert left["exchange"] == name(2)
    assert [each["decision"] for each in json.loads(
        on_ledger("review", "list", "--decided", "--json").output)] == ["wrong"]  # fmt: skip
    assert "1 wrong (100.0%)" in " ".join(on_ledger("review", "rules").output.split())
    assert json.loads(on_ledger("review", "rules", "--json").output)[0]["wrong"] == 1
