"""What every command starts from: environment, settings, policy, and the assembled program."""

from __future__ import annotations

import importlib
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar, cast

import click

from gateway.cli.language import say
from gateway.config.policy_file import PolicyReading, read_policy
from gateway.config.settings import Settings
from gateway.config.settings_file import load_settings
from gateway.config.yaml_file import KeyPath
from gateway.nouns.policy import Policy
from gateway.ports.operator import Assembly

F = TypeVar("F", bound=Callable[..., Any])


def _assembly() -> Assembly:
    return cast("Assembly", importlib.import_module("gateway.assembly"))


@dataclass(slots=True, kw_only=True)
class Invocation:
    """One call of the command line. Tests put their own environment and assembly in."""

    environ: Mapping[str, str] = field(default_factory=lambda: dict(os.environ))
    assemble: Callable[[], Assembly] = _assembly

    def settings(self, config: Path | None, flags: Mapping[KeyPath, Any] | None = None) -> Settings:
        """Return the settings that hold for this call. Raises ConfigError."""
        return load_settings(config, self.environ, flags)

    def reading(self, settings: Settings) -> PolicyReading:
        """Return the policy that the settings name, with its origins. Raises ConfigError."""
        return read_policy(
            settings.policy, mode=settings.mode, plugged=bool(settings.plugins.filters)
        )

    def policy(self, settings: Settings) -> Policy:
        """Return the policy that the settings name. Raises ConfigError."""
        return self.reading(settings).policy


def invocation() -> Invocation:
    """Return the invocation of the current command."""
    return click.get_current_context().ensure_object(Invocation)


def settings_options(command: F) -> F:
    """Give a command the options that say which installation it is about."""
    options = (
        click.option(
            "--config",
            type=click.Path(path_type=Path, dir_okay=False),
            help=say("Settings file (default: sealgate.yaml, if there).", "配置文件。"),
        ),
        click.option("--policy", help=say("Preset or policy file.", "预设名或策略文件。")),
        click.option("--state", help=say("Folder of records and keys.", "记录与密钥所在目录。")),
    )
    for option in reversed(options):
        command = option(command)
    return command


def ask(question: str, otherwise: str, *, hidden: bool = False, confirm: bool = False) -> str:
    """Ask a person; ``otherwise`` says what a script has to give instead. Raises UsageError."""
    try:
        answer: str = click.prompt(
            question, hide_input=hidden, confirmation_prompt=confirm, err=True
        )
    except click.Abort:
        raise click.UsageError(otherwise) from None
    return answer


def common_flags(policy: str | None, state: str | None) -> dict[KeyPath, Any]:
    """Return the flags of `settings_options` as paths of settings."""
    return {("policy",): policy, ("state",): state}


json_option = click.option(
    "--json", "as_json", is_flag=True, help=say("Print JSON for machines.", "输出 JSON。")
)
