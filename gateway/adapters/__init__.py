"""Adapters: one protocol each. A new one is a new file (or folder) and one line below."""

from __future__ import annotations

from collections.abc import Callable

from gateway.adapters.generic import Generic
from gateway.adapters.media import DashscopeImages, OpenAIImages, OpenAISpeech
from gateway.adapters.openai_chat import OpenAIChat
from gateway.adapters.plain import Plain
from gateway.ports.adapter import Adapter
from gateway.wire.sse import FRAME_LIMIT

ADAPTERS: tuple[Callable[..., Adapter], ...] = (
    OpenAIChat, OpenAIImages, OpenAISpeech, DashscopeImages,
)  # fmt: skip
"""The protocols that claim paths by themselves, in the order in which they are asked."""


def adapters(
    *, frame_limit: int = FRAME_LIMIT, answer_limit: int = 64 * 1024 * 1024
) -> tuple[Adapter, ...]:
    """Return one of each protocol that claims paths, with these limits in bytes."""
    return tuple(kind(frame_limit=frame_limit, answer_limit=answer_limit) for kind in ADAPTERS)


def opened(
    *, frame_limit: int = FRAME_LIMIT, answer_limit: int = 64 * 1024 * 1024
) -> dict[str, Adapter]:
    """Return the adapters of paths that a policy opens, by the kind that it writes there."""
    return {
        "generic": Generic(frame_limit=frame_limit, answer_limit=answer_limit),
        "plain": Plain(),
    }
