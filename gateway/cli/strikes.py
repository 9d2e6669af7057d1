"""``sealgate strikes``: where end users stand, and what they have against it."""

from __future__ import annotations

import getpass
from pathlib import Path

import click
import msgspec

from gateway.cli.invocation import json_option, settings_options
from gateway.cli.language import say
from gateway.cli.outcome import Exit
from gateway.cli.review import conduct_desk, day_of
from gateway.nouns.exchange import DEFAULT_TENANT
from gateway.ports.conduct import Appeal, SubjectStanding

_HELP = say(
    """See where end users stand, lift it, keep and answer their appeals.

    \b
    Examples:
      sealgate strikes show
      sealgate strikes show --subject user-42
      sealgate strikes lift --subject user-42 --why "a mistake of ours"
      sealgate strikes appeal --subject user-42 --text "case 17: says it was a novel"
      sealgate strikes appeal --subject user-42 --grant --note "agreed"

    Only grave hits count by themselves; others count once a reviewer confirms them. A change is
    seen by all workers within a second or two, and is on record with who made it.
    """,
    """查看用户违规状态，解除限制，登记并答复申诉。

    \b
    示例：
      sealgate strikes show
      sealgate strikes show --subject user-42
      sealgate strikes lift --subject user-42 --why "我方误判"
      sealgate strikes appeal --subject user-42 --text "案件 17：称系小说内容"
      sealgate strikes appeal --subject user-42 --grant --note "成立"

    仅严重命中自动计分，其余须经复核确认。变更在一两秒内对所有工作进程生效，并记录经办人。
    """,
)

_subject = click.option("--subject", required=True, help=say("The end user's id.", "用户标识。"))
_tenant = click.option("--tenant", default=DEFAULT_TENANT, show_default=True)
_by = click.option(
    "--by", metavar="WHO", help=say("Who does it (you).", "经办人（默认当前用户）。")
)


@click.group(help=_HELP)
def strikes() -> None:
    """Hold the strike commands together."""


@strikes.command(help=say("Who stands where, the strictest first.", "列出用户违规状态。"))
@click.option("--subject", default="", help=say("Only this end user.", "仅限该用户。"))
@_tenant
@json_option
@settings_options
def show(
    *,
    subject: str,
    tenant: str,
    as_json: bool,
    config: Path | None,
    policy: str | None,
    state: str | None,
) -> None:
    """Show standings."""
    with conduct_desk(config, policy, state) as desk:
        found = desk.standings(tenant, subject)
    if as_json:
        click.echo(msgspec.json.encode([_value(each) for each in found]))
        return
    for each in found:
        _draw(each, whole=bool(subject))
    if not found:
        click.echo(say("Nobody has strikes.", "无违规计分。"), err=True)


@strikes.command(help=say("Let a user's strikes not count any more.", "解除用户的违规计分。"))
@_subject
@_tenant
@click.option("--why", required=True, help=say("Goes on record; no user content.", "记录在案。"))
@_by
@settings_options
def lift(
    *,
    subject: str,
    tenant: str,
    why: str,
    by: str | None,
    config: Path | None,
    policy: str | None,
    state: str | None,
) -> None:
    """Lift strikes."""
    with conduct_desk(config, policy, state) as desk:
        count = desk.lift(tenant, subject, by=by or getpass.getuser(), why=why)
    click.echo(say(f"{count} strikes do not count any more.", f"已解除 {count} 条违规计分。"))
    click.get_current_context().exit(Exit.WELL if count else Exit.FOUND)


@strikes.command(help=say("Keep an appeal, or answer the open one.", "登记或答复申诉。"))
@_subject
@_tenant
@click.option("--text", help=say("What the user has against it, in short.", "申诉要点。"))
@click.option("--grant", is_flag=True, help=say("He is right: lift his strikes.", "申诉成立。"))
@click.option("--deny", is_flag=True, help=say("It stays.", "申诉不成立。"))
@click.option("--note", default="", help=say("Why.", "理由。"))
@_by
@json_option
@settings_options
def appeal(
    *,
    subject: str,
    tenant: str,
    text: str | None,
    grant: bool,
    deny: bool,
    note: str,
    by: str | None,
    as_json: bool,
    config: Path | None,
    policy: str | None,
    state: str | None,
) -> None:
    """Keep or answer an appeal."""
    if [bool(text), grant, deny].count(True) != 1:
        raise click.UsageError(
            say("Give one of --text, --grant, --deny.", "请给出 --text、--grant、--deny 之一。")
        )
    with conduct_desk(config, policy, state) as desk:
        if text:
            made = desk.appeal(tenant, subject, text)
        else:
            word, who = "granted" if grant else "denied", by or getpass.getuser()
            made = desk.answer(tenant, subject, word, by=who, note=note)
    click.echo(msgspec.json.encode(made._asdict()) if as_json else _appeal_line(made))


def _value(standing: SubjectStanding) -> dict[str, object]:
    rows = [each._asdict() for each in standing.strikes]
    appeals = [each._asdict() for each in standing.appeals]
    return {**standing._asdict(), "strikes": rows, "appeals": appeals}


def _draw(standing: SubjectStanding, *, whole: bool) -> None:
    until = f"  {day_of(standing.until_ns)} UTC" if standing.until_ns else ""
    level = standing.level or say("none", "无")
    click.echo(f"{standing.tenant}/{standing.subject}  {level}{until}  {standing.points}")
    if not whole:
        return
    for each in standing.strikes:
        line = f"  {each.exchange}  {day_of(each.time_ns)}  {each.points}  {each.why}"
        click.echo(f"{line}  {each.state}")
    for appeal_ in standing.appeals:
        click.echo("  " + _appeal_line(appeal_))


def _appeal_line(appeal_: Appeal) -> str:
    answer = appeal_.answer or say("open", "待处理")
    by = f" ({appeal_.answered_by}) {appeal_.note}".rstrip() if appeal_.answer else ""
    return f"{day_of(appeal_.time_ns)}  {appeal_.text}  {answer}{by}"
