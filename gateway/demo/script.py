"""What the demo model says; the same prompt always gets the same answer.

It can show what a guardrail does: asked for a phone number it invents one, asked to repeat
something it repeats it, asked what it saw it spells the placeholder that stands for a number.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import NamedTuple

INVENTED_PHONE = "139 1730 2846"
"""A number that the demo model makes up; the output filter takes it out."""

_PLACEHOLDER = re.compile(r"\[[A-Z_]+_[0-9A-Z]{6,}\]")
_AFTER_COLON = re.compile(r"[:：]\s*(.+)\Z", re.DOTALL)


class Line(NamedTuple):
    """One part of the script: what asks for it, and what is said."""

    cue: re.Pattern[str]
    zh: Callable[[str], str]
    en: Callable[[str], str]


def reply(prompt: str) -> str:
    """Return the answer to the last thing that a user said."""
    language = "zh" if re.search(r"[\u4e00-\u9fff]", prompt) else "en"
    for line in _SCRIPT:
        if line.cue.search(prompt):
            return line.zh(prompt) if language == "zh" else line.en(prompt)
    return _default_zh(prompt) if language == "zh" else _default_en(prompt)


def _cue(*words: str) -> re.Pattern[str]:
    return re.compile("|".join(words), re.IGNORECASE)


def _quoted(prompt: str) -> str:
    found = _AFTER_COLON.search(prompt)
    return found[1].strip() if found else prompt.strip()


def _spelled(prompt: str) -> str:
    found = _PLACEHOLDER.search(prompt)
    return "-".join(found[0].strip("[]")) if found else ""


def _saw_zh(prompt: str) -> str:
    spelled = _spelled(prompt)
    if not spelled:
        return "我看到的就是您写的原文，没有任何内容被替换。"
    found = _PLACEHOLDER.search(prompt)
    token = found[0] if found else ""
    return f"您的号码是 {token}。但我看到的不是号码，而是一个代号，逐字拼出来是：{spelled}"


def _saw_en(prompt: str) -> str:
    spelled = _spelled(prompt)
    if not spelled:
        return "I saw just what you wrote; nothing was put in the place of anything."
    found = _PLACEHOLDER.search(prompt)
    token = found[0] if found else ""
    return f"Your number is {token}. What I saw was no number but a placeholder, spelled: {spelled}"


def _default_zh(prompt: str) -> str:
    return (
        f"您说的是：“{_short(prompt)}”。我是 sealgate 内置的演示模型，只会按脚本回答。"
        "接入真实模型后，同样的检查、标识与记录会照常进行。"
    )


def _default_en(prompt: str) -> str:
    return (
        f"You said: “{_short(prompt)}”. I am the demo model inside sealgate and speak from a "
        "script. With a real model behind it, the gateway checks, marks and records just the same."
    )


def _short(prompt: str) -> str:
    flat = " ".join(prompt.split())
    return flat if len(flat) <= 80 else flat[:79] + "…"


_STORY_ZH = (
    "清晨，海边的小镇还没有醒来。灯塔看守人照例走上一百二十级台阶，擦亮玻璃，记下风向。"
    "他翻开那本旧册子，发现昨夜有人在末页写了一句话：请留意第三盏灯。"
    "他抬头望去，海面上果然有三点灯光，缓缓靠岸。那是失踪多年的渔船，船上的人都老了，却都在笑。"
    "从那天起，灯塔的册子里多了一个栏目，叫作“归来”。"
)
_STORY_EN = (
    "Before dawn the town by the sea was still asleep. The keeper of the lighthouse climbed his "
    "hundred and twenty steps, wiped the glass and wrote down the wind. On the last page of the "
    "old book somebody had written in the night: watch for the third light. He looked up, and "
    "there were three lights on the water, coming in slowly. It was the boat that had been lost "
    "for years; its people had grown old, and all of them were smiling. Since that day the book "
    "of the lighthouse has one more column. It is called returned."
)

_SCRIPT: tuple[Line, ...] = (
    Line(
        _cue("what did you see", "what do you see", "你看到", "你收到"),
        _saw_zh,
        _saw_en,
    ),
    Line(_cue(r"\brepeat\b", r"\bsay\b", "重复", "复述"), _quoted, _quoted),
    Line(
        _cue("phone number", r"\bcall\b", "电话", "手机号"),
        lambda _: f"门店的联系电话是 {INVENTED_PHONE}，每天九点到十八点有人接听。",
        lambda _: (
            f"The shop's phone number is {INVENTED_PHONE}; somebody answers from nine to six."
        ),
    ),
    Line(_cue("story", "poem", "故事", "写一"), lambda _: _STORY_ZH, lambda _: _STORY_EN),
    Line(
        _cue("python", "code", "代码"),
        lambda _: '```python\nprint("你好")\n```',
        lambda _: '```python\nprint("hello")\n```',
    ),
    Line(
        _cue(r"\bhello\b", r"\bhi\b", "你好"),
        lambda _: "您好！有什么可以帮您？",
        lambda _: "Hello! How can I help?",
    ),
)
