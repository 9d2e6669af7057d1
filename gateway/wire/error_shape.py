"""The shape in which errors and refusals are told where a protocol has none of its own: the error
object of OpenAI's API, which every client of the ecosystem reads."""

from __future__ import annotations

import math

from gateway.nouns.errors import FilterFailed, LedgerFailed, SealgateError
from gateway.nouns.verdict import Refusal

Header = tuple[bytes, bytes]

JSON_HEADER: Header = (b"content-type", b"application/json")
NO_RETRY: Header = (b"x-should-retry", b"false")

_TYPES = {401: "authentication_error", 429: "rate_limit_error"}


def extension(refusal: Refusal) -> dict[str, object]:
    """Return the extension member of a refusal: what to take back, and which rule spoke."""
    return {
        "retract": refusal.retract,
        "shown": refusal.shown,
        "code": refusal.code,
        "rule": refusal.rule,
    }


def refusal_object(refusal: Refusal, exchange: str) -> dict[str, object]:
    """Return the refusal of an input as the body of an error."""
    return {
        "error": {
            "message": refusal.message,
            "type": "invalid_request_error",
            "param": "messages",
            "code": "content_filter",
        },
        "sealgate": {**extension(refusal), "category": refusal.category, "exchange": exchange},
    }


def refused_error(refusal: Refusal) -> dict[str, object]:
    """Return what stands in place of an upstream's error whose words were refused."""
    error = {"message": refusal.message, "type": "upstream_error", "param": None}
    return {"error": {**error, "code": "content_filter"}, "sealgate": extension(refusal)}


def refusal_headers(refusal: Refusal) -> tuple[Header, ...]:
    """Return the headers of a refusal: no client shall send the same text again."""
    return (JSON_HEADER, NO_RETRY, (b"content-language", refusal.language.encode("ascii")))


def error_object(error: SealgateError, exchange: str, language: str) -> dict[str, object]:
    """Return an error as a body: whose fault, what, how to mend it, and the exchange to ask for."""
    kind = _TYPES.get(error.status) or (
        "invalid_request_error" if error.status < 500 else f"{error.fault}_error"
    )
    return {
        "error": {
            "message": error.sentence(language),
            "type": kind,
            "param": error.param,
            "code": error.code,
        },
        "sealgate": {"exchange": exchange},
    }


def error_headers(error: SealgateError) -> tuple[Header, ...]:
    """Return the headers of an error; what a retry cannot mend asks for none."""
    headers = [JSON_HEADER]
    if error.retry_after_s is not None:
        headers.append((b"retry-after", b"%d" % max(1, math.ceil(error.retry_after_s))))
    if isinstance(error, (FilterFailed, LedgerFailed)) or error.status == 500:
        headers.append(NO_RETRY)
    return tuple(headers)
