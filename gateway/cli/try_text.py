"""``sealgate try``: what the policy makes of a text, as a question and as an answer."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import IO, Any, NamedTuple

import click
import msgspec

from gateway.cli.invocation import common_flags, invocation, json_option, settings_options
from gateway.cli.judgement import as_value, draw
from gateway.cli.language import say
from gateway.cli.outcome import Exit
from gateway.nouns.policy import Policy
from gateway.nouns.segment import Direction
from gateway.ports.operator import TextJudge

BATCH = 512
_SIDES = {
    "input": (Direction.INPUT,),
    "output": (Direction.OUTPUT,),
    "both": (Direction.INPUT, Direction.OUTPUT),
}


class Sample(NamedTuple):
    """One text of a batch; ``id`` is the caller's, or the line's number."""

    id: Any
    text: str


_HELP = say(
    """Show what the policy makes of a text: findings underlined, and the verdict.

    \b
    Examples:
      sealgate try "my number is 139 1730 2846"
      sealgate try --side output "the answer of a model"
      sealgate try --batch texts.txt --json        one text per line
      cat texts.jsonl | sealgate try --batch -     {"id": ..., "text": ...} per line

    Nothing is recorded. Exit code 1 means that something was found.
    """,
    """查看策略对一段文本的判定：命中处加下划线，并给出结论。

    \b
    示例：
      sealgate try "我的手机号是 139 1730 2846"
      sealgate try --side output "模型的回答"
      sealgate try --batch texts.txt --json        每行一条文本
      cat texts.jsonl | sealgate try --batch -     每行 {"id": ..., "text": ...}

    不留记录。退出码 1 表示有命中。
    """,
)


@click.command(name="try", help=_HELP)
@click.argument("text", required=False)
@click.option(
    "--batch",
    type=click.File("rb"),
    metavar="FILE|-",
    help=say("Many texts, one per line (or JSON Lines).", "批量文本，每行一条。"),
)
@click.option(
    "--side",
    type=click.Choice(list(_SIDES)),
    help=say("Judge as input, output or both.", "按提问、回答或两者判定。"),
)
@click.option("--overlay", metavar="ID", help=say("Judge by an overlay.", "按叠加策略判定。"))
@json_option
@settings_options
def try_text(
    *,
    text: str | None,
    batch: IO[bytes] | None,
    side: str | None,
    overlay: str | None,
    as_json: bool,
    config: Path | None,
    policy: str | None,
    state: str | None,
) -> None:
    """Judge one text or a batch."""
    if (text is None) == (batch is None):
        raise click.UsageError(say("Give a text, or --batch FILE.", "请给出文本或 --batch 文件。"))
    call = invocation()
    settings = call.settings(config, common_flags(policy, state))
    judge = call.assemble().open_judge(settings, _chosen(call.policy(settings), overlay))
    if batch is not None:
        found = _judge_batch(judge, batch, _SIDES[side or "input"])
    else:
        found = _judge_one(judge, text or "", _SIDES[side or "both"], as_json=as_json)
    click.get_current_context().exit(Exit.FOUND if found else Exit.WELL)


def _chosen(policy: Policy, overlay: str | None) -> Policy:
    if overlay is None:
        return policy
    named = {each.id: each.policy for each in policy.overlays}
    if overlay not in named:
        known = ", ".join(named) or "-"
        raise click.UsageError(
            say(f"No such overlay; there are: {known}.", f"无此叠加策略；已有：{known}。")
        )
    return named[overlay]


def _judge_one(judge: TextJudge, text: str, sides: tuple[Direction, ...], *, as_json: bool) -> bool:
    judgements = [judged for side in sides for judged in judge.judge([text], side)]
    for number, judged in enumerate(judgements):
        if as_json:
            click.echo(msgspec.json.encode(as_value(judged)))
            continue
        if number:
            click.echo()
        draw(judged)
    return any(judged.spots for judged in judgements)


def _judge_batch(judge: TextJudge, source: IO[bytes], sides: tuple[Direction, ...]) -> bool:
    """Print one JSON object per text and side, in the order of the texts."""
    found = False
    out = sys.stdout.buffer
    for group in _groups(_samples(source), BATCH):
        texts = [sample.text for sample in group]
        lines: list[bytes] = []
        for side in sides:
            for sample, judged in zip(group, judge.judge(texts, side), strict=True):
                found = found or bool(judged.spots)
                lines.append(msgspec.json.encode({"id": sample.id, **as_value(judged)}))
        out.write(b"\n".join(lines) + b"\n")
    out.flush()
    return found


def _groups(samples: Iterable[Sample], size: int) -> Iterator[list[Sample]]:
    group: list[Sample] = []
    for sample in samples:
        group.append(sample)
        if len(group) == size:
            yield group
            group = []
    if group:
        yield group


def _samples(source: IO[bytes]) -> Iterator[Sample]:
    """Yield the texts of a batch; a line that begins with a brace must be a JSON object."""
    for number, raw in enumerate(source, 1):
        line = raw.rstrip(b"\r\n")
        if number == 1:
            line = line.removeprefix(b"\xef\xbb\xbf")
        if not line.strip():
            continue
        if line.lstrip().startswith(b"{"):
            yield _json_sample(line, number)
        else:
            yield Sample(number, line.decode("utf-8", "replace"))


def _json_sample(line: bytes, number: int) -> Sample:
    try:
        value = msgspec.json.decode(line)
    except msgspec.DecodeError:
        raise click.UsageError(
            say(f"Line {number} is not JSON.", f"第 {number} 行不是合法 JSON。")
        ) from None
    if not isinstance(value.get("text"), str):
        raise click.UsageError(
            say(f"Line {number} has no member `text`.", f"第 {number} 行缺少 `text`。")
        )
    return Sample(value.get("id", number), value["text"])
