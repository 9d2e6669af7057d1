"""Made-up answers by the million: Chinese and English, each on a subject, with stock phrases.

Words are real and come from what is installed (pypinyin's dictionary of phrases, the pages of
Python's own help); how often each is used follows Zipf's law, anew for each subject, so that
answers on one subject share their words and word pairs. Every answer opens, turns and closes with
phrases that thousands of others share, and one in thirty carries a paragraph that many share.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
from numpy.random import Generator

SUBJECTS = 400
_WORDS_PER_SUBJECT = 260
_LENGTH_SPREAD = (0.4, 1.6)
_GLUE_SHARE = 0.35
_STOP_SHARE = 0.9

_OPENERS_ZH = (
    "您好，很高兴为您解答这个问题。", "好的，下面我来详细说明一下。", "这是一个很好的问题。",
    "关于您提到的情况，可以从以下几个方面来看。", "根据您提供的信息，我的建议如下。",
    "首先需要明确的是，", "简单来说，", "总体而言，",
    "作为一个人工智能助手，我无法替代专业人士的意见，",
)  # fmt: skip
_TURNS_ZH = (
    "此外，", "另外需要注意的是，", "其次，", "最后，", "与此同时，", "在这种情况下，",
    "举个例子，",
    "换句话说，", "一般来说，", "需要特别说明的是，", "从长远来看，", "除此之外还有一点，",
)  # fmt: skip
_CLOSERS_ZH = (
    "希望以上内容对您有所帮助。", "如果您还有其他问题，欢迎随时提问。", "祝您一切顺利！",
    "以上内容仅供参考，具体情况请咨询专业人士。", "总之，只要方法得当，问题是可以解决的。",
)  # fmt: skip
_SHARED_ZH = (
    "请注意，以上信息可能会随着时间发生变化，建议您在做出决定之前通过官方渠道进行核实，以获得最新最准确的信息。",
    "由于每个人的具体情况不同，同样的方法在不同的人身上可能会产生不同的效果，请结合自身的实际情况加以判断和选择。",
    "如果在操作过程中遇到任何困难，请先检查网络连接是否正常，然后尝试重新启动设备，若问题仍然存在，请联系客服人员。",
)  # fmt: skip
_GLUE_ZH = (
    "的", "了", "和", "在", "是", "可以", "需要", "通过", "进行",
    "对", "与", "以及", "这些", "能够", "一些",
)  # fmt: skip

_OPENERS_EN = (
    "Sure, here is a short overview. ", "That is a good question. ", "It depends on a few things. ",
    "Here is what you need to know. ", "Thanks for asking. ", "In short, ", "To begin with, ",
)  # fmt: skip
_TURNS_EN = (
    "In addition, ", "On the other hand, ", "For example, ", "Keep in mind that ", "As a result, ",
    "It is also worth noting that ", "Finally, ", "In other words, ", "At the same time, ",
)  # fmt: skip
_CLOSERS_EN = (
    "I hope this helps.", "Let me know if you have any other questions.",
    "If anything is unclear, feel free to ask.", "Please consult a professional for advice.",
)  # fmt: skip
_SHARED_EN = (
    (
        "Please note that this information may change over time and that you should always check "
        "the official documentation before you make a decision. "
    ),
    (
        "Since every situation is different, the same approach may lead to different results, so "
        "consider your own circumstances carefully before you act. "
    ),
)
_GLUE_EN = (
    "the", "of", "and", "to", "a", "in", "is", "that", "for", "with", "as", "it", "on", "be", "or",
)  # fmt: skip


class Language(NamedTuple):
    """What one language's answers are made of."""

    words: list[list[str]]
    glue: tuple[str, ...]
    openers: tuple[str, ...]
    turns: tuple[str, ...]
    closers: tuple[str, ...]
    shared: tuple[str, ...]
    joint: str
    stop: str
    comma: str
    word_length: float


def chinese() -> Language:
    """Return the Chinese language of answers."""
    from pypinyin.phrases_dict import phrases_dict

    words = sorted(word for word in phrases_dict if 2 <= len(word) <= 4)
    return Language(
        _subjects(words, seed=1), _GLUE_ZH, _OPENERS_ZH, _TURNS_ZH, _CLOSERS_ZH, _SHARED_ZH,
        "", "。", "，", 2.6,
    )  # fmt: skip


def english() -> Language:
    """Return the English language of answers."""
    from pydoc_data.topics import topics

    words = sorted(set(re.findall(r"[a-z]{3,12}", " ".join(topics.values()).lower())))
    return Language(
        _subjects(words, seed=2), _GLUE_EN, _OPENERS_EN, _TURNS_EN, _CLOSERS_EN, _SHARED_EN,
        " ", ". ", ", ", 5.6,
    )  # fmt: skip


def _subjects(words: list[str], seed: int) -> list[list[str]]:
    chance = np.random.default_rng(seed)
    size = min(_WORDS_PER_SUBJECT, len(words))
    return [
        [words[place] for place in chance.choice(len(words), size, replace=False)]
        for _ in range(SUBJECTS)
    ]


def answers(seed: int, count: int, length: int = 500) -> Iterator[str]:
    """Return distinct answers of about ``length`` characters, three Chinese to one English."""
    chance = np.random.default_rng(seed)
    tongues = [_Tongue(chinese()), _Tongue(english())]
    for number in range(count):
        size = length * chance.uniform(*_LENGTH_SPREAD)
        yield tongues[number % 4 == 3].answer(chance, int(size))


class _Tongue:
    """A language whose words stand ready with what may follow them."""

    def __init__(self, language: Language) -> None:
        self._language = language
        words = len(language.words[0])
        rank = 1.0 / (np.arange(words) + 4.0)
        self._used = np.cumsum(rank / rank.sum())
        after = [language.joint, language.comma, language.stop]
        after += [language.stop + turn for turn in language.turns]
        self._after = len(after)
        self._ready = [
            np.array([word + end for end in after for word in (*own, *language.glue)], object)
            for own in language.words
        ]

    def answer(self, chance: Generator, length: int) -> str:
        """Return one answer."""
        language = self._language
        ready = self._ready[int(chance.integers(len(self._ready)))]
        count = max(8, int(length / language.word_length))
        words = len(language.words[0]) + len(language.glue)
        rolls = chance.random((3, count))
        picks = np.searchsorted(self._used, rolls[0])
        glue = rolls[1] < _GLUE_SHARE
        picks[glue] = len(language.words[0]) + (rolls[0][glue] * len(language.glue)).astype(int)
        ends = np.zeros(count, int)
        stopping = rolls[1] > _STOP_SHARE
        ends[stopping] = 1 + (rolls[2][stopping] ** 2 * (self._after - 1)).astype(int)
        body = "".join(ready[np.minimum(picks, words - 1) + words * ends].tolist())
        first, second, third = chance.random(3).tolist()
        shared = _one(language.shared, third / 0.03) if third < 0.03 else ""
        opener, closer = _one(language.openers, first), _one(language.closers, second)
        return f"{opener}{body}{language.stop}{shared}{closer}"


def quote(text: str, chance: Generator, *, ideographs: int = 40, words: int = 20) -> str:
    """Return what people quote of an answer: 40 characters, or 20 words."""
    if text[:1] > "\u2e80" or text[1:2] > "\u2e80":
        start = int(chance.integers(max(1, len(text) - ideographs)))
        return text[start : start + ideographs]
    split = text.split()
    start = int(chance.integers(max(1, len(split) - words)))
    return " ".join(split[start : start + words])


def edited(text: str, share: float, chance: Generator) -> str:
    """Return the text with that share of its characters replaced, removed or preceded by another,
    in equal parts; what comes in is drawn from the text's own kind of letters."""
    count = round(len(text) * share)
    letters = list(text)
    for place in chance.choice(len(text), count, replace=False).tolist():
        other = _foreign(letters[place], chance)
        kind = int(chance.integers(3))
        letters[place] = (other, "", other + letters[place])[kind]
    return "".join(letters)


def _foreign(letter: str, chance: Generator) -> str:
    if letter > "\u2e80":
        return chr(0x4E00 + int(chance.integers(2500)))
    return "abcdefghijklmnopqrstuvwxyz"[int(chance.integers(26))]


def _one(phrases: tuple[str, ...], roll: float) -> str:
    return phrases[min(int(roll * len(phrases)), len(phrases) - 1)]
