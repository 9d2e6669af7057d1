"""Who asks, and how often one address may."""

from __future__ import annotations

from typing import Any

import pytest

from gateway.access.limits import Limiter
from gateway.desk.turnstile import AT_ONCE, Turnstile, client_address
from gateway.nouns.errors import TooManyRequests


def scope(address: str, *lines: tuple[bytes, bytes]) -> dict[str, Any]:
    """Return a connection's scope."""
    return {"client": (address, 1) if address else None, "headers": list(lines)}


@pytest.mark.parametrize(
    ("address", "asks"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2::9", "2001:db8:1:2::/64"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("testclient", ""),
        ("", ""),
    ],
)
def test_addresses(address: str, asks: str) -> None:
    """One IPv6 network counts as one, since its owner has all of it."""
    assert client_address(scope(address)) == asks


@pytest.mark.parametrize(
    ("value", "asks"),
    [
        (b"203.0.113.9", "203.0.113.9"),
        (b"6.6.6.6, 203.0.113.9", "203.0.113.9"),
        (b"203.0.113.9, [2001:db8::1]", "2001:db8::/64"),
        (b"203.0.113.9:4711", "203.0.113.9"),
        (b"[2001:db8::1]:4711", "2001:db8::/64"),
        (b"2001:db8::1:4711", "2001:db8::/64"),
        (b"nonsense", ""),
    ],
)
def test_behind_a_proxy_the_last_entry_counts(value: bytes, asks: str) -> None:
    """What stands before it the client wrote himself."""
    behind = scope("10.0.0.1", (b"x-forwarded-for", b"1.2.3.4"), (b"x-forwarded-for", value))
    assert client_address(behind, "X-Forwarded-For") == asks
    assert client_address(behind) == "10.0.0.1"


def test_so_often_a_minute() -> None:
    """A token bucket per address; the refusal says when to come again, in both languages."""
    gate = Turnstile(Limiter(), 6)
    for _ in range(6):
        permit = gate.enter("192.0.2.7", 0.0)
        assert permit is not None
        permit.release()
    with pytest.raises(TooManyRequests) as refused:
        gate.enter("192.0.2.7", 0.0)
    assert refused.value.retry_after_s == pytest.approx(10.0)
    assert "address" in refused.value.sentence("en")
    assert "地址" in refused.value.sentence("zh")
    gate.enter("192.0.2.8", 0.0).release()
    gate.enter("192.0.2.7", 10.5).release()


def test_so_many_at_once() -> None:
    """A place is free again when the answer is out."""
    gate = Turnstile(Limiter(), 600)
    permits = [gate.enter("192.0.2.7", 0.0) for _ in range(AT_ONCE)]
    with pytest.raises(TooManyRequests):
        gate.enter("192.0.2.7", 0.0)
    permits[0].release()
    gate.enter("192.0.2.7", 0.0).release()


def test_the_count_holds_over_all_workers() -> None:
    """They share the limiter's memory: two turnstiles over one limiter are one."""
    limiter = Limiter()
    Turnstile(limiter, 1).enter("192.0.2.7", 0.0).release()
    with pytest.raises(TooManyRequests):
        Turnstile(limiter, 1).enter("192.0.2.7", 0.0)


def test_no_limit() -> None:
    """Zero a minute lets everybody in."""
    gate = Turnstile(Limiter(), 0)
    for _ in range(100):
        gate.enter("192.0.2.7", 0.0)
