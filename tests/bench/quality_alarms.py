"""False alarms of every local filter on texts that are harmless."""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path

from filters.classifier import ClassifierFilter, shipped_scorer
from filters.lexicon import compile_lexicon, load_lists
from filters.personal_data import PersonalDataFilter
from filters.secrets import SecretsFilter
from gateway.assembly.shelf import POLICIES
from gateway.nouns.policy import LexiconUse
from training.classifier.harmless import PLACES, paragraphs

TITLE = "False alarms"
HEADS = ("corpus", "characters", "lexicon", "personal data", "secrets", "classifier")
NOTE = (
    "Findings of severity 2 and more, by filter. Paragraphs of the machine are manuals, licences "
    "and translations; a phone number or an address of a maintainer in them is no false alarm, but "
    "is counted."
)

_MOST = 6_000
_SHOWN = "cloned credit cards"
"""In a module that shows what is blocked: its prompts hold listed terms, disguised too."""

_ROOT = Path(__file__).resolve().parents[2]


def rows() -> Iterator[tuple[str, ...]]:
    """Yield one row per corpus."""
    filters = (
        compile_lexicon(load_lists([LexiconUse(use="shipped/harms")], policies=POLICIES)),
        PersonalDataFilter(),
        SecretsFilter(),
        ClassifierFilter(shipped_scorer().score),
    )
    for name, texts in _corpora():
        characters = sum(map(len, texts))
        if not characters:
            continue
        counts = [
            sum(1 for text in texts for one in each.scan(text, 0, True).findings
                if one.severity >= 2)
            for each in filters
        ]  # fmt: skip
        yield name, f"{characters:,}", *map(str, counts)


def _corpora() -> Iterator[tuple[str, list[str]]]:
    lines = (_ROOT / "filters/lexicon/benign.txt").read_text(encoding="utf-8").splitlines()
    yield "ordinary sentences (written for the importer)", lines
    here = [path.read_text("utf-8") for path in sorted((_ROOT / "gateway").rglob("*.py"))[:120]]
    yield "code (this program)", [text for text in here if _SHOWN not in text]
    yield "log lines (made)", _log_lines()
    found = list(paragraphs([Path(place) for place in PLACES if Path(place).exists()], most=_MOST))
    han = [one for one in found if any("\u3400" <= c <= "\u9fff" for c in one)]
    yield "paragraphs of the machine, Chinese", han
    yield "paragraphs of the machine, others", [one for one in found if one not in set(han)]


def _log_lines() -> list[str]:
    rng = random.Random(9)
    return [
        f"2026-{rng.randint(1, 12):02}-{rng.randint(1, 28):02}T{rng.randint(0, 23):02}:00:"
        f"{rng.randint(0, 59):02}.{rng.randint(0, 999999):06}Z INFO worker-{rng.randint(0, 9)} "
        f"order={rng.randint(10**9, 10**17)} took={rng.randint(1, 9999)}ms "
        f"hash={rng.getrandbits(160):040x} bytes={rng.randint(1, 10**9)}"
        for _ in range(2_000)
    ]
