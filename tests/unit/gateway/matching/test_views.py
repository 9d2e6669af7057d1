"""Views: what is matched, and the breaks where too much was taken out."""

from __future__ import annotations

import pytest

from gateway.matching.reader import raw_layer, read_layer
from gateway.matching.views import hidden_runs, plain_view, see, squeezed_view


def plain(text: str) -> str:
    """The plain view of a text as it is written."""
    return plain_view(see(raw_layer(text), len(text))).text


@pytest.mark.parametrize(
    ("text", "view"),
    [
        ("Ａ\u200bb", "ab"),
        ("a" + "\u200b" * 256 + "b", "ab"),
        ("a" + "\u200b" * 257 + "b", "a\0b"),
        ("a" + " " * 9 + "b", "a b"),
        ("a" + " " * 10 + "b", "a \0b"),
        ("a \n\tb", "a b"),
        ("a" + " " * 10, "a \0"),
        ("", ""),
    ],
)
def test_plain_view(text: str, view: str) -> None:
    """Invisibles go, spaces are one, and wide gaps are breaks, at the end too."""
    assert plain(text) == view


@pytest.mark.parametrize(
    ("text", "view"),
    [
        ("赌-博", "赌博"),
        ("赌，。\n博", "赌博"),
        ("赌--------博", "赌博"),
        ("赌---------博", "赌\0博"),
    ],
)
def test_squeezed_view(text: str, view: str) -> None:
    """Up to eight separators go; more are a break."""
    squeezed = squeezed_view(see(raw_layer(text), len(text)))
    assert squeezed is not None
    assert squeezed.text == view


@pytest.mark.parametrize("text", ["赌博", "a-b", ""])
def test_no_squeezed_view_without_need(text: str) -> None:
    """Without separators or without Han characters it would bring nothing."""
    assert squeezed_view(see(raw_layer(text), len(text))) is None


def test_tags_do_not_count_as_separators() -> None:
    """Nine tags between two characters are passed over, nine asterisks are not."""
    for filler, view in (("<b>" * 9, "赌博"), ("*" * 9, "赌\0博")):
        text = f"赌{filler}博"
        layer, _ = read_layer(text, final=True)
        assert layer is not None
        assert plain_view(see(layer, len(text))).text == view


def test_expansions_keep_their_place() -> None:
    """Both letters of a ligature stand where it stands."""
    view = plain_view(see(raw_layer("x㎏"), 2))
    assert view.text == "xkg"
    assert view.starts.tolist() == [0, 1, 1]


def test_hidden_runs_are_spans_of_dropped_code_points() -> None:
    """What is visible ends a run."""
    text = "a\u200b\ufe0fb\u200b"
    assert hidden_runs(see(raw_layer(text), len(text))) == [(1, 3), (4, 5)]
