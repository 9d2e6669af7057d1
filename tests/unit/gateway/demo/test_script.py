"""What the demo model says."""

from __future__ import annotations

import pytest

from gateway.demo.script import INVENTED_PHONE, reply


@pytest.mark.parametrize(
    ("prompt", "said"),
    [
        ("Hello", "Hello! How can I help?"),
        ("你好", "您好！有什么可以帮您？"),
        ("repeat: one two", "one two"),
        ("请重复：一二三", "一二三"),
        ("What is your phone number?", INVENTED_PHONE),
        ("门店电话是多少", INVENTED_PHONE),
        ("My number is [PHONE_7KQ2M9XD]. What did you see?", "P-H-O-N-E-_-7-K-Q-2-M-9-X-D"),
        ("我的号码是 [PHONE_7KQ2M9XD]，你看到的是什么？", "[PHONE_7KQ2M9XD]"),
        ("What did you see?", "nothing was put in the place"),
        ("anything else", "I am the demo model"),
        ("随便说点别的", "演示模型"),
        ("", "I am the demo model"),
    ],
)
def test_prompt_gets_its_line(prompt: str, said: str) -> None:
    """In the language of the prompt, and the same each time."""
    assert said in reply(prompt)
    assert reply(prompt) == reply(prompt)
