"""What gateway.wire.error_shape promises, one promise a test."""

from __future__ import annotations

import pytest

from gateway.nouns.errors import (
    BadRequest,
    FilterFailed,
    LedgerFailed,
    Overloaded,
    SealgateError,
    TooManyRequests,
    Unauthorized,
    UpstreamTimeout,
)
from gateway.nouns.verdict import Refusal
from gateway.wire.error_shape import NO_RETRY, error_headers, error_object, refusal_object


@pytest.mark.parametrize(
    ("error", "kind", "code"),
    [
        (BadRequest("x", param="n"), "invalid_request_error", "invalid_request"),
        (Unauthorized(), "authentication_error", "invalid_api_key"),
        (TooManyRequests(), "rate_limit_error", "rate_limit_exceeded"),
        (UpstreamTimeout(), "upstream_error", "upstream_timeout"),
        (FilterFailed(), "gateway_error", "filter_failed"),
    ],
)
def test_errors_say_whose_fault(error: SealgateError, kind: str, code: str) -> None:
    """The type names the side at fault, the code is stable, the field and exchange are named."""
    body = error_object(error, "01X", "en")
    assert body["error"] == {
        "message": error.sentence("en"), "type": kind, "param": error.param, "code": code,
    }  # fmt: skip
    assert body["sealgate"] == {"exchange": "01X"}


def test_errors_speak_chinese() -> None:
    """The sentence comes in the language that is asked for."""
    message = error_object(BadRequest(), "x", "zh")["error"]
    assert isinstance(message, dict)
    assert message["message"] == BadRequest.zh


@pytest.mark.parametrize(
    ("error", "stops"),
    [
        (FilterFailed(), True),
        (LedgerFailed(), True),
        (SealgateError(), True),
        (Overloaded(), False),
    ],
)
def test_hopeless_retries_are_stopped(error: SealgateError, stops: bool) -> None:
    """Clients are asked not to repeat what a retry cannot mend, and only that."""
    assert (NO_RETRY in error_headers(error)) is stops


def test_waiting_time_is_whole_seconds() -> None:
    """Retry-after is rounded up and never zero."""
    assert (b"retry-after", b"2") in error_headers(TooManyRequests(retry_after_s=1.2))
    assert (b"retry-after", b"1") in error_headers(TooManyRequests(retry_after_s=0.0))


def test_refusals_carry_code_and_rule() -> None:
    """The refusal's error has the code that clients know; the rule stands in the extension."""
    body = refusal_object(Refusal("blocked", "No.", "r1", "A1.a", retract=True, shown=3), "01X")
    assert body == {
        "error": {
            "message": "No.", "type": "invalid_request_error", "param": "messages",
            "code": "content_filter",
        },
        "sealgate": {
            "retract": True, "shown": 3, "code": "blocked", "rule": "r1", "category": "A1.a",
            "exchange": "01X",
        },
    }  # fmt: skip
