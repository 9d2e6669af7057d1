"""Coverage: all that would be served is built, and nothing is served."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from gateway.access.keys import KeyBook, KeyTerms
from gateway.assembly.coverage import coverage
from gateway.config.settings import AccessSettings, Settings, UpstreamSettings
from gateway.edge.gateway import SystemClock
from gateway.nouns.errors import ConfigError
from gateway.nouns.mark import FileMarksOrder, TextMarksOrder
from gateway.nouns.policy import GuardModel, LexiconUse, Overlay, Policy, Rule
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


def test_what_is_said_in_vain_is_warned_of(tmp_path: Path) -> None:
    """A rule of no finding, and an overlay for a tenant that no key has."""
    KeyBook(tmp_path, SystemClock()).create("one", KeyTerms(tenant="school"))
    policy = Policy(
        secrets=True,
        rules=(Rule(id="typo", when="malwere", do=Action.FLAG),),
        overlays=(Overlay(id="late", policy=Policy(), tenants=("scool",)),),
    )
    found = coverage(Settings(state=str(tmp_path)), policy, {})
    assert [english for english, _ in found.warnings[:2]] == [
        "Rule typo: no list and no filter here finds `malwere`.",
        "Overlay late: no gateway key has the tenant `scool` (did you mean `school`?).",
    ]


def _own_words(chinese: str) -> Policy:
    return Policy(file_marks=FileMarksOrder(label=True, wording={"zh": chinese}))


@pytest.mark.parametrize(
    ("settings", "policy", "said"),
    [
        (Settings(producer="too short"), Policy(), "too short|27|code"),
        (Settings(), Policy(marks=TextMarksOrder(language="fr")), "marks.text.language"),
        (Settings(), Policy(marks=TextMarksOrder(producer="env:NOBODY")), "NOBODY"),
        (Settings(upstream=UpstreamSettings(key="env:NOBODY")), Policy(), "NOBODY"),
        (Settings(upstream=UpstreamSettings(url="ftp://x")), Policy(), "upstream.url|http"),
        (Settings(access=AccessSettings(mode="nobody")), Policy(), "access.mode"),
        (Settings(), _own_words("仅供参考"), r"marks\.file\.wording\.zh.*AI element"),
        (Settings(), _own_words("AI生成\U0001f600"), r"marks\.file\.wording\.zh.*cannot draw"),
        (Settings(), Policy(lexicons=(LexiconUse(use="none.jsonl"),)), "none.jsonl"),
    ],
)
def test_what_would_not_serve_does_not_pass(
    settings: Settings, policy: Policy, said: str, tmp_path: Path
) -> None:
    """The same error as at the start, before it."""
    with pytest.raises(ConfigError, match=said):
        coverage(msgspec.structs.replace(settings, state=str(tmp_path)), policy, {})
