"""Limits hold over all workers, and a killed worker does not keep its share."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Iterator
from contextlib import suppress
from functools import partial

import pytest

from gateway.access.limits import WORKERS, Limiter
from gateway.nouns.errors import Overloaded, TooManyRequests
from gateway.nouns.exchange import Principal

KEY = Principal("key_1", "gateway_key", requests_per_minute=3)
BUSY = Principal("key_2", "gateway_key", concurrent=2)


@pytest.fixture
def limiter() -> Iterator[Limiter]:
    """Return a limiter, attached as worker 0."""
    limiter = Limiter()
    limiter.attach(0)
    yield limiter
    limiter.close()


def fork(act: Callable[[], None]) -> int:
    """Start something in a process of its own, which ends with 0 if nothing was raised."""
    child = os.fork()
    if child == 0:
        code = 1
        try:
            act()
            code = 0
        finally:
            os._exit(code)
    return child


def in_child(act: Callable[[], None]) -> int:
    """Run something in a process of its own; returns its exit code, negative for a signal."""
    return os.waitstatus_to_exitcode(os.waitpid(fork(act), 0)[1])


def test_no_limit_is_no_limit(limiter: Limiter) -> None:
    """A principal without limits takes no slot and gets no headers."""
    free = Principal("key_3", "gateway_key")
    for _ in range(100):
        assert limiter.admit(free, 0.0).headers == ()
    assert limiter.running(free) == 0
    assert limiter.standing(free, 0.0) == ()


def test_a_minutes_worth_of_requests_then_a_wait(limiter: Limiter) -> None:
    """The fourth of three is told when to come back; then one is free."""
    for _ in range(3):
        limiter.admit(KEY, 100.0).release()
    with pytest.raises(TooManyRequests) as caught:
        limiter.admit(KEY, 100.0)
    assert caught.value.retry_after_s == 20.0
    assert (caught.value.status, caught.value.code) == (429, "rate_limit_exceeded")
    with pytest.raises(TooManyRequests) as caught:
        limiter.admit(KEY, 110.0)
    assert caught.value.retry_after_s == 10.0
    limiter.admit(KEY, 120.0)
    with pytest.raises(TooManyRequests):
        limiter.admit(KEY, 120.0)


def test_the_bucket_never_holds_more_than_a_minute(limiter: Limiter) -> None:
    """A quiet hour is not saved up."""
    limiter.admit(KEY, 0.0)
    for _ in range(3):
        limiter.admit(KEY, 3600.0)
    with pytest.raises(TooManyRequests):
        limiter.admit(KEY, 3600.0)


def test_a_clock_that_stands_or_went_back_gives_nothing(limiter: Limiter) -> None:
    """An older moment than the last refills nothing, takes nothing, and is not counted from."""
    limiter.admit(KEY, 100.0)
    limiter.admit(KEY, 40.0)
    limiter.admit(KEY, 40.0)
    with pytest.raises(TooManyRequests) as caught:
        limiter.admit(KEY, 100.0)
    assert caught.value.retry_after_s == 20.0


def test_the_headers_say_where_the_key_stands(limiter: Limiter) -> None:
    """Limit, remaining, and when the bucket is full again; also for a refused request."""
    assert limiter.standing(KEY, 0.0)[1] == (b"x-ratelimit-remaining-requests", b"3")
    permit = limiter.admit(KEY, 0.0)
    assert permit.headers == (
        (b"x-ratelimit-limit-requests", b"3"),
        (b"x-ratelimit-remaining-requests", b"2"),
        (b"x-ratelimit-reset-requests", b"20s"),
    )
    assert limiter.standing(KEY, 2.5) == (
        (b"x-ratelimit-limit-requests", b"3"),
        (b"x-ratelimit-remaining-requests", b"2"),
        (b"x-ratelimit-reset-requests", b"17.5s"),
    )


def test_only_so_many_run_at_once(limiter: Limiter) -> None:
    """The third waits until one of two ended; leaving twice counts once."""
    first, second = limiter.admit(BUSY, 0.0), limiter.admit(BUSY, 0.0)
    with pytest.raises(TooManyRequests) as caught:
        limiter.admit(BUSY, 0.0)
    assert caught.value.retry_after_s == 1.0
    first.release()
    first.release()
    assert limiter.running(BUSY) == 1
    with limiter.admit(BUSY, 0.0):
        assert limiter.running(BUSY) == 2
    second.release()
    assert limiter.running(BUSY) == 0


def test_a_request_refused_for_its_number_at_once_costs_none(limiter: Limiter) -> None:
    """The minute's share stays."""
    both = Principal("key_4", "gateway_key", requests_per_minute=2, concurrent=1)
    permit = limiter.admit(both, 0.0)
    with pytest.raises(TooManyRequests):
        limiter.admit(both, 0.0)
    permit.release()
    limiter.admit(both, 0.0).release()


def test_keys_do_not_share_a_limit(limiter: Limiter) -> None:
    """Another key, another tenant, another kind: another bucket."""
    for _ in range(3):
        limiter.admit(KEY, 0.0)
    for other in (
        KEY._replace(key="key_9"),
        KEY._replace(tenant="acme"),
        KEY._replace(kind="transparent"),
    ):
        limiter.admit(other, 0.0)


def test_a_lowered_limit_holds_at_once(limiter: Limiter) -> None:
    """What was saved under the higher limit is cut."""
    limiter.admit(KEY._replace(requests_per_minute=100), 0.0)
    lowered = KEY._replace(requests_per_minute=1)
    limiter.admit(lowered, 0.0)
    with pytest.raises(TooManyRequests):
        limiter.admit(lowered, 0.0)


def test_workers_share_the_limits(limiter: Limiter) -> None:
    """What one worker let in counts in another."""

    def use_up() -> None:
        limiter.attach(1)
        for _ in range(3):
            limiter.admit(KEY, 0.0).release()

    assert in_child(use_up) == 0
    with pytest.raises(TooManyRequests):
        limiter.admit(KEY, 0.0)


def test_a_killed_workers_exchanges_are_forgotten(limiter: Limiter) -> None:
    """They count until the supervisor says that the worker is gone; then its own share only."""

    def hold_and_die() -> None:
        limiter.attach(1)
        limiter.admit(BUSY, 0.0)
        os.kill(os.getpid(), signal.SIGKILL)

    mine = limiter.admit(BUSY, 0.0)
    assert in_child(hold_and_die) == -signal.SIGKILL
    with pytest.raises(TooManyRequests):
        limiter.admit(BUSY, 0.0)
    limiter.forget(1)
    assert limiter.running(BUSY) == 1
    limiter.admit(BUSY, 0.0)
    mine.release()
    assert limiter.running(BUSY) == 1


def test_many_workers_let_in_exactly_the_limit(limiter: Limiter) -> None:
    """Four processes at once, 400 tries each: together a thousand come in."""
    crowd = Principal("key_5", "gateway_key", requests_per_minute=1000)
    reader, writer = os.pipe()

    def knock(worker: int) -> None:
        limiter.attach(worker)
        admitted = 0
        for _ in range(400):
            with suppress(TooManyRequests):
                limiter.admit(crowd, 0.0).release()
                admitted += 1
        os.write(writer, b"%d\n" % admitted)

    children = [fork(partial(knock, worker)) for worker in range(1, 5)]
    assert [os.waitpid(child, 0)[1] for child in children] == [0] * 4
    counts = [int(line) for line in os.read(reader, 4096).split()]
    os.close(reader)
    os.close(writer)
    assert len(counts) == 4
    assert sum(counts) == 1000
    assert limiter.running(crowd) == 0


def test_attaching_forgets_what_the_number_left(limiter: Limiter) -> None:
    """A new worker under an old number begins at nothing."""
    limiter.admit(BUSY, 0.0)
    limiter.attach(0)
    assert limiter.running(BUSY) == 0


def test_what_no_key_uses_takes_no_memory(limiter: Limiter) -> None:
    """The table has room for thousands of keys; a worker that comes and goes does not fill it."""
    taken = os.fstat(limiter.descriptor).st_blocks
    limiter.admit(BUSY, 0.0)
    one = os.fstat(limiter.descriptor).st_blocks
    limiter.attach(1)
    limiter.forget(0)
    assert taken == 0
    assert 0 < os.fstat(limiter.descriptor).st_blocks == one
    assert limiter.running(BUSY) == 0


@pytest.mark.parametrize("worker", [-1, WORKERS])
def test_a_number_that_no_worker_has_is_refused(limiter: Limiter, worker: int) -> None:
    """Outside the table."""
    with pytest.raises(ValueError, match="worker"):
        limiter.attach(worker)
    with pytest.raises(ValueError, match="worker"):
        limiter.forget(worker)


def test_a_crowd_of_keys_pushes_out_the_idle_ones_only(limiter: Limiter) -> None:
    """Memory is bounded: idle slots are reused, a running exchange stays counted, and a gateway
    key is not pushed out by invented foreign ones."""
    held = Principal("held", "transparent", concurrent=1)
    limiter.admit(held, 0.0)
    for _ in range(3):
        limiter.admit(KEY, 0.0).release()
    for number in range(10_000):
        crowd = Principal(f"{number}", "transparent", requests_per_minute=5)
        limiter.admit(crowd, 1.0 + number).release()
    with pytest.raises(TooManyRequests):
        limiter.admit(held, 20_000.0)
    with pytest.raises(TooManyRequests):
        limiter.admit(KEY, 0.0)


def test_a_table_full_of_running_exchanges_says_so(limiter: Limiter) -> None:
    """Nobody is let in uncounted."""
    crowd = [Principal(f"{number}", "transparent", concurrent=1) for number in range(8192)]
    with pytest.raises(Overloaded) as caught:
        list(map(limiter.admit, crowd, [0.0] * len(crowd)))
    assert caught.value.retry_after_s == 1.0
