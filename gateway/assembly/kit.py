"""The filters of a policy, built once before workers fork, so that they share the memory."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from filters.classifier import ClassifierFilter, Thresholds, shipped_scorer
from filters.personal_data import EXAMPLES, PersonalDataFilter
from filters.secrets import SecretsFilter
from gateway.assembly.plugins import plugged_filters
from gateway.assembly.shelf import Categories, Shelf, Shelved, draft_lists
from gateway.nouns.policy import Policy
from gateway.nouns.risk import risk_of
from gateway.ports.filter import Filter


class LocalKit(NamedTuple):
    """The filters that answer at once, each with what it may find; and what the lists cover: terms
    per category, and how many different ones stand for a risk (`gateway.nouns.risk`)."""

    filters: tuple[tuple[Filter, Categories], ...]
    terms: dict[str, int]
    lists: tuple[tuple[str, int], ...]
    lexicon_hash: str
    keywords: int = 0


def build_kit(
    policy: Policy, plugins: Sequence[str] = (), shelved: Shelved | None = None
) -> LocalKit:
    """Build a policy's local filters, those of ``plugins`` last (see gateway.assembly.plugins).

    ``shelved`` are its lexicons, if they are built. Raises ConfigError, naming list and line.
    """
    lexicons, sizes = shelved or Shelf(draft_lists([policy])).take(0)
    filters: list[tuple[Filter, Categories]] = [*lexicons]
    if policy.personal_data is not None:
        looked = policy.personal_data
        personal = PersonalDataFilter(EXAMPLES | set(looked.allow), looked.families)
        filters.append((personal, tuple((c, 4) for c in personal.categories)))
    if policy.secrets:
        secrets = SecretsFilter()
        filters.append((secrets, tuple((c, 4) for c in secrets.categories)))
    if policy.classifier is not None:
        use = policy.classifier
        judge = ClassifierFilter(
            shipped_scorer().score, Thresholds(use.hostile, use.injection), mode=use.mode
        )
        filters.append((judge, judge.categories))
    filters.extend(plugged_filters(plugins, policy))
    terms: dict[str, int] = {}
    for one, _ in lexicons:
        for category, count in one.coverage().items():
            terms[category] = terms.get(category, 0) + count
    keywords = sum(one.lexicon.distinct(_is_risk) for one, _ in lexicons)
    digests = "-".join(one.hash[:16] for one, _ in lexicons)
    return LocalKit(tuple(filters), terms, sizes, digests, keywords)


def _is_risk(category: str) -> bool:
    return risk_of(category) is not None
