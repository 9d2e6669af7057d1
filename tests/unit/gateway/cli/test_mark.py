"""`sealgate mark`: files go to the gateway and come back below a folder; none is destroyed."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, ClassVar

import pytest

RECEIPTS = [{"mark": "label", "status": "written", "detail": ""}]


class Gateway(BaseHTTPRequestHandler):
    """Seals by shouting; refuses what says so."""

    heard: ClassVar[list[tuple[str, str, str]]] = []

    def do_POST(self) -> None:
        """See http.server."""
        body = self.rfile.read(int(self.headers["content-length"]))
        self.heard.append(
            (self.path, self.headers["x-sealgate-filename"], self.headers["authorization"] or "")
        )
        if body == b"bad":
            self._say(422, b'{"error":{"message":"It cannot be marked.","code":"mark_failed"}}')
        else:
            self._say(200, body.upper(), {b"beside": "/files/m", b"lost": "/files/l"}.get(body))

    def do_GET(self) -> None:
        """Give the credential of one file."""
        self._say(200 if self.path == "/base/files/m" else 404, b"manifest")

    def _say(self, status: int, body: bytes, link: str | None = None) -> None:
        self.send_response(status)
        if link:
            self.send_header("link", f'<https://outside.example{link}>; rel="c2pa-manifest"')
        self.send_header("content-length", str(len(body)))
        self.send_header("x-sealgate-exchange", "01X")
        self.send_header("x-sealgate-code", "ABCD")
        self.send_header("x-sealgate-receipts", json.dumps(RECEIPTS))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *words: Any) -> None:
        """Say nothing."""


@pytest.fixture
def url() -> Iterator[str]:
    """A gateway of these tests."""
    Gateway.heard.clear()
    with ThreadingHTTPServer(("127.0.0.1", 0), Gateway) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


def test_folders_and_patterns_keep_their_names(run: Any, url: str, tmp_path: Path) -> None:
    """Each file once, with the key that was given."""
    (tmp_path / "in/deep").mkdir(parents=True)
    for name in ("in/a.png", "in/deep/b.mp3", "c.wav", "d.wav"):
        (tmp_path / name).write_bytes(b"x")
    done = run("mark", str(tmp_path / "in"), str(tmp_path / "*.wav"), str(tmp_path / "c.wav"),
               "--into", str(tmp_path / "out"), "--gateway", url, "--key", "sk-1")  # fmt: skip
    assert done.exit_code == 0, done.output
    made = {str(one.relative_to(tmp_path / "out")) for one in (tmp_path / "out").rglob("*.*")}
    assert made == {"in/a.png", "in/deep/b.mp3", "c.wav", "d.wav"}
    assert (tmp_path / "out/in/deep/b.mp3").read_bytes() == b"X"
    assert (tmp_path / "c.wav").read_bytes() == b"x"
    assert "[4/4]" in done.output
    assert {one[2] for one in Gateway.heard} == {"Bearer sk-1"}
    assert {one[1] for one in Gateway.heard} == {"file.png", "file.mp3", "file.wav"}


def test_a_credential_beside_its_file_is_written_there(run: Any, url: str, tmp_path: Path) -> None:
    """It is fetched from the gateway that is known, whatever it calls itself outside. Without it
    the file is not sealed."""
    for name, content in (("a.ogg", b"beside"), ("b.ogg", b"lost")):
        (tmp_path / name).write_bytes(content)
    out = tmp_path / "out"
    words = ("mark", str(tmp_path / "*.ogg"), "--into", str(out), "--gateway", f"{url}/base")
    done = run(*words, "--json")
    assert done.exit_code == 1
    first, second = (json.loads(line) for line in done.stdout.splitlines())
    assert first["credential"] == str(out / "a.ogg.c2pa")
    assert "credential" in second["error"]
    assert (out / "a.ogg").read_bytes() == b"BESIDE"
    assert {one.name for one in out.iterdir()} == {"a.ogg", "a.ogg.c2pa"}
    (out / "a.ogg").unlink()
    assert run(*words).exit_code == 2  # the credential is there still


def test_one_that_fails_is_said_and_the_others_go_on(run: Any, url: str, tmp_path: Path) -> None:
    """Exit code 1; a script reads which."""
    (tmp_path / "a.gif").write_bytes(b"bad")
    (tmp_path / "b.gif").write_bytes(b"good")
    out = tmp_path / "out"
    done = run("mark", str(tmp_path / "*.gif"), "--into", str(out), "--gateway", url, "--json")
    assert done.exit_code == 1
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    assert lines[0]["error"] == "It cannot be marked."
    assert lines[1]["receipts"] == RECEIPTS
    assert [one.name for one in out.iterdir()] == ["b.gif"]


def test_nothing_is_overwritten_unless_told(run: Any, url: str, tmp_path: Path) -> None:
    """Not even the file itself."""
    file = tmp_path / "a.png"
    file.write_bytes(b"x")
    words = ("mark", str(file), "--into", str(tmp_path), "--gateway", url)
    assert run(*words).exit_code == 2
    assert file.read_bytes() == b"x"
    assert Gateway.heard == []
    assert run(*words, "--overwrite").exit_code == 0
    assert file.read_bytes() == b"X"


def test_a_variable_names_the_key(
    run: Any, url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As the option's help says; it is no setting, and no unknown one either."""
    (tmp_path / "a.png").write_bytes(b"x")
    monkeypatch.setenv("SEALGATE_KEY", "sk-2")
    done = run("mark", str(tmp_path / "a.png"), "--into", str(tmp_path / "o"), "--gateway", url)
    assert done.exit_code == 0, done.output
    assert Gateway.heard[0][2] == "Bearer sk-2"


def test_two_of_one_name_are_wrong_usage(run: Any, url: str, tmp_path: Path) -> None:
    """One would replace the other."""
    for folder in ("a", "b"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "x.png").write_bytes(b"x")
    files = (str(tmp_path / "a/x.png"), str(tmp_path / "b/x.png"))
    assert run("mark", *files, "--into", str(tmp_path / "o"), "--gateway", url).exit_code == 2
    assert run("mark", str(tmp_path / "none*"), "--into", "o", "--gateway", url).exit_code == 2


def test_a_gateway_that_is_not_there(run: Any, tmp_path: Path) -> None:
    """Exit code 3, and a sentence."""
    (tmp_path / "a.png").write_bytes(b"x")
    done = run("mark", str(tmp_path / "a.png"), "--into", str(tmp_path / "o"),
               "--gateway", "http://127.0.0.1:1")  # fmt: skip
    assert done.exit_code == 3
    assert "cannot be reached" in done.output
