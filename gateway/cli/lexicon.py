"""``sealgate lexicon``: an operator's own word lists, and what all lists cover."""

from __future__ import annotations

import sys
from pathlib import Path

import click
import msgspec

from gateway.cli.import_notes import said
from gateway.cli.invocation import common_flags, invocation, json_option, settings_options
from gateway.cli.language import say
from gateway.cli.outcome import Exit
from gateway.ports.operator import ImportSummary

MOST_NOTES = 20

_HELP = say(
    """Import word lists; see what they cover.

    \b
    Examples:
      sealgate lexicon import company.csv
      sealgate lexicon import terms.txt --into lists/company.jsonl
      sealgate lexicon coverage

    A list has one term per line, or is CSV or JSON Lines with category and severity.
    """,
    """导入词表，查看覆盖范围。

    \b
    示例：
      sealgate lexicon import company.csv
      sealgate lexicon import terms.txt --into lists/company.jsonl
      sealgate lexicon coverage

    词表每行一词，或为带类别与等级的 CSV、JSON Lines。
    """,
)


@click.group(help=_HELP)
def lexicon() -> None:
    """Hold the lexicon's commands together."""


@lexicon.command(
    name="import",
    help=say("Read a list, write it in canonical form, tell what was dropped.", "导入词表。"),
)
@click.argument("source", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option(
    "--into",
    "target",
    type=click.Path(path_type=Path, dir_okay=False),
    help=say("File to write (default: lists/NAME.jsonl).", "输出文件。"),
)
@click.option("--all", "everything", is_flag=True, help=say("Show every note.", "显示全部说明。"))
@json_option
def import_terms(*, source: Path, target: Path | None, everything: bool, as_json: bool) -> None:
    """Import a list."""
    goal = target or Path("lists") / f"{source.stem}.jsonl"
    goal.parent.mkdir(parents=True, exist_ok=True)
    label = say("importing", "导入中")
    with click.progressbar(length=1, label=label, file=sys.stderr) as bar:

        def move(done: int, whole: int) -> None:
            bar.length = max(whole, done, 1)
            bar.update(max(0, done - bar.pos))

        summary = invocation().assemble().import_terms(source, goal, progress=move)
    if as_json:
        notes = [note._asdict() for note in summary.notes]
        click.echo(msgspec.json.encode({**summary._asdict(), "notes": notes, "file": str(goal)}))
    else:
        _draw(summary, goal, MOST_NOTES if not everything else len(summary.notes))
    click.get_current_context().exit(Exit.WELL if summary.kept else Exit.FOUND)


@lexicon.command(help=say("How many terms each category has.", "各类别的词条数。"))
@json_option
@settings_options
def coverage(*, as_json: bool, config: Path | None, policy: str | None, state: str | None) -> None:
    """Show the coverage."""
    call = invocation()
    settings = call.settings(config, common_flags(policy, state))
    covered = call.assemble().check(settings, call.policy(settings))
    if as_json:
        lists = {each.name: each.terms for each in covered.lists}
        value = {"terms": dict(covered.terms), "lists": lists, "lexicon": covered.lexicon}
        click.echo(msgspec.json.encode(value))
        return
    for each in covered.lists:
        click.echo(f"{each.terms:>8}  {each.name}")
    click.echo()
    for category, count in sorted(covered.terms.items()):
        click.echo(f"{count:>8}  {category}")


def _draw(summary: ImportSummary, goal: Path, most: int) -> None:
    click.echo(
        say(
            f"{summary.kept} terms kept, {summary.merged} merged, {summary.dropped} dropped.",
            f"保留 {summary.kept} 条，合并 {summary.merged} 条，丢弃 {summary.dropped} 条。",
        )
    )
    for note in summary.notes[:most]:
        what, why = said(note.what, note.why)
        click.echo(say(f"  line {note.line}: {what}: {why}", f"  第 {note.line} 行：{what}：{why}"))
    rest = len(summary.notes) - most
    if rest > 0:
        click.echo(say(f"  and {rest} more notes (--all)", f"  另有 {rest} 条说明（--all）"))
    click.echo(say("Name it in the policy:", "在策略中引用："))
    click.echo(f"  lexicons:\n    - {{use: {goal}}}")
