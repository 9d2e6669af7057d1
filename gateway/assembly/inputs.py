"""Inputs: how the files of prompts are read, as settings and policy ask."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import TYPE_CHECKING

import msgspec

from filters.picture_guard import PictureGuard
from gateway.config.settings import InputSettings, MediaSettings, Settings
from gateway.config.settings_file import secret_of
from gateway.edge.gateway import NoMediaReader
from gateway.edge.media_pool import ReadPool
from gateway.edge.media_reading import EdgeMediaReader, FileReading, Senses
from gateway.edge.result_fetch import prompt_fetcher
from gateway.extraction.passages import Bounds
from gateway.nouns.errors import ConfigError
from gateway.nouns.policy import MediaRules, PictureJudgeUse, Policy, RecogniserUse
from gateway.ports.clock import Clock
from gateway.ports.media import Reading
from models.http_link import HttpLink
from models.openai_media_runtime import LONGEST_ANSWER, OpenAIMediaRuntime
from models.rapid_ocr_runtime import RapidOcrRuntime, missing_part

if TYPE_CHECKING:
    from gateway.extraction.reader import FileReader

_OCR_MEMORY = 1536 * 1024 * 1024
"""Address space that the models for words in pictures take beside the files."""

RECOGNISER = "recogniser"
"""The name of the model that listens, in metrics."""


class RemoteRecogniser:
    """A Recogniser behind a runtime."""

    name = RECOGNISER

    def __init__(self, use: RecogniserUse, runtime: OpenAIMediaRuntime) -> None:
        self._deadline_s = use.deadline_s
        self._runtime = runtime

    async def transcribe(self, content: bytes, file_name: str) -> str:
        """Return the words; see `gateway.ports.media.Recogniser`."""
        return await self._runtime.transcribe(content, file_name, deadline_s=self._deadline_s)


class Witnesses:
    """The models that look and listen under a family of policies; made after the fork. Those that
    several policies use are there once."""

    def __init__(self, policy: Policy, environ: Mapping[str, str]) -> None:
        self.secrets: list[str] = []
        self._environ = environ
        self._runtimes: list[OpenAIMediaRuntime] = []
        uses = {use: None for each in policy.family for use in each.media.judges}
        heard = {each.media.recogniser: None for each in policy.family}
        self._judges = {use: PictureGuard(use, self._runtime(use)) for use in uses}
        self._recognisers = {use: RemoteRecogniser(use, self._runtime(use)) for use in heard if use}

    def judges(self, rules: MediaRules) -> tuple[PictureGuard, ...]:
        """Return who looks at pictures under some of the rules."""
        return tuple(self._judges[use] for use in rules.judges)

    def recogniser(self, rules: MediaRules) -> RemoteRecogniser | None:
        """Return who listens under some of the rules."""
        return self._recognisers[rules.recogniser] if rules.recogniser else None

    @property
    def names(self) -> frozenset[str]:
        """What they are called in metrics."""
        listens = {RECOGNISER} if self._recognisers else set()
        return frozenset({*(use.name for use in self._judges), *listens})

    @property
    def categories(self) -> frozenset[str]:
        """Everything that they may find."""
        return frozenset(each for judge in self._judges.values() for each in judge.categories)

    def _runtime(self, use: PictureJudgeUse | RecogniserUse) -> OpenAIMediaRuntime:
        key = secret_of(f"{use.url}: key", use.key, self._environ)
        self.secrets += [key] if key else []
        link = HttpLink(concurrent=use.concurrent, longest=LONGEST_ANSWER)
        made = OpenAIMediaRuntime(use.url, use.model, key, link=link)
        self._runtimes.append(made)
        return made

    async def close(self) -> None:
        """Let go of all connections."""
        for runtime in self._runtimes:
            await runtime.close()


def media_reader(
    settings: Settings,
    policy: Policy,
    witnesses: Witnesses,
    clock: Clock,
    consulted: Callable[[str, float], None],
) -> EdgeMediaReader | NoMediaReader:
    """Return what reads files for one worker; its processes start with the first file."""
    ways = {each.media: None for each in policy.family if each.reads_files}
    if not ways:
        return NoMediaReader()
    inputs, ocr = settings.inputs, any(rules.ocr for rules in ways)
    bounds = msgspec.structs.replace(
        MediaSettings(), workers=inputs.workers, queue=inputs.queue, job_s=inputs.job_s,
        memory=inputs.memory + (_OCR_MEMORY if ocr else 0),
    )  # fmt: skip
    make = partial(_make_reader, bounds_of(inputs), ocr=ocr)
    pool = ReadPool(make, bounds, Reading)
    fetcher = prompt_fetcher(inputs)

    def reading(rules: MediaRules) -> FileReading:
        senses = Senses(
            clock, consulted, witnesses.judges(rules), witnesses.recogniser(rules),
            seen_is_read=rules.pictures == "read", words=rules.ocr,
        )  # fmt: skip
        return FileReading(
            pool, senses, files=inputs.files, chars=inputs.chars, longest_s=inputs.request_s,
            fetcher=fetcher, fetch_bytes=inputs.fetch_bytes,
        )  # fmt: skip

    closers = (*((fetcher.close,) if fetcher else ()), pool.close, witnesses.close)
    return EdgeMediaReader({rules: reading(rules) for rules in ways}, closers)


def bounds_of(inputs: InputSettings) -> Bounds:
    """Return the bounds of one file."""
    return Bounds(
        inputs.chars, inputs.pages, inputs.pixels, inputs.frames, inputs.unpacked, inputs.words_s,
        inputs.words_side,
    )  # fmt: skip


def check_ocr(policy: Policy) -> None:
    """Raise ConfigError if words in pictures are to be read and nothing here can."""
    lacking = missing_part() if any(each.media.ocr for each in policy.family) else ""
    if lacking:
        raise ConfigError(f"The policy asks for media.ocr: {lacking}.")


def _make_reader(bounds: Bounds, *, ocr: bool) -> FileReader:
    from gateway.extraction.reader import FileReader
    from gateway.wire.picture_limit import bound_pictures

    bound_pictures(bounds.pixels)
    return FileReader(bounds, RapidOcrRuntime.load() if ocr else None)
