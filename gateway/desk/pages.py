"""The desk's pages: the API for programs, the page for people, and the schema of the answers.

The public ones are served by the data plane, the operator's by the operations listener.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from gateway.desk.inquiry import Desk, Question
from gateway.desk.page import (
    ICON,
    answer_page,
    asset,
    error_page,
    form_page,
    wished_language,
)
from gateway.desk.report import (
    OperatorAnswer,
    PublicAnswer,
    Report,
    operator_answer,
    public_answer,
)
from gateway.desk.submission import form_submission, submission_of
from gateway.desk.turnstile import client_address
from gateway.nouns.errors import SealgateError, TooLarge
from gateway.wire.error_shape import error_headers, error_object

PAGE = "/verify"
API = "/sealgate/v1/verify"
SCHEMA = "/sealgate/v1/verify/schema"

_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
SECURITY = {
    "content-security-policy": _POLICY,
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "no-referrer",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
}
"""Header lines of everything that a browser shows."""

_FRESH = {"cache-control": "no-store"}
_ASSETS = {
    "page.css": "text/css; charset=utf-8",
    "page.js": "text/javascript; charset=utf-8",
    "icon.svg": "image/svg+xml",
}
_DRAFT = "https://json-schema.org/draft/2020-12/schema"


def public_pages(desk: Desk) -> list[Route]:
    """Return the API and the page as anybody may use them."""
    return [*_api(desk, PublicAnswer, public_answer), *_for_people(desk)]


def operator_pages(desk: Desk) -> list[Route]:
    """Return the API whose answers name exchanges; for a listener that only operators reach."""
    return _api(desk, OperatorAnswer, operator_answer)


def schema_of(form: type[msgspec.Struct]) -> dict[str, Any]:
    """Return the JSON Schema of an answer."""
    made = {"$schema": _DRAFT, "title": "sealgate verify answer", **msgspec.json.schema(form)}
    decoded: dict[str, Any] = msgspec.json.decode(msgspec.json.encode(made))
    return decoded


def _api(
    desk: Desk, form: type[msgspec.Struct], answer: Callable[[Report], msgspec.Struct]
) -> list[Route]:
    schema = msgspec.json.encode(schema_of(form))

    async def verify(request: Request) -> Response:
        """Read the marks of a file, a text or a file of ours."""
        hosts = desk.hosts | ({request.headers.get("host", "")} - {""})
        try:
            report = await desk.ask(
                _question(request, desk),
                lambda body, content_type: submission_of(body, content_type, hosts),
            )
        except SealgateError as error:
            return _refused(error, request)
        return Response(msgspec.json.encode(answer(report)), 200, _FRESH, "application/json")

    async def published(_: Request) -> Response:
        """Return the schema of the answers."""
        return Response(schema, media_type="application/schema+json")

    return [Route(API, verify, methods=["POST"]), Route(SCHEMA, published)]


def _for_people(desk: Desk) -> list[Route]:
    limit = desk.settings.upload_bytes

    async def show(request: Request) -> Response:
        """Show the form."""
        language = _language(request)
        return _html(form_page(language, limit), language)

    async def check(request: Request) -> Response:
        """Answer the form."""
        language = _language(request)
        try:
            report = await desk.ask(_question(request, desk), form_submission)
        except SealgateError as error:
            shown = _html(error_page(language, limit, error), language, error.status)
            for name, value in error_headers(error):
                if name == b"retry-after":
                    shown.headers[name.decode()] = value.decode()
            return _closing(shown, error, request)
        return _html(answer_page(language, limit, public_answer(report)), language)

    async def part(request: Request) -> Response:
        """Return a part of the page."""
        name = request.path_params["name"]
        if name not in _ASSETS:
            raise HTTPException(404)
        content = ICON if name == "icon.svg" else asset(name)
        lines = {**SECURITY, "cache-control": "public, max-age=3600"}
        return Response(content, 200, lines, _ASSETS[name])

    return [
        Route(PAGE, show),
        Route(PAGE, check, methods=["POST"]),
        Route("/sealgate/verify/{name}", part),
    ]


def _question(request: Request, desk: Desk) -> Question:
    return Question(
        request.stream(),
        request.headers.get("content-type", ""),
        request.headers.get("content-length", ""),
        client_address(request.scope, desk.settings.client_header),
    )


def _language(request: Request) -> str:
    return wished_language(
        request.headers.get("accept-language", ""), request.query_params.get("lang")
    )


def _refused(error: SealgateError, request: Request) -> Response:
    language = wished_language(request.headers.get("accept-language", ""))
    body = msgspec.json.encode(error_object(error, "", language))
    lines = {name.decode(): value.decode() for name, value in error_headers(error)}
    return _closing(Response(body, error.status, {**lines, **_FRESH}), error, request)


def _closing(response: Response, error: SealgateError, request: Request) -> Response:
    """Return the response; the connection of a body that nobody wants to the end is closed."""
    if isinstance(error, TooLarge) and not request.headers.get("content-length"):
        response.headers["connection"] = "close"
    return response


def _html(page: str, language: str, status: int = 200) -> Response:
    lines = {
        **SECURITY,
        **_FRESH,
        "content-language": "zh-CN" if language == "zh" else "en",
        "vary": "accept-language",
    }
    return Response(page, status, lines, "text/html; charset=utf-8")
