"""Lays one document over another and keeps the place of every value.

Mappings merge key by key. Lists of named things (rules by ``id``) merge by name: a thing with a
known name takes the place of the old one, a new one is added at the end. Everything else is
replaced whole; the upper document wins.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from gateway.config.yaml_file import Document, KeyPath


def overlay(below: Document, above: Document, names: Mapping[KeyPath, str]) -> Document:
    """Return both documents as one. ``names`` says which key names the things of which list."""
    places: dict[KeyPath, str] = {}
    written: dict[KeyPath, KeyPath] = {}
    value = _Overlay(below, above, names, places, written).lay(below.value, above.value, ())
    return Document(above.name, value, places, written)


class _Overlay:
    def __init__(
        self,
        below: Document,
        above: Document,
        names: Mapping[KeyPath, str],
        places: dict[KeyPath, str],
        written: dict[KeyPath, KeyPath],
    ) -> None:
        self._below = below
        self._above = above
        self._names = names
        self._places = places
        self._written = written

    def lay(self, low: Any, high: Any, path: KeyPath) -> Any:
        """Return the merged value at a path that is the same in both documents."""
        self._note(self._above, path, path)
        if isinstance(low, dict) and isinstance(high, dict):
            return {key: self._member(low, high, key, path) for key in {**low, **high}}
        if isinstance(low, list) and isinstance(high, list) and path in self._names:
            return self._named(low, high, path)
        return self._copy(self._above, high, path, path)

    def _member(self, low: dict[str, Any], high: dict[str, Any], key: str, path: KeyPath) -> Any:
        inner = (*path, key)
        if key not in high:
            return self._copy(self._below, low[key], inner, inner)
        if key not in low:
            return self._copy(self._above, high[key], inner, inner)
        return self.lay(low[key], high[key], inner)

    def _named(self, low: list[Any], high: list[Any], path: KeyPath) -> list[Any]:
        name = self._names[path]
        order: dict[Any, tuple[Document, int, Any]] = {}
        for document, values in ((self._below, low), (self._above, high)):
            for index, each in enumerate(values):
                order[each[name]] = (document, index, each)
        out = []
        for place, (document, index, each) in enumerate(order.values()):
            self._written[*path, place] = document.own((*path, index))
            out.append(self._copy(document, each, (*path, index), (*path, place)))
        return out

    def _copy(self, source: Document, value: Any, old: KeyPath, new: KeyPath) -> Any:
        self._note(source, old, new)
        if isinstance(value, dict):
            return {
                key: self._copy(source, each, (*old, key), (*new, key))
                for key, each in value.items()
            }
        if isinstance(value, list):
            return [self._copy(source, each, (*old, i), (*new, i)) for i, each in enumerate(value)]
        return value

    def _note(self, source: Document, old: KeyPath, new: KeyPath) -> None:
        if old in source.places:
            self._places[new] = source.places[old]
