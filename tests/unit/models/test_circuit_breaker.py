"""The breaker by itself."""

from __future__ import annotations

from models.circuit_breaker import CircuitBreaker


def test_breaker_lets_one_probe_through() -> None:
    """While the probe is out, the others still fail at once."""
    now = [0.0]
    breaker = CircuitBreaker(1, 5.0, lambda: now[0])
    breaker.failed()
    assert not breaker.admit()
    now[0] = 5.0
    assert breaker.admit()
    assert not breaker.admit()
    breaker.worked()
    assert breaker.admit()
