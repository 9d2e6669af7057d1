"""Parts of installed packages: named ones are loaded and checked, others are not touched."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gateway.adapters import adapters
from gateway.assembly.kit import build_kit
from gateway.assembly.plugins import plugged_adapters, plugged_filters
from gateway.edge.routes import RouteTable
from gateway.nouns.errors import ConfigError
from gateway.nouns.finding import Finding, Scan
from gateway.nouns.policy import Policy, Rule
from gateway.nouns.verdict import Action
from gateway.ports.adapter import Adapter, Edits, RequestEdits, RouteKind
from gateway.ports.filter import Filter
from tests.plugin_kit import install

POLICY = Policy(rules=(Rule(id="tickets", when="ticket", do=Action.REDACT),))
SIZES = {"frame_limit": 1 << 20, "answer_limit": 1 << 20}


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The package, installed where this process looks."""
    folder = install(tmp_path / "site")
    monkeypatch.syspath_prepend(str(folder))
    yield folder
    sys.modules.pop("nightjar_plugin", None)


def ticket() -> Filter:
    """The package's filter."""
    ((one, _),) = plugged_filters(["ticket"], POLICY)
    return one


def embeddings() -> Adapter:
    """The package's protocol."""
    (one,) = plugged_adapters(["embeddings"], adapters(), **SIZES)
    return one


def test_a_named_filter_joins_the_kit(package: Path) -> None:
    """Behind our own ones, with what it may find."""
    kit = build_kit(POLICY, ("ticket",))
    ((one, found),) = kit.filters
    assert (one.name, found) == ("ticket", (("ticket", 2),))


def test_what_nobody_names_is_not_imported(package: Path) -> None:
    """To be installed is not to be asked."""
    build_kit(POLICY)
    assert plugged_adapters([], adapters(), **SIZES) == ()
    assert "nightjar_plugin" not in sys.modules


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(pieces=st.lists(st.text("NJ-0123456 x", max_size=6), min_size=1, max_size=8))
def test_the_filter_keeps_the_law(package: Path, pieces: list[str]) -> None:
    """What it finds does not depend on how the text was cut (gateway.ports.filter)."""
    judge = ticket()
    text, cursor = "", 0
    found: list[Finding] = []
    for place, piece in enumerate(pieces):
        text += piece
        scan = judge.scan(text, cursor, place == len(pieces) - 1)
        assert cursor <= scan.safe_until <= len(text)
        assert len(text) - scan.safe_until <= judge.look_ahead
        found += [each for each in scan.findings if each.end <= scan.safe_until]
        cursor = scan.safe_until
    assert found == list(judge.scan("".join(pieces), 0, True).findings)


def test_the_protocol_claims_its_path_and_changes_nothing(package: Path) -> None:
    """Every string of the request is named; bytes of request and answer stay."""
    adapter = embeddings()
    target = RouteTable([*adapters(), adapter]).find("POST", "/v1/embeddings")
    assert (target.adapter, target.kind) == (adapter, RouteKind.GENERIC)
    body = b'{"model": "m", "input": ["one", "two"]}'
    request = adapter.read_request(body, strict=True)
    assert {"one", "two"} <= {segment.text for segment in request.segments}
    assert adapter.write_request(request, RequestEdits()) == body
    answer = adapter.answer(request, content_type="application/json")
    numbers = b'{"data": [{"embedding": [0.25, -1e-3]}]}'
    events = [*answer.push(numbers), *answer.flush()]
    assert b"".join(answer.write(event, Edits()) for event in events) == numbers


WRONG = {
    ("nobody",): "no installed package has such an entry point in sealgate.filters .*ticket",
    ("nowhere",): "does not load",
    ("gone",): "does not load",
    ("wants_more",): "does not load",
    ("nameless",): "has no `look_behind`",
    ("grave",): "severity 7",
    ("older",): r"fails on a harmless text \(TypeError: .*arguments",
    ("countless",): "`finds` is no list of categories",
    ("licensed",): r"does not load \(no licence\)",
    ("ticket", "second"): "another part has this name",
    ("ticket", "ticket"): "another part has this name",
}


@pytest.mark.parametrize("names", WRONG, ids=" ".join)
def test_a_wrong_filter_is_a_sentence(package: Path, names: tuple[str, ...]) -> None:
    """It names the setting, the entry point and what is wrong with it."""
    with pytest.raises(ConfigError, match=WRONG[names]) as told:
        plugged_filters(names, POLICY)
    assert str(told.value).startswith("plugins.filters: ") or "plugins.filters: " in str(told.value)


def _finding(start: int = 0, end: int = 2, severity: int = 2) -> Scan:
    return Scan((Finding("ticket", severity, 1.0, start, end, "formless", "x"),), 10)


@pytest.mark.parametrize(
    "answer",
    [
        None, [], (), ((), 10), Scan((), 11), Scan((), 9), Scan((), -1), _finding(end=11),
        _finding(start=-1), _finding(start=2), _finding(severity=0), _finding(severity=5),
    ],
)  # fmt: skip
def test_an_answer_without_form_is_a_failure(package: Path, answer: object) -> None:
    """It raises inside of the filter guard, and so closes the text, instead of ending the exchange
    as an error of ours."""
    ((one, _),) = plugged_filters(["formless"], POLICY)
    type(one._scan.__self__).answer = answer  # type: ignore[attr-defined]
    with pytest.raises((TypeError, ValueError), match="`scan` returned"):
        one.scan("0123456789", 0, True)


def test_a_filter_without_a_rule_is_an_error(package: Path) -> None:
    """Who names it believes that it does something."""
    with pytest.raises(ConfigError, match=r"no rule is about what it finds \(ticket\)"):
        plugged_filters(["ticket"], Policy())


def test_a_taken_path_is_told(package: Path) -> None:
    """A plug-in takes no path from a protocol that ships."""
    with pytest.raises(ConfigError, match="openai_chat claims /chat/completions already"):
        plugged_adapters(["grabber"], adapters(), **SIZES)
    with pytest.raises(ConfigError, match=r"in sealgate\.adapters"):
        plugged_adapters(["ticket"], adapters(), **SIZES)


def test_two_packages_with_one_name_are_told(
    package: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Which of them would be loaded is nobody's guess."""
    other = "[sealgate.filters]\nticket = nightjar_plugin:Second\n"
    monkeypatch.syspath_prepend(str(install(tmp_path / "other", "heron", other)))
    with pytest.raises(ConfigError, match=r"several packages have one \(heron, nightjar\)"):
        plugged_filters(["ticket"], POLICY)
