"""``sealgate review``: what was drawn for people to look at, and what they say of it."""

from __future__ import annotations

import contextlib
import getpass
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import click
import msgspec

from gateway.cli.invocation import common_flags, invocation, json_option, settings_options
from gateway.cli.language import say
from gateway.cli.ledger import opened_archive
from gateway.cli.record import draw_record
from gateway.ports.conduct import DECISIONS, ConductDesk, ReviewCase

_HELP = say(
    """Look at exchanges that the policy draws for review, and decide.

    \b
    Examples:
      sealgate review list
      sealgate review show 01K...
      sealgate review decide 01K... wrong --note "a quotation"
      sealgate review rules                false alarms per rule

    right: the verdict was right. wrong: it was not (a false alarm; a miss where no rule decided).
    grave: right, and what the user did is grave. Any record can be decided, drawn or not.
    """,
    """复核策略抽取的交互并作出结论。

    \b
    示例：
      sealgate review list
      sealgate review show 01K...
      sealgate review decide 01K... wrong --note "属引用"
      sealgate review rules                各规则误报统计

    right：判定正确。wrong：判定有误（误报；无规则命中时为漏报）。grave：判定正确且情节严重。
    未被抽中的记录同样可以复核。
    """,
)


@click.group(help=_HELP)
def review() -> None:
    """Hold the review commands together."""


@contextlib.contextmanager
def conduct_desk(
    config: Path | None, policy: str | None, state: str | None
) -> Iterator[ConductDesk]:
    """Open the desk for reviews and strikes of an installation."""
    call = invocation()
    settings = call.settings(config, common_flags(policy, state))
    desk = call.assemble().open_conduct(settings, call.policy(settings))
    try:
        yield desk
    finally:
        desk.close()


@review.command(name="list", help=say("What waits for a decision, oldest first.", "列出待复核项。"))
@click.option("--rule", default="", help=say("Only where this rule decided.", "仅限该规则。"))
@click.option("--decided", is_flag=True, help=say("What was decided instead.", "列出已复核项。"))
@click.option("--limit", type=click.IntRange(1, 100_000), default=50, show_default=True)
@json_option
@settings_options
def list_items(
    *,
    rule: str,
    decided: bool,
    limit: int,
    as_json: bool,
    config: Path | None,
    policy: str | None,
    state: str | None,
) -> None:
    """List the queue."""
    with conduct_desk(config, policy, state) as desk:
        items = (desk.decided if decided else desk.waiting)(rule=rule, limit=limit)
    if as_json:
        click.echo(msgspec.json.encode([each._asdict() for each in items]))
        return
    for each in items:
        click.echo(_line(each))
    if not items:
        click.echo(say("Nothing is there.", "无记录。"), err=True)


@review.command(help=say("Decrypt one exchange; who read it goes on record.", "解密查看一次交互。"))
@click.argument("exchange")
@json_option
@settings_options
def show(
    *, exchange: str, as_json: bool, config: Path | None, policy: str | None, state: str | None
) -> None:
    """Show an exchange."""
    with opened_archive(config, policy, state) as archive:
        found = archive.show(exchange, reason="review")
    draw_record(exchange, found, as_json=as_json)


@review.command(help=say("Say what a verdict was.", "对判定作出结论。"))
@click.argument("exchange")
@click.argument("decision", type=click.Choice(DECISIONS))
@click.option("--by", metavar="WHO", help=say("Who decides (you).", "复核人（默认当前用户）。"))
@click.option("--note", default="", help=say("Why; no user content.", "理由，勿含用户内容。"))
@json_option
@settings_options
def decide(
    *,
    exchange: str,
    decision: str,
    by: str | None,
    note: str,
    as_json: bool,
    config: Path | None,
    policy: str | None,
    state: str | None,
) -> None:
    """Decide an exchange."""
    with conduct_desk(config, policy, state) as desk:
        item = desk.decide(exchange, decision, by=by or getpass.getuser(), note=note)
    click.echo(msgspec.json.encode(item._asdict()) if as_json else _line(item))


@review.command(help=say("False alarms per rule, by what was decided.", "各规则的误报统计。"))
@json_option
@settings_options
def rules(*, as_json: bool, config: Path | None, policy: str | None, state: str | None) -> None:
    """Count decisions per rule."""
    with conduct_desk(config, policy, state) as desk:
        tallies = desk.tally()
    if as_json:
        click.echo(msgspec.json.encode([each._asdict() for each in tallies]))
        return
    for each in tallies:
        click.echo(
            say(
                f"{each.rule:<24} {each.reviewed:>6} reviewed  {each.wrong:>6} wrong "
                f"({each.wrong / each.reviewed:.1%})  {each.grave:>6} grave",
                f"{each.rule:<24} 复核 {each.reviewed:>6}  误报 {each.wrong:>6}"
                f"（{each.wrong / each.reviewed:.1%}）  严重 {each.grave:>6}",
            )
        )


def day_of(time_ns: int) -> str:
    """Return a moment (nanoseconds since 1970) to the minute, in UTC."""
    return datetime.fromtimestamp(time_ns // 1_000_000_000, UTC).strftime("%Y-%m-%d %H:%M")


def _line(item: ReviewCase) -> str:
    said = f"  {item.decision} ({item.decided_by}) {item.note}".rstrip() if item.decision else ""
    why = ",".join(item.reasons) or "-"
    return (
        f"{item.exchange}  {day_of(item.time_ns)}  {item.tenant}  {item.outcome}  "
        f"{','.join(item.rules) or '-'}  [{why}]{said}"
    )
