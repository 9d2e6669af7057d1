"""A text of ours that was put into another kind of file is known again by its words and label."""

from __future__ import annotations

import asyncio
import io
import shutil
import subprocess
import zipfile
from collections.abc import Callable
from email.message import EmailMessage
from pathlib import Path

import pikepdf
import pytest

from gateway.assembly.reading import MarkReading
from gateway.desk.report import MadeHere, Note, Report, notes_on
from gateway.marks import Credentials
from gateway.ports.mark import ClaimState
from tests.document_kit import claim, signing, word_of
from tests.ledger_kit import name
from tests.media_kit import png, wav
from tests.unit.gateway.assembly.test_reading import STORY, Bench, bench

__all__ = ["bench"]


def ask(bench: Bench, content: bytes, hint: str = "", manifest: bytes = b"") -> Report:
    """Return the report on a file."""

    async def call(reading: MarkReading) -> Report:
        try:
            return await reading(content, hint, manifest)
        finally:
            await reading.close()

    return asyncio.run(call(bench.reading))


def printed(text: str) -> bytes:
    """Return a PDF with a text set in lines of 60 letters."""
    made, out = pikepdf.new(), io.BytesIO()
    page = made.add_blank_page(page_size=(595, 842))
    lines = [line[at : at + 60] for line in text.split("\n") for at in range(0, len(line), 60)]
    shown = b"".join(b"(%s) Tj T*\n" % line.encode("cp1252", "replace") for line in lines)
    page.contents_add(b"BT /F 11 Tf 14 TL 50 800 Td\n" + shown + b"ET")
    page.obj["/Resources"] = pikepdf.Dictionary(
        Font=pikepdf.Dictionary(
            F=pikepdf.Dictionary(
                Type=pikepdf.Name.Font, Subtype=pikepdf.Name.Type1, BaseFont=pikepdf.Name.Helvetica,
                Encoding=pikepdf.Name.WinAnsiEncoding,
            )
        )
    )  # fmt: skip
    made.save(out)
    return out.getvalue()


def page(text: str) -> bytes:
    """Return a page of a chat as a browser saves it: words in tags, and much that is no word."""
    words = "".join(f"<p>{line.replace('the ', '<b>the</b> ')}</p>" for line in text.split("\n"))
    script = "<script>" + "var chunk = 'nothing to read';" * 9_000 + "</script>"
    return f"<!DOCTYPE html><html><head>{script}</head><body>{words}</body></html>".encode()


def mail(text: str) -> bytes:
    """Return a mail with a plain part in base64 and the same as a page."""
    made = EmailMessage()
    made["From"], made["Subject"] = "a@example.org", "A story"
    made.set_content(text, cte="base64")
    made.add_alternative(page(text).decode(), subtype="html")
    return made.as_bytes()


def rich(text: str) -> bytes:
    """Return rich text: controls between the words, letters by their numbers."""
    said = "".join(c if c.isascii() else f"\\u{ord(c)}?" for c in text.replace("\n", "\\par\n"))
    return (r"{\rtf1\ansi{\fonttbl{\f0 Font of no word;}}\f0\fs24 " + said + "}").encode()


def open_document(text: str) -> bytes:
    """Return an OpenDocument text."""
    lines = "".join(f"<t:p>{line}</t:p>" for line in text.split("\n"))
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as made:
        made.writestr("mimetype", "application/vnd.oasis.opendocument.text")
        made.writestr("content.xml", f'<d xmlns:t="urn:t">{lines}</d>')
    return out.getvalue()


FORMS: dict[str, Callable[[str], bytes]] = {
    "docx": word_of, "pdf": printed, "html": page, "eml": mail, "rtf": rich, "odt": open_document,
}  # fmt: skip


def test_a_story_in_another_kind_of_file(bench: Bench) -> None:
    """Its words are held against the record; its visible label is a mark like in any text, and
    intact where the words are those of its record."""

    async def reports() -> list[Report]:  # one after the other, in one reading process
        return [
            await bench.reading(make(bench.label + STORY), f"story.{form}")
            for form, make in FORMS.items()
        ]

    for form, report in zip(FORMS, asyncio.run(reports()), strict=True):
        assert (report.made_here, report.matches[0].exchange) == (MadeHere.YES, name(1)), form
        assert Note.UNKNOWN_FORMAT not in notes_on(report, report.marks)
        if form in {"docx", "rtf", "odt", "html"}:
            assert [(mark.mark, mark.state, mark.code) for mark in report.marks] == [
                ("text_label", ClaimState.INTACT, bench.code)
            ], form


def test_our_label_on_other_words(bench: Bench) -> None:
    """Makes no document ours: the record says something else."""
    other = "The mayor has stolen the money, and nobody on the council wants to know of it. " * 4
    report = ask(bench, word_of(bench.label + other))
    assert report.made_here is MadeHere.UNKNOWN
    assert report.marks[0].state is ClaimState.ALTERED


def test_a_document_of_other_words(bench: Bench) -> None:
    """Is nobody's."""
    report = ask(bench, word_of("Fine weather today, and the council met on Monday. " * 5))
    assert (report.made_here, report.marks, report.matches) == (MadeHere.UNKNOWN, (), ())


def test_an_archive_and_a_lone_credential_say_what_to_do(bench: Bench) -> None:
    """They are no content: a note of its own for each."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as made:
        made.writestr("a.png", png())
    manifest = Credentials(signing()).sidecar(wav(0.2), "audio/wav", claim())

    async def both() -> list[Report]:
        return [await bench.reading(each, "") for each in (out.getvalue(), manifest)]

    archive, alone = asyncio.run(both())
    assert archive.reading == (Note.ARCHIVE,)
    assert alone.reading == (Note.CREDENTIAL_ALONE,)


@pytest.mark.parametrize("text", [False, True])
def test_a_credential_beside_its_file(bench: Bench, text: bool) -> None:
    """Is read with it; on another file it is altered."""
    content, other = (b"a text", b"another") if text else (wav(0.2), wav(0.3))
    mime = "text/plain" if text else "audio/wav"
    manifest = Credentials(signing()).sidecar(content, mime, claim())

    async def states() -> list[list[tuple[str, ClaimState]]]:
        return [
            [(mark.mark, mark.state) for mark in (await bench.reading(each, mime, manifest)).marks]
            for each in (content, other)
        ]

    assert asyncio.run(states()) == [
        [("credential", ClaimState.UNTRUSTED)], [("credential", ClaimState.ALTERED)]
    ]  # fmt: skip


@pytest.mark.judges
@pytest.mark.parametrize("into", ["pdf", "rtf", "odt", "html"])
def test_what_libreoffice_makes_of_it(bench: Bench, tmp_path: Path, into: str) -> None:
    """A Word file with our answer, saved as another kind of file by LibreOffice."""
    assert shutil.which("soffice"), "soffice is missing: apt-get install libreoffice-writer"
    (tmp_path / "story.docx").write_bytes(word_of(bench.label + STORY))
    command = [
        "soffice", f"-env:UserInstallation=file://{tmp_path}/profile", "--headless",
        "--convert-to", into, "--outdir", str(tmp_path), str(tmp_path / "story.docx"),
    ]  # fmt: skip
    subprocess.run(command, capture_output=True, timeout=120, check=True)
    report = ask(bench, (tmp_path / f"story.{into}").read_bytes(), f"story.{into}")
    assert (report.made_here, report.matches[0].exchange) == (MadeHere.YES, name(1))
    assert [mark.code for mark in report.marks] == [bench.code]
