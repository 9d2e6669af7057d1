"""The command line as a whole: help teaches, start-up is fast, errors are sentences."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import Any

import pytest

from gateway.cli import COMMANDS


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_teaches_by_example(name: str, run: Any) -> None:
    """Help has an example that calls the command itself."""
    done = run(name, "--help")
    assert done.exit_code == 0
    assert f"sealgate {name}" in done.output.split("Usage:")[1].split("\n", 1)[1]


def test_unknown_commands_and_options_are_wrong_usage(run: Any) -> None:
    """Exit code 2."""
    assert run("serv").exit_code == 2
    assert run("check", "--explian").exit_code == 2


def test_a_misspelled_command_is_told_the_nearest(run: Any) -> None:
    """What is near to nothing is told nothing."""
    assert "Did you mean 'serve'?" in run("serv").output
    assert "Did you mean" not in run("frobnicate").output


@pytest.mark.parametrize(
    ("variables", "coloured"),
    [({}, True), ({"NO_COLOR": "1"}, False), ({"NO_COLOR": ""}, True), ({"TERM": "dumb"}, False)],
)
def test_colours_can_be_declined(variables: dict[str, str], *, coloured: bool) -> None:
    """By the variable of no-color.org, or by a terminal that has none."""
    code = (
        "import sys, gateway.cli as c\nsys.stdout.isatty = lambda: True\n"
        "c.main(['try', '--side', 'input', 'cloned credit cards for sale'])"
    )
    environ = {k: v for k, v in os.environ.items() if k not in {"NO_COLOR", "TERM"}}
    done = subprocess.run(
        [sys.executable, "-c", code], env={**environ, **variables}, capture_output=True,
        text=True, timeout=120, check=False,
    )  # fmt: skip
    assert "block" in done.stdout
    assert ("\x1b[" in done.stdout) == coloured


def test_help_imports_no_command() -> None:
    """Help is there before anything heavy is."""
    code = (
        "import sys\nfrom gateway.cli import main\n"
        "try:\n    main(['--help'])\nexcept SystemExit: pass\n"
        "heavy = {'gateway.cli.serve', 'sqlalchemy', 'aiohttp', 'uvicorn', 'numpy'}\n"
        "sys.exit(', '.join(heavy & set(sys.modules)) or 0)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=120, check=False
    )
    assert done.returncode == 0, done.stderr


def test_chinese_help() -> None:
    """A Chinese locale gets Chinese help for every command."""
    code = "from gateway.cli import cli; cli(['key', '--help'])"
    done = subprocess.run(
        [sys.executable, "-c", code],
        env={"SEALGATE_LANG": "zh", "PYTHONIOENCODING": "utf-8"},
        capture_output=True, text=True, encoding="utf-8", timeout=120, check=True,
    )  # fmt: skip
    assert "管理网关密钥" in done.stdout


@pytest.mark.parametrize(("said", "holds"), [(None, "1"), ("4", "4")], ids=["unsaid", "said"])
def test_matrices_are_multiplied_in_one_thread_unless_the_operator_says_otherwise(
    said: str | None, holds: str
) -> None:
    """It is settled before numpy is loaded, and processes beside the worker inherit it."""
    name = "OPENBLAS_NUM_THREADS"
    environ = {key: value for key, value in os.environ.items() if key != name}
    environ |= {name: said} if said else {}
    code = f"import gateway.cli, os, sys; print(os.environ[{name!r}], 'numpy' in sys.modules)"
    told = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, env=environ
    )
    assert told.stdout.split() == [holds, "False"]
