"""What is generated is current, and says something about everything."""

from __future__ import annotations

import runpy
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from msgspec import inspect

from gateway.config.policy_form import PolicyForm
from gateway.config.settings import Settings
from gateway.config.settings_file import setting_paths
from gateway.config.typed_document import field_at, unwrap
from gateway.config.yaml_file import load_yaml_file

ROOT = Path(__file__).resolve().parents[2]
PRESETS = sorted((ROOT / "policies/presets").glob("*.yaml"))
GENERATOR: dict[str, Any] = runpy.run_path(str(ROOT / "tests/house/generate.py"))


@pytest.mark.parametrize("path", list(GENERATOR["pages"]()), ids=lambda path: path.name)
def test_generated_file_is_current(path: Path) -> None:
    """`make docs` has nothing to write."""
    assert path.read_text(encoding="utf-8") == GENERATOR["pages"]()[path]


@pytest.mark.parametrize("path", setting_paths(), ids=".".join)
def test_every_setting_is_described(path: tuple[str, ...]) -> None:
    """No setting goes without a sentence."""
    kind = field_at(Settings, path)
    assert kind is not None
    assert unwrap(kind)[2].endswith(".")


def test_every_policy_key_is_described() -> None:
    """No key of a policy file goes without a sentence."""
    silent, waiting, seen = [], [PolicyForm], set()
    while waiting:
        form = waiting.pop()
        seen.add(form)
        info = inspect.type_info(form)
        assert isinstance(info, inspect.StructType)
        for field in info.fields:
            if not unwrap(field.type)[2].endswith("."):
                silent.append(f"{form.__name__}.{field.name}")
            waiting += [each for each in GENERATOR["_forms"](field.type) if each not in seen]
    assert silent == []


@pytest.mark.parametrize("path", PRESETS, ids=lambda path: path.stem)
def test_presets_fit_the_published_schema(path: Path) -> None:
    """What editors are told is what the program takes."""
    jsonschema.validate(load_yaml_file(path).value, GENERATOR["policy_schema"]())
