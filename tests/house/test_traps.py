"""Each trap of tests/README.md is held by tests that are there."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

TESTS = Path(__file__).parents[1]
_ROW = re.compile(r"^\| (\d+) \|", re.MULTILINE)
_NAMED = re.compile(r"`([\w/]+\.py)::(\w+)`")


def _page() -> str:
    return (TESTS / "README.md").read_text(encoding="utf-8")


def test_every_trap_has_a_test() -> None:
    """The rows are numbered through, and none is empty."""
    rows = [line for line in _page().splitlines() if _ROW.match(line)]
    assert [int(row.split("|")[1]) for row in rows] == list(range(1, len(rows) + 1))
    assert [row for row in rows if not _NAMED.search(row)] == []


@pytest.mark.parametrize(("path", "name"), _NAMED.findall(_page()))
def test_what_holds_a_trap_is_there(path: str, name: str) -> None:
    """A test that is renamed or moved takes its row along."""
    text = (TESTS / path).read_text(encoding="utf-8")
    assert re.search(rf"^(?:async )?def {name}\(", text, re.MULTILINE)


def test_every_folder_is_named() -> None:
    """Who looks for the place of a test finds all of them."""
    folders = {each.name for each in TESTS.iterdir() if each.is_dir() and each.name[0] not in "._"}
    page = _page()
    assert [each for each in sorted(folders) if f"`{each}`" not in page] == []
