"""A file is read with the credential beside it; what is no content says what to do."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path
from typing import Any

import pytest

from gateway.cli.given_file import NoContentError, given_file
from gateway.marks import Credentials
from tests.document_kit import claim, signing
from tests.media_kit import wav

SOUND = wav(0.2)


@pytest.fixture
def manifest() -> bytes:
    """A manifest beside `SOUND`."""
    return Credentials(signing()).sidecar(SOUND, "audio/wav", claim())


def test_a_file_and_its_manifest(tmp_path: Path, manifest: bytes) -> None:
    """Whichever of the two is named; a file of that ending that is no manifest is left alone."""
    (tmp_path / "a.wav").write_bytes(SOUND)
    assert given_file(tmp_path / "a.wav") == (SOUND, "a.wav", b"")
    (tmp_path / "a.wav.c2pa").write_bytes(manifest)
    both = (SOUND, "a.wav", manifest)
    assert given_file(tmp_path / "a.wav") == both
    assert given_file(tmp_path / "a.wav.c2pa") == both
    (tmp_path / "a.wav.c2pa").write_bytes(b"something else")
    assert given_file(tmp_path / "a.wav") == (SOUND, "a.wav", b"")


def test_what_is_no_content(tmp_path: Path, manifest: bytes) -> None:
    """A manifest without its file, an archive."""
    (tmp_path / "a.wav.c2pa").write_bytes(manifest)
    (tmp_path / "alone").write_bytes(manifest)
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as made:
        made.writestr("a.wav", SOUND)
    (tmp_path / "a.zip").write_bytes(out.getvalue())
    for each in ("a.wav.c2pa", "alone", "a.zip"):
        with pytest.raises(NoContentError):
            given_file(tmp_path / each)


def test_trace_and_inspect_say_so(run: Any, tmp_path: Path, manifest: bytes) -> None:
    """An error of the caller, with what to do; the others of several files are inspected."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as made:
        made.writestr("a.wav", SOUND)
    (tmp_path / "a.zip").write_bytes(out.getvalue())
    (tmp_path / "a.wav").write_bytes(SOUND)
    (tmp_path / "a.wav.c2pa").write_bytes(manifest)
    done = run("trace", "a.zip")
    assert (done.exit_code, "unpack it" in done.output) == (2, True)
    done = run("inspect", "a.zip", "a.wav")
    assert (done.exit_code, "unpack it" in done.output) == (3, True)
    assert "a.wav (png): no sign" in done.output


def test_propagation_is_written_into_the_file_itself(
    run: Any, tmp_path: Path, manifest: bytes
) -> None:
    """Never into the manifest that was named in its place."""
    (tmp_path / "a.wav").write_bytes(SOUND + b"marked")
    (tmp_path / "a.wav.c2pa").write_bytes(manifest)
    done = run("inspect", "a.wav.c2pa", "--propagator", "P" * 27, "--write")
    assert (done.exit_code, "name the file itself" in done.output) == (3, True)
    assert (tmp_path / "a.wav.c2pa").read_bytes() == manifest
