"""Which blocks a blank line does not end, judged by a Markdown library that is not ours."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from gateway.matching.markdown_blocks import OpenBlocks

LABEL = "AI-generated content"
NEWLINE = "\n"
RENDER = MarkdownIt("commonmark").enable("table").render


def is_open(text: str, *cuts: int) -> bool:
    """Return what the reader says of a text that came in pieces."""
    blocks = OpenBlocks()
    bounds = [0, *sorted(min(cut, len(text)) for cut in cuts), len(text)]
    for start, end in pairwise(bounds):
        blocks.push(text[start:end])
    return blocks.open


PARTS = ["```", "````", "~~~", "```py", "\n", "\n\n", "words", "    ", "  ", "- a", "> q",
         "| a | b |\n|---|---|\n| 1 | 2 |", "<pre>", "</pre>", "<!--", "-->", "<div>", "# head",
         "1. one", "`code`", "---", "***"]  # fmt: skip
MARKDOWN = st.lists(st.sampled_from(PARTS), max_size=14).map("".join)


@given(MARKDOWN, st.lists(st.integers(0, 60), max_size=5))
def test_behind_what_is_closed_a_label_is_a_paragraph_of_its_own(
    text: str, cuts: list[int]
) -> None:
    """And everything before renders as without it; however the text was cut."""
    assert is_open(text, *cuts) == is_open(text)
    if not is_open(text) and text.strip():
        assert RENDER(f"{text}\n\n{LABEL}") == f"{RENDER(text + NEWLINE)}<p>{LABEL}</p>\n"


@pytest.mark.parametrize(
    "text",
    [
        "```\ncode",
        "a\n~~~ py\ncode\n```\n",
        "````\n```\n",
        "```",
        "<pre>\nx",
        "a\n\n<!-- note",
        "<script>",
    ],
)
def test_open_blocks_are_seen(text: str) -> None:
    """In all of these the label would be code or markup."""
    assert is_open(text)
    assert f"<p>{LABEL}</p>" not in RENDER(f"{text}\n\n{LABEL}")


@given(st.sampled_from(["# A\n\ntext", "- a\n- b", "1. a", "| a | b |\n|---|---|\n| 1 | 2 |", "> q",
                        "    code", "text\n===", "***", "`code` then", "words"]))  # fmt: skip
def test_before_a_block_a_label_is_a_paragraph_of_its_own(text: str) -> None:
    """What may open a text renders the same behind label and blank line."""
    assert RENDER(f"{LABEL}\n\n{text}") == f"<p>{LABEL}</p>\n{RENDER(text)}"
