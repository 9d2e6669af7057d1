"""Gateway keys: only hashes at rest, seen by all processes, ended when they should end."""

from __future__ import annotations

import re
import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from gateway.access.keys import KeyBook, KeyTerms
from gateway.nouns.errors import ConfigError, Unauthorized

DAY_S = 86_400.0


class HandClock:
    """A clock that moves when it is told to."""

    def __init__(self) -> None:
        self.now_s = 1_800_000_000.0

    def wall_ns(self) -> int:
        """Nanoseconds since 1970."""
        return int(self.now_s * 1e9)

    def monotonic_s(self) -> float:
        """The same hand moves both."""
        return self.now_s


@pytest.fixture
def clock() -> HandClock:
    """Return a clock at rest."""
    return HandClock()


@pytest.fixture
def book(tmp_path: Path, clock: HandClock) -> KeyBook:
    """Return an empty book in a fresh folder."""
    return KeyBook(tmp_path, clock)


def test_a_key_has_its_form_and_is_found(book: KeyBook) -> None:
    """``sk-sg-`` and 43 characters; what was decided about it comes back."""
    terms = KeyTerms(
        tenant="acme", valid_s=DAY_S, requests_per_minute=60, concurrent=4, label="field"
    )
    secret, key = book.create("web shop", terms)
    assert re.fullmatch(r"sk-sg-[A-Za-z0-9_-]{43}", secret)
    assert book.find(secret) == key
    assert (key.name, key.tenant, key.requests_per_minute, key.concurrent, key.label) == (
        "web shop",
        "acme",
        60,
        4,
        "field",
    )
    assert key.expires_s == key.created_s + DAY_S


def test_the_key_is_nowhere_at_rest(book: KeyBook, tmp_path: Path) -> None:
    """No file of the folder holds it, and only the owner reads the files."""
    secret, _ = book.create("a")
    for file in tmp_path.iterdir():
        assert secret.encode() not in file.read_bytes()
        assert secret[6:].encode() not in file.read_bytes()
        assert stat.S_IMODE(file.stat().st_mode) == 0o600


@pytest.mark.parametrize(
    "key", ["", "sk-sg-", "sk-sg-" + "a" * 43, "sk-" + "a" * 43, "sk-sg-\u00e9" + "a" * 42]
)
def test_an_unknown_key_is_refused(book: KeyBook, key: str) -> None:
    """Whatever its form."""
    book.create("a")
    with pytest.raises(Unauthorized, match="does not know"):
        book.find(key)


def test_a_key_ends_when_it_expires(book: KeyBook, clock: HandClock) -> None:
    """A second before it works, at the moment it does not; the error names the key's id."""
    secret, key = book.create("a", KeyTerms(valid_s=100.0))
    clock.now_s += 99
    assert book.find(secret).state(clock.now_s) == "active"
    clock.now_s += 1
    with pytest.raises(Unauthorized, match=f"{key.id} is expired"):
        book.find(secret)


def test_a_revoked_key_ends_at_once(book: KeyBook, clock: HandClock) -> None:
    """Revoking twice keeps the first moment; the key stays in the list."""
    secret, key = book.create("a")
    revoked = book.revoke(key.id)
    clock.now_s += 5
    assert book.revoke(key.id).revoked_s == revoked.revoked_s == clock.now_s - 5
    with pytest.raises(Unauthorized, match="revoked"):
        book.find(secret)
    assert [known.id for known in book.records()] == [key.id]


def test_rotation_keeps_the_old_secret_for_a_while(book: KeyBook, clock: HandClock) -> None:
    """Both work during the grace period, then the new one alone; the id stays."""
    old, key = book.create("a")
    new, rotated = book.rotate(key.id, grace_s=60.0)
    assert rotated.id == key.id
    assert book.find(old).id == book.find(new).id == key.id
    clock.now_s += 60
    with pytest.raises(Unauthorized, match="replaced"):
        book.find(old)
    assert book.find(new).id == key.id


def test_a_second_rotation_does_not_prolong_the_first(book: KeyBook, clock: HandClock) -> None:
    """An old secret keeps its end, and one that ended is dropped from the file."""
    first, key = book.create("a")
    book.rotate(key.id, grace_s=60.0)
    second = book.rotate(key.id, grace_s=1000.0)[1]
    assert len(second.digests) == 3
    clock.now_s += 61
    with pytest.raises(Unauthorized, match="replaced"):
        book.find(first)
    assert len(book.rotate(key.id, grace_s=0.0)[1].digests) == 3


def test_rotating_without_grace_ends_the_old_secret_now(book: KeyBook) -> None:
    """For a key that leaked."""
    old, key = book.create("a")
    book.rotate(key.id, grace_s=0.0)
    with pytest.raises(Unauthorized, match="replaced"):
        book.find(old)


def test_only_an_active_key_is_rotated(book: KeyBook) -> None:
    """A revoked key does not come back by a new secret."""
    _, key = book.create("a")
    book.revoke(key.id)
    with pytest.raises(ConfigError, match="is revoked"):
        book.rotate(key.id)


@pytest.mark.parametrize("change", [KeyBook.revoke, KeyBook.rotate])
def test_an_unknown_id_is_a_clear_error(book: KeyBook, change: object) -> None:
    """The error names it."""
    with pytest.raises(ConfigError, match="key_none"):
        change(book, "key_none")


def test_another_process_sees_changes_within_a_second(tmp_path: Path, clock: HandClock) -> None:
    """Once a second the file is looked at; for a key that is unknown, twenty times: whoever has
    just made one uses it at once."""
    serving, editing = KeyBook(tmp_path, clock), KeyBook(tmp_path, clock)
    secret, key = editing.create("a")
    with pytest.raises(Unauthorized):
        serving.find(secret)
    clock.now_s += 0.06
    assert serving.find(secret).id == key.id
    editing.revoke(key.id)
    clock.now_s += 0.5
    assert serving.find(secret).id == key.id
    clock.now_s += 0.6
    with pytest.raises(Unauthorized, match="revoked"):
        serving.find(secret)


def test_a_spoilt_file_keeps_the_running_keys(tmp_path: Path, clock: HandClock) -> None:
    """The fault is told, and gone when the file is whole again; a start with it fails."""
    book = KeyBook(tmp_path, clock)
    secret, key = book.create("a")
    whole = (tmp_path / "keys.json").read_bytes()
    (tmp_path / "keys.json").write_bytes(b'{"version":1,"keys":[{')
    clock.now_s += 1
    assert book.find(secret).id == key.id
    assert book.fault is not None
    assert "keys.json" in book.fault
    with pytest.raises(ConfigError, match=r"keys\.json cannot be read"):
        KeyBook(tmp_path, clock)
    (tmp_path / "keys.json").write_bytes(whole)
    clock.now_s += 1
    assert book.find(secret).id == key.id
    assert book.fault is None


def test_keys_removed_with_their_file_are_refused(tmp_path: Path, clock: HandClock) -> None:
    """No file, no keys."""
    book = KeyBook(tmp_path, clock)
    secret, _ = book.create("a")
    (tmp_path / "keys.json").unlink()
    clock.now_s += 1
    with pytest.raises(Unauthorized):
        book.find(secret)
    assert not book.has_active()


def test_keys_without_their_secret_are_a_clear_error(tmp_path: Path, clock: HandClock) -> None:
    """A new secret would silently lock everybody out."""
    KeyBook(tmp_path, clock).create("a")
    (tmp_path / "access.secret").unlink()
    with pytest.raises(ConfigError, match=r"access\.secret is gone"):
        KeyBook(tmp_path, clock)


def test_a_file_of_a_newer_program_is_refused(tmp_path: Path, clock: HandClock) -> None:
    """The error says which version it has."""
    (tmp_path / "access.secret").write_bytes(bytes(32))
    (tmp_path / "keys.json").write_bytes(b'{"version":2,"keys":[]}')
    with pytest.raises(ConfigError, match="version 2"):
        KeyBook(tmp_path, clock)


def test_changes_made_at_once_are_all_kept(tmp_path: Path, clock: HandClock) -> None:
    """Two who write do not overwrite each other."""
    books = [KeyBook(tmp_path, clock) for _ in range(4)]
    with ThreadPoolExecutor(4) as pool:
        made = list(pool.map(lambda book: [book.create("a")[1].id for _ in range(5)], books))
    assert {key.id for key in books[0].records()} == {one for each in made for one in each}
    assert len(books[0].records()) == 20


def test_active_keys_are_noticed(book: KeyBook, clock: HandClock) -> None:
    """None at first; one while it lives."""
    assert not book.has_active()
    book.create("a", KeyTerms(valid_s=10.0))
    assert book.has_active()
    clock.now_s += 10
    assert not book.has_active()


@pytest.mark.parametrize(
    ("name", "terms"),
    [
        ("", KeyTerms()),
        (" a", KeyTerms()),
        ("a\nb", KeyTerms()),
        ("a" * 101, KeyTerms()),
        ("a", KeyTerms(tenant="")),
        ("a", KeyTerms(valid_s=0.0)),
        ("a", KeyTerms(requests_per_minute=-1)),
        ("a", KeyTerms(concurrent=-1)),
        ("a", KeyTerms(label="loud")),
    ],
)
def test_terms_without_sense_are_refused(book: KeyBook, name: str, terms: KeyTerms) -> None:
    """Nothing is written."""
    with pytest.raises(ConfigError):
        book.create(name, terms)
    assert book.records() == []


def test_the_hash_of_a_foreign_key_is_keyed(tmp_path: Path, clock: HandClock) -> None:
    """Stable in one installation, another elsewhere, and 16 digits long."""
    here, there = KeyBook(tmp_path / "a", clock), KeyBook(tmp_path / "b", clock)
    assert re.fullmatch("[0-9a-f]{16}", here.keyed_hash(b"sk-foreign"))
    assert here.keyed_hash(b"sk-foreign") == KeyBook(tmp_path / "a", clock).keyed_hash(
        b"sk-foreign"
    )
    assert here.keyed_hash(b"sk-foreign") != there.keyed_hash(b"sk-foreign")


def test_an_agreement_is_kept_and_ended(book: KeyBook, clock: HandClock) -> None:
    """Who accepted what and when stays on record, after its end too."""
    secret, key = book.create("shop")
    assert key.accepted == ""
    with pytest.raises(ConfigError, match="no agreement"):
        book.disagree(key.id)
    book.agree(key.id, "2026-01", "Li Na")
    assert book.find(secret).accepted == "2026-01"
    clock.now_s += 5
    ended = book.disagree(key.id)
    assert book.disagree(key.id) == ended
    assert book.find(secret).accepted == ""
    assert ended.agreement is not None
    assert (ended.agreement.accepted_by, ended.agreement.version) == ("Li Na", "2026-01")
    assert ended.agreement.revoked_s == ended.agreement.accepted_s + 5
    assert book.agree(key.id, "2026-02", "Li Na").accepted == "2026-02"


@pytest.mark.parametrize(("version", "who"), [("", "Li Na"), ("1", " "), ("1\n", "x"), ("1", "")])
def test_an_agreement_has_a_version_and_a_name(book: KeyBook, version: str, who: str) -> None:
    """One line each; and the key must live."""
    _, key = book.create("shop")
    with pytest.raises(ConfigError):
        book.agree(key.id, version, who)
    book.revoke(key.id)
    with pytest.raises(ConfigError, match="revoked"):
        book.agree(key.id, "1", "Li Na")
