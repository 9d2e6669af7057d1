"""Fixtures of every suite: the scripted upstream and a gateway in front of it, on real sockets."""

from __future__ import annotations

import socket
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractAsyncContextManager, AsyncExitStack
from typing import Any

import msgspec
import pytest
from PIL import Image

from gateway.config.settings import Settings
from gateway.nouns.policy import Policy
from tests import postgresql_kit
from tests.edge_kit import GatewayHere, ScriptedUpstream, serving

LEFT_OUT = pytest.StashKey[int]()


@pytest.fixture(autouse=True)
def picture_limit() -> Iterator[None]:
    """Pillow's bound on pixels is one of the process: a test that sets it sets it for itself."""
    before = Image.MAX_IMAGE_PIXELS
    yield
    Image.MAX_IMAGE_PIXELS = before


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out the tests of PostgreSQL where no server is named, owed or there, and count them."""
    needing = [each for each in items if each.get_closest_marker("postgresql")]
    if needing and not postgresql_kit.wanted():
        items[:] = [each for each in items if each not in set(needing)]
        config.hook.pytest_deselected(items=needing)
        config.stash[LEFT_OUT] = len(needing)


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any) -> None:
    """Hear from a process of pytest-xdist what it left out: each one collects everything."""
    left_out = node.workeroutput.get("left_out", 0) if hasattr(node, "workeroutput") else 0
    if left_out:
        node.config.stash[LEFT_OUT] = left_out


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Tell it, from a process of pytest-xdist."""
    if hasattr(session.config, "workeroutput"):
        session.config.workeroutput["left_out"] = session.config.stash.get(LEFT_OUT, 0)


def pytest_terminal_summary(terminalreporter: Any, config: pytest.Config) -> None:
    """Say what was left out and how to run it."""
    if left_out := config.stash.get(LEFT_OUT, 0):
        terminalreporter.write_line(
            f"Left out: {left_out} tests that need a PostgreSQL server. To run them "
            f"{postgresql_kit.ADVICE}.",
            yellow=True,
        )


@pytest.fixture
def free_port() -> int:
    """A port of loopback that nobody listens on."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port: int = listener.getsockname()[1]
        return port


@pytest.fixture
async def upstream() -> AsyncIterator[ScriptedUpstream]:
    """A model API that does what the test says."""
    scripted = ScriptedUpstream()
    async with scripted.listening():
        yield scripted


Starter = Callable[..., Any]


def settings_for(port: int, changes: dict[str, Any]) -> Settings:
    """Return settings with ``section={name: value}`` and ``name=value`` changes."""
    plain: dict[str, Any] = {"upstream": {"url": f"http://127.0.0.1:{port}"}, "limits": {}}
    for name, value in changes.items():
        if isinstance(value, dict):
            plain[name] = {**plain.get(name, {}), **value}
        else:
            plain[name] = value
    return msgspec.convert(plain, Settings)


@pytest.fixture
async def start(upstream: ScriptedUpstream) -> AsyncIterator[Starter]:
    """Start gateways in front of the upstream: ``await start(limits={...}, policy=...)``."""
    async with AsyncExitStack() as stack:

        async def begin(*, policy: Policy | None = None, **changes: Any) -> GatewayHere:
            serve: AbstractAsyncContextManager[GatewayHere] = serving(
                settings_for(upstream.port, changes), policy
            )
            return await stack.enter_async_context(serve)

        yield begin


@pytest.fixture
async def here(start: Starter) -> GatewayHere:
    """A gateway with default settings and the empty policy."""
    gateway: GatewayHere = await start()
    return gateway
