"""Passage: a plain route's answer goes through untouched, paced by the client and bounded."""

from __future__ import annotations

from gateway.edge.gateway import Gateway
from gateway.edge.reply import ClientWriter, HeaderLines, answer_lines
from gateway.edge.upstream import FAILURES, UpstreamAnswer, upstream_error
from gateway.edge.watch import Watch
from gateway.nouns.errors import UpstreamBroken, UpstreamTimeout


async def pass_through(
    gateway: Gateway,
    upstream: UpstreamAnswer,
    writer: ClientWriter,
    watch: Watch,
    *,
    exchange: str,
    ours: HeaderLines,
) -> None:
    """Send an answer as it comes.

    Raises UpstreamError if the upstream fails or sends more than ``limits.answer_bytes``.
    """
    idle_s = gateway.settings.upstream.idle_s
    left = gateway.settings.limits.answer_bytes
    stream = "event-stream" in upstream.content_type
    lines = answer_lines(upstream.headers, ours, exchange, stream=stream)
    await writer.start(upstream.status, lines)
    while True:
        watch.expect(gateway.clock.monotonic_s() + idle_s, UpstreamTimeout)
        try:
            data = await upstream.read()
        except FAILURES as failure:
            raise upstream_error(failure) from None
        watch.rest()
        if not data:
            break
        left -= len(data)
        if left < 0:
            raise UpstreamBroken("Its answer is larger than limits.answer_bytes.")
        await writer.write(data)
    await writer.finish()
