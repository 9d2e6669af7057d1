"""``sealgate keys``: the ledger's master key, and a copy of what opens the records."""

from __future__ import annotations

from pathlib import Path

import click
import msgspec

from gateway.cli.invocation import ask, common_flags, invocation, json_option, settings_options
from gateway.cli.language import say
from gateway.config.settings_file import resolve_secret
from gateway.ports.master_keys import MasterKeys

_HELP = say(
    """Rotate the ledger's master key; export and import what opens the records.

    \b
    Examples:
      sealgate keys export sealgate-keys.json
      sealgate keys import sealgate-keys.json
      sealgate keys rotate
      sealgate keys rotate --to env:NEW_MASTER_KEY

    The records are encrypted: whoever loses the state folder's keyring loses every text, and
    whoever has keyring and records can read them. Keep an export, under a passphrase and apart
    from the records. Keys for clients are another thing: sealgate key.
    """,
    """轮换台账主密钥；导出与导入解密所需的密钥文件。

    \b
    示例：
      sealgate keys export sealgate-keys.json
      sealgate keys import sealgate-keys.json
      sealgate keys rotate
      sealgate keys rotate --to env:NEW_MASTER_KEY

    记录均已加密：密钥文件丢失，全部文本即不可读；密钥与记录同时落入他人之手，则可被读取。
    请以口令导出一份，与记录分开保存。客户端密钥另见 sealgate key。
    """,
)

passphrase_option = click.option(
    "--passphrase",
    metavar="env:NAME|file:PATH",
    help=say("Where the passphrase is (else it is asked for).", "口令的位置（否则交互输入）。"),
)


@click.group(help=_HELP)
def keys() -> None:
    """Hold the commands of the master key together."""


def _desk(config: Path | None, policy: str | None, state: str | None) -> MasterKeys:
    call = invocation()
    return call.assemble().open_master_keys(call.settings(config, common_flags(policy, state)))


def passphrase_from(reference: str | None, *, confirm: bool) -> str:
    """Return the passphrase that a reference holds, or that a person types."""
    if reference:
        return resolve_secret(reference, invocation().environ)
    otherwise = say(
        "A passphrase is needed: --passphrase env:NAME or file:PATH",
        "需要口令：--passphrase env:NAME 或 file:PATH",
    )
    return ask(say("Passphrase", "口令"), otherwise, hidden=True, confirm=confirm)


@keys.command(help=say("Put a new master key in force.", "启用新的主密钥。"))
@click.option(
    "--to",
    "reference",
    default="",
    metavar="env:NAME|file:PATH",
    help=say("Keep the new key there (else in the state folder).", "新密钥保存在此处。"),
)
@json_option
@settings_options
def rotate(
    *,
    reference: str,
    as_json: bool,
    config: Path | None,
    policy: str | None,
    state: str | None,
) -> None:
    """Rotate the master key."""
    done = _desk(config, policy, state).rotate(reference)
    if as_json:
        click.echo(msgspec.json.encode(done._asdict()))
        return
    click.echo(
        say(
            f"Master key {done.master_id} is in force. Older ones still open what they wrapped.",
            f"主密钥 {done.master_id} 已启用，旧密钥包裹的内容仍可读取。",
        )
    )
    if reference:
        click.echo(
            say(f"Set ledger.master_key: {reference}", f"请设置 ledger.master_key: {reference}")
        )
    if done.running:
        click.echo(
            say(
                "A gateway runs: reload it (kill -HUP) to use the new key; its steward then wraps "
                "the subjects' keys anew.",
                "网关正在运行：请重新加载（kill -HUP），随后会重新包裹用户密钥。",
            )
        )
    else:
        click.echo(
            say(
                f"{done.rewrapped} subjects' keys were wrapped anew.",
                f"已重新包裹 {done.rewrapped} 个用户密钥。",
            )
        )
    click.echo(say("Make a new export: sealgate keys export", "请重新导出：sealgate keys export"))


@keys.command(
    name="export",
    help=say("Write what opens the records to a new file.", "将密钥文件导出到新文件。"),
)
@click.argument("target", type=click.Path(path_type=Path, dir_okay=False))
@passphrase_option
@settings_options
def export_keys(
    *,
    target: Path,
    passphrase: str | None,
    config: Path | None,
    policy: str | None,
    state: str | None,
) -> None:
    """Export the files that open the records."""
    desk = _desk(config, policy, state)
    names = desk.export(target, passphrase_from(passphrase, confirm=True))
    click.echo(f"{target}: {', '.join(names)}")
    click.echo(
        say(
            "It opens with the passphrase alone: keep both apart, and apart from the records.",
            "凭口令即可打开：请将文件与口令分开保存，并与记录分开。",
        )
    )


@keys.command(
    name="import",
    help=say("Put back what an export holds; overwrites nothing.", "恢复导出的密钥文件，不覆盖。"),
)
@click.argument("source", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@passphrase_option
@settings_options
def import_keys(
    *,
    source: Path,
    passphrase: str | None,
    config: Path | None,
    policy: str | None,
    state: str | None,
) -> None:
    """Import an export."""
    desk = _desk(config, policy, state)
    names = desk.restore(source, passphrase_from(passphrase, confirm=False))
    if names:
        click.echo(say("Put back: ", "已恢复：") + ", ".join(names))
    else:
        click.echo(say("Everything was there already.", "文件均已存在，无需恢复。"))
