"""File sealing: which marks are owed on the generated files of an exchange, and what they say."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import msgspec

from gateway.assembly.credentials import unsigned
from gateway.assembly.stream_sealing import StreamSeal, streamed_format
from gateway.config.policy_file import POLICIES
from gateway.engine.file_seal import SealRecipe
from gateway.engine.media import FILE, MediaPlan
from gateway.marks import FILE_MARK_NAMES, TextLabel, encode_label, make_marks
from gateway.marks.credentials import Signing
from gateway.marks.provider_code import validate_provider_code
from gateway.marks.text_label import shipped_wordings, validate_wording
from gateway.nouns.mark import (
    NO_KEYS,
    AigcLabel,
    FileMarksOrder,
    LabelMode,
    MarkFamily,
    MarkKeys,
    TextMarksOrder,
)
from gateway.nouns.media import MediaFormat
from gateway.ports.clock import Clock
from gateway.ports.mark import Claim
from gateway.wire.aigc_label import make_label


def said_by_document(content: bytes, found: MediaFormat) -> str:
    """Return what a document says. Brings the readers of documents when it is first called."""
    from gateway.extraction.main_text import said

    return said(content, found)


class FileMarksOwed:
    """What is owed on the files of one exchange, under one policy.

    A family is owed if the policy asks for it and it can be: metadata takes a provider code,
    credentials take a certificate (`sealgate check` says what is missing).
    """

    def __init__(
        self,
        order: FileMarksOrder,
        producer: str,
        clock: Clock,
        *,
        code_of: Callable[[str], str],
        keys: MarkKeys = NO_KEYS,
        sign: Callable[[AigcLabel], AigcLabel] = unsigned,
        passes: bool = False,
    ) -> None:
        """``passes`` is true in mode observe: nothing is refused. Raises ConfigError.

        ``streams`` may be set to false: then every sound is sealed whole.
        """
        if producer:
            validate_provider_code(producer)
        for language, wording in order.wording.items():
            validate_wording(language, wording, "marks.file.wording")
        self._order = order
        self._producer = producer
        self._clock = clock
        self._code_of = code_of
        self._sign = sign
        self.passes = passes or order.unmarkable == "pass"
        words = TextMarksOrder(
            label=LabelMode.INLINE, language=order.language, wording=order.wording
        )
        self._label = TextLabel(words, shipped_wordings(POLICIES))
        lacking = {
            MarkFamily.METADATA: not producer, MarkFamily.CREDENTIAL: not _signs(keys)
        }  # fmt: skip
        self.owed = tuple(family for family in order.owed if not lacking.get(family))
        self.keys = keys
        self.streams = True

    @property
    def names(self) -> frozenset[str]:
        """The names that receipts on files may have: families and marks."""
        return frozenset({FILE, *(family.value for family in MarkFamily), *FILE_MARK_NAMES})

    def recipe(self, pixels: int) -> SealRecipe:
        """Return how its marks are made."""
        order, keys = self._order, self.keys
        return SealRecipe(
            make_marks, order, self.owed, keys, pixels, making=encode_label, words=said_by_document
        )

    def claim(
        self,
        exchange: str,
        language_sample: str,
        *,
        model: str,
        sources: tuple[bytes, ...] = (),
        spoken: str = "",
    ) -> Claim:
        """Return what the marks of an exchange say; the sample decides the label's language, which
        is ``spoken`` if that is known."""
        language = self._label.language(language_sample, spoken)
        return self._claim(exchange, language, model=model, sources=sources)

    def claim_alone(self, exchange: str, language: str) -> Claim | None:
        """Return the claim of a file that is no answer; None if no marks are owed."""
        wanted = language if self._order.language == "auto" else self._order.language
        return self._claim(exchange, wanted, model="", sources=()) if self.owed else None

    def _claim(
        self, exchange: str, language: str, *, model: str, sources: tuple[bytes, ...]
    ) -> Claim:
        code = self._code_of(exchange)
        return Claim(
            exchange=exchange,
            code=code,
            label=self._sign(make_label(self._producer, exchange)) if self._producer else None,
            time_s=self._clock.wall_ns() / 1e9,
            line=self._label.line(language, code),
            language=language,
            model=model,
            sources=sources,
        )

    def plan(
        self,
        exchange: str,
        language_sample: str,
        *,
        model: str,
        sources: tuple[bytes, ...] = (),
        unlabelled: bool = False,
        spoken: str = "",
    ) -> MediaPlan | None:
        """Return what is owed on the files of one exchange; None: nothing.

        ``unlabelled``: the explicit label is left out (Labelling Measures, Article 9); what is
        implicit stays.
        """
        if not self.owed and not self._order.fingerprint:
            return None
        claim = self.claim(exchange, language_sample, model=model, sources=sources, spoken=spoken)
        owed = tuple(family for family in self.owed if family not in _left_out(unlabelled))
        return MediaPlan(
            claim,
            tuple(family.value for family in owed),
            self.passes or not owed,  # a fingerprint alone is no reason to refuse
            partial(self._stream_mark, owed),
            unlabelled,
        )

    def _stream_mark(
        self, owed: tuple[MarkFamily, ...], hint: str, claim: Claim
    ) -> StreamSeal | None:
        """Return the mark of a sound that leaves while it is made; None: it is sealed whole.

        A credential is a hash over the whole file: where one is owed nothing can leave before.
        """
        asked = streamed_format(hint)
        if asked is None or not self.streams or not owed or MarkFamily.CREDENTIAL in owed:
            return None
        order = msgspec.structs.replace(
            self._order,
            label=MarkFamily.LABEL in owed,
            metadata=MarkFamily.METADATA in owed,
            watermark=False,
            credential=False,
        )
        if not order.owed:
            return None
        return StreamSeal(order, asked, claim, passes=self.passes, waits=True)


def _left_out(unlabelled: object) -> tuple[MarkFamily, ...]:
    return (MarkFamily.LABEL,) if unlabelled else ()


def _signs(keys: MarkKeys) -> bool:
    return isinstance(keys.signing, Signing) and bool(keys.signing.certificate)
