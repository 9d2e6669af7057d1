"""Sealing: a policy's order becomes the seal of one exchange."""

from __future__ import annotations

import json

import msgspec
import pytest

from gateway.assembly.sealing import Sealer
from gateway.engine.seal import Seal
from gateway.nouns.errors import ConfigError
from gateway.nouns.exchange import exchange_id
from gateway.nouns.mark import LabelMode, LabelPosition, RouteMarks, TextMarksOrder
from gateway.wire.aigc_label import FIELD, HEADER

EXCHANGE = exchange_id(1_790_000_000_000, bytes(10))
PRODUCER = "001191110102MAD55U9H0F10002"


def _seal(order: TextMarksOrder, producer: str = "", override: str | None = None) -> Seal:
    return Sealer(order, producer, b"key").seal(EXCHANGE, "What is it?", override)


@pytest.mark.parametrize(
    ("mode", "inline", "as_field"),
    [
        (LabelMode.OFF, False, False), (LabelMode.INLINE, True, False),
        (LabelMode.FIELD, False, True), (LabelMode.BOTH, True, True),
    ],
)  # fmt: skip
def test_a_label_goes_where_the_policy_wants_it(
    mode: LabelMode, inline: bool, as_field: bool
) -> None:
    """In the text, as a member, both or nowhere; only what is owed is owed."""
    order = TextMarksOrder(label=mode, position=LabelPosition.BOTH)
    seal = _seal(order)
    assert bool(seal.start) is bool(seal.end) is inline
    assert ("sealgate" in seal.fields) is as_field
    assert bool(seal.inline_field) is inline
    assert seal.owed == (() if mode is LabelMode.OFF else ("text_label",))


def test_a_key_may_have_a_label_mode_of_its_own() -> None:
    """It overrides the policy's."""
    assert _seal(TextMarksOrder(label=LabelMode.INLINE), override="field").start == ""
    assert _seal(TextMarksOrder(), override="inline").start


def test_the_label_speaks_the_readers_language() -> None:
    """By what was asked, unless the policy says which."""
    inline = TextMarksOrder(label=LabelMode.INLINE)
    sealer = Sealer(inline, "", b"key")
    assert "AI" in sealer.seal(EXCHANGE, "What is it?", None).start
    assert "人工智能" in sealer.seal(EXCHANGE, "这是什么？", None).start
    always = Sealer(TextMarksOrder(label=LabelMode.INLINE, language="zh"), "", b"key")
    assert "人工智能" in always.seal(EXCHANGE, "What is it?", None).start


def test_a_label_can_be_read_back_and_taken_out() -> None:
    """Its code finds the exchange; the text is what it was."""
    sealer = Sealer(TextMarksOrder(label=LabelMode.INLINE), "", b"key")
    labelled = sealer.seal(EXCHANGE, "What?", None).start + "It is blue."
    assert [claim.code for claim in sealer.claims(labelled)] == [sealer.code(EXCHANGE)]
    assert sealer.without_marks(labelled) == "It is blue."


def test_a_provider_code_makes_the_metadata_label() -> None:
    """As a member and a header, with the exchange as its id; without a code there is none."""
    order = TextMarksOrder(label=LabelMode.INLINE)
    seal = _seal(order, PRODUCER)
    members = seal.fields[FIELD]
    assert isinstance(members, dict)
    assert members["ProduceID"] == EXCHANGE
    assert HEADER in dict(seal.headers)
    assert "aigc_label" in seal.owed
    bare = _seal(order)
    assert FIELD not in bare.fields
    assert HEADER not in dict(bare.headers)


def test_where_no_label_is_asked_for_a_provider_code_marks_nothing() -> None:
    """Unless the policy itself names it."""
    assert _seal(TextMarksOrder(), PRODUCER).fields == {}
    assert FIELD in _seal(TextMarksOrder(producer=PRODUCER), PRODUCER).fields


def test_a_false_provider_code_stops_the_start() -> None:
    """Its check digit tells."""
    with pytest.raises(ConfigError):
        Sealer(TextMarksOrder(), PRODUCER.replace("H0F", "H1F"), b"key")


def test_a_trace_is_woven_found_and_taken_out() -> None:
    """It carries the label's code."""
    sealer = Sealer(TextMarksOrder(trace="always"), "", b"key")
    seal = sealer.seal(EXCHANGE, "What?", None)
    assert seal.weaver is not None
    weave = seal.weaver()
    prose = "The sky was blue and the birds sang. " * 30
    woven = weave(prose, False) + weave("", True)
    assert woven != prose
    assert sealer.find_traces(woven) == [sealer.code(EXCHANGE)]
    assert sealer.without_marks(woven) == prose
    assert seal.owed == ("text_trace",)


def test_a_long_trace_leaves_short_texts_alone() -> None:
    """Above two hundred tokens it is owed."""
    weaver = _seal(TextMarksOrder(trace="long")).weaver
    assert weaver is not None
    weave = weaver()
    assert weave("The sky was blue. ", False) + weave("", True) == "The sky was blue. "
    assert _seal(TextMarksOrder()).weaver is None


def test_a_fingerprint_is_owed_by_name() -> None:
    """The ledger makes it."""
    seal = _seal(TextMarksOrder(fingerprint=True))
    assert seal.owed == ("fingerprint",)
    assert set(seal.owed) <= Sealer(TextMarksOrder(), "", b"key").marks


def test_codes_depend_on_the_key() -> None:
    """Nobody else can make one."""
    one, other = (Sealer(TextMarksOrder(), "", key) for key in (b"one", b"other"))
    assert one.code(EXCHANGE) != other.code(EXCHANGE)
    assert (
        one.code(EXCHANGE).encode()
        in json.dumps(
            [value.decode() for _, value in one.seal(EXCHANGE, "", None).headers]
        ).encode()
    )


def test_a_route_has_its_own_label() -> None:
    """Position, wording, language, code and mode per path; the key's own mode is stronger; every
    wording is taken out of any history."""
    base = TextMarksOrder(label=LabelMode.INLINE, language="en")
    there = TextMarksOrder(
        label=LabelMode.INLINE, position=LabelPosition.END, language="zh", code=False,
        wording={"zh": "由人工智能合成"},
    )  # fmt: skip
    silent = TextMarksOrder(label=LabelMode.FIELD)
    routes = (RouteMarks("/v1/completions", there), RouteMarks("/v1/silent", silent))
    sealer = Sealer(msgspec.structs.replace(base, routes=routes), "", b"key")
    seal = sealer.seal(EXCHANGE, "What?", None, path="/completions")
    assert (seal.start, seal.end) == ("", "\n\n由人工智能合成")
    assert sealer.seal(EXCHANGE, "What?", None, path="/chat/completions").start.startswith("AI")
    assert not sealer.seal(EXCHANGE, "What?", None, path="/silent").inline
    assert sealer.seal(EXCHANGE, "What?", "inline", path="/silent").inline
    assert sealer.without_marks("蓝色。" + seal.end) == "蓝色。"


def test_a_wording_of_a_route_must_say_what_the_law_asks() -> None:
    """As one for all routes."""
    wrong = RouteMarks("/a", TextMarksOrder(wording={"zh": "内容"}))
    with pytest.raises(ConfigError, match="AI element"):
        Sealer(TextMarksOrder(routes=(wrong,)), "", b"key")
