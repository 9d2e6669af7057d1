"""Settings come from file, environment and flags; errors say where and what instead."""

from __future__ import annotations

from pathlib import Path

import pytest

from gateway.config.settings import Settings
from gateway.config.settings_file import (
    load_settings,
    resolve_secret,
    secret_of,
    setting_paths,
    variable,
)
from gateway.nouns.errors import ConfigError


def _written(folder: Path, text: str) -> Path:
    path = folder / "sealgate.yaml"
    path.write_text(text, encoding="utf-8")
    return path


def test_nothing_said_means_defaults(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An empty folder and an empty environment give the declared defaults."""
    monkeypatch.chdir(tmp_path)
    assert load_settings(None, {}) == Settings()


def test_later_sources_win(tmp_path: Path) -> None:
    """Flags over variables over file, key by key."""
    path = _written(tmp_path, "port: 1\nworkers: 2\nupstream: {idle_s: 10s, connect_s: 1s}\n")
    environ = {"SEALGATE_PORT": "2", "SEALGATE_UPSTREAM__IDLE_S": "20s"}
    settings = load_settings(path, environ, {("port",): 3, ("host",): None})
    assert (settings.port, settings.workers) == (3, 2)
    assert (settings.upstream.idle_s, settings.upstream.connect_s) == (20.0, 1.0)


def test_the_file_is_found_by_variable_and_by_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`SEALGATE_CONFIG` names it; else `sealgate.yaml` of the working folder."""
    path = _written(tmp_path, "workers: 3\n")
    assert load_settings(None, {"SEALGATE_CONFIG": str(path)}).workers == 3
    monkeypatch.chdir(tmp_path)
    assert load_settings(None, {}).workers == 3


@pytest.mark.parametrize("source", ["file", "variable", "flag"])
def test_upstream_alone_is_its_address(source: str, tmp_path: Path) -> None:
    """`upstream: URL` is short for `upstream: {url: URL}` everywhere."""
    address = "https://api.example.com/v1"
    path = _written(tmp_path, f"upstream: {address}\n" if source == "file" else "")
    environ = {"SEALGATE_UPSTREAM": address} if source == "variable" else {}
    flags = {("upstream",): address} if source == "flag" else {}
    assert load_settings(path, environ, flags).upstream.url == address


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("prot: 1", "line 1: `prot`: there is no such key; did you mean `port`?"),
        ("a: 1\nlimits:\n  body_byte: 3", "line 3: `limits.body_byte`"),
        ("workers: off", "expected a whole number; found `off`"),
        ("workers: 0", "expected at least 1"),
        ("port: 70000", "expected at most 65535"),
        ("log_level: inof", "did you mean `info`?"),
        ("upstream: {forward_headers: a}", "expected a list"),
        ("upstream: {url: ftp://x}", "http:// or https://"),
        ("upstream: {url: https://a/v1/chat/completions}", "the base URL, which ends in /v1"),
        ("upstream: {key: sk-verysecret}", "use env:NAME or file:PATH"),
        ("ledger: {fsync: sometimes}", "`always`, `interval`, `os`"),
        ("ledger: {spool_limit_bytes: 1MiB}", "the reserve must be smaller"),
        ("operations_port: 8080", "it is the port of the data plane too"),
        ("- a", "expected keys with values"),
        ("upstream: {third_party: no}", "expected true or false; found `no`"),
    ],
)
def test_faults_in_a_file_are_named(text: str, words: str, tmp_path: Path) -> None:
    """File, line, key, and what would be right."""
    with pytest.raises(ConfigError) as error:
        load_settings(_written(tmp_path, text), {})
    assert words in str(error.value)
    assert "sk-verysecret" not in str(error.value)


def test_all_faults_are_told_at_once(tmp_path: Path) -> None:
    """Nobody has to start ten times to find ten faults."""
    with pytest.raises(ConfigError) as error:
        load_settings(_written(tmp_path, "prot: 1\nworkers: x\nstaet: y\n"), {})
    assert len(str(error.value).splitlines()) == 3


def test_unknown_variables_are_refused() -> None:
    """A misspelt variable is a fault, not a silence."""
    with pytest.raises(ConfigError, match=r"SEALGATE_PROT.*SEALGATE_PORT"):
        load_settings(None, {"SEALGATE_PROT": "1"})


def test_variables_of_the_tests_are_no_settings() -> None:
    """A test starts whole programs under its own variables."""
    assert load_settings(None, {"SEALGATE_TEST_LONG": "1", "SEALGATE_TEST_ANY": "x"}).workers == 1


def test_variables_of_kubernetes_are_not_ours() -> None:
    """A service called sealgate makes Kubernetes set these in every pod."""
    environ = {
        "SEALGATE_PORT": "tcp://10.0.0.1:8080",
        "SEALGATE_SERVICE_HOST": "10.0.0.1",
        "SEALGATE_SERVICE_PORT": "8080",
        "SEALGATE_SERVICE_PORT_HTTP": "8080",
        "SEALGATE_PORT_8080_TCP": "tcp://10.0.0.1:8080",
        "SEALGATE_PORT_8080_TCP_ADDR": "10.0.0.1",
    }
    assert load_settings(None, environ).port == 8080


def test_ports_by_variable_are_not_taken_for_those_of_kubernetes() -> None:
    """Settings whose names look like a service's variables are still settings."""
    settings = load_settings(None, {"SEALGATE_PORT": "9000", "SEALGATE_OPERATIONS_PORT": "9001"})
    assert (settings.port, settings.operations_port) == (9000, 9001)


def test_every_setting_has_a_variable_that_works() -> None:
    """What is documented as a variable is read as one."""
    for path in setting_paths():
        default: object = Settings()
        for step in path:
            default = getattr(default, str(step))
        if isinstance(default, (bool, int, float)):
            environ = {variable(path): str(default).lower()}
            assert load_settings(None, environ) == Settings(), path


def test_paths_in_a_file_start_at_its_folder(tmp_path: Path) -> None:
    """The file can be moved with what it names; presets and URLs are no paths."""
    text = (
        "state: data\npolicy: policy.yaml\nproducer: file:code.txt\n"
        "upstream: {ca_file: ca.pem, key: file:key}\nledger: {store: l.db}\n"
    )
    settings = load_settings(_written(tmp_path, text), {})
    assert settings.state == str(tmp_path / "data")
    assert settings.policy == str(tmp_path / "policy.yaml")
    assert settings.producer == f"file:{tmp_path / 'code.txt'}"
    assert settings.upstream.ca_file == str(tmp_path / "ca.pem")
    assert settings.upstream.key == f"file:{tmp_path / 'key'}"
    assert settings.ledger.store == str(tmp_path / "l.db")
    plain = _written(tmp_path, "policy: eu\nledger: {store: 'postgresql://h/d'}\n")
    settings = load_settings(plain, {})
    assert (settings.policy, settings.ledger.store) == ("eu", "postgresql://h/d")


def test_secrets_are_resolved_and_never_shown(tmp_path: Path) -> None:
    """A reference gives the stripped value; what is missing is named by its place alone."""
    path = tmp_path / "key"
    path.write_text("s3cret\n", encoding="utf-8")
    assert resolve_secret(f"file:{path}", {}) == "s3cret"
    assert resolve_secret("env:KEY", {"KEY": " s3cret "}) == "s3cret"
    assert resolve_secret("plain", {}) == "plain"
    with pytest.raises(ConfigError, match="KEY is not set"):
        resolve_secret("env:KEY", {})
    with pytest.raises(ConfigError, match="cannot be read"):
        resolve_secret(f"file:{tmp_path}/none", {})
    path.write_text("\n", encoding="utf-8")
    with pytest.raises(ConfigError, match="empty"):
        resolve_secret(f"file:{path}", {})


def test_the_setting_of_a_missing_secret_is_named() -> None:
    """Not only the variable; a setting that refers to nothing has no secret."""
    assert secret_of("upstream.key", "env:KEY", {"KEY": "s3cret"}) == "s3cret"
    assert secret_of("upstream.key", "", {}) == ""
    with pytest.raises(ConfigError, match=r"upstream\.key: `env:KEY`: .* KEY is not set\."):
        secret_of("upstream.key", "env:KEY", {})


def test_a_secret_in_its_own_variable_becomes_a_reference() -> None:
    """The settings can be shown: they hold the name of the variable, not the secret."""
    settings = load_settings(None, {"SEALGATE_UPSTREAM__KEY": "sk-verysecret"})
    assert settings.upstream.key == "env:SEALGATE_UPSTREAM__KEY"
