"""``sealgate assess``: the security assessment of GB/T 45654-2025 on a running gateway."""

from __future__ import annotations

import asyncio
import secrets
import sys
from collections.abc import Sequence
from pathlib import Path

import click
import msgspec

from gateway.assessment.asking import GivenUp, Target, Unanswered, ask_all
from gateway.assessment.folder import (
    ANSWERS,
    JUDGED,
    PLAN,
    RECORDED,
    REVIEWS,
    Answer,
    Folder,
    Judged,
)
from gateway.assessment.judging import judged, judges, still_true
from gateway.assessment.pack import write_pack
from gateway.assessment.page import page, words
from gateway.assessment.planning import Order, make_plan
from gateway.assessment.rates import Sheet, Status
from gateway.assessment.report import LedgerRow, Library, RateRow, Report, make_report
from gateway.assessment.standard import Bank
from gateway.cli.assess_review import compare, placeholders, recorded, review, sheet, verify
from gateway.cli.invocation import (
    Invocation,
    common_flags,
    invocation,
    json_option,
    settings_options,
)
from gateway.cli.language import LANGUAGE, say
from gateway.cli.outcome import Exit
from gateway.config.settings import Settings
from gateway.config.settings_file import resolve_secret
from gateway.nouns.policy import Policy

_HELP = say(
    """Assess a running service by GB/T 45654-2025, and make the evidence.

    Three banks of questions (your own first, ours as a supplement) go through the gateway to the
    real model; filters and people judge the answers; rates are held against the standard's limits.

    \b
    Examples:
      sealgate assess run 2026-11 --url http://127.0.0.1:8080/v1 --key env:KEY --model MODEL
      sealgate assess run 2026-11                       go on after an interruption
      sealgate assess sheet 2026-11 review.xlsx         for people to judge
      sealgate assess review 2026-11 review.xlsx --reviewer "Li Na"
      sealgate assess report 2026-11                    writes 2026-11/evidence, signed
      sealgate assess verify 2026-11/evidence

    Exit codes: 0 pass; 1 not passed; 2 wrong usage; 3 questions got no answer.
    """,
    """依据 GB/T 45654-2025 评估运行中的服务并生成证据。

    三类题库（运营者题库优先，自带题目补足）经网关发往真实模型；由过滤器与人工判定回答；
    各项比率与标准限值比较。

    \b
    示例：
      sealgate assess run 2026-11 --url http://127.0.0.1:8080/v1 --key env:KEY --model MODEL
      sealgate assess run 2026-11                       中断后继续
      sealgate assess sheet 2026-11 review.xlsx         导出人工判定表
      sealgate assess review 2026-11 review.xlsx --reviewer "李娜"
      sealgate assess report 2026-11                    生成 2026-11/evidence 并签名
      sealgate assess verify 2026-11/evidence

    退出码：0 通过；1 未通过；2 用法有误；3 有题目未获回答。
    """,
)
_FILE = click.Path(path_type=Path, exists=True, dir_okay=False)
_FOLDER = click.Path(path_type=Path, file_okay=False)


@click.group(help=_HELP)
def assess() -> None:
    """Hold the assessment's commands together."""


@assess.command(
    help=say(
        """Ask the questions, or go on asking, and judge the answers.

        The exit code looks at the rates that machines can tell; `report` at everything.""",
        """发送题目（或继续发送）并判定回答。退出码只看机器可判定的比率；report 看全部要求。""",
    )
)
@click.argument("folder", type=_FOLDER)
@click.option("--url", help=say("Base URL of the gateway.", "网关地址。"))
@click.option("--key", default="", help=say("Key, env:NAME or file:PATH.", "密钥、env: 或 file:。"))
@click.option("--model", help=say("Model to ask.", "模型名称。"))
@click.option(
    "--generation", type=_FILE, multiple=True, help=say("Your bank to judge.", "生成内容题库。")
)
@click.option(
    "--refuse", type=_FILE, multiple=True, help=say("Your bank to refuse.", "应拒答题库。")
)
@click.option(
    "--answer", type=_FILE, multiple=True, help=say("Your bank to answer.", "非拒答题库。")
)
@click.option("--fill", type=_FILE, help=say("Values of placeholders (JSON).", "占位词取值。"))
@click.option("--seed", type=int, help=say("Seed of the draw.", "抽样种子。"))
@click.option(
    "--draw",
    metavar="N,N,N",
    help=say("Draw fewer or more than 1000,300,300.", "抽题数，默认 1000,300,300。"),
)
@click.option("--concurrency", type=click.IntRange(1, 256), default=8, show_default=True,
              help=say("Questions at once.", "同时发送的题数。"))  # fmt: skip
@click.option("--timeout", "timeout_s", type=click.FloatRange(1, 3600), default=120.0,
              show_default=True, help=say("Seconds per answer.", "每题超时（秒）。"))  # fmt: skip
@json_option
@settings_options
def run(
    *,
    folder: Path,
    url: str | None,
    key: str,
    model: str | None,
    generation: Sequence[Path],
    refuse: Sequence[Path],
    answer: Sequence[Path],
    fill: Path | None,
    seed: int | None,
    draw: str | None,
    concurrency: int,
    timeout_s: float,
    as_json: bool,
    config: Path | None,
    policy: str | None,
    state: str | None,
) -> None:
    """Run an assessment."""
    call = invocation()
    settings = call.settings(config, common_flags(policy, state))
    held, work = call.policy(settings), Folder(folder)
    own = {Bank.GENERATION: generation, Bank.REFUSE: refuse, Bank.ANSWER: answer}
    secret = resolve_secret(key, call.environ) if key else ""
    with work.held():
        if work.plan() is None:
            if url is None or model is None:
                raise click.UsageError(
                    say(
                        "A new assessment takes --url and --model.", "首次运行需要 --url、--model。"
                    )
                )
            drawn = secrets.randbelow(2**31) if seed is None else seed
            work.begin(make_plan(Order(url, model, drawn, own, fill, _sizes(draw))))
        elif any((url, model, fill, seed, draw, *own.values())):
            raise click.UsageError(
                say(
                    f"{folder} holds an assessment already: it goes on with what it began with "
                    "(only --key, --concurrency, --timeout). Another one takes another folder.",
                    f"{folder} 中已有评估，只能按原计划继续（仅可给 --key、--concurrency、"
                    "--timeout）；新评估请另选目录。",
                )
            )
        plan = work.planned()
        unanswered = _ask(work, Target(plan.url, secret, plan.model, concurrency, timeout_s))
        report = _report(work, call, settings, held)
    if as_json:
        click.echo(msgspec.json.encode(report))
    else:
        _draw(report, unanswered)
    click.get_current_context().exit(_exit_of_run(report))


@assess.command(
    help=say(
        """Judge what is not judged yet, write the report and sign the evidence.

        With --reason every answer is held against the ledger's record of it first; each read goes
        on record with the reason.""",
        """判定尚未判定的回答，生成报告与已签名的证据。

        给出 --reason 时先逐题与台账记录核对，每次读取连同原因均记录在案。""",
    )
)
@click.argument("folder", type=_FOLDER)
@click.option("--into", type=_FOLDER, help=say("Default: FOLDER/evidence.", "证据目录。"))
@click.option("--language", type=click.Choice(["zh", "en"]), default=LANGUAGE,
              help=say("Language of the page.", "报告语言。"))  # fmt: skip
@click.option(
    "--reason", help=say("Hold the answers against the ledger; why.", "与台账核对的原因。")
)
@json_option
@settings_options
def report(
    *,
    folder: Path,
    into: Path | None,
    language: str,
    reason: str | None,
    as_json: bool,
    config: Path | None,
    policy: str | None,
    state: str | None,
) -> None:
    """Write the evidence pack."""
    call = invocation()
    settings = call.settings(config, common_flags(policy, state))
    held, work = call.policy(settings), Folder(folder)
    target = into or folder / "evidence"
    with work.held():
        work.planned()
        evidence = call.assemble().open_evidence(settings)
        try:
            ledger = None if reason is None else compare(work, evidence, reason)
            made = _report(work, call, settings, held, ledger)
            signed = write_pack(
                target,
                {
                    "report.json": msgspec.json.format(msgspec.json.encode(made), indent=1),
                    "report.html": page(made, language).encode(),
                },
                {name: folder / name for name in (PLAN, ANSWERS, REVIEWS, JUDGED)},
                {RECORDED: folder / RECORDED},
                evidence,
                key_folder=folder,
            )
        finally:
            if evidence is not None:
                evidence.close()
    if as_json:
        click.echo(msgspec.json.encode(made))
    else:
        _draw(made, [])
        by = say("the ledger", "台账") if signed.by == "ledger" else say("this tool", "本工具")
        click.echo(
            say(
                f"{target}/report.html, signed by the key {signed.key_id} of {by}.",
                f"{target}/report.html，由{by}的密钥 {signed.key_id} 签名。",
            )
        )
    well = made.verdict is Status.MET
    click.get_current_context().exit(Exit.WELL if well else Exit.FOUND)


for _command in (sheet, review, recorded, verify, placeholders):
    assess.add_command(_command)


def _sizes(draw: str | None) -> dict[Bank, int]:
    if draw is None:
        return {}
    try:
        counts = [int(each) for each in draw.split(",")]
        return {bank: count for bank, count in zip(Bank, counts, strict=True) if count >= 0}
    except ValueError:
        raise click.UsageError(say("--draw takes three numbers.", "--draw 需三个数。")) from None


def _ask(work: Folder, target: Target) -> list[Unanswered]:
    """Ask what has no answer yet. Who stops it, and a model that goes away, end the program."""
    plan = work.planned()
    there = {one.id for one in work.answers.read()}
    waiting = [one for one in plan.questions().values() if one.id not in there]
    total = len(plan.questions())
    label = say("asking", "测试中")
    with (
        work.answers.appending() as answers,
        click.progressbar(length=max(total, 1), label=label, file=sys.stderr) as bar,
    ):
        bar.update(total - len(waiting))

        def told(one: Answer) -> None:
            answers.append(one)
            bar.update(1)

        try:
            return asyncio.run(ask_all(target, waiting, told))
        except KeyboardInterrupt:
            why = say("Stopped", "已停止")
        except GivenUp as error:
            why = str(error)
    have = len(work.answers.read())
    click.echo(
        say(
            f"\n{why}. {have} of {total} questions have an answer; the same command goes on.",
            f"\n{why}。{total} 道题中 {have} 道已有回答；再次运行即可继续。",
        ),
        err=True,
    )
    raise click.exceptions.Exit(Exit.FAILED)


def _report(
    work: Folder, call: Invocation, settings: Settings, policy: Policy,
    ledger: LedgerRow | None = None,
) -> Report:  # fmt: skip
    """Return the report, after the filters judged every text that these have not judged yet."""
    covered = call.assemble().check(settings, policy)
    found = _judge(work, call, settings, policy, judges(policy.hash, covered.lexicon))
    table = Sheet(work.planned(), work.answers.read(), work.reviews.read(), found)
    library = Library(covered.terms, covered.keywords)
    named = f"{policy.name}, {policy.hash[:12]}"
    return make_report(table, work.recorded.read(), library, named, ledger)


def _judge(
    work: Folder, call: Invocation, settings: Settings, policy: Policy, under: str
) -> list[Judged]:
    texts = _judgeable(work)
    found = still_true(work.judged.read(), under, texts)
    left = [one for one in texts if one[0] not in found]
    if left:
        judge = call.assemble().open_judge(settings, policy)
        label = say("judging", "判定中")
        with (
            work.judged.appending() as lines,
            click.progressbar(length=len(left), label=label, file=sys.stderr) as bar,
        ):
            for one in judged(judge, under, left):
                lines.append(one)
                found[one.id] = one
                bar.update(1)
    return list(found.values())


def _judgeable(work: Folder) -> list[tuple[str, str]]:
    """Return id and text of what filters are to judge."""
    asked = {one.id for one in work.planned().drawn.get(Bank.GENERATION, ())}
    answers = {one.id: one for one in work.answers.read() if one.id in asked}
    texts = [(one.id, one.text) for one in answers.values() if not one.refused_by]
    return texts + [(one.id, one.text) for one in work.recorded.read()]


def _exit_of_run(made: Report) -> Exit:
    if made.unanswered:
        return Exit.FAILED
    return Exit.WELL if made.rates_verdict is Status.MET else Exit.FOUND


def _draw(made: Report, unanswered: Sequence[Unanswered]) -> None:
    said = words(LANGUAGE)
    for rate in made.rates:
        click.echo(f"  {said[rate.name]}: {_spelled(rate, said[rate.status.value])}")
    for one in made.conditions:
        if one.status is not Status.MET:
            click.echo(f"  {said[one.name]}: {one.have} / {one.least}  {said[one.status.value]}")
    if made.ledger is not None:
        seen = made.ledger
        click.echo(
            say(
                f"  Held against the ledger: {seen.agree} agree, {len(seen.differ)} differ, "
                f"{seen.unknown} not there",
                f"  与台账核对：一致 {seen.agree}，不一致 {len(seen.differ)}，"
                f"无记录 {seen.unknown}",
            )
        )
    for lost in unanswered[:3]:
        click.echo(say(f"  no answer: {lost.why}", f"  未获回答：{lost.why}"), err=True)
    if made.unanswered:
        click.echo(
            say(
                f"{made.unanswered} questions have no answer; the same command goes on.",
                f"{made.unanswered} 道题未获回答；再次运行即可继续。",
            ),
            err=True,
        )
    verdict = said[f"verdict_{made.verdict.value}"]
    click.secho(say(f"Assessment: {verdict}", f"评估结论：{verdict}"), bold=True)


def _spelled(rate: RateRow, status: str) -> str:
    if not rate.sample:
        return say("nothing judged yet", "尚无判定")
    sign = "≤" if rate.at_most else "≥"
    empty = say(f"  empty: {rate.empty}", f"  空回答：{rate.empty}") if rate.empty else ""
    return (
        f"{rate.share:.1%} [{rate.low:.1%}, {rate.high:.1%}]  {sign} {rate.limit:.0%}  "
        f"n = {rate.sample} / {rate.needed}  {status}{empty}"
    )
