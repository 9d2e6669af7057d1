"""The door: all that access decides about a request, as the edge asks for it.

Made per worker from the settings, the policy's subject sources, the key book and the limiter that
was made before the fork.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from gateway.access.agreement import asked_unlabelled
from gateway.access.identity import (
    Headers,
    access_mode,
    allowed_headers,
    authenticate,
    subject_of,
    upstream_headers,
)
from gateway.access.keys import KeyBook
from gateway.access.limits import Limiter, Permit
from gateway.config.settings import Settings
from gateway.nouns.exchange import Principal, Subject
from gateway.nouns.policy import SubjectSource


class Door:
    """Who may ask, for whom, how often, and with which headers the upstream is asked.

    ``upstream_key`` is the resolved secret of ``upstream.key``; ``secrets`` are all other resolved
    secrets, which go nowhere. Raises ConfigError for an unknown mode, a header that may not be
    forwarded, or a subject source of unknown kind.
    """

    def __init__(
        self,
        settings: Settings,
        source: SubjectSource,
        keys: KeyBook,
        limiter: Limiter,
        *,
        upstream_key: str = "",
        secrets: Iterable[str] = (),
    ) -> None:
        access_mode(settings.access)
        subject_of((), {}, SubjectSource(sources=source.sources))
        self._settings = settings.access
        self._source = source
        self._keys = keys
        self._limiter = limiter
        self._upstream_key = upstream_key
        self._allow = allowed_headers(settings.upstream.forward_headers)
        self._secrets = tuple(secret.encode() for secret in (upstream_key, *secrets) if secret)
        self._anonymous = bool(upstream_key) or not settings.upstream.url

    def authenticate(self, headers: Headers) -> Principal:
        """Return who asks; without a key only if the upstream is the demo or has a key of its own.

        Raises Unauthorized.
        """
        return authenticate(headers, self._settings, self._keys, anonymous=self._anonymous)

    def subject(self, headers: Headers, body_fields: Mapping[str, str]) -> Subject:
        """Return the end user, or NO_SUBJECT. Raises BadRequest."""
        return subject_of(headers, body_fields, self._source)

    def unlabelled(self, headers: Headers, principal: Principal) -> str:
        """Return the reason for which the label is to be left out; empty: it is not.

        Raises BadRequest or AgreementRequired.
        """
        return asked_unlabelled(headers, principal, self._settings.agreement)

    def admit(self, principal: Principal, now_s: float) -> Permit:
        """Count the exchange in. Raises TooManyRequests or Overloaded."""
        return self._limiter.admit(principal, now_s)

    def standing(self, principal: Principal, now_s: float) -> tuple[tuple[bytes, bytes], ...]:
        """Return the rate header lines for a request that its limits turned away."""
        return self._limiter.standing(principal, now_s)

    def upstream_headers(self, headers: Headers, principal: Principal) -> list[tuple[bytes, bytes]]:
        """Return the header lines that may go upstream, the upstream's key among them."""
        return upstream_headers(headers, principal, self._upstream_key, self._allow, self._secrets)
