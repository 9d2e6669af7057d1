"""ZIP archives edited in place: nothing else changes, and nothing ambiguous is edited."""

from __future__ import annotations

import io
import struct
import zipfile

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.wire.zip_members import Archive, ArchiveError


def _archive(members: dict[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
        archive.comment = b"comment"
    return out.getvalue()


MEMBERS = {"a.xml": b"<a/>" * 50, "目录/b.bin": bytes(range(256)), "c": b""}


@settings(max_examples=30)
@given(
    members=st.dictionaries(
        st.text("abc/目", min_size=1, max_size=6), st.binary(max_size=200), max_size=5
    ),
    added=st.dictionaries(
        st.text("abc/目", min_size=1, max_size=6), st.binary(max_size=200), max_size=3
    ),
    method=st.sampled_from([zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED]),
)
def test_another_reader_finds_what_was_put_in(
    members: dict[str, bytes], added: dict[str, bytes], method: int
) -> None:
    """The standard library reads the edited archive, in the old order, with the new members."""
    content = Archive(_archive(members, method)).with_members(added)
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        assert archive.testzip() is None
        assert archive.namelist() == [*members, *(name for name in added if name not in members)]
        assert {name: archive.read(name) for name in archive.namelist()} == {**members, **added}
        assert archive.comment == b"comment"


def test_untouched_members_stay_byte_for_byte() -> None:
    """Their local records are found in the new archive as they were."""
    before = _archive(MEMBERS)
    after = Archive(before).with_members({"a.xml": b"new", "d": b"more"})
    first = before.index(b"PK\x03\x04", 4)
    kept = before[first : before.index(b"PK\x01\x02")]
    assert kept in after
    assert Archive(before).with_members({}) == before


def test_a_new_member_tells_no_time_and_an_old_one_keeps_its_own() -> None:
    """So that the same edit gives the same bytes."""
    before = _archive(MEMBERS, zipfile.ZIP_STORED)
    with zipfile.ZipFile(io.BytesIO(Archive(before).with_members({"c": b"1", "d": b"2"}))) as after:
        assert after.getinfo("d").date_time == (1980, 1, 1, 0, 0, 0)
        assert after.getinfo("c").compress_type == zipfile.ZIP_STORED
    with zipfile.ZipFile(io.BytesIO(before)) as archive:
        assert archive.getinfo("c").date_time[0] > 1980


def test_a_bomb_is_bounded_by_its_reader() -> None:
    """Neither reading nor checking unpacks more than it was allowed to."""
    bomb = Archive(_archive({"zeros": bytes(8_000_000)}))
    with pytest.raises(ArchiveError, match="member_too_large"):
        bomb.read("zeros", 1_000_000)
    with pytest.raises(ArchiveError, match="unpacks_too_large"):
        bomb.check(1_000_000)
    bomb.check(8_000_000)


def test_a_bomb_that_lies_about_its_size_is_damaged() -> None:
    """The size in the directory is small, the stream is not: it is cut off there."""
    honest = _archive({"zeros": bytes(8_000_000)})
    lying = honest.replace(struct.pack("<L", 8_000_000), struct.pack("<L", 100))
    with pytest.raises(ArchiveError, match="member_damaged"):
        Archive(lying).read("zeros", 1000)
    with pytest.raises(ArchiveError, match="member_damaged"):
        Archive(lying).check(1000)


def _twice() -> bytes:
    content = _archive({"a": b"1", "b": b"2"})
    return content.replace(b"b", b"a")


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"", "directory_missing"),
        (b"PK\x03\x04" * 9, "directory_missing"),
        (_archive(MEMBERS)[:-1], "directory_unreadable"),
        (b"#!x\n" + _archive(MEMBERS), "directory_unreadable"),
        (_twice(), "member_twice"),
        (_archive(MEMBERS).replace(b"PK\x03\x04", b"PK\x03\x05"), "member_damaged"),
        (_archive({"a": b"x"}, zipfile.ZIP_BZIP2), "method_unknown"),
    ],
)
def test_what_two_readers_could_read_differently_is_refused(content: bytes, why: str) -> None:
    """Each with a word of its own."""
    with pytest.raises(ArchiveError, match=why):
        Archive(content)


def test_encryption_and_overlaps_are_refused() -> None:
    """A flag in the directory; two members that share their bytes."""
    content = bytearray(_archive({"a": b"1", "b": b"2"}))
    at = content.index(b"PK\x01\x02")
    encrypted = bytearray(content)
    encrypted[at + 8] |= 1
    with pytest.raises(ArchiveError, match="encrypted"):
        Archive(bytes(encrypted))
    content[at + 20 : at + 24] = struct.pack("<L", 5000)
    with pytest.raises(ArchiveError, match="members_overlap"):
        Archive(bytes(content))


def test_a_changed_byte_in_any_member_is_found() -> None:
    """Not only in those that are read."""
    content = bytearray(_archive(MEMBERS, zipfile.ZIP_STORED))
    content[content.index(bytes(range(100))) + 3] ^= 1
    with pytest.raises(ArchiveError, match="member_damaged"):
        Archive(bytes(content)).check(10_000)
