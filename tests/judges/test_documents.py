"""Documents with our marks, judged by programs that are not ours.

They need LibreOffice (libreoffice-writer, -calc, -impress), poppler-utils, libimage-exiftool-perl,
openssl, unzip, node and npm; a missing one fails the test and is named.
"""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path

import pytest

from gateway.engine.stamping import Stamper
from gateway.marks import Credentials, DocumentLabel, DocumentMetadata
from gateway.marks.label_signature import sign_label, signed_message
from gateway.matching.sm2 import sign, verify
from gateway.matching.sm2_keys import make_key, private_pem, read_private_pem
from gateway.nouns.mark import FileMarksOrder, LabelPosition, MarkFamily
from gateway.nouns.media import MediaFormat
from gateway.wire.aigc_label import bare_json
from tests.document_kit import DOCUMENTS, claim, pdf, picture, signing

pytestmark = pytest.mark.judges

PACKAGES = {
    "soffice": "libreoffice-writer libreoffice-calc libreoffice-impress",
    "pdftotext": "poppler-utils",
    "pdfinfo": "poppler-utils",
    "exiftool": "libimage-exiftool-perl",
    "unzip": "unzip",
    "openssl": "openssl",
    "node": "nodejs",
    "npm": "npm",
}
OFFICE = [MediaFormat.DOCX, MediaFormat.XLSX, MediaFormat.PPTX]
SM2 = make_key(0x3945208F7B2144B13F36E38AC6D39F95889393692860B51A42FB81EF4DF7C5B8)
SAID = claim()._replace(label=sign_label(claim().label, SM2))


def _run(*command: str | Path, folder: Path | None = None) -> str:
    name = str(command[0])
    assert shutil.which(name), f"{name} is missing: apt-get install {PACKAGES[name]}"
    done = subprocess.run(command, cwd=folder, capture_output=True, timeout=240, check=False)
    assert done.returncode == 0, done.stderr.decode(errors="replace")
    return done.stdout.decode(errors="replace")


def _written(folder: Path, found: MediaFormat, at: LabelPosition) -> Path:
    marks = [DocumentLabel(FileMarksOrder(at=at)), DocumentMetadata(), Credentials(signing())]
    content = pdf(3, rotate=90) if found is MediaFormat.PDF else DOCUMENTS[found]()
    stamped = Stamper(marks, list(MarkFamily)).stamp(content, SAID, hint=found.value)
    path = folder / f"{at.value}-{found.value}.{found.value}"
    path.write_bytes(stamped.content)
    return path


def test_office_files_open_and_show_the_label(tmp_path: Path) -> None:
    """LibreOffice reads each of them and prints it; the words are on paper."""
    files = [_written(tmp_path, found, at) for found in OFFICE for at in LabelPosition]
    for path in files:
        _run("unzip", "-tq", path)
        assert bare_json(SAID.label).decode().replace('"', "").replace("\\", "")[:60] in _run(
            "unzip", "-p", path, "docProps/custom.xml"
        ).replace("&quot;", "").replace('"', "").replace("\\", "")
    profile = f"-env:UserInstallation=file://{tmp_path}/profile"
    _run("soffice", profile, "--headless", "--convert-to", "pdf", "--outdir", tmp_path, *files)
    for path in files:
        assert SAID.line in _run("pdftotext", path.with_suffix(".pdf"), "-"), path.name


@pytest.mark.parametrize("at", LabelPosition)
def test_pdf_shows_label_and_metadata(tmp_path: Path, at: LabelPosition) -> None:
    """poppler finds the words on the right pages, the font inside and the entry in Info; exiftool
    finds the entry and the credential."""
    path = _written(tmp_path, MediaFormat.PDF, at)
    pages = [_run("pdftotext", "-f", n, "-l", n, path, "-") for n in ("1", "2", "3")]
    shown = [SAID.line in page for page in pages]
    assert shown == [at is not LabelPosition.END, False, at is not LabelPosition.START]
    assert bare_json(SAID.label).decode() in _run("pdfinfo", "-custom", path)
    (read,) = json.loads(_run("exiftool", "-json", "-G1", "-a", path))
    assert json.loads(read["PDF:AIGC"])["ProduceID"] == SAID.exchange
    assert b"org.sealgate.record" in path.read_bytes()


def test_credentials_are_seen_by_exiftool(tmp_path: Path) -> None:
    """It lists the boxes of the manifest in PNG and JPEG."""
    for kind in ("PNG", "JPEG"):
        content, _ = Credentials(signing()).stamp(picture(kind), claim())
        path = tmp_path / f"a.{kind.lower()}"
        path.write_bytes(content)
        listed = _run("exiftool", "-G1", "-a", "-s", path)
        assert "org.sealgate.record" in listed
        assert "c2pa.actions" in listed


def test_openssl_agrees_on_signatures(tmp_path: Path) -> None:
    """What we sign it verifies; what it signs we verify; keys that it makes we read."""
    message = signed_message(SAID.label)
    for name, content in (
        ("key.pem", private_pem(SM2)), ("message", message), ("ours", sign(message, SM2.secret)),
    ):  # fmt: skip
        (tmp_path / name).write_bytes(content)
    same = ("-rawin", "-digest", "sm3", "-in", "message", "-pkeyopt", "distid:1234567812345678")
    _run("openssl", "pkey", "-in", "key.pem", "-pubout", "-out", "public.pem", folder=tmp_path)
    checked = _run(
        "openssl", "pkeyutl", "-verify", "-pubin", "-inkey", "public.pem", "-sigfile", "ours",
        *same, folder=tmp_path,
    )  # fmt: skip
    assert "Verified Successfully" in checked
    _run("openssl", "pkeyutl", "-sign", "-inkey", "key.pem", "-out", "theirs", *same,
         folder=tmp_path)  # fmt: skip
    assert verify(message, (tmp_path / "theirs").read_bytes(), SM2.public)
    made = {
        "sec1": ("ecparam", "-name", "SM2", "-genkey", "-noout"),
        "pkcs8": ("genpkey", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:SM2"),
    }
    for name, how in made.items():
        _run("openssl", *how, "-out", name, folder=tmp_path)
        assert read_private_pem((tmp_path / name).read_bytes()).secret > 0


def test_a_reader_that_is_not_ours_validates_credentials(tmp_path: Path) -> None:
    """A TypeScript one, not made of the library that signs: PNG, JPEG, AVIF; and one byte off."""
    for name in ("package.json", "package-lock.json", "validate.mjs"):
        shutil.copy(Path(__file__).parent / "c2pa-ts" / name, tmp_path / name)
    _run("npm", "install", "--ignore-scripts", "--omit=optional", "--no-audit", folder=tmp_path)
    kinds = ("PNG", "JPEG", "AVIF")
    for kind in kinds:
        content, receipt = Credentials(signing()).stamp(picture(kind, 256), claim())
        assert receipt.status == "written"
        (tmp_path / f"whole.{kind}").write_bytes(content)
    changed = bytearray((tmp_path / "whole.PNG").read_bytes())
    changed[-20] ^= 1
    (tmp_path / "changed.PNG").write_bytes(changed)
    names = [*(f"whole.{kind}" for kind in kinds), "changed.PNG"]
    told = _run("node", "validate.mjs", *names, folder=tmp_path).splitlines()
    assert [json.loads(line)["valid"] for line in told] == [True, True, True, False]
