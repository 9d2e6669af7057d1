"""Tables that people hand in."""

from __future__ import annotations

from pathlib import Path

import pytest

from gateway.assessment.tables import csv_rows, decoded
from gateway.nouns.errors import ConfigError

HERE = Path("x.csv")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "gb18030"])
@pytest.mark.parametrize("sign", [",", ";", "\t"])
def test_cells_as_spreadsheets_write_them(encoding: str, sign: str) -> None:
    """Line ends and other signs inside of quotes are part of a cell."""
    raw = f'甲{sign}乙\r\n"一,;\t\n二"{sign}3\r\n'.encode(encoding)
    assert list(csv_rows(HERE, decoded(HERE, raw))) == [["甲", "乙"], ["一,;\t\n二", "3"]]


def test_bytes_that_are_no_text() -> None:
    """Neither is a mark alone a promise."""
    for raw in (b"\xff\xfex", b"\xef\xbb\xbf\xff", b"\x81\xff"):
        with pytest.raises(ConfigError, match="neither"):
            decoded(HERE, raw)
