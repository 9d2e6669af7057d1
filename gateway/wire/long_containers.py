"""Long containers of JSON, passed over at memory's speed.

The lists of log probabilities of an answer are megabytes of short strings, numbers and brackets.
To look at each takes more than a tenth of a second, in which every other stream of the worker
waits. Here whole pages are counted at once, up to the one in which the container may end.
"""

from __future__ import annotations

import numpy as np

_PAGE = 32 * 1024
_QUOTE = ord('"')
_STEP = np.zeros(256, np.int8)
_STEP[list(b"[{")] = 1
_STEP[list(b"]}")] = -1


def skip_inside(raw: bytes, at: int, depth: int) -> tuple[int, int]:
    """Pass over pages that lie wholly inside the outermost of ``depth`` open containers.

    ``at`` is a place outside of strings; returned is the like, ``at`` itself or further on, and how
    many containers are open there. What is left is for the caller to read. The text must be valid
    JSON.
    """
    while len(raw) - at > _PAGE:
        page = raw[at : at + _PAGE]
        if b"\\" in page:
            page = page.replace(b"\\\\", b"__").replace(b'\\"', b"__")
        signs = np.frombuffer(page, np.uint8)
        quotes = np.flatnonzero(signs == _QUOTE)
        size = len(page)
        if len(quotes) % 2:  # the last string goes on: end before it
            size = int(quotes[-1])
        steps = _STEP.take(signs[:size])
        brackets = np.flatnonzero(steps != 0)
        outside = np.searchsorted(quotes, brackets) % 2 == 0  # of strings
        depths = depth + np.cumsum(steps[brackets[outside]], dtype=np.int64)
        if not size or (len(depths) and depths.min() <= 0):
            break
        depth = int(depths[-1]) if len(depths) else depth
        at += size
    return at, depth
