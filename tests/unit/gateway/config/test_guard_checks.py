"""What is refused in a guard of a policy."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from gateway.config.guard_checks import guard_faults
from gateway.config.guard_form import DailyCapForm, GuardModelForm, LabelForm, PriceForm
from gateway.nouns.guard_contract import CHOICES, GUARD_TERMS

CHAT = {"name": "g", "url": "http://g", "model": "m"}
SERVICE = {"name": "g", "url": "https://s", "contract": "tencent", "key": "env:K",
           "key_id": "env:I"}  # fmt: skip


def faults(**said: Any) -> list[str]:
    """Return the keys at fault."""
    return [key for key, _ in guard_faults(GuardModelForm(**said))]


@pytest.mark.parametrize("said", [CHAT, SERVICE])
def test_what_is_enough(said: dict[str, Any]) -> None:
    """A model needs an address and a name, a service an address and its secrets."""
    assert faults(**said) == []


@pytest.mark.parametrize(
    ("said", "key"),
    [
        (CHAT | {"url": ""}, "url"),
        (CHAT | {"url": "guard:8000"}, "url"),
        (CHAT | {"model": ""}, "model"),
        (CHAT | {"key": "sk-123"}, "key"),
        (CHAT | {"key_id": "env:I"}, "key_id"),
        (CHAT | {"options": {"x": "y"}}, "options"),
        (SERVICE | {"key": ""}, "key"),
        (SERVICE | {"key_id": "AKID1"}, "key_id"),
        (SERVICE | {"options": {"regoin": "ap-x"}}, "options"),
        (SERVICE | {"contract": "yidun"}, "options"),
        (CHAT | {"contract": "shieldgemma", "options": {"threshold": "nan"}}, "options"),
        (CHAT | {"contract": "shieldgemma", "options": {"threshold": "half"}}, "options"),
        (CHAT | {"contract": "granite_guardian", "options": {"risks": "harm, hram"}}, "options"),
        (CHAT | {"contract": "gpt_oss_safeguard", "options": {"effort": "most"}}, "options"),
        (CHAT | {"mode": "trailing", "sides": ("input",)}, "mode"),
        (CHAT | {"daily": DailyCapForm()}, "daily"),
        (CHAT | {"daily": DailyCapForm(money=1.0)}, "daily"),
        (SERVICE | {"daily": DailyCapForm(tokens=5)}, "daily"),
    ],
)
def test_what_is_refused(said: dict[str, Any], key: str) -> None:
    """Each names its key."""
    assert faults(**said) == [key]


def test_a_classifier_of_a_folder(tmp_path: Path) -> None:
    """It needs a folder with a model and to know what the labels mean, and nothing of a server."""
    (tmp_path / "config.json").write_text("{}")
    said: dict[str, Any] = {"name": "c", "contract": "classifier", "folder": str(tmp_path),
                            "labels": {"BAD": LabelForm(kind="jailbreak")}}  # fmt: skip
    assert faults(**said) == []
    assert faults(**said | {"folder": ""}) == ["folder"]
    assert faults(**said | {"folder": str(tmp_path / "none")}) == ["folder"]
    assert faults(**said | {"labels": {}}) == ["labels"]
    assert faults(**said | {"url": "http://x", "key": "env:K"}) == ["url", "key"]
    assert faults(**CHAT | {"folder": str(tmp_path), "labels": said["labels"]}) == [
        "folder", "labels",
    ]  # fmt: skip


def test_a_price_makes_money_count() -> None:
    """With a price the bound means something."""
    assert faults(**CHAT, daily=DailyCapForm(money=1.0), price=PriceForm(call=0.1)) == []


def test_words_of_options_and_where_they_stand() -> None:
    """Several words, with blanks; a value that stands elsewhere is read later."""
    granite = CHAT | {"contract": "granite_guardian"}
    assert faults(**granite, options={"risks": "harm, jailbreak"}) == []
    assert faults(**granite, options={"risks": "env:RISKS"}) == []
    shield = CHAT | {"contract": "shieldgemma"}
    assert faults(**shield, options={"threshold": "env:LEAST"}) == []


def test_the_terms_fit_together() -> None:
    """What is required is among what is known; every contract says whose it is."""
    options = {name for terms in GUARD_TERMS.values() for name in terms.options}
    assert options >= set(CHOICES)
    for terms in GUARD_TERMS.values():
        assert set(terms.required) <= set(terms.options)
        assert terms.about
