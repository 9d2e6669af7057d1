"""The metadata label: written to the letter of Annex E, read as it is met."""

from __future__ import annotations

import json
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.nouns.errors import ConfigError
from gateway.nouns.mark import AigcLabel
from gateway.wire.aigc_label import bare_json, carried, header_value, make_label, members, parse

PRODUCER = "001191110102MAD55U9H0F10002"
EXCHANGE = "01ARZ3NDEKTSV4RRFFQ69G5FAV"
MEMBERS = [
    "Label",
    "ContentProducer",
    "ProduceID",
    "ReservedCode1",
    "ContentPropagator",
    "PropagateID",
    "ReservedCode2",
]


def test_the_seven_members_stand_in_the_standards_order() -> None:
    """All are strings; the label says 1; propagation equals production at first writing."""
    written = json.loads(bare_json(make_label(PRODUCER, EXCHANGE)))
    assert list(written) == MEMBERS
    assert list(written.values()) == ["1", PRODUCER, EXCHANGE, "", PRODUCER, EXCHANGE, ""]
    assert members(make_label(PRODUCER, EXCHANGE)) == written


def test_header_and_json_are_printable_ascii_without_blanks() -> None:
    """The label fits a header and the standard's set of characters."""
    label = make_label(PRODUCER, EXCHANGE)
    assert re.fullmatch(rb"[\x21-\x7e]+", header_value(label))
    assert parse(header_value(label)) == label


@pytest.mark.parametrize("producer", ["", "某公司", "a b", "a\tb", "a\x7f"])
def test_a_value_outside_the_standards_characters_is_refused(producer: str) -> None:
    """A company's name is no provider code."""
    with pytest.raises(ConfigError, match="ContentProducer"):
        make_label(producer, EXCHANGE)


LABEL = make_label(PRODUCER, EXCHANGE)
BARE = bare_json(LABEL).decode()


@pytest.mark.parametrize(
    "value",
    [
        BARE,
        BARE.encode(),
        '{"AIGC": ' + BARE + "}",
        '{"aigc":' + BARE + ',"other":1}',
        json.dumps({"AIGC": BARE}),
        json.dumps(BARE),
        json.dumps(dict(reversed(json.loads(BARE).items())), indent=2),
        json.dumps({**json.loads(BARE), "Label": 1, "extra": [1]}),
    ],
)
def test_a_reader_takes_every_spelling_that_is_met(value: str | bytes) -> None:
    """Wrapped, bare, text in text, other order, a number as label."""
    assert parse(value) == LABEL


def test_missing_members_are_empty() -> None:
    """Early files carry blanks in names and leave members out."""
    assert parse(
        '{"Label":"AIGC","ContentProducer":"Some Agent AI","ProduceID":null}'
    ) == AigcLabel("AIGC", "Some Agent AI", "", "", "", "", "")


@pytest.mark.parametrize(
    "value",
    [
        "",
        "{}",
        "[]",
        "1",
        '"x"',
        "{",
        b"\xff\xfe",
        '{"AIGC":3}',
        '{"AIGC":{}}',
        '{"AIGC":{"AIGC":{"Label":"1"}}}',
        '{"Label":""}',
        '{"Label":null}',
        "\ud800",
        "[" * 100_000,
        '{"Label":"' + "1" * 70_000 + '"}',
    ],
)
def test_what_is_no_label_is_none(value: str | bytes) -> None:
    """Foreign, broken, deep and huge values are read as no label."""
    assert parse(value) is None


@given(st.text() | st.binary())
def test_reading_never_raises(value: str | bytes) -> None:
    """Whatever somebody put there."""
    assert parse(value) is None or isinstance(parse(value), AigcLabel)


def test_members_of_other_types_are_kept_as_text() -> None:
    """A signature given as an object instead of as text is not lost."""
    found = parse('{"Label":"1","ReservedCode1":{"SecurityData":{"Type":"TC260PG"}}}')
    assert found is not None
    assert json.loads(found.ReservedCode1) == {"SecurityData": {"Type": "TC260PG"}}


def test_another_producers_label_is_carried_on() -> None:
    """Its production members stay; we are the propagator; carrying on twice changes nothing."""
    ours = make_label(PRODUCER, EXCHANGE)
    theirs = AigcLabel("2", "001191310104MACE0YX63918020", "17", "seal", "third", "18", "code")
    both = carried(theirs, ours)
    assert both == AigcLabel(
        "2", "001191310104MACE0YX63918020", "17", "seal", PRODUCER, EXCHANGE, ""
    )
    assert carried(both, ours) == both


def test_our_own_label_and_a_nameless_one_give_way() -> None:
    """What we write again is ours of now; a label without a producer accounts to nobody."""
    ours = make_label(PRODUCER, EXCHANGE)
    assert carried(None, ours) == ours
    assert carried(make_label(PRODUCER, "earlier"), ours) == ours
    assert carried(AigcLabel("1", "", "", "", "", "", ""), ours) == ours
