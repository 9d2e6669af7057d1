"""The server's configuration; tests/faults/test_processes.py runs workers for real."""

from __future__ import annotations

import pytest

from gateway.config.settings import Limits, Settings
from gateway.edge.connection import BoundedHttp
from gateway.edge.worker import server_config


def test_protocol_has_the_settings_limits() -> None:
    """The protocol class is ours, with the limits of these settings."""
    config = server_config(lambda: None, Settings(limits=Limits(header_bytes=7)))
    assert isinstance(config.http, type)
    assert issubclass(config.http, BoundedHttp)
    assert config.http.limits.header_bytes == 7


def test_server_says_nothing_of_its_own() -> None:
    """No access log (paths and keys), no server header, no trust in forwarded addresses."""
    config = server_config(lambda: None, Settings())
    assert not config.access_log
    assert not config.server_header
    assert not config.proxy_headers
    assert config.ws == "none"


@pytest.mark.parametrize(("drain_s", "limit"), [(0.1, 1), (30.0, 30)])
def test_drain_has_its_limit(drain_s: float, limit: int) -> None:
    """Draining ends after drain_s, at least a second."""
    config = server_config(lambda: None, Settings(drain_s=drain_s))
    assert config.timeout_graceful_shutdown == limit
