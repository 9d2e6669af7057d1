"""``sealgate inspect``: what a platform owes on files that others made."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path
from typing import Any, NamedTuple

import click
import msgspec

from gateway.cli.given_file import NoContentError, given_file
from gateway.cli.invocation import common_flags, invocation, json_option, settings_options
from gateway.cli.language import LANGUAGE, say
from gateway.cli.outcome import Exit
from gateway.nouns.mark import Receipt
from gateway.ports.operator import Inspected, Inspector

_HELP = say(
    """Tell what a platform owes on files that others made (Labelling Measures, Article 6).

    The tier: confirmed (the metadata says that it is AI-generated), possible (its user declares
    it), suspected (only a visible label or another trace). The words to show beside it. The
    propagation fields to add to its metadata label.

    \b
    Examples:
      sealgate inspect upload.png
      sealgate inspect *.jpg --declared --json
      sealgate inspect upload.png --propagator CODE --write

    A content credential beside a file (NAME.c2pa) is read with it.

    Exit code 0: nothing is owed, or --write wrote all of it. 1: something is owed. 3: a file could
    not be read or written.
    """,
    """说明传播平台对他人文件的标识义务（《标识办法》第六条）。

    分级：属于（元数据中有标识）、可能（用户声明）、疑似（仅有显式标识或其他痕迹）；应当展示的
    提示文字；应当写入元数据的传播要素。

    \b
    示例：
      sealgate inspect upload.png
      sealgate inspect *.jpg --declared --json
      sealgate inspect upload.png --propagator 编码 --write

    文件旁的内容凭证（“原名.c2pa”）会一并读取。

    退出码 0：无义务，或 --write 已全部写入；1：有义务；3：文件无法读取或写入。
    """,
)
_TIERS = {
    "confirmed": say("confirmed AI-generated", "属于生成合成内容"),
    "possible": say("possibly AI-generated", "可能为生成合成内容"),
    "suspected": say("suspected AI-generated", "疑似为生成合成内容"),
    "none": say("no sign of AI generation", "未发现生成合成迹象"),
}
_STATES = {
    "intact": say("intact", "完好"),
    "altered": say("altered", "已被改动"),
    "untrusted": say("unverified", "未经证实"),
}


class _Asked(NamedTuple):
    """The options that hold for every file."""

    declared: bool
    propagator: str
    number: str
    write: bool


class _Done(NamedTuple):
    """What became of one file; ``trouble`` says why it could not be read."""

    path: Path
    found: Inspected | None
    receipt: Receipt | None = None
    trouble: str = ""

    @property
    def exit(self) -> Exit:
        """What the file means for the exit code."""
        if self.found is None or (self.receipt and self.receipt.status != "written"):
            return Exit.FAILED
        owed = self.found.tier != "none"
        return Exit.FOUND if owed and self.receipt is None else Exit.WELL


@click.command(name="inspect", help=_HELP)
@click.argument(
    "files", nargs=-1, required=True, type=click.Path(path_type=Path, exists=True, dir_okay=False)
)
@click.option(
    "--declared",
    is_flag=True,
    help=say("Its user declares that it is AI-generated.", "用户声明其为生成合成内容。"),
)
@click.option(
    "--propagator",
    default="",
    metavar="CODE",
    help=say("The platform's provider code (27 characters).", "平台的服务提供者编码（27 位）。"),
)
@click.option(
    "--number",
    default="",
    help=say("The platform's number of the content (default: a new one).", "平台的内容编号。"),
)
@click.option(
    "--write",
    is_flag=True,
    help=say("Write the propagation fields into the files.", "将传播要素写入文件。"),
)
@json_option
@settings_options
def inspect(
    *,
    files: tuple[Path, ...],
    declared: bool,
    propagator: str,
    number: str,
    write: bool,
    as_json: bool,
    config: Path | None,
    policy: str | None,
    state: str | None,
) -> None:
    """Inspect files."""
    if write and not propagator:
        raise click.UsageError(say("--write needs --propagator.", "--write 需要 --propagator。"))
    if number and len(files) > 1:
        raise click.UsageError(say("--number is for one file.", "--number 只适用于单个文件。"))
    call = invocation()
    settings = call.settings(config, common_flags(policy, state))
    inspector = call.assemble().open_inspector(settings, call.policy(settings))
    asked = _Asked(declared, propagator, number, write)
    done = [_inspect(inspector, path, asked) for path in files]
    if as_json:
        click.echo(msgspec.json.encode([_plain(each) for each in done]))
    else:
        for each in done:
            _draw(each)
    click.get_current_context().exit(max(each.exit for each in done))


def _inspect(inspector: Inspector, path: Path, asked: _Asked) -> _Done:
    try:
        content, name, manifest = given_file(path)
        found = inspector.inspect(
            content, name, declared=asked.declared, propagator=asked.propagator,
            number=asked.number, manifest=manifest,
        )  # fmt: skip
        if not asked.write or found.label is None:
            return _Done(path, found)
        if name != path.name:
            return _Done(path, None, trouble=say("name the file itself", "请给出文件本身"))
        written, receipt = inspector.write(content, name, found.label)
        if receipt.status == "written":
            _replace(path, written)
        return _Done(path, found, receipt)
    except OSError as error:
        return _Done(path, None, trouble=error.strerror or "")
    except NoContentError as error:
        return _Done(path, None, trouble=str(error))


def _replace(path: Path, content: bytes) -> None:
    """Put the new file in the old one's place in one step: it is never half a file."""
    number, name = tempfile.mkstemp(dir=path.parent, prefix=".sealgate-")
    try:
        with os.fdopen(number, "wb") as file:
            file.write(content)
        Path(name).chmod(path.stat().st_mode & 0o7777)
        Path(name).replace(path)
    except OSError:
        Path(name).unlink(missing_ok=True)
        raise


def _plain(done: _Done) -> dict[str, Any]:
    if done.found is None:
        return {"file": str(done.path), "error": done.trouble}
    found = done.found
    return {
        "file": str(done.path),
        "format": found.format,
        "tier": found.tier,
        "label": dict(found.words),
        "propagation": found.label,
        "marks": [each._asdict() for each in found.marks],
        "written": done.receipt._asdict() if done.receipt else None,
    }


def _draw(done: _Done) -> None:
    if done.found is None:
        click.echo(f"{done.path}: {done.trouble}", err=True)
        return
    found = done.found
    kind = found.format or say("unknown format", "未知格式")
    click.echo(f"{done.path} ({kind}): {_TIERS[found.tier]}")
    for mark in found.marks:
        named = f"  {mark.producer}" if mark.producer else ""
        click.echo(f"  {mark.mark}: {_STATES[mark.state]}{named}")
    if found.words:
        words = found.words["zh" if LANGUAGE == "zh" else "en"]
        click.echo(f"  {say('show', '应展示')}: {words}")
    if found.label is not None:
        fields = msgspec.json.encode(found.label).decode()
        click.echo(f"  {say('metadata label', '元数据标识')}: {fields}")
    if done.receipt is not None:
        wrote = done.receipt.status == "written"
        told = say("written", "已写入") if wrote else say("not written", "未写入")
        click.echo(f"  {told}" + (f": {done.receipt.detail}" if done.receipt.detail else ""))
