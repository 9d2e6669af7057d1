"""The reader's view of markup and escapes."""

from __future__ import annotations

import pytest

from gateway.matching.reader import (
    Layer,
    looks_escaped,
    may_end_token,
    only_emphasis,
    open_markup,
    read_layer,
)


def seen(layer: Layer) -> str:
    """What is left of a layer without what is looked through."""
    assert layer.emphasis is not None
    assert layer.hidden is not None
    rest = layer.codes[~(layer.emphasis | layer.hidden)].tolist()
    return "".join(map(chr, rest))


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("&#36172;&#x535A;", "赌博"),
        ("&#36172&#21338", "赌博"),
        ("a&amp;b&lt;c&nbsp;d", "a&b<c\xa0d"),
        ("&amp;#36172;", "赌"),
        ("%25E8%25B5%258C&amp;amp;#36172;", "赌赌"),
        ("%2525252541", "%2541"),
        (r"%u8d4c\U0000535a%ud83d%ude00", "赌博😀"),
        (r"\350\265\214\303\251\360\237\230\200", "赌é😀"),
        ("=E8=B5=8C=\nx=\r\ny", "赌xy"),
        ("=3D=20=e8=b5*", "=3D=20=e8=b5"),
        ("kill-\nyour-\r\nself* -\n", "killyourself -\n"),
        ("<b>赌</b>博<br/>", "赌博"),
        ("a <!-- x --> b", "a  b"),
        ("**赌**~~博~~ `x`", "赌博 x"),
        (r"赌\*博\\x", r"赌博\x"),
        (r"\u8d4c\u535A", "赌博"),
        (r"\u{8d4c}\u{0535A}", "赌博"),
        (r"\xe8\xb5\x8c\x66\x75", "赌fu"),
        (r"*\xe8\xb5 \u{} \x1 \u{1234567}", r"\xe8\xb5 \u{} \x1 \u{1234567}"),
        (r"\ud83d\ude00!*", "😀!"),
        (r"\ud83dx*", "\ufffdx"),
        ("&#0;&#1114112;&#xd800;", "\ufffd\ufffd\ufffd"),
        ("*1 < 2 and 3 > 2", "1 < 2 and 3 > 2"),
        ("*&unknown; & x", "&unknown; & x"),
        ("*<" + "a" * 64 + ">", "<" + "a" * 64 + ">"),
        ("<" + "a" * 63 + ">x", "x"),
    ],
)
def test_reads_what_a_person_sees(written: str, read: str) -> None:
    """Entities, tags, emphasis and escapes, and what only resembles them."""
    layer, end = read_layer(written, final=True)
    assert layer is not None
    assert (seen(layer), end) == (read, len(written))


@pytest.mark.parametrize("text", ["", "plain", "a & b", "&unknown;", "1 < 2", r"C:\dir", r"\alpha"])
def test_text_without_markup_has_no_other_layer(text: str) -> None:
    """Nothing is read twice for nothing."""
    assert read_layer(text, final=True) == (None, len(text))


def test_places_are_those_of_the_written_token() -> None:
    """A decoded character covers its whole entity."""
    layer, _ = read_layer("a&#36172;b", final=True)
    assert layer is not None
    assert list(zip(layer.starts.tolist(), layer.ends.tolist(), strict=True)) == [
        (0, 1),
        (1, 9),
        (9, 10),
    ]


@pytest.mark.parametrize(
    ("text", "begin"),
    [
        ("abc", 3),
        ("abc<", 3),
        ("abc<b x='", 3),
        ("abc< ", 5),
        ("a<b>", 4),
        ("a&", 1),
        ("a&#", 1),
        ("a&#x8d", 1),
        ("a&am", 1),
        ("a&amp;", 6),
        ("a& ", 3),
        ("a\\", 1),
        ("a\\u8d", 1),
        ("a\\u8d4c", 7),
        ("a\\u{8d4c", 1),
        ("a\\xe8\\xb5\\", 1),
        ("a\\x41b", 6),
        ("a%u8d4", 1),
        ("a\\U0000535", 1),
        ("a\\350\\265", 1),
        ("a\\350\\265\\214", 13),
        ("a=E8=B5", 1),
        ("a=3", 3),
        ("a=", 1),
        ("a=\r", 1),
        ("a-\n", 1),
        (" -", 2),
        ("a\\ud83d", 1),
        ("a\\ud83d\\ude", 1),
        ("a\\ud83dx", 8),
        ("<" + "a" * 63, 0),
        ("<" + "a" * 64, 65),
        ("<a &am", 0),
    ],
)
def test_open_tokens_are_waited_for(text: str, begin: int) -> None:
    """A token that more text may complete is open, for at most 64 code points."""
    assert open_markup(text, 0) == begin


def test_emphasis_alone_is_told_apart() -> None:
    """Then separators inside terms need no second look."""
    bold, tagged = read_layer("**a**", final=True)[0], read_layer("<b>a", final=True)[0]
    assert bold is not None
    assert only_emphasis(bold)
    assert tagged is not None
    assert not only_emphasis(tagged)


@pytest.mark.parametrize(
    ("text", "end"), [("x%25E8%25B5", 1), ("x%25", 1), ("x%25 ", 5), ("x&amp;#361", 1)]
)
def test_what_opens_in_what_was_read_is_waited_for(text: str, end: int) -> None:
    """An encoding in another one is not read by halves."""
    layer, stop = read_layer(text, final=False)
    assert stop == end
    assert layer is None or (layer.starts < end).all()


@pytest.mark.parametrize(
    ("text", "escaped"),
    [
        ("100 % = a-b, x = 3", False),
        ("%4", True),
        ("%u", True),
        ("%", True),
        ("=E8", True),
        ("=E8=", True),
        ("x=Fade", False),
        ("=\n", True),
        ("a-\nb", True),
        ("a-", True),
        ("-\n", False),
    ],
)
def test_what_plain_text_may_hide_is_seen(text: str, escaped: bool) -> None:
    """Signs that prose has too are escapes only with what stands beside them."""
    assert looks_escaped(text, 0) is escaped


def test_the_end_of_a_token_is_told_apart() -> None:
    """Its last digit is not what a reader sees there."""
    assert may_end_token("=E8=B5=8C")
    assert not may_end_token("a=8c, b")
