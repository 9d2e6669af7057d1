"""Logs: one line per event, in one format, and no content even if somebody hands it over."""

from __future__ import annotations

import io
import json
import logging
from collections.abc import Iterator
from typing import Any

import pytest
import structlog

from gateway.nouns.errors import ConfigError
from gateway.nouns.record import CloseFrame, FindingFact, OpenFrame, ReceiptFact
from gateway.telemetry import logs

SECRET = "the user's own words"
OPENED = OpenFrame(
    "01ARZ3NDEKTSV4RRFFQ69G5FAV", 1, "default", "key-1", SECRET, "header:x-user-id",
    "openai_chat", "/chat/completions", SECRET, True, "p1", "l1", "7KQ2-M9XD", "0.1.0",
)  # fmt: skip
BLOCK = FindingFact("output", "content", "0", "A1.a", 4, 0, 3, "lexicon", "7", "block", "block",
                    "core")  # fmt: skip
CLOSED = CloseFrame(
    2, "blocked_output", 200, "", (BLOCK,),
    (ReceiptFact("text_label", "written", ""), ReceiptFact("fingerprint", "failed", "x")),
    ("image",), 12, 340, True, {}, 1.5, 1.25, "req-1",
)  # fmt: skip


@pytest.fixture
def stream() -> Iterator[io.StringIO]:
    """Where the logs of a test go."""
    yield io.StringIO()
    structlog.reset_defaults()
    logging.getLogger().handlers.clear()
    logging.getLogger().setLevel(logging.WARNING)


def lines(stream: io.StringIO) -> list[dict[str, Any]]:
    """Return the lines written, decoded."""
    return [json.loads(line) for line in stream.getvalue().splitlines()]


def test_an_exchange_is_one_line_with_its_id(stream: io.StringIO) -> None:
    """The line has id, outcome, durations and counts, and neither subject nor model."""
    logs.configure("info", "json", stream)
    logs.exchange_line(OPENED, CLOSED, overhead_s=0.0025)
    (line,) = lines(stream)
    assert line["exchange"] == OPENED.exchange
    assert (line["outcome"], line["status"], line["blocked_by"]) == ("blocked_output", 200, "core")
    assert (line["findings"], line["marks_written"], line["marks_failed"]) == (1, 1, 1)
    assert (line["duration_ms"], line["upstream_ms"], line["overhead_ms"]) == (1500, 1250, 2.5)
    assert "dropped_keys" not in line
    assert SECRET not in stream.getvalue()


@pytest.mark.parametrize(("outcome", "level"), [("passed", "info"), ("gateway_error", "warning")])
def test_trouble_is_a_warning(stream: io.StringIO, outcome: str, level: str) -> None:
    """A verdict is information, a failure of ours or of the upstream is a warning."""
    logs.configure("info", "json", stream)
    logs.exchange_line(
        OPENED, CloseFrame(2, outcome, 200, "", (), (), (), 0, 0, False, {}, 1.0, 1.0, "")
    )
    assert lines(stream)[0]["level"] == level


@pytest.mark.parametrize("log_format", logs.FORMATS)
def test_content_does_not_get_through(stream: io.StringIO, log_format: str) -> None:
    """Unknown keys, long strings, odd values and exceptions' messages stay out of a line."""
    logs.configure("debug", log_format, stream)
    log = logs.logger("edge")
    log.info("a", prompt=SECRET)
    log.info("b", reason=SECRET * 50)
    log.info("c", reason=[SECRET])
    try:
        raise ValueError(SECRET)
    except ValueError:
        log.exception("d")
        logging.getLogger("asyncio").exception("never retrieved\n%r", SECRET)
        logging.getLogger("uvicorn.error").error("Exception in ASGI application\n", exc_info=True)
    logging.getLogger("aiohttp.client").warning("GET %s", SECRET)
    assert len(stream.getvalue().splitlines()) == 7
    assert SECRET not in stream.getvalue()


def test_an_exception_is_its_class_and_place(stream: io.StringIO) -> None:
    """The line names what was raised and where, and of our own errors the code and detail."""
    logs.configure("info", "json", stream)
    try:
        raise ConfigError("sealgate.yaml, line 3: `portt` is unknown, `port` is meant.")
    except ConfigError:
        logs.logger("supervisor").exception("reload refused")
    (line,) = lines(stream)
    assert line["failure"] == "ConfigError"
    assert line["code"] == "bad_configuration"
    assert "`port` is meant" in line["detail"]
    assert line["where"].startswith("test_an_exception_is_its_class_and_place:")


def test_libraries_come_in_the_same_form(stream: io.StringIO) -> None:
    """A library's line is JSON too, names the library and keeps its numbers."""
    logs.configure("info", "json", stream)
    logging.getLogger("uvicorn.error").warning("Started server process [%d]", 12)
    logging.getLogger("sqlalchemy").warning("100%% of %d", "no number")
    first, second = lines(stream)
    assert (first["event"], first["part"]) == ("Started server process [12]", "uvicorn.error")
    assert first["level"] == "warning"
    assert second["event"] == "100%% of %d"


def test_access_lines_of_the_server_are_silent(stream: io.StringIO) -> None:
    """Paths and queries come from clients: the server's own access log is off."""
    logs.configure("debug", "json", stream)
    logging.getLogger("uvicorn.access").info("GET /?q=%s", SECRET)
    assert not stream.getvalue()


def test_the_level_holds_for_all(stream: io.StringIO) -> None:
    """Below the level nothing is written, by us or by libraries."""
    logs.configure("warning", "json", stream)
    logs.logger("edge").info("a")
    logging.getLogger("aiohttp").info("b")
    logs.logger("edge").warning("c")
    assert [line["event"] for line in lines(stream)] == ["c"]


def test_a_logger_made_early_obeys_a_later_configuration(stream: io.StringIO) -> None:
    """Modules make their logger at import, before anything is configured."""
    early = logs.logger("ledger")
    logs.configure("info", "json", stream)
    early.info("shipped", records=3)
    assert lines(stream)[0] | {"time": ""} == {
        "event": "shipped", "level": "info", "part": "ledger", "records": 3, "time": "",
    }  # fmt: skip


@pytest.mark.parametrize(("level", "log_format"), [("loud", "json"), ("info", "xml")])
def test_unknown_words_are_refused(level: str, log_format: str) -> None:
    """A wrong level or format names the setting and the words that are valid."""
    with pytest.raises(ConfigError, match=r"log_(level|format): '(loud|xml)' is none of"):
        logs.configure(level, log_format)
