"""Guards: the remote guard models of a policy."""

from __future__ import annotations

import pytest

from gateway.assembly.guards import Guards
from gateway.nouns.errors import ConfigError
from gateway.nouns.policy import GuardModel
from gateway.nouns.segment import Direction

GUARD = GuardModel(name="guard", url="http://127.0.0.1:1", model="m")


def test_a_guard_is_asked_on_its_sides() -> None:
    """One filter for each, since guards want to know who speaks."""
    both = Guards([GUARD], {})
    assert [sides for _, sides in both.slow] == [(Direction.INPUT,), (Direction.OUTPUT,)]
    assert [one.questions("Hi.", 0, True)[0].role for one, _ in both.slow] == ["user", "assistant"]
    one_side = GuardModel(name="out", url="http://x", model="m", sides=(Direction.OUTPUT,))
    assert [sides for _, sides in Guards([one_side], {}).slow] == [(Direction.OUTPUT,)]


async def test_filters_are_found_by_name_and_say_what_they_may_find() -> None:
    """The edge asks by name; metrics take their labels from here."""
    guards = Guards([GUARD], {})
    assert set(guards.by_name) == {"guard"}
    assert guards.categories
    assert all(category.startswith("guard.") for category in guards.categories)
    await guards.close()


def test_its_key_is_a_secret_that_goes_nowhere_else() -> None:
    """The door is told of it; a missing one stops the start."""
    keyed = GuardModel(name="guard", url="http://x", model="m", key="env:GUARD_KEY")
    assert Guards([keyed], {"GUARD_KEY": "k-1"}).secrets == ["k-1"]
    assert Guards([GUARD], {}).secrets == []
    with pytest.raises(ConfigError, match="GUARD_KEY"):
        Guards([keyed], {})


async def test_an_uncertain_guard_hears_only_of_what_the_classifier_is_unsure() -> None:
    """What is plainly harmless is not asked about: no connection is tried."""
    routed = GuardModel(name="guard", url="http://127.0.0.1:1", model="m", ask_when="uncertain")
    guards = Guards([routed], {})
    question = guards.slow[0][0].questions("今天下午我们去河边散步，天气很不错。", 0, True)[0]
    assert await guards.slow[0][0].ask(question) == ()
    always = Guards([GUARD], {})
    with pytest.raises(ConnectionError):
        await always.slow[0][0].ask(question)
    await guards.close()
    await always.close()
