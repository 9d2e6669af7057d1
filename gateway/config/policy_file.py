"""Reads policy files: a file may extend a preset or another file; the result is a `Policy`.

How a file is laid over what it extends: keys of mappings one by one; ``rules``, ``lexicons``,
``guard_models`` and ``paths`` by name (a known name is replaced in its place, a new one is added
at the end); everything else whole. ``without_rules`` takes rules of the extended policy away.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from os.path import realpath
from pathlib import Path
from typing import Any, NamedTuple

from msgspec.structs import replace

from gateway.config.conduct_reading import (
    Laid,
    conduct_faults,
    samples,
    strike_rules,
    window,
    with_overlays,
)
from gateway.config.guard_form import PriceForm
from gateway.config.marks_reading import file_marks_order, said_of, text_marks_order, words_of
from gateway.config.media_form import media_members
from gateway.config.overlay import overlay
from gateway.config.policy_checks import LOCAL_FILTERS, check_policy
from gateway.config.policy_form import (
    OUTPUT_CLASSES,
    FailureForm,
    OnFailureForm,
    PolicyForm,
    RuleForm,
)
from gateway.config.typed_document import nearest, raise_faults, read_document
from gateway.config.yaml_file import Document, KeyPath, load_yaml_file
from gateway.nouns.errors import ConfigError
from gateway.nouns.policy import (
    AnswerStyle,
    ClassifierUse,
    DailyCap,
    GuardModel,
    Keep,
    LabelUse,
    LexiconUse,
    MediaRules,
    Mode,
    OnFailure,
    OpenPath,
    PersonalUse,
    Policy,
    Rule,
    StreamRules,
    SubjectSource,
    over_daily_cap,
)
from gateway.nouns.segment import Direction, FieldClass
from gateway.nouns.verdict import Action

POLICIES = Path(__file__).resolve().parents[2] / "policies"
"""The folder of presets, shipped lexicons, labels and refusals."""

SHIPPED = "shipped/"
_DAY_S = 86_400.0
DEEPEST = 8

NAMES: dict[KeyPath, str] = {
    ("rules",): "id",
    ("lexicons",): "use",
    ("guard_models",): "name",
    ("picture_judges",): "name",
    ("paths",): "path",
    ("marks", "routes"): "path",
    ("overlays",): "id",
    ("review",): "id",
}


class PolicyReading(NamedTuple):
    """A policy, the merged document that it comes from, and the files read, lowest first."""

    policy: Policy
    document: Document
    files: tuple[Path, ...]


def load_policy(reference: str, *, mode: str = "") -> Policy:
    """Return the policy of a preset's name or a file's path.

    ``mode`` overrides its mode unless empty. Raises ConfigError naming file, line and key.
    """
    return read_policy(reference, mode=mode).policy


def read_policy(reference: str, *, mode: str = "", plugged: bool = False) -> PolicyReading:
    """Return the policy with all that explains it. Raises ConfigError as `load_policy` does.

    ``plugged``: the settings name filters of installed packages, whose categories rules may name.
    """
    files: list[Path] = []
    document = _whole(_find(reference, Path(), None), files)
    read = partial(_typed, mode=mode, plugged=plugged)
    policy = read(document, Path(reference).stem)

    def lay(path: Path, name: str) -> Laid:
        read_now: list[Path] = []
        bare = {key: each for key, each in document.value.items() if key != "overlays"}
        laid = _whole(path, read_now, document._replace(value=bare))
        files.extend(each for each in read_now if each not in files)
        return Laid(_normal(load_yaml_file(path), path.parent), read(laid, name))

    form = read_document(document, PolicyForm)
    return PolicyReading(with_overlays(policy, form, document, lay), document, tuple(files))


def _typed(document: Document, name: str, *, mode: str, plugged: bool) -> Policy:
    """Return the policy of a whole document, without overlays and hash."""
    form = read_document(document, PolicyForm)
    faults = [*check_policy(form, document, plugged=plugged), *conduct_faults(form, document)]
    raise_faults([*faults, *_missing_lists(form, document)])
    policy = _build(form, name)
    return replace(policy, mode=Mode(mode)) if mode else policy


def presets() -> list[str]:
    """Return the names of the presets."""
    return sorted(path.stem for path in (POLICIES / "presets").glob("*.yaml"))


def _find(reference: str, folder: Path, document: Document | None) -> Path:
    """Return the file of a preset's name or a path that starts at the folder."""
    if "/" not in reference and not reference.endswith((".yaml", ".yml")):
        if reference in presets():
            return POLICIES / "presets" / f"{reference}.yaml"
        message = f"`{reference}` is no preset and no .yaml file; {nearest(reference, presets())}"
        raise document.error(("extends",), message) if document else ConfigError(message)
    path = folder / reference
    if document is not None and not path.is_file():
        raise document.error(("extends",), f"there is no file {path}")
    return path


def _whole(path: Path, files: list[Path], below: Document | None = None) -> Document:
    """Return the file laid over all that it extends; over ``below`` if it extends nothing."""
    real = Path(realpath(path))  # unlike `resolve` it stands links that run in a circle
    if real in files or len(files) >= DEEPEST:
        raise ConfigError(f"{path}: `extends` runs in a circle or deeper than {DEEPEST} files")
    files.insert(0, real)
    document = _normal(load_yaml_file(path), path.parent)
    form = read_document(document, PolicyForm)
    raise_faults(list(_twice(document)))
    if form.extends is not None:
        below = _whole(_find(form.extends, path.parent, document), files)
    if below is None:
        raise_faults(
            [document.fault(("without_rules",), "extends nothing")] * bool(form.without_rules)
        )
        return document
    raise_faults(list(_against(form, document, below)))
    return overlay(_without(below, form.without_rules or ()), document, NAMES)


def _normal(document: Document, folder: Path) -> Document:
    """Return the document with short forms written out and list paths made whole."""
    if not isinstance(document.value, dict):
        return document
    value, places = dict(document.value), dict(document.places)
    strongest = value.get("strongest_action")
    if isinstance(strongest, dict) and "output" in strongest:
        for each in OUTPUT_CLASSES:
            places.setdefault(
                ("strongest_action", each.value), document.place(("strongest_action", "output"))
            )
        spread = {each.value: strongest["output"] for each in OUTPUT_CLASSES}
        rest = {key: each for key, each in strongest.items() if key != "output"}
        value["strongest_action"] = {**spread, **rest}
    for key in ("lexicons", "overlays"):
        if isinstance(value.get(key), list):
            value[key] = [_rooted(each, folder) for each in value[key]]
    guards = value.get("guard_models")
    if isinstance(guards, list):
        value["guard_models"] = [_rooted(each, folder, "folder") for each in guards]
    return document._replace(value=value, places=places)


def _rooted(entry: Any, folder: Path, key: str = "use") -> Any:
    use = entry.get(key) if isinstance(entry, dict) else None
    if not isinstance(use, str) or not use or use.startswith(SHIPPED):
        return entry
    return {**entry, key: realpath(folder / use)}


def _listed(value: Any, path: KeyPath) -> Any:
    for key in path:
        value = (value or {}).get(key)
    return value or ()


def _twice(document: Document) -> Iterator[str]:
    for path, name in NAMES.items():
        seen: set[Any] = set()
        for index, each in enumerate(_listed(document.value, path)):
            if each[name] in seen:
                message = f"`{each[name]}` is there twice"
                yield document.fault((*path, index, name), message)
            seen.add(each[name])


def _against(form: PolicyForm, document: Document, below: Document) -> Iterator[str]:
    """Yield the faults that only show against what is extended."""
    ids = [rule["id"] for rule in below.value.get("rules") or ()]
    for index, each in enumerate(form.without_rules or ()):
        if each not in ids:
            message = f"the extended policy has no such rule; {nearest(each, ids)}"
            yield document.fault(("without_rules", index), message)
    old = read_document(below, PolicyForm).keep
    floor = (old.floor if old else None) or 0
    if form.keep and form.keep.floor is not None and form.keep.floor < floor:
        message = f"the extended policy's floor is {floor}d; it can only be raised"
        yield document.fault(("keep", "floor"), message)


def _without(below: Document, ids: tuple[str, ...]) -> Document:
    """Return the extended document less these rules; what stays keeps its places."""
    kept = [
        (index, rule)
        for index, rule in enumerate(below.value.get("rules") or ())
        if rule["id"] not in ids
    ]
    moved = {old: new for new, (old, _) in enumerate(kept)}
    places: dict[KeyPath, str] = {}
    for path, place in below.places.items():
        if path[:1] != ("rules",) or len(path) == 1:
            places[path] = place
        elif path[1] in moved:
            places["rules", moved[int(path[1])], *path[2:]] = place
    written: dict[KeyPath, KeyPath] = {
        path: own for path, own in below.written.items() if path[:1] != ("rules",)
    }
    written.update({("rules", new): below.own(("rules", old)) for old, new in moved.items()})
    value = {key: each for key, each in below.value.items() if key != "without_rules"}
    if "rules" in value:
        value["rules"] = [rule for _, rule in kept]
    return Document(below.name, value, places, written)


def _missing_lists(form: PolicyForm, document: Document) -> Iterator[str]:
    for index, each in enumerate(form.lexicons or ()):
        path: KeyPath = ("lexicons", index, "use")
        if each.use.startswith(SHIPPED):
            folder = POLICIES / "lexicons"
            names = [f"{SHIPPED}{found.stem}" for found in folder.glob("*") if found.is_dir()]
            if each.use not in names:
                hint = nearest(each.use, names) if names else "none is shipped"
                yield document.fault(path, f"no such list is shipped; {hint}")
        elif not Path(each.use).exists():
            yield document.fault(path, f"there is no file {each.use}")


def _build(form: PolicyForm, name: str) -> Policy:
    blank = Policy()
    strongest = dict(blank.strongest_action)
    for word, action in (form.strongest_action or {}).items():
        strongest[FieldClass(word)] = Action[action.upper()]
    media = form.on_failure.unreadable_media if form.on_failure else None
    return Policy(
        name=name,
        mode=Mode(form.mode or blank.mode),
        subject=_subject(form),
        strongest_action=strongest,
        lexicons=tuple(
            LexiconUse(use=each.use, variants=tuple(each.variants), owner=each.owner)
            for each in form.lexicons or ()
        ),
        personal_data=_personal_data(form),
        secrets=bool(form.secrets),
        classifier=_classifier(form),
        guard_models=_guards(form),
        rules=tuple(_rule(each) for each in form.rules or ()),
        on_failure={
            **_failures(form.on_failure, [each.name for each in form.guard_models or ()]),
            **_caps(form),
        },
        unjudged_media=media or blank.unjudged_media,
        media=MediaRules(**media_members(form.media, form.picture_judges)),
        marks=text_marks_order(form),
        file_marks=file_marks_order(form),
        keep=_keep(form),
        answer=_answer(form),
        stream=_stream(form),
        review=samples(form),
        strikes=strike_rules(form.strikes),
        paths=tuple(
            OpenPath(path=each.path, kind=each.kind, methods=tuple(each.methods))
            for each in form.paths or ()
        ),
    )


def _subject(form: PolicyForm) -> SubjectSource:
    return SubjectSource(**said_of(form.subject, from_="sources"))


def _rule(form: RuleForm) -> Rule:
    said = said_of(form)
    said["do"] = Action[form.do.upper()]
    said["fields"] = tuple(FieldClass(each) for each in form.fields)
    said["side"] = Direction(form.side) if form.side else None
    said["active"] = window(form.active)
    return Rule(**said)


def _personal_data(form: PolicyForm) -> PersonalUse | None:
    if not form.personal_data:
        return None
    return PersonalUse(**said_of(None if form.personal_data is True else form.personal_data))


def _classifier(form: PolicyForm) -> ClassifierUse | None:
    if not form.classifier:
        return None
    return ClassifierUse(**said_of(None if form.classifier is True else form.classifier))


def _guards(form: PolicyForm) -> tuple[GuardModel, ...]:
    guards = []
    for each in form.guard_models or ():
        said = said_of(each, deadline="deadline_s", linger="linger_s")
        said["labels"] = {name: LabelUse(**said_of(use)) for name, use in each.labels.items()}
        said["sides"] = tuple(Direction(side) for side in each.sides)
        said["fields"] = tuple(FieldClass(word) for word in each.fields)
        price = said.pop("price", None) or PriceForm()
        said |= {"price_call": price.call, "price_tokens": price.million_tokens}
        if each.daily is not None:
            said["daily"] = DailyCap(**said_of(each.daily))
        guards.append(GuardModel(**said))
    return tuple(guards)


def _failures(form: OnFailureForm | None, guards: list[str]) -> dict[str, OnFailure]:
    """Return what is done per filter, guard models by their own names."""
    if form is None:
        return {}
    by_name: dict[str, Any] = {key: getattr(form, key) for key in LOCAL_FILTERS}
    for guard in guards:
        by_name[guard] = (form.guard_models or {}).get(guard, form.guard_model)
    return {key: _failure(each) for key, each in by_name.items() if each is not None}


def _caps(form: PolicyForm) -> dict[str, OnFailure]:
    """Return what is done when a guard's daily cap is reached."""
    return {
        over_daily_cap(each.name): OnFailure(do=each.daily.then, longest_s=_DAY_S)
        for each in form.guard_models or ()
        if each.daily is not None
    }


def _failure(form: str | FailureForm) -> OnFailure:
    if isinstance(form, str):
        return OnFailure(do=form)
    return OnFailure(**said_of(form, longest="longest_s"))


def _keep(form: PolicyForm) -> Keep:
    said = said_of(form.keep, facts="facts_days", content="content_days", floor="floor_days")
    return Keep(**said)


def _answer(form: PolicyForm) -> AnswerStyle:
    said = said_of(form.answer)
    if "messages" in said:
        said["messages"] = words_of(form.answer.messages if form.answer else None)
    return AnswerStyle(**said)


def _stream(form: PolicyForm) -> StreamRules:
    return StreamRules(**said_of(form.stream))
