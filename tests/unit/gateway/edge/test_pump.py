"""The pump alone: the binding order of a release, and who may interrupt whom.

With sockets around it: tests/faults.
"""

from __future__ import annotations

import asyncio
import math
from typing import Any

import pytest

from gateway.edge.connection import Connection
from gateway.edge.gateway import SystemClock
from gateway.edge.pump import Pump
from gateway.edge.reply import ClientWriter
from gateway.edge.watch import ClientGone, Watch
from gateway.nouns.errors import FilterFailed, LedgerFailed, UpstreamBroken
from gateway.nouns.policy import Policy
from gateway.nouns.record import AnswerText
from gateway.nouns.verdict import Outcome
from gateway.ports.session import Release, Tally
from tests.conftest import settings_for
from tests.edge_doubles import PASSED, Listening
from tests.edge_kit import GatewayHere

TEXT = (AnswerText(0, "content", "x"),)


class Diary:
    """An entry, an upstream, a session and a client in one: everything goes into one list."""

    headers = ()
    complete = False
    status = 200
    content_type = "text/event-stream"

    def __init__(self, *releases: Release, whole: bool = False) -> None:
        self.whole = whole
        self.done: list[str] = []
        self.releases = list(releases)
        self.usage: dict[str, int] = {}
        self.at_end = False
        self.fails: Exception | None = None
        self.outcome = Outcome.PASSED
        self.wait = asyncio.Event()
        self.wait.set()

    # the upstream

    async def read(self) -> bytes:
        """Give one read per release, the last one empty."""
        await self.wait.wait()
        self.at_end = len(self.releases) <= 1
        return b"" if self.at_end else b"data"

    def close(self) -> None:
        """Note it."""
        self.done.append("upstream closed")

    # the session

    def feed(self, data: bytes, now_s: float) -> Release:
        """Give the next release."""
        return self.releases.pop(0)

    def finish(self, now_s: float) -> Release:
        """Give the last one."""
        return self.releases.pop(0)

    def go_on(self, now_s: float) -> Release:
        """Give the next."""
        self.done.append("portion")
        return self.releases.pop(0)

    def tick(self, now_s: float) -> Release:
        """Give the next."""
        return self.releases.pop(0)

    def tally(self) -> Any:
        """Tell the outcome."""
        return PASSED._replace(outcome=self.outcome)

    def push(self, data: bytes) -> list[Any]:
        """Note a drained read."""
        self.done.append("drained")
        return []

    # the entry

    def answer(self, texts: tuple[AnswerText, ...]) -> None:
        """Note it, or fail."""
        if self.fails is not None:
            raise self.fails
        self.done.append("journaled")

    def suppressed(self, texts: tuple[AnswerText, ...]) -> None:
        """Note it."""
        self.done.append("suppressed")

    def sent(self, sent_bytes: int) -> None:
        """Note it."""
        self.done.append(f"sent {sent_bytes}")

    async def settle(self) -> None:
        """Note it."""
        await asyncio.sleep(0)
        self.done.append("settled")

    # the client

    async def send(self, message: Any) -> None:
        """Note it."""
        if message["type"] == "http.response.start":
            self.done.append(f"start {message['status']}")
            self.lines = dict(message["headers"])
        else:
            more = "" if message["more_body"] else "."
            self.done.append(f"{message['body'].decode()}{more}")


class Heard(Listening):
    """The input's side, that came to this."""

    outcome = Outcome.PASSED

    def tally(self) -> Tally:
        """Return its outcome."""
        return super().tally()._replace(outcome=self.outcome)


def _pump(diary: Diary, heard: Outcome = Outcome.PASSED) -> tuple[Pump, Watch]:
    task = asyncio.current_task()
    assert task is not None
    watch = Watch(task)
    here = GatewayHere(settings_for(9, {}), Policy())
    writer = ClientWriter(diary.send, Connection(None), watch, SystemClock(), 1.0)
    both: Any = diary
    asked = Heard()
    asked.outcome = heard
    pump = Pump(
        here.gateway, exchange="E", heard=asked, session=both, answer=both, entry=both,
        upstream=both, writer=writer, watch=watch, ours=[],
    )  # fmt: skip
    return pump, watch


async def test_texts_are_durable_before_their_bytes() -> None:
    """Suppressed, journaled, settled, and only then on the wire; the end is said once."""
    diary = Diary(
        Release(b"a", TEXT, suppressed=TEXT), Release(b"b"), Release(b"c", TEXT, done=True)
    )
    pump, _ = _pump(diary)
    await pump.run()
    assert diary.done == [
        "suppressed", "journaled", "settled", "start 200", "a", "sent 1", "b", "sent 2",
        "journaled", "settled", "c.", "sent 3", "upstream closed",
    ]  # fmt: skip


async def test_nothing_leaves_that_is_not_recorded() -> None:
    """A record that fails keeps the bytes in."""
    diary = Diary(Release(b"secret", TEXT), Release(b""))
    diary.fails = LedgerFailed()
    pump, _ = _pump(diary)
    with pytest.raises(LedgerFailed):
        await pump.run()
    assert diary.done == []


async def test_nothing_is_sent_for_empty_releases() -> None:
    """Held text makes no headers and no writes."""
    diary = Diary(Release(b""), Release(b""), Release(b"all", TEXT, done=True))
    pump, _ = _pump(diary)
    await pump.run()
    assert [line for line in diary.done if line.startswith(("start", "all"))] == [
        "start 200", "all.",
    ]  # fmt: skip


async def test_others_come_between_the_portions_of_a_long_text() -> None:
    """Nothing leaves before it is judged to its end, and no deadline of the upstream runs."""
    more = Release(b"", more=True)
    diary = Diary(more, more, Release(b"a", TEXT), Release(b"b", done=True))
    pump, watch = _pump(diary)
    expected: list[bool] = []

    async def other() -> None:
        expected.append(math.isfinite(watch.deadline))
        diary.done.append("other")

    tasks = [asyncio.ensure_future(other())]
    await pump.run()
    assert diary.done[:4] == ["other", "portion", "portion", "journaled"]
    assert expected == [False]
    await asyncio.gather(*tasks)


async def test_a_client_that_leaves_ends_the_judging_of_a_long_text() -> None:
    """Its portions are not judged for nobody."""
    diary = Diary(Release(b"", more=True), *[Release(b"", more=True)] * 1000, Release(b"a"))
    pump, watch = _pump(diary)
    asyncio.get_running_loop().call_soon(watch.interrupt, ClientGone())
    with pytest.raises(ClientGone):
        await pump.run()
    assert diary.done.count("portion") < 3


async def test_whole_answer_has_length_and_verdict() -> None:
    """An answer in one piece knows its length and its verdict when its headers leave."""
    diary = Diary(Release(b"all", TEXT, done=True), whole=True)
    diary.content_type = "application/json"
    pump, _ = _pump(diary)
    await pump.run()
    assert diary.lines[b"content-length"] == b"3"
    assert diary.lines[b"x-sealgate-verdict"] == b"passed"
    assert b"cache-control" not in diary.lines


@pytest.mark.parametrize("heard", [Outcome.FLAGGED, Outcome.EDITED])
async def test_the_verdict_is_that_of_both_sides(heard: Outcome) -> None:
    """As the record has it: an answer to a prompt that was changed is not called passed."""
    diary = Diary(Release(b"all", TEXT, done=True), whole=True)
    pump, _ = _pump(diary, heard)
    await pump.run()
    assert diary.lines[b"x-sealgate-verdict"] == heard.value.encode()


async def test_whole_answer_that_failed_empty_is_an_error() -> None:
    """The session gave up: nothing was sent, and the caller says it with a status."""
    diary = Diary(Release(b"", done=True), whole=True)
    diary.outcome = Outcome.UPSTREAM_ERROR
    pump, _ = _pump(diary)
    with pytest.raises(UpstreamBroken):
        await pump.run()
    assert diary.done == []


async def test_session_that_does_not_end_fails_closed() -> None:
    """The upstream ended, nothing is asked, and the session is not done: that is a failure."""
    pump, _ = _pump(Diary(Release(b"")))
    with pytest.raises(FilterFailed):
        await pump.run()


async def test_tick_ends_the_answer_while_the_upstream_is_silent() -> None:
    """Another task's last release ends the wait for the upstream."""
    diary = Diary(Release(b"a", wake_s=0.01), Release(b"b", TEXT, done=True), Release(b""))
    pump, _ = _pump(diary)
    feed = diary.feed

    def once(data: bytes, now_s: float) -> Release:
        diary.wait.clear()
        return feed(data, now_s)

    diary.feed = once  # type: ignore[method-assign]  # silent after the first read
    async with asyncio.timeout(60):
        await pump.run()
    assert diary.done[:3] == ["start 200", "a", "sent 1"]
    assert diary.done[3:6] == ["journaled", "settled", "b."]


async def test_interruption_reaches_the_caller_as_its_reason() -> None:
    """Who interrupts gives the reason; the pump passes it on."""
    diary = Diary(Release(b"a"), Release(b"b"))
    diary.wait.clear()
    pump, watch = _pump(diary)
    asyncio.get_running_loop().call_later(0.01, watch.interrupt, ClientGone())
    with pytest.raises(ClientGone):
        await pump.run()


async def test_drain_reads_to_the_end_and_sends_nothing() -> None:
    """Draining feeds the reader of usage, and only that."""
    diary = Diary(Release(b"a"), Release(b"b"), Release(b"c"))
    reads = [b"1", b"2", b""]

    async def read() -> bytes:
        return reads.pop(0)

    diary.read = read  # type: ignore[method-assign]  # three reads
    pump, _ = _pump(diary)
    await pump.drain()
    assert diary.done == ["drained", "drained"]
