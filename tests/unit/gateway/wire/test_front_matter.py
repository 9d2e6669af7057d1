"""Front matter: one key replaced, everything else as its author wrote it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from ruamel.yaml import YAML

from gateway.wire.front_matter import (
    FrontMatterError,
    read_key,
    split_front_matter,
    with_key,
)

MEMBERS = {"Label": "1", "ReservedCode1": '{"a":"\\"b"}', "ProduceID": "0123"}


@pytest.mark.parametrize(
    "text",
    [
        "",
        "# Title\n",
        "---\n---\nbody",
        "---\ntitle: x  # kept\nlist:\n  - a\n---\nbody\n",
        "---\r\ntitle: x\r\n---\r\nbody\r\n",
        "\ufeff---\na: 1\n...\nbody",
        "---\na: |\n  AIGC: no key\n---\nb",
        "---\nAIGC:\n  Label: 2\n\n  # note\n  Other: 3\nnext: 1\n---\nb",
        '---\n"aigc": {Label: 2}\nnext: 1\n---\nb',
        "---\nAIGC: x\n---",
        "--- not front matter\ntext\n",
        "---\nnever closed\n",
    ],
)
def test_a_yaml_reader_finds_the_key_and_the_rest(text: str) -> None:
    """The key holds the members; other keys and the body are the same."""
    written = with_key(text, "AIGC", MEMBERS)
    assert read_key(written, "AIGC") == [MEMBERS]
    assert with_key(written, "AIGC", MEMBERS) == written
    before, after = split_front_matter(text), split_front_matter(written)
    assert after.rest.endswith(before.rest)
    loaded = YAML(typ="safe", pure=True).load(after.lines)
    old = YAML(typ="safe", pure=True).load(before.lines or "") or {}
    assert loaded["AIGC"] == MEMBERS
    kept = {key: value for key, value in old.items() if key.lower() != "aigc"}
    assert {key: value for key, value in loaded.items() if key != "AIGC"} == kept


def test_comments_and_line_ends_stay() -> None:
    """A splice, not a new block."""
    assert with_key("---\r\na: 1  # c\r\n---\r\nb", "K", {"m": "v"}) == (
        '---\r\na: 1  # c\r\nK:\r\n  m: "v"\r\n---\r\nb'
    )


@given(st.text(max_size=200))
def test_any_text_is_kept_whole(text: str) -> None:
    """Either it is refused, or its own words stand behind the block."""
    try:
        written = with_key(text, "AIGC", MEMBERS)
    except FrontMatterError:
        return
    assert written.endswith(split_front_matter(text).rest)
    assert read_key(written, "AIGC") == [MEMBERS]


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("+++\ntitle = 1\n+++\n", "front_matter_not_yaml"),
        ("---\na: [\n---\n", "front_matter_unreadable"),
        ("---\n- a\n---\n", "front_matter_unreadable"),
        ("---\na: 1\na: 2\n---\n", "front_matter_unreadable"),
        ("---\n" + "a: 1\n" * 20_000 + "---\n", "front_matter_too_long"),
    ],
)
def test_what_cannot_be_read_is_refused(text: str, why: str) -> None:
    """With a word that says why."""
    with pytest.raises(FrontMatterError, match=why):
        with_key(text, "AIGC", MEMBERS)
