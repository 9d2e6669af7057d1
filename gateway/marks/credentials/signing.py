"""What signs and what is trusted: certificate, key, anchors, time stamp authority."""

from __future__ import annotations

from typing import NamedTuple

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    PublicFormat,
    load_pem_private_key,
)

from gateway.marks.credentials.trial import TRIAL
from gateway.nouns.errors import ConfigError

_CURVES = {"secp256r1": "es256", "secp384r1": "es384", "secp521r1": "es512"}


class Signing(NamedTuple):
    """PEM texts: ``certificate`` (the leaf first), its ``key``, and the ``anchors`` under which a
    reader trusts. Without a certificate nothing is signed; without anchors nothing is trusted."""

    certificate: bytes = b""
    key: bytes = b""
    anchors: bytes = b""
    timestamp_url: str = ""

    def __repr__(self) -> str:
        return f"Signing(certificate={len(self.certificate)} bytes)"

    @property
    def trial(self) -> bool:
        """True if the certificate is one of `make_trial`."""
        return any(is_trial(each) for each in certificates(self.certificate))


def check_signing(signing: Signing) -> None:
    """Raise ConfigError unless certificate, key and anchors can be used together."""
    if bool(signing.certificate) != bool(signing.key):
        raise ConfigError(
            "Content credentials need a certificate and its key: credentials.certificate and "
            "credentials.key.",
            param="credentials",
        )
    for name, pem in (("certificate", signing.certificate), ("anchors", signing.anchors)):
        if pem and not certificates(pem):
            raise ConfigError(
                f"credentials.{name}: there is no certificate in this PEM file.",
                param=f"credentials.{name}",
            )
    if not signing.certificate:
        return
    key = private_key(signing.key)
    leaf = certificates(signing.certificate)[0].public_key()
    form = (Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    if key.public_key().public_bytes(*form) != leaf.public_bytes(*form):
        raise ConfigError(
            "credentials.key is not the key of the first certificate in credentials.certificate.",
            param="credentials.key",
        )


_Key = ec.EllipticCurvePrivateKey | ed25519.Ed25519PrivateKey | rsa.RSAPrivateKey


def private_key(pem: bytes) -> _Key:
    """Return the key. Raises ConfigError for what is none that C2PA signs with."""
    try:
        key = load_pem_private_key(pem, None)
    except (ValueError, TypeError, InvalidSignature):
        key = None
    if not isinstance(key, _Key):
        raise ConfigError(
            "credentials.key is no unencrypted private key (EC, Ed25519 or RSA) in PEM.",
            param="credentials.key",
        )
    algorithm(key)
    return key


def algorithm(key: _Key) -> str:
    """Return the name of the signature in C2PA. Raises ConfigError for other curves."""
    if isinstance(key, ec.EllipticCurvePrivateKey):
        if key.curve.name not in _CURVES:
            raise ConfigError(
                f"credentials.key: C2PA does not sign with the curve {key.curve.name}.",
                param="credentials.key",
            )
        return _CURVES[key.curve.name]
    return "ed25519" if isinstance(key, ed25519.Ed25519PrivateKey) else "ps256"


def certificates(pem: bytes) -> list[x509.Certificate]:
    """Return the certificates of a PEM text; none if it cannot be read."""
    try:
        return x509.load_pem_x509_certificates(pem) if pem else []
    except ValueError:
        return []


def without_root(pem: bytes) -> bytes:
    """Return a chain as it goes into files: without the root, which whoever trusts it has, and
    which would stand in every file (in plain text four bytes for each of its own)."""
    chain = certificates(pem)
    if len(chain) < 2 or chain[-1].issuer != chain[-1].subject:
        return pem
    return b"".join(each.public_bytes(Encoding.PEM) for each in chain[:-1])


def is_trial(certificate: x509.Certificate) -> bool:
    """True for a certificate of `gateway.marks.credentials.trial`."""
    return any(TRIAL in str(each.value) for each in certificate.subject)
