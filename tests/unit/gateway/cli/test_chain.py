"""What a verification of the chain found, as commands tell it."""

from __future__ import annotations

import click
import pytest
from click.testing import CliRunner

from gateway.cli.chain import draw_chain, exit_by
from gateway.ports.operator import ChainReport


@pytest.mark.parametrize(
    ("report", "said", "code"),
    [
        (ChainReport(7, 2, ""), "Intact: 7 records, 2 signed checkpoints.\n", 0),
        (ChainReport(7, 2, "record 3 was altered"), "NOT INTACT: record 3 was altered\n", 1),
    ],
)
def test_it_is_told_and_scripts_can_tell(report: ChainReport, said: str, code: int) -> None:
    """A sentence, and the exit code."""

    @click.command()
    def verify() -> None:
        draw_chain(report)
        exit_by(report)

    done = CliRunner().invoke(verify)
    assert (done.output, done.exit_code) == (said, code)
