"""Functions and modules stay small enough to be read at once."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SOURCES = sorted(
    path for folder in ("gateway", "filters", "models") for path in (ROOT / folder).rglob("*.py")
)
MODULE_LINES = 400
FUNCTION_LINES = 60
POSITIONAL = 5

LARGER: dict[str, str] = {
    "gateway/ports/adapter.py::Run.__init__": "a value with named members",
}
"""``path`` or ``path::function`` that may be larger, and why."""


def _functions(tree: ast.AST, prefix: str = "") -> list[tuple[str, ast.FunctionDef]]:
    found: list[tuple[str, ast.FunctionDef]] = []
    for node in ast.iter_child_nodes(tree):
        name = f"{prefix}{getattr(node, 'name', '')}"
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            found.append((name, node))  # type: ignore[arg-type]
        inner = f"{name}." if hasattr(node, "name") else prefix
        found += _functions(node, inner)
    return found


def _length(node: ast.FunctionDef) -> int:
    """Count the lines of a function without its docstring."""
    documented = ast.get_docstring(node) is not None
    doc = node.body[0].end_lineno - node.body[0].lineno + 1 if documented else 0
    return node.end_lineno - node.lineno + 1 - doc


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(ROOT)))
def test_module_and_functions_are_small(path: Path) -> None:
    """At most 400 lines a module, 60 a function, five positional parameters."""
    name = str(path.relative_to(ROOT))
    text = path.read_text(encoding="utf-8")
    faults = []
    if len(text.splitlines()) > MODULE_LINES and name not in LARGER:
        faults.append(f"{name} has {len(text.splitlines())} lines")
    for function, node in _functions(ast.parse(text)):
        if f"{name}::{function}" in LARGER:
            continue
        if _length(node) > FUNCTION_LINES:
            faults.append(f"{function} has {_length(node)} lines")
        positional = [each.arg for each in (*node.args.posonlyargs, *node.args.args)]
        named = [each for each in positional if each not in {"self", "cls"}]
        if len(named) > POSITIONAL:
            faults.append(f"{function} takes {len(named)} positional parameters")
    assert faults == []


def test_other_files_are_small() -> None:
    """At most 400 lines a file of the tests and of the training, too."""
    files = [path for folder in ("tests", "training") for path in (ROOT / folder).rglob("*.py")]
    lines = {path: len(path.read_text(encoding="utf-8").splitlines()) for path in files}
    assert [path for path, count in lines.items() if count > MODULE_LINES] == []


def test_exceptions_still_exist() -> None:
    """The list of exceptions names nothing that is gone."""
    for entry in LARGER:
        path, _, function = entry.partition("::")
        source = (ROOT / path).read_text(encoding="utf-8")
        names = [name for name, _ in _functions(ast.parse(source))]
        assert not function or function in names, entry
