"""The door asks the right parts with the right settings."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from gateway.access.door import Door
from gateway.access.keys import KeyBook, KeyTerms
from gateway.access.limits import Limiter
from gateway.config.settings import AccessSettings, Settings, UpstreamSettings
from gateway.nouns.errors import BadRequest, ConfigError, TooManyRequests, Unauthorized
from gateway.nouns.exchange import NO_SUBJECT, Principal, Subject
from gateway.nouns.policy import SubjectSource

REAL = UpstreamSettings(url="https://api.example.com", forward_headers=("x-team",))


class StillClock:
    """A clock that stands."""

    def wall_ns(self) -> int:
        """Nanoseconds since 1970."""
        return 1_800_000_000_000_000_000

    def monotonic_s(self) -> float:
        """Always the same."""
        return 1.0


@pytest.fixture
def limiter() -> Iterator[Limiter]:
    """Return a limiter."""
    limiter = Limiter()
    yield limiter
    limiter.close()


@pytest.fixture
def keys(tmp_path: Path) -> KeyBook:
    """Return an empty book."""
    return KeyBook(tmp_path, StillClock())


@pytest.mark.parametrize(
    ("upstream", "upstream_key", "comes_in"),
    [(UpstreamSettings(), "", True), (REAL, "sk-upstream-1", True), (REAL, "", False)],
)
def test_without_a_key_one_comes_in_where_none_is_needed(
    keys: KeyBook, limiter: Limiter, upstream: UpstreamSettings, upstream_key: str, comes_in: bool
) -> None:
    """To the demo, or where the operator's key is used; else the upstream would only refuse."""
    door = Door(
        Settings(upstream=upstream), SubjectSource(), keys, limiter, upstream_key=upstream_key
    )
    if comes_in:
        assert door.authenticate([]).kind == "anonymous"
    else:
        with pytest.raises(Unauthorized):
            door.authenticate([])


def test_a_request_goes_through_the_door(keys: KeyBook, limiter: Limiter) -> None:
    """Key, subject, limit, headers: each from its own part, with the settings' values."""
    secret, key = keys.create("a", KeyTerms(requests_per_minute=1))
    door = Door(
        Settings(upstream=REAL), SubjectSource(), keys, limiter,
        upstream_key="sk-upstream-1", secrets=["master-secret-1", ""],
    )  # fmt: skip
    headers = [
        (b"authorization", b"Bearer " + secret.encode()),
        (b"x-user-id", b"u-1"),
        (b"x-team", b"blue"),
        (b"user-agent", b"master-secret-1"),
    ]
    principal = door.authenticate(headers)
    assert principal.key == key.id
    assert door.subject(headers, {}) == Subject("u-1", "header:x-user-id")
    door.admit(principal, 1.0).release()
    with pytest.raises(TooManyRequests):
        door.admit(principal, 1.0)
    assert door.standing(principal, 1.0)[1] == (b"x-ratelimit-remaining-requests", b"0")
    assert door.upstream_headers(headers, principal) == [
        (b"x-team", b"blue"),
        (b"authorization", b"Bearer sk-upstream-1"),
        (b"accept-encoding", b"identity"),
    ]


def test_the_policy_may_want_an_end_user(keys: KeyBook, limiter: Limiter) -> None:
    """Missing: counted by default, refused where it says so."""
    assert Door(Settings(), SubjectSource(), keys, limiter).subject([], {}) == NO_SUBJECT
    strict = Door(Settings(), SubjectSource(missing="refuse"), keys, limiter)
    with pytest.raises(BadRequest):
        strict.subject([], {})


@pytest.mark.parametrize(
    ("settings", "source", "named"),
    [
        (Settings(access=AccessSettings(mode="open")), SubjectSource(), "access.mode"),
        (
            Settings(upstream=UpstreamSettings(forward_headers=("host",))),
            SubjectSource(),
            "forward_headers",
        ),
        (Settings(), SubjectSource(sources=("cookie:x",), missing="refuse"), "subject.from"),
    ],
)
def test_wrong_settings_are_found_when_the_door_is_made(
    keys: KeyBook, limiter: Limiter, settings: Settings, source: SubjectSource, named: str
) -> None:
    """Before the first request: the error names the setting."""
    with pytest.raises(ConfigError, match=named):
        Door(settings, source, keys, limiter)


def test_a_principal_without_limits_is_let_in(keys: KeyBook, limiter: Limiter) -> None:
    """And gets no rate headers."""
    door = Door(Settings(), SubjectSource(), keys, limiter)
    assert door.admit(Principal("a", "anonymous"), 0.0).headers == ()
