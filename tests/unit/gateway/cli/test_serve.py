"""`sealgate serve`: flags become settings, no upstream means the demo model."""

from __future__ import annotations

import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

import pytest


def test_flags_become_settings(run: Any, program: Any) -> None:
    """And the policy is read with them."""
    done = run("serve", "--upstream", "https://api.example.com", "--port", "9000",
               "--policy", "eu", "--mode", "observe", "--workers", "3")  # fmt: skip
    assert done.exit_code == 0, done.output
    settings, policy = program.served
    assert (settings.upstream.url, settings.port) == ("https://api.example.com", 9000)
    assert (policy.name, policy.mode.value, settings.workers) == ("eu", "observe", 3)
    assert program.calls == [("serve", False)]
    assert "http://127.0.0.1:9000/v1" in done.output


def test_without_upstream_the_demo_model_runs_and_ends(run: Any, program: Any) -> None:
    """It is started before and gone after; the screen says that it is a script."""
    done = run("serve")
    assert done.exit_code == 0, done.output
    assert program.calls == [("serve", True)]
    address = program.served[0].upstream.url
    assert address.startswith("http://127.0.0.1:")
    assert "sealgate-demo" in done.output
    with pytest.raises(urllib.error.URLError):
        urllib.request.urlopen(f"{address}/models", timeout=60)


def test_a_bad_policy_refuses_to_start(run: Any, program: Any, tmp_path: Path) -> None:
    """Nothing is started with half a policy."""
    (tmp_path / "p.yaml").write_text("version: 1\nextend: eu\n", encoding="utf-8")
    done = run("serve", "--policy", "p.yaml")
    assert done.exit_code == 2
    assert "did you mean `extends`?" in done.output
    assert program.served is None


def test_a_policy_that_breaks_while_the_program_starts_ends_nothing(
    run: Any, program: Any, tmp_path: Path
) -> None:
    """What is told is what is in force; the file is looked at again by a reload."""
    path = tmp_path / "p.yaml"
    path.write_text("version: 1\nextends: eu\n", encoding="utf-8")
    program.meanwhile = lambda: path.write_text("rules: [", encoding="utf-8")
    done = run("serve", "--policy", "p.yaml")
    assert done.exit_code == 0, done.output
    assert program.served[1].hash[:12] in done.output


def test_a_wrong_flag_is_named(run: Any) -> None:
    """As the flag, not as a line of some file."""
    done = run("serve", "--port", "70000")
    assert done.exit_code == 2
    assert "flag --port" in done.output
