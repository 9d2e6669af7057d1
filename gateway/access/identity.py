"""Who asks, for whom, and which of their headers may go upstream.

This file alone decides what leaves towards the upstream in the way of credentials: a gateway key
never does, by name or by value; the client's own provider key does, when it is what it came with.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterable, Mapping
from enum import StrEnum
from typing import NamedTuple

from gateway.access.keys import PREFIX, KeyBook
from gateway.config.settings import AccessSettings
from gateway.nouns.errors import BadRequest, ConfigError, Unauthorized
from gateway.nouns.exchange import NO_SUBJECT, Principal, Subject
from gateway.nouns.policy import SubjectSource

Headers = Iterable[tuple[bytes, bytes]]

CREDENTIAL_HEADERS = (b"authorization", b"x-api-key", b"api-key", b"x-goog-api-key")
"""Where clients put keys, the one that counts first."""

FORWARDED = frozenset(
    {
        b"content-type",
        b"accept",
        b"accept-language",
        b"user-agent",
        b"openai-beta",
        b"anthropic-version",
        b"anthropic-beta",
        b"idempotency-key",
        b"traceparent",
        b"tracestate",
        b"baggage",
        b"x-dashscope-async",
    }
)
"""What goes upstream from anybody, besides ``x-stainless-*`` and what the settings add."""

FORWARDED_WITH_OWN_KEY = frozenset({b"openai-organization", b"openai-project"})
"""What goes upstream only beside the client's own key: it says whose money that key spends."""

NEVER_FORWARDED = frozenset(
    {
        *CREDENTIAL_HEADERS,
        b"proxy-authorization",
        b"host",
        b"connection",
        b"keep-alive",
        b"proxy-connection",
        b"te",
        b"trailer",
        b"transfer-encoding",
        b"upgrade",
        b"content-length",
        b"content-encoding",
        b"accept-encoding",
        b"expect",
    }
)
"""What the settings cannot add: credentials, and what belongs to one connection."""

LONGEST_CREDENTIAL = 4096
LONGEST_SUBJECT = 256

_PREFIX = PREFIX.encode()
_FORWARDED_PREFIX = b"x-stainless-"
_SHORTEST_SECRET = 8


class AccessMode(StrEnum):
    """Whose keys open the door (`AccessSettings.mode`)."""

    TRANSPARENT = "transparent"
    KEYS = "keys"
    BOTH = "both"


class _Credential(NamedTuple):
    value: bytes
    is_gateway_key: bool


def access_mode(settings: AccessSettings) -> AccessMode:
    """Return the mode of the settings. Raises ConfigError if there is no such mode."""
    try:
        return AccessMode(settings.mode)
    except ValueError:
        raise ConfigError(
            f"access.mode is {settings.mode!r}: it is one of {', '.join(AccessMode)}.",
            param="access.mode",
        ) from None


def authenticate(
    headers: Headers, settings: AccessSettings, keys: KeyBook, *, anonymous: bool
) -> Principal:
    """Return who asks. Raises Unauthorized.

    A gateway key must be a known one in every mode. Another key passes through in ``transparent``
    and ``both``. Without a key one is anonymous, if ``anonymous`` (the upstream needs no client's
    key, or is the demo) and the mode is ``transparent``, or ``both`` as long as the gateway has no
    active key of its own: who hands out keys does not mean to serve without. All anonymous callers
    share one principal, and so its limits.
    """
    mode = access_mode(settings)
    found = _credentials(headers)
    own = {credential.value for credential in found if credential.is_gateway_key}
    if len(own) > 1:
        raise Unauthorized("The request carries two different gateway keys: send one.")
    if own:
        return _of_gateway_key(own.pop(), settings, keys)
    if mode is AccessMode.KEYS:
        raise Unauthorized(f"Send a key of this gateway ({PREFIX}...) as bearer token.")
    if found:
        return _with_defaults(keys.keyed_hash(found[0].value), "transparent", settings)
    if anonymous and (mode is AccessMode.TRANSPARENT or not keys.has_active()):
        return _with_defaults("anonymous", "anonymous", settings)
    why = "This gateway has keys of its own, so nobody is served without one. " if anonymous else ""
    raise Unauthorized(f"{why}Send a key as bearer token.")


def upstream_headers(
    headers: Headers,
    principal: Principal,
    upstream_key: str,
    allow: frozenset[bytes] = frozenset(),
    secrets: Iterable[bytes] = (),
) -> list[tuple[bytes, bytes]]:
    """Return the request headers for the upstream, names in lower case.

    The list is `FORWARDED` and ``allow`` (see `allowed_headers`). The credential is the client's
    own for a transparent principal (also if it is the operator's, which the client then knows) and
    ``upstream_key`` as bearer token for everybody else. A value with a gateway key or one of
    ``secrets`` in it goes nowhere. The answer is asked for unencoded.
    """
    ours = tuple(secret for secret in secrets if len(secret) >= _SHORTEST_SECRET)
    others = tuple(secret for secret in ours if secret != upstream_key.encode())
    transparent = principal.kind == "transparent"
    out = []
    for name, value in headers:
        lower = name.lower()
        kept_back = ours
        if lower in CREDENTIAL_HEADERS:
            wanted, kept_back = transparent, others
        elif lower in FORWARDED_WITH_OWN_KEY:
            wanted = transparent or lower in allow
        else:
            wanted = lower in FORWARDED or lower in allow or lower.startswith(_FORWARDED_PREFIX)
        if wanted and not _gives_away(value, kept_back):
            out.append((lower, value))
    if upstream_key and not transparent:
        out.append((b"authorization", b"Bearer " + upstream_key.encode()))
    out.append((b"accept-encoding", b"identity"))
    return out


def allowed_headers(names: Iterable[str]) -> frozenset[bytes]:
    """Return the settings' ``forward_headers`` as `upstream_headers` takes them.

    Raises ConfigError for a name that may never go upstream, or is none.
    """
    out = set()
    for name in names:
        lower = name.strip().lower()
        encoded = lower.encode("ascii", "replace")
        if encoded in NEVER_FORWARDED or lower.startswith("x-sealgate-"):
            raise ConfigError(
                f"upstream.forward_headers: {name!r} may not go upstream; leave it out.",
                param="upstream.forward_headers",
            )
        if not lower or not lower.replace("-", "").replace("_", "").isalnum() or b"?" in encoded:
            raise ConfigError(
                f"upstream.forward_headers: {name!r} is no header name.",
                param="upstream.forward_headers",
            )
        out.add(encoded)
    return frozenset(out)


def subject_of(headers: Headers, body: Mapping[str, str], source: SubjectSource) -> Subject:
    """Return the end user that the request is for, from the first source that names one.

    ``body`` holds the fields that the adapter found (`Request.subject_fields`). Raises BadRequest
    if the name is longer than 256 characters, has control characters, comes twice and differs, or
    is missing where the policy refuses that; ConfigError for a source of unknown kind.
    """
    listed = list(headers)
    for place in source.sources:
        kind, _, name = place.partition(":")
        if kind == "header":
            found = _header(listed, name)
        elif kind == "body":
            found = body.get(name, "").strip()
        else:
            raise ConfigError(
                f"subject.from: {place!r} is neither 'header:NAME' nor 'body:FIELD'.",
                param="subject.from",
            )
        if found:
            return Subject(_checked(found, place), place)
    if source.missing == "refuse":
        raise BadRequest(
            f"The request names no end user: send one of {', '.join(source.sources)}.",
            param=source.sources[0].partition(":")[2] if source.sources else None,
        )
    return NO_SUBJECT


def _credentials(headers: Headers) -> list[_Credential]:
    """Return all keys in a request, in the order of `CREDENTIAL_HEADERS`.

    Raises Unauthorized if a header says two different things: the upstream might take the other one
    than the record names.
    """
    found = []
    seen: dict[bytes, bytes] = {}
    for name, value in headers:
        lower = name.lower()
        if lower not in CREDENTIAL_HEADERS:
            continue
        if seen.setdefault(lower, value) != value:
            raise Unauthorized(f"The header {lower.decode()} stands twice: send it once.")
        if len(value) > LONGEST_CREDENTIAL:
            raise Unauthorized(f"A key has at most {LONGEST_CREDENTIAL} characters.")
        credential = _credential(value.strip())
        if credential.value:
            found.append((CREDENTIAL_HEADERS.index(lower), credential))
    return [credential for _, credential in sorted(found, key=lambda pair: pair[0])]


def _credential(value: bytes) -> _Credential:
    scheme, _, rest = value.partition(b" ")
    if scheme.lower() == b"bearer":
        value = rest.strip()
    elif scheme.lower() == b"basic":
        value = _basic(rest.strip()) or value
    return _Credential(value, _PREFIX in value.lower())


def _basic(encoded: bytes) -> bytes:
    """Return the gateway key inside a Basic credential, as user or as password; empty if none."""
    try:
        decoded = base64.b64decode(encoded, validate=True)
    except (binascii.Error, ValueError):
        return b""
    user, _, password = decoded.partition(b":")
    return next((part for part in (password, user) if _PREFIX in part.lower()), b"")


def _of_gateway_key(value: bytes, settings: AccessSettings, keys: KeyBook) -> Principal:
    key = keys.find(value.decode("latin-1"))
    return Principal(
        key=key.id,
        kind="gateway_key",
        tenant=key.tenant,
        requests_per_minute=_limit(key.requests_per_minute, settings.requests_per_minute),
        concurrent=_limit(key.concurrent, settings.concurrent),
        label=key.label,
        agreement=key.accepted,
    )


def _with_defaults(key: str, kind: str, settings: AccessSettings) -> Principal:
    return Principal(
        key=key,
        kind=kind,
        requests_per_minute=_limit(None, settings.requests_per_minute),
        concurrent=_limit(None, settings.concurrent),
    )


def _limit(own: int | None, default: int) -> int | None:
    return (default if own is None else own) or None


def _gives_away(value: bytes, secrets: tuple[bytes, ...]) -> bool:
    if _PREFIX in value.lower():
        return True
    for secret in secrets:
        if secret in value:
            return True
    return value[:5].lower() == b"basic" and bool(_basic(value[5:].strip()))


def _header(headers: list[tuple[bytes, bytes]], name: str) -> str:
    wanted = name.lower().encode("ascii", "replace")
    found = {value.strip() for key, value in headers if key.lower() == wanted}
    if len(found) > 1:
        raise BadRequest("The header names two different end users.", param=name)
    value = found.pop() if found else b""
    try:
        return value.decode().strip()
    except UnicodeDecodeError:
        return value.decode("latin-1").strip()


def _checked(subject: str, place: str) -> str:
    field = place.partition(":")[2]
    if len(subject) > LONGEST_SUBJECT:
        raise BadRequest(
            f"The end user's name is longer than {LONGEST_SUBJECT} characters.", param=field
        )
    if any(
        letter < " " or "\x7f" <= letter <= "\x9f" or "\ud800" <= letter <= "\udfff"
        for letter in subject
    ):
        raise BadRequest("The end user's name has control characters.", param=field)
    return subject
