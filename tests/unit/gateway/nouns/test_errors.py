"""Each error has a code, a status and a sentence in two languages."""

from __future__ import annotations

import pytest

from gateway.nouns.errors import (
    ConfigError,
    SealgateError,
    TooManyRequests,
    UpstreamError,
)


def _tree(root: type[SealgateError]) -> list[type[SealgateError]]:
    return [root, *[each for child in root.__subclasses__() for each in _tree(child)]]


@pytest.mark.parametrize("error", _tree(SealgateError), ids=lambda each: each.__name__)
def test_every_error_speaks_both_languages(error: type[SealgateError]) -> None:
    """And has a status and a level that exist."""
    assert error.en.endswith(".")
    assert error.zh.endswith("。")
    assert 400 <= error.status < 600
    assert error.level in {"info", "warning", "error"}
    assert error.fault in {"client", "upstream", "gateway", "operator"}
    assert error("detail").sentence("zh") == f"{error.zh} detail"
    assert error().sentence() == error.en


def test_errors_carry_what_the_edge_needs() -> None:
    """The field at fault, and when to come again."""
    error = TooManyRequests("60 a minute", param="key", retry_after_s=1.5)
    assert (error.detail, error.param, error.retry_after_s) == ("60 a minute", "key", 1.5)


def test_whose_fault_it_is() -> None:
    """The upstream's errors are not ours, the operator's are not the client's."""
    assert all(each.status in {502, 504} for each in _tree(UpstreamError))
    assert ConfigError.fault == "operator"
