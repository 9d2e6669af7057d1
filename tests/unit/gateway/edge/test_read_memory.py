"""Read memory: the same file is read once, and no more is kept than may be."""

from __future__ import annotations

import pytest

from gateway.edge.read_memory import ReadMemory
from gateway.nouns.segment import FieldClass, MediaPart, Passage

PART = MediaPart("file", ("x",), content="AAAA", hint="a.txt")


def _read(part: MediaPart, text: str = "words") -> MediaPart:
    return part._replace(kind="document", passages=(Passage("text", text),), fault="")


async def test_the_same_file_is_known_wherever_it_stands() -> None:
    """What is remembered goes with the part at hand: its place, its turn, its class."""
    memory = ReadMemory()
    name = await memory.name(PART)
    assert memory.recall(name, PART) is None
    memory.keep(name, _read(PART))
    later = PART._replace(pointer=("y",), turn=3, field_class=FieldClass.HISTORY)
    assert memory.recall(await memory.name(later), later) == _read(later)


@pytest.mark.parametrize(
    "other",
    [PART._replace(content="AAAB"), PART._replace(content=b"AAAA"), PART._replace(hint="a.pdf"),
     PART._replace(content="A" * 100_000)],
)  # fmt: skip
async def test_another_file_has_another_name(other: MediaPart) -> None:
    """So has the same one under another name or in another form; large ones too."""
    memory = ReadMemory()
    assert await memory.name(other) != await memory.name(PART)
    assert await memory.name(other) == await memory.name(other)


async def test_a_large_file_is_named_by_all_of_it() -> None:
    """By every piece of it, wherever it differs."""
    memory, base = ReadMemory(), "A" * 3_000_000
    texts = (base, "B" + base[1:], base[:-1] + "B", base[:1_500_000] + "é" + base[1_500_001:])
    names = {await memory.name(PART._replace(content=each)) for each in texts}
    assert len(names) == len(texts)


async def test_the_longest_unseen_is_forgotten() -> None:
    """By the text that is kept, in code points."""
    memory = ReadMemory(most_chars=10)
    for name in (b"a", b"b"):
        memory.keep(name, _read(PART, "12345"))
    assert memory.recall(b"a", PART) is not None
    memory.keep(b"c", _read(PART, "12345"))
    memory.keep(b"c", _read(PART, "1234"))
    assert memory.recall(b"b", PART) is None
    assert memory.recall(b"a", PART) is not None
    memory.keep(b"d", _read(PART, "12345678901"))
    assert [memory.recall(name, PART) for name in (b"a", b"c", b"d")] == [None] * 3
