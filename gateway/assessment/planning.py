"""Planning: an order becomes the questions that are asked, once and for all."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

import policies as shipped
from gateway.assessment.bank import drawn, filled, holdings, read_bank
from gateway.assessment.folder import Plan
from gateway.assessment.questions import read_fill, supplement
from gateway.assessment.standard import BANKS, Bank

TEMPLATES = Path(next(iter(shipped.__path__))) / "questions"
"""The folder of the templates that ship."""


class Order(NamedTuple):
    """What is to be assessed: base URL and model; the operator's banks; values of placeholders;
    how many questions are drawn (what is not named: as many as the standard wants)."""

    url: str
    model: str
    seed: int
    own: Mapping[Bank, Sequence[Path]]
    fill: Path | None
    sizes: Mapping[Bank, int]


def make_plan(order: Order, templates: Path = TEMPLATES) -> Plan:
    """Return the plan of an order. Raises NotPossible for files that are no banks."""
    fill = read_fill(order.fill, templates) if order.fill else {}
    banks, chosen = {}, {}
    for bank, size in BANKS.items():
        own = [one for path in order.own.get(bank, ()) for one in read_bank(path, bank)]
        held = filled(own, supplement(templates, bank, fill, seed=order.seed), bank)
        banks[bank] = holdings(held)
        chosen[bank] = drawn(held, order.sizes.get(bank, size.drawn), seed=order.seed)
    return Plan(
        made_at=datetime.now(UTC).isoformat(timespec="seconds"), seed=order.seed,
        url=order.url, model=order.model, banks=banks, drawn=chosen,
    )  # fmt: skip
