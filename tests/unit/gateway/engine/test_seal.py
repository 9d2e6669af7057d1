"""Seal: what is owed, and what became of it."""

from __future__ import annotations

import pytest

from gateway.engine.seal import LABEL, ChoiceSeal, Receipts, Seal

INLINE = Seal(start="[AI]")
WOVEN = Seal(start="[AI]", weaver=lambda: lambda text, final: text + "~")


@pytest.mark.parametrize(
    ("texts", "inline"),
    [
        (["hello"], True), ([" \n", "hello"], True), (["{"], False), (["  ", "[1"], False),
        (["<p>"], False), (["`x`"], False), (["hi", "{"], True),
        (["-", "--", "\na: b"], False), (["-", " item"], True), (["~", "~~"], False),
        (["--", " so"], True), (["+++"], False), (["~5"], True), (["***"], True),
    ],
)  # fmt: skip
def test_the_first_visible_character_decides(texts: list[str], inline: bool) -> None:
    """Prose takes the label inline; JSON, markup, code and front matter take it as a member."""
    choice = ChoiceSeal(WOVEN, structured=False)
    for text in texts:
        choice.meet(text)
    assert choice.decided
    assert choice.inline is inline
    assert (choice.weave is not None) is inline


def test_white_space_decides_nothing() -> None:
    """It cannot tell."""
    choice = ChoiceSeal(INLINE, structured=False)
    choice.meet(" \n")
    assert not choice.decided


@pytest.mark.parametrize("opening", ["-", "--", "~", "~~", "+"])
def test_what_may_become_front_matter_or_a_fence_waits(opening: str) -> None:
    """One or two of three characters cannot tell."""
    choice = ChoiceSeal(INLINE, structured=False)
    choice.meet(opening)
    assert not choice.decided


def test_a_bound_shape_is_decided_from_the_start() -> None:
    """Nothing inline, nothing woven."""
    choice = ChoiceSeal(WOVEN, structured=True)
    assert choice.decided
    assert not choice.inline
    assert choice.weave is None


def test_without_an_inline_label_there_is_nothing_to_decide() -> None:
    """An end label alone is inline too."""
    assert ChoiceSeal(Seal(), structured=False).decided
    assert Seal(end="[/AI]").inline


def test_what_is_written_stays_written() -> None:
    """The first fate of a mark counts; marks that nobody owed have none."""
    receipts = Receipts(Seal(owed=(LABEL, "aigc_label")))
    receipts.note(LABEL, "written", "inline")
    receipts.note(LABEL, "failed")
    receipts.note("other", "written")
    facts = [(f.mark, f.status, f.detail) for f in receipts.facts("failed", "not_reached")]
    assert facts == [(LABEL, "written", "inline"), ("aigc_label", "failed", "not_reached")]
