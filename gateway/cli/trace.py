"""``sealgate trace``: which exchange a text came from."""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from pathlib import Path

import click
import msgspec

from gateway.cli.invocation import common_flags, invocation, json_option, settings_options
from gateway.cli.language import say
from gateway.cli.outcome import Exit
from gateway.cli.underline import Stroke, underlined
from gateway.ports.operator import Traced

MOST_SHOWN = 10

_HELP = say(
    """Find the exchange that a text came from: whole, cut, edited a little, or without its label.

    \b
    Examples:
      sealgate trace "a passage of an answer"
      sealgate trace --file answer.txt
      sealgate trace 7KQ2-M9XD             the short code of a label
      pbpaste | sealgate trace --file -

    Exit code 1 means that no exchange was found.
    """,
    """查找文本出自哪次交互：全文、片段、略有改动或去掉标识均可。

    \b
    示例：
      sealgate trace "回答中的一段话"
      sealgate trace --file answer.txt
      sealgate trace 7KQ2-M9XD             标识中的短码

    退出码 1 表示未找到。
    """,
)


@click.command(name="trace", help=_HELP)
@click.argument("text", required=False)
@click.option(
    "--file",
    "source",
    type=click.Path(path_type=Path, allow_dash=True, dir_okay=False),
    help=say("Read the text from a file (- is standard input).", "从文件读取文本。"),
)
@json_option
@settings_options
def trace(
    *,
    text: str | None,
    source: Path | None,
    as_json: bool,
    config: Path | None,
    policy: str | None,
    state: str | None,
) -> None:
    """Trace a text to its exchanges."""
    if (text is None) == (source is None):
        raise click.UsageError(say("Give a text, or --file FILE.", "请给出文本或 --file 文件。"))
    asked = text if text is not None else _read(source or Path("-"))
    call = invocation()
    settings = call.settings(config, common_flags(policy, state))
    archive = call.assemble().open_archive(settings, call.policy(settings))
    try:
        found = archive.trace(asked)
    finally:
        archive.close()
    if as_json:
        click.echo(msgspec.json.encode([each._asdict() for each in found]))
    else:
        _draw(asked, found)
    click.get_current_context().exit(Exit.WELL if found else Exit.FOUND)


def _read(source: Path) -> str:
    if str(source) == "-":
        return sys.stdin.buffer.read().decode("utf-8", "replace")
    try:
        return source.read_bytes().decode("utf-8-sig", "replace")
    except OSError as error:
        raise click.UsageError(f"{source}: {error.strerror}") from None


def _draw(text: str, found: list[Traced]) -> None:
    if not found:
        click.echo(say("No exchange is known for this text.", "未找到对应的交互记录。"))
        return
    ways = {
        "code": say("by the code of its label", "依据标识短码"),
        "id": say("by its id", "依据编号"),
        "trace": say("by its invisible trace", "依据隐形标记"),
        "fingerprint": say("by its words", "依据文本指纹"),
    }
    for each in found[:MOST_SHOWN]:
        when = datetime.fromtimestamp(each.time_ns / 1e9, UTC).strftime("%Y-%m-%d %H:%M:%S UTC")
        sure = f"{each.confidence:.0%}"
        click.echo(f"{each.exchange}  {when}  {ways.get(each.how, each.how)}, {sure}")
    best = found[0]
    if best.how == "fingerprint":
        stroke = Stroke(best.start, best.end, "~", best.exchange)
        for line in underlined(text, [stroke]):
            click.echo(f"  {line}")
    hint = say("Read it with: ", "查看记录：")
    click.echo(f"{hint}sealgate ledger show {best.exchange} --reason ...")
