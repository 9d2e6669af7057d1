"""The turn: taken at once or waited for, one holder at a time, and nobody is passed over."""

from __future__ import annotations

import asyncio

from gateway.edge.turn import Turn


async def test_one_holder_at_a_time() -> None:
    """Taken, it is locked for everybody; released, it is free."""
    turn = Turn()
    assert turn.take()
    assert turn.locked()
    assert not turn.take()
    turn.release()
    async with turn:
        assert not turn.take()
    assert turn.take()


async def test_who_waits_comes_before_who_takes() -> None:
    """Otherwise the reader of a fast stream would keep a verdict waiting for ever."""
    turn, order = Turn(), []

    async def wait(name: str) -> None:
        async with turn:
            order.append(name)

    assert turn.take()
    waiting = [asyncio.create_task(wait(name)) for name in ("first", "second")]
    await asyncio.sleep(0)
    turn.release()
    assert not turn.take()
    await asyncio.gather(*waiting)
    assert order == ["first", "second"]
    assert turn.take()


async def test_a_waiter_that_is_cancelled_keeps_nobody_out() -> None:
    """The turn goes to the next, or is free."""
    turn = Turn()
    assert turn.take()
    waiting = asyncio.create_task(turn.acquire())
    await asyncio.sleep(0)
    waiting.cancel()
    await asyncio.gather(waiting, return_exceptions=True)
    turn.release()
    assert turn.take()
