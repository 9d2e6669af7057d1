"""The label's value: written strictly, settled with one that is there."""

from __future__ import annotations

import json

from gateway.wire.aigc_label import bare_json, make_label, parse, settled
from tests.sound_kit import EXCHANGE, FOREIGN, PRODUCER

OURS = make_label(PRODUCER, EXCHANGE)


def test_the_value_is_ascii_whatever_it_holds() -> None:
    """A Chinese company's name is escaped, and read back as it was."""
    value = bare_json(FOREIGN)
    assert value.isascii()
    assert list(json.loads(value)) == list(FOREIGN.__struct_fields__)
    assert parse(value) == FOREIGN


def test_a_foreign_label_keeps_its_production() -> None:
    """Ours becomes the propagator; again is once."""
    once = settled(OURS, [bare_json(FOREIGN)])
    assert (once.ContentProducer, once.ProduceID, once.ReservedCode1) == ("别家 Co.", "n-1", "seal")
    assert (once.ContentPropagator, once.PropagateID) == (PRODUCER, EXCHANGE)
    assert once.ReservedCode2 == ""
    assert settled(OURS, [bare_json(once)]) == once


def test_ours_stands_where_no_producer_is_named() -> None:
    """Nothing, garbage, a label without a producer, and our own."""
    nameless = b'{"Label":"1","ContentProducer":"","ProduceID":"x"}'
    assert settled(OURS, []) == OURS
    assert settled(OURS, [b"no", nameless, bare_json(OURS)]) == OURS
