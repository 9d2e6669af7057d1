"""What does not fit together, and what would have no effect, is refused."""

from __future__ import annotations

import pytest

from gateway.config.policy_checks import check_policy
from gateway.config.policy_form import PolicyForm
from gateway.config.typed_document import read_document
from gateway.config.yaml_file import load_yaml

SECRETS = "secrets: true\n"
EYES = "picture_judges: [{name: eyes, url: 'http://g/v1', model: m%s}]\n"
GUARD = "guard_models: [{name: judge, url: 'http://g/v1', model: m%s}]\n"
SEEN = "rules: [{id: a, when: '*', do: flag}]\n"


def _faults(text: str) -> list[str]:
    document = load_yaml(f"version: 1\n{text}", "p.yaml")
    return check_policy(read_document(document, PolicyForm), document)


def _rule(rest: str) -> str:
    return SECRETS + "rules: [{id: a, when: secret, " + rest + "}]\n"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (_rule("do: replace"), "`rules[0].text`: is missing"),
        (_rule("do: block, text: x"), "has no effect with `do: block`"),
        (_rule("do: redact, retract: true"), "has no effect with `do: redact`"),
        (_rule("do: redact, unless: said_by_user"), "needs `side: output`"),
        (_rule("do: veil"), "`veil` needs `side: input`"),
        (_rule("do: flag, upstream: third_party"), "needs `side: input`"),
        (_rule("do: flag, side: input, fields: [content]"), "none of them exists"),
        (_rule("do: flag, side: output, fields: [user, system]"), "none of them exists"),
        ("lexicons: [{use: x}]\nrules: [{id: a, when: A1, side: input, do: veil}]", "is for"),
        ("rules: [{id: a, when: secret, do: flag}]", "`secrets` is not on; set it to true"),
        ("rules: [{id: a, when: guard.unsafe, do: flag}]", "list a model"),
        ("rules: [{id: a, when: 'A1.*', do: flag}]", "no `lexicons` are listed"),
        ("rules: [{id: a, when: filter_error, do: flag}]", "use `on_failure`"),
        ("rules: [{id: a, when: injection, do: flag}]", "`classifier` is not on"),
        ("classifier: true", "no rule is about `injection`"),
        (GUARD % ", ask_when: uncertain" + SEEN, "needs `classifier: true`"),
        ("personal_data: true", "no rule is about `personal_data`"),
        (SECRETS, "no rule is about `secret`"),
        (SEEN.replace("'*'", "“A1.*”"), "`rules[0].when`: `“` is in no category"),
        ("lexicons: [{use: x}]\n", "no rule is about their terms"),
        ("strongest_action: {user: drop_turn}", "only `history` has turns"),
        ("keep: {facts: 30d, floor: 183d}", "below the floor of 183d"),
        ("keep: {facts: 30d, content: 31d}", "cannot outlive"),
        ("subject: {from: [cookie:x]}", "`header:NAME` or `body:FIELD`"),
        (GUARD % ", leak: 5" + SEEN, "no effect with `mode: sync`"),
        (GUARD % ", key: sk-1" + SEEN, "use env:NAME or file:PATH"),
        (GUARD % ", sides: []" + SEEN, "it judges nothing"),
        (GUARD.replace("judge", "lexicon") % "" + SEEN, "a built-in filter"),
        (GUARD.replace("http:", "unix:") % "" + SEEN, "http:// or https://"),
        (EYES % "", "no rule is about `picture`"),
        ("rules: [{id: a, when: picture.sexual, do: flag}]", "list a model"),
        (EYES % ", key: sk-1", "use env:NAME or file:PATH"),
        (EYES % ", at_least: 0.1, contract: llama_guard", "has no scores"),
        (EYES % "" + "media: {read: false}", "nobody looks"),
        ("media: {read: false, ocr: true}", "`media.ocr`: has no effect"),
        ("media: {read: false, answers: true}", "`media.answers`: has no effect"),
        ("media: {recogniser: {url: x, model: m}}", "http:// or https://"),
        ("on_failure: {guard_models: {judge: block}}", "none is listed"),
        ("on_failure: {guard_model: block}", "no model is listed"),
        ("on_failure: {lexicon: {do: block, longest: 3m}}", "has no effect with `do: block`"),
        ("marks: {text: {label: off, position: end}}", "has no effect with `label: off`"),
        ("marks: {text: {label: field, position: end}}", "has no effect with `label: field`"),
        ("paths: [{path: v1/x, kind: plain}]", "expected a plain path"),
        ("paths: [{path: /v1/../x, kind: plain}]", "expected a plain path"),
    ],
)
def test_fault_is_found(text: str, words: str) -> None:
    """Exactly the thing that is wrong is named."""
    faults = _faults(text)
    assert any(words in fault for fault in faults), faults
    assert all(fault.startswith("p.yaml, line") for fault in faults)


@pytest.mark.parametrize(
    "text",
    [
        "",
        SECRETS + SEEN,
        GUARD % ", mode: trailing, leak: 5" + SEEN,
        GUARD % "" + "rules: [{id: a, when: guard.unsafe.*, do: block}]",
        GUARD % "" + "rules: [{id: a, when: guard.unsafe.violent, do: block}]",
        SECRETS + "rules: [{id: a, when: secret.aws, do: redact}]",
        _rule("do: veil, side: input, upstream: third_party"),
        _rule("do: redact, side: output, unless: said_by_user"),
        "lexicons: [{use: x}]\nrules: [{id: a, when: company, do: block, retract: false}]",
        "keep: {facts: 200d, content: 183d, floor: 183d}",
        "marks: {text: {label: off}}",
        "classifier: true\nrules: [{id: a, when: 'A4.*', do: flag}]",
        "classifier: {mode: sync, hostile: 0.7}\n" + SEEN,
        "classifier: true\n" + GUARD % ", ask_when: uncertain" + SEEN,
    ],
)
def test_sound_policy_has_no_fault(text: str) -> None:
    """Nothing is refused for the sake of it."""
    assert _faults(text) == []
