"""``POST /sealgate/v1/mark``: puts the policy's marks on a file that did not pass as an answer.

The file comes as the body (its type in ``content-type``, its name in ``x-sealgate-filename``) or as
the part ``file`` of a form. What comes back is the file; its receipts are in a header. Each call is
recorded as an exchange, so the file can be traced like any other.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from typing import NamedTuple

import msgspec
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from gateway.edge.account import note_unlabelled
from gateway.edge.body import header
from gateway.edge.file_sealing import origin_of
from gateway.edge.gateway import Gateway, Headers
from gateway.edge.own_pages import error_response, language_of, page_body
from gateway.nouns.errors import BadRequest, MarkFailed, SealgateError
from gateway.nouns.exchange import Principal, Subject
from gateway.nouns.media import MediaFormat
from gateway.nouns.picture import Looks
from gateway.nouns.record import DOCUMENT, AnswerText, CloseFrame, OpenFrame, ReceiptFact
from gateway.nouns.verdict import Outcome
from gateway.ports.adapter import Coding
from gateway.ports.mark import Claim
from gateway.ports.session import Sealed, SealOrder, link_header
from gateway.telemetry.metrics import ExchangeFacts
from gateway.wire.multipart import boundary_of, read_parts

PROTOCOL = "mark"
PATH = "/sealgate/v1/mark"
UNPROCESSABLE = 422
_FORM_BYTES = 4096
MakeClaim = Callable[[str, str], Claim | None]
"""Makes the claim of an exchange in a language (``zh`` or ``en``); None: no marks are owed."""


class _Given(NamedTuple):
    content: bytes
    hint: str


class _Asked(NamedTuple):
    exchange: str
    principal: Principal
    subject: Subject
    given: _Given
    unlabelled: str


def mark_page(gateway: Gateway, claim_of: MakeClaim, *, passes: bool) -> Route:
    """Return the mark endpoint. ``passes``: what cannot be marked comes back too."""

    async def mark(request: Request) -> Response:
        """Seal one file."""
        headers: Headers = request.scope["headers"]
        exchange = gateway.new_id()
        try:
            principal = gateway.access.authenticate(headers)
            permit = gateway.access.admit(principal, gateway.clock.monotonic_s())
            try:
                given = await _read(request, gateway, headers)
                subject = gateway.access.subject(headers, {})
                unlabelled = gateway.access.unlabelled(headers, principal)
                asked = _Asked(exchange, principal, subject, given, unlabelled)
                claim = claim_of(exchange, language_of(headers))
                return await _seal(gateway, asked, claim, passes, origin=origin_of(headers))
            finally:
                permit.release()
        except SealgateError as error:
            if isinstance(error, MarkFailed):
                error.status = UNPROCESSABLE  # the file is the caller's own
            return error_response(gateway, error, headers, exchange)

    return Route(PATH, mark, methods=["POST"])


async def _read(request: Request, gateway: Gateway, headers: Headers) -> _Given:
    body = await page_body(
        request, gateway.settings.media.bytes + _FORM_BYTES, "media.bytes, and a form's own"
    )
    kind = header(headers, b"content-type").decode("latin-1")
    name = header(headers, b"x-sealgate-filename").decode("latin-1")
    if not kind.lower().startswith("multipart/"):
        return _Given(body, name or kind)
    for one in read_parts(body, boundary_of(kind)):
        if one.name == "file":
            return _Given(body[one.start : one.end], one.filename or one.content_type)
    raise BadRequest("The form has no part called file.", param="file")


async def _seal(
    gateway: Gateway, asked: _Asked, claim: Claim | None, passes: object, *, origin: str
) -> Response:
    if claim is None:
        raise BadRequest("The policy owes no marks on files (marks.file).")
    if not asked.given.content:
        raise BadRequest("There is no file in the request.", param="file")
    began_s = gateway.clock.monotonic_s()
    gateway.meter.exchange_opened()
    outcome, error = Outcome.GATEWAY_ERROR, MarkFailed.code
    receipts: tuple[ReceiptFact, ...] = ()
    pictures: tuple[Looks, ...] = ()
    opened = _open_frame(gateway, asked)
    entry = gateway.journal.open(opened)
    try:
        if asked.unlabelled:
            note_unlabelled(gateway.journal, opened)
        order = SealOrder(
            1, (asked.given.content,), Coding.RAW, asked.given.hint, claim, bool(asked.unlabelled),
            beside=True,
        )  # fmt: skip
        sealed = await gateway.files.seal(order, origin=origin)
        if not isinstance(sealed, Sealed):
            raise sealed
        receipts = tuple(ReceiptFact(*one) for one in sealed.receipts)
        if not sealed.complete and not passes:
            raise MarkFailed("; ".join(f"{one.mark}: {one.detail}" for one in receipts))
        came = hashlib.sha256(asked.given.content).hexdigest()
        note = f"{sealed.format} {sealed.size} bytes sha256:{sealed.sha256} from sha256:{came}"
        told = (AnswerText(0, DOCUMENT, sealed.words),) if sealed.words else ()
        entry.answer((AnswerText(0, "media", note, own=True), *told))
        await entry.settle()
        outcome, error, pictures = Outcome.PASSED, "", sealed.pictures
        return _reply(asked.exchange, claim, sealed)
    except MarkFailed:
        outcome = Outcome.CLIENT_ERROR  # the file is the caller's own
        raise
    finally:
        seconds = gateway.clock.monotonic_s() - began_s
        status = 200 if outcome is Outcome.PASSED else UNPROCESSABLE
        entry.close(
            CloseFrame(
                gateway.clock.wall_ns(), outcome.value, status, error, (), receipts, (), 0, 0,
                retract=False, usage={}, duration_s=seconds, upstream_s=0.0,
                upstream_request_id="", pictures=pictures,
            )
        )  # fmt: skip
        gateway.meter.exchange_closed(
            ExchangeFacts(
                outcome, PROTOCOL, stream=False, status=status, error=error,
                has_subject=bool(asked.subject.id),
                receipts=receipts if outcome is Outcome.PASSED else (),
            )
        )  # fmt: skip


def _open_frame(gateway: Gateway, asked: _Asked) -> OpenFrame:
    identity = gateway.identity
    return OpenFrame(
        asked.exchange, gateway.clock.wall_ns(), asked.principal.tenant, asked.principal.key,
        asked.subject.id, asked.subject.source, PROTOCOL, PATH, "", False, identity.policy,  # noqa: FBT003 -- a value's members
        identity.lexicon, gateway.code_of(asked.exchange), identity.version, fingerprint=True,
        unlabelled=asked.unlabelled,
        agreement=asked.principal.agreement if asked.unlabelled else "",
    )  # fmt: skip


def _reply(exchange: str, claim: Claim, sealed: Sealed) -> Response:
    mime = MediaFormat(sealed.format).mime if sealed.format else "application/octet-stream"
    receipts = msgspec.json.encode([one._asdict() for one in sealed.receipts])
    lines = {
        "x-sealgate-exchange": exchange,
        "x-sealgate-code": claim.code,
        "x-sealgate-receipts": receipts.decode(),
        "x-content-type-options": "nosniff",
    }
    if sealed.link:
        name, value = link_header(sealed.link)
        lines[name.decode()] = value.decode()
    return Response(sealed.data, media_type=mime, headers=lines)
