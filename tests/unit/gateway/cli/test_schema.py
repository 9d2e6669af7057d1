"""`sealgate schema` prints what is published."""

from __future__ import annotations

import json
from typing import Any

import pytest

from gateway.config.published_schema import policy_schema, settings_schema


@pytest.mark.parametrize(
    ("which", "schema"), [("settings", settings_schema()), ("policy", policy_schema())]
)
def test_schema_is_printed(which: str, schema: dict[str, Any], run: Any) -> None:
    """The whole of it, as JSON."""
    assert json.loads(run("schema", which).output) == schema
