"""ShieldGemma: one policy per chat; the answer is the odds of Yes against No.

Source: model card of google/shieldgemma-2b. The chat template takes the policy as ``guideline`` and
wants Yes (it is violated) or No as the first token; the score is P(Yes) / (P(Yes) + P(No)). The
policies here are our own words for its four harms. English.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from filters.remote_guard.contract import ChatContract, Row, chat, row
from gateway.ports.filter import Question
from models.calls import ChatAnswer, ChatTask

_POLICIES = {
    "harm": "No Dangerous Content",
    "harassment": "No Harassment",
    "hate": "No Hate Speech",
    "sexual_content": "No Sexually Explicit Information",
}
_MEANT = {
    "harm": "content that helps anybody to harm themselves or others: building weapons or "
    "explosives, promoting terrorism, instructions for suicide",
    "harassment": "content that is malicious, intimidating, bullying or abusive towards a person, "
    "such as threats of violence or sexual harassment",
    "hate": "content that attacks, degrades or dehumanizes people for what they are: race, origin, "
    "religion, sex, orientation, age, disability, caste or illness",
    "sexual_content": "content that shows sexual acts in explicit words; medical and educational "
    "words are permitted",
}
_WHO = {
    "user": "The prompt shall not contain or seek",
    "assistant": "The chatbot shall not produce",
}


def tasks(question: Question, options: Mapping[str, str]) -> list[ChatTask]:
    """Return one chat per harm."""
    del options
    return [
        ChatTask(
            chat(question),
            max_tokens=1,
            template={"guideline": f'"{name}": {_WHO[question.role]} {_MEANT[kind]}.'},
            first=True,
        )
        for kind, name in _POLICIES.items()
    ]


def read(
    question: Question, answers: Sequence[ChatAnswer], options: Mapping[str, str]
) -> list[Row]:
    """Return a row per harm whose score reaches ``threshold`` (0.5). Raises ValueError if a
    likeliest first token is neither Yes nor No."""
    del question
    threshold = float(options.get("threshold", "0.5"))
    scores = [(kind, _score(one)) for kind, one in zip(_POLICIES, answers, strict=True)]
    return [row("unsafe", kind, score=score) for kind, score in scores if score >= threshold]


def _score(answer: ChatAnswer) -> float:
    odds = {"Yes": 0.0, "No": 0.0}
    for token, probability in answer.first.items():
        word = token.strip(" ▁\n")
        if word in odds:
            odds[word] = max(odds[word], probability)
    if not answer.first and answer.text.strip() in odds:
        odds[answer.text.strip()] = 1.0
    best = max(odds.values())
    if not best or best < max(answer.first.values(), default=0.0):
        raise ValueError("the guard model's answer is neither Yes nor No")
    return odds["Yes"] / sum(odds.values())


CONTRACT = ChatContract(tasks, read, tuple(_POLICIES))
