"""Where head and body of a page begin and end, whatever stands in it."""

from __future__ import annotations

import time
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.wire.html_places import attributes, find_places, tags

PARTS = st.sampled_from(
    [
        *("<html>", "<head>", "</head>", "<body a='>'>", "</body>", "</html>", "<p>", "x"),
        *("<script>'</body>'</script>", "<title>a<b</title>", "<meta charset=utf-8>"),
        *("<!-- <b> -->", "<", ">", "\n", "'"),
    ]
)


@pytest.mark.parametrize(
    ("text", "marked"),
    [
        ("<html><head><title>a</title></head><body><p>x</p></body></html>",
         "<html><head><title>a</title>H</head><body>T<p>x</p>B</body></html>"),
        ("<!doctype html>\n<meta charset=utf-8><title></body></title><p>x",
         "<!doctype html>\n<meta charset=utf-8><title></body></title>HT<p>xB"),
        ("<p>x</p>", "HT<p>x</p>B"),
        ("<body data-x='</body>'>x<!-- </body> --><script>'</body>'</script></BODY>",
         "H<body data-x='</body>'>Tx<!-- </body> --><script>'</body>'</script>B</BODY>"),
        ("", "HTB"),
        ("<HTML><BODY>x", "<HTML>H<BODY>TxB"),
    ],
)  # fmt: skip
def test_places_of_pages(text: str, marked: str) -> None:
    """H is for a meta, T and B are the ends of the body."""
    places = find_places(text)
    for at, letter in ((places.bottom, "B"), (places.top, "T"), (places.head, "H")):
        text = text[:at] + letter + text[at:]
    assert text == marked


@given(st.lists(PARTS, max_size=12).map("".join))
def test_places_stand_in_order_and_never_inside_a_tag(text: str) -> None:
    """Head before top before bottom; another parser then finds the new element as an element."""
    places = find_places(text)
    assert 0 <= places.head <= places.top <= places.bottom <= len(text)
    for tag in tags(text):
        for at in places:
            assert not tag.start < at < tag.end


def test_another_parser_finds_a_new_element_as_one() -> None:
    """The standard library's."""
    text = "<html><head><title>a</title></head><body><p>x</p><!-- </body> --></body></html>"
    seen: list[str] = []

    class Reader(HTMLParser):
        def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
            seen.append(tag)

    at = find_places(text).bottom
    Reader().feed(text[:at] + "<div></div>" + text[at:])
    assert seen[-1] == "div"


def test_attributes_are_read_in_all_their_forms() -> None:
    """Entities are resolved; the first of a name counts."""
    (tag,) = tags("<meta NAME=AIGC content='{&quot;a&quot;:1}' x content=\"2\">")
    assert attributes(tag) == {"name": "AIGC", "content": '{"a":1}', "x": ""}


@pytest.mark.parametrize(
    "piece", ["<", "<!--", "<a ", "<script>", "</", "<a b='", "<title>", "<a x="]
)
def test_a_hostile_page_takes_no_longer_than_a_long_one(piece: str) -> None:
    """One pass, whatever is left open."""
    began = time.process_time()
    find_places(piece * 100_000)
    assert time.process_time() - began < 5
