"""The filters of a policy, built once before workers fork, so that they share the memory."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

import msgspec

import policies as shipped
from filters.classifier import ClassifierFilter, Thresholds, shipped_scorer
from filters.lexicon import Entry, LexiconFilter, WordList, read_word_list
from filters.personal_data import EXAMPLES, PersonalDataFilter
from filters.secrets import SecretsFilter
from gateway.assembly.plugins import plugged_filters
from gateway.assembly.shelf import Shelf
from gateway.engine.ruling import Ruler
from gateway.nouns.errors import ConfigError
from gateway.nouns.finding import HIDDEN_TEXT
from gateway.nouns.policy import LexiconUse, Policy
from gateway.nouns.segment import Direction, FieldClass
from gateway.ports.filter import Filter

Categories = tuple[tuple[str, int], ...]

POLICIES = Path(next(iter(shipped.__path__)))
"""The folder of presets, lists, labels and sentences that ship."""

_SHIPPED = "shipped/"


class LocalKit(NamedTuple):
    """The filters that answer at once, each with what it may find; and what the lists cover."""

    filters: tuple[tuple[Filter, Categories], ...]
    terms: dict[str, int]
    lists: tuple[tuple[str, int], ...]
    lexicon_hash: str


def build_kit(policy: Policy, plugins: Sequence[str] = (), shelf: Shelf | None = None) -> LocalKit:
    """Build a policy's local filters, those of ``plugins`` last (see gateway.assembly.plugins).

    ``shelf`` keeps lists for further policies. Raises ConfigError, naming list and line.
    """
    shelf = shelf or Shelf()
    lists = [words for use in policy.lexicons for words in shelf.lists(use, read_lists)]
    lexicons = _lexicons(policy, lists, shelf)
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
    digests = "-".join(one.hash[:16] for one, _ in lexicons)
    sizes = tuple((words.name, len(words.entries)) for words in lists)
    return LocalKit(tuple(filters), terms, sizes, digests)


def _lexicons(
    policy: Policy, lists: Sequence[WordList], shelf: Shelf
) -> list[tuple[LexiconFilter, Categories]]:
    """Compile what may act in an answer apart from what is only noted: observers never hold.

    The first of the two also looks for hidden text.
    """
    if not lists:
        return []
    ruler = Ruler(policy, Direction.OUTPUT, third_party=True)
    today = datetime.now(UTC).date().isoformat()
    parts = [
        _only(lists, lambda c, s: ruler.acts_on(c, s, FieldClass.CONTENT)),
        _only(lists, lambda c, s: not ruler.acts_on(c, s, FieldClass.CONTENT)),
    ]
    parts = [part for part in parts if any(words.entries for words in part)]
    return [
        (shelf.lexicon(part, today, hidden=not place), _found_by(part, hidden=not place))
        for place, part in enumerate(parts)
    ]


def _only(lists: Sequence[WordList], wanted: Callable[[str, int], bool]) -> list[WordList]:
    out = []
    for words in lists:
        kept = [
            (entry, number)
            for entry, number in zip(words.entries, words.numbers, strict=True)
            if wanted(entry.category, entry.severity)
        ]
        out.append(WordList(words.name, tuple(e for e, _ in kept), tuple(n for _, n in kept)))
    return out


def _found_by(lists: Sequence[WordList], *, hidden: bool) -> Categories:
    found = {(entry.category, entry.severity) for words in lists for entry in words.entries}
    return (*sorted(found), (HIDDEN_TEXT, 3)) if hidden else tuple(sorted(found))


def read_lists(use: LexiconUse) -> list[WordList]:
    """Read the list, or all lists of the folder, that a policy names."""
    path = POLICIES / "lexicons" / use.use.removeprefix(_SHIPPED)
    if not use.use.startswith(_SHIPPED):
        path = Path(use.use)
    files = sorted(path.glob("*.jsonl")) if path.is_dir() else [path]
    if not files:
        raise ConfigError(f"lexicons: {use.use}: there is no .jsonl list in this folder.")
    return [_read(file, use) for file in files]


def _read(path: Path, use: LexiconUse) -> WordList:
    name = f"{use.use.removeprefix(_SHIPPED)}/{path.stem}" if path.stem not in use.use else use.use
    try:
        raw = path.read_bytes()
    except OSError as error:
        raise ConfigError(f"lexicons: {path} cannot be read: {error.strerror}.") from error
    try:
        words = read_word_list(Path(name).stem if name.startswith("/") else name, raw)
    except ConfigError as error:
        remedy = "`sealgate lexicon import` makes a list of a file of terms"
        raise ConfigError(f"{path}: {error.detail}; {remedy}") from None
    kept = tuple(
        entry if set(entry.variants) <= set(use.variants) else _with_variants(entry, use.variants)
        for entry in words.entries
    )
    return WordList(words.name, kept, words.numbers)


def _with_variants(entry: Entry, variants: tuple[str, ...]) -> Entry:
    kept = tuple(each for each in entry.variants if each in (*variants, "fold"))
    return msgspec.structs.replace(entry, variants=kept)
