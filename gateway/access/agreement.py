"""Agreement: who may be given content without its explicit label, and under which word.

Measures for Labelling AI-Generated Synthetic Content (2025), Article 9: on a user's request a
provider may leave the explicit label out, if a user agreement makes clear who is answerable for it,
and keeps the records of it for at least six months. Implicit labels stay in any case.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from gateway.nouns.errors import AgreementRequired, BadRequest
from gateway.nouns.exchange import Principal

UNLABELLED = b"x-sealgate-unlabelled"
"""The header by which an application asks for it; its value is the reason, one code word."""

_REASON = re.compile(r"[a-z][a-z0-9_-]{0,31}")


def asked_unlabelled(
    headers: Iterable[tuple[bytes, bytes]], principal: Principal, in_force: str
) -> str:
    """Return the reason for which the answer is to come without its label; empty: nobody asks.

    ``in_force`` is the version of the agreement that must have been accepted; empty: any. Raises
    BadRequest if the reason is no code word, or comes twice; AgreementRequired if there is no
    accepted agreement on record for the key.
    """
    given = [value for name, value in headers if name.lower() == UNLABELLED]
    if not given:
        return ""
    reason = given[0].decode("latin-1").strip(" \t")
    if len(given) > 1 or not _REASON.fullmatch(reason):
        raise BadRequest(
            f"{UNLABELLED.decode()} takes one code word: a to z, 0 to 9, - and _, at most 32."
        )
    if principal.kind != "gateway_key":
        raise AgreementRequired(
            "Agreements are kept per gateway key: ask the operator for one (sealgate key create)."
        )
    if not principal.agreement:
        raise AgreementRequired(
            f"Ask the operator to record one: sealgate key agreement {principal.key} --version "
            f"{in_force or 'VERSION'} --accepted-by WHO."
        )
    if in_force and principal.agreement != in_force:
        raise AgreementRequired(
            f"The key's agreement is another version than the one in force: sealgate key agreement "
            f"{principal.key} --version {in_force} --accepted-by WHO."
        )
    return reason
