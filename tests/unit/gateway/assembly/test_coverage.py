"""Coverage: all that would be served is built, and nothing is served."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from gateway.assembly.coverage import coverage
from gateway.config.settings import AccessSettings, Settings, UpstreamSettings
from gateway.nouns.errors import ConfigError
from gateway.nouns.mark import TextMarksOrder
from gateway.nouns.policy import GuardModel, LexiconUse, Policy, Rule
from gateway.nouns.verdict import Action

TRAILING = GuardModel(name="late", url="http://x", model="m", mode="trailing")
SYNC = GuardModel(name="strict", url="http://x", model="m")


def test_the_shipped_lists_are_counted(tmp_path: Path) -> None:
    """Terms by category, lists by name, the lexicon's hash."""
    policy = Policy(lexicons=(LexiconUse(use="shipped/harms"),))
    found = coverage(Settings(state=str(tmp_path / "none")), policy, {})
    assert sum(found.terms.values()) > 0
    assert sum(one.terms for one in found.lists) >= sum(found.terms.values())
    assert found.lexicon
    assert not (tmp_path / "none").exists()


def test_what_trails_is_warned_of() -> None:
    """In both languages."""
    found = coverage(Settings(), Policy(guard_models=(TRAILING, SYNC)), {})
    assert [english.split()[0] for english, _ in found.warnings] == ["late"]
    assert "滞后" in found.warnings[0][1]


def test_a_rule_that_nothing_can_meet_is_warned_of(tmp_path: Path) -> None:
    """A misspelled category is named; those that lists, filters, guards or the engine find are
    not."""
    words = [("ok", "malware"), ("family", "A1"), ("typo", "malwere"), ("late", "guard.unsafe.*"),
             ("all", "*"), ("secret", "secret.*"), ("broken", "filter_error")]  # fmt: skip
    policy = Policy(
        lexicons=(LexiconUse(use="shipped/harms"),),
        secrets=True,
        rules=tuple(Rule(id=name, when=when, do=Action.FLAG) for name, when in words),
    )
    found = coverage(Settings(state=str(tmp_path / "none")), policy, {})
    named = [english for english, _ in found.warnings if english.startswith("Rule")]
    assert named == ["Rule typo: no list and no filter here finds `malwere`."]


@pytest.mark.parametrize(
    ("settings", "policy", "said"),
    [
        (Settings(producer="too short"), Policy(), "too short|27|code"),
        (Settings(), Policy(marks=TextMarksOrder(language="fr")), "marks.text.language"),
        (Settings(), Policy(marks=TextMarksOrder(producer="env:NOBODY")), "NOBODY"),
        (Settings(upstream=UpstreamSettings(key="env:NOBODY")), Policy(), "NOBODY"),
        (Settings(upstream=UpstreamSettings(url="ftp://x")), Policy(), "upstream.url|http"),
        (Settings(access=AccessSettings(mode="nobody")), Policy(), "access.mode"),
        (Settings(), Policy(lexicons=(LexiconUse(use="none.jsonl"),)), "none.jsonl"),
    ],
)
def test_what_would_not_serve_does_not_pass(
    settings: Settings, policy: Policy, said: str, tmp_path: Path
) -> None:
    """The same error as at the start, before it."""
    with pytest.raises(ConfigError, match=said):
        coverage(msgspec.structs.replace(settings, state=str(tmp_path)), policy, {})
