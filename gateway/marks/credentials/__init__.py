"""Content credentials (C2PA): the signed layer over everything else that a file says.

`Credentials` brings the credential library, which a process that serves does not need: it is
imported when it is first asked for.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from gateway.marks.credentials.signing import Signing, check_signing
from gateway.marks.credentials.trial import TRIAL, make_trial

if TYPE_CHECKING:
    from gateway.marks.credentials.mark import CredentialError, Credentials

__all__ = ["TRIAL", "CredentialError", "Credentials", "Signing", "check_signing", "make_trial"]


def __getattr__(name: str) -> object:
    if name not in {"CredentialError", "Credentials"}:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from gateway.marks.credentials import mark

    return getattr(mark, name)
