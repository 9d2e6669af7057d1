"""What a verification of the chain found, as commands tell it."""

from __future__ import annotations

import click

from gateway.cli.language import say
from gateway.cli.outcome import Exit
from gateway.ports.operator import ChainReport


def draw_chain(report: ChainReport) -> None:
    """Print that the chain is intact, or what is wrong with it."""
    if report.fault:
        click.echo(say("NOT INTACT: ", "记录链不完整：") + report.fault)
        return
    click.echo(
        say(
            f"Intact: {report.records} records, {report.checkpoints} signed checkpoints.",
            f"完整：{report.records} 条记录，{report.checkpoints} 个签名检查点。",
        )
    )


def exit_by(report: ChainReport) -> None:
    """End the command: with 1 if the chain is not intact."""
    click.get_current_context().exit(Exit.FOUND if report.fault else Exit.WELL)
