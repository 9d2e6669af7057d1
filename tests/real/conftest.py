"""Fixtures of the real clients and upstreams: each server once a session, each outcome once."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from tests.real import strangers
from tests.real.clients import Client
from tests.real.environments import missing
from tests.real.player import playing
from tests.real.sealed import Sealed, sealed

Start = Callable[..., Sealed]


@pytest.fixture(scope="session", autouse=True)
def environments() -> None:
    """Fail, not skip, where an environment is missing: nothing here may pass unseen."""
    names = missing()
    assert not names, f"not made: {', '.join(names)}. Run `make extras`."


@pytest.fixture(scope="session")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder for logs and state."""
    return tmp_path_factory.mktemp("real")


@pytest.fixture(scope="session")
def aimock(folder: Path) -> Iterator[strangers.Aimock]:
    """The mock server."""
    with strangers.aimock(folder) as running:
        yield running


@pytest.fixture(scope="session")
def transformers(folder: Path) -> Iterator[str]:
    """The inference server with the tiny model."""
    with strangers.transformers(folder) as url:
        yield url


@pytest.fixture(scope="session")
def litellm(folder: Path, transformers: str) -> Iterator[str]:
    """The proxy that answers by itself, or asks the inference server."""
    with strangers.litellm(folder, transformers) as url:
        yield url


@pytest.fixture(scope="session")
def cassettes() -> Iterator[str]:
    """The player of cassettes."""
    with playing() as url:
        yield url


@pytest.fixture(scope="session")
def gateway(folder: Path) -> Iterator[Start]:
    """Return the gateway in front of an upstream under a policy: one process for each pair."""
    running: dict[tuple[str, str], Sealed] = {}
    with ExitStack() as stack:

        def start(upstream: str, policy: str) -> Sealed:
            if (upstream, policy) not in running:
                file = strangers.FIXTURES / f"{policy}.yaml"
                place = folder / f"gateway-{len(running)}"
                entered = sealed(upstream, file if file.exists() else policy, place)
                running[upstream, policy] = stack.enter_context(entered)
            return running[upstream, policy]

        yield start


Played = Callable[[Client, str, tuple[dict[str, Any], ...]], dict[str, Any]]


@pytest.fixture(scope="session")
def played() -> Played:
    """Return the outcomes of journeys of a client at an address; each set is played once."""
    known: dict[tuple[str, str, str], dict[str, Any]] = {}

    def play(client: Client, url: str, journeys: tuple[dict[str, Any], ...]) -> dict[str, Any]:
        key = (client.name, url, repr([step["name"] for step in journeys]))
        if key not in known:
            known[key] = client.play(f"{url}/v1", journeys)
        return known[key]

    return play
