"""`sealgate demo`: the tour asks every prompt and shows what came back."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from gateway.cli.demo import _came
from gateway.cli.prompts import PROMPTS
from gateway.demo.server import start_demo


@pytest.fixture
def address() -> Iterator[str]:
    """Run the demo model alone: the tour takes anything that speaks the protocol."""
    demo = start_demo()
    yield demo.url
    demo.stop()


def test_the_tour_asks_every_prompt(run: Any, address: str) -> None:
    """And says what to look at."""
    done = run("demo", "--url", address)
    assert done.exit_code == 0, done.output
    for prompt in PROMPTS:
        assert prompt.text in done.output
        assert prompt.look in done.output


def test_nobody_there_is_said(run: Any) -> None:
    """With the address, and no traceback."""
    done = run("demo", "--url", "http://127.0.0.1:1")
    assert done.exit_code == 2
    assert "http://127.0.0.1:1" in done.output


@pytest.mark.parametrize(
    ("status", "body", "text"),
    [
        (200, b'{"choices": [{"message": {"content": "hello"}}]}', "hello"),
        (400, b'{"error": {"message": "refused"}}', "refused"),
        (502, b"<html>bad gateway</html>", "<html>bad gateway</html>"),
        (200, b"{}", "{}"),
    ],
)
def test_answers_of_every_kind_are_shown(status: int, body: bytes, text: str) -> None:
    """Our own headers too, and only ours."""
    came = _came(status, body, [("x-sealgate-exchange", "01K"), ("server", "x")])
    assert came.text == text
    assert came.headers == (("x-sealgate-exchange", "01K"),)
