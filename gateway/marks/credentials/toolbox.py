"""The credential library's own objects for what signs and what is trusted.

The library keeps a registry that does not live through a fork, so its contexts and signers are made
in the process that uses them, at their first use.
"""

from __future__ import annotations

import os

from c2pa import C2paSignerInfo, Context, Settings, Signer
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
        self._signers: dict[str, Signer] = {}

    def context(self) -> Context:
        """Return the context of this process: no request leaves it, thumbnails are off."""
        self._renew()
        if self._context is None:
            anchors = b"".join(
                each.public_bytes(Encoding.PEM)
                for each in certificates(self._signing.anchors)
                if not is_trial(each)
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
            key = private_key(self._signing.key)
            plain = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
            chain = without_root(self._signing.certificate)
            told = C2paSignerInfo(algorithm(key), chain, plain, url or None)
            self._signers[url] = Signer.from_info(told)
        return self._signers[url]

    def _renew(self) -> None:
        if self._process != os.getpid():
            self._process, self._context, self._signers = os.getpid(), None, {}
