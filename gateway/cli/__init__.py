"""The command line: one command per file, loaded only when it is called."""

from __future__ import annotations

import importlib
import os
from collections.abc import Sequence
from difflib import get_close_matches

import click

from gateway.cli.borrowed_words import speak_chinese
from gateway.cli.language import LANGUAGE, say
from gateway.cli.outcome import reporting

# Before anything loads numpy, and for all processes that are started: the products of matrices here
# are small, and threads that wait for each other make them ten times as dear where others work too.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

if LANGUAGE == "zh":
    speak_chinese()

COMMANDS: dict[str, tuple[str, str]] = {
    "serve": ("gateway.cli.serve:serve", say("Start the gateway.", "启动网关。")),
    "demo": (
        "gateway.cli.demo:demo",
        say("See a block, a redaction, a veil and a seal.", "演示拦截、脱敏、假名化与标识。"),
    ),
    "check": (
        "gateway.cli.check:check",
        say(
            "Validate settings and policy; say what is not covered.",
            "检查配置与策略，列出未覆盖项。",
        ),
    ),
    "try": (
        "gateway.cli.try_text:try_text",
        say("Judge a text as the gateway would.", "按策略判定一段文本。"),
    ),
    "trace": (
        "gateway.cli.trace:trace",
        say("Find the exchange that a text or file came from.", "查找文本或文件出自哪次交互。"),
    ),
    "inspect": (
        "gateway.cli.inspect:inspect",
        say("Tell what a platform owes on a file.", "说明传播平台对文件的标识义务。"),
    ),
    "mark": (
        "gateway.cli.mark:mark",
        say("Put the policy's marks on files.", "按策略为文件添加标识。"),
    ),
    "ledger": (
        "gateway.cli.ledger:ledger",
        say("Read, verify, purge, erase, back up records.", "查看、核验、清理、删除、备份记录。"),
    ),
    "review": (
        "gateway.cli.review:review",
        say("Look at drawn exchanges; decide right, wrong or grave.", "复核抽样交互并作出结论。"),
    ),
    "strikes": (
        "gateway.cli.strikes:strikes",
        say("See, lift and appeal standings of end users.", "查看、解除用户违规状态，处理申诉。"),
    ),
    "probe": (
        "gateway.cli.probe:probe",
        say("Ask many prompts: is a group treated worse?", "批量提问：检测群体歧视。"),
    ),
    "lexicon": (
        "gateway.cli.lexicon:lexicon",
        say("Import word lists; see what they cover.", "导入词表，查看覆盖范围。"),
    ),
    "assess": (
        "gateway.cli.assess:assess",
        say("Assess the service by GB/T 45654-2025.", "依据 GB/T 45654-2025 评估服务。"),
    ),
    "key": (
        "gateway.cli.key:key",
        say("Make, list, revoke and rotate gateway keys.", "管理网关密钥。"),
    ),
    "credentials": (
        "gateway.cli.credentials:credentials",
        say("See what signs files; make keys for trials.", "查看文件签名配置，生成试用密钥。"),
    ),
    "keys": (
        "gateway.cli.keys:keys",
        say("Rotate, export and import the ledger's master key.", "轮换、导出、导入台账主密钥。"),
    ),
    "schema": (
        "gateway.cli.schema:schema",
        say("Print the JSON Schema of settings or policies.", "输出配置或策略的 JSON Schema。"),
    ),
}
"""Every command: where it stands, and one line of help that needs no import."""

_HELP = say(
    """A guardrail gateway for generative AI: filters prompts and answers, marks what is generated,
    records every exchange.

    \b
    First steps:
      sealgate serve                          with the embedded demo model
      sealgate serve --upstream https://...   in front of a real model API
      sealgate try "a text"                   what the policy makes of it
      sealgate check --explain                what is in force, and what is not covered

    \b
    Exit codes: 0 well; 1 something was found, refused or failed the check;
    2 wrong usage or configuration; 3 the program could not do its job.
    """,
    """生成式人工智能防护网关：检查提问与回答，标识生成内容，记录每次交互。

    \b
    快速上手：
      sealgate serve                          使用内置演示模型
      sealgate serve --upstream https://...   接入真实模型接口
      sealgate try "文本"                     查看策略判定
      sealgate check --explain                查看生效策略与未覆盖项

    \b
    退出码：0 正常；1 有发现、被拒绝或检查未通过；2 用法或配置有误；3 程序未能完成任务。
    """,
)


class LazyGroup(click.Group):
    """A group whose commands are imported when they are called, so that start-up stays fast."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 -- click's signature
        """Return the names in the order of `COMMANDS`."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002 -- click's signature
        """Import and return a command."""
        if cmd_name not in COMMANDS:
            return None
        module, _, name = COMMANDS[cmd_name][0].partition(":")
        command = getattr(importlib.import_module(module), name)
        return command if isinstance(command, click.Command) else None

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Find the command; one that is misspelled is told the nearest name."""
        try:
            return super().resolve_command(ctx, args)
        except click.UsageError as error:
            near = get_close_matches(args[0], COMMANDS, n=1)
            if not near:
                raise
            hint = say(f"Did you mean {near[0]!r}?", f"是否要用 {near[0]!r}？")
            raise click.UsageError(f"{error.message} {hint}", ctx) from None

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002 -- click's signature
        """List the commands without importing them."""
        with formatter.section(say("Commands", "命令")):
            formatter.write_dl([(name, line) for name, (_, line) in COMMANDS.items()])


@click.group(cls=LazyGroup, help=_HELP, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="sealgate", prog_name="sealgate")
def cli() -> None:
    """Hold the commands together."""


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line and end the process with its exit code.

    ``NO_COLOR`` (no-color.org) and a dumb terminal get no colours.
    """
    plain = os.environ.get("NO_COLOR") or os.environ.get("TERM") == "dumb"
    with reporting():
        cli.main(args=arguments, prog_name="sealgate", color=False if plain else None)
