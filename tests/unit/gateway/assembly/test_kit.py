"""Kit: the filters of a policy, and what its lists cover."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import msgspec
import pytest

from filters.classifier import Thresholds
from gateway.assembly.kit import build_kit
from gateway.assembly.shelf import read_lists
from gateway.config.policy_file import POLICIES, load_policy
from gateway.engine.ruling import Ruler
from gateway.nouns.errors import ConfigError
from gateway.nouns.policy import ClassifierUse, LexiconUse, Mode, PersonalUse, Policy, Rule
from gateway.nouns.segment import Direction, FieldClass
from gateway.nouns.verdict import Action

BLOCK = Rule(id="core", when="A1.*", severity=3, do=Action.BLOCK)


DEFAULTS = ("fold", "separators", "leet", "pinyin", "split")


def _list(path: Path, *entries: dict[str, Any]) -> LexiconUse:
    path.write_text("".join(json.dumps(entry) + "\n" for entry in entries), encoding="utf-8")
    return LexiconUse(use=str(path))


def _entry(text: str, category: str = "A1.a", severity: int = 3) -> dict[str, Any]:
    return {"text": text, "category": category, "severity": severity}


def test_a_policy_has_the_filters_that_it_asks_for() -> None:
    """None for the empty one."""
    assert build_kit(Policy()).filters == ()
    kit = build_kit(Policy(personal_data=PersonalUse(), secrets=True))
    assert [one.name for one, _ in kit.filters] == ["personal_data", "secrets"]
    for _, found in kit.filters:
        assert all(severity == 4 for _, severity in found)


def test_the_classifier_holds_nothing_unless_a_policy_wants_it() -> None:
    """Under the presets it only notes; in mode sync the grave rule of `cn-public` acts on it."""
    policy = load_policy("cn-public")
    for use, acts in ((ClassifierUse(), False), (ClassifierUse(mode="sync"), True)):
        kit = build_kit(msgspec.structs.replace(policy, classifier=use))
        found = next(found for one, found in kit.filters if one.name == "classifier")
        ruler = Ruler(policy, Direction.OUTPUT, third_party=True)
        assert any(ruler.acts_on(c, s, FieldClass.CONTENT) for c, s in found) is acts


def test_a_policy_that_names_no_score_calls_from_the_classifiers_own() -> None:
    """The policy's default and the filter's are one."""
    assert Thresholds() == (ClassifierUse().hostile, ClassifierUse().injection)


def test_what_acts_is_compiled_apart_from_what_is_only_noted(tmp_path: Path) -> None:
    """Observers must not hold: a filter acts as a whole."""
    use = _list(tmp_path / "own.jsonl", _entry("赌博"), _entry("闲话", severity=1))
    kit = build_kit(Policy(lexicons=(use,), rules=(BLOCK,)))
    assert [one.name for one, _ in kit.filters] == ["lexicon", "lexicon"]
    (acting, found), (noting, noted) = kit.filters
    assert found == (("A1.a", 3), ("hidden_text", 3))
    assert noted == (("A1.a", 1),)
    hidden = "\u200b" * 65
    assert len(acting.scan(f"赌博{hidden}闲话", 0, True).findings) == 2
    assert len(noting.scan(f"赌博{hidden}闲话", 0, True).findings) == 1
    assert kit.terms == {"A1.a": 2}
    assert kit.lists == (("own", 2),)
    assert len(kit.lexicon_hash.split("-")) == 2


def test_in_observe_mode_nothing_acts(tmp_path: Path) -> None:
    """One filter that only notes."""
    use = _list(tmp_path / "own.jsonl", _entry("赌博"))
    assert len(build_kit(Policy(lexicons=(use,), rules=(BLOCK,), mode=Mode.OBSERVE)).filters) == 1


def test_shipped_lists_and_folders_are_read_whole() -> None:
    """Every list of the folder, by name."""
    lists = read_lists(LexiconUse(use="shipped/harms"))
    files = sorted(path.stem for path in (POLICIES / "lexicons" / "harms").glob("*.jsonl"))
    assert [words.name.rpartition("/")[2] for words in lists] == files
    assert all(words.entries for words in lists)


def test_a_use_may_take_variants_away(tmp_path: Path) -> None:
    """An entry keeps those that both ask for."""
    path = tmp_path / "own.jsonl"
    _list(path, _entry("赌博"), {**_entry("网站"), "variants": ["fold"]})
    (words,) = read_lists(LexiconUse(use=str(path), variants=("fold",)))
    assert [entry.variants for entry in words.entries] == [("fold",), ("fold",)]
    (words,) = read_lists(LexiconUse(use=str(path)))
    assert [entry.variants for entry in words.entries] == [DEFAULTS, ("fold",)]


def test_a_list_that_is_not_there_is_named(tmp_path: Path) -> None:
    """A file, or a folder without lists."""
    with pytest.raises(ConfigError, match=r"own\.jsonl cannot be read"):
        read_lists(LexiconUse(use=str(tmp_path / "own.jsonl")))
    with pytest.raises(ConfigError, match=r"no \.jsonl list"):
        read_lists(LexiconUse(use=str(tmp_path)))


def test_a_bad_entry_is_named_by_list_and_line(tmp_path: Path) -> None:
    """Before anything serves."""
    use = _list(tmp_path / "own.jsonl", _entry("ok"), _entry("x", severity=9))
    with pytest.raises(ConfigError, match="own, line 2"):
        build_kit(Policy(lexicons=(use,)))


def test_a_list_of_another_form_is_named_with_the_remedy(tmp_path: Path) -> None:
    """Whoever names his raw file is told its place and how to make a list of it."""
    raw = tmp_path / "raw.jsonl"
    raw.write_text('{"term": "nightjar", "category": "company"}\n')
    with pytest.raises(ConfigError, match="lexicon import") as error:
        build_kit(Policy(lexicons=(LexiconUse(use=str(raw)),)))
    assert str(raw) in str(error.value)
    assert "line 1" in str(error.value)
