"""Turns a decoded document into typed values, and faults into sentences that help.

Unknown keys are refused at every level, with the nearest valid key; all faults are told at once.
"""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterable
from typing import Any, Final, TypeVar, cast

import msgspec
from msgspec import inspect

from gateway.config.quantity import SYNTAX
from gateway.config.yaml_file import Document, KeyPath
from gateway.nouns.errors import ConfigError

T = TypeVar("T")

MOST_FAULTS = 20
_WRONG: Final = object()


def read_document(document: Document, into: type[T]) -> T:
    """Return the document as a value of this struct type. Raises ConfigError with every fault."""
    reader = _Reader(document)
    value = reader.read(document.value, inspect.type_info(into), ())
    raise_faults(reader.faults)
    return cast("T", value)


def raise_faults(faults: list[str]) -> None:
    """Raise one ConfigError that lists the faults, if there are any."""
    if faults:
        more = len(faults) - MOST_FAULTS
        tail = [f"and {more} more"] if more > 0 else []
        raise ConfigError("\n".join([*faults[:MOST_FAULTS], *tail]))


def nearest(word: str, known: Iterable[str]) -> str:
    """Return a hint that names the nearest known word, or lists the words when few are known."""
    words = sorted(known)
    close = difflib.get_close_matches(word, words, n=1, cutoff=0.6)
    if close:
        return f"did you mean `{close[0]}`?"
    shown = ", ".join(f"`{each}`" for each in words)
    return f"known here: {shown}"


def unwrap(kind: inspect.Type) -> tuple[inspect.Type, dict[str, Any], str]:
    """Return a type without its annotations, the annotations' extra, and the description."""
    if isinstance(kind, inspect.Metadata):
        description = str((kind.extra_json_schema or {}).get("description", ""))
        return kind.type, dict(kind.extra or {}), description
    return kind, {}, ""


class _Reader:
    """One reading of one document."""

    def __init__(self, document: Document) -> None:
        self._document = document
        self.faults: list[str] = []

    def read(self, value: Any, kind: inspect.Type, path: KeyPath) -> Any:
        """Return the typed value, or `_WRONG` after noting the fault."""
        kind, extra, _ = unwrap(kind)
        syntax = SYNTAX.get(extra.get("syntax", ""))
        if syntax is not None:
            return self._written(value, syntax, path)
        choices = extra.get("choices")
        if choices is not None:
            kind = inspect.LiteralType(choices)
        for types, method in _METHODS:
            if isinstance(kind, types):
                return method(self, value, kind, path)
        raise TypeError(f"no reader for {kind!r}")

    def _fault(self, path: KeyPath, message: str) -> Any:
        self.faults.append(self._document.fault(path, message))
        return _WRONG

    def _written(self, value: Any, syntax: Callable[[object], Any], path: KeyPath) -> Any:
        try:
            return syntax(value)
        except ValueError as error:
            return self._fault(path, f"{error}; found {_shown(value)}")

    def _struct(self, value: Any, kind: inspect.StructType, path: KeyPath) -> Any:
        if not isinstance(value, dict):
            return self._fault(path, f"expected keys with values; found {_shown(value)}")
        fields = {field.encode_name: field for field in kind.fields}
        for key in value:
            if key not in fields:
                self._fault((*path, key), f"there is no such key; {nearest(key, fields)}")
        for name, field in fields.items():
            if field.required and name not in value:
                self._fault(path, f"the key `{name}` is missing")
        known = {key: each for key, each in value.items() if key in fields}
        read = {
            fields[key].name: self.read(each, fields[key].type, (*path, key))
            for key, each in known.items()
        }
        missing = any(field.required and field.name not in read for field in kind.fields)
        if missing or any(each is _WRONG for each in read.values()):
            return _WRONG
        return kind.cls(**read)

    def _array(
        self, value: Any, kind: inspect.VarTupleType | inspect.ListType, path: KeyPath
    ) -> Any:
        if not isinstance(value, list):
            if isinstance(value, (dict, list)) or value is None:
                return self._fault(path, f"expected a list; found {_shown(value)}")
            return self._fault(path, f"expected a list such as `[{value}]`; found {_shown(value)}")
        return tuple(
            self.read(each, kind.item_type, (*path, index)) for index, each in enumerate(value)
        )

    def _dict(self, value: Any, kind: inspect.DictType, path: KeyPath) -> Any:
        if not isinstance(value, dict):
            return self._fault(path, f"expected keys with values; found {_shown(value)}")
        read: dict[Any, Any] = {}
        for key, each in value.items():
            typed_key = self.read(key, kind.key_type, (*path, key))
            if typed_key is not _WRONG:
                read[typed_key] = self.read(each, kind.value_type, (*path, key))
        return read

    def _union(self, value: Any, kind: inspect.UnionType, path: KeyPath) -> Any:
        if value is None and kind.includes_none:
            return None
        members = [each for each in kind.types if not isinstance(each, inspect.NoneType)]
        fitting = [each for each in members if _fits(value, unwrap(each)[0])]
        return self.read(value, (fitting or members)[0], path)

    def _choice(
        self, value: Any, kind: inspect.LiteralType | inspect.EnumType, path: KeyPath
    ) -> Any:
        words: dict[str, Any]
        if isinstance(kind, inspect.EnumType):
            words = {member.name.lower(): member for member in kind.cls}
        else:
            words = {str(each): each for each in kind.values}
        if not isinstance(value, bool) and str(value) in words:
            return words[str(value)]
        return self._fault(path, f"{_shown(value)} is not a choice; {nearest(str(value), words)}")

    def _text(self, value: Any, kind: inspect.StrType, path: KeyPath) -> Any:
        if not isinstance(value, str):
            return self._fault(path, f"expected a text (put it in quotes); found {_shown(value)}")
        if kind.min_length and not value:
            return self._fault(path, "expected a text that is not empty")
        return value

    def _flag(self, value: Any, _kind: inspect.BoolType, path: KeyPath) -> Any:
        if not isinstance(value, bool):
            return self._fault(path, f"expected true or false; found {_shown(value)}")
        return value

    def _number(self, value: Any, kind: inspect.IntType | inspect.FloatType, path: KeyPath) -> Any:
        types = int if isinstance(kind, inspect.IntType) else (int, float)
        word = "a whole number" if types is int else "a number"
        if isinstance(value, bool) or not isinstance(value, types):
            return self._fault(path, f"expected {word}; found {_shown(value)}")
        if kind.ge is not None and value < kind.ge:
            return self._fault(path, f"expected at least {kind.ge}; found {value}")
        if kind.le is not None and value > kind.le:
            return self._fault(path, f"expected at most {kind.le}; found {value}")
        return value


def _fits(value: Any, kind: inspect.Type) -> bool:
    python: tuple[tuple[type, tuple[type, ...]], ...] = (
        (inspect.StructType, (dict,)),
        (inspect.DictType, (dict,)),
        (inspect.VarTupleType, (list,)),
        (inspect.StrType, (str,)),
        (inspect.LiteralType, (str,)),
        (inspect.EnumType, (str,)),
        (inspect.BoolType, (bool,)),
        (inspect.IntType, (int,)),
    )
    return any(isinstance(kind, shape) and isinstance(value, types) for shape, types in python)


_METHODS: tuple[tuple[Any, Callable[..., Any]], ...] = (
    (inspect.StructType, _Reader._struct),
    ((inspect.VarTupleType, inspect.ListType), _Reader._array),
    (inspect.DictType, _Reader._dict),
    (inspect.UnionType, _Reader._union),
    ((inspect.LiteralType, inspect.EnumType), _Reader._choice),
    (inspect.StrType, _Reader._text),
    (inspect.BoolType, _Reader._flag),
    ((inspect.IntType, inspect.FloatType), _Reader._number),
)


def _shown(value: Any) -> str:
    """Describe a wrong value; long ones by their kind alone."""
    if isinstance(value, dict):
        return "keys with values"
    if isinstance(value, list):
        return "a list"
    if value is None:
        return "nothing"
    if isinstance(value, bool):
        return "true" if value else "false"
    return f"`{value}`" if len(str(value)) <= 40 else "a long text"


def field_at(into: type[msgspec.Struct], path: KeyPath) -> inspect.Type | None:
    """Return the type of the field at this path of nested structs, or None."""
    kind: inspect.Type = inspect.type_info(into)
    for step in path:
        if not isinstance(kind, inspect.StructType):
            return None
        found = [field for field in kind.fields if field.encode_name == step]
        if not found:
            return None
        kind = found[0].type if step == path[-1] else unwrap(found[0].type)[0]
    return kind
