"""Inputs: how the files of prompts are read, as settings and policy ask."""

from __future__ import annotations

from functools import partial

import msgspec

from gateway.edge.gateway import NoMediaReader
from gateway.edge.media_pool import ChildPool
from gateway.edge.media_reading import EdgeMediaReader, ReadPool
from gateway.extraction.passages import Bounds
from gateway.extraction.reader import FileReader
from gateway.nouns.policy import Policy
from gateway.ports.media import Reading
from gateway.settings import InputSettings, MediaSettings, Settings
from gateway.wire.picture_limit import bound_pictures


def media_reader(settings: Settings, policy: Policy) -> EdgeMediaReader | NoMediaReader:
    """Return what reads files for one worker; its processes start with the first file."""
    if not any(each.reads_files for each in policy.family):
        return NoMediaReader()
    inputs = settings.inputs
    bounds = msgspec.structs.replace(
        MediaSettings(), workers=inputs.workers, queue=inputs.queue, job_s=inputs.job_s,
        memory=inputs.memory,
    )  # fmt: skip
    pool: ReadPool = ChildPool(partial(_make_reader, bounds_of(inputs)), bounds, Reading)
    return EdgeMediaReader(pool, files=inputs.files)


def bounds_of(inputs: InputSettings) -> Bounds:
    """Return the bounds of one file."""
    return Bounds(inputs.chars, inputs.pages, inputs.pixels, inputs.frames, inputs.unpacked)


def _make_reader(bounds: Bounds) -> FileReader:
    bound_pictures(bounds.pixels)
    return FileReader(bounds)
