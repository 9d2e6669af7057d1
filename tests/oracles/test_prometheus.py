"""A real Prometheus scrapes our numbers, runs every query of the dashboard and every alert rule.

Needs `prometheus` and `promtool` (Debian: apt-get install prometheus), so most of it belongs to the
longer suites: pytest -m long tests/oracles. Everything runs on loopback in a temporary folder.
"""

from __future__ import annotations

import json
import math
import re
import shutil
import socket
import subprocess
import time
import urllib.parse
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from threading import Event
from typing import Any

import pytest
from ruamel.yaml import YAML

from gateway.telemetry.catalogue import FAMILIES
from tests.traffic_kit import WORKERS, Traffic

DEPLOY = Path(__file__).parents[2] / "deploy"
DASHBOARD = json.loads((DEPLOY / "grafana/dashboards/sealgate.json").read_text(encoding="utf-8"))
ALERTS = YAML(typ="safe").load(DEPLOY / "prometheus/alerts.yaml")["groups"][0]["rules"]
GRAFANA_WORDS = {"$__rate_interval": "10s", "$__range": "1m"}
QUERIES = [
    (f"{panel['title']} {target['refId']}", target["expr"])
    for panel in DASHBOARD["panels"]
    for target in panel.get("targets", ())
]
NEEDS_PROMETHEUS = pytest.mark.long


def tool(name: str) -> str:
    """Return the path of a program of Prometheus."""
    path = shutil.which(name)
    assert path, f"{name} is not installed: apt-get install prometheus"
    return path


def free_port() -> int:
    """Return a port of loopback that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def until(done: Callable[[], bool], seconds: float, what: str) -> None:
    """Ask again and again until it is done; fail when the time is over."""
    end, pause = time.monotonic() + seconds, Event()
    while not done():
        assert time.monotonic() < end, f"not within {seconds} s: {what}"
        pause.wait(0.2)


class Prometheus:
    """A running Prometheus, asked over its HTTP API."""

    def __init__(self, url: str) -> None:
        self._url = url

    def ask(self, path: str, **parameters: str) -> Any:
        """Return the ``data`` of an API answer; an error of Prometheus fails the test."""
        query = urllib.parse.urlencode(parameters)
        with urllib.request.urlopen(f"{self._url}/api/v1/{path}?{query}", timeout=5) as answer:
            decoded = json.load(answer)
        assert decoded["status"] == "success", decoded
        return decoded["data"]

    def values(self, expression: str) -> list[float]:
        """Return the numbers of an instant query."""
        found = self.ask("query", query=expression)["result"]
        return [float(sample["value"][1]) for sample in found]

    def reachable(self) -> bool:
        """Return whether it answers at all."""
        try:
            return bool(self.ask("status/runtimeinfo"))
        except OSError:
            return False


@pytest.fixture(scope="module")
def traffic(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Traffic]:
    """The real gateway with two workers, and traffic of every kind that goes on and on."""
    busy = Traffic(tmp_path_factory.mktemp("gateway"))
    try:
        busy.start()
        yield busy
    finally:
        busy.stop()


@pytest.fixture(scope="module")
def prometheus(traffic: Traffic, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Prometheus]:
    """Our own Prometheus with our own configuration, scraping every second."""
    folder, port = tmp_path_factory.mktemp("prometheus"), free_port()
    shutil.copy(DEPLOY / "prometheus/alerts.yaml", folder)
    shipped = (DEPLOY / "prometheus/prometheus.yml").read_text(encoding="utf-8")
    assert shipped.count("sealgate:8081") == 1
    quick = shipped.replace("sealgate:8081", f"127.0.0.1:{traffic.operations}").replace("15s", "1s")
    (folder / "prometheus.yml").write_text(quick, encoding="utf-8")
    with (folder / "log").open("wb") as log:
        running = subprocess.Popen(
            [tool("prometheus"), f"--config.file={folder / 'prometheus.yml'}",
             f"--storage.tsdb.path={folder / 'tsdb'}", f"--web.listen-address=127.0.0.1:{port}"],
            stdout=log, stderr=log,
        )  # fmt: skip
    try:
        server = Prometheus(f"http://127.0.0.1:{port}")
        until(server.reachable, 30, "Prometheus answers")
        scrapes = "count_over_time(sealgate_workers[30s]) > 6"
        until(lambda: bool(server.values(scrapes)), 40, scrapes)
        yield server
    finally:
        running.terminate()
        running.wait(timeout=20)


@NEEDS_PROMETHEUS
@pytest.mark.parametrize(("name", "query"), QUERIES, ids=[name for name, _ in QUERIES])
def test_each_query_of_the_dashboard_has_an_answer(
    prometheus: Prometheus, name: str, query: str
) -> None:
    """Every panel shows numbers when every kind of thing happens."""
    for word, meaning in GRAFANA_WORDS.items():
        query = query.replace(word, meaning)
    assert "$" not in query
    numbers = prometheus.values(query)
    assert numbers, f"{name}: {query} is empty"
    assert not all(math.isnan(number) for number in numbers), f"{name}: {query} is no number"


@NEEDS_PROMETHEUS
def test_prometheus_counts_what_was_sent(prometheus: Prometheus, traffic: Traffic) -> None:
    """Through two workers, a reload and a scrape: every request once, and every mark accounted."""

    def total(expression: str) -> float:
        return sum(prometheus.values(f"sum({expression})"))

    traffic.pause()
    try:
        until(lambda: total("sealgate_exchanges_total") == traffic.sent, 10, "all are counted")
        assert prometheus.values("sealgate_workers") == [WORKERS]
        assert total("sealgate_in_flight") == 0
        owed, written = (
            total(f'sealgate_marks_total{{status="{s}"}}') for s in ("owed", "written")
        )
        missed = total('sealgate_marks_total{status=~"failed|not_possible"}')
        assert owed == written + missed
        assert written > 0
    finally:
        traffic.resume()


@NEEDS_PROMETHEUS
@pytest.mark.parametrize("expression", [
    *(f'sealgate_exchanges_total{{outcome="{outcome}"}}' for outcome in (
        "passed", "edited", "flagged", "blocked_input", "blocked_output", "upstream_error",
        "client_error", "client_gone", "refused")),
    'sealgate_unjudged_parts_total{kind="image"}', 'sealgate_filter_errors_total{filter="guard"}',
    'sealgate_consult_seconds_count{filter="guard"}', "sealgate_rate_limited_total",
    "sealgate_exchanges_without_subject_total", 'sealgate_reload_total{result="ok"}',
    'sealgate_reload_total{result="refused"}', "sealgate_shipped_records_total",
    'sealgate_upstream_errors_total{kind="status_429"}',
    'sealgate_upstream_errors_total{kind="status_5xx"}',
    "sealgate_would_block_total - sealgate_did_block_total",
])  # fmt: skip
def test_every_kind_was_counted(prometheus: Prometheus, expression: str) -> None:
    """What the traffic holds is seen in Prometheus, each kind by its own number."""
    assert sum(prometheus.values(f"sum({expression})")) > 0


@NEEDS_PROMETHEUS
def test_each_alert_rule_is_evaluated(prometheus: Prometheus) -> None:
    """Prometheus loaded every rule, and none of them fails."""

    def rules() -> list[dict[str, Any]]:
        return [rule for group in prometheus.ask("rules")["groups"] for rule in group["rules"]]

    until(lambda: all(rule["health"] != "unknown" for rule in rules()), 10, "rules are evaluated")
    assert [rule["name"] for rule in rules()] == [rule["alert"] for rule in ALERTS]
    assert {rule["health"] for rule in rules()} == {"ok"}


def test_each_metric_in_queries_and_rules_exists() -> None:
    """No query and no rule asks for a number that we do not expose."""
    exposed = {family.exposed for family in FAMILIES}
    for expression in [query for _, query in QUERIES] + [rule["expr"] for rule in ALERTS]:
        for name in re.findall(r"sealgate_\w+", expression):
            assert re.sub(r"_(bucket|sum|count)$", "", name) in exposed, name


@NEEDS_PROMETHEUS
def test_each_rule_is_played_through() -> None:
    """promtool plays the stories of alerts_test.yaml, and each rule has one in which it fires."""
    folder = DEPLOY / "prometheus"
    stories = YAML(typ="safe").load(folder / "alerts_test.yaml")["tests"]
    firing = {
        case["alertname"]
        for story in stories for case in story["alert_rule_test"] if case["exp_alerts"]
    }  # fmt: skip
    assert firing == {rule["alert"] for rule in ALERTS}
    for command in (["check", "config", "prometheus.yml"], ["test", "rules", "alerts_test.yaml"]):
        ended = subprocess.run(
            [tool("promtool"), *command], cwd=folder, capture_output=True, text=True, check=False
        )
        assert ended.returncode == 0, ended.stdout + ended.stderr


@NEEDS_PROMETHEUS
def test_promtool_finds_nothing_to_mend_in_a_scrape(traffic: Traffic) -> None:
    """Names, help texts and types are as Prometheus advises."""
    url = f"http://127.0.0.1:{traffic.operations}/metrics"
    with urllib.request.urlopen(url, timeout=5) as answer:
        scrape = answer.read()
    ended = subprocess.run(
        [tool("promtool"), "check", "metrics"], input=scrape, capture_output=True, check=False
    )
    assert ended.returncode == 0, ended.stdout + ended.stderr


def test_the_dashboard_is_importable() -> None:
    """It has a uid, one row per concern, unique panels that do not overlap, a datasource choice."""
    assert DASHBOARD["uid"] == "sealgate"
    rows = [panel["title"] for panel in DASHBOARD["panels"] if panel["type"] == "row"]
    assert rows == [
        "Traffic and outcome", "Would-block against did-block", "Our delay", "Upstream", "Seals",
        "Ledger",
    ]  # fmt: skip
    assert len({panel["id"] for panel in DASHBOARD["panels"]}) == len(DASHBOARD["panels"])
    taken: set[tuple[int, int]] = set()
    for panel in DASHBOARD["panels"]:
        place = panel["gridPos"]
        cells = {
            (column, line)
            for column in range(place["x"], place["x"] + place["w"])
            for line in range(place["y"], place["y"] + place["h"])
        }
        assert not cells & taken, panel["title"]
        assert place["x"] + place["w"] <= 24
        taken |= cells
