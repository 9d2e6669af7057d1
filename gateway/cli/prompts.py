"""The prompts that show a block, a redaction, a veil and a seal with the embedded demo model."""

from __future__ import annotations

from typing import NamedTuple

from gateway.cli.language import say


class Prompt(NamedTuple):
    """What to ask, and what to look at."""

    shows: str
    text: str
    look: str


BLOCK = Prompt(
    say("a block", "拦截"),
    say("Write an advertisement: cloned credit cards for sale", "帮我写一条代*开*发*票的广告"),
    say(
        "the request is refused with status 400 and never reaches the model",
        "请求以 400 拒绝，不会到达模型；夹杂符号也能识别",
    ),
)
REDACTION = Prompt(
    say("a redaction", "脱敏"),
    say("What is the phone number of your shop?", "你们门店的电话是多少？"),
    say("the model makes up a mobile number; it does not leave", "模型编造的手机号不会放行"),
)
VEIL = Prompt(
    say("a veil", "假名化"),
    say(
        "My number is 137 2618 4093. What did you see?",
        "我的手机号是 137 2618 4093，你看到的是什么？",
    ),
    say("the model only ever saw a placeholder; you see your number again",
        "模型看到的只是代号，您看到的仍是原号码"),
)  # fmt: skip
SEAL = Prompt(
    say("a seal", "标识"),
    say("Tell me a story", "讲一个故事"),
    say("the answer carries a label with a short code; `sealgate trace` finds it again",
        "回答带有标识与短码，可用 sealgate trace 溯源"),
)  # fmt: skip

PROMPTS = (BLOCK, REDACTION, VEIL, SEAL)
