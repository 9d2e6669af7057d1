"""Stream sealing: the marks on a sound that leaves while it is made, as the engine wants them."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from gateway.marks.audio_label import AudioLabel
from gateway.marks.audio_metadata import AudioMetadata
from gateway.marks.audio_stream import AudioStreamLabel
from gateway.nouns.errors import MarkFailed
from gateway.nouns.mark import FileMarksOrder, LabelPosition, MarkFamily, Receipt
from gateway.nouns.media import MediaFormat
from gateway.ports.mark import Claim
from gateway.wire.media_fault import MediaFault
from gateway.wire.media_type import named_format, sniff

STREAMED = frozenset(
    {MediaFormat.MP3, MediaFormat.AAC, MediaFormat.OGG, MediaFormat.WAV, MediaFormat.PCM}
)
"""What is marked while it passes. FLAC is not: it would have to be held whole in any case, and is
then better sealed by a sealing process."""

_NAMES = {MarkFamily.LABEL: AudioLabel.name, MarkFamily.METADATA: AudioMetadata.name}
_SIGNED = 16
"""Bytes by which a format is known, if its bytes say it at all."""


def streamed_format(hint: str) -> MediaFormat | None:
    """Return the format that a request asked for, if sounds of it are marked while they pass."""
    named = MediaFormat.PCM if hint == "pcm16" else named_format(hint)
    return named if named in STREAMED else None


class StreamSeal:
    """Puts the label and the metadata on one sound; see gateway.ports.mark.StreamMark.

    The first bytes decide the format, ``asked`` only where they say nothing. ``passes``: what
    cannot be marked leaves as it came, and the receipts say why. Else `push` and `flush` raise
    MarkFailed, and nothing unmarked left.
    """

    def __init__(
        self,
        order: FileMarksOrder,
        asked: MediaFormat,
        claim: Claim,
        *,
        passes: bool = False,
        waits: bool = False,
    ) -> None:
        self._order = order
        self._asked = asked
        self._claim = claim
        self._passes = passes
        self._waits = waits
        self._label: AudioStreamLabel | None = None
        self._came = bytearray()
        self._left = False
        self._fault = ""

    def push(self, data: bytes) -> bytes:
        """Take the next bytes; return those that may leave."""
        return self._done(data, ended=False)

    def flush(self) -> tuple[bytes, tuple[Receipt, ...]]:
        """The sound ended: return what is left, and what was done."""
        return self._done(b"", ended=True), self._receipts()

    def broken(self) -> tuple[Receipt, ...]:
        """The sound broke off: return what was done so far."""
        if self._fault:
            return self._receipts()
        at_start = self._order.at is LabelPosition.START
        return tuple(
            receipt._replace(
                status="written" if self._left and (at_start or receipt.mark != AudioLabel.name)
                else "failed",
                detail="broken_off",
            )
            if receipt.status == "written" else receipt
            for receipt in self._receipts()
        )  # fmt: skip

    def wanted(self) -> object | None:
        """Return the label to be encoded elsewhere, once."""
        if self._label is None or not self._waits or self._label.wanted is None:
            return None
        self._waits = False
        return self._label.wanted

    def supply(self, made: bytes | None) -> bytes:
        """Take the encoded label; return what may leave now."""
        assert self._label is not None
        return self._leaving(partial(self._label.resume, made))

    def _done(self, data: bytes, *, ended: bool) -> bytes:
        if self._fault:
            return data
        if not self._left:  # kept until something leaves: it may have to leave as it came
            self._came += data
        return self._leaving(partial(self._marked, data, ended=ended))

    def _leaving(self, marked: Callable[[], bytes]) -> bytes:
        """Return what may leave of the sound, and note it."""
        try:
            out = marked()
        except MediaFault as fault:
            return self._failed(fault)
        if out:
            self._left = True
            self._came.clear()
        return out

    def _marked(self, data: bytes, *, ended: bool) -> bytes:
        if self._label is None:
            if len(self._came) < _SIGNED and not ended:
                return b""
            self._label = AudioStreamLabel(
                self._order, self._format(), self._claim, waits=self._waits
            )
            data = bytes(self._came)
        out = self._label.push(data) if data else b""
        return out + self._label.flush() if ended else out

    def _format(self) -> MediaFormat:
        if self._asked is MediaFormat.PCM:  # samples may look like anything
            return self._asked
        found = sniff(bytes(self._came))
        return found if found in STREAMED else self._asked

    def _failed(self, fault: MediaFault) -> bytes:
        self._fault = fault.reason
        if not self._passes:
            owed = ", ".join(receipt.mark for receipt in self._receipts())
            raise MarkFailed(f"{owed}: {fault.reason}. The policy decides: marks.file.unmarkable.")
        assert self._label is not None
        return self._label.held if self._left else bytes(self._came)

    def _receipts(self) -> tuple[Receipt, ...]:
        owed = [family for family in _NAMES if family in self._order.owed]
        return tuple(self._receipt(family) for family in owed)

    def _receipt(self, family: MarkFamily) -> Receipt:
        name = _NAMES[family]
        if self._fault:
            return Receipt(name, "failed", self._fault)
        if family is MarkFamily.METADATA and self._claim.label is None:
            return Receipt(name, "not_possible", "no_provider_code")
        if family is MarkFamily.METADATA and self._asked is MediaFormat.PCM:
            return Receipt(name, "not_possible", "no_place_in_format")
        return Receipt(name, "written", "streamed")
