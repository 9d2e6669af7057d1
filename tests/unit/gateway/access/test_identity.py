"""Who asks, for whom, and that no secret of ours ever goes upstream."""

from __future__ import annotations

import base64
from pathlib import Path

import pytest

from gateway.access.identity import (
    CREDENTIAL_HEADERS,
    NEVER_FORWARDED,
    access_mode,
    allowed_headers,
    authenticate,
    subject_of,
    upstream_headers,
)
from gateway.access.keys import KeyBook, KeyTerms
from gateway.config.settings import AccessSettings
from gateway.nouns.errors import BadRequest, ConfigError, Unauthorized
from gateway.nouns.exchange import NO_SUBJECT, Principal, Subject
from gateway.nouns.policy import SubjectSource

FOREIGN = b"sk-proj-somebody-elses-provider-key"
UPSTREAM = "sk-upstream-0123456789"
MODES = ["transparent", "keys", "both"]
TRANSPARENT = Principal("0123456789abcdef", "transparent")
OWN = Principal("key_1", "gateway_key")
ANONYMOUS = Principal("anonymous", "anonymous")


class StillClock:
    """A clock that stands."""

    def wall_ns(self) -> int:
        """Nanoseconds since 1970."""
        return 1_800_000_000_000_000_000

    def monotonic_s(self) -> float:
        """Always the same."""
        return 1.0


@pytest.fixture
def keys(tmp_path: Path) -> KeyBook:
    """Return an empty book."""
    return KeyBook(tmp_path, StillClock())


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize(
    "header",
    [
        (b"Authorization", b"Bearer %s"),
        (b"authorization", b"bearer   %s "),
        (b"authorization", b"%s"),
        (b"x-api-key", b"%s"),
        (b"API-Key", b"%s"),
        (b"x-goog-api-key", b"%s"),
    ],
)
def test_a_known_gateway_key_opens_in_every_mode(
    keys: KeyBook, mode: str, header: tuple[bytes, bytes]
) -> None:
    """In whichever header the client's kind of SDK puts it."""
    secret, key = keys.create("a", KeyTerms(tenant="acme", requests_per_minute=9, label="off"))
    headers = [(header[0], header[1] % secret.encode())]
    found = authenticate(headers, AccessSettings(mode=mode, concurrent=3), keys, anonymous=False)
    assert found == Principal(key.id, "gateway_key", "acme", 9, 3, "off")


def test_a_basic_credential_with_a_gateway_key_counts_as_one(keys: KeyBook) -> None:
    """As password or as user."""
    secret, key = keys.create("a")
    for pair in (f"me:{secret}", f"{secret}:"):
        value = b"Basic " + base64.b64encode(pair.encode())
        headers = [(b"authorization", value)]
        assert authenticate(headers, AccessSettings(), keys, anonymous=True).key == key.id


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("value", [b"sk-sg-unknown", b"SK-SG-" + b"a" * 43, b"x sk-sg-1"])
def test_an_unknown_gateway_key_is_refused_in_every_mode(
    keys: KeyBook, mode: str, value: bytes
) -> None:
    """It never passes through as if it were a provider's."""
    headers = [(b"authorization", b"Bearer " + value)]
    with pytest.raises(Unauthorized):
        authenticate(headers, AccessSettings(mode=mode), keys, anonymous=True)


@pytest.mark.parametrize("mode", ["transparent", "both"])
def test_a_foreign_key_passes_through_under_its_keyed_hash(keys: KeyBook, mode: str) -> None:
    """The principal has the hash, the settings' limits and nothing of the key."""
    headers = [(b"Authorization", b"Bearer " + FOREIGN)]
    settings = AccessSettings(mode=mode, requests_per_minute=5)
    found = authenticate(headers, settings, keys, anonymous=False)
    assert found == Principal(keys.keyed_hash(FOREIGN), "transparent", requests_per_minute=5)


@pytest.mark.parametrize("headers", [[], [(b"authorization", b"Bearer " + FOREIGN)]])
def test_with_mode_keys_nobody_else_comes_in(
    keys: KeyBook, headers: list[tuple[bytes, bytes]]
) -> None:
    """Neither without a key nor with another one."""
    with pytest.raises(Unauthorized, match="sk-sg-"):
        authenticate(headers, AccessSettings(mode="keys"), keys, anonymous=True)


@pytest.mark.parametrize("mode", ["transparent", "both"])
@pytest.mark.parametrize("headers", [[], [(b"authorization", b"Bearer ")], [(b"x-api-key", b"")]])
def test_without_a_key_one_is_anonymous_where_that_is_allowed(
    keys: KeyBook, mode: str, headers: list[tuple[bytes, bytes]]
) -> None:
    """An empty key is none."""
    settings = AccessSettings(mode=mode, concurrent=2)
    found = authenticate(headers, settings, keys, anonymous=True)
    assert found == Principal("anonymous", "anonymous", concurrent=2)
    with pytest.raises(Unauthorized):
        authenticate(headers, settings, keys, anonymous=False)


def test_who_hands_out_keys_serves_nobody_without_one(keys: KeyBook) -> None:
    """In mode both the operator's provider key is not for everybody once a key exists."""
    _, key = keys.create("a")
    with pytest.raises(Unauthorized):
        authenticate([], AccessSettings(mode="both"), keys, anonymous=True)
    assert authenticate([], AccessSettings(mode="transparent"), keys, anonymous=True)
    keys.revoke(key.id)
    assert authenticate([], AccessSettings(mode="both"), keys, anonymous=True) == ANONYMOUS


def test_a_gateway_key_beside_another_key_counts(keys: KeyBook) -> None:
    """A client may send both; two different gateway keys are refused."""
    secret, key = keys.create("a")
    other, _ = keys.create("b")
    mixed = [(b"authorization", b"Bearer " + FOREIGN), (b"x-api-key", secret.encode())]
    assert authenticate(mixed, AccessSettings(), keys, anonymous=False).key == key.id
    two = [(b"authorization", b"Bearer " + other.encode()), (b"x-api-key", secret.encode())]
    with pytest.raises(Unauthorized, match="two different"):
        authenticate(two, AccessSettings(), keys, anonymous=False)


@pytest.mark.parametrize("name", [b"authorization", b"X-API-Key"])
def test_a_credential_said_twice_is_one(keys: KeyBook, name: bytes) -> None:
    """Nobody is recorded under one key and served by the upstream under another."""
    twice = [(name, b"Bearer sk-one"), (name.lower(), b"Bearer sk-two")]
    with pytest.raises(Unauthorized, match="stands twice"):
        authenticate(twice, AccessSettings(), keys, anonymous=False)
    same = [(name, b"Bearer sk-one")] * 2
    assert authenticate(same, AccessSettings(), keys, anonymous=False).kind == "transparent"


def test_the_authorization_header_names_the_foreign_key_first(keys: KeyBook) -> None:
    """Whatever the order in which headers came."""
    headers = [(b"api-key", b"second"), (b"authorization", b"Bearer first")]
    found = authenticate(headers, AccessSettings(), keys, anonymous=False)
    assert found.key == keys.keyed_hash(b"first")


def test_a_limit_of_zero_means_none(keys: KeyBook) -> None:
    """A key's own zero lifts the default of the settings."""
    secret, _ = keys.create("a", KeyTerms(requests_per_minute=0))
    settings = AccessSettings(requests_per_minute=10)
    found = authenticate([(b"x-api-key", secret.encode())], settings, keys, anonymous=False)
    assert (found.requests_per_minute, found.concurrent) == (None, None)


def test_a_huge_credential_is_refused(keys: KeyBook) -> None:
    """Nobody hashes megabytes."""
    headers = [(b"authorization", b"Bearer " + b"a" * 5000)]
    with pytest.raises(Unauthorized, match="4096"):
        authenticate(headers, AccessSettings(), keys, anonymous=True)


def test_an_unknown_mode_is_a_clear_error() -> None:
    """The error names the setting and the modes there are."""
    with pytest.raises(ConfigError, match="transparent, keys, both"):
        access_mode(AccessSettings(mode="open"))


GATEWAY_KEY = b"sk-sg-" + b"A" * 43
ADMIN = b"admin-token-0123456789"
CANARY_NAMES = [
    *CREDENTIAL_HEADERS,
    *NEVER_FORWARDED,
    b"Authorization", b"X-API-Key", b"x-auth-token", b"x-access-token", b"token", b"cookie",
    b"set-cookie", b"x-csrf-token", b"x-amz-security-token", b"x-ms-token", b"x-forwarded-for",
    b"x-real-ip", b"forwarded", b"x-sealgate-key", b"x-litellm-api-key", b"x-portkey-api-key",
    b"helicone-auth", b"x-user-id", b"referer", b"origin", b"user-agent", b"x-stainless-lang",
    b"openai-organization", b"openai-beta", b"anthropic-beta", b"idempotency-key", b"traceparent",
    b"content-type", b"x-allowed",
]  # fmt: skip


@pytest.mark.parametrize("principal", [TRANSPARENT, OWN, ANONYMOUS], ids=lambda one: one.kind)
@pytest.mark.parametrize("secret", [GATEWAY_KEY, GATEWAY_KEY.lower(), ADMIN])
def test_no_secret_of_ours_goes_upstream_in_any_header(principal: Principal, secret: bytes) -> None:
    """By value: in more than thirty names, bare, as bearer, inside other words, in Basic."""
    assert len(set(CANARY_NAMES)) > 30
    shapes = [b"%s", b"Bearer %s", b"a=1; key=%s; b=2"]
    headers = [(name, shape % secret) for name in CANARY_NAMES for shape in shapes]
    if secret != ADMIN:
        headers.append((b"authorization", b"Basic " + base64.b64encode(b"me:" + secret)))
    sent = upstream_headers(headers, principal, UPSTREAM, allowed_headers(["x-allowed"]), [ADMIN])
    assert all(secret.lower() not in value.lower() for _, value in sent)
    assert not any(value.lower().startswith(b"basic") for _, value in sent)


@pytest.mark.parametrize("principal", [OWN, ANONYMOUS])
def test_a_foreign_credential_stays_here_unless_it_passes_through(principal: Principal) -> None:
    """By name: with a gateway key the upstream sees the operator's key alone."""
    headers = [(name, b"Bearer " + FOREIGN) for name in (*CREDENTIAL_HEADERS, b"cookie")]
    sent = upstream_headers(headers, principal, UPSTREAM)
    assert sent == [
        (b"authorization", b"Bearer " + UPSTREAM.encode()),
        (b"accept-encoding", b"identity"),
    ]


def test_without_an_upstream_key_no_credential_is_sent() -> None:
    """The demo asks for none."""
    assert upstream_headers([], OWN, "") == [(b"accept-encoding", b"identity")]


@pytest.mark.parametrize("name", CREDENTIAL_HEADERS)
@pytest.mark.parametrize("value", [b"Bearer " + FOREIGN, b"Bearer " + UPSTREAM.encode()])
def test_the_clients_own_key_passes_through(name: bytes, value: bytes) -> None:
    """Unchanged, in its own header, also if it happens to be the operator's key."""
    sent = upstream_headers(
        [(name, value)], TRANSPARENT, UPSTREAM, frozenset(), [UPSTREAM.encode()]
    )
    assert sent == [(name, value), (b"accept-encoding", b"identity")]


def test_headers_go_upstream_by_allow_list() -> None:
    """The SDKs' own, what the settings add, names in lower case; nothing else."""
    headers = [
        (b"Content-Type", b"application/json"),
        (b"X-Stainless-Lang", b"python"),
        (b"OpenAI-Beta", b"assistants=v2"),
        (b"X-Team", b"blue"),
        (b"X-Secret", b"no"),
        (b"Accept-Encoding", b"gzip"),
        (b"Content-Length", b"12"),
    ]
    sent = upstream_headers(headers, TRANSPARENT, "", allowed_headers(["X-Team"]))
    assert sent == [
        (b"content-type", b"application/json"),
        (b"x-stainless-lang", b"python"),
        (b"openai-beta", b"assistants=v2"),
        (b"x-team", b"blue"),
        (b"accept-encoding", b"identity"),
    ]


def test_the_clients_organisation_goes_with_the_clients_key() -> None:
    """Beside the operator's key it would spend somebody else's money, unless he allows it."""
    headers = [(b"openai-organization", b"org-1")]
    assert headers[0] in upstream_headers(headers, TRANSPARENT, UPSTREAM)
    assert headers[0] not in upstream_headers(headers, OWN, UPSTREAM)
    allow = allowed_headers(["openai-organization"])
    assert headers[0] in upstream_headers(headers, OWN, UPSTREAM, allow)


@pytest.mark.parametrize(
    "name",
    ["Authorization", "x-api-key", "Host", "content-length", "x-sealgate-aigc", "", "a b", "é"],
)
def test_some_headers_can_never_be_added(name: str) -> None:
    """Credentials, what belongs to a connection, ours, and what is no name."""
    with pytest.raises(ConfigError, match="forward_headers"):
        allowed_headers([name])


SOURCE = SubjectSource()
HEADER = (b"X-User-Id", b"u-1")


@pytest.mark.parametrize(
    ("headers", "body", "expected"),
    [
        ([HEADER], {"safety_identifier": "s", "user": "u"}, Subject("u-1", "header:x-user-id")),
        ([], {"safety_identifier": "s", "user": "u"}, Subject("s", "body:safety_identifier")),
        ([], {"user": " u "}, Subject("u", "body:user")),
        ([(b"x-user-id", b"  ")], {"user": "u"}, Subject("u", "body:user")),
        ([HEADER, HEADER], {}, Subject("u-1", "header:x-user-id")),
        ([(b"x-user-id", "李娜".encode())], {}, Subject("李娜", "header:x-user-id")),
        ([(b"x-user-id", b"caf\xe9")], {}, Subject("café", "header:x-user-id")),
        ([(b"x-user-id", b"a" * 256)], {}, Subject("a" * 256, "header:x-user-id")),
        ([], {}, NO_SUBJECT),
    ],
)
def test_the_first_source_that_names_somebody_counts(
    headers: list[tuple[bytes, bytes]], body: dict[str, str], expected: Subject
) -> None:
    """In the policy's order; white space is no name."""
    assert subject_of(headers, body, SOURCE) == expected


@pytest.mark.parametrize(
    ("headers", "body", "param"),
    [
        ([(b"x-user-id", b"a" * 257)], {}, "x-user-id"),
        ([(b"x-user-id", b"a"), (b"x-user-id", b"b")], {}, "x-user-id"),
        ([(b"x-user-id", b"a\tb")], {}, "x-user-id"),
        ([], {"user": "a\x00b"}, "user"),
        ([], {"user": "a\x9fb"}, "user"),
        ([], {"user": "a\ud800b"}, "user"),
        ([], {"safety_identifier": "好" * 257}, "safety_identifier"),
    ],
)
def test_a_name_that_cannot_be_kept_is_refused(
    headers: list[tuple[bytes, bytes]], body: dict[str, str], param: str
) -> None:
    """Too long, ambiguous, or with control characters: the error names the field, not the name."""
    with pytest.raises(BadRequest) as caught:
        subject_of(headers, body, SOURCE)
    assert caught.value.param == param
    assert "aaa" not in caught.value.sentence()


def test_a_policy_may_refuse_exchanges_without_a_subject() -> None:
    """The error says what to send."""
    with pytest.raises(BadRequest, match="header:x-user-id, body:safety_identifier") as caught:
        subject_of([], {}, SubjectSource(missing="refuse"))
    assert caught.value.param == "x-user-id"


def test_a_source_of_unknown_kind_is_a_clear_error() -> None:
    """It would silently name nobody."""
    with pytest.raises(ConfigError, match="cookie:user"):
        subject_of([], {}, SubjectSource(sources=("cookie:user",)))
