"""The screen that `sealgate serve` prints once it is up: what runs where, what to paste."""

from __future__ import annotations

import json
from importlib.metadata import version
from pathlib import Path

from gateway.cli.language import say
from gateway.cli.prompts import PROMPTS, SEAL
from gateway.cli.underline import width
from gateway.config.settings import Settings
from gateway.nouns.policy import Policy

NAME_COLUMNS = 13


def start_screen(settings: Settings, policy: Policy, *, demo: bool) -> str:
    """Return the whole screen."""
    base = f"http://{_reachable(settings.host)}:{settings.port}"
    operations = f"http://{_reachable(settings.operations_host)}:{settings.operations_port}"
    upstream = settings.upstream.url
    if demo:
        upstream = say("the embedded demo model (a script)", "内置演示模型（按脚本应答）")
    rows = (
        (say("gateway", "网关"), f"{base}/v1"),
        (say("in a browser", "浏览器"), f"{base}/"),
        (say("operations", "运维"), f"{operations}/metrics"),
        (say("upstream", "上游"), upstream),
        (say("policy", "策略"), f"{policy.name}, {policy.mode.value}, {policy.hash[:12]}"),
        (say("records", "记录"), str(Path(settings.state).resolve())),
    )
    lines = [f"sealgate {version('sealgate')}", ""]
    lines += [_row(name, value) for name, value in rows]
    lines += ["", *_paste(base, demo=demo)]
    if demo:
        lines += ["", *_tour()]
    lines += [
        "",
        say("Stop with Ctrl-C. More: sealgate --help", "按 Ctrl-C 停止。更多：sealgate --help"),
    ]
    return "\n".join(lines)


def _reachable(host: str) -> str:
    """Return an address that a client can use for one that listens."""
    if host in {"0.0.0.0", "::", ""}:
        return "127.0.0.1"
    return f"[{host}]" if ":" in host else host


def _paste(base: str, *, demo: bool) -> list[str]:
    model = "sealgate-demo" if demo else "MODEL"
    key = "any" if demo else "YOUR_KEY"
    asked = SEAL.text
    body = json.dumps(
        {"model": model, "stream": True, "messages": [{"role": "user", "content": asked}]},
        ensure_ascii=False,
    )
    call = f'model="{model}", messages=[{{"role": "user", "content": "{asked}"}}]'
    authorization = [] if demo else [f"    -H 'authorization: Bearer {key}' \\"]
    return [
        say("Paste into a shell:", "在终端中粘贴："),
        f"  curl -N {base}/v1/chat/completions -H 'content-type: application/json' \\",
        *authorization,
        f"    -d '{body}'",
        "",
        say("Paste into Python (pip install openai):", "在 Python 中粘贴（pip install openai）："),
        "  from openai import OpenAI",
        f'  client = OpenAI(base_url="{base}/v1", api_key="{key}")',
        f"  print(client.chat.completions.create({call}).choices[0].message.content)",
    ]


def _tour() -> list[str]:
    lines = [say("Prompts that show what it does (sealgate demo plays them):",
                 "可试的提问（sealgate demo 会逐一演示）：")]  # fmt: skip
    for prompt in PROMPTS:
        lines += [_row(prompt.shows, prompt.text), _row("", f"→ {prompt.look}")]
    return lines


def _row(name: str, value: str) -> str:
    """Return a row of two columns, aligned as a terminal draws wide characters."""
    used = sum(width(each) for each in name)
    return f"  {name}{' ' * max(1, NAME_COLUMNS - used)}{value}"
