"""The language of the command line."""

from __future__ import annotations

import pytest

from gateway.cli.language import language_of


@pytest.mark.parametrize(
    ("environ", "language"),
    [
        ({}, "en"),
        ({"LANG": "zh_CN.UTF-8"}, "zh"),
        ({"LANG": "zh_CN.UTF-8", "LC_ALL": "C"}, "en"),
        ({"LANG": "en_US.UTF-8", "SEALGATE_LANG": "zh"}, "zh"),
        ({"LANG": "ZH"}, "zh"),
    ],
)
def test_the_first_variable_that_is_set_decides(environ: dict[str, str], language: str) -> None:
    """Ours first, then the locale's in their usual order."""
    assert language_of(environ) == language
