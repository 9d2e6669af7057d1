"""What a guard in a policy must have for its contract, and what has no effect with it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from gateway.config.guard_form import GuardModelForm
from gateway.config.typed_document import nearest
from gateway.nouns.guard_contract import CHOICES, CLASSIFIER, GUARD_TERMS

_SHARES = {"threshold", "controversial"}
"""Options that are compared with a score."""

_ELSEWHERE = ("env:", "file:")


def server_faults(url: str, **secrets: str) -> Iterator[tuple[str, str]]:
    """Yield the key at fault and what is wrong with the address of a server and its secrets."""
    if not url.startswith(("http://", "https://")):
        yield "url", "expected an http:// or https:// address"
    for key, value in secrets.items():
        if value and not value.startswith(_ELSEWHERE):
            yield key, "secrets are not written here; use env:NAME or file:PATH"


def guard_faults(guard: GuardModelForm) -> Iterator[tuple[str, str]]:
    """Yield the key at fault and what is wrong."""
    if guard.contract == CLASSIFIER:
        yield from _classifier_faults(guard)
        return
    for key in ("folder", "labels"):
        if getattr(guard, key):
            yield key, f"has no effect with `contract: {guard.contract}`; use `{CLASSIFIER}`"
    terms = GUARD_TERMS[guard.contract]
    yield from server_faults(guard.url, key=guard.key, key_id=guard.key_id)
    if terms.chat and not guard.model:
        yield "model", f"is missing: `{guard.contract}` is a model behind a server"
    for key, value in (("key", guard.key), ("key_id", guard.key_id)):
        if key in terms.secrets and not value:
            yield key, f"is missing: `{guard.contract}` signs or names its requests with it"
    if guard.key_id and "key_id" not in terms.secrets:
        yield "key_id", f"has no effect with `contract: {guard.contract}`"
    if guard.mode == "trailing" and "output" not in guard.sides:
        yield "mode", "`trailing` has no effect on requests; name `output` in `sides`"
    yield from _option_faults(guard)
    yield from _cost_faults(guard)


def _classifier_faults(guard: GuardModelForm) -> Iterator[tuple[str, str]]:
    for key in ("url", "model", "key", "key_id", "options", "price", "daily"):
        if getattr(guard, key):
            yield key, f"has no effect with `contract: {CLASSIFIER}`, which runs here"
    if not guard.folder:
        yield "folder", "is missing: the folder of the model"
    elif not (Path(guard.folder) / "config.json").is_file():
        yield "folder", f"there is no model (config.json) in {guard.folder}"
    if not guard.labels:
        yield "labels", "is missing: what the model's labels mean"


def _option_faults(guard: GuardModelForm) -> Iterator[tuple[str, str]]:
    terms = GUARD_TERMS[guard.contract]
    for name in guard.options:
        if name not in terms.options:
            hint = nearest(name, terms.options) if terms.options else "it takes none"
            yield "options", f"`{name}` is no option of `{guard.contract}`; {hint}"
    for name, value in guard.options.items():
        if value.startswith(_ELSEWHERE):
            continue
        if name in _SHARES and not _is_share(value):
            yield "options", f"`{name}` is no number from 0 to 1"
        known = CHOICES.get(name, ())
        for word in value.split(",") if known else ():
            if word.strip() not in known:
                yield "options", f"`{name}` has no `{word.strip()}`; known: {', '.join(known)}"
    for name in terms.required:
        if not guard.options.get(name):
            yield "options", f"`{name}` is missing: `{guard.contract}` cannot do without it"


def _is_share(said: str) -> bool:
    try:
        return 0 <= float(said) <= 1  # which no number that is none does
    except ValueError:
        return False


def _cost_faults(guard: GuardModelForm) -> Iterator[tuple[str, str]]:
    daily, price = guard.daily, guard.price
    if daily is not None and not (daily.calls or daily.tokens or daily.money):
        yield "daily", "bounds nothing: name `calls`, `tokens` or `money`"
    if daily is not None and daily.money and not (price and (price.call or price.million_tokens)):
        yield "daily", "`money` has no effect without a `price`"
    if not GUARD_TERMS[guard.contract].chat and daily is not None and daily.tokens:
        yield "daily", "`tokens` has no effect: a service tells none; bound `calls`"
