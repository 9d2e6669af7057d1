"""Content credentials: signed last, read back, trusted only under anchors."""

from __future__ import annotations

import io
import os
import time
from typing import Any

import encypher_c2pa
import pytest
from c2pa import Reader
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from gateway.engine.stamping import Stamper
from gateway.marks import Credentials, DocumentMetadata
from gateway.marks.credentials import (
    TRIAL,
    CredentialError,
    Signing,
    check_signing,
    make_trial,
    texts,
)
from gateway.marks.credentials.hashed import can_sign_around, state_around
from gateway.marks.credentials.manifest import plan_manifest, read_manifest
from gateway.marks.credentials.signing import without_root
from gateway.nouns.errors import ConfigError
from gateway.nouns.mark import MarkFamily, Receipt
from gateway.nouns.media import MediaFormat
from gateway.ports.mark import ClaimState
from gateway.wire.manifest_place import manifest_places, room_for, without
from tests.document_kit import EXCHANGE, OTHER_EXCHANGE, claim, pdf, picture, signing
from tests.sound_kit import sound

MARK = Credentials(signing())
PICTURE = picture()


def company(name: str = "Company", number: int = 0) -> Signing:
    """Return a chain that is no trial: somebody's own authority, which readers may trust."""
    trial = make_trial(time.time())
    leaf, root = x509.load_pem_x509_certificates(trial.chain)
    root_key, key = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
    made = []
    for old, public in ((leaf, key.public_key()), (root, root_key.public_key())):
        names = x509.Name([x509.NameAttribute(x509.NameOID.ORGANIZATION_NAME, name)])
        issuer = x509.Name([x509.NameAttribute(x509.NameOID.ORGANIZATION_NAME, f"{name} root")])
        builder = (
            x509.CertificateBuilder()
            .subject_name(names if old is leaf else issuer)
            .issuer_name(issuer)
            .public_key(public)
            .serial_number(number or x509.random_serial_number())
            .not_valid_before(old.not_valid_before_utc)
            .not_valid_after(old.not_valid_after_utc)
        )
        for each in old.extensions:
            value = each.value
            if isinstance(value, x509.SubjectKeyIdentifier):
                value = x509.SubjectKeyIdentifier.from_public_key(public)
            if isinstance(value, x509.AuthorityKeyIdentifier):
                value = x509.AuthorityKeyIdentifier.from_issuer_public_key(root_key.public_key())
            builder = builder.add_extension(value, each.critical)
        made.append(builder.sign(root_key, hashes.SHA256()).public_bytes(Encoding.PEM))
    plain = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    return Signing(made[0] + made[1], plain, made[1])


def test_a_trial_certificate_is_called_untrusted_even_under_its_own_root() -> None:
    """Whoever puts the trial root among the anchors has not made it trusted."""
    content, receipt = MARK.stamp(PICTURE, claim())
    assert receipt == Receipt("credential", "written", "")
    assert signing().trial
    assert TRIAL.encode() in content
    for anchors in (b"", signing().anchors):
        (read,) = Credentials(Signing(anchors=anchors)).verify(content)
        assert (read.state, read.detail) == (ClaimState.UNTRUSTED, "trial_certificate")


def test_a_companys_certificate_is_intact_under_its_anchor_and_untrusted_without() -> None:
    """The anchor decides, not the certificate in the file."""
    firm = company()
    mark = Credentials(firm)
    content, receipt = mark.stamp(PICTURE, claim())
    assert receipt.status == "written"
    (read,) = mark.verify(content)
    assert (read.state, read.detail, read.exchange) == (ClaimState.INTACT, "", EXCHANGE)
    assert (read.code, read.model, read.time_s) == (claim().code, "model-1", 1_790_000_000.0)
    (read,) = Credentials(firm._replace(anchors=b"")).verify(content)
    assert (read.state, read.detail) == (ClaimState.UNTRUSTED, "unknown_signer")
    (read,) = Credentials(company("Other")._replace(anchors=firm.anchors)).verify(content)
    assert read.detail == "other_signer"


def test_one_changed_byte_is_seen() -> None:
    """In the picture behind the manifest."""
    content = bytearray(MARK.stamp(PICTURE, claim())[0])
    content[-20] ^= 1
    (read,) = MARK.verify(bytes(content))
    assert read.state is ClaimState.ALTERED


def test_a_manifest_that_came_in_stays_valid_as_the_parent() -> None:
    """Also when another mark changed the file before ours was signed."""
    theirs = Credentials(company("Camera"))
    incoming, _ = theirs.stamp(pdf(), claim(OTHER_EXCHANGE))
    stamper = Stamper([DocumentMetadata(), MARK], [MarkFamily.METADATA, MarkFamily.CREDENTIAL])
    stamped = stamper.stamp(incoming, claim())
    assert [each.status for each in stamped.receipts] == ["written", "written"]
    assert MARK.verify(stamped.content)[0].exchange == EXCHANGE
    report = _report(stamped.content, MediaFormat.PDF)
    assert '"relationship":"parentOf"' in report
    assert "c2pa.opened" in report
    assert '"ingredient.manifest.validated"' in report
    assert "dataHash.mismatch" not in report


def test_uploads_become_ingredients() -> None:
    """The first is the parent, the others went in; a text among them is only hashed."""
    sources = (picture("JPEG"), picture("WEBP"), b"a text")
    content, receipt = MARK.stamp(PICTURE, claim()._replace(sources=sources))
    assert receipt.status == "written"
    report = _report(content, MediaFormat.PNG)
    assert report.count('"relationship":"parentOf"') == 1
    assert report.count('"relationship":"inputTo"') == 2
    assert "compositeWithTrainedAlgorithmicMedia" in report
    assert MARK.verify(content)[0].state is ClaimState.UNTRUSTED


def test_the_implicit_label_is_not_repeated() -> None:
    """There is one in a file (GB 45438-2025, 6.1 c)."""
    planned = str(plan_manifest(claim(), ()).definition)
    assert EXCHANGE in planned
    assert "AIGC" not in planned
    assert "ContentProducer" not in planned


@pytest.mark.parametrize(
    ("content", "found", "why"),
    [
        (b"e\xcc\x81", MediaFormat.TXT, "not_nfc"),
        (b"\xff", MediaFormat.TXT, "not_utf8"),
        (b"a\rb", MediaFormat.MARKDOWN, "bare_carriage_return"),
        (b"```\nx", MediaFormat.MARKDOWN, "open_block"),
        (b"fLaC" + bytes(50), MediaFormat.FLAC, "no_place_in_format"),
        (b"RF64\xff\xff\xff\xffWAVE" + bytes(40), MediaFormat.WAV, "rf64"),
    ],
    ids=["nfc", "utf8", "return", "fence", "flac", "rf64"],
)
def test_formats_without_a_safe_place_are_said(
    content: bytes, found: MediaFormat, why: str
) -> None:
    """For them there is the sidecar."""
    said = claim()._replace(format=found)
    assert MARK.stamp(content, said) == (content, Receipt("credential", "not_possible", why))
    beside = MARK.sidecar(content, found.mime, said)
    assert MARK.verify_sidecar(content, found.mime, beside)[0].exchange == EXCHANGE
    (changed,) = MARK.verify_sidecar(content + b"x", found.mime, beside)
    assert changed.state is ClaimState.ALTERED


TEXTS = {
    MediaFormat.TXT: "春天来了。\n",
    MediaFormat.MARKDOWN: "# 春\r\n\r\n来了",
    MediaFormat.HTML: "<head><title>春</title></head><body>来了</body>",
}


@pytest.mark.parametrize("found", TEXTS)
def test_a_manifest_in_a_text_covers_all_but_its_own_place(found: MediaFormat) -> None:
    """The text reads as before; one changed byte is seen, and so is what is put into the place."""
    content, said = TEXTS[found].encode(), claim()._replace(format=found)
    signed, receipt = MARK.stamp(content, said)
    assert receipt == Receipt("credential", "written", "")
    (place,) = manifest_places(signed)
    assert without(signed, [place]).strip() == content.strip()
    (read,) = MARK.verify(signed)
    assert (read.exchange, read.state, read.detail) == (
        EXCHANGE, ClaimState.UNTRUSTED, "trial_certificate",
    )  # fmt: skip
    end = place.start + place.length
    for changed in (
        signed.replace("来".encode(), "去".encode()), b" " + signed, signed + b" ",
        signed[:end] + b"x" + signed[end:], signed + signed[place.start : end],
    ):  # fmt: skip
        for read in MARK.verify(changed):
            assert read.state is ClaimState.ALTERED


def test_the_library_can_sign_around_a_place() -> None:
    """If a release no longer has the functions, texts get no manifest: then this says so. If its
    reader knows text, `state_around` is needed no more."""
    assert can_sign_around()
    assert not {"text/plain", "text/markdown", "text/html"} & set(Reader.get_supported_mime_types())


@pytest.mark.parametrize("report", ["", "{}", "[1]", '{"validation_results":1}'])
def test_a_report_that_cannot_be_read_is_no_valid_one(report: str) -> None:
    """Whatever the reader says."""
    assert state_around(report, report, (0, 1)) == "Invalid"


def test_a_manifest_beside_flac_covers_its_bytes() -> None:
    """The library leaves a place out of its hash there in which it would have embedded."""
    content = sound("flac", "flac", seconds=0.2)
    beside = MARK.sidecar(content, "audio/flac", claim())
    (whole,) = MARK.verify_sidecar(content, "audio/flac", beside)
    assert whole.state is not ClaimState.ALTERED
    (changed,) = MARK.verify_sidecar(b"x" + content[1:], "audio/flac", beside)
    assert changed.state is ClaimState.ALTERED


def test_a_manifest_beside_a_file_is_none_where_one_is_inside() -> None:
    """Readers would believe that one; and what is no file has none."""
    said = claim()
    ogg = sound("ogg", "libopus", 48000, 1)
    found = MARK.verify_sidecar(ogg, "audio/ogg", MARK.beside(ogg, said))
    assert [each.exchange for each in found] == [EXCHANGE]
    signed, _ = MARK.stamp(b"text", said._replace(format=MediaFormat.TXT))
    for content in (MARK.stamp(PICTURE, said)[0], signed, b"\0"):
        assert MARK.beside(content, said) == b""
    assert Credentials(Signing()).beside(ogg, said) == b""


@pytest.mark.parametrize("model", ["m", "model " * 40, "n"])
def test_manifests_of_any_length_fit_their_place(model: str) -> None:
    """Also where the last one was longer or shorter."""
    said = claim()._replace(model=model)
    content, receipt = MARK.stamp(PICTURE, said)
    assert receipt.status == "written"
    assert MARK.verify(content)[0].model == model


def test_a_second_validator_takes_what_stands_behind_a_manifest_in_text_for_padding() -> None:
    """It knows selectors of three bytes alone, so manifests are made until those fill the place:
    most are signed once, since their own padding can be spread so that they do. One in seven
    hundred texts has to do with others."""
    taken = spread = 0
    for number in range(24):
        said = claim()._replace(format=MediaFormat.TXT, model="m" * (number % 5))
        content, receipt = MARK.stamp(f"text {number}\n".encode() * (number + 1), said)
        told = encypher_c2pa.verify(content, "text/plain")
        assert receipt == Receipt("credential", "written")
        taken += (told["integrity"], told["hard_binding"]) == ("valid", "match")
        spread += b"pad2" in manifest_places(content)[0].manifest
    assert taken >= 22
    assert 0 < spread < 24


def test_a_text_is_signed_until_what_stands_there_suits_every_reader(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Each manifest does with two chances of three: six that do not are one text in 700."""
    written: list[bytes] = []

    def suits(each: bytes) -> bool:
        written.append(each)
        return len(written) == 7

    monkeypatch.setattr(
        texts, "room_for", lambda *told: room_for(*told)._replace(suits=suits)
    )
    said = claim()._replace(format=MediaFormat.TXT)
    content, receipt = Credentials(signing()).stamp("春天来了。\n".encode(), said)
    assert receipt == Receipt("credential", "written", "")
    assert len(written) == 7
    assert content.endswith(written[-1])



def test_an_authority_that_cannot_be_reached_does_not_keep_it_from_being_signed() -> None:
    """The receipt says that there is no time stamp. Port 9 of this machine answers nobody."""
    mark = Credentials(signing()._replace(timestamp_url="http://127.0.0.1:9/"))
    content, receipt = mark.stamp(PICTURE, claim())
    assert receipt == Receipt("credential", "written", "no_time_stamp")
    assert mark.verify(content)[0].exchange == EXCHANGE


def test_an_authority_that_fails_is_asked_once_for_a_text(monkeypatch: pytest.MonkeyPatch) -> None:
    """However often the text is signed: it may have kept us waiting."""
    asked: list[bool] = []
    sign = Credentials._sign

    def signing_of(self: Credentials, *told: Any, asks: bool = True) -> tuple[bytes, bool]:
        asked.append(asks)
        return sign(self, *told, asks=asks)

    monkeypatch.setattr(Credentials, "_sign", signing_of)
    monkeypatch.setattr(
        texts, "room_for", lambda *told: room_for(*told)._replace(suits=lambda _: False)
    )
    unreachable = signing()._replace(timestamp_url="http://127.0.0.1:9/")
    said = claim()._replace(format=MediaFormat.TXT)
    content, receipt = Credentials(unreachable).stamp("春天来了。\n".encode(), said)
    assert receipt == Receipt("credential", "written", "no_time_stamp")
    assert asked == [True, *[False] * 7]
    assert MARK.verify(content)[0].exchange == EXCHANGE


def test_it_signs_in_a_process_forked_after_it_signed() -> None:
    """The library's objects are made anew in each process."""
    MARK.stamp(PICTURE, claim())
    child = os.fork()
    if not child:
        os._exit(0 if MARK.stamp(PICTURE, claim())[1].status == "written" else 1)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0


def test_without_a_certificate_nothing_is_signed_and_everything_is_read() -> None:
    """Neither in the file nor beside it."""
    nobody = Credentials(Signing())
    assert nobody.stamp(PICTURE, claim())[1].detail == "no_certificate"
    with pytest.raises(CredentialError, match="no_certificate"):
        nobody.sidecar(b"x", "text/plain", claim())
    assert nobody.verify(MARK.stamp(PICTURE, claim())[0])[0].exchange == EXCHANGE


@pytest.mark.parametrize("report", ["", "{}", '{"active_manifest":"a","manifests":{}}', "[1]"])
def test_a_report_of_another_form_claims_nothing(report: str) -> None:
    """Nor does one of a photograph: a credential alone says nothing of AI."""
    assert read_manifest(report, None) is None


def _other_key() -> bytes:
    key = ed25519.Ed25519PrivateKey.generate()
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"key": b""}, "certificate and its key"),
        ({"key": b"no key"}, "no unencrypted private key"),
        ({"key": _other_key()}, "not the key of the first certificate"),
        ({"certificate": b"none"}, "no certificate in this PEM"),
        ({"anchors": b"none"}, "credentials.anchors"),
    ],
)
def test_settings_that_cannot_sign_are_refused(change: dict[str, bytes], why: str) -> None:
    """Before anything is served; the words hold no key."""
    with pytest.raises(ConfigError, match=why):
        check_signing(signing()._replace(**change))
    assert "PRIVATE" not in repr(signing())
    check_signing(signing())
    check_signing(Signing())


def _report(content: bytes, found: MediaFormat) -> str:
    return Reader(found.mime, io.BytesIO(content)).json().replace(" ", "").replace("\n", "")


def test_a_root_is_not_written_into_files() -> None:
    """It stays out of the chain, and who has it among the anchors trusts the signature."""
    firm = company()
    leaf, root = (
        each.public_bytes(Encoding.DER)
        for each in x509.load_pem_x509_certificates(firm.certificate)
    )
    content, receipt = Credentials(firm).stamp(PICTURE, claim())
    assert receipt.status == "written"
    assert leaf in content
    assert root not in content
    assert [each.state for each in Credentials(firm).verify(content)] == [ClaimState.INTACT]


def test_chains_without_a_root_are_written_as_they_are() -> None:
    """A leaf alone, even one that signed itself, and what is no certificate."""
    chain = make_trial(time.time()).chain
    leaf, root = (
        each.public_bytes(Encoding.PEM) for each in x509.load_pem_x509_certificates(chain)
    )
    assert without_root(chain) == without_root(leaf) == leaf
    assert without_root(root) == root
    assert without_root(b"none") == b"none"
