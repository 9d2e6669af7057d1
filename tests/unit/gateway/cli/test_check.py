"""`sealgate check`: valid or not, what is in force, what is not covered."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from gateway.cli.check import uncovered
from gateway.config.policy_file import load_policy
from gateway.config.settings import Settings
from gateway.nouns.policy import Mode, Policy
from gateway.ports.live import Health
from gateway.ports.operator import Coverage


def test_what_is_not_covered_is_said(run: Any) -> None:
    """Classes without terms, missing provider code, and the assembly's own warnings."""
    done = run("check")
    assert done.exit_code == 0
    assert "A1: 2 of 8 classes have terms." in done.output
    assert "A2: 0 of 9 classes have terms." in done.output
    assert "no metadata label is written" in done.output
    assert "W." in done.output


def test_strict_fails_on_anything_uncovered(run: Any) -> None:
    """For pipelines that promise full coverage."""
    assert run("check", "--strict").exit_code == 1


@pytest.mark.parametrize(
    ("health", "code", "strict"), [(Health.WELL, 0, 1), (Health.WARN, 0, 1), (Health.BAD, 1, 1)]
)
def test_live_looks_around(run: Any, program: Any, health: Health, code: int, strict: int) -> None:
    """What is bad is exit code 1; without the option nobody looks."""
    program.health = health
    done = run("check", "--live")
    assert (done.exit_code, "upstream: Seen." in done.output) == (code, True)
    assert run("check", "--live", "--strict").exit_code == strict
    told = json.loads(run("check", "--live", "--json").output)
    assert told["live"] == [{"about": "upstream", "health": health.value, "text": "Seen."}]
    assert "live" not in json.loads(run("check", "--json").output)


def test_bad_configuration_is_exit_code_two(run: Any, tmp_path: Path) -> None:
    """The fault is on the screen, a traceback is not."""
    (tmp_path / "sealgate.yaml").write_text("prot: 1\n", encoding="utf-8")
    done = run("check")
    assert done.exit_code == 2
    assert "sealgate.yaml, line 1: `prot`" in done.output
    assert "Traceback" not in done.output


def test_explain_shows_the_merged_policy_and_origins(run: Any, tmp_path: Path) -> None:
    """Each rule says which file it comes from."""
    text = "version: 1\nextends: cn-public\nrules: [{id: mine, when: company, do: block}]\n"
    (tmp_path / "p.yaml").write_text(text, encoding="utf-8")
    done = run("check", "--policy", "p.yaml", "--explain")
    assert done.exit_code == 0
    mine = next(line for line in done.output.splitlines() if "mine" in line)
    assert "p.yaml, line 3" in mine
    harms = next(line for line in done.output.splitlines() if "id: harms" in line)
    assert "cn-public.yaml" in harms


def test_explain_can_be_used_as_a_policy(run: Any, tmp_path: Path) -> None:
    """What is shown has the same meaning as what was merged."""
    shown = run("check", "--policy", "cn-public", "--explain").output
    body = shown[: shown.index("Settings and policy are valid")]
    (tmp_path / "again.yaml").write_text(body, encoding="utf-8")
    again = load_policy(str(tmp_path / "again.yaml"))
    assert again.rules == load_policy("cn-public").rules
    assert again.marks == load_policy("cn-public").marks


def test_json_for_machines(run: Any) -> None:
    """Hash, mode, files, terms and what is not covered."""
    value = json.loads(run("check", "--json").output)
    assert value["policy"] == "cn-public"
    assert value["terms"]["A1.d"] == 1
    assert len(value["hash"]) == 64


@pytest.mark.parametrize(
    ("settings", "policy", "words"),
    [
        (Settings(), Policy(), "No rules"),
        (Settings(), Policy(mode=Mode.OBSERVE), "Mode observe"),
        (Settings(), Policy(), "No visible label"),
        (Settings(), Policy(), "No fingerprint"),
        (Settings(), Policy(), "embedded demo model"),
    ],
)
def test_each_gap_has_its_sentence(settings: Settings, policy: Policy, words: str) -> None:
    """Nothing that is off goes unsaid."""
    gaps = uncovered(settings, policy, Coverage({}, (), ""))
    assert any(words in gap.en for gap in gaps)
    assert all(gap.zh for gap in gaps)


def test_a_provider_code_closes_its_gap() -> None:
    """In the settings or in the policy."""
    gaps = uncovered(Settings(producer="env:X"), Policy(), Coverage({}, (), ""))
    assert not any("provider code" in gap.en for gap in gaps)
