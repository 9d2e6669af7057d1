"""Each module has its test file at the same place, and each unit test its module."""

from __future__ import annotations

from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
FAMILIES = ("gateway", "filters", "models")
ELSEWHERE: dict[str, str] = {
    "gateway/ports/": "promises; tests/contracts holds plug-ins, and so the defaults, to them",
    "gateway/edge/program.py": "promises without bodies; tests/serve_program.py keeps them",
    "gateway/config/settings.py": "a form; test_settings_file.py reads it",
    "gateway/config/policy_form.py": "a form; test_policy_file.py and test_generated.py read it",
    "gateway/config/conduct_form.py": "a form; test_conduct_reading.py reads it",
    "gateway/config/marks_reading.py": "a part of policy_file; test_policy_file.py reads with it",
    "gateway/config/media_form.py": "a form; test_policy_file.py and test_generated.py read it",
    "gateway/config/guard_form.py": "a form; test_policy_file.py and test_generated.py read it",
    "gateway/config/policy_words.py": "words of forms; test_policy_file.py reads them",
    "gateway/nouns/finding.py": "values without behaviour",
    "gateway/nouns/mark.py": "values without behaviour",
    "gateway/nouns/media.py": "tables; wire/test_media_type.py reads them",
    "gateway/nouns/record.py": "values without behaviour",
    "gateway/nouns/segment.py": "values without behaviour",
    "gateway/nouns/guard_contract.py": "tables; tests/contracts/test_guard.py reads them",
    "models/calls.py": "values without behaviour",
    "gateway/cli/__main__.py": "one line",
    "gateway/demo/__main__.py": "a door for hands; test_server.py starts the process",
}
"""Modules without a mirror file, and where they are tested instead."""


def _sources() -> list[Path]:
    return sorted(
        path.relative_to(ROOT)
        for family in FAMILIES
        for path in (ROOT / family).rglob("*.py")
        if path.name != "__init__.py"
    )


def _mirrors(source: Path) -> list[Path]:
    """Return where a module may be tested: its own file, or its folder's."""
    folder = ROOT / "tests/unit" / source.parent
    own = [folder / f"test_{source.stem}.py", *folder.glob(f"test_{source.stem}_*.py")]
    whole = folder.parent / f"test_{source.parent.name}.py"
    inside = folder / f"test_{source.parent.name}.py"
    return [path for path in (*own, whole, inside) if path.exists()]


@pytest.mark.parametrize("source", _sources(), ids=str)
def test_module_has_its_tests(source: Path) -> None:
    """What is not tested beside its place is on the list, with a reason."""
    if any(str(source).startswith(each) for each in ELSEWHERE):
        return
    assert _mirrors(source), f"tests/unit/{source.parent}/test_{source.name} is missing"


def test_exceptions_still_exist() -> None:
    """The list of exceptions names nothing that is gone."""
    for name in ELSEWHERE:
        assert (ROOT / name).exists(), name


def test_test_folders_are_no_packages() -> None:
    """Tests are found by path; only the benchmark is a program (`python -m tests.bench`)."""
    found = [path.relative_to(ROOT) for path in (ROOT / "tests").rglob("__init__.py")]
    assert [path for path in found if path.parent != Path("tests/bench")] == []
