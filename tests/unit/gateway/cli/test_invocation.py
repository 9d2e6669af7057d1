"""What commands start from."""

from __future__ import annotations

from pathlib import Path

from gateway.cli.invocation import Invocation, common_flags


def test_settings_and_policy_come_from_the_invocation_s_own_environment(tmp_path: Path) -> None:
    """Not from the process's: a test, and an embedding program, say what holds."""
    path = tmp_path / "s.yaml"
    path.write_text("policy: eu\n", encoding="utf-8")
    call = Invocation(environ={"SEALGATE_MODE": "observe"})
    settings = call.settings(path, common_flags(None, "elsewhere"))
    assert (settings.policy, settings.state) == ("eu", "elsewhere")
    assert call.policy(settings).mode.value == "observe"


def test_the_assembly_has_what_the_commands_ask_for() -> None:
    """Every function of the port is there."""
    assembly = Invocation().assemble()
    for name in ("serve", "check", "open_judge", "open_archive", "open_keys", "import_terms"):
        assert callable(getattr(assembly, name))
