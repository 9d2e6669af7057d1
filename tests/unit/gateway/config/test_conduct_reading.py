"""Overlays and windows, as policy files say them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from gateway.config.policy_file import read_policy
from gateway.nouns.conduct import ReviewSample, StrikeRules
from gateway.nouns.errors import ConfigError
from gateway.nouns.policy import Mode
from gateway.nouns.schedule import Hours, Window

RULES = [{"id": "seen", "when": "personal_data", "do": "flag"}]
BASE: dict[str, Any] = {
    "version": 1,
    "personal_data": True,
    "rules": RULES,
    "keep": {"facts": "9d"},
}
SHOP: dict[str, Any] = {
    "version": 1, "mode": "observe",
    "rules": [{"id": "strict", "when": "personal_data", "do": "block"}],
}  # fmt: skip
GUARD = {"name": "g", "url": "http://x", "model": "m"}
EYES = {"name": "eyes", "url": "http://x", "model": "m"}


def written(folder: Path, name: str, document: Any) -> str:
    """Write a policy file; return its path."""
    with (folder / name).open("w", encoding="utf-8") as file:
        YAML(typ="safe", pure=True).dump(document, file)
    return str(folder / name)


def read(folder: Path, base: dict[str, Any], **overlays: Any) -> Any:
    """Read a policy with these overlays."""
    for name, document in overlays.items():
        written(folder, f"{name}.yaml", document)
    named = [{"id": name, "use": f"{name}.yaml", "tenants": [name]} for name in overlays]
    return read_policy(written(folder, "policy.yaml", {**base, "overlays": named}))


def test_an_overlay_lies_over_the_file_that_names_it(tmp_path: Path) -> None:
    """Its own words win, the rest is inherited; what is of the whole installation stays."""
    policy = read(tmp_path, BASE, shop=SHOP).policy
    (overlay,) = policy.overlays
    assert (overlay.id, overlay.tenants, overlay.policy.name) == ("shop", ("shop",), "shop")
    assert [rule.id for rule in overlay.policy.rules] == ["seen", "strict"]
    assert (policy.mode, overlay.policy.mode) == (Mode.ENFORCE, Mode.OBSERVE)
    assert overlay.policy.keep == policy.keep
    assert policy.family == (policy, overlay.policy)


def test_one_that_extends_stands_on_its_own(tmp_path: Path) -> None:
    """It inherits from what it extends, not from who names it."""
    alone = {"version": 1, "extends": "empty", "secrets": True,
             "rules": [{"id": "s", "when": "secret", "do": "redact"}]}  # fmt: skip
    reading = read(tmp_path, BASE, alone=alone)
    (overlay,) = reading.policy.overlays
    assert [rule.id for rule in overlay.policy.rules] == ["s"]
    assert overlay.policy.keep == reading.policy.keep
    assert {path.name for path in reading.files} == {"policy.yaml", "alone.yaml", "empty.yaml"}


def test_media_rules_are_an_overlays_own(tmp_path: Path) -> None:
    """What it says of pictures, words and answers is laid over what the whole says."""
    judges = {"picture_judges": [EYES], "media": {"pictures": "read"}}
    rules = [*RULES, {"id": "p", "when": "picture.*", "do": "block"}]
    base = {**BASE, **judges, "rules": rules}
    more = {**EYES, "name": "more"}
    lab = {"version": 1, "picture_judges": [more], "media": {"answers": True, "ocr": True}}
    policy = read(tmp_path, base, lab=lab).policy
    own = policy.overlays[0].policy.media
    assert [judge.name for judge in own.judges] == ["eyes", "more"]
    assert (own.pictures, own.answers, own.ocr) == ("read", True, True)
    assert (policy.media.answers, policy.media.ocr, len(policy.media.judges)) == (False, False, 1)


def test_hashes_tell_the_family_apart(tmp_path: Path) -> None:
    """Each policy has its own, and the first changes with any of them."""
    before = read(tmp_path, BASE, shop=SHOP).policy
    after = read(tmp_path, BASE, shop={**SHOP, "mode": "enforce"}).policy
    assert len({before.hash, after.hash, before.family[1].hash, after.family[1].hash}) == 4
    assert before.hash == read(tmp_path, BASE, shop=SHOP).policy.hash


def test_a_mode_of_the_settings_holds_for_all(tmp_path: Path) -> None:
    """Whoever says observe means everything."""
    read(tmp_path, BASE, shop=SHOP)
    policy = read_policy(str(tmp_path / "policy.yaml"), mode="enforce").policy
    assert {each.mode for each in policy.family} == {Mode.ENFORCE}


@pytest.mark.parametrize(
    ("overlay", "words"),
    [
        ({**SHOP, "keep": {"facts": "1d"}}, "`keep`: belongs to the whole installation"),
        ({**SHOP, "marks": {"file": {"label": "off"}}}, "`marks.file`: belongs to"),
        ({**SHOP, "overlays": []}, "`overlays`: belongs to"),
        ({**SHOP, "without_rules": ["nobody"]}, "no such rule"),
        ({**SHOP, "extends": "policy.yaml"}, "belongs|circle|effect"),
        ({**SHOP, "ruls": []}, "did you mean `rules`"),
        ({"version": 1, "guard_models": [{**GUARD, "model": "other"}]}, "give this one its own"),
        ({"version": 1, "picture_judges": [{**EYES, "model": "other"}]}, "give this one its own"),
    ],
)
def test_what_an_overlay_cannot_say_is_refused(
    tmp_path: Path, overlay: dict[str, Any], words: str
) -> None:
    """With the file, the key and the reason."""
    rules = [
        *RULES,
        {"id": "g", "when": "guard", "do": "block"},
        {"id": "p", "when": "picture.*", "do": "block"},
    ]
    base = {**BASE, "guard_models": [GUARD], "picture_judges": [EYES], "rules": rules}
    if overlay.get("extends"):  # the main file itself: its overlays are not those of the overlay
        assert read(tmp_path, base, shop=overlay).policy.overlays[0].policy.overlays == ()
        return
    with pytest.raises(ConfigError, match=words):
        read(tmp_path, base, shop=overlay)


@pytest.mark.parametrize(
    ("overlays", "words"),
    [
        ([{"id": "a", "use": "none.yaml"}], r"overlays\[0\].use`: there is no file"),
        ([{"id": "a", "use": "s.yaml"}, {"id": "b", "use": "s.yaml"}], r"\[1\]`: has no effect"),
        ([{"id": "a", "use": "s.yaml"}, {"id": "a", "use": "s.yaml"}], "is there twice"),
        ([{"id": "a", "use": "s.yaml", "active": {}}], "says nothing"),
        ([{"id": "a", "use": "s.yaml", "active": {"zone": "Mars/One", "days": ["mon"]}}],
         "no time zone"),
        ([{"id": "a", "use": "s.yaml", "active": {"hours": ["6-22"]}}], "expected hours"),
        ([{"id": "a", "use": "s.yaml",
           "active": {"from": "2026-03-02", "until": "2026-03-01"}}], "is not after"),
    ],
)  # fmt: skip
def test_overlays_without_sense_are_refused(tmp_path: Path, overlays: Any, words: str) -> None:
    """Before anything serves."""
    written(tmp_path, "s.yaml", SHOP)
    with pytest.raises(ConfigError, match=words):
        read_policy(written(tmp_path, "policy.yaml", {**BASE, "overlays": overlays}))


def test_a_rule_has_its_window(tmp_path: Path) -> None:
    """Moments are those of the zone."""
    active = {"from": "2026-03-01", "until": "2026-03-02T12:00", "days": ["sun", "mon"],
              "hours": ["22:00-06:00"], "zone": "Asia/Shanghai"}  # fmt: skip
    rules = [{**RULES[0], "active": active}]
    policy = read_policy(written(tmp_path, "p.yaml", {**BASE, "rules": rules})).policy
    assert policy.rules[0].active == Window(
        since_ns=1_772_294_400 * 10**9, until_ns=1_772_424_000 * 10**9, days=("sun", "mon"),
        hours=(Hours(1320, 360),), zone="Asia/Shanghai",
    )  # fmt: skip


DRAWN = {"id": "b", "when": "personal_data", "do": "block", "review": "10%"}
BLOCKING = {"version": 1, "personal_data": True, "rules": [DRAWN]}


def test_review_and_strikes_are_read(tmp_path: Path) -> None:
    """What is not said is the default; the samples of rules are among the samples."""
    document = {
        **BLOCKING,
        "review": [{"id": "some", "rate": "0.5%", "outcomes": ["passed"]}],
        "strikes": {"when": ["personal_data"], "ladder": {"limit": 0, "close": 40},
                    "window": "1d", "requests_per_minute": 2},
    }  # fmt: skip
    policy = read_policy(written(tmp_path, "p.yaml", document)).policy
    assert policy.samples == (
        ReviewSample(id="some", rate=0.005, outcomes=("passed",)),
        ReviewSample(id="b", rate=0.1, rule="b"),
    )
    assert policy.strikes == StrikeRules(
        when=("personal_data",), ladder=(4, 0, 12, 40), window_s=86_400.0, requests_per_minute=2
    )


@pytest.mark.parametrize(
    ("strikes", "words"),
    [
        ({}, "`when` is missing"),
        ({"when": ["malware"]}, "no rule blocks such findings"),
        ({"when": ["personal_data"], "points": [1, 2, 3]}, "expected four"),
        ({"when": ["personal_data"], "points": [4, 2, 3, 5]}, "no fewer points"),
        ({"when": ["personal_data"], "points": [0, 0, 0, 0]}, "no fewer points"),
        ({"when": ["personal_data"], "ladder": {"warn": 9}}, "takes more points"),
        ({"when": ["personal_data"],
          "ladder": {"warn": 0, "limit": 0, "suspend": 0, "close": 0}}, "one is needed"),
        ({"when": ["personal_data"], "mode": "watch"}, "strikes.mode"),
        ({"when": ["personal_data"], "window": "0s"}, "has no length"),
    ],
)  # fmt: skip
def test_strikes_without_sense_are_refused(tmp_path: Path, strikes: Any, words: str) -> None:
    """Before anybody meets them."""
    with pytest.raises(ConfigError, match=words):
        read_policy(written(tmp_path, "p.yaml", {**BLOCKING, "strikes": strikes}))


def test_a_sample_does_not_take_a_rule_s_name(tmp_path: Path) -> None:
    """In the queue they are told apart by it."""
    document = {**BLOCKING, "review": [{"id": "b", "rate": "1%"}]}
    with pytest.raises(ConfigError, match="is a rule's name"):
        read_policy(written(tmp_path, "p.yaml", document))


def test_strikes_are_of_the_whole_installation(tmp_path: Path) -> None:
    """An overlay inherits them and cannot say its own."""
    base = {**BLOCKING, "strikes": {"when": ["personal_data"]}}
    policy = read(tmp_path, base, shop={"version": 1, "mode": "observe"}).policy
    assert policy.overlays[0].policy.strikes == policy.strikes
    with pytest.raises(ConfigError, match="`strikes`: belongs to"):
        read(tmp_path, base, shop={"version": 1, "strikes": {"when": ["personal_data"]}})
