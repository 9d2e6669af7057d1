"""One order carried out: the wire's form is kept, the marks are on the file in it."""

from __future__ import annotations

import base64
import hashlib

import pytest

from gateway.engine.file_seal import unpacked
from gateway.matching.picture_hash import looks
from gateway.nouns.errors import MarkFailed
from gateway.nouns.mark import FileMarksOrder
from gateway.nouns.media import MediaFormat
from gateway.ports.adapter import Coding
from gateway.ports.session import SealOrder
from tests.media_kit import claim, png, recipe, wav
from tests.picture_kit import encode

SEAL = recipe().make()
CODED = base64.b64encode(png()).decode()


def order(*parts: bytes | str, coding: Coding = Coding.BASE64) -> SealOrder:
    """An order for a file in these parts."""
    return SealOrder(1, parts, coding, "", claim())


def test_every_form_comes_back_as_it_was() -> None:
    """Base64 as base64, a data URL with its head, bytes as bytes."""
    raw = SEAL(order(png(), coding=Coding.RAW))
    coded = SEAL(order(CODED))
    url = SEAL(order("data:image/png;base64," + CODED, coding=Coding.DATA_URL))
    assert b"metadata\0" in raw.data
    assert base64.b64decode(coded.data) == raw.data
    assert url.data == b"data:image/png;base64," + coded.data
    assert raw.sha256 == hashlib.sha256(raw.data).hexdigest()
    assert (raw.format, raw.size, raw.complete) == ("png", len(raw.data), True)


def test_parts_are_one_file() -> None:
    """Each was coded by itself."""
    halves = [base64.b64encode(half).decode() for half in (png()[:50], png()[50:])]
    assert unpacked(order(*halves))[1] == png()


def test_lines_in_base64_are_looked_through() -> None:
    """Some servers fold it."""
    folded = "\n".join(CODED[at : at + 76] for at in range(0, len(CODED), 76))
    assert unpacked(order(folded))[1] == png()


@pytest.mark.parametrize("text", ["", "a", "!!!!", "aGk=\0", "aGk*", "é"])
def test_what_is_no_base64_is_said_so(text: str) -> None:
    """A lenient reader would skip what does not belong there."""
    with pytest.raises(MarkFailed):
        unpacked(order(text))


def test_what_is_no_data_url_is_said_so() -> None:
    """Percent-coded ones are not taken."""
    with pytest.raises(MarkFailed):
        unpacked(order("data:image/png,%89PNG", coding=Coding.DATA_URL))


def test_a_picture_is_hashed_as_it_leaves() -> None:
    """If the policy asks for its fingerprint; a sound has none."""
    picture = encode("png")
    order_of = FileMarksOrder(label=True, metadata=True, fingerprint=True)
    sealed = recipe(order_of).make()(order(picture, coding=Coding.RAW))
    assert sealed.pictures == (looks(sealed.data),)
    assert len(sealed.pictures[0].windows) > 1
    assert SEAL(order(picture, coding=Coding.RAW)).pictures == ()
    assert recipe(order_of).make()(order(wav(), coding=Coding.RAW)).pictures == ()


def test_what_a_document_says_is_told_if_its_fingerprint_is_asked_for() -> None:
    """As it came, without our marks; a picture says nothing."""
    order_of = FileMarksOrder(metadata=True, fingerprint=True)

    def say(content: bytes, found: MediaFormat) -> str:
        return f"{found.value}: {content.decode()}"

    seal = recipe(order_of)._replace(words=say).make()
    assert seal(order(b"A text.", coding=Coding.RAW)).words == "txt: A text."
    assert seal(order(png(), coding=Coding.RAW)).words == ""
    assert SEAL(order(b"A text.", coding=Coding.RAW)).words == ""


def test_an_unlabelled_file_keeps_its_metadata() -> None:
    """The label alone is left out."""
    sealed = SEAL(order(png(), coding=Coding.RAW)._replace(unlabelled=True))
    assert b"metadata\0" in sealed.data
    assert b"label\0" not in sealed.data
    assert sealed.complete


def test_what_a_stream_wants_is_made() -> None:
    """There is no file then; without a maker it is a failure in words."""
    order = SealOrder(1, (), Coding.RAW, "", claim(), making="label")
    recipe_with = recipe()._replace(making=lambda wanted: f"made {wanted}".encode())
    assert recipe_with.make()(order).data == b"made label"
    with pytest.raises(MarkFailed):
        recipe().make()(order)
