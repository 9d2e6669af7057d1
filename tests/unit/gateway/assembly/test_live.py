"""A look around: what a gateway would stumble over is said before, and nothing is changed."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import closing
from email.utils import formatdate
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import ClassVar

import pytest
from cryptography import x509

from gateway.assembly.credentials import make_credentials
from gateway.assembly.live import look_around
from gateway.config.settings import (
    CredentialSettings,
    LedgerSettings,
    Settings,
    UpstreamSettings,
)
from gateway.ports.live import Health, Look
from gateway.stores.schema_number import SCHEMA_NUMBER
from tests.ledger_kit import START_NS, Ledger, SetClock

DAY_NS = 86_400 * 1_000_000_000


class Model(BaseHTTPRequestHandler):
    """A model API that answers with one status at the time of the tests' clock."""

    status: int = 200
    heard: ClassVar[list[tuple[str, str | None]]] = []

    def do_GET(self) -> None:
        self.heard.append((self.path, self.headers.get("authorization")))
        self.send_response_only(self.status)
        self.send_header("date", formatdate(START_NS / 1e9, usegmt=True))
        self.send_header("content-length", "0")
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


@pytest.fixture
def model() -> Iterator[UpstreamSettings]:
    """A model API, and the settings that name it."""
    Model.status = 200
    Model.heard.clear()
    server = ThreadingHTTPServer(("127.0.0.1", 0), Model)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    yield UpstreamSettings(url=f"http://127.0.0.1:{server.server_port}/v1", trust_environment=False)
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def state(tmp_path: Path) -> Path:
    """The state folder of a gateway that ran."""
    Ledger(tmp_path / "state").close()
    (tmp_path / "state").chmod(0o700)
    for path in (tmp_path / "state").glob("ledger.db*"):
        path.chmod(0o600)
    return tmp_path / "state"


def seen(state: Path, now_ns: int = START_NS, **settings: object) -> dict[str, Look]:
    """What is found, by what it is about."""
    clock = SetClock()
    clock.now_ns = now_ns
    told = Settings(state=str(state), **settings)  # type: ignore[arg-type]  # as a test names them
    return {each.about: each for each in look_around(told, {"KEY": "sk-up"}, clock)}


def test_all_is_well(state: Path, model: UpstreamSettings) -> None:
    """One question without a prompt, with no key unless there is one; nothing is changed."""
    before = (state / "ledger.db").read_bytes()
    found = seen(state, upstream=model)
    assert {each.health for each in found.values()} == {Health.WELL}
    assert [*found] == ["upstream", "clock", "keys", "store", "disk", "modes"]
    assert Model.heard == [("/v1/models", None)]
    assert (state / "ledger.db").read_bytes() == before


@pytest.mark.parametrize(
    ("status", "key", "health", "said"),
    [
        (200, "env:KEY", Health.WELL, "accepts upstream.key"),
        (401, "env:KEY", Health.BAD, "does not accept upstream.key"),
        (401, "", Health.WELL, "the client's own key"),
        (404, "env:KEY", Health.WARN, "the key was not tried"),
        (503, "", Health.WARN, "it fails"),
    ],
)
def test_what_the_upstream_says_of_the_key(
    state: Path, model: UpstreamSettings, status: int, key: str, health: Health, said: str
) -> None:
    """By its status; the key goes to it alone."""
    Model.status = status
    named = UpstreamSettings(url=model.url, key=key, trust_environment=False)
    look = seen(state, upstream=named)["upstream"]
    assert (look.health, said in look.en) == (health, True)
    assert Model.heard == [("/v1/models", "Bearer sk-up" if key else None)]


def test_an_upstream_that_is_away_or_none(state: Path) -> None:
    """Its fault in the words of the gateway's own errors; the clock is compared with nothing."""
    away = UpstreamSettings(url="http://127.0.0.1:1", trust_environment=False, retries=0)
    found = seen(state, upstream=away)
    assert found["upstream"].health is Health.BAD
    assert "refuses the connection" in found["upstream"].en
    assert "clock" not in found
    assert "demo model" in seen(state)["upstream"].en


def test_a_clock_that_is_wrong(state: Path, model: UpstreamSettings) -> None:
    """Held against the upstream's."""
    look = seen(state, START_NS + 90_000_000_000, upstream=model)["clock"]
    assert (look.health, "+90 s" in look.en) == (Health.BAD, True)


def test_keys_and_files_that_others_may_read(state: Path) -> None:
    """With the command that mends it; a keyring so is not opened at all."""
    (state / "access.secret").write_bytes(b"s" * 32)
    (state / "access.secret").chmod(0o644)
    look = seen(state)["modes"]
    assert look.health is Health.WARN
    assert look.en.endswith(f"chmod go= {state}/access.secret")
    (state / "keyring.json").chmod(0o640)
    assert "chmod 600" in seen(state)["keys"].en
    assert seen(state)["keys"].health is Health.BAD


def test_a_folder_that_is_not_there_yet(tmp_path: Path) -> None:
    """The first start makes it; looking does not."""
    found = seen(tmp_path / "no")
    assert [found[name].health for name in ("keys", "store")] == [Health.WARN] * 2
    assert "modes" not in found
    assert not (tmp_path / "no").exists()


def test_a_store_of_another_program(state: Path) -> None:
    """An older one is left as it is, a newer one or a broken file is bad."""
    path = state / "ledger.db"
    with closing(sqlite3.connect(path)) as database:
        for number, health in ((SCHEMA_NUMBER - 1, Health.WARN), (SCHEMA_NUMBER + 1, Health.BAD)):
            database.execute("UPDATE schema_version SET number = ?", (number,))
            database.commit()
            look = seen(state)["store"]
            assert (look.health, str(number) in look.en) == (health, True)
            assert database.execute("SELECT number FROM schema_version").fetchone() == (number,)
    path.write_bytes(b"no database " * 1000)
    assert seen(state)["store"].health is Health.BAD


def test_a_store_that_somebody_else_locks(state: Path) -> None:
    """It is told with the database's own reason."""
    with closing(sqlite3.connect(state / "ledger.db", isolation_level=None)) as database:
        database.execute("BEGIN IMMEDIATE")
        look = seen(state)["store"]
        database.execute("ROLLBACK")
    assert (look.health, "locked" in look.en) == (Health.BAD, True)


def test_room_on_the_disk(state: Path) -> None:
    """Held against what the spool may take."""
    huge = LedgerSettings(spool_limit_bytes=1 << 60, spool_reserve_bytes=1)
    assert seen(state, ledger=huge)["disk"].health is Health.WARN
    worse = LedgerSettings(spool_limit_bytes=1 << 60, spool_reserve_bytes=1 << 59)
    assert seen(state, ledger=worse)["disk"].health is Health.BAD
    assert "cannot be written" in seen(Path("/proc/sealgate"))["disk"].en


def test_the_end_of_a_certificate(state: Path, tmp_path: Path) -> None:
    """Days before, and after it."""
    made = make_credentials(tmp_path / "trial")
    signer = CredentialSettings(certificate=str(made.certificate), key=f"file:{made.key}")
    until_s = x509.load_pem_x509_certificate(made.certificate.read_bytes()).not_valid_after_utc
    until_ns = round(until_s.timestamp()) * 1_000_000_000
    healths = [
        seen(state, until_ns - days * DAY_NS, credentials=signer)["certificate"].health
        for days in (31, 29, -1)
    ]
    assert healths == [Health.WELL, Health.WARN, Health.BAD]
