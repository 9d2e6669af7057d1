"""The explicit label of sound (GB 45438-2025, 5.3): a rhythm or spoken words, at an end or both.

The rhythm is "short long, short short"; the words are packaged recordings. WAV and raw samples need
nothing but this package. MP3, AAC, M4A and Opus keep their own packets, and the label is encoded to
stand beside them; FLAC is encoded anew without loss; Vorbis becomes Opus. All these need PyAV.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import numpy as np

from gateway.matching.rhythm import Samples, find_rhythm, rhythm
from gateway.matching.spoken import LANGUAGES, find_spoken, resampled, spoken
from gateway.nouns.mark import FileMarksOrder, LabelPosition, MarkFamily, Receipt
from gateway.nouns.media import MediaFormat as F
from gateway.ports.mark import Claim
from gateway.wire import sound_insert
from gateway.wire.media_fault import MediaFault
from gateway.wire.media_type import sniff
from gateway.wire.riff import read_wave
from gateway.wire.sound_codec import DECODED_HZ, LONGEST_S, decoded
from gateway.wire.sound_remux import into_container

PCM_HZ = 24000
"""The rate of raw samples: 16 bits, one channel, little-endian, as speech interfaces send them."""

_HEARD_S = 8.0
"""How much of each end is listened to when a label is looked for."""

_SLACK_S = 0.8
"""How far from the very end a label is still at the end: its silence, and what codecs add."""

_RHYTHM_S, _LONGEST_LABEL_S = 1.3, 4.3

_AUDIBLE = frozenset({F.MP3, F.WAV, F.FLAC, F.OGG, F.M4A, F.AAC})
_ALL = ("rhythm", *(f"speech {language}" for language in LANGUAGES))


class AudioLabel:
    """Puts the audible label on a file of sound; a FileMark."""

    name = "audio_label"
    family = MarkFamily.LABEL
    formats = _AUDIBLE | {F.PCM}

    def __init__(self, order: FileMarksOrder) -> None:
        self._order = order

    def stamp(self, content: bytes, claim: Claim) -> tuple[bytes, Receipt]:
        """Return the sound with its label; what has the label where it is owed stays as it is.

        Bytes without the signature of a format are raw samples (see `Stamper`, which asks a hint).
        """
        language = self._order.language if self._order.language != "auto" else claim.language
        found = _format_of(content)
        try:
            heard = _heard(content, found)
            if self._is_there(heard, language):
                return content, Receipt(self.name, "written", "it was there")
            sound = partial(spoken, language) if self._order.audio == "speech" else rhythm
            stamped, how = self._labelled(content, found, sound)
            if not self._is_there(_heard(stamped, found), language):
                return content, Receipt(self.name, "failed", "not_heard_back")
        except MediaFault as fault:
            return content, Receipt(self.name, "failed", fault.reason)
        return stamped, Receipt(self.name, "written", how)

    def verify(self, content: bytes) -> list[Claim]:
        """Return a claim for every label heard at the ends; it says nothing but "made by AI"."""
        try:
            pieces = _heard(content, _format_of(content))
        except MediaFault:
            return []
        said = {detail for _, piece in pieces for detail, _ in _labels(piece)}
        return [Claim("", "", detail=detail) for detail in sorted(said)]

    def _labelled(
        self, content: bytes, found: F, sound: Callable[[int], Samples]
    ) -> tuple[bytes, str]:
        at = self._order.at
        if found is F.PCM:
            return sound_insert.into_pcm(content, sound, at, PCM_HZ), ""
        if found is F.WAV:
            return sound_insert.into_wave(content, sound, at), ""
        if found in {F.MP3, F.AAC}:
            return sound_insert.into_frames(content, sound, at), "copied"
        if found is F.OGG and b"OpusHead" in content[:64]:
            return sound_insert.into_opus(content, sound, at), "copied"
        return into_container(content, found, sound, at)

    def _is_there(self, heard: list[tuple[str, Samples]], language: str) -> bool:
        wanted = f"speech {language}" if self._order.audio == "speech" else "rhythm"
        found = [(which, piece, _labels(piece, (wanted,))) for which, piece in heard]
        ends = [
            any(_stands(end, which, len(piece), each) for which, piece, at in found for each in at)
            for end in (LabelPosition.START, LabelPosition.END)
            if self._order.at in {end, LabelPosition.BOTH}
        ]
        return all(ends) and sum(len(at) for _, _, at in found) >= len(ends)


def _format_of(content: bytes) -> F:
    found = sniff(content)
    return found if found in _AUDIBLE else F.PCM


def _heard(content: bytes, found: F) -> list[tuple[str, Samples]]:
    """Return the ends of a sound at `DECODED_HZ`, one channel, and which end each piece is."""
    if found is F.PCM:
        if not content or len(content) % 2:
            raise MediaFault("broken_samples")
        pieces = _plain((np.frombuffer(content, "<i2") / 32768).astype(np.float32), PCM_HZ)
    elif found is F.WAV:
        pieces = _wave_ends(content)
    else:
        pieces = decoded(content, head_s=_HEARD_S, tail_s=_HEARD_S, seconds=LONGEST_S)
    if not pieces:
        raise MediaFault("no_sound")
    if len(pieces) == 1:
        return [("whole", pieces[0])]
    return [("start", pieces[0]), ("end", pieces[-1])]


def _plain(mono: Samples, rate: int) -> list[Samples]:
    most = round(_HEARD_S * rate)
    if len(mono) <= 2 * most:
        return [resampled(mono, rate, DECODED_HZ)]
    return [resampled(part, rate, DECODED_HZ) for part in (mono[:most], mono[-most:])]


def _wave_ends(content: bytes) -> list[Samples]:
    wave = read_wave(content)
    form = sound_insert.WaveForm(wave.body(content, b"fmt ") or b"")
    chunk = wave.first(b"data")
    if chunk is None:
        raise MediaFault("broken_wave")
    count = (chunk.end - chunk.start) // form.block
    most = round(_HEARD_S * form.rate)
    parts = [(0, count)] if count <= 2 * most else [(0, most), (count - most, count)]
    ends = []
    for start, stop in parts:
        part = content[chunk.start + start * form.block : chunk.start + stop * form.block]
        ends += _plain(form.mono_of(part), form.rate)
    return ends


def _labels(piece: Samples, wanted: tuple[str, ...] = _ALL) -> list[tuple[str, float]]:
    """Return the labels of these kinds in a piece of sound, and where each begins (s)."""
    found: list[tuple[str, float]] = []
    if "rhythm" in wanted:
        found += [("rhythm", start) for start in find_rhythm(piece, DECODED_HZ)]
    languages = tuple(name for name in LANGUAGES if f"speech {name}" in wanted)
    spoken_there = find_spoken(piece, DECODED_HZ, languages) if languages else []
    return found + [(f"speech {name}", start) for name, start in spoken_there]


def _stands(end: LabelPosition, which: str, count: int, label: tuple[str, float]) -> bool:
    """Tell whether a label that begins where it says (s) stands at this end of a piece of sound."""
    if which not in {"whole", end.value}:
        return False
    name, start = label
    if end is LabelPosition.START:
        return start < _SLACK_S
    length = _RHYTHM_S if name == "rhythm" else _LONGEST_LABEL_S
    return count / DECODED_HZ - start < length + _SLACK_S
