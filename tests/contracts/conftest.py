"""Every registered store, for the suites that hold stores to their promises."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path

import pytest

from gateway.ports.store import Store
from gateway.stores.relational import RelationalStore
from tests.postgresql_kit import own_schema

STORES: dict[str, Callable[[Path], AbstractContextManager[str]]] = {
    "sqlite": lambda folder: nullcontext(str(folder / "ledger.db")),
    "sqlite-url": lambda folder: nullcontext(f"sqlite:///{folder}/ledger.db"),
    "postgresql": lambda _folder: own_schema(),
}


@pytest.fixture(params=[
    pytest.param(name, marks=pytest.mark.postgresql) if name == "postgresql" else name
    for name in STORES
])  # fmt: skip
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    """Each store in turn, empty."""
    with STORES[request.param](tmp_path) as location:
        opened = RelationalStore(location)
        yield opened
        opened.close()
