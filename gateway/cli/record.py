"""A decrypted record as people read it: who, what was asked, judged and answered, and the marks."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import click
import msgspec

from gateway.cli.language import LANGUAGE, say
from gateway.cli.outcome import Exit
from gateway.cli.underline import drawn
from gateway.nouns.risk import risk_of
from gateway.ports.operator import AskedText, Shown, ShownText

OUTCOMES = {
    "passed": say("Answered; nothing was found.", "已应答，无发现。"),
    "flagged": say("Answered; what was found was only noted.", "已应答，发现项仅记录。"),
    "edited": say("Answered; some of it was changed by the policy.", "已应答，部分内容已改写。"),
    "blocked_input": say("Refused before the model was asked.", "提问被拒，未到达模型。"),
    "blocked_output": say("The model's answer was stopped.", "模型的回答被拦截。"),
    "upstream_blocked": say("Refused by the model API itself.", "上游模型接口自行拒答。"),
    "upstream_error": say("The model API failed.", "上游模型接口出错。"),
    "client_error": say("The request was at fault.", "请求有误。"),
    "client_gone": say("The client left before the end.", "客户端中途断开。"),
    "refused": say("Not admitted by the gateway.", "网关未予受理。"),
    "gateway_error": say("The gateway itself failed.", "网关自身出错。"),
    "recovered": say("The process died before the end was recorded.", "进程中断，未记录结束。"),
}
"""Every `gateway.nouns.verdict.Outcome` as a sentence, and that of a record that was not closed."""

ROLES = {
    "system": say("system", "系统"),
    "user": say("user", "用户"),
    "history": say("earlier turn", "历史轮次"),
    "tool_definition": say("tool definition", "工具定义"),
    "tool_arguments": say("tool call", "工具调用"),
    "tool_result": say("tool result", "工具结果"),
    "content": say("content", "正文"),
    "reasoning": say("reasoning", "思考过程"),
    "refusal": say("refusal", "拒答"),
    "logprob": say("log probabilities", "对数概率"),
    "unknown": say("other", "其他"),
}
"""Every `gateway.nouns.segment.FieldClass` as people call it; files keep their kind."""

ACTIONS = {
    "pass": say("let pass", "放行"),
    "flag": say("noted", "仅记录"),
    "veil": say("replaced by a placeholder for the model", "以代号代替后交给模型"),
    "redact": say("made unreadable", "脱敏"),
    "replace": say("replaced", "替换"),
    "drop_turn": say("left out with its turn", "连同该轮次略去"),
    "block": say("blocked", "拦截"),
}
"""What was done about a finding, by the action's word."""

GONE = {
    "erased": say("The texts were erased.", "内容已按要求删除。"),
    "purged": say("The texts are past their retention.", "内容已过保存期限。"),
}
"""Why a record has no texts, by its state."""

STATUSES = {
    "written": say("written", "已写入"),
    "failed": say("failed", "失败"),
    "not_possible": say("not possible", "无法写入"),
}
"""What became of a mark, by its receipt's status."""

_FOLDED = "tool_definition"


def draw_record(exchange: str, found: Shown | None, *, as_json: bool) -> None:
    """Print a decrypted record, for people or for machines; exit if there is none."""
    if found is None:
        click.echo(
            say(f"No record has the id {exchange}.", f"没有编号为 {exchange} 的记录。"), err=True
        )
        click.get_current_context().exit(Exit.FOUND)
    if as_json:
        value = {"exchange": found.exchange, "state": found.state, "facts": found.facts}
        texts = [each._asdict() for each in found.texts]
        click.echo(msgspec.json.encode({**value, "texts": texts}))
        return
    code = found.facts.get("open", {}).get("code", "")
    said = say(f"   label code {code}", f"   标识码 {code}") if code else ""
    click.secho(say(f"Exchange {found.exchange}{said}", f"交互 {found.exchange}{said}"), bold=True)
    for head, lines in _sections(found):
        click.secho(f"\n{head}", bold=True)
        for line in lines:
            click.echo(f"  {line}".rstrip())


def _sections(found: Shown) -> Iterator[tuple[str, Sequence[str]]]:
    opening, closing = found.facts.get("open"), found.facts.get("close")
    if opening:
        yield say("Who and when", "何人何时"), list(_who(opening))
    yield say("Outcome", "结果"), list(_outcome(found, closing))
    if found.state in GONE:
        return
    yield say("What was asked", "提问"), list(_asked(found))
    went = [each for each in found.forwarded if each not in found.asked]
    if went or len(found.forwarded) not in (0, len(found.asked)):
        yield say("What the model got instead", "模型实际收到的改写"), list(_went(found, went))
    findings = closing["findings"] if closing else ()
    yield say("What was judged", "判定"), list(_judged(found, findings))
    for head, part in (
        (say("What was answered", "回答"), "answer"),
        (say("What did not leave as the model wrote it", "未按模型原文放行的内容"), "suppressed"),
    ):
        texts = [each for each in found.texts if each.part == part]
        if texts or part == "answer":
            yield head, list(_answered(texts))
    if closing:
        yield say("Marks", "标识"), list(_marks(closing["receipts"]))


def _who(opening: Mapping[str, Any]) -> Iterator[str]:
    tenant, subject = opening["tenant"], _safe(opening["subject"])
    yield _moment(opening["time_ns"])
    if subject:
        source = _safe(opening["subject_source"])
        yield say(
            f"For the end user {subject} ({source}), tenant {tenant}.",
            f"最终用户 {subject}（{source}），租户 {tenant}。",
        )
    else:
        yield say(
            f"No end user was named; tenant {tenant}.", f"未指明最终用户；租户 {tenant}。"
        )
    yield _asker(opening["principal"])
    flow = say("streamed", "流式") if opening["stream"] else say("in one piece", "非流式")
    yield say(
        f"Asked of {_safe(opening['model']) or '-'} at {opening['route']} "
        f"({opening['protocol']}, {flow}).",
        f"模型 {_safe(opening['model']) or '-'}，路径 {opening['route']}"
        f"（{opening['protocol']}，{flow}）。",
    )
    policy, short = opening["policy_name"], opening["policy"][:12]
    yield say(f"Under the policy {policy} ({short}).", f"适用策略 {policy}（{short}）。")
    if opening["standing"]:
        standing = opening["standing"]
        yield say(f"The user's standing: {standing}.", f"用户状态：{standing}。")
    if opening["unlabelled"]:
        yield say(
            f"Delivered without a visible label: {opening['unlabelled']}, "
            f"agreement {opening['agreement']}.",
            f"未加显式标识：{opening['unlabelled']}，协议 {opening['agreement']}。",
        )


def _asker(principal: str) -> str:
    if principal == "anonymous":
        return say("Asked without a key.", "调用方未使用密钥。")
    if principal.startswith("key_"):
        return say(f"Asked with the gateway key {principal}.", f"调用方使用网关密钥 {principal}。")
    return say(
        f"Asked with a key of the client's own (its keyed hash: {principal}).",
        f"调用方使用自己的密钥（带密钥散列：{principal}）。",
    )


def _outcome(found: Shown, closing: Mapping[str, Any] | None) -> Iterator[str]:
    outcome = closing["outcome"] if closing else "recovered"
    if closing or found.state not in GONE:
        yield f"{OUTCOMES.get(outcome, outcome)} ({outcome})"
    if found.state in GONE:
        yield GONE[found.state]
    if closing:
        took, model = closing["duration_s"], closing["upstream_s"]
        yield say(
            f"Status {closing['status']}, after {took:.2f} s (of which the model took {model:.2f} "
            "s).",
            f"状态码 {closing['status']}，耗时 {took:.2f} 秒（其中模型 {model:.2f} 秒）。",
        )
        yield say(
            f"{closing['released_chars']} characters were released, {closing['sent_bytes']} bytes "
            "went to the client.",
            f"放行 {closing['released_chars']} 个字符，发送 {closing['sent_bytes']} 字节。",
        )
        yield from _also(closing)
    elif "sent_bytes" in found.facts:
        sent = found.facts["sent_bytes"]
        yield say(
            f"At least {sent} bytes went to the client; of the text here the last may not have.",
            f"至少已发送 {sent} 字节；所示文本的末尾可能未发出。",
        )
    if not found.facts.get("complete", True):
        yield say("Some of it could not be read again.", "部分内容无法读回。")


def _also(closing: Mapping[str, Any]) -> Iterator[str]:
    if closing["error"]:
        yield say(f"Error: {closing['error']}", f"错误：{closing['error']}")
    if closing["unjudged"]:
        kinds = ", ".join(closing["unjudged"])
        yield say(f"Nobody could judge: {kinds}.", f"无法判定：{kinds}。")
    if closing["retract"]:
        yield say(
            "The application was asked to take back what it had shown.",
            "已要求应用撤回已展示内容。",
        )
    if closing["strike"]:
        yield say(f"Strike points: {closing['strike']}.", f"违规计分：{closing['strike']}。")
    if closing["review"]:
        drawn = ", ".join(closing["review"])
        yield say(f"Drawn for review: {drawn}.", f"已抽取复核：{drawn}。")


def _asked(found: Shown) -> Iterator[str]:
    if not found.asked:
        bodies = [each.text for each in found.texts if each.part == "request"]
        for body in bodies:
            yield from _safe(body).split("\n")
        if not bodies:
            yield say("Nothing of it can be read.", "无可读内容。")
    for each in found.asked:
        if each.role != _FOLDED:
            yield from _lines(ROLES.get(each.role, each.role), each.text or f"[{each.place}]")
    folded = sum(each.role == _FOLDED for each in found.asked)
    if folded:
        yield say(
            f"and {folded} strings of tool definitions (--json shows them).",
            f"另有 {folded} 段工具定义文本（--json 可见）。",
        )


def _went(found: Shown, went: Sequence[AskedText]) -> Iterator[str]:
    for each in went:
        yield from _lines(ROLES.get(each.role, each.role), each.text)
    left_out = len(found.asked) - len(found.forwarded)
    if left_out > 0:
        yield say(
            f"{left_out} strings were left out with their turns.",
            f"{left_out} 段文本连同其轮次被略去。",
        )


def _judged(found: Shown, findings: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    if not findings:
        yield say("Nothing was found.", "无发现。")
    for each in findings:
        risk = risk_of(each["category"])
        name = (risk.zh if LANGUAGE == "zh" else risk.en) if risk else ""
        what = each["category"] + (say(f" ({name})", f"（{name}）") if name else "")
        done, wanted = (ACTIONS.get(each[key], each[key]) for key in ("action", "wanted"))
        if done != wanted:
            done = say(f"{done}, where the rule wanted: {wanted}", f"{done}（规则要求：{wanted}）")
        quote = _quote(found, each)
        role = ROLES.get(each["field_class"], each["field_class"])
        side = say("question", "提问") if each["direction"] == "input" else say("answer", "回答")
        yield say(
            f"{what}, severity {each['severity']}: {done}.",
            f"{what}，等级 {each['severity']}：{done}。",
        )
        yield say(
            f"  In the {side} ({role}, {each['channel']}): {quote}",
            f"  {side}（{role}，{each['channel']}）：{quote}",
        )
        yield say(
            f"  Found by {each['filter']} {each['rule']}; rule {each['policy_rule'] or '-'}.",
            f"  由 {each['filter']} {each['rule']} 发现；规则 {each['policy_rule'] or '-'}。",
        )


def _quote(found: Shown, finding: Mapping[str, Any]) -> str:
    """Return the words that were found, or where they stand if that text is not kept whole."""
    start, end = finding["start"], finding["end"]
    text = _text_of(found, finding)
    if text is not None and start < end <= len(text):
        words = " ".join(_safe(text[start:end]).split())
        return say(f"“{words}”", f"“{words}”")
    return say(f"characters {start} to {end}", f"第 {start} 至 {end} 个字符")


def _text_of(found: Shown, finding: Mapping[str, Any]) -> str | None:
    """Return the text that a finding's positions count in. Of a stream that was changed only the
    changed pieces are kept beside what was released: there it is None."""
    place = finding["channel"]
    if finding["direction"] == "input":
        return next((each.text for each in found.asked if each.place == place), None)
    kept: dict[str, list[str]] = {"answer": [], "suppressed": []}
    for each in found.texts:
        if each.channel == place and each.part in kept:
            kept[each.part].append(each.text)
    if found.facts["open"]["stream"] and kept["suppressed"]:
        return None
    return "".join(kept["suppressed"] or kept["answer"]) or None


def _answered(texts: Sequence[ShownText]) -> Iterator[str]:
    if not texts:
        yield say("Nothing.", "无。")
    for each in texts:
        name = each.channel.removesuffix(" (own)")
        ours = say(", added by the gateway", "，网关添加") if name != each.channel else ""
        yield from _lines(_channel(name) + ours, each.text)


def _channel(name: str) -> str:
    """Return a channel (``0:content``) as people call it."""
    choice, _, path = name.partition(":")
    path = ROLES.get(path, path)
    return path if choice == "0" else say(f"choice {choice}, {path}", f"候选 {choice}，{path}")


def _marks(receipts: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    if not receipts:
        yield say("None.", "无。")
    for each in receipts:
        detail = f" ({_safe(each['detail'])})" if each["detail"] else ""
        yield f"{each['mark']}: {STATUSES.get(each['status'], each['status'])}{detail}"


def _lines(head: str, text: str) -> Iterator[str]:
    """Return a text under its head: on the same line, or indented below it if it has several."""
    lines = _safe(text).strip("\n").split("\n")
    if len(lines) == 1:
        yield say(f"{head}: {lines[0]}", f"{head}：{lines[0]}")
        return
    yield say(f"{head}:", f"{head}：")
    for line in lines:
        yield f"  {line}"


def _safe(text: str) -> str:
    """Return a text that cannot steer the terminal, in its lines."""
    return "".join(each if each in "\n\t" else drawn(each) for each in text)


def _moment(time_ns: int) -> str:
    moment = datetime.fromtimestamp(time_ns / 1e9, UTC)
    return moment.strftime("%Y-%m-%d %H:%M:%S.") + f"{moment.microsecond // 1000:03d} UTC"
