"""Media reading: the files of a request are read beside the worker before the request is judged."""

from __future__ import annotations

from gateway.edge.gateway import Admission, Gateway
from gateway.edge.media_pool import ChildPool
from gateway.nouns.errors import Overloaded, SealgateError
from gateway.nouns.media import MediaKind
from gateway.nouns.segment import MediaPart
from gateway.ports.media import Fault, Reading, ReadOrder

ReadPool = ChildPool[ReadOrder, Reading]


async def with_media_read(gateway: Gateway, admission: Admission) -> Admission:
    """Return the admission with what was read in the files of its request. Raises Overloaded."""
    request = admission.request
    if not request.media:
        return admission
    parts = await gateway.media.read(request.media)
    return admission._replace(request=request._replace(media=parts))


class EdgeMediaReader:
    """See gateway.ports.media.MediaReader. ``files`` is how many of one request are read."""

    def __init__(self, pool: ReadPool, *, files: int) -> None:
        self._pool = pool
        self._files = files

    async def read(self, parts: tuple[MediaPart, ...]) -> tuple[MediaPart, ...]:
        """Return the parts with what was read in them, one after the other: a request takes one
        place in the queue, however many files it brings."""
        found = [await self._part(part) for part in parts[: self._files]]
        rest = (part._replace(fault=Fault.TOO_MANY) for part in parts[self._files :])
        return (*found, *rest)

    async def _part(self, part: MediaPart) -> MediaPart:
        content = part.content
        if not content:
            return part._replace(fault=Fault.ELSEWHERE)
        if isinstance(content, str) and content[:8].lower().startswith(("http:", "https:")):
            return part._replace(fault=Fault.NOT_FETCHED)
        reading = await self._pool.carry_out(ReadOrder(content, part.hint))
        if isinstance(reading, Overloaded):
            raise Overloaded("Too many files wait to be read (inputs.queue).", retry_after_s=1.0)
        if isinstance(reading, SealgateError):
            return part._replace(fault=Fault.EXHAUSTED)
        return part._replace(
            kind=reading.kind or part.kind, passages=reading.passages, fault=_fault(reading)
        )

    async def close(self) -> None:
        """End the processes."""
        await self._pool.close()


def _fault(reading: Reading) -> str:
    """Return why a file was not judged as a whole. Text alone is: pictures and sounds need
    somebody to look and to listen."""
    if reading.fault:
        return reading.fault
    if reading.kind == MediaKind.AUDIO:
        return Fault.UNHEARD
    if reading.shows:
        inside = reading.kind == MediaKind.DOCUMENT
        return Fault.PICTURES_INSIDE if inside else Fault.UNSEEN
    return ""
