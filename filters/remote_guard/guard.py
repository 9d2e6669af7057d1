"""Remote guard: asks a guard about stretches of text, in the words of its own contract.

An answer that streams is asked about sentence by sentence, so that what is clean can leave; a
request is there as a whole and is asked about in stretches as long as the contract takes. Each
question carries the text before its stretch too, so that a sentence is judged in its place. A
longer text is split, never cut off.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import NamedTuple

from filters.remote_guard import classifier
from filters.remote_guard.contract import (
    Account,
    ChatContract,
    HttpContract,
    Row,
    Stamp,
    categories,
)
from filters.remote_guard.registry import CONTRACTS
from gateway.matching.sentences import Measure, next_end
from gateway.nouns.finding import Finding
from gateway.nouns.guard_contract import CLASSIFIER
from gateway.nouns.policy import GuardModel
from gateway.ports.filter import Question
from gateway.ports.runtime import ChatRuntime, HttpSender, Purse, ScoreRuntime
from models.calls import ChatTask, NotReached

WINDOW = 240
"""Longest sentence of one question, in code points, and longest context before it."""

STRETCH = 2000
"""Longest stretch of a request that is asked about at once, in code points."""

Wanted = Callable[[str], bool]


class Reach(NamedTuple):
    """How a guard is reached: a chat model's runtime, a classifier's, or a service's server with
    its account and what stamps its requests."""

    chat: ChatRuntime | None = None
    scores: ScoreRuntime | None = None
    sender: HttpSender | None = None
    account: Account = Account("")
    stamp: Callable[[], Stamp] = lambda: Stamp(0, "")


class RemoteGuardFilter:
    """Asks a guard; a SlowFilter.

    ``role`` says whose text this instance asks about (``user`` or ``assistant``): make one per
    direction. ``wanted`` tells from a sentence alone whether the guard is asked about it; None:
    always. ``purse`` is what may be spent. Raises ValueError if the guard names an unknown contract
    or if its contract cannot be spoken over this reach.
    """

    def __init__(
        self,
        guard: GuardModel,
        reach: Reach,
        *,
        role: str = "user",
        wanted: Wanted | None = None,
        purse: Purse | None = None,
    ) -> None:
        contract = CONTRACTS.get(guard.contract)
        if contract is None and guard.contract != CLASSIFIER:
            known = ", ".join(sorted(CONTRACTS))
            raise ValueError(f"unknown contract {guard.contract!r}; known: {known}")
        self.name = guard.name
        self.mode = guard.mode
        self.leak = guard.leak
        self.deadline_s = guard.deadline_s
        self.role = role
        kinds = contract.kinds if contract else (use.kind for use in guard.labels.values())
        self.categories = categories(kinds)
        self._contract = contract
        self._labels = guard.labels
        self._options = guard.options
        self._reach = reach
        self._wanted = wanted
        self._purse = purse
        self._measure = Measure(guard.least, WINDOW)
        if role == "user":
            longest = contract.longest if contract else STRETCH
            room = max(guard.least, min(STRETCH, longest - WINDOW))
            self._measure = Measure(guard.least, room, whole=True)

    def questions(
        self,
        text: str,
        asked_until: int,
        final: bool,  # noqa: FBT001 -- the port's shape
    ) -> list[Question]:
        """Return what can be asked now; see `gateway.ports.filter.SlowFilter`."""
        out: list[Question] = []
        begin = asked_until
        while (end := next_end(text, begin, self._measure, final=final)) is not None:
            context = max(0, begin - WINDOW)
            out.append(Question(text[context:end], begin - context, end, self.role))
            begin = end
        return out

    async def ask(self, question: Question) -> tuple[Finding, ...]:
        """Ask the guard. Every finding spans the new stretch of the question. Nothing is found in
        a stretch about which it is not to be asked.

        Raises TimeoutError, ConnectionError (also when the day's cap is reached), and ValueError if
        the answer is not one that the contract knows.
        """
        judged = question.text[question.start :]
        if not judged.strip() or not self._is_wanted(judged):
            return ()
        return tuple(
            Finding(
                category, severity, score, question.start, len(question.text), self.name, category
            )
            for category, severity, score in await self._rows(_encodable(question))
        )

    def _is_wanted(self, judged: str) -> bool:
        """True if the guard is to be asked about one of the sentences."""
        if self._wanted is None:
            return True
        begin, measure = 0, self._measure._replace(longest=WINDOW, whole=False)
        while (end := next_end(judged, begin, measure, final=True)) is not None:
            if self._wanted(judged[begin:end]):
                return True
            begin = end
        return False

    async def _rows(self, question: Question) -> list[Row]:
        if self._contract is None:
            return await self._ask_classifier(question)
        if isinstance(self._contract, ChatContract):
            return await self._ask_model(self._contract, question)
        return await self._ask_service(self._contract, question)

    async def _ask_classifier(self, question: Question) -> list[Row]:
        if self._reach.scores is None:
            raise ValueError("no classifier is reached")
        judged = [question.text[question.start :]]
        (scores,) = await self._reach.scores.score(judged, deadline_s=self.deadline_s)
        return classifier.read(scores, self._labels)

    async def _ask_model(self, contract: ChatContract, question: Question) -> list[Row]:
        if self._reach.chat is None:
            raise ValueError("no chat model is reached")
        tasks = contract.tasks(question, self._options)
        with self._paying(len(tasks), sum(map(_most_tokens, tasks))) as told:
            answers = await self._reach.chat.complete(tasks, deadline_s=self.deadline_s)
            told += [answer.tokens for answer in answers]
        return contract.read(question, answers, self._options)

    async def _ask_service(self, contract: HttpContract, question: Question) -> list[Row]:
        if self._reach.sender is None:
            raise ValueError("no service is reached")
        requests = contract.requests(question, self._reach.account, self._reach.stamp())
        with self._paying(len(requests), 0):
            bodies = await self._reach.sender.send(requests, deadline_s=self.deadline_s)
        return contract.read(question, bodies, self._options)

    @contextmanager
    def _paying(self, calls: int, tokens: int) -> Iterator[list[int]]:
        """Pay for calls of at most so many tokens: those that reached nobody cost nothing, one that
        was turned away no tokens. What is put into the given list are the tokens of each."""
        told: list[int] = []
        if self._purse is None:
            yield told
            return
        bill, taken, made = self._purse.admit(calls, tokens), None, True
        try:
            yield told
            taken = sum(told) if all(told) else None
        except ConnectionError as error:
            taken, made = 0 if calls == 1 else None, not isinstance(error, NotReached)
            raise
        finally:
            if made:
                self._purse.settle(bill, taken)
            else:
                self._purse.refund(bill)


def _most_tokens(task: ChatTask) -> int:
    """Return how many tokens a chat takes at most, without what the server's template adds: no
    tokenizer makes more of a text than its bytes."""
    said = sum(len(each["content"].encode(errors="replace")) for each in task.messages)
    return said + task.max_tokens


def _encodable(question: Question) -> Question:
    """Return the question with each half of a broken character replaced by one mark."""
    if question.text.isascii():
        return question
    whole = question.text.encode("utf-8", "replace").decode()
    return question if whole == question.text else question._replace(text=whole)
