"""The marks on files, and how they are made."""

from __future__ import annotations

import pytest

from gateway import marks
from gateway.marks import FILE_MARK_NAMES, make_marks
from gateway.marks.credentials import Signing
from gateway.marks.on_files import CONSTRUCTORS, FILE_MARKS
from gateway.nouns.mark import NO_KEYS, FileMarksOrder, MarkKeys


def test_every_mark_is_named_and_can_be_made() -> None:
    """Who counts receipts knows all names without the marks themselves."""
    assert {getattr(mark, "name", "") for mark in FILE_MARKS} == FILE_MARK_NAMES
    assert set(CONSTRUCTORS) == set(FILE_MARKS)


def test_what_takes_a_key_is_made_with_one() -> None:
    """The order of the list is kept; without keys neither watermark nor credentials are there."""
    every = make_marks(FileMarksOrder(), MarkKeys(b"k" * 32, Signing()))
    assert tuple(type(mark) for mark in every) == FILE_MARKS
    without = {mark.name for mark in make_marks(FileMarksOrder(), NO_KEYS)}
    assert FILE_MARK_NAMES - without == {"image_watermark", "credential"}


def test_the_package_shows_all_of_them() -> None:
    """And nothing that is not there."""
    for name in marks.__all__:
        assert getattr(marks, name) is not None
    with pytest.raises(AttributeError, match="NoSuchMark"):
        marks.NoSuchMark  # noqa: B018 -- asking is the test
