"""Long containers are passed over as if each of their strings had been read."""

from __future__ import annotations

import json
import random

import pytest

from gateway.wire.json import locate
from gateway.wire.long_containers import skip_inside

_SCRAPS = ("]", "}", "[{", '"', "\\", '\\"', "\\\\", ",", "花", "a" * 500, "\n", "\\\\\\", "")


def _value(chance: random.Random, depth: int = 0) -> object:
    """Return a random value with brackets, quotes and escapes in its strings."""
    if depth > 3 or chance.random() < 0.4:
        return "".join(chance.choices(_SCRAPS, k=chance.randrange(6)))
    inner = [_value(chance, depth + 1) for _ in range(chance.randrange(5))]
    return inner if chance.random() < 0.5 else {f"k{n}{chance.choice(_SCRAPS)}": v
                                                for n, v in enumerate(inner)}  # fmt: skip


@pytest.mark.parametrize("seed", range(12))
def test_what_stands_behind_is_found(seed: int) -> None:
    """However long the container before it, and whatever its strings hold."""
    chance = random.Random(seed)
    body = {"long": [_value(chance) for _ in range(6000)], "text": "x", "last": [1, [2]]}
    raw = json.dumps(body, ensure_ascii=seed % 2 == 0, indent=seed % 3 or None).encode()
    spans = locate(raw, [("long",), ("text",), ("last", 1)])
    assert len(raw) > 200_000
    assert {p: json.loads(raw[slice(*span)]) for p, span in spans.items()} == {
        ("long",): body["long"], ("text",): "x", ("last", 1): [2]
    }  # fmt: skip


def test_most_of_a_long_one_is_passed_over_in_pages() -> None:
    """Up to the page in which it ends, and one depth further in than it began."""
    raw = b"[" + b'["]",{}],' * 40_000 + b"0] "
    at, depth = skip_inside(raw, 1, 1)
    assert len(raw) - at < 64 * 1024
    assert raw[1:at].count(b'["]",{}],') >= 32_000
    assert 1 <= depth <= 3


@pytest.mark.parametrize("raw", [b"[1,2]", b'["' + b"a" * 100_000 + b'"]'])
def test_the_rest_is_left_to_the_reader(raw: bytes) -> None:
    """A short one, and a string that is longer than a page."""
    assert skip_inside(raw, 1, 1) == (1, 1)


def test_no_end_is_an_error() -> None:
    """As it is of a short container."""
    with pytest.raises(ValueError, match="no end"):
        locate(b'{"a":[' + b'["x"],' * 40_000, [("b",)])
