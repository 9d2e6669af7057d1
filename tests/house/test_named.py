"""What docstrings and comments name in backquotes is there: modules, classes, members."""

from __future__ import annotations

import ast
import re
from collections import defaultdict
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SOURCES = sorted(
    path for folder in ("gateway", "filters", "models") for path in (ROOT / folder).rglob("*.py")
)
NAMED = re.compile(
    r"(?<!`)`((?:gateway|filters|models)(?:\.\w+)+|[A-Z]\w*[a-z]\w*(?:\.\w+)?)(?:\(\))?`(?!`)"
)
SEEN = re.compile(r"\b[Ss]ee ((?:gateway|filters|models)(?:\.\w+)+)")


def module_of(path: Path) -> str:
    """Return a module's dotted name."""
    return ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")


def words_of(node: ast.AST) -> set[str]:
    """Return what a node is called, or calls."""
    return {str(getattr(node, each)) for each in ("id", "attr", "name") if hasattr(node, each)}


@cache
def sources() -> tuple[frozenset[str], frozenset[str], dict[str, set[str]]]:
    """Return the modules, all names that the sources use, and the members of each class."""
    modules, names = set(), set()
    members: dict[str, set[str]] = defaultdict(set)
    for path in SOURCES:
        parts = module_of(path).split(".")
        modules.update(".".join(parts[: end + 1]) for end in range(len(parts)))
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            names |= words_of(node)
            if isinstance(node, ast.ClassDef):
                members[node.name].update(*(words_of(each) for each in ast.walk(node)))
    return frozenset(modules), frozenset(names), members


def is_there(name: str) -> bool:
    """True if a dotted name leads to a module, a name in one, or a member of a class."""
    modules, names, members = sources()
    if name in modules:
        return True
    head, _, last = name.rpartition(".")
    if not head:
        return name in names
    if head in modules:
        return last in names
    kind = head.rpartition(".")[2]
    return last in members.get(kind, ()) or (kind not in members and kind in names)


@pytest.mark.parametrize("path", SOURCES, ids=module_of)
def test_what_is_named_is_there(path: Path) -> None:
    """A name that went, and stayed in a sentence, misleads whoever reads it."""
    text = path.read_text(encoding="utf-8")
    gone = [name for name in (*NAMED.findall(text), *SEEN.findall(text)) if not is_there(name)]
    assert gone == []
