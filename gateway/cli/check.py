"""``sealgate check``: are settings and policy valid, what is in force, and what is not covered."""

from __future__ import annotations

import io
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import click
import msgspec
from ruamel.yaml import YAML

from gateway.cli.invocation import (
    common_flags,
    invocation,
    json_option,
    settings_options,
)
from gateway.cli.language import LANGUAGE, say
from gateway.cli.outcome import Exit
from gateway.config.policy_file import PolicyReading
from gateway.config.settings import Settings
from gateway.nouns.mark import LabelMode
from gateway.nouns.policy import Mode, Overlay, Policy
from gateway.nouns.risk import RISKS, terms_of
from gateway.ports.live import Health, Look
from gateway.ports.operator import Coverage

RISK_CLASSES: Mapping[str, int] = Counter(risk.id[:2] for risk in RISKS)
"""How many classes each family of risks has (GB/T 45654-2025, Annex A: 31 in all)."""

_HELP = say(
    """Validate settings and policy without serving; say what is not covered.

    \b
    Examples:
      sealgate check
      sealgate check --policy policy.yaml --explain
      sealgate check --live              look at upstream, store, disk, clock, keys, certificate
      sealgate check --strict            exit code 1 if anything is not covered

    --live asks the upstream for its models (no prompt), takes the store's write lock for a moment
    and changes nothing, also beside a running gateway; exit code 1 if something is bad.
    Exit code 2 means that the gateway would not start with this configuration.
    """,
    """校验配置与策略（不启动服务），并列出未覆盖项。

    \b
    示例：
      sealgate check
      sealgate check --policy policy.yaml --explain
      sealgate check --live              检查上游、存储、磁盘、时钟、密钥与证书
      sealgate check --strict            有未覆盖项时退出码为 1

    --live 向上游查询一次模型列表（不发送提问），短暂取得存储写锁，不作任何改动，可与运行中的网关
    并行；存在故障时退出码为 1。
    退出码 2 表示网关无法以此配置启动。
    """,
)


SIGNS = {
    Health.WELL: say("well", "正常"),
    Health.WARN: say("look", "留意"),
    Health.BAD: say("BAD", "故障"),
}
COLOURS = {Health.WELL: "green", Health.WARN: "yellow", Health.BAD: "red"}
"""How a look is shown."""


class Warned(NamedTuple):
    """Something that the policy does not do, in both languages."""

    en: str
    zh: str


@click.command(help=_HELP)
@click.option(
    "--explain",
    is_flag=True,
    help=say("Show the merged policy and where it comes from.", "显示合并结果。"),
)
@click.option(
    "--strict", is_flag=True, help=say("Fail on anything not covered.", "有未覆盖项即失败。")
)
@click.option(
    "--live",
    is_flag=True,
    help=say("Look at what it needs around it, too.", "同时检查运行环境。"),
)
@json_option
@settings_options
def check(
    *,
    explain: bool,
    strict: bool,
    live: bool,
    as_json: bool,
    config: Path | None,
    policy: str | None,
    state: str | None,
) -> None:
    """Check the configuration."""
    call = invocation()
    settings = call.settings(config, common_flags(policy, state))
    reading = call.reading(settings)
    covered = call.assemble().check(settings, reading.policy)
    warnings = uncovered(settings, reading.policy, covered)
    looks = call.assemble().look_around(settings) if live else ()
    if as_json:
        seen = {"live": [_look(each) for each in looks]} if live else {}
        click.echo(msgspec.json.encode({**_value(reading, covered, warnings), **seen}))
    else:
        if explain:
            click.echo(_explained(reading))
        _draw(reading, covered, warnings)
        _draw_looks(looks)
    healths = {each.health for each in looks}
    is_bad = Health.BAD in healths or (strict and (warnings or Health.WARN in healths))
    click.get_current_context().exit(Exit.FOUND if is_bad else Exit.WELL)


def uncovered(settings: Settings, policy: Policy, covered: Coverage) -> list[Warned]:
    """Return what this configuration does not do, though a reader might believe it."""
    warnings = [Warned(en, zh) for en, zh in covered.warnings]
    warnings.extend(_terms(policy, covered))
    if not policy.rules:
        warnings.append(
            Warned("No rules: nothing is found, nothing is blocked.", "无规则：不检查也不拦截。")
        )
    if policy.mode is Mode.OBSERVE:
        warnings.append(
            Warned("Mode observe: findings change nothing.", "观察模式：只记录，不处置。")
        )
    if policy.strikes is not None and not policy.strikes.enforcing:
        warnings.append(
            Warned(
                "Strikes observe: they are counted and change nothing.",
                "违规计分为观察模式：仅计分，不处置。",
            )
        )
    warnings.extend(_marks(settings, policy))
    if policy.unjudged_media == "flag" and policy.rules:
        warnings.append(
            Warned(
                "Images, sound and files that nobody can judge pass and are counted.",
                "无法判定的图片、音频与文件仅计数放行。",
            )
        )
    if not settings.upstream.url:
        warnings.append(
            Warned(
                "No upstream: the embedded demo model answers.", "未配置上游：由内置演示模型应答。"
            )
        )
    return warnings


def _terms(policy: Policy, covered: Coverage) -> list[Warned]:
    if not policy.lexicons:
        return []
    having = Counter(risk[:2] for risk, count in terms_of(covered.terms).items() if count)
    found = []
    for family, whole in RISK_CLASSES.items():
        have = having[family]
        if have < whole:
            found.append(
                Warned(
                    f"{family}: {have} of {whole} classes have terms.",
                    f"{family}：{whole} 类中 {have} 类有词条。",
                )
            )
    return found


def _marks(settings: Settings, policy: Policy) -> list[Warned]:
    found = []
    if policy.marks.label is LabelMode.OFF:
        found.append(Warned("No visible label on generated text.", "生成文本无显式标识。"))
    if policy.marks.label is LabelMode.FIELD:
        found.append(
            Warned(
                "The label is only a field: your interface has to show it.",
                "标识仅在字段中：须由您的界面展示。",
            )
        )
    if not (policy.marks.producer or settings.producer):
        found.append(
            Warned(
                "No provider code: no metadata label is written (SEALGATE_PRODUCER).",
                "未配置提供者编码：不写入隐式标识（SEALGATE_PRODUCER）。",
            )
        )
    if not policy.marks.fingerprint:
        found.append(
            Warned(
                "No fingerprint: a text without its label cannot be traced.",
                "未启用文本指纹：去掉标识的文本无法溯源。",
            )
        )
    return found


def _value(reading: PolicyReading, covered: Coverage, warnings: list[Warned]) -> dict[str, Any]:
    return {
        "policy": reading.policy.name,
        "hash": reading.policy.hash,
        "mode": reading.policy.mode.value,
        "files": [str(path) for path in reading.files],
        "overlays": [_overlay(each) for each in reading.policy.overlays],
        "lexicon": covered.lexicon,
        "terms": dict(covered.terms),
        "not_covered": [each.zh if LANGUAGE == "zh" else each.en for each in warnings],
        "merged": reading.document.value,
    }


def _overlay(overlay: Overlay) -> dict[str, Any]:
    policy = overlay.policy
    return {
        "id": overlay.id, "tenants": overlay.tenants, "keys": overlay.keys,
        "mode": policy.mode.value, "rules": len(policy.rules), "hash": policy.hash,
    }  # fmt: skip


def _explained(reading: PolicyReading) -> str:
    """Return the merged policy as YAML, each rule with the place that it comes from."""
    writer = YAML(typ="rt", pure=True)
    writer.default_flow_style = None
    writer.width = 200
    whole = {key: each for key, each in reading.document.value.items() if key != "extends"}
    rules = whole.pop("rules", [])
    text = io.StringIO()
    writer.dump(whole, text)
    if rules:
        text.write("rules:\n")
    for index, rule in enumerate(rules):
        line = io.StringIO()
        writer.dump([rule], line)
        place = reading.document.place(("rules", index))
        text.write(f"  {line.getvalue().strip()}  # {place}\n")
    return text.getvalue()


def _draw(reading: PolicyReading, covered: Coverage, warnings: list[Warned]) -> None:
    policy = reading.policy
    terms = sum(covered.terms.values())
    click.echo(
        say(
            f"Settings and policy are valid: {policy.name}, mode {policy.mode.value}, "
            f"{len(policy.rules)} rules, {terms} terms, hash {policy.hash[:12]}.",
            f"配置与策略有效：{policy.name}，模式 {policy.mode.value}，"
            f"{len(policy.rules)} 条规则，{terms} 个词条，哈希 {policy.hash[:12]}。",
        )
    )
    for overlay in policy.overlays:
        _draw_overlay(overlay)
    if warnings:
        click.echo(say("Not covered:", "未覆盖："))
    for each in warnings:
        click.echo(f"  - {each.zh if LANGUAGE == 'zh' else each.en}")


def _look(look: Look) -> dict[str, str]:
    text = look.zh if LANGUAGE == "zh" else look.en
    return {"about": look.about, "health": look.health.value, "text": text}


def _draw_looks(looks: Sequence[Look]) -> None:
    if looks:
        click.echo(say("Around it:", "运行环境："))
    for each in looks:
        sign = click.style(f"{SIGNS[each.health]:<6}", fg=COLOURS[each.health])
        click.echo(f"  {sign} {each.about}: {each.zh if LANGUAGE == 'zh' else each.en}")


def _draw_overlay(overlay: Overlay) -> None:
    whom = ", ".join((*overlay.tenants, *overlay.keys)) or say("everybody", "所有调用方")
    policy = overlay.policy
    mode, rules, short = policy.mode.value, len(policy.rules), policy.hash[:12]
    click.echo(
        say(
            f"  overlay {overlay.id} for {whom}: mode {mode}, {rules} rules, hash {short}.",
            f"  叠加策略 {overlay.id}，适用于 {whom}：模式 {mode}，{rules} 条规则，哈希 {short}。",
        )
    )
