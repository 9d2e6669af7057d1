"""Reading: which marks can be read back, and what the ledger knows of them; for the desk."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import NamedTuple
from urllib.parse import urlsplit

import msgspec

from gateway.access.limits import Limiter
from gateway.assembly.credentials import OpenedKeys
from gateway.assembly.ledger_memory import LedgerMemory
from gateway.assembly.sealing import Sealer
from gateway.config.settings import Settings
from gateway.desk.attribution import attribute
from gateway.desk.explicit_label import ExplicitLabel
from gateway.desk.inquiry import READS_AT_ONCE, Desk, Hosted
from gateway.desk.reading import (
    TEXTS,
    Beside,
    FileAsked,
    FileReading,
    Reader,
    ReadsMarks,
    Seen,
    is_text,
    read,
    with_words_read,
)
from gateway.desk.report import Report
from gateway.desk.turnstile import Turnstile
from gateway.edge.kept_files import KeptFiles
from gateway.edge.media_pool import ChildPool
from gateway.marks import make_marks
from gateway.marks.credentials import Signing
from gateway.marks.document_label import DocumentLabel
from gateway.marks.document_metadata import DocumentMetadata
from gateway.marks.label_signature import verify_label
from gateway.matching.picture_hash import sought
from gateway.nouns.errors import BadRequest, Overloaded, SealgateError
from gateway.nouns.mark import FileMarksOrder, MarkFamily, MarkKeys
from gateway.nouns.media import MediaFormat
from gateway.nouns.policy import Policy
from gateway.ports.clock import Clock
from gateway.ports.mark import Claim, ClaimState, FileMark
from gateway.wire.aigc_label import parse
from gateway.wire.disguises import disguise
from gateway.wire.picture_limit import bound_pictures

_MAY_BEAR_CREDENTIALS = re.compile(rb"\xef\xbb\xbf|(?i:c2pa)")
_START_S = 40.0
MOST_WORDS = 200_000
"""Code points of a document that are read for its labels; fewer are looked up by their wording."""

MOST_MANIFEST_BYTES = 16 << 20
"""A manifest beside a file is at most so large: it may hold thumbnails."""


class LabelInText:
    """Reads the metadata label where it stands in a text itself: an answer of an API as JSON."""

    name = "aigc_label"

    def verify(self, content: bytes) -> list[Claim]:
        """Return the label of a text that is JSON, if it has one."""
        label = parse(content)
        return [] if label is None else [Claim(label.ProduceID, "", label)]


class SignedLabel:
    """Reads a mark of the metadata family, and the producer's signature inside its label.

    ``pins`` are public keys that are trusted (`gateway.marks.label_signature.verify_label`).
    """

    def __init__(self, mark: ReadsMarks, pins: Sequence[str]) -> None:
        self.name = mark.name
        self._mark = mark
        self._pins = tuple(pins)
        self.stamp = getattr(mark, "stamp", None)

    def verify(self, content: bytes) -> list[Claim]:
        """Return the mark's claims; a signature that speaks against a label says so."""
        return [self._checked(claim) for claim in self._mark.verify(content)]

    def _checked(self, claim: Claim) -> Claim:
        state = verify_label(claim.label, self._pins) if claim.label else None
        if state is None or claim.state is ClaimState.ALTERED:
            return claim
        return claim._replace(state=state, detail=f"label signature: {state.value}")


class CodedLabel:
    """Reads the visible label of answers and documents; on a text only one with a short code is
    told, for words alone anybody can write there (see `ExplicitLabel`)."""

    def __init__(self, mark: ReadsMarks) -> None:
        self.name = mark.name
        self._mark = mark

    def verify(self, content: bytes) -> list[Claim]:
        """Return the mark's claims."""
        found = self._mark.verify(content)
        if not is_text(content, ""):
            return found
        return [claim for claim in found if claim.code]


class CredentialsInText:
    """Reads content credentials in a text; brings the library only for one that may bear them: each
    of their places has the word C2PA or a byte order mark (C2PA 2.4, A.7 to A.9)."""

    name = "credential"

    def __init__(self, keys: MarkKeys) -> None:
        self._signing = keys.signing

    def verify(self, content: bytes) -> list[Claim]:
        """Return the claim of the text's manifest, if it has one."""
        if not _MAY_BEAR_CREDENTIALS.search(content) or not isinstance(self._signing, Signing):
            return []
        from gateway.marks.credentials import Credentials

        return Credentials(self._signing).verify(content)


def readers(policy: Policy, sealer: Sealer, keys: OpenedKeys) -> list[Reader]:
    """Return the reader of every mark there is, on texts and on files.

    Credentials are read whether or not they are written here: without anchors none is trusted.
    """
    return _beside_texts(file_readers(policy.file_marks, keys.marks, keys.pins), sealer, keys)


def text_readers(policy: Policy, sealer: Sealer, keys: OpenedKeys) -> list[Reader]:
    """Return the readers of marks on texts alone: they bring no library of another format."""
    marks: tuple[FileMark, ...] = (DocumentLabel(policy.file_marks), DocumentMetadata())
    files = [_reader(mark, keys.pins) for mark in marks]
    files.append(Reader(CredentialsInText(keys.marks), TEXTS, MarkFamily.CREDENTIAL))
    return _beside_texts(files, sealer, keys)


def _beside_texts(files: Sequence[Reader], sealer: Sealer, keys: OpenedKeys) -> list[Reader]:
    label, trace = sealer.text_marks
    texts = [
        Reader(CodedLabel(label), TEXTS, MarkFamily.LABEL),
        Reader(trace, TEXTS, None, keyed=True),
        Reader(SignedLabel(LabelInText(), keys.pins), TEXTS, MarkFamily.METADATA),
    ]
    anybody_s = Reader(ExplicitLabel(), TEXTS, MarkFamily.LABEL, fallback=True)
    return [*texts, *files, anybody_s]


def file_readers(order: FileMarksOrder, keys: MarkKeys, pins: Sequence[str]) -> list[Reader]:
    """Return the readers of the marks on files. ``pins`` are public keys of labels to trust.

    A visible label on a text is one mark, though both an answer's and a document's reader know it.
    """
    return [_reader(mark, pins) for mark in make_marks(order, keys)]


def _reader(mark: FileMark, pins: Sequence[str]) -> Reader:
    if mark.family is MarkFamily.METADATA:
        return Reader(SignedLabel(mark, pins), mark.formats, mark.family)
    if mark.family is MarkFamily.LABEL and mark.formats & TEXTS:
        return Reader(CodedLabel(mark), mark.formats, mark.family, fallback=True)
    return Reader(mark, mark.formats, mark.family, keyed=mark.family is MarkFamily.WATERMARK)


def tell(content: bytes, name: str) -> tuple[str, bool]:
    """Return what a document says, at most `MOST_WORDS` code points, and whether that is all."""
    from gateway.extraction.main_text import main_text

    return main_text(content, name, most=MOST_WORDS)


def manifest_reader(keys: MarkKeys) -> Beside:
    """Return what reads a manifest that came beside a content."""

    def claims(content: bytes, found: MediaFormat | None, manifest: bytes) -> list[Claim]:
        if not isinstance(keys.signing, Signing) or len(manifest) > MOST_MANIFEST_BYTES:
            return []
        from gateway.marks.credentials import Credentials

        mime = found.mime if found else "application/octet-stream"
        return Credentials(keys.signing).verify_sidecar(content, mime, manifest)

    return claims


class ReadRecipe(NamedTuple):
    """How files are read, wherever that is: it travels to the reading processes. ``pixels`` bounds
    pictures."""

    order: FileMarksOrder
    keys: MarkKeys
    pins: tuple[str, ...]
    pixels: int

    def make(self) -> FileReading:
        """Return what reads a file."""
        bound_pictures(self.pixels)
        marks = file_readers(self.order, self.keys, self.pins)
        return FileReading(marks, sought, tell, manifest_reader(self.keys))


class MarkReading:
    """Reads contents away from the event loop: texts in two threads, files in a process that may
    die of one, the ledger in a thread.

    See `gateway.desk.inquiry.Read`.
    """

    def __init__(
        self,
        marks: Sequence[Reader],
        memory: LedgerMemory,
        producer: str,
        files: ChildPool[FileAsked, Seen],
    ) -> None:
        self._readers = tuple(marks)
        self._memory = memory
        self._producer = producer
        self.files = files
        self._reading = ThreadPoolExecutor(2, "desk")
        self._asking = ThreadPoolExecutor(1, "desk-ledger")

    async def __call__(self, content: bytes, name: str, manifest: bytes = b"") -> Report:
        """Return the report on a content and the C2PA manifest that came beside it. Raises
        BadRequest for a file that ended its process or its time, Overloaded if too many wait."""
        loop = asyncio.get_running_loop()
        seen, apart = await loop.run_in_executor(self._reading, self._text, content, name)
        if seen is None:
            seen = await self._file(FileAsked(content, name, manifest))
        elif apart or manifest:
            other = await self._file(FileAsked(content, name, manifest))
            beside = tuple(mark for mark in other.marks if mark.mark == "credential")
            seen = seen._replace(
                marks=tuple(dict.fromkeys((*seen.marks, *beside))), words=other.words,
                partly=seen.partly or other.partly,
            )  # fmt: skip
        if seen.words:
            seen = await loop.run_in_executor(self._reading, with_words_read, seen, self._readers)
        asked = partial(attribute, content, seen, self._memory, self._producer)
        return await loop.run_in_executor(self._asking, asked)

    def _text(self, content: bytes, name: str) -> tuple[Seen | None, bool]:
        """Return the marks of a text (None for a file of another kind), and whether its words have
        to be read apart: they are not what stands there, or it is nothing that is known."""
        if not is_text(content, name):
            return None, False
        return read(content, name, self._readers), disguise(content, name) is not None

    async def _file(self, asked: FileAsked) -> Seen:
        seen = await self.files.carry_out(asked)
        if isinstance(seen, Overloaded):
            raise Overloaded("Too many files wait to be read.", retry_after_s=2.0)
        if isinstance(seen, SealgateError):
            raise BadRequest(
                "It could not be read within the desk's bounds of memory and time.", param="file"
            )
        return seen

    async def close(self) -> None:
        """Take no more; a file that is being read is given up, what else runs ends by itself."""
        self._reading.shutdown(wait=False, cancel_futures=True)
        self._asking.shutdown(wait=False, cancel_futures=True)
        await self.files.close()


def reading_pool(
    settings: Settings, order: FileMarksOrder, keys: OpenedKeys
) -> ChildPool[FileAsked, Seen]:
    """Return the processes that read files: one beside each worker, made with its first file."""
    recipe = ReadRecipe(order, keys.marks, keys.pins, settings.media.pixels)
    bounds = msgspec.structs.replace(
        settings.media, workers=1, queue=READS_AT_ONCE, job_s=settings.verify.longest_s
    )
    return ChildPool(partial(ReadRecipe.make, recipe), bounds, Seen)


def hosted_files(kept: KeptFiles) -> Hosted:
    """Return how the desk opens a file that the gateway keeps for its clients."""

    def opened(name: str) -> tuple[bytes, str] | None:
        found = kept.get(name)
        return None if found is None else (found.content, found.mime)

    return opened


def nothing_hosted(_name: str) -> tuple[bytes, str] | None:
    """No file is hosted here."""
    return None


def public_desk(
    settings: Settings,
    reading: MarkReading,
    clock: Clock,
    limiter: Limiter,
    *,
    count: Callable[[str], None],
    hosted: Hosted = nothing_hosted,
) -> Desk:
    """Return the desk as the data plane serves it to anybody."""
    turnstile = Turnstile(limiter, settings.verify.requests_per_minute)
    return Desk(
        settings.verify, settings.limits.request_body_s, reading, hosted, clock,
        asyncio.Semaphore(READS_AT_ONCE), enter=turnstile.enter, count=count,
        hosts=_own_hosts(settings), start_s=_START_S,
    )  # fmt: skip


def operator_desk(
    settings: Settings, reading: MarkReading, clock: Clock, hosted: Hosted = nothing_hosted
) -> Desk:
    """Return the desk as the operations listener serves it: nobody is counted or slowed."""
    return Desk(
        settings.verify, settings.limits.request_body_s, reading, hosted, clock,
        asyncio.Semaphore(READS_AT_ONCE), even=False, hosts=_own_hosts(settings), start_s=_START_S,
    )  # fmt: skip


def _own_hosts(settings: Settings) -> frozenset[str]:
    """Return the host of `media.public_url`, under which results are given out."""
    return frozenset({urlsplit(settings.media.public_url).netloc} - {""})
