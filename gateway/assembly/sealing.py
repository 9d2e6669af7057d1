"""Sealing: the marks that a policy owes become the seal of one exchange."""

from __future__ import annotations

import hmac
from collections.abc import Callable
from functools import lru_cache, partial
from typing import NamedTuple

import msgspec

from gateway.assembly.credentials import unsigned
from gateway.config.policy_file import POLICIES
from gateway.engine.seal import LABEL, Seal
from gateway.marks import TextLabel, TextTrace
from gateway.marks.provider_code import validate_provider_code
from gateway.marks.text_label import Wordings, remember, shipped_wordings
from gateway.matching.label_code import label_code
from gateway.nouns.mark import AigcLabel, LabelMode, TextMarksOrder
from gateway.ports.mark import Claim
from gateway.wire.aigc_label import FIELD, HEADER, header_value, make_label, members

_CODE_HEADER = b"x-sealgate-code"
_CODES = 256
"""So many codes are remembered: each exchange's is asked for by its record, its label and its
files."""

LONG_TOKENS = 200
"""Free text above this many tokens bears the trace (EU Code of Practice, measure 1.1)."""


class _Asked(NamedTuple):
    exchange: str
    language: str


class Sealer:
    """Makes seals under one policy's order. ``key`` is the state folder's own secret.

    A provider code from the settings is used only where the policy asks for a label, visible or as
    a field: a policy that marks nothing changes nothing. One that the policy names is always used.
    """

    def __init__(
        self,
        order: TextMarksOrder,
        producer: str,
        key: bytes,
        sign: Callable[[AigcLabel], AigcLabel] = unsigned,
    ) -> None:
        """Raises ConfigError if the wording or the provider code may not be used."""
        if producer:
            validate_provider_code(producer)
        self._order = order
        self._sign = sign
        self._producer = producer
        code_key = hmac.digest(key, b"label code", "sha256")
        self._code = lru_cache(_CODES)(partial(label_code, code_key))
        self._trace = TextTrace(hmac.digest(key, b"text trace", "sha256"))
        orders = [order, *(route.order for route in order.routes)]
        wordings = shipped_wordings(POLICIES)
        for each in orders:
            wordings = remember(wordings, each)
        self._labels = [(each, _by_mode(each, wordings)) for each in orders]
        self.strip = self._labels[0][1][order.label].strip_labels

    def code(self, exchange: str) -> str:
        """Return the short label code of an exchange."""
        return self._code(exchange)

    def without_marks(self, text: str) -> str:
        """Return an assistant's old words without our label and our trace."""
        stripped = self.strip(text)
        return stripped if self._order.trace == "off" else self._trace.strip(stripped)

    @property
    def text_marks(self) -> tuple[TextLabel, TextTrace]:
        """The marks that stand in texts, for whoever reads them back."""
        return self._labels[0][1][LabelMode.INLINE], self._trace

    @property
    def marks(self) -> frozenset[str]:
        """The names of all marks that a receipt may speak of."""
        return frozenset({LABEL, "aigc_label", "text_trace", "fingerprint"})

    def seal(
        self,
        exchange: str,
        language_sample: str,
        override: str | None,
        *,
        path: str = "",
        unlabelled: bool = False,
        spoken: str = "",
    ) -> Seal:
        """Return what is owed on the answer of one exchange.

        ``language_sample`` decides the label's language where the policy says ``auto``; ``spoken``
        is the sample's language if it is known.
        ``override`` is the key's own label mode, stronger than that of the route ``path``.
        ``unlabelled``: nothing is put into the text that people read; the field and what is
        implicit stay.
        """
        order = self._order.at(path)
        mode = LabelMode(override) if override else order.label
        if unlabelled and mode is not LabelMode.OFF:
            mode = LabelMode.FIELD
        label = next(by_mode for each, by_mode in self._labels if each is order)[mode]
        producer = self._producer_of(order)
        language = label.language(language_sample, spoken)
        code = self.code(exchange)
        field = {"sealgate": {"label": label.line(language, code), "code": code}}
        inline = mode in (LabelMode.INLINE, LabelMode.BOTH)
        as_field = mode in (LabelMode.FIELD, LabelMode.BOTH)
        fields: dict[str, object] = dict(field) if as_field else {}
        headers = [(_CODE_HEADER, code.encode())]
        if producer:
            made = self._sign(make_label(producer, exchange))
            fields[FIELD] = members(made)
            headers.append((HEADER, header_value(made)))
        return Seal(
            start=label.before(language, code) if inline else "",
            end=label.after(language, code) if inline else "",
            fields=fields,
            inline_field=field if inline else {},
            headers=tuple(headers),
            weaver=self._weaver(code),
            owed=self._owed(mode, producer),
        )

    def _producer_of(self, order: TextMarksOrder) -> str:
        marked = order.label is not LabelMode.OFF or order.producer is not None
        return self._producer if marked else ""

    def _owed(self, mode: LabelMode, producer: str) -> tuple[str, ...]:
        owed = [LABEL] if mode is not LabelMode.OFF else []
        if producer:
            owed.append("aigc_label")
        if self._order.trace != "off":
            owed.append("text_trace")
        if self._order.fingerprint:
            owed.append("fingerprint")
        return tuple(owed)

    def _weaver(self, code: str) -> Callable[[], Callable[[str, bool], str]] | None:
        if self._order.trace == "off":
            return None
        after = LONG_TOKENS if self._order.trace == "long" else 0

        def make() -> Callable[[str, bool], str]:
            weaver = self._trace.weaver(code, after_tokens=after)

            def weave(text: str, final: bool) -> str:  # noqa: FBT001 -- the seal's form
                return weaver.finish() if final else weaver.push(text)

            return weave

        return make

    def find_traces(self, text: str) -> list[str]:
        """Return the label codes whose invisible copies stand in a text."""
        return self._trace.find(text)

    def claims(self, text: str) -> list[Claim]:
        """Return what the visible labels at the ends of a text say."""
        return self.text_marks[0].verify(text.encode())


def _by_mode(order: TextMarksOrder, wordings: Wordings) -> dict[LabelMode, TextLabel]:
    return {
        mode: TextLabel(msgspec.structs.replace(order, label=mode), wordings) for mode in LabelMode
    }
