"""The shipped fold table is what its builder makes."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from gateway.matching.fold_tables import TABLE, UNICODE_VERSION, Kind, build


def test_the_shipped_table_is_up_to_date() -> None:
    """Building it again gives the same; a later Unicode may only add what was not assigned."""
    built = build()
    with np.load(TABLE) as shipped:
        for name in ("", "expand_"):
            new, old = folds(built, name), folds(shipped, name)
            assert {source: new.get(source) for source in old} == old
            assert len(new) == len(old) or unicodedata.unidata_version != UNICODE_VERSION
        said = shipped["kinds"] != Kind.OTHER
        assert np.array_equal(shipped["kinds"][said], built["kinds"][said])


def folds(table: Mapping[str, NDArray[Any]], name: str) -> dict[int, object]:
    """The folds of a table to one (or, ``expand_``, to several) characters."""
    sources, targets = table[f"{name}sources"], table[f"{name}targets"]
    return dict(zip(sources.tolist(), targets.tolist(), strict=True))


@pytest.mark.parametrize(
    ("sign", "kind"),
    [
        ("赌", Kind.HAN),
        ("㈲", Kind.HAN),
        ("a", Kind.WORD),
        ("я", Kind.WORD),
        ("7", Kind.WORD),
        ("-", Kind.SOFT),
        ("丶", Kind.SOFT),
        ("\u2800", Kind.SOFT),
        ("😀", Kind.SOFT),
        ("。", Kind.SENTENCE),
        ("\n", Kind.LINE),
        ("\t", Kind.SOFT),
        ("\u200b", Kind.DROPPED),
        ("か", Kind.OTHER),
        ("ก", Kind.WORD),
        ("\u0e31", Kind.OTHER),
    ],
)
def test_kinds(sign: str, kind: Kind) -> None:
    """What a code point is to the matcher; a Thai vowel sign is neither dropped nor a separator."""
    with np.load(TABLE) as shipped:
        assert shipped["kinds"][ord(sign)] == kind
