"""FLAC metadata blocks."""

from __future__ import annotations

from io import BytesIO

import pytest
from mutagen.flac import FLAC

from gateway.wire.flac import COMMENT, comments, empty_comment, read_flac, with_blocks, with_comment
from gateway.wire.id3 import with_user_text
from gateway.wire.media_fault import MediaFault
from tests.sound_kit import sound


def test_a_comment_is_replaced_and_the_frames_stay() -> None:
    """Mutagen reads one value, and the title that was there."""
    content = sound("flac", "flac")
    marked = with_comment(with_comment(content, "AIGC", b"1"), "aigc", b"2")
    read = FLAC(BytesIO(marked))
    assert read["AIGC"] == ["2"]
    assert read["title"] == ["Tune"]
    assert marked[read_flac(marked).frames :] == content[read_flac(content).frames :]


def test_a_file_without_comments_gets_a_block() -> None:
    """It stands behind the first block, which must be the stream's own."""
    content = sound("flac", "flac")
    flac = read_flac(content)
    bare = with_blocks(content, flac, [block for block in flac.blocks if block.type != COMMENT])
    assert comments(read_flac(bare)).entries == ()
    marked = read_flac(with_comment(bare, "AIGC", b"1"))
    assert marked.blocks[1].type == COMMENT
    assert empty_comment().type == COMMENT


def test_a_tag_before_the_file_is_kept() -> None:
    """Credentials stand there."""
    content = with_user_text(sound("flac", "flac"), "other", b"kept")
    assert with_comment(content, "AIGC", b"1").startswith(content[: read_flac(content).start])


@pytest.mark.parametrize("cut", [3, 20, 60])
def test_cut_files_are_refused(cut: int) -> None:
    """Blocks must be whole, and frames must follow."""
    with pytest.raises(MediaFault):
        read_flac(sound("flac", "flac")[:cut])
