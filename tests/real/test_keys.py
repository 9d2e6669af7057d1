"""Gateway keys with real clients: good at the gateway, unknown to the upstream."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.real.clients import KEY, NEWEST, Client, by_name
from tests.real.sealed import sealed
from tests.real.strangers import FIXTURES, Aimock

pytestmark = pytest.mark.extras

newest = pytest.mark.parametrize("client", NEWEST, ids=by_name)


@newest
def test_a_gateway_key_is_swapped_for_the_upstream_s(
    client: Client, aimock: Aimock, tmp_path: Path
) -> None:
    """The mock server, which knows one key only, answers; ours never reached it."""
    args = {"model": "m", "messages": [{"role": "user", "content": f"say hello, {client.name}"}]}
    step = {"name": "plain", "do": "create", "args": args}
    with sealed(
        aimock.url,
        FIXTURES / "guarded.yaml",
        tmp_path,
        SEALGATE_UPSTREAM__KEY="env:UPSTREAM_KEY",
        UPSTREAM_KEY=KEY,
        SEALGATE_ACCESS__MODE="keys",
    ) as guarded:
        made = guarded.command("key", "create", "test", "--json")
        assert made.returncode == 0, made
        key = json.loads(made.stdout)["key"]
        url = f"{guarded.url}/v1"
        good = client.play(url, [step], key=key)["plain"]
        bad = client.play(url, [step], key="sk-sg-unknown")["plain"]
    assert "Hello!" in good["value"]["choices"][0]["message"]["content"]
    assert (bad["error"]["class"], bad["error"]["status_code"]) == ("AuthenticationError", 401)
    asked = aimock.asked(f"say hello, {client.name}")
    assert len(asked) == 1
    assert key not in json.dumps(asked)
