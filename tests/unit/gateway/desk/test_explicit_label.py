"""Visible labels of anybody, at the ends of texts."""

from __future__ import annotations

import pytest

from gateway.desk.explicit_label import ExplicitLabel
from gateway.ports.mark import ClaimState

STORY = "The sea was calm, and the keeper of the lighthouse wrote down the wind. " * 3
LONG = STORY * 200


@pytest.mark.parametrize(
    "text",
    [
        f"AI生成\n\n{STORY}",
        f"{STORY}\n（本文由人工智能辅助生成）",
        f"> 内容由AI合成\n\n{STORY}",
        f"AI-generated content\n{STORY}",
        f"{STORY}\n\n*Generated with artificial intelligence*",
        f"<html><body><p>AI generated</p><p>{STORY}</p></body></html>",
        f"{LONG}\n由 AIGC 技术生成",
    ],
)
def test_both_elements_on_a_line_at_an_end(text: str) -> None:
    """Whatever the wording, the decoration and the length; it vouches for nothing."""
    (claim,) = ExplicitLabel().verify(text.encode())
    assert (claim.exchange, claim.code, claim.state) == ("", "", ClaimState.UNTRUSTED)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "   \n\n",
        STORY,
        f"AI\n{STORY}",
        f"生成\n{STORY}",
        f"{STORY}\nAI-generated\n{STORY}",
        f"She said that her maiden aunt generated rain over and over again. {STORY}",
        "An essay of one long line that says AI-generated somewhere, and goes on for much longer.",
        f"\ufffd\x00\n{STORY}",
    ],
)
def test_anything_else_is_no_label(text: str) -> None:
    """One element, the middle of a text, letters inside words, a long line."""
    assert ExplicitLabel().verify(text.encode()) == []


def test_one_claim_for_two_lines() -> None:
    """A label at both ends is one suspicion."""
    assert len(ExplicitLabel().verify(f"AI生成\n{STORY}\n以上内容由AI生成".encode())) == 1


def test_tags_in_plenty_cost_no_time() -> None:
    """Open brackets without end are looked at once."""
    assert ExplicitLabel().verify(b"<" * 1_000_000) == []
