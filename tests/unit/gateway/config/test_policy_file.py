"""Policy files become policies: presets, extends, merge rules."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from gateway.config.policy_file import load_policy, presets, read_policy
from gateway.nouns.errors import ConfigError
from gateway.nouns.mark import LabelMode, LabelPosition
from gateway.nouns.policy import ClassifierUse, DailyCap, Mode, OnFailure, Policy
from gateway.nouns.segment import Direction, FieldClass
from gateway.nouns.verdict import Action


def _written(folder: Path, text: str, name: str = "policy.yaml") -> str:
    (folder / name).write_text(f"version: 1\n{text}", encoding="utf-8")
    return str(folder / name)


def test_presets_are_all_valid() -> None:
    """What ships can be used as it is."""
    assert presets() == ["cn-public", "empty", "eu", "internal", "misuse"]
    for name in presets():
        assert load_policy(name).name == name


def test_the_empty_preset_is_the_empty_policy() -> None:
    """It enforces nothing and marks nothing."""
    policy = load_policy("empty")
    assert not policy.enforcing
    assert policy == Policy(name="empty", hash=policy.hash)


def test_cn_public_owes_what_the_rules_ask() -> None:
    """Inline label with code, fingerprint, six months of records, grave harms blocked."""
    policy = load_policy("cn-public")
    assert policy.marks.label is LabelMode.INLINE
    assert policy.marks.position is LabelPosition.START
    assert policy.marks.code
    assert policy.marks.fingerprint
    assert (policy.keep.facts_days, policy.keep.floor_days) == (183, 183)
    blocking = [rule for rule in policy.rules if rule.do is Action.BLOCK]
    assert any(rule.concerns("A1.h.fraud") and rule.severity == 3 for rule in blocking)
    assert not any(rule.concerns("self_harm") and rule.side is not Direction.OUTPUT
                   for rule in blocking)  # fmt: skip
    veils = [rule for rule in policy.rules if rule.do is Action.VEIL]
    assert all(rule.upstream == "third_party" for rule in veils)


def test_presets_with_rules_judge_the_pictures_of_answers(tmp_path: Path) -> None:
    """A file that extends one keeps that beside what it adds, or says that they are not judged."""
    for name in presets():
        policy = load_policy(name)
        assert policy.reads_answers == bool(policy.rules), name
    more = "extends: cn-public\nmedia: {pictures: read}\n"
    assert load_policy(_written(tmp_path, more)).reads_answers
    less = "extends: cn-public\nmedia: {answers: false}\n"
    assert not load_policy(_written(tmp_path, less)).reads_answers


def test_the_hash_is_of_the_canonical_form(tmp_path: Path) -> None:
    """Comments and order of keys do not count, meaning does."""
    one = load_policy(_written(tmp_path, "extends: empty\nsecrets: false\n"))
    two = load_policy(_written(tmp_path, "# words\nsecrets: false\nextends: empty\n"))
    other = load_policy(_written(tmp_path, "extends: empty\nstream: {on_block: drain}\n"))
    assert one.hash == two.hash == hashlib.sha256(one.canonical()).hexdigest()
    assert other.hash != one.hash


def test_every_key_arrives_in_the_policy(tmp_path: Path) -> None:
    """Short forms, units and words become the noun's values."""
    (tmp_path / "list.jsonl").write_text("", encoding="utf-8")
    policy = load_policy(
        _written(
            tmp_path,
            """
mode: observe
subject: {from: ["header:x-user"], missing: refuse}
strongest_action: {output: redact, content: block, system: pass}
lexicons: [{use: list.jsonl, variants: [fold], owner: li.na}]
secrets: true
classifier: {mode: sync, injection: 0.8}
guard_models:
  - {name: judge, url: "http://guard:8000/v1", model: m, mode: trailing, leak: 50, deadline: 500ms,
     sides: [output], key: "env:GUARD"}
rules:
  - {id: s, when: secret, severity: 2+, side: output, fields: [content], do: replace, text: "***"}
  - {id: t, when: "x.*", do: block, retract: false}
  - {id: g, when: guard.unsafe, do: block}
  - {id: i, when: injection, do: flag}
on_failure:
  lexicon: block
  guard_model: {do: use_local_only, longest: 10m}
  unreadable_media: block
marks:
  text: {label: both, position: end, wording: {zh: 人工智能生成}, trace: long}
  producer: "env:P"
keep: {facts: 52w, content: 30d}
answer: {input: completion, messages: {en: Sorry.}}
stream: {on_disconnect: drain, held_limit: 1000}
paths: [{path: /v1/embeddings, kind: generic}]
""",
        )
    )
    assert policy.mode is Mode.OBSERVE
    assert (policy.subject.sources, policy.subject.missing) == (("header:x-user",), "refuse")
    strongest = policy.strongest_action
    assert strongest[FieldClass.REASONING] is Action.REDACT
    assert strongest[FieldClass.CONTENT] is Action.BLOCK
    assert strongest[FieldClass.SYSTEM] is Action.PASS
    assert strongest[FieldClass.HISTORY] is Action.DROP_TURN
    assert policy.lexicons[0].use == str(tmp_path / "list.jsonl")
    assert policy.classifier == ClassifierUse(mode="sync", injection=0.8)
    guard = policy.guard_models[0]
    assert (guard.leak, guard.deadline_s, guard.sides) == (50, 0.5, (Direction.OUTPUT,))
    rule, other, *_ = policy.rules
    assert (rule.do, rule.severity, rule.fields) == (Action.REPLACE, 2, (FieldClass.CONTENT,))
    assert (rule.retract, other.retract) == (True, False)
    assert policy.on_failure == {
        "lexicon": OnFailure(do="block"),
        "judge": OnFailure(do="use_local_only", longest_s=600.0),
    }
    assert policy.unjudged_media == "block"
    assert policy.marks.wording == {"zh": "人工智能生成"}
    assert policy.marks.producer == "env:P"
    assert (policy.keep.facts_days, policy.keep.content_days) == (364, 30)
    assert policy.answer.messages == {"en": "Sorry."}
    assert policy.stream.held_limit == 1000
    assert policy.paths[0].methods == ("POST",)


def test_a_service_and_what_it_may_cost(tmp_path: Path) -> None:
    """Secrets stay references; the daily cap says what failing of it leads to."""
    policy = load_policy(
        _written(
            tmp_path,
            """
guard_models:
  - {name: t, contract: tencent, url: "https://tms.example", key: "env:K", key_id: "file:/i",
     options: {region: ap-x}, fields: [tool_result, content], least: 30,
     price: {call: 0.5, million_tokens: 2}, daily: {calls: 9, money: 3.5, then: block}}
rules: [{id: g, when: guard.unsafe, do: block}]
on_failure: {guard_model: use_local_only}
""",
        )
    )
    guard = policy.guard_models[0]
    assert (guard.contract, guard.key, guard.key_id) == ("tencent", "env:K", "file:/i")
    assert (guard.options, guard.least) == ({"region": "ap-x"}, 30)
    assert guard.fields == (FieldClass.TOOL_RESULT, FieldClass.CONTENT)
    assert (guard.price_call, guard.price_tokens) == (0.5, 2.0)
    assert guard.daily == DailyCap(calls=9, money=3.5, then="block")
    assert {name: each.do for name, each in policy.on_failure.items()} == {
        "t": "use_local_only", "t.OverDailyCap": "block",
    }  # fmt: skip


def test_rules_merge_by_id_and_can_be_left_out(tmp_path: Path) -> None:
    """A known id is replaced in its place, a new one comes last, `without_rules` takes away."""
    path = _written(
        tmp_path,
        "extends: cn-public\nwithout_rules: [malware]\nrules:\n"
        "  - {id: harms, when: 'A1.*', severity: 4, do: block}\n"
        "  - {id: mine, when: company, do: flag}\n",
    )
    before, after = load_policy("cn-public").rules, load_policy(path).rules
    assert [rule.id for rule in after] == [
        *[rule.id for rule in before if rule.id != "malware"],
        "mine",
    ]
    harms = next(rule for rule in after if rule.id == "harms")
    assert (harms.when, harms.severity) == ("A1.*", 4)


def test_files_extend_files_from_their_own_folder(tmp_path: Path) -> None:
    """Paths start at the folder of the file that names them."""
    inner = tmp_path / "house"
    inner.mkdir()
    (inner / "words.jsonl").write_text("", encoding="utf-8")
    _written(inner, "lexicons: [{use: words.jsonl}]\nrules: [{id: a, when: x, do: flag}]", "a.yaml")
    reading = read_policy(_written(tmp_path, "extends: house/a.yaml\nmode: observe\n"))
    assert reading.policy.lexicons[0].use == str(inner / "words.jsonl")
    assert [path.name for path in reading.files] == ["a.yaml", "policy.yaml"]
    assert "a.yaml, line 3" in reading.document.place(("rules", 0))


def test_the_settings_can_override_the_mode() -> None:
    """`mode` of the settings wins over the policy's, and is part of the hash."""
    observing = load_policy("cn-public", mode="observe")
    assert observing.mode is Mode.OBSERVE
    assert observing.hash != load_policy("cn-public").hash


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("extends: cn-publik", "line 2: `extends`: `cn-publik` is no preset"),
        ("extends: cn-publik", "did you mean `cn-public`?"),
        ("extends: none.yaml", "there is no file"),
        ("extends: policy.yaml", "runs in a circle"),
        ("extends: empty\nwithout_rules: [harms]", "the extended policy has no such rule"),
        ("without_rules: [harms]", "extends nothing"),
        ("extends: cn-public\nkeep: {floor: 90d}", "it can only be raised"),
        ("file_mark: visible", "there is no such key"),
        ("marks: {smell: {label: visible}}", "`marks.smell`: there is no such key"),
        ("rules: [{id: a, when: b, do: flag, notify: duty}]", "`rules[0].notify`"),
        ("lexicons: [{use: shipped/harm}]", "did you mean `shipped/harms`?"),
        ("lexicons: [{use: none.jsonl}]", "there is no file"),
        ("rules: [{id: a, when: '*', do: flag}, {id: a, when: '*', do: flag}]", "there twice"),
        ("marks: {text: {label: yes}}", "`yes` is not a choice"),
        ("marks: {routes: [{path: v1/a, text: {code: false}}]}", "line 2: `marks.routes[0].path`"),
        ("marks: {routes: [{path: /v1/a, text: {}}]}", "says nothing"),
        ("marks: {routes: [{path: /a, text: {label: off, position: end}}]}", "has no effect"),
        ("marks: {routes: [{path: /a, text: {trace: off}}]}", "there is no such key"),
        ("marks: {routes: [{path: /a, text: {code: no}}]}", "`marks.routes[0].text.code`"),
        (
            "marks: {routes: [{path: /a, text: {code: true}}, {path: /a, text: {code: true}}]}",
            "`/a` is there twice",
        ),
        ("keep: {facts: 183}", "expected whole days such as `183d`"),
        ("mode: shadow", "`enforce`, `observe`"),
    ],
)
def test_faults_are_named(text: str, words: str, tmp_path: Path) -> None:
    """File, line, key, and the nearest valid one."""
    with pytest.raises(ConfigError) as error:
        load_policy(_written(tmp_path, text))
    assert words in str(error.value)


def test_the_version_must_be_said(tmp_path: Path) -> None:
    """A file without a version, or of another one, is refused."""
    path = tmp_path / "p.yaml"
    path.write_text("mode: observe\n", encoding="utf-8")
    with pytest.raises(ConfigError, match="`version` is missing"):
        load_policy(str(path))
    path.write_text("version: 2\n", encoding="utf-8")
    with pytest.raises(ConfigError, match="`2` is not a choice"):
        load_policy(str(path))


def test_the_classifier_is_on_off_or_told_how(tmp_path: Path) -> None:
    """A file that extends a preset may change or take away what the preset says."""
    on = "rules: [{id: a, when: injection, do: flag}]\nclassifier: "
    assert load_policy(_written(tmp_path, on + "true\n")).classifier == ClassifierUse()
    assert load_policy("cn-public").classifier == ClassifierUse()
    changed = "extends: cn-public\nclassifier: {mode: sync}\n"
    assert load_policy(_written(tmp_path, changed)).classifier == ClassifierUse(mode="sync")
    assert load_policy(_written(tmp_path, "extends: eu\nclassifier: false\n")).classifier is None


def test_labels_of_single_paths_are_merged_by_path(tmp_path: Path) -> None:
    """A file that extends another changes the line of one path and leaves the others; what a line
    does not say is as in `marks.text`."""
    below = _written(
        tmp_path,
        """
marks:
  text: {label: inline, language: zh, wording: {zh: 人工智能生成}}
  routes:
    - {path: /v1/completions, text: {label: field}}
    - {path: "/v1/tasks/*", text: {position: end, wording: {en: AI generated}}}
""",
    )
    above = tmp_path / "above.yaml"
    above.write_text(
        f"version: 1\nextends: {Path(below).name}\n"
        "marks: {routes: [{path: /v1/completions, text: {label: both}}]}\n",
        encoding="utf-8",
    )
    marks = load_policy(str(above)).marks
    assert [each.path for each in marks.routes] == ["/v1/completions", "/v1/tasks/*"]
    assert marks.at("/completions").label is LabelMode.BOTH
    assert marks.at("/v1/completions").wording == {"zh": "人工智能生成"}
    task = marks.at("/tasks/7")
    assert (task.label, task.position, task.language) == (
        LabelMode.INLINE, LabelPosition.END, "zh",
    )  # fmt: skip
    assert task.wording == {"zh": "人工智能生成", "en": "AI generated"}
    assert marks.at("/tasks/7/8") is marks.at("/tasks/") is marks


def test_who_looks_and_listens(tmp_path: Path) -> None:
    """Judges of pictures and the recogniser become the noun's values."""
    policy = load_policy(
        _written(
            tmp_path,
            """
picture_judges: [{name: eyes, url: "http://g/v1", model: m, deadline: 2s, key: "env:K"}]
media: {pictures: read, recogniser: {url: "http://w/v1", model: whisper}}
rules: [{id: p, when: picture.sexual, do: block}]
""",
        )
    )
    (judge,) = policy.media.judges
    assert (judge.name, judge.deadline_s, judge.contract) == ("eyes", 2.0, "openai_moderation")
    assert policy.media.recogniser is not None
    assert (policy.media.recogniser.model, policy.media.recogniser.deadline_s) == ("whisper", 60.0)
    assert (policy.media.read, policy.media.pictures) == (True, "read")


def test_links_that_run_in_a_circle_are_no_files(tmp_path: Path) -> None:
    """As a policy, below one, as an overlay and as a list: a fault with a name, no crash."""
    (tmp_path / "a.yaml").symlink_to("a.yaml")
    for text in (
        "extends: a.yaml",
        "overlays: [{id: x, use: a.yaml, tenants: [y]}]",
        "extends: cn-public\nlexicons: [{use: a.yaml}]",
    ):
        (tmp_path / "policy.yaml").write_text(f"version: 1\n{text}\n")
        with pytest.raises(ConfigError, match=r"no file .*a\.yaml"):
            load_policy(str(tmp_path / "policy.yaml"))
    with pytest.raises(ConfigError, match=r"a\.yaml: cannot be read"):
        load_policy(str(tmp_path / "a.yaml"))
