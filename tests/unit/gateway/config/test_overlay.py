"""One document over another: who wins, and where each value came from."""

from __future__ import annotations

from gateway.config.overlay import overlay
from gateway.config.yaml_file import KeyPath, load_yaml

NAMES = {("rules",): "id"}


def test_mappings_merge_and_scalars_are_replaced() -> None:
    """The upper document wins key by key; lists without names are replaced whole."""
    low = load_yaml("a: {x: 1, y: 2}\nb: [1, 2]\nc: low\n", "low")
    high = load_yaml("a: {y: 3, z: 4}\nb: [9]\n", "high")
    merged = overlay(low, high, NAMES)
    assert merged.value == {"a": {"x": 1, "y": 3, "z": 4}, "b": [9], "c": "low"}
    assert merged.place(("a", "x")) == "low, line 1"
    assert merged.place(("a", "y")) == "high, line 1"
    assert merged.place(("b", 0)) == "high, line 2"


def test_named_things_merge_by_name_and_keep_their_place() -> None:
    """A known name is replaced where it stands, a new one is added at the end."""
    low = load_yaml("rules:\n- {id: a, do: x}\n- {id: b, do: x, more: 1}\n", "low")
    high = load_yaml("rules:\n- {id: c, do: z}\n- {id: b, do: y}\n", "high")
    merged = overlay(low, high, NAMES)
    assert merged.value["rules"] == [
        {"id": "a", "do": "x"},
        {"id": "b", "do": "y"},
        {"id": "c", "do": "z"},
    ]
    assert merged.place(("rules", 0, "do")) == "low, line 2"
    assert merged.place(("rules", 1, "do")) == "high, line 3"
    assert merged.place(("rules", 2)) == "high, line 2"


def test_kinds_that_differ_are_replaced() -> None:
    """A mapping over a scalar is no merge."""
    merged = overlay(load_yaml("a: 1", "low"), load_yaml("a: {b: 2}", "high"), NAMES)
    assert merged.value == {"a": {"b": 2}}


def test_a_fault_names_the_entry_as_its_own_file_has_it() -> None:
    """Whoever wrote one rule finds `rules[9]` nowhere; a third file over two keeps that."""
    names: dict[KeyPath, str] = {("rules",): "id"}
    base = load_yaml("rules: [{id: a}, {id: b}]\n", "base.yaml")
    middle = overlay(base, load_yaml("rules: [{id: c, do: x}]\n", "middle.yaml"), names)
    top = overlay(middle, load_yaml("rules:\n  - {id: d}\n", "top.yaml"), names)
    assert top.fault(("rules", 2, "do"), "no") == "middle.yaml, line 1: `rules[0].do`: no"
    assert top.fault(("rules", 3), "no") == "top.yaml, line 2: `rules[0]`: no"
    assert top.fault(("rules", 1, "id"), "no") == "base.yaml, line 1: `rules[1].id`: no"
