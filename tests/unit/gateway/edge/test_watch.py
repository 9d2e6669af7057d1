"""Deadlines and interruptions of one exchange."""

from __future__ import annotations

import asyncio

import pytest

from gateway.edge.watch import AnswerEnded, ClientGone, ReaderTooSlow, Sweep, Watch


async def _waiting() -> tuple[Watch, asyncio.Task[Exception | None]]:
    """Return a watch over a task that waits for ever and returns its reason."""
    made: asyncio.Future[Watch] = asyncio.get_running_loop().create_future()

    async def wait() -> Exception | None:
        task = asyncio.current_task()
        assert task is not None
        watch = Watch(task)
        made.set_result(watch)
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            reason = watch.claim()
            if reason is None:
                raise
            await asyncio.sleep(0)  # the task goes on as if nothing had been cancelled
            return reason
        return None

    task = asyncio.create_task(wait())
    return await made, task


async def test_interruption_has_its_reason() -> None:
    """The first reason is the one that is claimed, and the task can go on."""
    watch, task = await _waiting()
    watch.interrupt(ClientGone())
    watch.interrupt(AnswerEnded())
    assert isinstance(await task, ClientGone)
    assert task.cancelling() == 0


async def test_cancellation_by_others_has_none() -> None:
    """Who is cancelled by somebody else finds no reason and lets it pass."""
    _, task = await _waiting()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task


async def test_disarmed_watch_interrupts_nobody() -> None:
    """On its last words an exchange is left alone."""
    watch, task = await _waiting()
    watch.disarm()
    watch.interrupt(ClientGone())
    await asyncio.sleep(0)
    assert not task.done()
    task.cancel()


@pytest.mark.parametrize(
    ("deadline", "final", "now", "reason"),
    [
        (5.0, 9.0, 4.9, None),
        (5.0, 9.0, 5.0, ReaderTooSlow),
        (5.0, 5.0, 5.0, TimeoutError),
        (float("inf"), 9.0, 9.5, TimeoutError),
    ],
)
async def test_deadlines(
    deadline: float, final: float, now: float, reason: type[Exception] | None
) -> None:
    """The present wait and the whole exchange have their own ends; the whole one goes first."""
    watch, task = await _waiting()
    watch.expect(deadline, ReaderTooSlow)
    watch.final = final
    watch.check(now)
    if reason is None:
        assert not task.cancelling()
        task.cancel()
    else:
        assert isinstance(await task, reason)


async def test_rest_ends_a_deadline() -> None:
    """After the wait its deadline means nothing."""
    watch, task = await _waiting()
    watch.expect(5.0, ReaderTooSlow)
    watch.rest()
    watch.check(6.0)
    assert not task.cancelling()
    task.cancel()


async def test_beat_comes_once_until_set_again() -> None:
    """A beat that is due is given once; who wants another sets its time."""
    watch, task = await _waiting()
    beats: list[float] = []
    watch.beat = lambda: beats.append(1)
    watch.beat_at = 2.0
    for now in (1.0, 2.0, 3.0):
        watch.check(now)
    assert len(beats) == 1
    task.cancel()


async def test_sweep_looks_at_all_and_forgets_the_removed() -> None:
    """The sweep checks whom it was given, and nobody after removal."""
    now = [0.0]
    sweep = Sweep(lambda: now[0])
    kept, task = await _waiting()
    gone, other = await _waiting()
    for watch in (kept, gone):
        watch.expect(1.0, ReaderTooSlow)
        sweep.add(watch)
    sweep.remove(gone)
    assert len(sweep) == 1
    now[0] = 2.0
    sweep.look()
    assert isinstance(await task, ReaderTooSlow)
    assert not other.cancelling()
    other.cancel()
    await sweep.close()


async def test_emptied_waits_for_the_last() -> None:
    """`emptied` returns at once without exchanges, else with the last one's end."""
    sweep = Sweep(lambda: 0.0)
    await asyncio.wait_for(sweep.emptied(), 1)
    watch, task = await _waiting()
    sweep.add(watch)
    waiter = asyncio.create_task(sweep.emptied())
    await asyncio.sleep(0)
    assert not waiter.done()
    sweep.remove(watch)
    await asyncio.wait_for(waiter, 1)
    task.cancel()
    await sweep.close()
