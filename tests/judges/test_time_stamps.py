"""Credentials with a time stamp, by an authority made of OpenSSL on loopback.

The stamp is judged by the library's reader and by a validator that shares nothing with it.
"""

from __future__ import annotations

import io
import json
import shutil
import subprocess
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, NamedTuple

import encypher_c2pa
import pytest
from c2pa import Context, Reader, Settings

from gateway.marks import Credentials
from gateway.nouns.mark import Receipt
from gateway.nouns.media import MediaFormat as F
from tests.document_kit import DOCUMENTS, claim, picture, signing
from tests.picture_kit import encode
from tests.sound_kit import sound

pytestmark = pytest.mark.judges

_NEW_KEY = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes")
_LEAF = (
    "basicConstraints=CA:FALSE\nkeyUsage=critical,digitalSignature\n"
    "extendedKeyUsage=critical,timeStamping\nauthorityKeyIdentifier=keyid\n"
)
_TSA = """[tsa]
default_tsa = one
[one]
serial = {folder}/serial
signer_cert = {folder}/leaf.pem
signer_key = {folder}/leaf.key
certs = {folder}/root.pem
signer_digest = sha256
default_policy = 1.2.3.4.1
digests = sha256, sha384, sha512
ess_cert_id_alg = sha256
"""


class Authority(NamedTuple):
    """A time stamp authority: where it is, its root, and how often it was asked."""

    url: str
    root: str
    asked: list[int]


def _openssl(*words: str | Path, given: bytes | None = None) -> bytes:
    assert shutil.which("openssl"), "apt-get install openssl"
    done = subprocess.run(["openssl", *words], input=given, capture_output=True, check=False)
    assert done.returncode == 0, done.stderr.decode()
    return done.stdout


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Authority]:
    """An authority that stamps whatever it is sent."""
    folder = tmp_path_factory.mktemp("authority")
    root, leaf, wanted = (folder / name for name in ("root.pem", "leaf.pem", "leaf.csr"))
    _openssl("req", "-x509", *_NEW_KEY, "-keyout", folder / "root.key", "-out", root, "-days", "9",
             "-subj", "/O=Clock/CN=root")  # fmt: skip
    _openssl("req", *_NEW_KEY, "-keyout", folder / "leaf.key", "-out", wanted,
             "-subj", "/O=Clock/CN=clock")  # fmt: skip
    (folder / "leaf.ext").write_text(_LEAF)
    issuer = ("-CA", root, "-CAkey", folder / "root.key", "-CAcreateserial")
    _openssl("x509", "-req", "-in", wanted, *issuer, "-out", leaf, "-days", "9",
             "-extfile", folder / "leaf.ext")  # fmt: skip
    (folder / "serial").write_text("01\n")
    (folder / "tsa.cnf").write_text(_TSA.format(folder=folder))
    asked: list[int] = []

    class Clock(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            query = folder / "query.tsq"
            query.write_bytes(self.rfile.read(int(self.headers["content-length"])))
            body = _openssl("ts", "-reply", "-config", folder / "tsa.cnf", "-section", "one",
                            "-queryfile", query)  # fmt: skip
            asked.append(len(body))
            self.send_response(200)
            self.send_header("content-type", "application/timestamp-reply")
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *words: Any) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Clock) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield Authority(f"http://127.0.0.1:{server.server_port}/", root.read_text(), asked)
        server.shutdown()
        thread.join()


FILES = {
    F.PNG: picture,
    F.JPEG: lambda: encode("JPEG"),
    F.MP3: lambda: sound("mp3", "libmp3lame", 44100, 2),
    F.PDF: DOCUMENTS[F.PDF],
    F.TXT: DOCUMENTS[F.TXT],
}


@pytest.mark.parametrize("found", FILES)
def test_a_time_stamp_is_in_the_file_and_valid(found: F, authority: Authority) -> None:
    """Whether the library puts the manifest in place or we do."""
    made = signing()._replace(timestamp_url=authority.url)
    before = len(authority.asked)
    content, receipt = Credentials(made).stamp(FILES[found](), claim()._replace(format=found))
    assert receipt == Receipt("credential", "written")
    assert len(authority.asked) > before
    told = encypher_c2pa.verify(
        content, found.mime, trust_pem=made.anchors.decode(), tsa_trust_pem=authority.root,
        no_default_trust=True,
    )  # fmt: skip
    assert (told["integrity"], told["hard_binding"]) == ("valid", "match")
    good = {each["code"] for each in told["validation_results"]["success"]}
    assert {"timeStamp.validated", "timeStamp.trusted"} <= good
    if found is not F.TXT:
        anchors = made.anchors.decode() + authority.root
        context = Context(Settings.from_dict({"trust": {"trust_anchors": anchors}}))
        with Reader(found.mime, io.BytesIO(content), context=context) as reader:
            report = json.loads(reader.json())
            assert reader.get_validation_state() == "Trusted"
        assert report["manifests"][report["active_manifest"]]["signature_info"]["time"]
