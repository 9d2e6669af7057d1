"""The published schemas accept what the program accepts."""

from __future__ import annotations

from typing import Any

import jsonschema
import pytest

from gateway.config.published_schema import encoded, policy_schema, settings_schema


def _valid(schema: dict[str, Any], value: object) -> bool:
    return bool(jsonschema.Draft202012Validator(schema).is_valid(value))


def test_schemas_are_schemas() -> None:
    """Both are valid by the draft that they name."""
    for schema in (settings_schema(), policy_schema()):
        jsonschema.Draft202012Validator.check_schema(schema)
        assert encoded(schema).endswith("}\n")


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ({}, True),
        ({"port": 9000, "upstream": "https://x"}, True),
        ({"limits": {"body_bytes": "20MiB"}, "drain_s": "5m"}, True),
        ({"limits": {"body_bytes": "20 bananas"}}, False),
        ({"prot": 1}, False),
        ({"ledger": {"fsync": "sometimes"}}, False),
    ],
)
def test_settings(value: dict[str, Any], expected: bool) -> None:
    """Units and short forms are known, unknown keys are not."""
    assert _valid(settings_schema(), value) is expected


NIGHT = {"from": "2026-03-01", "hours": ["22:00-06:00"], "zone": "Asia/Shanghai"}


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ({"version": 1}, True),
        ({"version": 2}, False),
        ({"version": 1, "keep": {"facts": "183d"}}, True),
        ({"version": 1, "keep": {"facts": "long"}}, False),
        ({"version": 1, "rules": [{"id": "a", "when": "*", "do": "flag", "severity": "3+"}]}, True),
        ({"version": 1, "rules": [{"id": "a", "when": "*", "do": "bloc"}]}, False),
        ({"version": 1, "on_failure": {"lexicon": "block"}}, True),
        ({"version": 1, "file_mark": {}}, False),
        ({"version": 1, "overlays": [{"id": "a", "use": "a.yaml", "active": NIGHT}]}, True),
        (
            {"version": 1, "overlays": [{"id": "a", "use": "a.yaml", "active": {"hours": ["9"]}}]},
            False,
        ),
    ],
)
def test_policy(value: dict[str, Any], expected: bool) -> None:
    """Units and short forms are known, unknown keys are not."""
    assert _valid(policy_schema(), value) is expected
