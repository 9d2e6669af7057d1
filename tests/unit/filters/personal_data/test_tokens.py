"""Addresses and plates, and where the end of a text leaves one open."""

from __future__ import annotations

import pytest

from filters.personal_data.labels import Passage
from filters.personal_data.tokens import DOMAIN, LOCAL, emails, open_token, plates


@pytest.mark.parametrize(
    ("text", "span"),
    [
        ("邮箱是zhang.san@163.com，谢谢", "zhang.san@163.com"),
        ("mail john+x@mail.example.co.uk.", "john+x@mail.example.co.uk"),
        ("......john@qq.com", "john@qq.com"),
        ("user@localhost", None),
        ("npm i lodash@4.17.21", None),
        ("git@github.com:a/b.git", None),
        ("@decorator.name", None),
        ("a @ b.com", None),
    ],
)
def test_addresses(text: str, span: str | None) -> None:
    """Han characters before the local part are not swallowed; what has no domain is none."""
    found = [text[c.start : c.end] for c in emails(Passage(text))]
    assert found == ([span] if span else [])


def test_a_local_part_is_bounded() -> None:
    """Behind a run that is too long the last LOCAL characters count: nothing hides an address."""
    text = "x" * 500 + "@qq.com"
    (found,) = emails(Passage(text))
    assert found.end - found.start == LOCAL + len("@qq.com")


@pytest.mark.parametrize(
    ("text", "span"),
    [
        ("车牌粤B·12345。", "粤B·12345"),
        ("京A1234警", "京A1234警"),
        ("沪AD12345", "沪AD12345"),
        ("粤B12345D", "粤B12345D"),
        ("粤B123456", None),
        ("粤BABCDE", None),
        ("粤I12345", None),
        ("新增12345", None),
    ],
)
def test_plates_of_vehicles(text: str, span: str | None) -> None:
    """Standard, new-energy and special plates; not what has no digits or one too many."""
    found = [text[c.start : c.end] for c in plates(Passage(text))]
    assert found == ([span] if span else [])


@pytest.mark.parametrize(
    ("text", "start"),
    [
        ("今天天气很好", 6),
        ("say hello", 4),
        ("say hello ", 10),
        ("to john@exam", 3),
        ("to john@exam.com_x", 8),
        ("in 粤", 3),
        ("in 粤B·12", 3),
        ("粤BABCDEFGH", 1),
        ("...", 3),
    ],
)
def test_open_end(text: str, start: int) -> None:
    """A word is open because an @ may follow; prose that ended is not."""
    assert open_token(text, text) == start


def test_open_end_is_bounded() -> None:
    """However long a run or a domain grows, no more than one address is held."""
    assert 1000 - open_token("x" * 1000, "x" * 1000) == LOCAL
    text = "x" * 100 + "@" + "y" * (DOMAIN - 1)
    assert len(text) - open_token(text, text) == LOCAL + DOMAIN
    assert len(text) + 1 - open_token(text + "y", text + "y") == LOCAL
