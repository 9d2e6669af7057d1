"""What a policy's form cannot say: things that must fit together, and options without effect.

Every check returns lines that name file, line and key. An option that would change nothing is a
fault, because its author believes that it does.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from gateway.config.guard_checks import guard_faults, server_faults
from gateway.config.media_form import PictureJudgeForm, RecogniserForm
from gateway.config.policy_form import FailureForm, PolicyForm, RouteTextForm, RuleForm
from gateway.config.typed_document import nearest
from gateway.config.yaml_file import Document, KeyPath
from gateway.nouns.personal import FAMILIES
from gateway.nouns.policy import concerns

FINDERS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("personal_data", ("personal_data", *(f"personal_data.{kind}" for kinds in FAMILIES.values()
                                          for kind in kinds))),
    ("secrets", ("secret", "secret.openai")),
    ("classifier", ("injection", "A4.insult", "A2.ethnicity", "A2.belief", "A2.country",
                    "A2.region", "A2.sex", "A2.age", "A2.occupation", "A2.health")),
    ("guard_models", ("guard", "guard.unsafe", "guard.controversial")),
    ("picture_judges", ("picture", "picture.sexual", "picture.violence")),
)  # fmt: skip
"""Which key turns the finding of which families on. Every other family comes from lexicons, and
those of the classifier but `injection` may."""

LOCAL_FILTERS = ("lexicon", "personal_data", "secrets", "classifier")
"""The names in ``on_failure`` of filters that are no guard models."""

_STRANGE = re.compile(r"[^A-Za-z0-9_.*?!\[\]-]")
"""What neither a category nor a pattern has; mostly a sign that an input method wrote."""

_LISTED = {"guard_models", "picture_judges"}
_CLASSES = dict(FINDERS)["classifier"]
_INPUT_ONLY = {"system", "user", "history", "tool_definition", "tool_result"}
_OUTPUT_ONLY = {"content", "reasoning", "logprob"}
_BUILT_IN = {*LOCAL_FILTERS, "guard_model"}

Check = Callable[[PolicyForm, Document], Iterator[str]]


def check_policy(form: PolicyForm, document: Document, *, plugged: bool = False) -> list[str]:
    """Return every fault of a merged policy. ``plugged``: filters of installed packages are on, and
    find what this module cannot know."""
    checks = [check for check in _CHECKS if not (plugged and check is _rules_have_lists)]
    return [fault for check in checks for fault in check(form, document)]


def _family_on(form: PolicyForm, key: str) -> bool:
    return bool(getattr(form, key))


def _finder(rule: RuleForm) -> tuple[str, tuple[str, ...]] | None:
    """Return the one finder that a rule speaks of, or None (several, or a lexicon)."""
    head = rule.when.split(".", 1)[0]
    for key, categories in FINDERS:
        if head == categories[0]:
            return key, categories
    return None


def _concerns(rule: RuleForm, categories: tuple[str, ...]) -> bool:
    """Return whether a rule speaks of a family: by name (`guard.unsafe.*`) or by its pattern."""
    named = rule.when.split(".", 1)[0] == categories[0]
    return named or any(concerns(rule.when, each) for each in categories)


def _rules_have_finders(form: PolicyForm, document: Document) -> Iterator[str]:
    for index, rule in enumerate(form.rules or ()):
        path: KeyPath = ("rules", index, "when")
        finder = _finder(rule)
        if finder is not None and not _family_on(form, finder[0]):
            hint = "list a model" if finder[0] in _LISTED else "set it to true"
            message = f"has no effect, because `{finder[0]}` is not on; {hint}"
            yield document.fault(path, message)


def _rules_have_lists(form: PolicyForm, document: Document) -> Iterator[str]:
    for index, rule in enumerate(form.rules or ()):
        path: KeyPath = ("rules", index, "when")
        lexical = _finder(rule) is None and rule.when not in {"*", "filter_error"}
        judged = form.classifier and any(concerns(rule.when, each) for each in _CLASSES)
        if lexical and not form.lexicons and not judged:
            yield document.fault(path, "has no effect, because no `lexicons` are listed")


def _finders_have_rules(form: PolicyForm, document: Document) -> Iterator[str]:
    for key, categories in FINDERS:
        concerned = any(_concerns(rule, categories) for rule in form.rules or ())
        if _family_on(form, key) and not concerned:
            message = f"has no effect, because no rule is about `{categories[0]}`; add one"
            yield document.fault((key,), message)
    if form.lexicons and all(_finder(rule) for rule in form.rules or ()):
        yield document.fault(("lexicons",), "have no effect, because no rule is about their terms")


def _each_rule(form: PolicyForm, document: Document) -> Iterator[str]:
    for index, rule in enumerate(form.rules or ()):
        for key, message in _rule_faults(rule):
            yield document.fault(("rules", index, key), message)


def _rule_faults(rule: RuleForm) -> Iterator[tuple[str, str]]:
    strange = _STRANGE.search(rule.when)
    if strange is not None:
        yield "when", (
            f"`{strange[0]}` is in no category: they are made of Latin letters, digits, `_`, `-` "
            "and `.`; in patterns `*`, `?` and `[1-5]` stand for others"
        )
    if rule.do == "replace" and not rule.text:
        yield "text", "is missing: `do: replace` puts it in place of the span"
    if rule.text and rule.do != "replace":
        yield "text", f"has no effect with `do: {rule.do}`"
    if rule.retract is not None and rule.do != "block":
        yield "retract", f"has no effect with `do: {rule.do}`"
    if rule.unless == "said_by_user" and rule.side != "output":
        yield "unless", "`said_by_user` needs `side: output`"
    if rule.do == "veil":
        yield from _veil_faults(rule)
    if rule.upstream == "third_party" and rule.side != "input":
        yield "upstream", "needs `side: input`: it is about what goes up"
    if rule.do != "block" and rule.when == "filter_error":
        yield "do", "a failed filter is not a span; use `on_failure`"
    wrong = {"input": _OUTPUT_ONLY, "output": _INPUT_ONLY}.get(rule.side or "", set())
    if rule.fields and set(rule.fields) <= wrong:
        yield "fields", f"none of them exists with `side: {rule.side}`"


def _veil_faults(rule: RuleForm) -> Iterator[tuple[str, str]]:
    if rule.side != "input":
        yield "do", "`veil` needs `side: input`: answers are restored, not veiled"
    if rule.when.split(".", 1)[0] not in {"personal_data", "secret"}:
        yield "do", "`veil` is for `personal_data` and `secret`"


def _strongest(form: PolicyForm, document: Document) -> Iterator[str]:
    for word, action in (form.strongest_action or {}).items():
        if action == "drop_turn" and word != "history":
            yield document.fault(("strongest_action", word), "only `history` has turns to drop")


def _keeping(form: PolicyForm, document: Document) -> Iterator[str]:
    keep = form.keep
    floor = (keep.floor if keep else None) or 0
    for key in ("facts", "content"):
        value = getattr(keep, key) if keep else None
        if value is not None and value < floor:
            message = f"{value}d is below the floor of {floor}d that this policy's law asks"
            yield document.fault(("keep", key), message)
    if keep and keep.facts is not None and keep.content is not None and keep.content > keep.facts:
        yield document.fault(("keep", "content"), "cannot outlive `facts`")


def _subject(form: PolicyForm, document: Document) -> Iterator[str]:
    for index, source in enumerate((form.subject.from_ if form.subject else None) or ()):
        kind, _, name = source.partition(":")
        if kind not in {"header", "body"} or not name.strip():
            message = "expected `header:NAME` or `body:FIELD`"
            yield document.fault(("subject", "from", index), message)


def _guards(form: PolicyForm, document: Document) -> Iterator[str]:
    raw = document.value.get("guard_models", ())
    for index, guard in enumerate(form.guard_models or ()):
        path: KeyPath = ("guard_models", index)
        if guard.name in _BUILT_IN:
            yield document.fault((*path, "name"), "is the name of a built-in filter")
        if "leak" in raw[index] and guard.mode == "sync":
            yield document.fault((*path, "leak"), "has no effect with `mode: sync`")
        for key, message in guard_faults(guard):
            yield document.fault((*path, key), message)
        if guard.ask_when == "uncertain" and not form.classifier:
            message = "`uncertain` needs `classifier: true`: it is what says so"
            yield document.fault((*path, "ask_when"), message)
        if not guard.sides:
            yield document.fault((*path, "sides"), "it judges nothing; name `input` or `output`")


def _server(
    form: PictureJudgeForm | RecogniserForm, path: KeyPath, document: Document
) -> Iterator[str]:
    for key, message in server_faults(form.url, key=form.key):
        yield document.fault((*path, key), message)


def _media(form: PolicyForm, document: Document) -> Iterator[str]:
    media, judges = form.media, form.picture_judges or ()
    raw = document.value.get("picture_judges", ())
    for index, judge in enumerate(judges):
        path: KeyPath = ("picture_judges", index)
        yield from _server(judge, path, document)
        if "at_least" in raw[index] and judge.contract == "llama_guard":
            yield document.fault((*path, "at_least"), "has no effect: this contract has no scores")
    if media is None:
        return
    if media.recogniser is not None:
        path = ("media", "recogniser")
        yield from _server(media.recogniser, path, document)
    if media.read is False and (judges or media.recogniser is not None):
        yield document.fault(("media", "read"), "nothing is read: then nobody looks or listens")
    if media.read is False:
        for key in ("ocr", "answers"):
            if getattr(media, key):
                yield document.fault(("media", key), "has no effect: nothing is read (`read`)")


def _failures(form: PolicyForm, document: Document) -> Iterator[str]:
    failures = form.on_failure
    if failures is None:
        return
    guards = [guard.name for guard in form.guard_models or ()]
    for name in failures.guard_models or {}:
        if name not in guards:
            message = (
                f"no such guard model; {nearest(name, guards) if guards else 'none is listed'}"
            )
            yield document.fault(("on_failure", "guard_models", name), message)
    named = {key: getattr(failures, key) for key in LOCAL_FILTERS}
    paths: dict[KeyPath, object] = {}
    paths.update({("on_failure", key): each for key, each in named.items()})
    paths["on_failure", "guard_model"] = failures.guard_model
    for name, failure in (failures.guard_models or {}).items():
        paths["on_failure", "guard_models", name] = failure
    if failures.guard_model is not None and not guards:
        yield document.fault(("on_failure", "guard_model"), "has no effect: no model is listed")
    for path, said in paths.items():
        if isinstance(said, FailureForm) and said.do == "block" and said.longest is not None:
            yield document.fault((*path, "longest"), "has no effect with `do: block`")


def _marks(form: PolicyForm, document: Document) -> Iterator[str]:
    text = form.marks.text if form.marks else None
    if text is None or text.label not in {None, "off", "field"}:
        return
    needless = ["position"] if text.label == "field" else ["position", "wording", "code"]
    for key in needless:
        path: KeyPath = ("marks", "text", key)
        own = document.places.get(path, "").startswith(f"{document.name}, ")
        if own and getattr(text, key) is not None:
            yield document.fault(path, f"has no effect with `label: {text.label or 'off'}`")


def _routes(form: PolicyForm, document: Document) -> Iterator[str]:
    for index, each in enumerate((form.marks.routes if form.marks else None) or ()):
        path: KeyPath = ("marks", "routes", index)
        if _is_no_path(each.path):
            yield document.fault((*path, "path"), "expected a plain path such as `/v1/completions`")
        if each.text == RouteTextForm():
            yield document.fault((*path, "text"), "says nothing: name what differs there")
        if each.text.position is not None and each.text.label in {"off", "field"}:
            message = f"has no effect with `label: {each.text.label}`"
            yield document.fault((*path, "text", "position"), message)


def _is_no_path(path: str) -> bool:
    return not path.startswith("/") or ".." in path or "%" in path


def _file_marks(form: PolicyForm, document: Document) -> Iterator[str]:
    file = form.marks.file if form.marks else None
    if file is None or file.label == "visible":
        return
    for key in ("position", "audio", "at", "wording"):
        path: KeyPath = ("marks", "file", key)
        own = document.places.get(path, "").startswith(f"{document.name}, ")
        if own and getattr(file, key) is not None:
            yield document.fault(path, "has no effect with `label: off`")


def _paths(form: PolicyForm, document: Document) -> Iterator[str]:
    for index, each in enumerate(form.paths or ()):
        if _is_no_path(each.path):
            message = "expected a plain path such as `/v1/embeddings`"
            yield document.fault(("paths", index, "path"), message)


_CHECKS: tuple[Check, ...] = (
    _each_rule,
    _rules_have_finders,
    _rules_have_lists,
    _finders_have_rules,
    _strongest,
    _keeping,
    _subject,
    _guards,
    _media,
    _failures,
    _marks,
    _routes,
    _file_marks,
    _paths,
)
