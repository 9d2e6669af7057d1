"""ZIP archives edited in place: what is not changed stays as it is, byte for byte and in order.

Reads the central directory (PKWARE APPNOTE 6.3.10, 4.3); members that are not replaced are copied
with their local header, their data as compressed and whatever stands behind it. Refused is what two
readers could read differently or what could not be kept: encryption, several disks, ZIP64, two
members of one name, overlapping members, something before the first member.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator, Mapping
from typing import NamedTuple

MOST_MEMBERS = 20_000

_LOCAL, _CENTRAL, _END = b"PK\x03\x04", b"PK\x01\x02", b"PK\x05\x06"
_END_FORM = struct.Struct("<4s4H2LH")
_CENTRAL_FORM = struct.Struct("<4s6H3L5H2L")
_LOCAL_FORM = struct.Struct("<4s5H3L2H")
_STORED, _DEFLATED = 0, 8
_ENCRYPTED, _UTF8 = 0x0001, 0x0800
_PIECE = 1024 * 1024
_FIRST_DAY = 0x21
"""1 January 1980 in the date form of MS-DOS: a new member tells no time."""


class ArchiveError(ValueError):
    """The archive cannot be read, or not be edited safely; the message is one word."""


class Member(NamedTuple):
    """One member: its central record, and where its local record begins and ends."""

    name: str
    record: bytes
    method: int
    crc: int
    packed: int
    size: int
    start: int
    end: int


class Archive:
    """A ZIP archive in memory. Raises ArchiveError if it is none that can be edited."""

    def __init__(self, content: bytes) -> None:
        self._content = content
        where = self._find_end()
        _, disk, first_disk, here, total, size, offset, _ = _END_FORM.unpack_from(content, where)
        if disk or first_disk or here != total:
            raise ArchiveError("several_disks")
        if 0xFFFFFFFF in {size, offset} or total == 0xFFFF:
            raise ArchiveError("zip64")
        if offset + size != where or total > MOST_MEMBERS:
            raise ArchiveError("directory_unreadable")
        self._tail = content[where:]
        self._members = self._read_directory(offset, total)

    @property
    def names(self) -> tuple[str, ...]:
        """The members' names in the order of the directory."""
        return tuple(self._members)

    def read(self, name: str, limit: int) -> bytes:
        """Return a member's content of at most ``limit`` bytes. Raises ArchiveError, KeyError."""
        member = self._members[name]
        if member.size > limit:
            raise ArchiveError("member_too_large")
        at = member.start + _LOCAL_FORM.size + self._variable(member.start)
        packed = self._content[at : at + member.packed]
        data = packed if member.method == _STORED else _inflated(packed, member.size)
        if len(data) != member.size or zlib.crc32(data) != member.crc:
            raise ArchiveError("member_damaged")
        return data

    def check(self, limit: int) -> None:
        """Unpack every member piece by piece. Raises ArchiveError if one is damaged, or if all of
        them together are larger than ``limit`` bytes."""
        if sum(member.size for member in self._members.values()) > limit:
            raise ArchiveError("unpacks_too_large")
        for member in self._members.values():
            at = member.start + _LOCAL_FORM.size + self._variable(member.start)
            packed = memoryview(self._content)[at : at + member.packed]
            pieces = (packed,) if member.method == _STORED else _unpacked(packed, member.size)
            size = crc = 0
            for piece in pieces:
                size, crc = size + len(piece), zlib.crc32(piece, crc)
            if size != member.size or crc != member.crc:
                raise ArchiveError("member_damaged")

    def with_members(self, changed: Mapping[str, bytes]) -> bytes:
        """Return the archive with these members replaced, or put behind the others if new."""
        out = bytearray()
        offsets: dict[str, tuple[int, bytes]] = {}
        for member in sorted(self._members.values(), key=lambda each: each.start):
            at = len(out)
            if member.name in changed:
                local, record = _packed(member.name, changed[member.name], member)
                out += local
            else:
                out += self._content[member.start : member.end]
                record = member.record
            offsets[member.name] = (at, record)
        for name in changed:
            if name not in self._members:
                local, record = _packed(name, changed[name], None)
                offsets[name] = (len(out), record)
                out += local
        return self._closed(out, offsets, [n for n in changed if n not in self._members])

    def _closed(
        self, out: bytearray, offsets: dict[str, tuple[int, bytes]], new: list[str]
    ) -> bytes:
        directory = bytearray()
        for name in (*self._members, *new):
            at, record = offsets[name]
            directory += record[:42] + struct.pack("<L", at) + record[46:]
        count = len(self._members) + len(new)
        if len(out) + len(directory) >= 0xFFFFFFFF or count >= 0xFFFF:
            raise ArchiveError("zip64")
        end = struct.pack("<2H2L", count, count, len(directory), len(out))
        return bytes(out + directory) + self._tail[:8] + end + self._tail[20:]

    def _find_end(self) -> int:
        content = self._content
        where = content.rfind(_END, max(0, len(content) - _END_FORM.size - 0xFFFF))
        if where < 0 or where + _END_FORM.size > len(content):
            raise ArchiveError("directory_missing")
        if where + _END_FORM.size + _END_FORM.unpack_from(content, where)[7] != len(content):
            raise ArchiveError("directory_unreadable")
        return where

    def _read_directory(self, offset: int, total: int) -> dict[str, Member]:
        found: dict[str, Member] = {}
        at = offset
        for _ in range(total):
            member, at = self._read_record(at)
            if member.name in found:
                raise ArchiveError("member_twice")
            found[member.name] = member
        if self._content[at : at + 4] != _END:
            raise ArchiveError("directory_unreadable")
        ordered = sorted(found.values(), key=lambda each: each.start)
        if ordered and ordered[0].start:
            raise ArchiveError("prefix")
        ends = [*(each.start for each in ordered[1:]), offset]
        for member, end in zip(ordered, ends, strict=bool(ordered)):
            found[member.name] = self._checked(member, end)
        return found

    def _read_record(self, at: int) -> tuple[Member, int]:
        content = self._content
        if content[at : at + 4] != _CENTRAL or at + _CENTRAL_FORM.size > len(content):
            raise ArchiveError("directory_unreadable")
        form = _CENTRAL_FORM.unpack_from(content, at)
        flags, method, crc, packed, size = form[3], form[4], form[7], form[8], form[9]
        end = at + _CENTRAL_FORM.size + form[10] + form[11] + form[12]
        if flags & _ENCRYPTED:
            raise ArchiveError("encrypted")
        if method not in {_STORED, _DEFLATED}:
            raise ArchiveError("method_unknown")
        if 0xFFFFFFFF in {packed, size, form[16]}:
            raise ArchiveError("zip64")
        raw = content[at + _CENTRAL_FORM.size : at + _CENTRAL_FORM.size + form[10]]
        try:
            name = raw.decode("utf-8" if flags & _UTF8 else "cp437")
        except UnicodeDecodeError:
            raise ArchiveError("name_unreadable") from None
        return Member(name, content[at:end], method, crc, packed, size, form[16], 0), end

    def _checked(self, member: Member, end: int) -> Member:
        """The local record must be there, name the same member, and end before the next one."""
        content, start = self._content, member.start
        if content[start : start + 4] != _LOCAL or start + _LOCAL_FORM.size > end:
            raise ArchiveError("member_damaged")
        form = _LOCAL_FORM.unpack_from(content, start)
        variable = self._variable(start)
        local_name = content[start + _LOCAL_FORM.size : start + _LOCAL_FORM.size + form[9]]
        named = _CENTRAL_FORM.unpack_from(member.record)[10]
        central_name = member.record[_CENTRAL_FORM.size : _CENTRAL_FORM.size + named]
        if local_name != central_name or form[3] != member.method:
            raise ArchiveError("member_damaged")
        if start + _LOCAL_FORM.size + variable + member.packed > end:
            raise ArchiveError("members_overlap")
        return member._replace(end=end)

    def _variable(self, start: int) -> int:
        form = _LOCAL_FORM.unpack_from(self._content, start)
        return int(form[9]) + int(form[10])


def _unpacked(packed: memoryview, size: int) -> Iterator[bytes]:
    """Yield a member in pieces, at most one byte more than it should have."""
    stream = zlib.decompressobj(-zlib.MAX_WBITS)
    left, rest = size + 1, bytes(packed)
    try:
        while left > 0 and not stream.eof:
            piece = stream.decompress(rest, min(left, _PIECE))
            rest = stream.unconsumed_tail
            if not piece and not rest:
                break
            left -= len(piece)
            yield piece
    except zlib.error:
        raise ArchiveError("member_damaged") from None
    if not stream.eof:
        raise ArchiveError("member_damaged")


def _inflated(packed: bytes, size: int) -> bytes:
    stream = zlib.decompressobj(-zlib.MAX_WBITS)
    try:
        data = stream.decompress(packed, size + 1)
    except zlib.error:
        raise ArchiveError("member_damaged") from None
    if len(data) > size or not stream.eof:
        raise ArchiveError("member_damaged")
    return data


def _packed(name: str, data: bytes, old: Member | None) -> tuple[bytes, bytes]:
    """Return the local record with its data, and the central record, its offset still open."""
    method = old.method if old else _DEFLATED
    packed = data
    if method == _DEFLATED:
        deflate = zlib.compressobj(6, zlib.DEFLATED, -zlib.MAX_WBITS)
        packed = deflate.compress(data) + deflate.flush()
    raw, flags = name.encode(), _UTF8
    made_by, outside, time, day = 20, 0, 0, _FIRST_DAY
    if old is not None:
        form = _CENTRAL_FORM.unpack_from(old.record)
        made_by, time, day, outside = form[1], form[5], form[6], form[15]
        raw = old.record[_CENTRAL_FORM.size : _CENTRAL_FORM.size + form[10]]
        flags = form[3] & _UTF8
    shape = (20, flags, method, time, day, zlib.crc32(data), len(packed), len(data), len(raw), 0)
    local = _LOCAL_FORM.pack(_LOCAL, *shape)
    record = _CENTRAL_FORM.pack(_CENTRAL, made_by, *shape, 0, 0, 0, outside, 0)
    return local + raw + packed, record + raw
