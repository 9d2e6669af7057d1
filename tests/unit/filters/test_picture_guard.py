"""What a judge of pictures says, and what is not taken for an answer."""

from __future__ import annotations

import pytest

from filters.picture_guard import PICTURE_CATEGORIES, PictureGuard, read_llama_guard, read_scores
from gateway.nouns.policy import PictureJudgeUse


class Eyes:
    """A MediaRuntime that says what it is told."""

    async def moderate(self, jpeg: bytes, *, deadline_s: float) -> dict[str, float]:
        """See gateway.ports.runtime."""
        return {"sexual": 0.9, "violence": 0.1}

    async def describe(self, jpeg: bytes, *, deadline_s: float) -> str:
        """See gateway.ports.runtime."""
        return "unsafe\nS1"

    async def transcribe(self, content: bytes, file_name: str, *, deadline_s: float) -> str:
        """See gateway.ports.runtime."""
        raise AssertionError


@pytest.mark.parametrize(
    ("contract", "found"),
    [
        ("openai_moderation", ("picture.sexual", 3, 0.9)),
        ("llama_guard", ("picture.violence", 3, 0.9)),
    ],
)
async def test_each_contract_asks_in_its_own_way(
    contract: str, found: tuple[str, int, float]
) -> None:
    """The finding names the judge and has no span."""
    use = PictureJudgeUse(name="eyes", url="", model="m", contract=contract)
    (finding,) = await PictureGuard(use, Eyes()).look(b"")
    assert finding[:3] == found
    assert finding[3:6] == (0, 0, "eyes")


@pytest.mark.parametrize(
    ("scores", "found"),
    [
        ({"sexual": 0.49}, []),
        ({"sexual": 0.5, "violence/graphic": 0.8}, [("sexual", 2, 0.5), ("graphic", 3, 0.8)]),
        ({"self-harm": 0.6, "self-harm/intent": 0.9}, [("self_harm", 3, 0.9)]),
        ({"sexual/minors": 0.5}, [("minors", 4, 0.5)]),
        ({"something new": 1.0}, [("other", 3, 1.0)]),
    ],
)
def test_scores(scores: dict[str, float], found: list[tuple[str, int, float]]) -> None:
    """The highest of a kind counts; what is not known is other, never nothing."""
    assert read_scores(scores, 0.5) == found


@pytest.mark.parametrize(
    "scores", [{}, {"nsfw": 0.1}, {"sexual": -0.1}, {"sexual": 0.1, "violence": 1.5}]
)
def test_scores_of_another_contract(scores: dict[str, float]) -> None:
    """Low ones of words that nobody knows, or numbers that are no scores, are not "safe"."""
    with pytest.raises(ValueError, match="contract"):
        read_scores(scores, 0.5)


@pytest.mark.parametrize(
    ("answer", "kinds"),
    [
        ("safe", []),
        (" Safe\n", []),
        ("unsafe\nS12, s4", ["sexual", "minors"]),
        ("unsafe", ["other"]),
        ("unsafe\nS13", ["other"]),
    ],
)
def test_llama_guard(answer: str, kinds: list[str]) -> None:
    """Every named hazard is of a kind that policies can speak of."""
    found = [kind for kind, _, _ in read_llama_guard(answer)]
    assert found == kinds
    assert {f"picture.{kind}" for kind in found} <= set(PICTURE_CATEGORIES)


@pytest.mark.parametrize("answer", ["", "I cannot help", "safe\nS1", "unsafe because", "safe safe"])
def test_what_is_no_clear_answer_is_an_error(answer: str) -> None:
    """Never "safe"."""
    with pytest.raises(ValueError, match="neither"):
        read_llama_guard(answer)
