"""Click's own sentences in Chinese: every one of the table is one that click says."""

from __future__ import annotations

import inspect
import os
import subprocess
import sys
from types import ModuleType

import pytest

from gateway.cli import COMMANDS
from gateway.cli.borrowed_words import _SPEAKERS, ZH, in_chinese, speak_chinese


@pytest.mark.parametrize("sentence", ZH)
def test_click_says_it(sentence: str) -> None:
    """A sentence that click words otherwise would stay English unseen."""
    assert any(f'_("{sentence}")' in inspect.getsource(module) for module in _SPEAKERS)


@pytest.mark.parametrize("sentence", ZH)
def test_it_keeps_its_blanks(sentence: str) -> None:
    """What is filled in is the same in both languages."""
    blanks = {"prog": "p", "version": "1", "default": 2, "message": "m", "command": "c",
              "option": "o", "param_hint": "h", "name": "n", "value": 3, "number_type": "t",
              "range": "r", "filename": "f"}  # fmt: skip
    for said in (sentence, in_chinese(sentence)):
        assert (said % blanks if "%(" in said else said.format(**blanks)) != ""
    assert sentence.count("{") == in_chinese(sentence).count("{")


def test_only_what_asks_is_answered() -> None:
    """A module without the function is left alone; unknown sentences stay."""
    asks, does_not = ModuleType("a"), ModuleType("b")
    asks._ = str  # type: ignore[attr-defined]
    speak_chinese((asks, does_not))
    assert asks._("Options") == "选项"
    assert asks._("else") == "else"
    assert not hasattr(does_not, "_")


@pytest.mark.parametrize("language", ["zh", "en"])
def test_help_is_of_one_language(language: str) -> None:
    """The help of all commands, in a process of its own: the language is the process's."""
    script = (
        "import sys; from click.testing import CliRunner; from gateway.cli import cli\n"
        "for name in sys.argv[1:]: print(CliRunner().invoke(cli, [name, '--help']).output)\n"
        "print(CliRunner().invoke(cli, ['no-such']).output)"
    )
    printed = subprocess.run(
        [sys.executable, "-c", script, *COMMANDS], check=True, capture_output=True, text=True,
        env={**os.environ, "SEALGATE_LANG": language},
    ).stdout  # fmt: skip
    english = [printed.count(said) for said in ("Options:", "Show this message", "No such command")]
    assert all(english) if language == "en" else not any(english)
