"""`sealgate trace`: from a text to its exchange."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

PNG = b"\x89PNG\r\n\x1a\n\0\xff"
RECORD = "01K9ZZZZZZZZZZZZZZZZZZZZZZ"


def test_a_known_text_names_its_exchange(run: Any, program: Any) -> None:
    """With time, way and confidence; the archive is closed."""
    done = run("trace", "a known text")
    assert done.exit_code == 0
    assert RECORD in done.output
    assert "97%" in done.output
    assert program.calls[-1] == "close"


def test_an_unknown_text_is_exit_code_one(run: Any) -> None:
    """Scripts can tell."""
    assert run("trace", "nothing").exit_code == 1


def test_text_from_file_and_from_input(run: Any, tmp_path: Path) -> None:
    """Long texts do not fit on a command line."""
    (tmp_path / "a.txt").write_text("known", encoding="utf-8")
    assert run("trace", "--file", "a.txt").exit_code == 0
    assert run("trace", "--file", "-", input="known").exit_code == 0
    assert run("trace", "--file", "none.txt").exit_code == 2
    assert run("trace").exit_code == 2


def test_a_file_by_its_name_alone(run: Any, program: Any, tmp_path: Path) -> None:
    """What names no file is a text; - is standard input, of any kind."""
    (tmp_path / "a.txt").write_bytes(b"\xef\xbb\xbfknown")
    assert run("trace", "a.txt").exit_code == 0
    assert run("trace", "-", input="known").exit_code == 0
    assert run("trace", "known.txt").exit_code == 0
    assert run("trace", "-", input=PNG + b"marked").exit_code == 0
    assert run("trace", "known " * 200).exit_code == 0
    assert program.calls[-1] == "close"


def test_a_file_that_is_no_text(run: Any, program: Any, tmp_path: Path) -> None:
    """Its marks are read; they are told with their state, and the exchange with its way."""
    (tmp_path / "a.png").write_bytes(PNG + b"marked")
    done = run("trace", "a.png")
    assert done.exit_code == 0
    assert ("trace_file", "a.png") in program.calls
    assert "image_metadata: intact" in done.output
    assert f"{RECORD}  2025-11-24" in done.output
    (tmp_path / "b.png").write_bytes(PNG)
    assert run("trace", "b.png").exit_code == 1


def test_json_of_a_file(run: Any, tmp_path: Path) -> None:
    """Marks and exchanges."""
    (tmp_path / "a.png").write_bytes(PNG + b"marked")
    told = json.loads(run("trace", "a.png", "--json").output)
    assert told["marks"][0]["state"] == "intact"
    assert told["exchanges"][0]["exchange"] == RECORD


def test_json_for_machines(run: Any) -> None:
    """A list, empty when nothing is known."""
    assert json.loads(run("trace", "known", "--json").output)[0]["exchange"] == RECORD
    assert json.loads(run("trace", "other", "--json").output) == []


def test_typed_characters_take_a_subject_and_a_time(run: Any, program: Any) -> None:
    """An hour around it unless told otherwise; one without the other is an error of the caller."""
    when = ["--around", "2026-11-28T14:05:00"]
    assert run("trace", "known", "--subject", "li.na", *when, "--within", "5m").exit_code == 0
    middle_s = 1_795_874_700.0
    assert ("typed", "li.na", (middle_s - 300, middle_s + 300)) in program.calls
    assert run("trace", "known", "--subject", "li.na").exit_code == 2
    assert run("trace", "known", *when).exit_code == 2
    assert run("trace", "known", "--subject", "s", *when, "--within", "soon").exit_code == 2


def test_an_argument_of_any_bytes_is_a_text(run: Any) -> None:
    """A shell hands on what is no UTF-8; it names no file and is no error of ours."""
    assert run("trace", "known \udcff\udced\udca0").exit_code == 0
    assert run("trace", "\udcff" * 300).exit_code == 1
    assert run("trace", "\ud800").exit_code == 1


def test_of_a_very_long_text_the_edges_are_traced(run: Any, program: Any) -> None:
    """Four MiB at either end, and whoever asks is told."""
    half = 4 << 20
    for content in ("known" + " " * 2 * half, " " * 2 * half + "known"):
        done = run("trace", "-", input=content)
        assert done.exit_code == 0
        assert "Only the first and the last 4 MiB are traced." in done.stderr
    middle = " " * half + "known" + " " * half
    assert run("trace", "-", input=middle).exit_code == 1
    assert run("trace", "-", input=" " * half + "known").stderr == ""


def test_of_a_long_text_only_the_passage_is_shown(run: Any) -> None:
    """With what stands around it; a file of a thousand pages is not printed."""
    done = run("trace", "-", input="a known text" + " and more" * 9_000)
    assert done.exit_code == 0
    assert len(done.output) < 2_000
