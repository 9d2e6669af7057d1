"""The steward's and the supervisor's numbers."""

from __future__ import annotations

from pathlib import Path

from gateway.telemetry.folder import prepare_folder, render
from gateway.telemetry.household import StewardMetrics, SupervisorMetrics


def test_the_steward_tells_the_spool(tmp_path: Path) -> None:
    """Size, limit and age of the spool are what was last set; shipped records add up."""
    folder = prepare_folder(tmp_path)
    steward = StewardMetrics(folder, spool_limit_bytes=1000)
    steward.spool(size_bytes=900, oldest_s=12.5)
    steward.spool(size_bytes=300, oldest_s=2.5)
    steward.shipped(40)
    steward.shipped(2)
    steward.ship_failed()
    steward.damaged(3)
    steward.found_missing(1)
    scrape = render(folder).decode().splitlines()
    assert "sealgate_spool_bytes 300.0" in scrape
    assert "sealgate_spool_limit_bytes 1000.0" in scrape
    assert "sealgate_spool_oldest_unshipped_seconds 2.5" in scrape
    assert "sealgate_shipped_records_total 42.0" in scrape
    assert "sealgate_ship_errors_total 1.0" in scrape
    assert "sealgate_spool_damaged_segments_total 3.0" in scrape
    assert "sealgate_ledger_cuts_total 1.0" in scrape


def test_the_supervisor_counts_reloads(tmp_path: Path) -> None:
    """A reload that took over and one that was refused are told apart."""
    folder = prepare_folder(tmp_path)
    supervisor = SupervisorMetrics(folder)
    supervisor.reloaded()
    supervisor.reload_refused()
    supervisor.reload_refused()
    scrape = render(folder).decode().splitlines()
    assert 'sealgate_reload_total{result="ok"} 1.0' in scrape
    assert 'sealgate_reload_total{result="refused"} 2.0' in scrape
