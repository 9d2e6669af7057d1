"""``sealgate ledger backup`` and ``restore``: a copy of records and keys, and back."""

from __future__ import annotations

from pathlib import Path

import click
import msgspec

from gateway.cli.chain import draw_chain, exit_by
from gateway.cli.invocation import common_flags, invocation, json_option, settings_options
from gateway.cli.keys import passphrase_from, passphrase_option
from gateway.cli.language import say
from gateway.cli.progress import progress_bar
from gateway.ports.backup import BackupMade, Backups, Restored

_BACKUP_HELP = say(
    """Copy records and keys into a new folder; the gateway may run meanwhile.

    \b
    Examples:
      sealgate ledger backup /backups/2026-11-30
      sealgate ledger backup /backups/2026-11-30 --passphrase file:/root/passphrase
      sealgate ledger backup /backups/2026-11-30 --without-keys

    It holds the signed head, the spool, a consistent copy of the SQLite store, and the keys under
    a passphrase. Without the keys nobody reads the records: if you leave them out, keep a `sealgate
    keys export` elsewhere. A PostgreSQL database is yours to dump: the command names how.
    """,
    """将记录与密钥复制到新目录，网关可继续运行。

    \b
    示例：
      sealgate ledger backup /backups/2026-11-30
      sealgate ledger backup /backups/2026-11-30 --passphrase file:/root/passphrase
      sealgate ledger backup /backups/2026-11-30 --without-keys

    包含签名链头、本地日志、SQLite 库的一致副本，以及以口令加密的密钥。没有密钥，记录无人可读：
    若不含密钥，请另行保存 sealgate keys export 的导出文件。PostgreSQL 须自行转储，命令会给出方法。
    """,
)

_RESTORE_HELP = say(
    """Put a backup into an empty state folder, and verify the chain.

    \b
    Examples:
      sealgate ledger restore /backups/2026-11-30
      sealgate ledger restore /backups/2026-11-30 --state /tmp/trial    a trial, worth making

    Nothing is overwritten. Exit code 1 means that the records are there and the chain is not
    intact. On PostgreSQL run pg_restore first.
    """,
    """将备份恢复到空的状态目录，并核验记录链。

    \b
    示例：
      sealgate ledger restore /backups/2026-11-30
      sealgate ledger restore /backups/2026-11-30 --state /tmp/trial    建议先演练

    不覆盖任何文件。退出码 1 表示已恢复但记录链不完整。使用 PostgreSQL 时请先执行 pg_restore。
    """,
)


def _desk(config: Path | None, policy: str | None, state: str | None) -> Backups:
    call = invocation()
    return call.assemble().open_backups(call.settings(config, common_flags(policy, state)))


@click.command(help=_BACKUP_HELP)
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False))
@passphrase_option
@click.option(
    "--without-keys",
    is_flag=True,
    help=say("Leave the keys out; no passphrase.", "不含密钥，无需口令。"),
)
@json_option
@settings_options
def backup(
    *,
    folder: Path,
    passphrase: str | None,
    without_keys: bool,
    as_json: bool,
    config: Path | None,
    policy: str | None,
    state: str | None,
) -> None:
    """Make a backup."""
    if without_keys and passphrase:
        raise click.UsageError(
            say(
                "Give --passphrase or --without-keys, not both.",
                "--passphrase 与 --without-keys 不能同时使用。",
            )
        )
    desk = _desk(config, policy, state)
    words = "" if without_keys else passphrase_from(passphrase, confirm=True)
    with progress_bar(say("copying", "复制中")) as progress:
        made = desk.backup(folder, words, progress)
    if as_json:
        click.echo(msgspec.json.encode({**made._asdict(), "folder": str(made.folder)}))
    else:
        _draw_backup(made)


@click.command(help=_RESTORE_HELP)
@click.argument("folder", type=click.Path(path_type=Path, exists=True, file_okay=False))
@passphrase_option
@json_option
@settings_options
def restore(
    *,
    folder: Path,
    passphrase: str | None,
    as_json: bool,
    config: Path | None,
    policy: str | None,
    state: str | None,
) -> None:
    """Restore a backup."""
    desk = _desk(config, policy, state)
    asks = desk.needs_passphrase(folder)
    words = passphrase_from(passphrase, confirm=False) if asks else ""
    with progress_bar(say("verifying", "核验中")) as progress:
        done = desk.restore(folder, words, progress)
    if as_json:
        chain = done.chain._asdict()
        value = {**done._asdict(), "state": str(done.state), "chain": chain}
        click.echo(msgspec.json.encode(value))
    else:
        _draw_restored(done)
    exit_by(done.chain)


def _draw_backup(made: BackupMade) -> None:
    size = f"{made.size / 1_000_000:.1f} MB"
    click.echo(
        say(
            f"{made.folder}: {len(made.files)} files, {size}.",
            f"{made.folder}：{len(made.files)} 个文件，{size}。",
        )
    )
    for name in made.files:
        click.echo(f"  {name}")
    if made.dump:
        click.echo(
            say(
                "The database is not in it. Dump it now, before the next backup:",
                "其中不含数据库，请立即转储：",
            )
        )
        click.echo(f"  {made.dump}")
    if made.keys:
        click.echo(
            say(
                "The keys open with the passphrase alone: keep it apart from this folder.",
                "凭口令即可打开密钥，请将口令与此目录分开保存。",
            )
        )
    else:
        click.echo(
            say(
                "Without keys: it can be read only with an export (sealgate keys export).",
                "不含密钥：须配合密钥导出（sealgate keys export）方可读取。",
            )
        )
    if not made.dump:
        trial = f"sealgate ledger restore {made.folder} --state /tmp/trial"
        click.echo(say(f"Try it: {trial}", f"演练恢复：{trial}"))


def _draw_restored(done: Restored) -> None:
    click.echo(
        say(
            f"Put back into {done.state}: {', '.join(done.files)}",
            f"已恢复到 {done.state}：{', '.join(done.files)}",
        )
    )
    draw_chain(done.chain)
    if done.spooled:
        click.echo(
            say(
                "What was on its way to the store is in the spool; the gateway stores it when it "
                "starts.",
                "尚未入库的记录在本地日志中，网关启动后入库。",
            )
        )
