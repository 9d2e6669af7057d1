"""What the reading of log probabilities promises, one promise a test."""

from __future__ import annotations

from typing import Any

import pytest

from gateway.adapters.openai_chat.logprobs import logprob_pieces
from gateway.nouns.segment import FieldClass
from gateway.wire.portioned_json import in_one


def entry(token: str, *others: str, **members: Any) -> dict[str, Any]:
    """One token with its alternatives."""
    top = [{"token": other, "logprob": -1.0, "bytes": list(other.encode())} for other in others]
    first = {"token": token, "logprob": -0.1, "bytes": list(token.encode())}
    return {**first, "top_logprobs": top, **members}


def seen(logprobs: Any, said: str = "", refused: str = "") -> dict[str, str]:
    """The text of each channel that a reader sees beyond what was said."""
    slot = ("choices", 0, "logprobs")
    pieces = in_one(logprob_pieces(logprobs, 0, slot, {"content": said, "refusal": refused}))
    assert all(p.field_class is FieldClass.LOGPROB and p.slot == slot for p in pieces)
    return {piece.channel.path: piece.text for piece in pieces}


def test_what_was_said_is_not_judged_twice() -> None:
    """Chosen tokens that spell the content, and are their own best alternative, add nothing."""
    assert seen({"content": [entry("你", "你"), entry("好")], "refusal": None}, "你好") == {}


def test_alternatives_are_judged_line_by_line() -> None:
    """What was nearly said is text, a line each."""
    assert seen({"content": [entry("a", "a", "b", "赌")]}, "a") == {"logprobs": "b\n赌\n"}


def test_other_words_than_said_are_judged() -> None:
    """Chosen tokens that spell something else are judged, joined."""
    found = seen({"content": [entry("bad"), entry(" word")]}, "good")
    assert found == {"logprobs.content": "bad word"}


def test_bytes_that_differ_from_their_token_are_judged() -> None:
    """The bytes are a second spelling; where it differs it is judged too."""
    found = seen({"content": [entry("a", bytes=list(b"bad"))]}, "a")
    assert "bad" in found["logprobs.content"]
    other = entry("a")
    other["top_logprobs"] = [{"token": "a", "bytes": list("坏".encode())}]
    assert seen({"content": [other]}, "a") == {"logprobs": "坏\n"}


def test_refusals_have_their_own_list() -> None:
    """The tokens of the refusal are compared with the refusal."""
    assert seen({"content": None, "refusal": [entry("no")]}, refused="no") == {}
    assert seen({"refusal": [entry("no")]}) == {"logprobs.refusal": "no"}


@pytest.mark.parametrize(
    "logprobs",
    [
        "bad",
        ["bad"],
        {"tokens": ["bad"], "top_logprobs": [{"bad": -1}]},
        {"content": [{"token": 5, "deep": {"x": "bad"}}]},
        {"content": [entry("a", remark="bad")]},
        {"content": [entry("a", top_logprobs={"bad": 1})]},
        {"content": [entry("a", bytes="bad")]},
        {"content": [entry("a", bytes=["bad"])]},
        {"content": [entry("a", top_logprobs=[{"token": "a", "note": [list(b"bad")]}])]},
        {"content": "bad"},
        {"surprise": "bad"},
    ],
)
def test_unknown_shapes_hide_nothing(logprobs: Any) -> None:
    """Whatever the shape, its strings, keys and byte lists are judged."""
    assert "bad" in "".join(seen(logprobs, "a").values())
