"""A real Prometheus scrapes our numbers, runs every query of the dashboard and every alert rule.

Needs `prometheus` and `promtool` (Debian: apt-get install prometheus), so most of it belongs to the
longer suites: pytest -m long tests/oracles. Everything runs on loopback in a temporary folder.
"""

from __future__ import annotations

import json
import math
import os
import re
import shutil
import signal
import socket
import subprocess
import time
import urllib.parse
import urllib.request
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Event, Thread
from typing import Any

import pytest
from ruamel.yaml import YAML

from gateway.nouns.record import FindingFact, ReceiptFact
from gateway.nouns.verdict import Outcome
from gateway.ports.session import Tally
from gateway.telemetry.catalogue import FAMILIES
from gateway.telemetry.folder import CONTENT_TYPE, prepare_folder, render
from gateway.telemetry.household import StewardMetrics, SupervisorMetrics
from gateway.telemetry.metrics import ExchangeFacts, LabelSets, Metrics

DEPLOY = Path(__file__).parents[2] / "deploy"
DASHBOARD = json.loads((DEPLOY / "grafana/dashboards/sealgate.json").read_text(encoding="utf-8"))
ALERTS = YAML(typ="safe").load(DEPLOY / "prometheus/alerts.yaml")["groups"][0]["rules"]
GRAFANA_WORDS = {"$__rate_interval": "10s", "$__range": "1m"}
QUERIES = [
    (f"{panel['title']} {target['refId']}", target["expr"])
    for panel in DASHBOARD["panels"]
    for target in panel.get("targets", ())
]
WORKERS = 2
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


def one_exchange(metrics: Metrics, number: int) -> None:
    """Count an exchange of one of several kinds."""
    wanted = "block" if number % 3 == 0 else "flag"
    done = "block" if number % 6 == 0 else "flag"
    fact = FindingFact("output", "content", "0", "A1.a", 3, 0, 2, "lexicon", "1", done, wanted, "r")
    receipts = (ReceiptFact("text_label", "written", ""), ReceiptFact("fingerprint", "failed", ""))
    tally = Tally(
        Outcome.FLAGGED, (fact,), receipts, ("image",), 3, 500, 400, 7, 0.004, False, False, None
    )
    failed = number % 10 == 9
    facts = ExchangeFacts(
        Outcome.UPSTREAM_ERROR if failed else Outcome.FLAGGED, "openai_chat", stream=True,
        status=502 if failed else 200, error="upstream_broken" if failed else "",
        has_subject=number % 2 == 0, client_gone=number % 7 == 0, overhead_s=0.0004,
        upstream_s=1.1, first_upstream_s=0.21, first_client_s=0.215,
    )  # fmt: skip
    metrics.exchange_opened()
    metrics.exchange_closed(facts, tally, tally)
    metrics.consulted("guard", 0.04)


def count_for_ever(folder: Path, worker: int) -> None:
    """Be a worker: count ten exchanges a second until killed."""
    labels = LabelSets(
        categories=frozenset({"A1.a"}), filters=frozenset({"lexicon", "guard"}),
        protocols=frozenset({"openai_chat"}), marks=frozenset({"text_label", "fingerprint"}),
    )  # fmt: skip
    metrics, pause, number = Metrics(folder, labels, version="0", generation=1), Event(), worker
    while not pause.wait(0.1):
        one_exchange(metrics, number)
        number += WORKERS


class _Scraped(BaseHTTPRequestHandler):
    """Serves the folder's metrics, as the operations listener does."""

    folder: Path

    def do_GET(self) -> None:
        """Answer a scrape."""
        body = render(self.folder)
        self.send_response(200)
        self.send_header("content-type", CONTENT_TYPE)
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *arguments: object) -> None:
        """Stay silent."""


@pytest.fixture(scope="module")
def counting(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Two workers that count, a steward, a supervisor; yields ``host:port`` of their metrics."""
    folder = prepare_folder(tmp_path_factory.mktemp("state"))
    pids = []
    for worker in range(WORKERS):
        pid = os.fork()
        if pid == 0:
            count_for_ever(folder, worker)
        pids.append(pid)
    SupervisorMetrics(folder).reloaded()
    steward = StewardMetrics(folder, spool_limit_bytes=1_000_000)
    steward.shipped(5)
    steward.spool(size_bytes=2000, oldest_s=1.5)
    server = ThreadingHTTPServer(("127.0.0.1", 0), type("Scraped", (_Scraped,), {"folder": folder}))
    Thread(target=server.serve_forever, daemon=True).start()
    yield f"127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()
    for pid in pids:
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)


@pytest.fixture(scope="module")
def prometheus(counting: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Prometheus]:
    """Our own Prometheus with our own configuration, scraping every second."""
    folder, port = tmp_path_factory.mktemp("prometheus"), free_port()
    shutil.copy(DEPLOY / "prometheus/alerts.yaml", folder)
    shipped = (DEPLOY / "prometheus/prometheus.yml").read_text(encoding="utf-8")
    assert shipped.count("sealgate:8081") == 1
    quick = shipped.replace("sealgate:8081", counting).replace("15s", "1s")
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
def test_prometheus_counts_what_the_workers_counted(prometheus: Prometheus) -> None:
    """Through two processes and a scrape: written marks are half of the owed ones."""
    owed, written = (
        sum(prometheus.values(f'sealgate_marks_total{{status="{status}"}}'))
        for status in ("owed", "written")
    )
    assert owed > 0
    assert written * 2 == owed
    assert prometheus.values("sealgate_workers") == [WORKERS]


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
def test_promtool_finds_nothing_to_mend_in_a_scrape(counting: str) -> None:
    """Names, help texts and types are as Prometheus advises."""
    with urllib.request.urlopen(f"http://{counting}/metrics", timeout=5) as answer:
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
