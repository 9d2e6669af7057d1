"""``sealgate lexicon``: an operator's own word lists, and what all lists cover."""

from __future__ import annotations

import getpass
from collections import Counter
from datetime import datetime
from pathlib import Path

import click
import msgspec

from gateway.cli.import_notes import kind_of, said
from gateway.cli.invocation import common_flags, invocation, json_option, settings_options
from gateway.cli.language import say
from gateway.cli.outcome import Exit
from gateway.cli.progress import progress_bar
from gateway.nouns.policy import Policy
from gateway.nouns.risk import LEAST_TERMS, RISKS, Risk, terms_of
from gateway.nouns.verdict import Action
from gateway.ports.operator import Coverage
from gateway.ports.word_lists import ImportNote, ImportSummary, UrgentTerm

MOST_NOTES = 20

_HELP = say(
    """Import word lists; see what they cover.

    \b
    Examples:
      sealgate lexicon import company.csv
      sealgate lexicon import terms.txt --into lists/company.jsonl
      sealgate lexicon add "words" --category company --why "case 17" --expires 2027-01-31
      sealgate lexicon coverage
      sealgate lexicon test

    A list has one term per line, or is XLSX, CSV or JSON Lines with category and severity.
    """,
    """导入词表，查看覆盖范围。

    \b
    示例：
      sealgate lexicon import company.csv
      sealgate lexicon import terms.txt --into lists/company.jsonl
      sealgate lexicon add "词" --category company --why "17 号案件" --expires 2027-01-31
      sealgate lexicon coverage
      sealgate lexicon test

    词表每行一词，或为带类别与等级的 XLSX、CSV、JSON Lines。
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
@click.option(
    "--keep-benign",
    is_flag=True,
    help=say("Keep entries that ordinary text holds, too.", "保留会命中普通文本的词条。"),
)
@json_option
def import_terms(
    *, source: Path, target: Path | None, everything: bool, keep_benign: bool, as_json: bool
) -> None:
    """Import a list."""
    goal = target or Path("lists") / f"{source.stem}.jsonl"
    goal.parent.mkdir(parents=True, exist_ok=True)
    with progress_bar(say("importing", "导入中")) as progress:
        program = invocation().assemble()
        summary = program.import_terms(source, goal, progress=progress, keep_benign=keep_benign)
    if as_json:
        notes = [note._asdict() for note in summary.notes]
        click.echo(msgspec.json.encode({**summary._asdict(), "notes": notes, "file": str(goal)}))
    else:
        _draw(summary, goal, MOST_NOTES if not everything else len(summary.notes))
    click.get_current_context().exit(Exit.WELL if summary.kept else Exit.FOUND)


@lexicon.command(
    help=say(
        "Add one term to a list, with who wants it, why, and its last day.",
        "向词表追加一个词条，记录经办人、理由与截止日期。",
    )
)
@click.argument("term")
@click.option("--category", required=True, help=say("As rules name it.", "规则所用类别。"))
@click.option("--severity", type=click.IntRange(1, 4), default=4, show_default=True)
@click.option("--why", required=True, help=say("The reason; stays in the list.", "理由。"))
@click.option(
    "--expires",
    required=True,
    type=click.DateTime(["%Y-%m-%d"]),
    help=say("Its last day.", "最后有效日。"),
)
@click.option("--by", metavar="WHO", help=say("Who wants it (you).", "经办人，默认当前用户。"))
@click.option(
    "--into",
    "target",
    type=click.Path(path_type=Path, dir_okay=False),
    default=Path("lists/urgent.jsonl"),
    show_default=True,
)
@settings_options
def add(
    *,
    term: str,
    category: str,
    severity: int,
    why: str,
    expires: datetime,
    by: str | None,
    target: Path,
    config: Path | None,
    policy: str | None,
    state: str | None,
) -> None:
    """Add a term."""
    call = invocation()
    one = UrgentTerm(
        term, category, severity, by or getpass.getuser(), why, expires.date().isoformat()
    )
    line = call.assemble().add_term(target, one)
    click.echo(
        say(
            f"{target}, line {line}. It acts from the next reload on: "
            "kill -HUP \"$(pgrep -of 'sealgate serve')\"",
            f"{target} 第 {line} 行。重新加载后生效："
            "kill -HUP \"$(pgrep -of 'sealgate serve')\"",
        )
    )
    held = call.policy(call.settings(config, common_flags(policy, state)))
    lacking = _lacking(held, target, one)
    for each in lacking:
        click.echo(each, err=True)
    click.get_current_context().exit(Exit.FOUND if lacking else Exit.WELL)


def _lacking(policy: Policy, target: Path, term: UrgentTerm) -> list[str]:
    """Return what the policy lacks for the term to change anything."""
    lacking = []
    places = {target.resolve(), target.resolve().parent}
    if not any(Path(each.use).resolve() in places for each in policy.lexicons):
        lacking.append(
            say(
                f"The policy does not use the list yet: lexicons: [{{use: {target}}}]",
                f"策略尚未引用该词表：lexicons: [{{use: {target}}}]",
            )
        )
    acting = [
        rule for rule in policy.rules
        if rule.do > Action.FLAG and rule.severity <= term.severity and rule.concerns(term.category)
    ]  # fmt: skip
    if not acting:
        lacking.append(
            say(
                f"No rule does more than record `{term.category}` of severity {term.severity}.",
                f"没有规则处置等级 {term.severity} 的 `{term.category}`（至多记录）。",
            )
        )
    return lacking


@lexicon.command(
    help=say(
        "How many terms each of the 31 risks has, and where the standard asks for more.",
        "31 类风险各有多少词条，哪些低于标准要求。",
    )
)
@click.option(
    "--strict",
    is_flag=True,
    help=say("Exit with 1 if the library is too small.", "词库不足时以 1 退出。"),
)
@json_option
@settings_options
def coverage(
    *, strict: bool, as_json: bool, config: Path | None, policy: str | None, state: str | None
) -> None:
    """Show the coverage."""
    call = invocation()
    settings = call.settings(config, common_flags(policy, state))
    covered = call.assemble().check(settings, call.policy(settings))
    if as_json:
        lists = {each.name: each.terms for each in covered.lists}
        risks = {risk.id: {"terms": count, "least": risk.least, "hazards": risk.hazards}
                 for risk, count in _risks(covered)}  # fmt: skip
        value = {"terms": dict(covered.terms), "keywords": covered.keywords, "lists": lists,
                 "lexicon": covered.lexicon,
                 "risks": risks, "short": _short(covered)}  # fmt: skip
        click.echo(msgspec.json.encode(value))
    else:
        _draw_coverage(covered)
    click.get_current_context().exit(Exit.FOUND if strict and _short(covered) else Exit.WELL)


def _risks(covered: Coverage) -> list[tuple[Risk, int]]:
    counts = terms_of(covered.terms)
    return [(risk, counts[risk.id]) for risk in RISKS]


def _short(covered: Coverage) -> list[str]:
    """Return where a keyword library has fewer terms than GB/T 45654-2025 asks for."""
    short = [risk.id for risk, count in _risks(covered) if count < risk.least]
    return short + (["all"] if covered.keywords < LEAST_TERMS else [])


def _draw_coverage(covered: Coverage) -> None:
    for each in covered.lists:
        click.echo(f"{each.terms:>8}  {each.name}")
    click.echo()
    for risk, count in _risks(covered):
        least = f" / {risk.least:<4}" if risk.least else " " * 7
        mark = say("short", "不足") if count < risk.least else ""
        hazards = " ".join(risk.hazards)
        click.echo(f"{count:>8}{least} {risk.id:<14} {say(risk.en, risk.zh)}  {hazards}  {mark}")
    mark = say("short", "不足") if covered.keywords < LEAST_TERMS else ""
    said = say("in all, each once", "合计（同一词条只计一次）")
    click.echo(f"{covered.keywords:>8} / {LEAST_TERMS} {said}  {mark}")
    click.echo()
    for category, count in sorted(covered.terms.items()):
        click.echo(f"{count:>8}  {category}")


@lexicon.command(
    name="test",
    help=say(
        "Try each entry on the texts that it names (must_match, must_not_match).",
        "用词条自带的正例与反例（must_match、must_not_match）测试词条。",
    ),
)
@json_option
@settings_options
def try_entries(
    *, as_json: bool, config: Path | None, policy: str | None, state: str | None
) -> None:
    """Test the entries."""
    call = invocation()
    trial = call.assemble().try_entries(
        call.policy(call.settings(config, common_flags(policy, state)))
    )
    if as_json:
        misses = [
            {"rule": rule, "text": text, "wanted": wanted} for rule, text, wanted in trial.misses
        ]
        value = {"entries": trial.entries, "texts": trial.texts, "misses": misses}
        click.echo(msgspec.json.encode(value))
    else:
        for rule, text, wanted in trial.misses:
            what = say("not found in", "未命中") if wanted else say("found in", "误命中")
            click.echo(f"  {rule}: {what}: {text}")
        wrong = len(trial.misses)
        click.echo(
            say(
                f"{trial.entries} entries with {trial.texts} texts, {wrong} wrong.",
                f"{trial.entries} 条词条，{trial.texts} 个用例，{wrong} 个不符。",
            )
        )
    click.get_current_context().exit(Exit.FOUND if trial.misses else Exit.WELL)


def _reason(note: ImportNote) -> tuple[str, str]:
    """Return what became of a line without what only that line has: its words and numbers."""
    return said(note.what, kind_of(note.why))


def _draw(summary: ImportSummary, goal: Path, most: int) -> None:
    click.echo(
        say(
            f"{summary.kept} terms kept, {summary.merged} merged, {summary.dropped} dropped.",
            f"保留 {summary.kept} 条，合并 {summary.merged} 条，丢弃 {summary.dropped} 条。",
        )
    )
    if len(summary.notes) > most:
        for (what, why), times in Counter(map(_reason, summary.notes)).most_common():
            click.echo(say(f"  {times} lines {what}: {why}", f"  {times} 行{what}：{why}"))
    for note in summary.notes[:most]:
        what, why = said(note.what, note.why)
        click.echo(say(f"  line {note.line}: {what}: {why}", f"  第 {note.line} 行：{what}：{why}"))
    rest = len(summary.notes) - most
    if rest > 0:
        click.echo(say(f"  and {rest} more notes (--all)", f"  另有 {rest} 条说明（--all）"))
    click.echo(say("Name it in the policy:", "在策略中引用："))
    click.echo(f"  lexicons:\n    - {{use: {goal}}}")
