"""Whose signature it is: our own certificate's, or that of anybody with the same names."""

from __future__ import annotations

from cryptography import x509

from gateway.marks import Credentials
from gateway.marks.credentials import Signing
from tests.document_kit import EXCHANGE, claim, picture, signing
from tests.unit.gateway.marks.test_credentials import company

PICTURE = picture()


def test_what_our_own_certificate_signed_is_bound() -> None:
    """Trial or not, whatever the anchors are; as long as it is whole, and in a text too."""
    for own in (signing(), company()):
        mine = Credentials(own._replace(anchors=b""))
        for content in (PICTURE, "第一行。\n".encode()):
            signed, receipt = mine.stamp(content, claim())
            assert receipt.status == "written"
            assert [each.bound for each in mine.verify(signed)] == [True]
            assert not any(each.bound for each in mine.verify(signed[:-1] + b"x"))
            assert [each.bound for each in Credentials(Signing()).verify(signed)] == [False]


def test_a_certificate_of_another_with_our_number_binds_nothing() -> None:
    """Numbers are chosen by who makes the certificate, and ours stands in every file."""
    mine = company()
    number = x509.load_pem_x509_certificate(mine.certificate).serial_number
    forger = company(number=number)
    forged, _ = Credentials(forger).stamp(PICTURE, claim())
    anchors = mine.anchors + forger.anchors
    (read,) = Credentials(mine._replace(anchors=anchors)).verify(forged)
    assert (read.exchange, read.bound) == (EXCHANGE, False)
