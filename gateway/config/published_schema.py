"""The JSON Schemas of settings and policy files, generated from their typed forms.

Editors that know them complete and check the files; `sealgate schema` prints them.
"""

from __future__ import annotations

from typing import Any

import msgspec

from gateway.config.policy_form import PolicyForm
from gateway.config.settings import Settings
from gateway.config.typed_document import unwrap

_DRAFT = "https://json-schema.org/draft/2020-12/schema"


def settings_schema() -> dict[str, Any]:
    """Return the schema of ``sealgate.yaml``."""
    schema = _published(Settings, "sealgate settings")
    for name, part in schema["$defs"].items():
        part["additionalProperties"] = False
        part.pop("description", None)
        if name == "Settings":
            upstream = part["properties"]["upstream"]
            part["properties"]["upstream"] = {"anyOf": [upstream, {"type": "string"}]}
    return schema


def policy_schema() -> dict[str, Any]:
    """Return the schema of policy files."""
    return _published(PolicyForm, "sealgate policy")


def encoded(schema: dict[str, Any]) -> str:
    """Return a schema as it is published: indented, one line end at the end."""
    return msgspec.json.format(msgspec.json.encode(schema), indent=2).decode() + "\n"


def _published(form: type[msgspec.Struct], title: str) -> dict[str, Any]:
    schema = msgspec.json.schema(form)
    for struct in _structs(form, {}).values():
        _write_syntax(schema["$defs"][struct.__name__], struct)
    whole = {"$schema": _DRAFT, "title": title, **schema}
    decoded: dict[str, Any] = msgspec.json.decode(msgspec.json.encode(whole))
    return decoded


def _structs(
    form: type[msgspec.Struct], seen: dict[str, type[msgspec.Struct]]
) -> dict[str, type[msgspec.Struct]]:
    """Return every struct of a form by its name."""
    seen[form.__name__] = form
    waiting: list[msgspec.inspect.Type] = [
        field.type
        for field in msgspec.inspect.type_info(form).fields  # type: ignore[attr-defined]  # a struct has fields
    ]
    while waiting:
        kind = unwrap(waiting.pop())[0]
        if isinstance(kind, msgspec.inspect.StructType):
            if kind.cls.__name__ not in seen:
                _structs(kind.cls, seen)
        elif isinstance(kind, msgspec.inspect.UnionType):
            waiting.extend(kind.types)
        elif isinstance(kind, msgspec.inspect.VarTupleType):
            waiting.append(kind.item_type)
        elif isinstance(kind, msgspec.inspect.DictType):
            waiting.append(kind.value_type)
    return seen


def _write_syntax(part: dict[str, Any], form: type[msgspec.Struct]) -> None:
    """Replace the types of quantities by the texts that people may write."""
    info = msgspec.inspect.type_info(form)
    for field in info.fields if isinstance(info, msgspec.inspect.StructType) else ():
        bare = unwrap(field.type)[0]
        if isinstance(bare, msgspec.inspect.VarTupleType) and (each := _syntax(bare.item_type)):
            part["properties"][field.encode_name]["items"] = each
        written = _syntax(field.type)
        if written is not None:
            old = part["properties"][field.encode_name]
            kept = {key: old[key] for key in ("description", "default") if key in old}
            nullable = isinstance(unwrap(field.type)[0], msgspec.inspect.UnionType)
            kinds = written.get("type", "string")
            if nullable:
                kinds = [*([kinds] if isinstance(kinds, str) else kinds), "null"]
            part["properties"][field.encode_name] = {**kept, **written, "type": kinds}


def _syntax(kind: msgspec.inspect.Type) -> dict[str, Any] | None:
    bare, extra, _ = unwrap(kind)
    if "schema" in extra:
        return dict(extra["schema"])
    if isinstance(bare, msgspec.inspect.UnionType):
        return next((found for each in bare.types if (found := _syntax(each))), None)
    return None
