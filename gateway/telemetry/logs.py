"""Logs: one line of JSON per event on standard error, with words and numbers, never with content.

Two lines of defence keep content out. The first: nobody hands a text to the log. The second, for
the day on which somebody does: keys that are not in `KNOWN_KEYS` are dropped, long strings are
replaced by their length, an exception is its class and its place in the code, and of what other
libraries log only the first line of the constant part survives.
"""

from __future__ import annotations

import logging
import sys
import traceback
from collections.abc import MutableMapping
from contextlib import suppress
from typing import TextIO, cast

import msgspec
import structlog
from structlog.typing import EventDict, FilteringBoundLogger, Processor, WrappedLogger

from gateway.nouns.errors import ConfigError, SealgateError
from gateway.nouns.record import CloseFrame, OpenFrame

LONGEST = 300
"""Longest string, in characters, that a line may hold under one key."""

LONGEST_DETAIL = 4000
"""The same for ``detail``, which names what is wrong in settings or policy and how to mend it."""

FORMATS = ("json", "console")
LEVELS = ("debug", "info", "warning", "error")

KNOWN_KEYS = frozenset({
    # of every line
    "event", "level", "time", "part", "exchange", "dropped_keys",
    # of an exchange
    "outcome", "status", "error", "protocol", "route", "stream", "tenant", "principal",
    "subject_source", "policy", "lexicon", "findings", "blocked_by", "marks_written",
    "marks_failed", "unjudged", "released_chars", "sent_bytes", "retract", "duration_ms",
    "upstream_ms", "overhead_ms", "first_client_ms", "upstream_request_id",
    # of the processes
    "pid", "worker", "workers", "generation", "signal", "exit_code", "host", "port", "version",
    "state", "count", "records", "bytes", "segment", "age_s", "seconds", "attempt", "attempts",
    "filter", "format", "mode", "code", "detail", "failure", "where", "reason", "setting",
})  # fmt: skip
"""Every key that a line may hold. A new one is added here, on purpose, after asking what it says
about a user."""

_STRUCTLOG_KEYS = ("_record", "_from_structlog")
_QUIET = {
    "uvicorn": logging.WARNING,
    "uvicorn.error": logging.WARNING,
    "uvicorn.access": logging.CRITICAL,
    "asyncio": logging.WARNING,
    "sqlalchemy": logging.WARNING,
}


def configure(level: str, log_format: str, stream: TextIO | None = None) -> None:
    """Send all logs of this process, those of the libraries included, to ``stream`` (stderr).

    ``level`` is one of `LEVELS`, ``log_format`` one of `FORMATS`. May be called again, for
    instance after a fork. Raises ConfigError for any other word.
    """
    if level not in LEVELS:
        raise ConfigError(f"log_level: {level!r} is none of {', '.join(LEVELS)}.")
    if log_format not in FORMATS:
        raise ConfigError(f"log_format: {log_format!r} is none of {', '.join(FORMATS)}.")
    target = stream or sys.stderr
    least = logging.getLevelNamesMapping()[level.upper()]
    renderer = _renderer(log_format, target)
    structlog.configure(
        processors=[*_common(), renderer],
        wrapper_class=structlog.make_filtering_bound_logger(least),
        logger_factory=structlog.WriteLoggerFactory(target),
        cache_logger_on_first_use=False,
    )
    _route_libraries(least, renderer, target)


def logger(name: str) -> FilteringBoundLogger:
    """Return the logger of a part of the program: ``logger("edge").info("started", port=8080)``."""
    return cast(FilteringBoundLogger, structlog.get_logger(part=name))


def exchange_line(opened: OpenFrame, closed: CloseFrame, overhead_s: float | None = None) -> None:
    """Write the one line of an exchange that ended. The subject is not in it, its source is."""
    trouble = closed.outcome in _TROUBLE
    if not logging.root.isEnabledFor(logging.WARNING if trouble else logging.INFO):
        return
    blocked = next((fact for fact in closed.findings if fact.action == "block"), None)
    written = sum(1 for receipt in closed.receipts if receipt.status == "written")
    log = logger("exchange")
    write = log.warning if trouble else log.info
    write(
        "exchange",
        exchange=opened.exchange, outcome=closed.outcome, status=closed.status,
        error=closed.error, protocol=opened.protocol, stream=opened.stream,
        tenant=opened.tenant, principal=opened.principal, subject_source=opened.subject_source,
        policy=opened.policy, findings=len(closed.findings),
        blocked_by=blocked.policy_rule if blocked else "", marks_written=written,
        marks_failed=len(closed.receipts) - written, unjudged=len(closed.unjudged),
        released_chars=closed.released_chars, sent_bytes=closed.sent_bytes,
        retract=closed.retract, duration_ms=_ms(closed.duration_s),
        upstream_ms=_ms(closed.upstream_s),
        overhead_ms=None if overhead_s is None else _ms(overhead_s),
    )  # fmt: skip


_TROUBLE = frozenset({"upstream_error", "gateway_error"})


def _ms(seconds: float) -> float:
    return round(seconds * 1000, 3)


def _common() -> list[Processor]:
    stamp = structlog.processors.TimeStamper(fmt="iso", utc=True, key="time")
    return [structlog.processors.add_log_level, stamp, _name_failure, redact]


def _renderer(log_format: str, target: TextIO) -> Processor:
    if log_format == "console":
        return structlog.dev.ConsoleRenderer(colors=target.isatty())
    return structlog.processors.JSONRenderer(serializer=_as_json)


def _as_json(event: EventDict, **_options: object) -> str:
    return msgspec.json.encode(event).decode()


def redact(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    """Drop what is not known, cut what is long, name the type of what is no plain value."""
    own = {key: event[key] for key in _STRUCTLOG_KEYS if key in event}
    kept: dict[str, object] = {
        key: _plain(value, LONGEST_DETAIL if key == "detail" else LONGEST)
        for key, value in event.items()
        if key in KNOWN_KEYS
    }
    dropped = len(event) - len(kept) - len(own)
    if dropped:
        kept["dropped_keys"] = dropped
    return kept | own


def _plain(value: object, longest: int) -> object:
    if isinstance(value, str):
        return str(value) if len(value) <= longest else f"<{len(value)} characters>"
    if value is None or isinstance(value, bool | int | float):
        return value
    return f"<{type(value).__name__}>"


def _name_failure(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    """Replace an exception by its class and its place: its message may quote a text."""
    raised = event.pop("exc_info", None)
    event.pop("stack_info", None)
    if raised is True:
        raised = sys.exc_info()
    failure = raised[1] if isinstance(raised, tuple) else raised
    if isinstance(failure, BaseException):
        event["failure"] = type(failure).__name__
        event["where"] = _place(failure)
    if isinstance(failure, SealgateError):
        event["code"] = failure.code
        event["detail"] = failure.detail
    return event


def _place(failure: BaseException) -> str:
    frames = traceback.extract_tb(failure.__traceback__)[-3:]
    return " < ".join(f"{frame.name}:{frame.lineno}" for frame in reversed(frames))


def _route_libraries(least: int, renderer: Processor, target: TextIO) -> None:
    outlet = logging.StreamHandler(target)
    outlet.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[_name_library, *_common()],
            processors=[_forget_record, renderer],
        )
    )
    outlet.addFilter(_constant_part)
    root = logging.getLogger()
    root.handlers[:] = [outlet]
    root.setLevel(least)
    for name in ("uvicorn", "uvicorn.error", "uvicorn.access", "aiohttp", "sqlalchemy", "asyncio"):
        library = logging.getLogger(name)
        library.handlers.clear()
        library.propagate = True
        library.setLevel(_QUIET.get(name, logging.NOTSET))


def _name_library(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    event["part"] = event["_record"].name
    return event


def _constant_part(record: logging.LogRecord) -> bool:
    """Keep of a library's message what its programmer wrote: numbers are filled in, strings not."""
    text = str(record.msg).partition("\n")[0]
    arguments = record.args if isinstance(record.args, tuple) else ()
    if arguments and all(isinstance(value, int | float) for value in arguments):
        with suppress(TypeError, ValueError):
            text = text % arguments
    record.msg, record.args = text[:LONGEST], ()
    return True


def _forget_record(
    _logger: WrappedLogger, _method: str, event: MutableMapping[str, object]
) -> MutableMapping[str, object]:
    for key in _STRUCTLOG_KEYS:
        event.pop(key, None)
    return event
