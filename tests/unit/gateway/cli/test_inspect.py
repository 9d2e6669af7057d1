"""`sealgate inspect`: what a platform owes on files."""

from __future__ import annotations

import json
import stat
from pathlib import Path
from typing import Any

import pytest

PNG = b"\x89PNG\r\n\x1a\n\0\xff"
PLATFORM = "001191110102MAD55U9H0F20000"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with a marked file, an unmarked one, and one that takes no label."""
    (tmp_path / "marked.png").write_bytes(PNG + b"marked")
    (tmp_path / "plain.png").write_bytes(PNG)
    (tmp_path / "stubborn.png").write_bytes(PNG + b"marked stubborn")
    return tmp_path


def test_what_is_owed(run: Any, folder: Path) -> None:
    """The tier, the marks, the words to show; something is owed: exit code 1."""
    done = run("inspect", "marked.png")
    assert done.exit_code == 1
    assert "marked.png (png): confirmed" in done.output
    assert "image_metadata: intact  P" in done.output
    assert "show: AI-generated" in done.output
    assert "metadata label" not in done.output


def test_nothing_is_owed(run: Any, folder: Path) -> None:
    """Exit code 0, until its user declares it."""
    assert run("inspect", "plain.png").exit_code == 0
    assert run("inspect", "plain.png", "--declared").exit_code == 1


def test_the_propagation_fields(run: Any, program: Any, folder: Path) -> None:
    """With the platform's code and its number, for machines; the files stay as they are."""
    before = (folder / "marked.png").read_bytes()
    done = run("inspect", "marked.png", "--propagator", PLATFORM, "--number", "n-9", "--json")
    (told,) = json.loads(done.output)
    assert told["propagation"]["ContentPropagator"] == PLATFORM
    assert told["propagation"]["PropagateID"] == "n-9"
    assert told["label"]["zh"] == "内容由AI生成合成"
    assert (told["tier"], told["written"]) == ("confirmed", None)
    assert ("inspect", "marked.png", False, PLATFORM, "n-9") in program.calls
    assert (folder / "marked.png").read_bytes() == before


def test_writing(run: Any, folder: Path) -> None:
    """In one step, with the file's rights; nothing is owed any more: exit code 0."""
    (folder / "marked.png").chmod(0o640)
    done = run("inspect", "marked.png", "plain.png", "--propagator", PLATFORM, "--write")
    assert done.exit_code == 0
    assert "written" in done.output
    assert (folder / "marked.png").read_bytes().endswith(PLATFORM.encode())
    assert stat.S_IMODE((folder / "marked.png").stat().st_mode) == 0o640
    assert (folder / "plain.png").read_bytes() == PNG
    assert sorted(path.name for path in folder.iterdir()) == [
        "marked.png", "plain.png", "stubborn.png",
    ]  # fmt: skip


def test_what_cannot_be_written(run: Any, folder: Path) -> None:
    """Is said, the file left alone, the others done: exit code 3."""
    before = (folder / "stubborn.png").read_bytes()
    done = run("inspect", "stubborn.png", "marked.png", "--propagator", PLATFORM, "--write")
    assert done.exit_code == 3
    assert "not written: it is broken" in done.output
    assert (folder / "stubborn.png").read_bytes() == before
    assert (folder / "marked.png").read_bytes().endswith(PLATFORM.encode())


@pytest.mark.parametrize(
    "words",
    [
        (), ("none.png",), ("marked.png", "--write"),
        ("marked.png", "plain.png", "--number", "n-1"),
    ],
)  # fmt: skip
def test_wrong_usage(run: Any, folder: Path, words: tuple[str, ...]) -> None:
    """Exit code 2, with a reason."""
    assert run("inspect", *words).exit_code == 2
