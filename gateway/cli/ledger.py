"""``sealgate ledger``: read records, prove the chain, end retention, erase a subject."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path

import click
import msgspec

from gateway.cli.chain import draw_chain, exit_by
from gateway.cli.invocation import ask, common_flags, invocation, json_option, settings_options
from gateway.cli.language import say
from gateway.cli.ledger_backup import backup, restore
from gateway.cli.outcome import Exit
from gateway.cli.progress import progress_bar
from gateway.cli.record import draw_record
from gateway.nouns.exchange import DEFAULT_TENANT
from gateway.ports.operator import Archive

_HELP = say(
    """Read, verify, purge, erase and back up records.

    \b
    Examples:
      sealgate ledger show 01K... --reason "complaint 17"
      sealgate ledger verify
      sealgate ledger purge
      sealgate ledger erase --subject user-42
      sealgate ledger erase --exchange 01K...
      sealgate ledger backup /backups/2026-11-30

    Reading a record decrypts it; who read it, when and why is itself put on record.
    """,
    """查看、核验、清理、删除与备份记录。

    \b
    示例：
      sealgate ledger show 01K... --reason "投诉 17"
      sealgate ledger verify
      sealgate ledger purge
      sealgate ledger erase --subject user-42
      sealgate ledger erase --exchange 01K...
      sealgate ledger backup /backups/2026-11-30

    查看即解密；何人、何时、因何查看，同样记录在案。
    """,
)


@click.group(help=_HELP)
def ledger() -> None:
    """Hold the ledger's commands together."""


for _command in (backup, restore):
    ledger.add_command(_command)


@contextlib.contextmanager
def opened_archive(config: Path | None, policy: str | None, state: str | None) -> Iterator[Archive]:
    """Open the records of an installation."""
    call = invocation()
    settings = call.settings(config, common_flags(policy, state))
    archive = call.assemble().open_archive(settings, call.policy(settings))
    try:
        yield archive
    finally:
        archive.close()


@ledger.command(help=say("Decrypt one record (exchange id or label code).", "解密并显示一条记录。"))
@click.argument("exchange")
@click.option(
    "--reason",
    help=say("Why it is read; goes on record.", "查看原因，记录在案。"),
)
@json_option
@settings_options
def show(
    *,
    exchange: str,
    reason: str | None,
    as_json: bool,
    config: Path | None,
    policy: str | None,
    state: str | None,
) -> None:
    """Show a record."""
    if reason is None:
        question = say(
            "Why do you read this record? (it is put on record)", "查看原因（将记录在案）"
        )
        reason = ask(
            question, say("A reason is needed: --reason TEXT", "必须给出原因：--reason 文本")
        )
    if not reason.strip():
        raise click.UsageError(say("A reason is needed.", "必须给出原因。"))
    with opened_archive(config, policy, state) as archive:
        found = archive.show(exchange, reason=reason.strip())
    draw_record(exchange, found, as_json=as_json)


@ledger.command(help=say("Prove that no record was altered, removed or inserted.", "核验记录链。"))
@json_option
@settings_options
def verify(*, as_json: bool, config: Path | None, policy: str | None, state: str | None) -> None:
    """Verify the chain."""
    with (
        opened_archive(config, policy, state) as archive,
        progress_bar(say("verifying", "核验中")) as progress,
    ):
        report = archive.verify(progress)
    if as_json:
        click.echo(msgspec.json.encode(report._asdict()))
    else:
        draw_chain(report)
    exit_by(report)


@ledger.command(help=say("Remove what is past its retention.", "清理超过保存期限的记录。"))
@settings_options
def purge(*, config: Path | None, policy: str | None, state: str | None) -> None:
    """Purge; hash stubs stay, so that the chain still verifies."""
    with opened_archive(config, policy, state) as archive:
        purged = archive.purge()
    click.echo(
        say(
            f"Removed {purged.contents} contents and {purged.records} whole records; "
            "their hash stubs stay.",
            f"已清理 {purged.contents} 条内容、{purged.records} 条记录，保留哈希存根。",
        )
    )


@ledger.command(
    help=say(
        "Destroy the key of a subject, or of one exchange without: the texts are gone.",
        "删除某一用户、或某次无用户标识的交互的内容。",
    )
)
@click.option("--subject", help=say("The end user's id.", "用户标识。"))
@click.option(
    "--exchange",
    help=say(
        "An exchange that names no subject (id or label code).",
        "无用户标识的交互（编号或标识码）。",
    ),
)
@click.option("--tenant", default=DEFAULT_TENANT, show_default=True)
@click.option("--yes", is_flag=True, help=say("Do not ask.", "不再确认。"))
@settings_options
def erase(
    *,
    subject: str | None,
    exchange: str | None,
    tenant: str,
    yes: bool,
    config: Path | None,
    policy: str | None,
    state: str | None,
) -> None:
    """Erase a subject, or an exchange."""
    if bool(subject) == bool(exchange):
        raise click.UsageError(
            say("Name either --subject or --exchange.", "请指定 --subject 或 --exchange 之一。")
        )
    question = say("Its texts can never be read again. Go on?", "其内容将永久无法恢复，是否继续？")
    if not yes:
        click.confirm(question, abort=True)
    with opened_archive(config, policy, state) as archive:
        if exchange:
            count = int(archive.erase_exchange(exchange))
        else:
            count = archive.erase(subject or "", tenant=tenant)
    click.echo(say(f"Erased the texts of {count} records.", f"已删除 {count} 条记录的内容。"))
    click.get_current_context().exit(Exit.WELL if count else Exit.FOUND)
