"""The folder: numbers of several processes become one, and stay true when processes end."""

from __future__ import annotations

import os
import shutil
import signal
from collections.abc import Callable
from pathlib import Path

import pytest
from prometheus_client.parser import text_string_to_metric_families

from gateway.nouns.errors import ConfigError
from gateway.nouns.verdict import Outcome
from gateway.telemetry.folder import RESERVED_BYTES, forget_process, prepare_folder, render
from gateway.telemetry.metrics import ExchangeFacts, LabelSets, Metrics

FACTS = ExchangeFacts(Outcome.PASSED, "openai_chat", stream=True, upstream_s=0.2)
LABELS = LabelSets(protocols=frozenset({"openai_chat"}))


def sample(folder: Path, name: str, **labels: str) -> float | None:
    """Return the value of a sample in a scrape; None if it is not there."""
    for family in text_string_to_metric_families(render(folder).decode()):
        for found in family.samples:
            if found.name == name and labels.items() <= found.labels.items():
                return float(found.value)
    return None


def passed(folder: Path) -> float | None:
    """Return how many streamed exchanges passed."""
    return sample(
        folder, "sealgate_exchanges_total", outcome="passed", protocol="openai_chat", stream="true"
    )


def counting(folder: Path, exchanges: int, generation: int = 1) -> Metrics:
    """Count so many exchanges and leave one more in flight."""
    metrics = Metrics(folder, LABELS, version="1", generation=generation)
    for _ in range(exchanges):
        metrics.exchange_opened()
        metrics.exchange_closed(FACTS)
    metrics.exchange_opened()
    return metrics


def in_a_process(work: Callable[[], object]) -> int:
    """Do the work in a forked process that is killed hard afterwards; return its pid."""
    reader, writer = os.pipe()
    pid = os.fork()
    if pid == 0:
        work()
        os.write(writer, b".")
        signal.pause()
    os.close(writer)
    assert os.read(reader, 1) == b".", "the process failed"
    os.close(reader)
    return pid


def kill(pid: int) -> None:
    """Kill a process of ours and reap it."""
    os.kill(pid, signal.SIGKILL)
    os.waitpid(pid, 0)


def test_numbers_are_summed_over_processes(tmp_path: Path) -> None:
    """Two processes count; a third one's scrape has the sum, the gauges included."""
    folder = prepare_folder(tmp_path)
    pids = [in_a_process(lambda: counting(folder, 3)), in_a_process(lambda: counting(folder, 4))]
    try:
        assert passed(folder) == 7
        assert sample(folder, "sealgate_in_flight") == 2
        assert sample(folder, "sealgate_workers") == 2
        assert sample(folder, "sealgate_upstream_seconds_count") == 7
    finally:
        for pid in pids:
            kill(pid)


def test_a_killed_process_keeps_its_counts_and_loses_its_gauges(tmp_path: Path) -> None:
    """After SIGKILL the totals stay, what was in flight is gone, and the folder does not grow."""
    folder = prepare_folder(tmp_path)
    before = sorted(path.name for path in folder.iterdir())
    for _ in range(3):
        pid = in_a_process(lambda: counting(folder, 5))
        kill(pid)
        assert sample(folder, "sealgate_in_flight") == 1
        forget_process(folder, pid)
    assert passed(folder) == 15
    assert sample(folder, "sealgate_upstream_seconds_count") == 15
    assert sample(folder, "sealgate_upstream_seconds_bucket", le="0.1") == 0
    assert sample(folder, "sealgate_upstream_seconds_bucket", le="0.25") == 15
    assert sample(folder, "sealgate_in_flight") is None
    assert sorted(path.name for path in folder.iterdir()) == before


def test_generations_show_newest_and_oldest(tmp_path: Path) -> None:
    """While two generations of workers run, both ends of the range are visible."""
    folder = prepare_folder(tmp_path)
    pids = [in_a_process(lambda g=g: counting(folder, 0, generation=g)) for g in (7, 8)]
    try:
        assert sample(folder, "sealgate_config_generation") == 8
        assert sample(folder, "sealgate_config_generation_oldest") == 7
    finally:
        for pid in pids:
            kill(pid)


def test_a_worker_built_twice_goes_on_counting(tmp_path: Path) -> None:
    """Metrics built again in the same process continue, and do not write over each other."""
    folder = prepare_folder(tmp_path)

    def twice() -> None:
        first, second = counting(folder, 1), counting(folder, 1)
        for metrics in (first, second):
            metrics.consulted("other", 0.1)

    pid = in_a_process(twice)
    kill(pid)
    assert passed(folder) == 2
    assert sample(folder, "sealgate_consult_seconds_count") is not None


def test_disk_space_is_taken_at_the_start(tmp_path: Path) -> None:
    """Every file has its blocks before the first count: a full disk cannot kill a worker later."""
    folder = prepare_folder(tmp_path)
    pid = in_a_process(lambda: counting(folder, 0))
    try:
        files = list(folder.glob("*.db"))
        assert len(files) >= 4
        assert all(path.stat().st_blocks * 512 >= RESERVED_BYTES for path in files)
    finally:
        kill(pid)


def test_preparing_empties_the_folder(tmp_path: Path) -> None:
    """What an earlier run left does not count."""
    folder = prepare_folder(tmp_path)
    kill(in_a_process(lambda: counting(folder, 5)))
    assert prepare_folder(tmp_path) == folder
    assert passed(folder) is None


def test_a_folder_that_somebody_removed_comes_back(tmp_path: Path) -> None:
    """With the next process that counts; until then only the numbers are missing."""
    folder = prepare_folder(tmp_path)
    shutil.rmtree(folder)
    with pytest.raises(OSError, match="No such file"):
        forget_process(folder, 1)
    counting(folder, 2)
    assert passed(folder) == 2


def test_a_folder_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    """The error names the folder and the setting that moves it."""
    (tmp_path / "metrics").write_text("a file in the way")
    with pytest.raises(ConfigError, match=r"metrics.*`state`"):
        prepare_folder(tmp_path)


def test_a_scrape_never_meets_a_half_made_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Prometheus may ask at any moment of a process's start; an empty file would be an error."""
    folder = prepare_folder(tmp_path)
    write, scrapes = Path.write_bytes, []

    def slowly(path: Path, content: bytes) -> int:
        path.touch()
        scrapes.append(render(folder))
        return write(path, content)

    monkeypatch.setattr(Path, "write_bytes", slowly)
    counting(folder, 1)
    assert scrapes
    assert passed(folder) == 1
