"""Runtime: text in, scores or words out. Runs a model, here or elsewhere; knows no policy."""

from __future__ import annotations

from typing import Protocol


class ChatRuntime(Protocol):
    """A model that answers a chat, reached over some wire."""

    name: str

    async def complete(self, messages: list[dict[str, str]], *, deadline_s: float) -> str:
        """Return the model's answer to the messages.

        Raises TimeoutError after the deadline, ConnectionError if it cannot be reached, ValueError
        if it answers with something that is not a completion.
        """
        ...

    async def close(self) -> None:
        """Let go of connections."""
        ...
