"""Documents become typed values; every fault is a sentence with a place."""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec
import pytest

from gateway.config.quantity import Seconds
from gateway.config.typed_document import field_at, nearest, read_document
from gateway.config.yaml_file import load_yaml
from gateway.nouns.errors import ConfigError


class Inner(msgspec.Struct, kw_only=True):
    """A part."""

    name: Annotated[str, msgspec.Meta(min_length=1)]
    wait: Seconds | None = None


class Outer(msgspec.Struct, kw_only=True):
    """A whole."""

    parts: tuple[Inner, ...] = ()
    by_name: dict[Literal["a", "b"], int] = {}
    do: Literal["go", "stop"] | Inner = "go"
    share: float = 0.0
    from_: str = msgspec.field(name="from", default="")


def test_values_become_what_the_type_says() -> None:
    """Lists become tuples, names of the document become names of the struct."""
    text = "parts: [{name: x, wait: 5m}]\nby_name: {a: 1}\ndo: {name: y}\nshare: 1\nfrom: here\n"
    outer = read_document(load_yaml(text, "f"), Outer)
    assert outer.parts == (Inner(name="x", wait=300.0),)
    assert (outer.by_name, outer.do, outer.from_) == ({"a": 1}, Inner(name="y"), "here")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("parts: [{}]", "`parts[0]`: the key `name` is missing"),
        ("parts: [{name: ''}]", "`parts[0].name`: expected a text that is not empty"),
        ("parts: [{name: 5}]", "expected a text (put it in quotes); found `5`"),
        ("parts: [{name: x, wait: soon}]", "`parts[0].wait`: expected a duration"),
        ("parts: {name: x}", "expected a list; found keys with values"),
        ("by_name: {c: 1}", "`c` is not a choice"),
        ("by_name: [1]", "expected keys with values; found a list"),
        ("do: stap", "did you mean `stop`?"),
        ("do: {nam: x}", "`do.nam`: there is no such key; did you mean `name`?"),
        ("share: much", "expected a number; found `much`"),
        ("share: true", "expected a number; found true"),
        ("share: ~", "expected a number; found nothing"),
    ],
)
def test_faults_name_place_and_remedy(text: str, words: str) -> None:
    """What stands there, and what should."""
    with pytest.raises(ConfigError) as error:
        read_document(load_yaml(text, "f"), Outer)
    assert words in str(error.value)
    assert "f, line 1" in str(error.value)


def test_many_faults_are_cut_short() -> None:
    """A thousand faults are not a thousand lines."""
    text = "".join(f"unknown{i}: 1\n" for i in range(1000))
    with pytest.raises(ConfigError, match="and 980 more") as error:
        read_document(load_yaml(text, "f"), Outer)
    assert len(str(error.value).splitlines()) == 21


def test_nearest_names_one_or_lists_all() -> None:
    """Close words are proposed; otherwise the choices are shown."""
    assert nearest("prot", ["port", "host"]) == "did you mean `port`?"
    assert nearest("zzz", ["port", "host"]) == "known here: `host`, `port`"


def test_fields_are_found_by_path() -> None:
    """Unknown steps and steps into scalars lead nowhere."""
    assert field_at(Outer, ("share",)) is not None
    assert field_at(Outer, ("share", "x")) is None
    assert field_at(Outer, ("none",)) is None
