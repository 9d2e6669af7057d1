"""Words that say nothing are not names of modules, folders or classes."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SOURCES = sorted(
    path for folder in ("gateway", "filters", "models") for path in (ROOT / folder).rglob("*.py")
)
BANNED = frozenset(
    [
        "util",
        "utils",
        "helper",
        "helpers",
        "common",
        "misc",
        "shared",
        "base",
        "core",
        "manager",
        "handler",
        "processor",
        "service",
        "provider",
        "data",
        "info",
        "item",
        "object",
    ]
)
MEANT: dict[str, str] = {
    "filters/personal_data": "the term of the law",
    "gateway/marks/provider_code.py": "the standard's own name of the 27 characters",
}
"""Names that hold a banned word because somebody else's term does."""


def _words(name: str) -> set[str]:
    spaced = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name)
    return set(spaced.lower().split("_"))


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(ROOT)))
def test_names_say_something(path: Path) -> None:
    """No module, folder or class is called after nothing in particular."""
    name = str(path.relative_to(ROOT))
    if not any(name.startswith(each) for each in MEANT):
        for part in path.relative_to(ROOT).with_suffix("").parts:
            assert not _words(part) & BANNED, part
    allowed = {"PersonalDataFilter"}
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ClassDef) and node.name not in allowed:
            assert not _words(node.name) & BANNED, node.name


def test_meant_names_exist() -> None:
    """The list of exceptions names nothing that is gone."""
    for name in MEANT:
        assert (ROOT / name).exists(), name


def test_nothing_is_left_to_do() -> None:
    """Unfinished work is an issue, not a comment."""
    marker = re.compile(r"\b(" + "TO" + "DO|FIX" + r"ME|X" + r"XX)\b")
    left = [
        f"{path.relative_to(ROOT)}:{number}"
        for path in [*SOURCES, *(ROOT / "tests").rglob("*.py")]
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        if marker.search(line)
    ]
    assert left == []
