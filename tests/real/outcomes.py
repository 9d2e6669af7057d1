"""What clients got, made comparable: without what differs by chance, and without what is ours."""

from __future__ import annotations

import json
import re
from typing import Any

LABEL = re.compile(
    r"(本内容由人工智能生成|AI-generated content) · [0-9A-Z]{4}-[0-9A-Z]{4}-[0-9A-Z]\n\n"
)
OURS = frozenset({"aigc", "sealgate"})
BY_CHANCE = frozenset({"id", "created"})
REQUEST_ID = "request_id"
"""Taken from a header that the gateway sends where the upstream has none."""


def settled(value: Any) -> Any:
    """Return a value without ids and times, which differ between any two calls."""
    if isinstance(value, dict):
        return {
            name: "*" if name in BY_CHANCE and inner else settled(inner)
            for name, inner in value.items()
            if name != REQUEST_ID
        }
    return [settled(inner) for inner in value] if isinstance(value, list) else value


def without_ours(value: Any) -> Any:
    """Return a value without our members."""
    if isinstance(value, dict):
        return {name: without_ours(inner) for name, inner in value.items() if name not in OURS}
    return [without_ours(inner) for inner in value] if isinstance(value, list) else value


def deltas(outcome: dict[str, Any], choice: int = 0) -> list[dict[str, Any]]:
    """Return the deltas of a choice."""
    return [
        each["delta"]
        for chunk in outcome["chunks"]
        for each in chunk["choices"]
        if each["index"] == choice
    ]


def text_of(outcome: dict[str, Any], choice: int = 0, member: str = "content") -> str:
    """Return what a stream said on one member of a choice, cut characters joined."""
    said = "".join(delta.get(member) or "" for delta in deltas(outcome, choice))
    return said.encode("utf-16-le", "surrogatepass").decode("utf-16-le")


def finish_of(outcome: dict[str, Any], choice: int = 0) -> str | None:
    """Return the finish reason of a streamed choice."""
    found = [
        each["finish_reason"]
        for chunk in outcome["chunks"]
        for each in chunk["choices"]
        if each["index"] == choice and each.get("finish_reason")
    ]
    assert len(found) <= 1, found
    return found[0] if found else None


def calls_of(outcome: dict[str, Any]) -> list[tuple[str, str, str]]:
    """Return id, name and arguments of the tool calls that a stream put together."""
    calls: dict[int, list[str]] = {}
    for delta in deltas(outcome):
        for part in delta.get("tool_calls") or ():
            call = calls.setdefault(part["index"], ["", "", ""])
            function = part.get("function") or {}
            for place, said in enumerate(
                (part.get("id"), function.get("name"), function.get("arguments"))
            ):
                call[place] += said or ""
    return [(call[0], call[1], call[2]) for _, call in sorted(calls.items())]


def usage_of(outcome: dict[str, Any]) -> list[Any]:
    """Return what a stream said of usage."""
    return [chunk["usage"] for chunk in outcome["chunks"] if chunk.get("usage")]


def stream_said(outcome: dict[str, Any]) -> dict[str, Any]:
    """Return what a reader of a stream learns, however it was cut into events."""
    return {
        "text": LABEL.sub("", text_of(outcome)),
        "reasoning": text_of(outcome, member="reasoning_content"),
        "calls": calls_of(outcome),
        "finish": finish_of(outcome),
        "usage": usage_of(outcome),
        "error": settled(outcome.get("error")),
        "broken": outcome.get("broken"),
    }


def unlabelled(value: Any) -> Any:
    """Return a value in which no string holds a label."""
    if isinstance(value, dict):
        return {name: unlabelled(inner) for name, inner in value.items()}
    if isinstance(value, list):
        return [unlabelled(inner) for inner in value]
    return LABEL.sub("", value) if isinstance(value, str) else value


def all_said(value: Any) -> str:
    """Return every character of an outcome that a client could have read."""
    return json.dumps(value, ensure_ascii=False)
