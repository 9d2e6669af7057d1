"""The reader's view of markup and escapes."""

from __future__ import annotations

import pytest

from gateway.matching.reader import Layer, only_emphasis, open_markup, read_layer


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
        ("&amp;#36172;", "&#36172;"),
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
    layer = read_layer(written, len(written))
    assert layer is not None
    assert seen(layer) == read


@pytest.mark.parametrize("text", ["", "plain", "a & b", "&unknown;", "1 < 2", r"C:\dir", r"\alpha"])
def test_text_without_markup_has_no_other_layer(text: str) -> None:
    """Nothing is read twice for nothing."""
    assert read_layer(text, len(text)) is None


def test_places_are_those_of_the_written_token() -> None:
    """A decoded character covers its whole entity."""
    layer = read_layer("a&#36172;b", 10)
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
    bold, tagged = read_layer("**a**", 5), read_layer("<b>a", 4)
    assert bold is not None
    assert only_emphasis(bold)
    assert tagged is not None
    assert not only_emphasis(tagged)
