"""What signs and what is trusted: certificate, key, anchors, time stamp authority.

The library keeps a registry that does not live through a fork, so its contexts and signers are made
in the process that uses them, at their first use.
"""

from __future__ import annotations

import os
from typing import NamedTuple

from c2pa import C2paSignerInfo, Context, Settings, Signer
from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
)

from gateway.marks.credentials.trial import TRIAL
from gateway.nouns.errors import ConfigError

_PURPOSES = "1.3.6.1.5.5.7.3.4\n1.3.6.1.5.5.7.3.36\n1.3.6.1.4.1.62558.2.1\n"
"""Extended key usages of a signer: emailProtection, documentSigning, C2PA claim signing."""

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
        return any(_is_trial(each) for each in _certificates(self.certificate))


def check_signing(signing: Signing) -> None:
    """Raise ConfigError unless certificate, key and anchors can be used together."""
    if bool(signing.certificate) != bool(signing.key):
        raise ConfigError(
            "Content credentials need a certificate and its key: credentials.certificate and "
            "credentials.key.",
            param="credentials",
        )
    for name, pem in (("certificate", signing.certificate), ("anchors", signing.anchors)):
        if pem and not _certificates(pem):
            raise ConfigError(
                f"credentials.{name}: there is no certificate in this PEM file.",
                param=f"credentials.{name}",
            )
    if not signing.certificate:
        return
    key = _private_key(signing.key)
    leaf = _certificates(signing.certificate)[0].public_key()
    form = (Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    if key.public_key().public_bytes(*form) != leaf.public_bytes(*form):
        raise ConfigError(
            "credentials.key is not the key of the first certificate in credentials.certificate.",
            param="credentials.key",
        )


class Toolbox:
    """The library's objects for one `Signing`, made anew in each process."""

    def __init__(self, signing: Signing) -> None:
        self._signing = signing
        self._process = 0
        self._context: Context | None = None
        self._signers: dict[str, Signer] = {}

    def context(self) -> Context:
        """Return the context of this process: no request leaves it, thumbnails are off."""
        self._renew()
        if self._context is None:
            anchors = b"".join(
                each.public_bytes(Encoding.PEM)
                for each in _certificates(self._signing.anchors)
                if not _is_trial(each)
            )
            trust = {"trust_config": _PURPOSES}
            if anchors:
                trust["trust_anchors"] = anchors.decode()
            wishes = {
                "verify": {
                    "verify_trust": True,
                    "verify_after_sign": False,  # the mark reads everything back itself
                    "remote_manifest_fetch": False,
                    "ocsp_fetch": False,
                },
                "trust": trust,
                "builder": {"thumbnail": {"enabled": False}},
            }
            self._context = Context(Settings.from_dict(wishes))
        return self._context

    def signer(self, *, timed: bool) -> Signer:
        """Return the signer of this process, with the time stamp authority or without."""
        self._renew()
        url = self._signing.timestamp_url if timed else ""
        if url not in self._signers:
            key = _private_key(self._signing.key)
            plain = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
            told = C2paSignerInfo(_algorithm(key), self._signing.certificate, plain, url or None)
            self._signers[url] = Signer.from_info(told)
        return self._signers[url]

    def _renew(self) -> None:
        if self._process != os.getpid():
            self._process, self._context, self._signers = os.getpid(), None, {}


_Key = ec.EllipticCurvePrivateKey | ed25519.Ed25519PrivateKey | rsa.RSAPrivateKey


def _private_key(pem: bytes) -> _Key:
    try:
        key = load_pem_private_key(pem, None)
    except (ValueError, TypeError, InvalidSignature):
        key = None
    if not isinstance(key, _Key):
        raise ConfigError(
            "credentials.key is no unencrypted private key (EC, Ed25519 or RSA) in PEM.",
            param="credentials.key",
        )
    _algorithm(key)
    return key


def _algorithm(key: _Key) -> str:
    if isinstance(key, ec.EllipticCurvePrivateKey):
        if key.curve.name not in _CURVES:
            raise ConfigError(
                f"credentials.key: C2PA does not sign with the curve {key.curve.name}.",
                param="credentials.key",
            )
        return _CURVES[key.curve.name]
    return "ed25519" if isinstance(key, ed25519.Ed25519PrivateKey) else "ps256"


def _certificates(pem: bytes) -> list[x509.Certificate]:
    try:
        return x509.load_pem_x509_certificates(pem) if pem else []
    except ValueError:
        return []


def _is_trial(certificate: x509.Certificate) -> bool:
    return any(TRIAL in str(each.value) for each in certificate.subject)
