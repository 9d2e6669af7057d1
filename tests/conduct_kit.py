"""Small parts for tests of reviews and strikes."""

from __future__ import annotations

import msgspec

from gateway.assembly.vault import Vault
from gateway.nouns.conduct import StrikeRules
from gateway.nouns.record import FindingFact
from tests.ledger_kit import Ledger, closing, facts, name

RULES = StrikeRules(
    mode="enforce", when=("A1.*", "malware"), ladder=(4, 8, 12, 24), points=(0, 1, 2, 4)
)


def finding(category: str = "A1.d", severity: int = 4, **changes: object) -> FindingFact:
    """Return a finding in what a user says, which a rule blocks."""
    facts: dict[str, object] = {
        "direction": "input", "field_class": "user", "channel": "messages.0.content",
        "category": category, "severity": severity, "start": 0, "end": 2, "filter": "lexicon",
        "rule": "harms/x#1", "action": "block", "wanted": "block", "policy_rule": "harms",
    }  # fmt: skip
    return FindingFact(**{**facts, **changes})  # type: ignore[arg-type]


def misdeed(
    ledger: Ledger,
    number: int,
    subject: str = "li.na",
    *,
    tenant: str = "default",
    **closed: object,
) -> str:
    """Write an exchange with a grave hit, drawn for review, and ship it; return its id."""
    entry = ledger.journal.open(facts(number, subject, tenant=tenant))
    entry.request(b'{"q":1}', None)
    told = {"outcome": "blocked_input", "findings": (finding(),), "review": ("harms",), "strike": 4}
    entry.close(msgspec.structs.replace(closing(), **{**told, **closed}))
    ledger.ship()
    return name(number)


def vault_of(ledger: Ledger) -> Vault:
    """Return a ledger's vault, as commands open it."""
    return Vault(ledger.state, str(ledger.state / "ledger.db"), ledger.keyring)
