"""A worker's metrics: every exchange is counted once, under words from closed sets only."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest
from prometheus_client.parser import text_string_to_metric_families

from gateway.nouns.record import FindingFact, ReceiptFact
from gateway.nouns.segment import Direction
from gateway.nouns.verdict import Outcome, Refusal
from gateway.ports.session import Tally
from gateway.telemetry.folder import prepare_folder, render
from gateway.telemetry.metrics import (
    MOST_CATEGORIES,
    VERIFIED,
    ExchangeFacts,
    LabelSets,
    Metrics,
)

LABELS = LabelSets(
    categories=frozenset({"A1.a", "self_harm"}),
    filters=frozenset({"lexicon", "guard"}),
    protocols=frozenset({"openai_chat"}),
    marks=frozenset({"text_label", "fingerprint"}),
)
CLEAN = Tally(Outcome.PASSED, (), (), (), 3, 40, 20, 5, 0.02, False, False, None)
FACTS = ExchangeFacts(Outcome.PASSED, "openai_chat", stream=False, status=200)

Count = Callable[..., float]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A metrics folder of our own."""
    return prepare_folder(tmp_path)


@pytest.fixture
def metrics(folder: Path) -> Metrics:
    """A worker's metrics."""
    return Metrics(folder, LABELS, version="9.9", generation=4)


@pytest.fixture
def count(folder: Path) -> Count:
    """Sum the samples of a name whose labels are the given ones."""

    def total(name: str, **labels: str) -> float:
        return sum(
            found.value
            for family in text_string_to_metric_families(render(folder).decode())
            for found in family.samples
            if found.name == f"sealgate_{name}" and labels.items() <= found.labels.items()
        )

    return total


def finding(category: str, *, action: str = "flag", wanted: str = "flag", by: str = "lexicon"):
    """Return a finding's facts on the input's side."""
    return FindingFact("input", "user", "", category, 3, 0, 2, by, "r1", action, wanted, "core")


def test_an_exchange_is_counted_once(metrics: Metrics, count: Count) -> None:
    """Open and close: in flight goes up and down, the outcome counts one."""
    metrics.exchange_opened()
    assert count("in_flight") == 1
    metrics.exchange_closed(FACTS, CLEAN, CLEAN)
    assert count("in_flight") == 0
    assert count("exchanges_total") == 1
    assert count("exchanges_total", outcome="passed", protocol="openai_chat", stream="false") == 1


def test_what_was_scanned_is_counted_by_direction(metrics: Metrics, count: Count) -> None:
    """Strings and characters of both tallies add up, each under its own direction."""
    metrics.exchange_closed(FACTS, CLEAN, CLEAN._replace(strings_scanned=1, chars_scanned=7))
    assert count("strings_scanned_total", direction="input") == 3
    assert count("strings_scanned_total", direction="output") == 1
    assert count("chars_scanned_total") == 47
    assert count("nothing_scanned_total") == 0


@pytest.mark.parametrize(
    ("outcome", "counted"),
    [(Outcome.PASSED, 1), (Outcome.CLIENT_ERROR, 0), (Outcome.BLOCKED_INPUT, 0)],
)
def test_an_answer_of_which_nothing_was_scanned_is_named(
    metrics: Metrics, count: Count, outcome: Outcome, counted: int
) -> None:
    """An answer that left unscanned is counted; a request that was never answered is not."""
    unseen = CLEAN._replace(strings_scanned=0)
    metrics.exchange_closed(FACTS._replace(outcome=outcome), unseen, unseen)
    assert count("nothing_scanned_total") == counted


def test_a_plain_route_is_unjudged_by_policy(metrics: Metrics, count: Count) -> None:
    """What a policy forwards untouched is counted as unjudged, not as a scan that saw nothing."""
    metrics.exchange_closed(FACTS._replace(unjudged=("body",)))
    assert count("unjudged_parts_total", kind="body") == 1
    assert count("nothing_scanned_total") == 0


@pytest.mark.parametrize(
    ("tally", "would", "did"),
    [
        (CLEAN, {}, {}),
        (
            CLEAN._replace(findings=(finding("A1.a", action="block", wanted="block"),)),
            {"A1.a": 1},
            {"A1.a": 1},
        ),
        (CLEAN._replace(findings=(finding("A1.a", wanted="block"),)), {"A1.a": 1}, {}),
        (CLEAN._replace(findings=(finding("A1.a", wanted="block"),) * 5), {"A1.a": 1}, {}),
        (CLEAN._replace(findings=(finding("junk", wanted="block"),)), {"other": 1}, {}),
        (CLEAN._replace(would_block=True), {"other": 1}, {}),
        (
            CLEAN._replace(refusal=Refusal("c", "m", "held_text_limit", "self_harm")),
            {"self_harm": 1},
            {"self_harm": 1},
        ),
    ],
    ids=["clean", "blocked", "observed", "once-per-exchange", "unknown", "no-finding", "limit"],
)
def test_would_block_holds_did_block(
    metrics: Metrics, count: Count, tally: Tally, would: dict[str, int], did: dict[str, int]
) -> None:
    """What was blocked and what only should have been: per exchange and category, once."""
    metrics.exchange_closed(FACTS, tally)
    for category in ("A1.a", "self_harm", "other"):
        labels = {"direction": "input", "category": category}
        assert count("would_block_total", **labels) == would.get(category, 0)
        assert count("did_block_total", **labels) == did.get(category, 0)


def test_findings_and_filter_errors(metrics: Metrics, count: Count) -> None:
    """A finding counts under its category and action; a filter's failure under the filter too."""
    metrics.exchange_closed(
        FACTS,
        CLEAN._replace(
            findings=(finding("A1.a", action="redact"), finding("filter_error", by="guard"))
        ),
    )
    assert count("findings_total", category="A1.a", action="redact", direction="input") == 1
    assert count("findings_total") == 2
    assert count("filter_errors_total", filter="guard") == 1
    assert count("filter_errors_total", filter="lexicon") == 0


def test_a_cap_that_is_reached_is_no_failure(metrics: Metrics, count: Count) -> None:
    """The policy says what happens then; nobody is woken."""
    capped = finding("filter_error", by="guard")
    metrics.exchange_closed(
        FACTS, CLEAN._replace(findings=(msgspec.structs.replace(capped, rule="OverDailyCap"),))
    )
    assert count("guard_capped_total", filter="guard") == 1
    assert count("filter_errors_total", filter="guard") == 0


def test_marks_owed_and_what_became_of_them(metrics: Metrics, count: Count) -> None:
    """Each receipt is owed once and has one end."""
    receipts = (
        ReceiptFact("text_label", "written", ""),
        ReceiptFact("fingerprint", "failed", "x"),
        ReceiptFact("fingerprint", "not_possible", "gone"),
    )
    metrics.exchange_closed(FACTS, CLEAN, CLEAN._replace(receipts=receipts))
    assert count("marks_total", mark="fingerprint", status="owed") == 2
    assert count("marks_total", mark="fingerprint", status="failed") == 1
    assert count("marks_total", mark="text_label", status="written") == 1
    assert count("marks_total", status="owed") == 3
    metrics.exchange_closed(FACTS._replace(receipts=receipts))
    assert count("marks_total", status="owed") == 6


@pytest.mark.parametrize(
    ("facts", "kind"),
    [
        (FACTS._replace(error="upstream_timeout", status=504), "upstream_timeout"),
        (FACTS._replace(outcome=Outcome.UPSTREAM_ERROR, status=429), "status_429"),
        (FACTS._replace(outcome=Outcome.UPSTREAM_ERROR, status=418), "status_4xx"),
        (FACTS._replace(outcome=Outcome.UPSTREAM_ERROR, status=503), "status_5xx"),
        (FACTS._replace(outcome=Outcome.UPSTREAM_ERROR, status=302), "other"),
    ],
)
def test_upstream_errors_by_kind(
    metrics: Metrics, count: Count, facts: ExchangeFacts, kind: str
) -> None:
    """Our own error codes and the upstream's statuses become one kind each."""
    metrics.exchange_closed(facts)
    assert count("upstream_errors_total", kind=kind) == 1
    assert count("upstream_errors_total") == 1


def test_small_counts(metrics: Metrics, count: Count) -> None:
    """No subject, a client that left and a key's limit each have a number."""
    metrics.exchange_closed(FACTS._replace(has_subject=False))
    metrics.exchange_closed(FACTS._replace(outcome=Outcome.CLIENT_GONE))
    metrics.exchange_closed(FACTS._replace(outcome=Outcome.EDITED, client_gone=True))
    metrics.exchange_closed(FACTS._replace(error="rate_limit_exceeded", status=429))
    assert count("exchanges_without_subject_total") == 1
    assert count("client_gone_total") == 2
    assert count("rate_limited_total") == 1
    assert count("errors_total", code="rate_limit_exceeded") == 1


def test_durations_that_did_not_happen_are_not_observed(metrics: Metrics, count: Count) -> None:
    """None is no zero: only what took place is in the histograms."""
    metrics.exchange_closed(FACTS._replace(overhead_s=0.002))
    metrics.exchange_closed(
        FACTS._replace(upstream_s=2.0, first_upstream_s=0.5, first_client_s=0.6), None, CLEAN
    )
    assert count("overhead_seconds_count") == 1
    assert count("upstream_seconds_sum") == 2.0
    assert count("time_to_first_token_seconds_sum", at="upstream") == 0.5
    assert count("time_to_first_token_seconds_sum", at="client") == 0.6
    assert count("held_chars_sum") == 5
    assert count("held_seconds_sum") == 0.02


@pytest.mark.parametrize(
    ("named", "kind"),
    [
        ("image", "image"),
        ("image_url:messages.0", "image_url"),
        ("image@1", "image"),
        ("secret words", "other"),
        ("", "other"),
        ("秘密", "other"),
    ],
)
def test_unjudged_parts_by_kind(metrics: Metrics, count: Count, named: str, kind: str) -> None:
    """The kind in front is counted; whatever stands behind it never becomes a label."""
    metrics.exchange_closed(FACTS, CLEAN._replace(unjudged=(named,)))
    assert count("unjudged_parts_total", kind=kind) == 1


def test_guard_calls_count_without_an_exchange(metrics: Metrics, count: Count) -> None:
    """A text that was only judged counts as scanned, not as an exchange."""
    metrics.judged_alone(Direction.OUTPUT, CLEAN)
    assert count("chars_scanned_total", direction="output") == 40
    assert count("exchanges_total") == 0


def test_a_worker_says_its_version_and_generation(metrics: Metrics, count: Count) -> None:
    """One worker of version 9.9 that serves generation 4."""
    assert count("build_info", version="9.9") == 1
    assert count("config_generation") == 4
    assert count("workers") == 1


def test_what_guards_took(metrics: Metrics, count: Count) -> None:
    """Calls, tokens, money, and the questions that cost nothing."""
    metrics.spent("guard", 2, 30, 0.5)
    metrics.spent("guard", 0, 10, 0.25)
    metrics.remembered("guard")
    assert count("guard_calls_total", filter="guard") == 2
    assert count("guard_tokens_total", filter="guard") == 40
    assert count("guard_cost_total", filter="guard") == 0.75
    assert count("guard_remembered_total", filter="guard") == 1


def test_junk_never_grows_a_scrape(metrics: Metrics, folder: Path) -> None:
    """20,000 invented names in every place where a word can come from outside: same size."""

    def junk(number: int) -> None:
        word = f"junk{number}"
        tally = CLEAN._replace(
            findings=(finding(word, action=word, wanted="block", by=word),),
            receipts=(ReceiptFact(word, word, word),),
            unjudged=(word,),
        )
        metrics.exchange_closed(FACTS._replace(protocol=word, error=word), tally, tally)
        metrics.consulted(word, 0.1)
        metrics.remembered(word)
        metrics.spent(word, 1, 1, 1.0)
        metrics.verified(word)

    junk(-1)
    lines = len(render(folder).splitlines())
    for number in range(20_000):
        junk(number)
    scrape = render(folder)
    assert len(scrape.splitlines()) == lines
    assert b"junk" not in scrape


def test_too_many_categories_are_not_told_apart(tmp_path: Path) -> None:
    """An operator's list with thousands of categories does not make thousands of series."""
    folder = prepare_folder(tmp_path)
    many = LabelSets(categories=frozenset(f"c{number}" for number in range(5000)))
    Metrics(folder, many, version="1", generation=1)
    lines = [line for line in render(folder).decode().splitlines() if "did_block_total{" in line]
    assert len(lines) == 2 * (MOST_CATEGORIES + 1)


def test_series_exist_at_zero_before_the_first_count(metrics: Metrics, folder: Path) -> None:
    """What alerts look at is there from the start, or the first failure would not be a rise."""
    scrape = render(folder).decode()
    for line in (
        'sealgate_filter_errors_total{filter="guard"} 0.0',
        'sealgate_upstream_errors_total{kind="upstream_timeout"} 0.0',
        'sealgate_did_block_total{category="A1.a",direction="input"} 0.0',
        'sealgate_marks_total{mark="text_label",status="failed"} 0.0',
    ):
        assert line in scrape


def test_questions_to_the_desk(metrics: Metrics, count: Count) -> None:
    """Are counted by what came of them; each outcome is there at zero from the start."""
    assert count("verify_requests_total") == 0
    for outcome in VERIFIED:
        metrics.verified(outcome)
    assert {count("verify_requests_total", verified=each) for each in VERIFIED} == {1}
