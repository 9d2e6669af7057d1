"""Runtime: text in, scores or words out. Runs a model, here or elsewhere; knows no policy."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple, Protocol

from models.calls import ChatAnswer, ChatTask, HttpRequest


class ChatRuntime(Protocol):
    """A model that answers chats, reached over some wire or run here."""

    name: str

    async def complete(self, tasks: Sequence[ChatTask], *, deadline_s: float) -> list[ChatAnswer]:
        """Return the model's answers, in order.

        Raises TimeoutError after the deadline, ConnectionError if it cannot be reached, ValueError
        if it answers with something that is not a completion.
        """
        ...


class HttpSender(Protocol):
    """A server that answers requests of its own form."""

    async def send(self, requests: Sequence[HttpRequest], *, deadline_s: float) -> list[bytes]:
        """Return the bodies of the answers, in order, all of status 200.

        Raises TimeoutError after the deadline, ConnectionError if it cannot be reached, ValueError
        if it answers with another status.
        """
        ...


class ScoreRuntime(Protocol):
    """A model that gives a text scores, one per label of its own."""

    async def score(self, texts: Sequence[str], *, deadline_s: float) -> list[Mapping[str, float]]:
        """Return the probabilities of the labels per text, in order. A text that is longer than the
        model's window is judged in windows; each label has its highest score.

        Raises TimeoutError after the deadline, ConnectionError if the model does not run.
        """
        ...


class Bill(NamedTuple):
    """Admitted calls: the day (days since 1970) on which they are counted, how many they are, and
    the tokens that are counted for them until they are over."""

    day: int
    calls: int
    tokens: int


class Purse(Protocol):
    """What may be spent on one guard in a day. Every bill is given back once, either way."""

    def admit(self, calls: int, tokens: int) -> Bill:
        """Count calls that are about to be made, estimated at the most tokens that they may take
        (0: they take none). Raises ConnectionError if they would pass the day's cap."""
        ...

    def refund(self, bill: Bill) -> None:
        """Take back admitted calls that were not made after all."""
        ...

    def settle(self, bill: Bill, tokens: int | None) -> None:
        """Tell of admitted calls that were made, and the tokens that they took; None: nobody
        knows."""
        ...


class MediaRuntime(Protocol):
    """A model that looks at pictures, or listens, reached over some wire.

    Each question raises TimeoutError after the deadline, ConnectionError if the model cannot be
    reached, ValueError if it answers with something else.
    """

    async def moderate(self, jpeg: bytes, *, deadline_s: float) -> Mapping[str, float]:
        """Return the scores of a picture by category, from 0 to 1."""
        ...

    async def describe(self, jpeg: bytes, *, deadline_s: float) -> str:
        """Return what the model says about a picture."""
        ...

    async def transcribe(self, content: bytes, file_name: str, *, deadline_s: float) -> str:
        """Return the words of a sound."""
        ...
