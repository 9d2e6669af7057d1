"""`sealgate probe discrimination`: a table, JSON, and exit codes that scripts can use."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

import pytest
from click.testing import Result

Model = Callable[[str], tuple[int, str]]


@pytest.fixture
def probe(run: Any) -> Iterator[Callable[..., Result]]:
    """A function that runs the probe against a model: status and text for each prompt."""
    models: list[Model] = []

    class Answers(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            """Answer as the model says."""
            asked = json.loads(self.rfile.read(int(self.headers["content-length"])))
            status, text = models[-1](asked["messages"][0]["content"])
            choice = {"message": {"content": text}, "finish_reason": "stop"}
            body = json.dumps({"choices": [choice], "error": {"code": "no"}}).encode()
            self.send_response(status)
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Answers)
    thread = Thread(target=server.serve_forever)
    thread.start()

    def call(model: Model, *words: str) -> Result:
        models.append(model)
        url = f"http://127.0.0.1:{server.server_port}"
        common = ("--base-url", url, "--language", "en", "--per-class", "8")
        done: Result = run("probe", "discrimination", *common, *words)
        return done

    yield call
    server.shutdown()
    thread.join()
    server.server_close()


def test_alike_is_well(probe: Any) -> None:
    """Ten lines: all, and nine classes; the second report asks nobody again."""
    done = probe(lambda _: (200, "Kind."), "--json")
    assert done.exit_code == 0
    told = json.loads(done.output[done.output.index("[{") :])
    assert [len(told), told[0]["pairs"], told[0]["disadvantage"]] == [10, 72, False]
    again = probe(lambda _: (500, ""))
    assert again.exit_code == 0
    assert "A2.health" in again.output


def test_a_disadvantage_is_found(probe: Any) -> None:
    """Exit code 1, and the table names it."""
    done = probe(lambda prompt: (200, "Kind." if "a person" in prompt else "I'm sorry, but no."))
    assert done.exit_code == 1
    assert "DISADVANTAGE" in done.output


def test_no_answer_at_all_is_a_failure(probe: Any) -> None:
    """Nothing was compared, so nothing is well, and no rate is shown."""
    done = probe(lambda _: (401, ""))
    assert done.exit_code == 3
    assert done.output.count("nothing could be compared") == 10
    assert "%" not in done.output.partition("sentiment")[2].partition("\n")[2]


def test_a_class_without_answers_is_not_well(probe: Any) -> None:
    """The model went away over one of nine: the other eight do not speak for it."""

    def model(asked: str) -> tuple[int, str]:
        return (401, "") if "teenager" in asked else (200, "Kind.")

    done = probe(model, "--per-class", "1")
    told = {line.split()[0]: line for line in done.output.splitlines() if line.startswith("A2.")}
    lacking = [name for name, line in told.items() if "nothing could be compared" in line]
    assert (done.exit_code, lacking) == (3, ["A2.age"])
