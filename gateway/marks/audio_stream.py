"""The marks on sound that is sent on while it is made: speech in chunks.

    stream = AudioStreamLabel(order, MediaFormat.MP3, claim)
    for chunk in chunks:
        send(stream.push(chunk))
    send(stream.flush())

Sans I/O. Held is only what says which codec parameters the sound has: the metadata header and the
label go out with the first sound. In FLAC a label cannot stand beside frames of another encoder: it
is held whole, as `holds_whole` says, up to `MOST_HELD` bytes.

    mp3, aac    ID3v2 with the label, frames of the audible label, then the frames as they come
    ogg (Opus)  comments with the label, packets of the audible label in the same stream
    wav         header of open length, chunk ``AIGC``, samples
    pcm         samples (24 kHz, 16 bits, one channel); no place for metadata
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import NamedTuple

import msgspec

from gateway.matching.rhythm import Samples, rhythm
from gateway.matching.spoken import spoken
from gateway.nouns.errors import MarkFailed
from gateway.nouns.mark import FileMarksOrder
from gateway.nouns.media import MediaFormat as F
from gateway.ports.mark import Claim
from gateway.wire import id3, mpeg_audio, ogg, riff, sound_insert
from gateway.wire.aigc_carrier import CARRIERS
from gateway.wire.aigc_label import KEY, bare_json, settled
from gateway.wire.media_fault import MediaFault
from gateway.wire.sound_codec import Packets
from gateway.wire.sound_insert import OpusSplice, WaveForm, before, behind, framed_label, pcm_of
from gateway.wire.sound_remux import into_container

PCM_HZ = 24000
"""The rate of raw samples, as OpenAI's speech interface sends them."""

MOST_HELD = 64 << 20
"""Bytes of a stream that may be held: of its head, or of all of it where it must be held whole."""

STREAMED = frozenset({F.MP3, F.AAC, F.OGG, F.WAV, F.PCM, F.FLAC})
"""The formats that can be marked while they pass."""

_HEAD = 1 << 20
_KEPT = 32  # encoded labels in a process, of some ten kilobytes each
_kept: dict[LabelSound, Packets] = {}


class AudioStreamLabel:
    """Marks one stream of sound while it passes.

    ``order`` says whether and where the audible label (``label``, ``audio``, ``at``) and the
    metadata label (``metadata``, ``claim.label``) are owed. ``push`` and ``flush`` raise MediaFault
    if the bytes are not of this format or PyAV is missing; nothing was sent on of them then, and
    nothing may be sent on unmarked. With ``waits`` a label that this process did not meet before is
    not encoded here, which takes 0.1 s and more: see `wanted`.
    """

    def __init__(
        self, order: FileMarksOrder, format: F, claim: Claim, *, waits: bool = False
    ) -> None:
        if format not in STREAMED:
            raise MediaFault("not_streamed")
        language = order.language if order.language != "auto" else claim.language
        owed = _Owed(order, claim, language if order.audio == "speech" else "", waits=waits)
        self.holds_whole = format is F.FLAC
        self._passing: _Passing = _PASSINGS[format](owed)

    @property
    def wanted(self) -> LabelSound | None:
        """The label to be encoded elsewhere: everything is held until `resume`."""
        return self._passing.wanted

    def resume(self, made: bytes | None) -> bytes:
        """Take what `encode_label` made of `wanted` (None: nothing); return what may be sent on."""
        return self._passing.resume(made)

    @property
    def held(self) -> bytes:
        """The bytes that came and were not sent on yet."""
        return self._passing.held

    def push(self, chunk: bytes) -> bytes:
        """Return what may be sent on now."""
        return self._passing.push(chunk)

    def flush(self) -> bytes:
        """Return the rest, when the stream has ended well."""
        return self._passing.flush()


class LabelSound(NamedTuple):
    """A label to be encoded: to stand beside which frame (None: Opus), in how many channels, said
    in which language (empty: the rhythm)."""

    like: mpeg_audio.AudioFrame | None
    channels: int
    language: str

    @property
    def sound(self) -> Callable[[int], Samples]:
        """What is heard."""
        return partial(spoken, self.language) if self.language else rhythm


class LabelWantedError(Exception):
    """A label, the only argument, is not encoded yet."""


def encode_label(label: LabelSound) -> bytes:
    """Return an encoded label (`Packets` in MessagePack). Raises MarkFailed."""
    try:
        return msgspec.msgpack.encode(_packets_of(label))
    except MediaFault as fault:
        raise MarkFailed(fault.reason) from None


def _packets_of(label: LabelSound) -> Packets:
    if label.like is None:
        return sound_insert.opus_label(label.sound, label.channels)
    return Packets((framed_label(label.like, label.sound),), 0, b"")


def _keep(label: LabelSound, made: Packets) -> Packets:
    if len(_kept) >= _KEPT:
        del _kept[next(iter(_kept))]
    _kept[label] = made
    return made


class _Owed:
    """What is owed on a stream."""

    def __init__(self, order: FileMarksOrder, claim: Claim, language: str, *, waits: bool) -> None:
        self.at = order.at
        self.language = language
        self.sound = LabelSound(None, 1, language).sound
        self.waits = waits
        self.first = order.label and before(order.at)
        self.last = order.label and behind(order.at)
        self.label = claim.label if order.metadata else None

    def value(self, there: list[bytes]) -> bytes:
        """Return the metadata label, for a stream that carries these already."""
        return b"" if self.label is None else bare_json(settled(self.label, there))

    def packets(self, like: mpeg_audio.AudioFrame | None, channels: int) -> Packets:
        """Return the encoded label. Raises LabelWantedError if it has to be made elsewhere."""
        label = LabelSound(like, channels, self.language)
        made = _kept.get(label)
        if made is None and self.waits:
            raise LabelWantedError(label)
        return made or _keep(label, _packets_of(label))


class _Passing:
    """A stream of one format: its head is held until it can be read, then the rest passes."""

    def __init__(self, owed: _Owed) -> None:
        self._owed = owed
        self._held = bytearray()
        self._open = False
        self.wanted: LabelSound | None = None

    @property
    def held(self) -> bytes:
        return bytes(self._held)

    def push(self, chunk: bytes) -> bytes:
        if self._open:
            return self._passed(chunk)
        self._held += chunk
        if len(self._held) > (_HEAD if self.wanted is None else MOST_HELD):
            raise MediaFault("head_too_long")
        return self._begun(ended=False) if self.wanted is None else b""

    def resume(self, made: bytes | None) -> bytes:
        wanted, self.wanted = self.wanted, None
        if made is None or wanted is None:
            self._owed.waits = False
        else:
            _keep(wanted, msgspec.msgpack.decode(made, type=Packets))
        return self._begun(ended=False)

    def flush(self) -> bytes:
        self._owed.waits = False
        out = b"" if self._open else self._begun(ended=True)
        if not self._open:
            raise MediaFault("no_sound")
        return out + self._ended()

    def _begun(self, *, ended: bool) -> bytes:
        try:
            head = self._head(bytes(self._held), ended=ended)
        except LabelWantedError as missing:
            (self.wanted,) = missing.args
            return b""
        if head is None:
            return b""
        self._open = True
        rest, self._held = bytes(self._held[head[1] :]), bytearray()
        return head[0] + self._passed(rest)

    def _head(self, held: bytes, *, ended: bool) -> tuple[bytes, int] | None:
        """Return what to send first, and how many held bytes it stands for; None: not yet."""
        raise NotImplementedError

    def _passed(self, chunk: bytes) -> bytes:
        return chunk

    def _ended(self) -> bytes:
        return b""


class _Framed(_Passing):
    """MP3 and AAC in ADTS."""

    _like: mpeg_audio.AudioFrame

    def _head(self, held: bytes, *, ended: bool) -> tuple[bytes, int] | None:
        size = id3.tag_size(held)
        if not ended and len(held) < size + 10:
            return None
        try:
            first = mpeg_audio.first_frame(held, size, whole=ended)
        except MediaFault:
            if ended or len(held) > size + (_HEAD >> 2):
                raise
            return None
        self._like = first
        tag = held[:size]
        if self._owed.label is not None:
            value = self._owed.value(id3.user_texts(tag, KEY))
            tag = id3.with_user_text(tag, KEY, value)
        label = self._label() if self._owed.first or self._owed.last else b""
        tag += label if self._owed.first else b""
        counted = mpeg_audio.is_xing(held, first)  # it counts only what it knew of
        return tag, first.start + (first.size if counted else 0)

    def _ended(self) -> bytes:
        return self._label() if self._owed.last else b""

    def _label(self) -> bytes:
        like = self._like._replace(start=0, size=0)
        return self._owed.packets(like, like.channels).bodies[0]


class _Raw(_Passing):
    """Raw samples; half a sample is kept until its other half comes."""

    def _head(self, held: bytes, *, ended: bool) -> tuple[bytes, int] | None:  # noqa: ARG002
        if not held:
            return None
        return self._label() if self._owed.first else b"", 0

    def _passed(self, chunk: bytes) -> bytes:
        self._held += chunk
        whole = len(self._held) & ~1
        out, self._held = bytes(self._held[:whole]), self._held[whole:]
        return out

    def _ended(self) -> bytes:
        return self._label() if self._owed.last else b""

    def _label(self) -> bytes:
        return pcm_of(self._owed.sound, PCM_HZ, 1, 16, floating=False)


class _Wave(_Passing):
    """WAVE: a header of open length; chunks behind the samples are left out."""

    _form: WaveForm
    _left: int

    def _head(self, held: bytes, *, ended: bool) -> tuple[bytes, int] | None:
        at = held.find(b"data", 12)
        if at < 0 or len(held) < at + 9 - ended:
            return None
        try:
            wave = riff.read_wave(held)
        except MediaFault:
            if ended or len(held) > _HEAD >> 2:
                raise
            return None
        chunk = wave.first(b"data")
        if chunk is None or wave.wide:
            raise MediaFault("broken_wave")
        self._form = WaveForm(wave.body(held, b"fmt ") or b"")
        size = int.from_bytes(held[chunk.start - 4 : chunk.start], "little")
        self._left = size if 0 < size < riff.UNKNOWN - 1024 else 1 << 62
        kept = [
            (each.id, held[each.start : each.end])
            for each in wave.chunks
            if each.id not in {b"data", b"AIGC", b"fact"} and each.start < chunk.start
        ]
        if self._owed.label is not None:
            there = [held[each.start : each.end] for each in wave.chunks if each.id == b"AIGC"]
            kept.append((b"AIGC", self._owed.value(there)))
        parts = [b"RIFF", riff.UNKNOWN.to_bytes(4, "little"), b"WAVE"]
        for name, body in kept:
            parts += [name, len(body).to_bytes(4, "little"), body, b"\0" * (len(body) & 1)]
        parts += [b"data", riff.UNKNOWN.to_bytes(4, "little")]
        label = self._form.samples_of(self._owed.sound) if self._owed.first else b""
        return b"".join(parts) + label, chunk.start

    def _passed(self, chunk: bytes) -> bytes:
        self._held += chunk[: self._left]
        self._left -= min(self._left, len(chunk))
        whole = len(self._held) // self._form.block * self._form.block
        out, self._held = bytes(self._held[:whole]), self._held[whole:]
        return out

    def _ended(self) -> bytes:
        return self._form.samples_of(self._owed.sound) if self._owed.last else b""


class _Opus(_Passing):
    """Ogg Opus: page by page, in the one stream that it has."""

    _splice: OpusSplice | None = None

    def _head(self, held: bytes, *, ended: bool) -> tuple[bytes, int] | None:  # noqa: ARG002
        at = found = 0
        first = None
        while found < 2:
            page = ogg.page_at(held, at)
            if page is None:
                if len(held) >= at + 4 and held[at : at + 4] != b"OggS":
                    raise MediaFault("broken_ogg")
                return None
            first = first or page
            found += sum(whole for _, whole in ogg.packets_of(page))
            at += page.size
        if first is None or not first.body.startswith(b"OpusHead") or len(first.body) < 19:
            raise MediaFault("not_opus")
        head = held[:at]
        if self._owed.label is not None:
            head = ogg.with_comment(head, KEY, self._owed.value(ogg.comment_values(head, KEY)))
        if not (self._owed.first or self._owed.last):
            return head, at
        if first.body[18] > 1:
            raise MediaFault("unknown_channels")
        label = self._owed.packets(None, first.body[9])
        self._splice = OpusSplice(label, self._owed.at)
        pages = [each for page in ogg.pages(head) for each in self._splice.push(page)]
        return b"".join(page.written() for page in pages), at

    def _passed(self, chunk: bytes) -> bytes:
        if self._splice is None:
            return chunk
        self._held += chunk
        held, at, out = bytes(self._held), 0, []
        while (page := ogg.page_at(held, at)) is not None:
            out += [each.written() for each in self._splice.push(page)]
            at += page.size
        if len(held) - at > ogg.LONGEST or held[at : at + 4] != b"OggS"[: len(held) - at]:
            raise MediaFault("broken_ogg")
        self._held = bytearray(held[at:])
        return b"".join(out)

    def _ended(self) -> bytes:
        if self._splice is None:
            return b""
        return b"".join(page.written() for page in self._splice.close())


class _Whole(_Passing):
    """FLAC: held whole, since frames of two encoders cannot stand in one file."""

    def push(self, chunk: bytes) -> bytes:
        self._held += chunk
        if len(self._held) > MOST_HELD:
            raise MediaFault("too_large")
        return b""

    def flush(self) -> bytes:
        content = bytes(self._held)
        carrier = CARRIERS[F.FLAC]
        there = carrier.read(content)
        if self._owed.first or self._owed.last:
            content, _ = into_container(content, F.FLAC, self._owed.sound, self._owed.at)
        if self._owed.label is not None:
            content = carrier.write(content, self._owed.value(there))
        return content


_PASSINGS: dict[F, type[_Passing]] = {
    F.MP3: _Framed,
    F.AAC: _Framed,
    F.OGG: _Opus,
    F.WAV: _Wave,
    F.PCM: _Raw,
    F.FLAC: _Whole,
}
