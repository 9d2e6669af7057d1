"""``sealgate key``: gateway keys."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

import click
import msgspec

from gateway.cli.invocation import common_flags, invocation, json_option, settings_options
from gateway.cli.language import say
from gateway.config.quantity import seconds
from gateway.config.settings import Settings
from gateway.nouns.exchange import DEFAULT_TENANT
from gateway.ports.operator import KeyDesk, KeyFacts, KeyOrder

_HELP = say(
    """Make, list, revoke and rotate gateway keys.

    \b
    Examples:
      sealgate key create shop --expires 90d --requests-per-minute 600
      sealgate key list
      sealgate key rotate key_1f0c... --grace 1d
      sealgate key revoke key_1f0c...
      sealgate key agreement key_1f0c... --version 2026-01 --accepted-by "Li Na"

    A key is shown once; only its hash is kept, and it never goes upstream.
    """,
    """管理网关密钥。

    \b
    示例：
      sealgate key create shop --expires 90d --requests-per-minute 600
      sealgate key list
      sealgate key rotate key_1f0c... --grace 1d
      sealgate key revoke key_1f0c...
      sealgate key agreement key_1f0c... --version 2026-01 --accepted-by 李娜

    密钥仅显示一次；只保存其哈希，且不会发往上游。
    """,
)


class Duration(click.ParamType[float]):
    """A duration such as ``90d``."""

    name = "duration"

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> float:
        """Return seconds."""
        try:
            return seconds(value)
        except ValueError as error:
            self.fail(str(error), param, ctx)


@click.group(help=_HELP)
def key() -> None:
    """Hold the key commands together."""


def _desk(config: Path | None, policy: str | None, state: str | None) -> KeyDesk:
    call = invocation()
    flags = common_flags(policy, state)
    return call.assemble().open_keys(call.settings(config, flags))


@key.command(help=say("Make a key; it is shown once.", "新建密钥，仅显示一次。"))
@click.argument("name")
@click.option("--tenant", default=DEFAULT_TENANT, show_default=True)
@click.option("--expires", type=Duration(), help=say("Life, such as 90d.", "有效期，如 90d。"))
@click.option("--requests-per-minute", type=click.IntRange(min=0))
@click.option("--concurrent", type=click.IntRange(min=0))
@click.option(
    "--label",
    type=click.Choice(["off", "inline", "field", "both"]),
    help=say("Overrides where the visible label goes.", "覆盖显式标识方式。"),
)
@json_option
@settings_options
def create(
    *,
    name: str,
    tenant: str,
    expires: float | None,
    requests_per_minute: int | None,
    concurrent: int | None,
    label: str | None,
    as_json: bool,
    config: Path | None,
    policy: str | None,
    state: str | None,
) -> None:
    """Create a key."""
    order = KeyOrder(name, tenant, expires, requests_per_minute, concurrent, label)
    call = invocation()
    settings = call.settings(config, common_flags(policy, state))
    desk = call.assemble().open_keys(settings)
    is_first = not any(each.state == "active" for each in desk.list())
    changes = first_key_changes(settings) if is_first else []
    _show_secret(*desk.create(order), changes, as_json=as_json)


def first_key_changes(settings: Settings) -> list[str]:
    """Return what the first active key changes for everybody who calls the gateway."""
    told = []
    mode, upstream = settings.access.mode, settings.upstream
    if mode != "keys":
        told.append(
            say(
                "Clients that send a key of their provider go on as before (access.mode: "
                f"{mode}); `access.mode: keys` admits keys of this gateway only.",
                f"使用上游自有密钥的调用方不受影响（access.mode: {mode}）；"
                "设为 `access.mode: keys` 后只接受网关密钥。",
            )
        )
    if mode == "both" and (upstream.key or not upstream.url):
        told.append(
            say(
                "This is the first key: from now on whoever sends none gets a 401; until now they "
                "were served.",
                "这是第一把密钥：此后不带密钥的调用将返回 401，此前可以通过。",
            )
        )
    if upstream.url and not upstream.key:
        told.append(
            say(
                "These settings name no upstream.key: who uses this key reaches the upstream "
                "without one.",
                "当前配置未设置 upstream.key：使用此密钥的请求将不带密钥发往上游。",
            )
        )
    return told[::-1]


@key.command(name="list", help=say("All keys, without their secrets.", "列出密钥。"))
@json_option
@settings_options
def list_keys(*, as_json: bool, config: Path | None, policy: str | None, state: str | None) -> None:
    """List the keys."""
    facts = _desk(config, policy, state).list()
    if as_json:
        click.echo(msgspec.json.encode([each._asdict() for each in facts]))
        return
    if not facts:
        click.echo(
            say("There are no keys: sealgate key create NAME", "尚无密钥：sealgate key create 名称")
        )
    for each in facts:
        click.echo(
            f"{each.id}  {each.state:<8}  {_day(each.created_s)}  {_day(each.expires_s)}  "
            f"{each.tenant}  {each.name}"
        )


@key.command(help=say("End a key at once.", "立即吊销密钥。"))
@click.argument("identifier", metavar="ID")
@json_option
@settings_options
def revoke(
    *,
    identifier: str,
    as_json: bool,
    config: Path | None,
    policy: str | None,
    state: str | None,
) -> None:
    """Revoke a key."""
    facts = _desk(config, policy, state).revoke(identifier)
    if as_json:
        click.echo(msgspec.json.encode(facts._asdict()))
        return
    click.echo(say(f"{facts.id} is revoked.", f"{facts.id} 已吊销。"))


@key.command(help=say("Give a key a new secret; the old one works a while.", "更换密钥。"))
@click.argument("identifier", metavar="ID")
@click.option(
    "--grace",
    type=Duration(),
    default="1d",
    show_default=True,
    help=say("How long the old secret still works.", "旧密钥的保留时间。"),
)
@json_option
@settings_options
def rotate(
    *,
    identifier: str,
    grace: float,
    as_json: bool,
    config: Path | None,
    policy: str | None,
    state: str | None,
) -> None:
    """Rotate a key."""
    secret, facts = _desk(config, policy, state).rotate(identifier, grace_s=grace)
    _show_secret(secret, facts, [], as_json=as_json)


@key.command(
    help=say(
        "Record that a key's user accepted the agreement on unlabelled delivery.",
        "登记该密钥的使用者已接受无显式标识内容的用户协议。",
    )
)
@click.argument("identifier", metavar="ID")
@click.option("--version", help=say("Version of the agreement.", "协议版本。"))
@click.option("--accepted-by", metavar="WHO", help=say("Who accepted it.", "接受人。"))
@click.option("--revoke", is_flag=True, help=say("End the agreement.", "终止协议。"))
@json_option
@settings_options
def agreement(
    *,
    identifier: str,
    version: str | None,
    accepted_by: str | None,
    revoke: bool,
    as_json: bool,
    config: Path | None,
    policy: str | None,
    state: str | None,
) -> None:
    """Record or end an agreement (Labelling Measures, Article 9)."""
    desk = _desk(config, policy, state)
    if revoke and not (version or accepted_by):
        facts = desk.disagree(identifier)
    elif version and accepted_by and not revoke:
        facts = desk.agree(identifier, version, accepted_by)
    else:
        raise click.UsageError(
            say(
                "Give --version and --accepted-by, or --revoke alone.",
                "请给出 --version 和 --accepted-by，或仅给出 --revoke。",
            )
        )
    if as_json:
        click.echo(msgspec.json.encode(facts._asdict()))
        return
    told = facts.agreement or say("none", "无")
    click.echo(say(f"{facts.id}: agreement {told}.", f"{facts.id}：协议 {told}。"))


def _show_secret(secret: str, facts: KeyFacts, changes: Sequence[str], *, as_json: bool) -> None:
    if as_json:
        click.echo(msgspec.json.encode({"key": secret, **facts._asdict(), "changes": changes}))
        return
    click.echo(secret)
    click.echo(
        say(
            f"This is {facts.id} ({facts.name}). It is not shown again.",
            f"密钥编号 {facts.id}（{facts.name}），不会再次显示。",
        ),
        err=True,
    )
    for each in changes:
        click.echo(each, err=True)


def _day(moment_s: float | None) -> str:
    if moment_s is None:
        return "-         "
    return datetime.fromtimestamp(moment_s, UTC).strftime("%Y-%m-%d")
