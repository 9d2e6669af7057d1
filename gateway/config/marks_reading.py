"""What a policy file's form says of marks, as the engine's orders (see policy_file)."""

from __future__ import annotations

from typing import Any

from msgspec.structs import replace

from gateway.config.policy_form import (
    PolicyForm,
    RouteMarksForm,
    RouteTextForm,
    TextMarksForm,
    WordingForm,
)
from gateway.nouns.mark import (
    FileMarksOrder,
    LabelMode,
    LabelPosition,
    RouteMarks,
    TextMarksOrder,
)


def said_of(form: Any, **renamed: str) -> dict[str, Any]:
    """Return the members of a form that were said, under the names of the noun."""
    if form is None:
        return {}
    named = {field: getattr(form, field) for field in form.__struct_fields__}
    return {renamed.get(key, key): each for key, each in named.items() if each is not None}


def words_of(form: WordingForm | None) -> dict[str, str]:
    """Return what was said per language."""
    return {key: str(each) for key, each in said_of(form).items()}


def text_marks_order(form: PolicyForm) -> TextMarksOrder:
    """Return what is owed on text, and on text of which routes."""
    producer = form.marks.producer if form.marks else None
    order = TextMarksOrder(
        **_text_marks(form.marks.text if form.marks else None), producer=producer
    )
    routes = (form.marks.routes if form.marks else None) or ()
    return replace(order, routes=tuple(_route_marks(each, order) for each in routes))


def _route_marks(form: RouteMarksForm, order: TextMarksOrder) -> RouteMarks:
    said = _text_marks(form.text)
    said["wording"] = {**order.wording, **said.get("wording", {})}
    return RouteMarks(path=form.path, order=replace(order, **said))


def _text_marks(text: TextMarksForm | RouteTextForm | None) -> dict[str, Any]:
    said = said_of(text)
    if "label" in said:
        said["label"] = LabelMode(said["label"])
    if "position" in said:
        said["position"] = LabelPosition(said["position"])
    if "wording" in said:
        said["wording"] = words_of(text.wording if text else None)
    return said


def file_marks_order(form: PolicyForm) -> FileMarksOrder:
    """Return what is owed on files."""
    file = form.marks.file if form.marks else None
    said = said_of(file)
    if "label" in said:
        said["label"] = said["label"] == "visible"
    if "at" in said:
        said["at"] = LabelPosition(said["at"])
    if "wording" in said:
        said["wording"] = words_of(file.wording if file else None)
    return FileMarksOrder(**said)
