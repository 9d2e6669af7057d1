"""``sealgate demo``: plays the prompts of the start screen and shows what comes back."""

from __future__ import annotations

import contextlib
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import click
import msgspec

from gateway.cli.invocation import Invocation, invocation
from gateway.cli.language import say
from gateway.cli.outcome import Exit
from gateway.cli.prompts import PROMPTS, SEAL, Prompt
from gateway.nouns.errors import NotPossible
from gateway.ports.operator import Traced

START_S = 60.0
TRACE_S = 15.0
STEP_S = 0.2

_HELP = say(
    """See a block, a redaction, a veil and a seal.

    Starts a gateway of its own with the embedded demo model in a temporary folder, asks it the
    prompts of the start screen, and shows what comes back. Nothing is left behind.

    \b
    Examples:
      sealgate demo
      sealgate demo --url http://127.0.0.1:8080     ask a gateway that runs already
    """,
    """演示拦截、脱敏、假名化与标识。

    在临时目录中启动网关与内置演示模型，逐一发送示例提问并显示结果，结束后不留痕迹。

    \b
    示例：
      sealgate demo
      sealgate demo --url http://127.0.0.1:8080     使用已在运行的网关
    """,
)


class Came(NamedTuple):
    """What came back: the status, the text (or the error's message), and headers of ours."""

    status: int
    text: str
    headers: tuple[tuple[str, str], ...]


@click.command(help=_HELP)
@click.option("--url", help=say("A gateway that runs already.", "已在运行的网关地址。"))
def demo(*, url: str | None) -> None:
    """Play the tour."""
    if url is not None:
        well = _tour(url.rstrip("/").removesuffix("/v1"))
    else:
        with tempfile.TemporaryDirectory(prefix="sealgate-demo-") as folder:
            well = _tour_of_our_own(invocation(), Path(folder))
    click.get_current_context().exit(Exit.WELL if well else Exit.FAILED)


def _tour_of_our_own(call: Invocation, folder: Path) -> bool:
    environ = {
        name: value
        for name, value in call.environ.items()
        if not name.startswith("SEALGATE_") or name == "SEALGATE_LANG"
    }
    with _gateway(folder, environ) as base:
        well = _tour(base)
        return _trace(call, folder, base) and well


@contextlib.contextmanager
def _gateway(folder: Path, environ: dict[str, str]) -> Iterator[str]:
    """Run a gateway with the demo model; gives its address when it takes requests."""
    port, operations = _free_ports()
    command = [
        sys.executable, "-m", "gateway.cli", "serve", "--policy", "cn-public",
        "--state", str(folder / "var"), "--port", str(port), "--operations-port", str(operations),
        "--log-level", "error",
    ]  # fmt: skip
    child = subprocess.Popen(command, cwd=folder, env=environ, stdout=subprocess.DEVNULL)
    base = f"http://127.0.0.1:{port}"
    try:
        _wait(child, base)
        yield base
    finally:
        child.terminate()
        try:
            child.wait(timeout=START_S)
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()


def _free_ports() -> tuple[int, int]:
    with socket.socket() as first, socket.socket() as second:
        first.bind(("127.0.0.1", 0))
        second.bind(("127.0.0.1", 0))
        return first.getsockname()[1], second.getsockname()[1]


def _wait(child: subprocess.Popen[bytes], base: str) -> None:
    end_s = time.monotonic() + START_S  # a bound port takes connections before anybody answers
    while child.poll() is None and time.monotonic() < end_s:
        try:
            with urllib.request.urlopen(f"{base}/readyz", timeout=2):
                return
        except OSError:
            time.sleep(STEP_S)
    if child.poll() is None:
        raise NotPossible(say(f"The gateway is not ready after {START_S:g} s: is the machine busy?",
                              f"网关 {START_S:g} 秒后仍未就绪，机器是否繁忙？"))  # fmt: skip
    raise NotPossible(say("The gateway did not start; `sealgate serve` says why.",
                          "网关未能启动，请运行 sealgate serve 查看原因。"))  # fmt: skip


def _tour(base: str) -> bool:
    for prompt in PROMPTS:
        click.secho(f"\n{prompt.shows}", bold=True)
        came = _ask(base, prompt)
        click.echo(say("  asked:   ", "  提问：") + prompt.text)
        click.echo(say("  status:  ", "  状态：") + str(came.status))
        click.echo(say("  came:    ", "  返回：") + came.text.replace("\n", "\n           "))
        for name, value in came.headers:
            click.echo(f"           {name}: {value}")
        click.echo(f"  → {prompt.look}")
        if came.status not in {200, 400}:
            return False
    return True


def _ask(base: str, prompt: Prompt) -> Came:
    body = {"model": "sealgate-demo", "messages": [{"role": "user", "content": prompt.text}]}
    request = urllib.request.Request(
        f"{base}/v1/chat/completions",
        data=msgspec.json.encode(body),
        headers={"content-type": "application/json"},
    )
    try:
        with urllib.request.urlopen(request, timeout=60) as reply:
            return _came(reply.status, reply.read(), reply.headers.items())
    except urllib.error.HTTPError as error:
        with error:
            return _came(error.code, error.read(), error.headers.items())
    except OSError as error:
        raise NotPossible(
            say(f"No gateway answers at {base}.", f"{base} 没有网关应答。")
        ) from error


def _came(status: int, body: bytes, headers: list[tuple[str, str]]) -> Came:
    ours = tuple((name, value) for name, value in headers if name.startswith("x-sealgate-"))
    try:
        value = msgspec.json.decode(body)
        if status == 200:
            text = value["choices"][0]["message"]["content"]
        else:
            text = value["error"]["message"]
    except (msgspec.DecodeError, KeyError, IndexError, TypeError):
        text = body[:200].decode("utf-8", "replace")
    return Came(status, str(text), ours)


def _trace(call: Invocation, folder: Path, base: str) -> bool:
    """Show that a fragment of the story finds its record again."""
    story = _ask(base, SEAL).text
    fragment = story[len(story) // 3 : len(story) // 3 + 120]
    settings = call.settings(None, {("state",): str(folder / "var"), ("policy",): "cn-public"})
    found: list[Traced] = []
    for _ in range(int(TRACE_S / STEP_S)):
        archive = call.assemble().open_archive(settings, call.policy(settings))
        try:
            found = archive.trace(fragment)
        finally:
            archive.close()
        if found:
            break
        time.sleep(STEP_S)
    click.secho(say("\na trace", "\n溯源"), bold=True)
    click.echo(say("  asked:   ", "  提问：") + f"sealgate trace “{fragment}”")
    if not found:
        click.echo(say("  found:   nothing", "  结果：未找到"))
        return False
    click.echo(say("  found:   ", "  结果：") + f"{found[0].exchange} ({found[0].confidence:.0%})")
    return True
