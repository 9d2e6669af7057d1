"""The credential library's own objects for what signs and what is trusted.

The library keeps a registry that does not live through a fork, so its contexts and signers are made
in the process that uses them, at their first use.
"""

from __future__ import annotations

import os
from collections.abc import Sequence

from c2pa import C2paSignerInfo, Context, Settings, Signer
from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from gateway.marks.credentials.signing import (
    Signing,
    algorithm,
    certificates,
    is_trial,
    private_key,
    without_root,
)

_PURPOSES = "1.3.6.1.5.5.7.3.4\n1.3.6.1.5.5.7.3.36\n1.3.6.1.4.1.62558.2.1\n"
"""Extended key usages of a signer: emailProtection, documentSigning, C2PA claim signing."""


class Toolbox:
    """The library's objects for one `Signing`, made anew in each process."""

    def __init__(self, signing: Signing) -> None:
        self._signing = signing
        self._process = 0
        self._context: Context | None = None
        self._own: Context | None = None
        self._signers: dict[str, Signer] = {}

    def context(self) -> Context:
        """Return the context of this process: no request leaves it, thumbnails are off."""
        self._renew()
        if self._context is None:
            anchors = certificates(self._signing.anchors)
            self._context = _context([each for each in anchors if not is_trial(each)])
        return self._context

    def own_context(self) -> Context | None:
        """Return a context that trusts who issued our own certificate and nobody else, whatever the
        anchors are; None where the issuer is not at hand."""
        self._renew()
        if self._own is None:
            chain = certificates(self._signing.certificate)
            if not chain:
                return None
            known = [*chain[1:], *certificates(self._signing.anchors)]
            issuers = [each for each in known if _has_issued(each, chain[0])]
            if not issuers:
                return None
            self._own = _context(issuers)
        return self._own

    def signer(self, *, timed: bool) -> Signer:
        """Return the signer of this process, with the time stamp authority or without."""
        self._renew()
        url = self._signing.timestamp_url if timed else ""
        if url not in self._signers:
            key = private_key(self._signing.key)
            plain = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
            chain = without_root(self._signing.certificate)
            told = C2paSignerInfo(algorithm(key), chain, plain, url or None)
            self._signers[url] = Signer.from_info(told)
        return self._signers[url]

    def _renew(self) -> None:
        if self._process != os.getpid():
            self._process, self._signers = os.getpid(), {}
            self._context = self._own = None


def _has_issued(issuer: x509.Certificate, certificate: x509.Certificate) -> bool:
    try:
        certificate.verify_directly_issued_by(issuer)
    except (ValueError, TypeError, InvalidSignature):
        return False
    return True


def _context(anchors: Sequence[x509.Certificate]) -> Context:
    trust = {"trust_config": _PURPOSES}
    if anchors:
        pem = b"".join(each.public_bytes(Encoding.PEM) for each in anchors)
        trust["trust_anchors"] = pem.decode()
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
    return Context(Settings.from_dict(wishes))
