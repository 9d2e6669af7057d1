"""``sealgate credentials``: what signs files and labels; keys for trials."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import click
import msgspec

from gateway.cli.invocation import common_flags, invocation, json_option, settings_options
from gateway.cli.language import say
from gateway.ports.operator import SignerFacts

_HELP = say(
    """See what signs files and labels; make keys for trials.

    \b
    Examples:
      sealgate credentials init
      sealgate credentials init --into /etc/sealgate/credentials
      sealgate credentials show

    Content credentials (C2PA) are signed with a certificate, metadata labels with an SM2 key.
    """,
    """查看文件与标识的签名配置；生成试用密钥。

    \b
    示例：
      sealgate credentials init
      sealgate credentials init --into /etc/sealgate/credentials
      sealgate credentials show

    内容凭证（C2PA）用证书签名，隐式标识用 SM2 密钥签名。
    """,
)


@click.group(help=_HELP)
def credentials() -> None:
    """Hold the credential commands together."""


@credentials.command(help=say("Make a self-made certificate and label key.", "生成自制试用密钥。"))
@click.option(
    "--into",
    "folder",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path("credentials"),
    show_default=True,
    help=say("Folder for the new files.", "存放新文件的目录。"),
)
@json_option
def init(*, folder: Path, as_json: bool) -> None:
    """Make trial keys."""
    made = invocation().assemble().make_credentials(folder)
    if as_json:
        told = {key: str(value) for key, value in made._asdict().items()}
        click.echo(msgspec.json.encode(told))
        return
    click.echo(
        f"credentials: {{certificate: {made.certificate}, key: 'file:{made.key}'}}\n"
        f"label_key: 'file:{made.label_key}'"
    )
    click.echo(
        say(
            "The lines above go into sealgate.yaml. These keys are for trials: you made the "
            "certificate yourself, nobody vouches for it, and everything that it signs is called "
            "untrusted. It shows how credentials work and whether a file was changed; it proves "
            f"to nobody who made it. The public label key to pin:\n{made.label_pin}",
            "以上内容写入 sealgate.yaml。密钥仅供试用：证书为自制，无人担保，其签名一律显示为"
            "不受信任；可用于体验内容凭证、检查文件是否被改动，不能证明由谁生成。"
            f"可供固定的标识公钥：\n{made.label_pin}",
        ),
        err=True,
    )


@credentials.command(help=say("What signs files and labels now.", "当前的签名配置。"))
@json_option
@settings_options
def show(*, as_json: bool, config: Path | None, policy: str | None, state: str | None) -> None:
    """Show what signs."""
    call = invocation()
    settings = call.settings(config, common_flags(policy, state))
    facts = call.assemble().show_credentials(settings)
    if as_json:
        click.echo(msgspec.json.encode(facts._asdict()))
        return
    for line in _lines(facts):
        click.echo(line)


def _lines(facts: SignerFacts) -> list[str]:
    lines = []
    if facts.subject:
        day = datetime.fromtimestamp(facts.until_s, UTC).strftime("%Y-%m-%d")
        lines += [
            say(f"Certificate: {facts.subject}", f"证书：{facts.subject}"),
            say(f"  issued by {facts.issuer}, valid until {day}",
                f"  签发者 {facts.issuer}，有效期至 {day}"),
        ]  # fmt: skip
        if facts.trial:
            lines.append(
                say("  self-made for trials: what it signs is called untrusted",
                    "  自制试用证书：其签名显示为不受信任")
            )  # fmt: skip
    else:
        lines.append(say("No certificate: no content credentials.", "无证书：不写入内容凭证。"))
    lines.append(say(f"Trusted roots: {facts.anchors}", f"受信任的根证书：{facts.anchors}"))
    stamp = facts.timestamp_url or say("none", "无")
    lines.append(say(f"Time stamp authority: {stamp}", f"时间戳服务：{stamp}"))
    key = facts.label_pin or say("none, labels are not signed", "无，隐式标识不签名")
    lines.append(say(f"Label key: {key}", f"标识密钥：{key}"))
    lines.append(say(f"Pinned label keys: {facts.pins}", f"受信任的标识公钥：{facts.pins}"))
    return lines
