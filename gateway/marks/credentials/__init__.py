"""Content credentials (C2PA): the signed layer over everything else that a file says."""

from gateway.marks.credentials.mark import CredentialError, Credentials
from gateway.marks.credentials.signing import Signing, check_signing
from gateway.marks.credentials.trial import TRIAL, make_trial

__all__ = ["TRIAL", "CredentialError", "Credentials", "Signing", "check_signing", "make_trial"]
