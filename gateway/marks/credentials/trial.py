"""A certificate of one's own making, to try content credentials with. Nobody vouches for it.

Root and leaf have the extensions that C2PA readers ask for (C2PA 2.2, 14.5). The root's key is
thrown away: nobody can issue another certificate under it. The organisation named in both says what
they are, so that every reader of ours calls what they signed untrusted, whatever its anchors are.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

TRIAL = "sealgate trial, not trusted"
"""The organisation in the names of trial certificates."""

_VALID_DAYS = 365
_LEEWAY = timedelta(minutes=5)


class Trial(NamedTuple):
    """PEM texts: the chain (leaf, then root), the leaf's key, and the root alone."""

    chain: bytes
    key: bytes
    root: bytes

    def __repr__(self) -> str:
        return f"Trial(chain={len(self.chain)} bytes)"


def make_trial(now_s: float) -> Trial:
    """Return a new chain that is valid for a year from ``now_s`` (seconds since 1970)."""
    begin = datetime.fromtimestamp(now_s, UTC)
    root_key, leaf_key = (ec.generate_private_key(ec.SECP256R1()) for _ in range(2))
    root_name, leaf_name = _name("sealgate trial root"), _name("sealgate trial signer")
    root = (
        _begun(root_name, root_name, root_key.public_key(), begin)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .add_extension(_usage(signs_certificates=True), critical=True)
        .sign(root_key, hashes.SHA256())
    )
    authority = x509.AuthorityKeyIdentifier.from_issuer_public_key(root_key.public_key())
    leaf = (
        _begun(leaf_name, root_name, leaf_key.public_key(), begin)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_usage(signs_certificates=False), critical=True)
        .add_extension(
            x509.ExtendedKeyUsage([ExtendedKeyUsageOID.EMAIL_PROTECTION]), critical=False
        )
        .add_extension(authority, critical=False)
        .sign(root_key, hashes.SHA256())
    )
    return Trial(
        leaf.public_bytes(Encoding.PEM) + root.public_bytes(Encoding.PEM),
        leaf_key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()),
        root.public_bytes(Encoding.PEM),
    )


def _name(common: str) -> x509.Name:
    return x509.Name(
        [
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, TRIAL),
            x509.NameAttribute(NameOID.COMMON_NAME, common),
        ]
    )


def _begun(
    subject: x509.Name, issuer: x509.Name, public: ec.EllipticCurvePublicKey, begin: datetime
) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(public)
        .serial_number(x509.random_serial_number())
        .not_valid_before(begin - _LEEWAY)
        .not_valid_after(begin + timedelta(days=_VALID_DAYS))
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(public), critical=False)
    )


def _usage(*, signs_certificates: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not signs_certificates,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=signs_certificates,
        crl_sign=signs_certificates,
        encipher_only=False,
        decipher_only=False,
    )
