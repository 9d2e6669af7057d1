"""Broken pictures, a thousand per format: no crash, nothing unmarked, bounded memory and time."""

from __future__ import annotations

import os
import resource
import time

import pytest

from gateway.engine.stamping import Stamper
from gateway.marks import ImageLabel, ImageMetadata
from gateway.nouns.mark import FileMarksOrder, MarkFamily
from gateway.nouns.media import MediaFormat
from gateway.wire.image_file import FORMATS
from gateway.wire.picture import Limits
from tests.picture_kit import CLAIM, encode, format_of, mutations, pictures, scene

FAMILIES = (MarkFamily.LABEL, MarkFamily.METADATA)
METADATA = Stamper([ImageMetadata()], [MarkFamily.METADATA])
BOTH = Stamper(
    [ImageLabel(FileMarksOrder(label=True), Limits(pixels=4_000_000)), ImageMetadata()], FAMILIES
)
FEW, MANY = 15, 1000
LONGEST_S = 10.0
LARGEST_KIB = 512 * 1024


def _small(name: str) -> bytes:
    return encode("AVIF", scene(64, 48), speed=10) if name == "avif" else pictures()[name]


def _try(name: str, count: int, stamper: Stamper) -> None:
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    for number, broken in enumerate(mutations(_small(name), count, seed=len(name) + 7)):
        started = time.process_time()
        stamped = stamper.stamp(broken, CLAIM, hint=format_of(name).value)
        assert time.process_time() - started < LONGEST_S, number
        assert all(receipt.detail or receipt.status == "written" for receipt in stamped.receipts)
        if stamped.format not in FORMATS:
            continue
        for receipt in stamped.receipts:
            if receipt.mark == "image_metadata" and receipt.status == "written":
                assert ImageMetadata().verify(stamped.content), number
    grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    assert grown < LARGEST_KIB, f"{grown} KiB more in process {os.getpid()}"


@pytest.mark.parametrize("found", sorted(FORMATS), ids=str)
def test_a_few_per_format_bear_the_label_or_a_reason(found: MediaFormat) -> None:
    """The quick part of the long suite: metadata alone."""
    _try(found.value, FEW, METADATA)


@pytest.mark.long
@pytest.mark.fuzz
@pytest.mark.timeout(1800)
@pytest.mark.parametrize(
    "name", [*sorted(each.value for each in FORMATS), "png moving", "tiff pages", "gif moving"]
)
def test_a_thousand_per_format_bear_both_or_a_reason(name: str) -> None:
    """Visible label and metadata, as the gateway puts them on."""
    _try(name, MANY, BOTH)
