"""The start screen says what runs where and what to paste."""

from __future__ import annotations

import ast
import shlex

import pytest

from gateway.cli.prompts import PROMPTS
from gateway.cli.screen import start_screen
from gateway.config.policy_file import load_policy
from gateway.config.settings import Settings, UpstreamSettings


def _pasted(screen: str, first: str) -> list[str]:
    lines = screen.splitlines()
    at = next(number for number, line in enumerate(lines) if line.strip().startswith(first))
    return lines[at : lines.index("", at)] if "" in lines[at:] else lines[at:]


@pytest.mark.parametrize("demo", [True, False])
def test_what_is_pasted_is_well_formed(demo: bool) -> None:
    """The shell reads the curl line, Python reads its three lines."""
    upstream = UpstreamSettings(url="" if demo else "https://api.example.com")
    screen = start_screen(Settings(upstream=upstream), load_policy("empty"), demo=demo)
    command = shlex.split("\n".join(_pasted(screen, "curl")))
    assert "http://127.0.0.1:8080/v1/chat/completions" in command
    python = [line.strip() for line in _pasted(screen, "from openai")]
    assert len(python) == 3
    ast.parse("\n".join(python))


def test_prompts_are_shown_only_with_the_demo_model() -> None:
    """A real model would not play along."""
    shown = start_screen(Settings(), load_policy("empty"), demo=True)
    assert all(prompt.text in shown for prompt in PROMPTS)
    real = Settings(upstream=UpstreamSettings(url="https://api.example.com"))
    assert PROMPTS[0].text not in start_screen(real, load_policy("empty"), demo=False)


def test_addresses_are_ones_that_a_client_can_use() -> None:
    """Nobody connects to 0.0.0.0."""
    screen = start_screen(Settings(host="0.0.0.0"), load_policy("empty"), demo=True)
    assert "http://127.0.0.1:8080/v1" in screen
    screen = start_screen(Settings(host="::1"), load_policy("empty"), demo=True)
    assert "http://[::1]:8080/v1" in screen
