"""A manifest that a text came with: whole, it becomes our parent; broken, it stays alone."""

from __future__ import annotations

from io import BytesIO

import encypher_c2pa
import msgspec
import pytest
from c2pa import Reader

from gateway.engine.stamping import Stamper
from gateway.marks import Credentials, DocumentLabel, DocumentMetadata
from gateway.nouns.mark import FileMarksOrder, MarkFamily, Receipt
from gateway.nouns.media import MediaFormat
from gateway.ports.mark import ClaimState
from gateway.wire.manifest_place import manifest_places
from tests.document_kit import EXCHANGE, OTHER_EXCHANGE, claim, picture
from tests.unit.gateway.marks.test_credentials import TEXTS, company

FIRM, OURS = Credentials(company()), Credentials(company("Other"))
FAMILIES = [MarkFamily.LABEL, MarkFamily.METADATA, MarkFamily.CREDENTIAL]


def theirs(found: MediaFormat) -> bytes:
    """Return a text that somebody else signed."""
    signed, _ = FIRM.stamp(TEXTS[found].encode(), claim(OTHER_EXCHANGE)._replace(format=found))
    assert FIRM.verify(signed)[0].state is ClaimState.INTACT
    return signed


@pytest.mark.parametrize("found", TEXTS)
def test_anothers_manifest_becomes_the_parent(found: MediaFormat) -> None:
    """As the text came, before label and metadata changed it; two validators find both whole."""
    marks = [DocumentLabel(FileMarksOrder(label=True)), DocumentMetadata(), OURS]
    stamper = Stamper(marks, FAMILIES)
    said = claim()._replace(line="人工智能生成 · " + claim().code)
    done = stamper.stamp(theirs(found), said, hint=f"a.{found.value}")
    assert done.complete
    assert done.receipts[-1] == Receipt("credential", "written")
    (read,) = OURS.verify(done.content)
    assert (read.exchange, read.state) == (EXCHANGE, ClaimState.INTACT)
    (place,) = manifest_places(done.content)
    with Reader("text/plain", BytesIO(done.content), place.manifest) as reader:
        report = msgspec.json.decode(reader.json())
    (parent,) = report["manifests"][report["active_manifest"]]["ingredients"]
    kept = str(report["manifests"][parent["active_manifest"]]["assertions"])
    judged = parent["validation_results"]["activeManifest"]
    assert parent["relationship"] == "parentOf"
    assert OTHER_EXCHANGE in kept
    assert "assertion.dataHash.match" in {each["code"] for each in judged["success"]}
    assert {each["code"] for each in judged["failure"]} == {"signingCredential.untrusted"}
    assert "ingredient.manifest.validated" in str(report["validation_results"])
    told = encypher_c2pa.verify(done.content, found.mime)
    assert (told["integrity"], told["hard_binding"]) == ("valid", "match")
    assert stamper.stamp(done.content, said, hint=f"a.{found.value}").content == done.content


@pytest.mark.parametrize("found", TEXTS)
def test_anothers_manifest_that_came_broken_stays(found: MediaFormat) -> None:
    """Nobody could vouch for it, and only one may be there."""
    broken = theirs(found).replace("来".encode(), "去".encode())
    said = claim()._replace(format=found, original=broken)
    assert OURS.stamp(broken, said) == (
        broken, Receipt("credential", "not_possible", "other_manifest"),
    )  # fmt: skip


def test_a_signed_text_among_the_uploads_brings_its_manifest() -> None:
    """So what it says is known beside the picture that was made from it."""
    upload = theirs(MediaFormat.TXT)
    made, receipt = OURS.stamp(picture(), claim()._replace(sources=(upload, b"a text")))
    assert receipt.status == "written"
    with Reader("image/png", BytesIO(made)) as reader:
        report = reader.json()
    assert OTHER_EXCHANGE in report
    assert "ingredient.manifest.validated" in report
    assert "mismatch" not in report
