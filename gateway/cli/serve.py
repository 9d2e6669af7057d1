"""``sealgate serve``: start the gateway, in front of a real model API or of the demo model."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, TypeVar

import click
import msgspec

from gateway.cli.invocation import Invocation, common_flags, invocation, settings_options
from gateway.cli.language import say
from gateway.cli.screen import start_screen
from gateway.config.settings import Settings
from gateway.config.yaml_file import KeyPath
from gateway.nouns.policy import Policy

F = TypeVar("F", bound=Callable[..., Any])

_HELP = say(
    """Start the gateway.

    \b
    Examples:
      sealgate serve                                        the embedded demo model answers
      sealgate serve --upstream https://api.example.com     with or without /v1
      sealgate serve --policy policy.yaml --workers 4
      sealgate serve --mode observe                         judge and record, change nothing

    Every option is a setting too: --port 9000, SEALGATE_PORT=9000, or `port: 9000` in
    sealgate.yaml. SIGHUP reads them again, SIGTERM ends after the running answers.
    """,
    """启动网关。

    \b
    示例：
      sealgate serve                                        由内置演示模型应答
      sealgate serve --upstream https://api.example.com     可带或不带 /v1
      sealgate serve --policy policy.yaml --workers 4
      sealgate serve --mode observe                         只判定与记录，不处置

    每个选项也可写作环境变量 SEALGATE_PORT=9000 或 sealgate.yaml 中的 `port: 9000`。
    SIGHUP 重新加载，SIGTERM 在当前回答结束后退出。
    """,
)


def _listening_options(command: F) -> F:
    options = (
        click.option(
            "--upstream", metavar="URL", help=say("The model API behind.", "上游模型接口。")
        ),
        click.option("--host", help=say("Address of the data plane.", "数据面地址。")),
        click.option("--port", type=int, help=say("Port of the data plane.", "数据面端口。")),
        click.option("--operations-port", type=int, help=say("Port of the metrics.", "运维端口。")),
        click.option("--workers", type=int, help=say("Worker processes.", "工作进程数。")),
        click.option("--mode", help=say("observe or enforce.", "observe 或 enforce。")),
        click.option("--log-level", help="debug | info | warning | error"),
        click.option("--log-format", help="json | console"),
    )
    for option in reversed(options):
        command = option(command)
    return command


@click.command(help=_HELP)
@_listening_options
@settings_options
def serve(*, config: Path | None, policy: str | None, state: str | None, **listening: Any) -> None:
    """Serve until told to stop."""
    call = invocation()
    flags: dict[KeyPath, Any] = {
        **common_flags(policy, state),
        **{(name,): value for name, value in listening.items()},
    }
    settings = call.settings(config, flags)
    call.policy(settings)
    with _upstream(settings) as demo_url:
        code = _serve(call, lambda: call.settings(config, flags), demo_url)
    click.get_current_context().exit(code)


def _serve(call: Invocation, read: Callable[[], Settings], demo_url: str) -> int:
    demo = bool(demo_url)
    read_last: list[Policy] = []

    def load() -> tuple[Settings, Policy]:
        settings = read()
        if demo:
            behind = msgspec.structs.replace(settings.upstream, url=demo_url)
            settings = msgspec.structs.replace(settings, upstream=behind)
        read_last[:] = [call.policy(settings)]
        return settings, read_last[0]

    def ready(settings: Settings) -> None:
        click.echo(start_screen(settings, read_last[0], demo=demo))  # the file may be another now

    return call.assemble().serve(load, ready=ready, demo=demo)


@contextlib.contextmanager
def _upstream(settings: Settings) -> Iterator[str]:
    """Start the demo model if no upstream is named; gives its address, or nothing."""
    if settings.upstream.url:
        yield ""
        return
    from gateway.demo.server import start_demo

    demo = start_demo()
    try:
        yield demo.url
    finally:
        demo.stop()
