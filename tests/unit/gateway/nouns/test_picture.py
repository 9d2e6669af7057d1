"""By what a picture is known travels in the frames of the spool and between processes."""

from __future__ import annotations

import msgspec
import pytest

from gateway.desk.reading import Seen
from gateway.nouns.media import MediaFormat
from gateway.nouns.picture import HASH_BYTES, Looks, Sought
from gateway.nouns.record import CloseFrame
from tests.ledger_kit import closing

LOOKS = Looks((bytes(HASH_BYTES), b"w" * HASH_BYTES), b"d" * 7)


@pytest.mark.parametrize("form", [msgspec.json, msgspec.msgpack], ids=["json", "msgpack"])
@pytest.mark.parametrize("told", [(LOOKS, Looks(LOOKS.windows)), (*LOOKS.windows, LOOKS.detail)])
def test_a_frame_holds_looks_or_the_pieces_of_earlier_versions(
    form: object, told: tuple[Looks | bytes, ...]
) -> None:
    """Each comes back as what it was."""
    frame = msgspec.structs.replace(closing(), pictures=told)
    again = form.decode(form.encode(frame), type=CloseFrame)
    assert again == frame
    assert [type(each) for each in again.pictures] == [type(each) for each in told]


def test_what_is_sought_comes_back_from_another_process() -> None:
    """As the reading processes send it."""
    seen = Seen(MediaFormat.PNG, (), partly=False, pictures=(Sought(LOOKS, (1, 5 << 20)),))
    assert msgspec.msgpack.decode(msgspec.msgpack.encode(seen), type=Seen) == seen
