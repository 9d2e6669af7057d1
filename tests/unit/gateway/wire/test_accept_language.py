"""Which of our two languages a reader likes best."""

from __future__ import annotations

import pytest

from gateway.wire.accept_language import preferred_language


@pytest.mark.parametrize(
    ("accept", "language"),
    [
        ("", "en"), ("zh-CN,zh;q=0.9,en;q=0.8", "zh"), ("en-GB,zh;q=0.9", "en"), ("ZH", "zh"),
        ("fr,zh-TW;q=0.3", "zh"), ("en;q=0.2, zh;q=0.7", "zh"), ("zh;q=0", "en"), ("de", "en"),
        ("zh;q=x", "en"), ("zh," * 10_000, "zh"),
    ],
)  # fmt: skip
def test_the_language_that_is_liked_best(accept: str, language: str) -> None:
    """By the weights of RFC 9110; English where neither is named."""
    assert preferred_language(accept) == language
