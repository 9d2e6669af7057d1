"""Shown: a decrypted record as the command line gets it, with its request read by its protocol."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

from gateway.adapters import adapters, opened
from gateway.engine.facts import pointer_name
from gateway.ledger.contents import Contents
from gateway.ledger.search import Shown as LedgerShown
from gateway.nouns.errors import SealgateError
from gateway.ports.adapter import Adapter
from gateway.ports.operator import AskedText, Shown, ShownText


def shown_record(exchange: str, shown: LedgerShown) -> Shown:
    """Return a record of the ledger in the port's form."""
    facts: Mapping[str, Any] = msgspec.to_builtins(shown.facts) if shown.facts else {}
    held = shown.contents
    if held is None:
        return Shown(exchange, shown.record.state, facts, ())
    protocol = shown.facts.open.protocol if shown.facts else ""
    asked, went = (_asked(protocol, body) for body in (held.request, held.edited))
    return Shown(exchange, shown.record.state, facts, _texts(held), asked, went)


def _texts(held: Contents) -> tuple[ShownText, ...]:
    texts = [
        ShownText(part, "", body.decode("utf-8", "replace"))
        for part, body in (("request", held.request), ("forwarded", held.edited))
        if body is not None
    ]
    for part, pieces in (("answer", held.answer), ("suppressed", held.suppressed)):
        texts += [
            ShownText(part, f"{one.choice}:{one.path}" + (" (own)" if one.own else ""), one.text)
            for one in pieces
        ]
    return tuple(texts)


def _asked(protocol: str, body: bytes | None) -> tuple[AskedText, ...]:
    """Return the strings and files of a body, in its order; none if nobody here can read it."""
    adapter = _adapter(protocol)
    if not body or adapter is None:
        return ()
    try:
        request = adapter.read_request(body, strict=False)
    except SealgateError:  # a form, or a client's mistake: the body itself is shown
        return ()
    texts = [
        AskedText(pointer_name(one.pointer), one.field_class.value, one.text)
        for one in request.segments
    ]
    return (*texts, *(AskedText(pointer_name(one.pointer), one.kind, "") for one in request.media))


def _adapter(protocol: str) -> Adapter | None:
    known = (*adapters(), *opened().values())
    return next((each for each in known if each.name == protocol), None)
