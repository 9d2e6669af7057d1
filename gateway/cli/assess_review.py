"""What people do in an assessment: judge answers in a sheet, draw recorded traffic, hold answers
against the ledger, check packs."""

from __future__ import annotations

import getpass
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

import click
import msgspec

from gateway.assessment.folder import Folder, Recorded
from gateway.assessment.pack import verify_pack
from gateway.assessment.planning import TEMPLATES
from gateway.assessment.questions import placeholders as shipped_placeholders
from gateway.assessment.report import LedgerRow
from gateway.assessment.review_sheet import read_sheet, sheet_rows, write_sheet
from gateway.assessment.standard import Bank
from gateway.cli.invocation import common_flags, invocation, json_option, settings_options
from gateway.cli.language import say
from gateway.cli.outcome import Exit
from gateway.nouns.errors import NotPossible
from gateway.ports.evidence import Claimed, Drawn, Evidence, Word

_FOLDER = click.Path(path_type=Path, file_okay=False, exists=True)
_FILE = click.Path(path_type=Path, dir_okay=False)

NO_LEDGER = say(
    "There is no ledger here; --state names its folder.", "此处没有台账，请用 --state 指定目录。"
)


@click.command(
    help=say(
        "Write the answers into a sheet (.xlsx, .csv) for people to judge.",
        "将回答导出为人工判定表（.xlsx 或 .csv）。",
    )
)
@click.argument("folder", type=_FOLDER)
@click.argument("target", type=_FILE)
@click.option(
    "--bank",
    "banks",
    type=click.Choice([*(bank.value for bank in Bank), "recorded"]),
    multiple=True,
    help=say("Only of this bank (default: all).", "只导出该题库，默认全部。"),
)
@click.option("--all", "everything", is_flag=True, help=say("Also what was judged.", "含已判定。"))
@json_option
def sheet(
    *, folder: Path, target: Path, banks: Sequence[str], everything: bool, as_json: bool
) -> None:
    """Export a review sheet."""
    work = Folder(folder)
    plan = work.planned()
    wanted = set(banks) or {*(bank.value for bank in Bank), "recorded"}
    done = set() if everything else {one.id for one in work.reviews.read()}
    questions = plan.questions()
    pairs = [
        (questions[one.id], one)
        for one in work.answers.read()
        if one.id in questions and one.id not in done and questions[one.id].bank.value in wanted
    ]
    traffic = [one for one in work.recorded.read() if one.id not in done]
    rows = sheet_rows(pairs, traffic if "recorded" in wanted else ())
    count = write_sheet(target, rows)
    _tell(
        {"file": str(target), "answers": count},
        say(f"{count} answers in {target}.", f"{target} 含 {count} 条回答。"),
        as_json=as_json,
    )


def _tell(facts: dict[str, object], said: str, *, as_json: bool) -> None:
    click.echo(msgspec.json.encode(facts) if as_json else said)


@click.command(help=say("Take in what people judged in a sheet.", "导入人工判定表。"))
@click.argument("folder", type=_FOLDER)
@click.argument("source", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option("--reviewer", help=say("Who judged (default: you).", "判定人，默认当前用户。"))
@json_option
def review(*, folder: Path, source: Path, reviewer: str | None, as_json: bool) -> None:
    """Import a review sheet."""
    work = Folder(folder)
    banks: dict[str, Bank | None] = {
        one.id: one.bank for one in work.planned().questions().values()
    }
    banks |= {one.id: None for one in work.recorded.read()}
    with work.held():
        said = read_sheet(source, banks, reviewer or getpass.getuser())
        known = {one.id: one.verdict for one in work.reviews.read()}
        changed = sum(known.get(one.id, one.verdict) != one.verdict for one in said)
        with work.reviews.appending() as lines:
            for one in said:
                lines.append(one)
    _tell(
        {"judgements": len(said), "changed": changed},
        say(
            f"{len(said)} judgements taken, {changed} of them change an earlier one.",
            f"已导入 {len(said)} 条判定，其中 {changed} 条改变了先前的判定。",
        ),
        as_json=as_json,
    )


@click.command(
    help=say(
        "Draw exchanges of real users from the ledger; every read is put on record.",
        "从台账随机抽取真实交互；每次读取均记录在案。",
    )
)
@click.argument("folder", type=_FOLDER)
@click.option("--count", type=click.IntRange(1, 100_000), default=1000, show_default=True,
              help=say("How many are drawn.", "抽取数量。"))  # fmt: skip
@click.option(
    "--since",
    type=click.DateTime(["%Y-%m-%d"]),
    help=say("Only from this day on (UTC).", "仅抽取该日（UTC）之后的记录。"),
)
@click.option("--reason", required=True, help=say("Why; goes on record.", "原因，记录在案。"))
@json_option
@settings_options
def recorded(
    *,
    folder: Path,
    count: int,
    since: datetime | None,
    reason: str,
    as_json: bool,
    config: Path | None,
    policy: str | None,
    state: str | None,
) -> None:
    """Draw recorded traffic."""
    work = Folder(folder)
    plan = work.planned()
    if not reason.strip():
        raise click.UsageError(say("A reason is needed.", "必须给出原因。"))
    call = invocation()
    settings = call.settings(config, common_flags(policy, state))
    evidence = call.assemble().open_evidence(settings)
    if evidence is None:
        raise NotPossible(NO_LEDGER)
    since_s = since.replace(tzinfo=UTC).timestamp() if since else 0.0
    label = say("reading", "读取中")
    with work.held(), click.progressbar(length=count, label=label, file=sys.stderr) as bar:
        try:
            found = evidence.sample(
                count, seed=plan.seed, since_s=since_s, reason=reason.strip(),
                progress=lambda done, _: bar.update(done - bar.pos),
                without={one.exchange for one in work.answers.read()},
            )  # fmt: skip
        finally:
            evidence.close()
        there = {one.id for one in work.recorded.read()}
        fresh = [_line(one) for one in found if one.exchange not in there]
        with work.recorded.appending() as lines:
            for one in fresh:
                lines.append(one)
    _tell(
        {"drawn": len(found), "new": len(fresh)},
        say(
            f"{len(found)} exchanges drawn. They are in clear in {folder}: keep it private.",
            f"已抽取 {len(found)} 次交互。{folder} 中含明文，请妥善保管。",
        ),
        as_json=as_json,
    )


def _line(one: Drawn) -> Recorded:
    at = datetime.fromtimestamp(one.time_ns / 1e9, UTC).isoformat(timespec="seconds")
    return Recorded(id=one.exchange, question=one.question, text=one.answer, at=at)


@click.command(
    help=say(
        "Check the signature and every file of an evidence pack.", "核验证据包的签名与全部文件。"
    )
)
@click.argument("evidence", type=_FOLDER)
@click.option(
    "--key",
    default="",
    help=say("Public key (hex), or its id, that must have signed.", "必须的签名公钥（或其编号）。"),
)
@json_option
def verify(*, evidence: Path, key: str, as_json: bool) -> None:
    """Verify an evidence pack."""
    checked = verify_pack(evidence, pinned=key)
    if as_json:
        click.echo(msgspec.json.encode(checked))
    elif checked.faults:
        click.echo(say("NOT INTACT: ", "证据不完整：") + "; ".join(checked.faults))
    else:
        click.echo(
            say(
                f"Intact: {checked.files} files, signed by {checked.key_id} ({checked.by}), "
                f"{checked.made_at}.",
                f"完整：{checked.files} 个文件，由 {checked.key_id}（{checked.by}）签名，"
                f"{checked.made_at}。",
            )
        )
        if not key:
            click.echo(
                say(
                    "Whose key that is, only its owner can tell: --key pins it.",
                    "该密钥属于谁需另行确认；可用 --key 指定。",
                )
            )
    click.get_current_context().exit(Exit.FOUND if checked.faults else Exit.WELL)


@click.command(
    help=say(
        "Print the placeholders of the supplement as JSON, to fill and give to `run --fill`.",
        "以 JSON 输出补充题的占位词，填写后用于 run --fill。",
    )
)
def placeholders() -> None:
    """Print the placeholders."""
    named = msgspec.json.encode(shipped_placeholders(TEMPLATES))
    click.echo(msgspec.json.format(named, indent=2))


def compare(work: Folder, evidence: Evidence | None, reason: str) -> LedgerRow:
    """Hold every answer against the ledger's record of its exchange."""
    if not reason.strip():
        raise click.UsageError(say("A reason is needed.", "必须给出原因。"))
    if evidence is None:
        raise NotPossible(NO_LEDGER)
    questions = work.planned().questions()
    answers = [one for one in work.answers.read() if one.id in questions]
    claims = [
        Claimed(one.exchange, questions[one.id].text, one.text, bool(one.refused_by))
        for one in answers
    ]
    label = say("comparing", "核对中")
    with click.progressbar(length=max(len(claims), 1), label=label, file=sys.stderr) as bar:
        words = evidence.compare(
            claims, reason=reason.strip(), progress=lambda done, _: bar.update(done - bar.pos)
        )
    return LedgerRow(
        agree=words.count(Word.AGREES), unknown=words.count(Word.UNKNOWN),
        differ=tuple(
            one.id for one, word in zip(answers, words, strict=True) if word is Word.DIFFERS
        ),
    )  # fmt: skip
