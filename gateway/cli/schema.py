"""``sealgate schema``: the JSON Schemas of what people write."""

from __future__ import annotations

import click

from gateway.cli.language import say
from gateway.config.published_schema import encoded, policy_schema, settings_schema

_HELP = say(
    """Print the JSON Schema of settings or policies, for editors and checks.

    \b
    Example:
      sealgate schema policy > policy.schema.json
    """,
    """输出配置或策略的 JSON Schema，供编辑器与校验使用。

    \b
    示例：
      sealgate schema policy > policy.schema.json
    """,
)


@click.command(help=_HELP)
@click.argument("which", type=click.Choice(["settings", "policy"]))
def schema(*, which: str) -> None:
    """Print a schema."""
    made = settings_schema() if which == "settings" else policy_schema()
    click.echo(encoded(made), nl=False)
