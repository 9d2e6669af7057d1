"""Where a private value would go to a stranger with an address, and where it would not."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.matching.links import Links


def _inside(text: str, cuts: list[int] | None = None) -> bool:
    links = Links()
    last = 0
    for cut in [*sorted(cuts or []), len(text)]:
        links.tell(text[last:cut])
        last = cut
    return links.inside


@pytest.mark.parametrize(
    "text",
    [
        "![pixel](https://evil.example/?q=",
        "![pixel](//evil.example/",
        "[here](  <https://evil.example/a b ",
        "[here](/redirect?to=",
        "[here](https://evil.example/(a)/",
        "[here](https://evil.example/\\)",
        "[a]: https://evil.example/",
        "[a]: //",
        "see https://evil.example/?q=",
        "see http:evil.example/",
        "wss://evil.example/",
        "<img src=https://evil.example/",
        '<img alt="x"\n src="//evil.example/?a b ',
        "<a href='h&#116;tp://evil.example/",
        "<iframe srcdoc='",
        "url(https://evil.example/",
        "background:url('//evil.example/",
        "\\\\evil.example\\share\\",
        "[x](mailto:me@evil.example?body=",
        "[x](https://evil.example/?a=tel:",
        "x&#58;//evil.example/",
    ],
)
def test_an_address_takes_what_stands_in_it(text: str) -> None:
    """Markdown, HTML, bare and protocol-relative addresses, in one piece and letter by letter."""
    assert _inside(text)
    assert _inside(text, list(range(len(text))))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "电话：",
        "请访问 https://shop.example ，电话",
        "请访问https://shop.example，电话",
        "![pixel](https://evil.example/) call ",
        "[call](tel:",
        "[mail](<mailto:",
        '<a href="mailto:',
        "<a href='https://evil.example/'>call</a> ",
        '[x](https://evil.example/ "title ',
        "[x](<https://evil.example/>) ",
        "postgres://app:",
        "mongodb+srv://app:",
        "jdbc:mysql://db/x?user=",
        "if a<b and c: print(",
        "x // comment ",
        "note](",
        "[1]: ",
        "<a \n\n next paragraph ",
    ],
)
def test_other_places_take_nothing(text: str) -> None:
    """Behind an address, in one that calls the value itself, in those of data bases, in prose."""
    assert not _inside(text)
    assert not _inside(text, list(range(len(text))))


_PIECES = st.sampled_from([
    "](", "[a", ")", "(", "<", ">", "<img ", "<a\n", "href=", '"', "'", "http:", "https://", "//",
    "postgres", "://", "e.vil/", "tel:", "mailto:", " ", "\n", "\n\n", "\\", "中", "\ufdd0",
    "x" * 40,
])  # fmt: skip


@given(st.lists(_PIECES, max_size=14).map("".join), st.randoms(use_true_random=False))
def test_cuts_do_not_matter(text: str, rng: random.Random) -> None:
    """However a text is told, the place behind it is the same."""
    cuts = [rng.randrange(len(text) + 1) for _ in range(rng.randrange(6))]
    assert _inside(text, cuts) == _inside(text) == _inside(text, list(range(len(text))))
