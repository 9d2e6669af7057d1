"""Remote guard: asks a guard model about stretches of text, in the words of its own contract.

The stretches are sentences, found from the text alone: an end mark closes one once it has
`LEAST` code points, and none is longer than `WINDOW`. Each is asked about with what stands before
it, so that a sentence is judged in its place. The one contract here is Qwen3Guard-Gen's: plain chat
messages in (the server's template adds the policy), ``Safety:`` and ``Categories:`` lines out.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import NamedTuple

from gateway.nouns.finding import Finding
from gateway.nouns.policy import GuardModel
from gateway.ports.filter import Question
from gateway.ports.runtime import ChatRuntime

WINDOW = 240
"""Longest stretch of one question, in code points, and longest context before it."""

LEAST = 16
"""A shorter sentence is asked about together with the next one."""

_END = re.compile(r"[。！？!?…\n]|\.[ \t]")

_SAFETY = re.compile(r"^[ \t]*Safety:[ \t]*(Safe|Unsafe|Controversial)[ \t]*$", re.MULTILINE)
_CATEGORIES = re.compile(r"^[ \t]*Categories:[ \t]*(\S.*?)[ \t]*$", re.MULTILINE)
_NAMES = {
    "Violent": "violent",
    "Non-violent Illegal Acts": "non_violent_illegal_acts",
    "Sexual Content or Sexual Acts": "sexual_content",
    "PII": "personal_information",
    "Personally Identifiable Information": "personal_information",
    "Suicide & Self-Harm": "self_harm",
    "Unethical Acts": "unethical_acts",
    "Politically Sensitive Topics": "politically_sensitive",
    "Copyright Violation": "copyright",
    "Jailbreak": "jailbreak",
}
UNNAMED = "unnamed"
"""Category of a judgement whose reason the model did not say, or said in words of its own."""

_SEVERITY = {"Unsafe": ("unsafe", 3, 0.9), "Controversial": ("controversial", 2, 0.5)}

_CONTROL = re.compile(
    r"<(?=\|[^|<>\n]{1,40}\|>"
    r"|/?(?:start_of_turn|end_of_turn|guardian|think|tool_call|tool_response|s|bos|eos)>"
    r"|/?(?:BEGIN|END) [A-Z ]{1,40}>)"
)
_UNSEEN = "(judged apart)"
"""Stands for the prompt of an answer: a question carries one text, and the contract wants two."""


class Contract(NamedTuple):
    """How one family of guard models is asked and answers.

    ``messages`` turns a question into a chat; ``read`` turns the answer into (category, severity,
    score) rows and raises ValueError on anything but a clear answer. ``categories`` are all that
    ``read`` may give.
    """

    messages: Callable[[Question], list[dict[str, str]]]
    read: Callable[[str], list[tuple[str, int, float]]]
    categories: tuple[str, ...]


def neutral(text: str) -> str:
    """Return the text with the control tokens of chat templates made harmless: their ``<`` becomes
    a look-alike, so that nothing in a judged text can speak to the judge."""
    return _CONTROL.sub("‹", text)


def qwen3guard_messages(question: Question) -> list[dict[str, str]]:
    """Return a question as Qwen3Guard-Gen takes it: the last message is the judged one."""
    judged = neutral(question.text)
    if question.role == "assistant":
        return [
            {"role": "user", "content": _UNSEEN},
            {"role": "assistant", "content": judged},
        ]
    return [{"role": "user", "content": judged}]


def read_qwen3guard(answer: str) -> list[tuple[str, int, float]]:
    """Return what Qwen3Guard-Gen said; nothing if it said "Safe".

    Raises ValueError if the answer has no ``Safety:`` line, or more than one, or calls a text safe
    and names a category. The message never repeats the answer.
    """
    levels = _SAFETY.findall(answer)
    if len(levels) != 1:
        raise ValueError("the guard model's answer has no single Safety line")
    line = _CATEGORIES.search(answer)
    said = [name.strip() for name in line[1].split(",")] if line else []
    named = [name for name in said if name and name != "None"]
    if levels[0] == "Safe":
        if named:
            raise ValueError("the guard model calls a text safe and names a category")
        return []
    family, severity, score = _SEVERITY[levels[0]]
    kinds = dict.fromkeys(_NAMES.get(name, UNNAMED) for name in named) or {UNNAMED: None}
    return [(f"guard.{family}.{kind}", severity, score) for kind in kinds]


_QWEN3GUARD_CATEGORIES = tuple(
    f"guard.{family}.{kind}"
    for family, _, _ in _SEVERITY.values()
    for kind in (*dict.fromkeys(_NAMES.values()), UNNAMED)
)

CONTRACTS = {
    "qwen3guard": Contract(qwen3guard_messages, read_qwen3guard, _QWEN3GUARD_CATEGORIES),
}


class RemoteGuardFilter:
    """Asks a guard model; a SlowFilter.

    ``role`` says whose text this instance asks about (``user`` or ``assistant``): make one per
    direction. ``wanted`` tells from a sentence alone whether the model is asked about it; None:
    always. Raises ValueError if the guard names an unknown contract.
    """

    def __init__(
        self,
        guard: GuardModel,
        runtime: ChatRuntime,
        *,
        role: str = "user",
        wanted: Callable[[str], bool] | None = None,
    ) -> None:
        if guard.contract not in CONTRACTS:
            known = ", ".join(sorted(CONTRACTS))
            raise ValueError(f"unknown contract {guard.contract!r}; known: {known}")
        self.name = guard.name
        self.mode = guard.mode
        self.leak = guard.leak
        self.deadline_s = guard.deadline_s
        self.role = role
        self.categories = CONTRACTS[guard.contract].categories
        self._runtime = runtime
        self._wanted = wanted
        self._contract = CONTRACTS[guard.contract]

    def questions(
        self,
        text: str,
        asked_until: int,
        final: bool,  # noqa: FBT001 -- the port's shape
    ) -> list[Question]:
        """Return what can be asked now; see `gateway.ports.filter.SlowFilter`."""
        out: list[Question] = []
        begin = asked_until
        while (end := _sentence_end(text, begin, final=final)) is not None:
            context = max(0, begin - WINDOW)
            out.append(Question(text[context:end], begin - context, end, self.role))
            begin = end
        return out

    async def ask(self, question: Question) -> tuple[Finding, ...]:
        """Ask the model. Every finding spans the new stretch of the question. Nothing is found in
        a stretch about which it is not to be asked.

        Raises TimeoutError, ConnectionError (see `gateway.ports.runtime.ChatRuntime`), and
        ValueError if the answer is not one that the contract knows.
        """
        judged = question.text[question.start :]
        if not judged.strip() or (self._wanted is not None and not self._wanted(judged)):
            return ()
        answer = await self._runtime.complete(
            self._contract.messages(question), deadline_s=self.deadline_s
        )
        return tuple(
            Finding(
                category, severity, score, question.start, len(question.text), self.name, category
            )
            for category, severity, score in self._contract.read(answer)
        )


def _sentence_end(text: str, begin: int, *, final: bool) -> int | None:
    """Return where the sentence that begins at ``begin`` ends, or None if more text must come."""
    limit = begin + WINDOW
    found = _END.search(text, begin + LEAST - 1, limit)
    if found is not None:
        return found.end()
    if len(text) >= limit:
        return limit
    return len(text) if final and begin < len(text) else None
