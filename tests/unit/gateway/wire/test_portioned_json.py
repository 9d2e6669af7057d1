"""JSON in portions is the same JSON, and stops often."""

from __future__ import annotations

import json
from collections.abc import Generator
from typing import Any

import pytest

from gateway.nouns.errors import BadRequest
from gateway.wire.json import loads
from gateway.wire.portioned_json import PORTION, in_one, loads_by_portions

WAY = ("choices", None, "logprobs", None, None)
ENTRY = {"token": "花", "logprob": -0.5, "bytes": [232, 138], "top_logprobs": [{"token": '"]'}]}
BODY: dict[str, Any] = {
    "id": "c", "empty": {}, "none": [], "n": -1.5e3, "long": "x" * PORTION,
    "choices": [{"logprobs": {"content": [ENTRY] * 4000, "refusal": None}, "message": {"a": "b"}},
                {"logprobs": None}, {"logprobs": {}}, {"logprobs": {"content": []}}, 7],
}  # fmt: skip


def counted(portions: Generator[bool, None, Any]) -> tuple[int, Any]:
    """How often a reading stopped, and what it came to."""
    stops = 0
    while True:
        try:
            assert next(portions)
        except StopIteration as end:
            return stops, end.value
        stops += 1


@pytest.mark.parametrize("indent", [None, 1])
@pytest.mark.parametrize("strict", [True, False])
def test_long_containers_are_read_member_by_member(strict: bool, indent: int | None) -> None:
    """One stop for each portion of the text, and the value that is read in one piece."""
    raw = json.dumps(BODY, indent=indent, ensure_ascii=False).encode()
    stops, value = counted(loads_by_portions(raw, WAY, strict=strict))
    assert value == BODY == loads(raw, strict=strict)
    letters = len(raw.decode())
    assert letters // PORTION - 1 <= stops <= letters // PORTION + 1
    assert stops >= 5


def test_what_is_short_is_read_at_once() -> None:
    """Nearly all bodies are."""
    raw = json.dumps({**BODY, "choices": [], "long": ""}).encode()
    assert counted(loads_by_portions(raw, WAY, strict=True)) == (0, loads(raw))


LONG = json.dumps(BODY, separators=(",", ":"))
ODD = {
    "the same key twice": LONG.replace('"id":"c"', '"id":"c","id":"d"'),
    "the same key twice in a choice": LONG.replace('"message":', '"logprobs":'),
    "a comma at the end": LONG.replace(",7]", ",7,]"),
    "a comma at the end of an object": LONG[:-1] + ",}",
    "no comma": LONG.replace(',"refusal"', ' "refusal"'),
    "no colon": LONG.replace('"refusal":', '"refusal" '),
    "no key": LONG.replace('"refusal":', "5:"),
    "no end": LONG[:-1],
    "more behind it": LONG + "{}",
    "nothing of a value": LONG.replace('"refusal":null', '"refusal":'),
    "no number": LONG.replace("-1500.0", "NaN"),
    "too deep": LONG.replace('"refusal":null', '"refusal":' + "[" * 126 + "]" * 126),
    "just deep enough": LONG.replace('"refusal":null', '"refusal":' + "[" * 124 + "]" * 124),
    "a byte order mark": "\ufeff" + LONG,
    "half a character": LONG.replace('"c"', '"\\ud800"'),
    "escaped keys": LONG.replace('"choices"', '"ch\\u006fices"'),
    "blanks around it": f" \r\n{LONG}\t\n",
    "no object": f"[{LONG}]",
    "a text": json.dumps("x" * 5 * PORTION),
}  # fmt: skip


@pytest.mark.parametrize("strict", [True, False])
@pytest.mark.parametrize("odd", ODD)
def test_odd_bodies_are_read_as_in_one_piece(odd: str, strict: bool) -> None:
    """The same value, or the same complaint."""

    def outcome(read: Any) -> Any:
        try:
            return read()
        except BadRequest as error:
            return error.detail

    raw = ODD[odd].encode()
    assert ODD[odd] != LONG
    expected = outcome(lambda: loads(raw, strict=strict))
    assert outcome(lambda: in_one(loads_by_portions(raw, WAY, strict=strict))) == expected


def test_bytes_that_are_no_text_are_refused() -> None:
    """As `loads` does."""
    raw = LONG.encode().replace(b'"c"', b'"\xff"')
    with pytest.raises(BadRequest, match="UTF-8"):
        in_one(loads_by_portions(raw, WAY, strict=True))
