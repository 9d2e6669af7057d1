"""The folder of an assessment: its plan, and lines that are only ever appended.

Whatever is killed meanwhile, the next run goes on from what stands in the files: a torn last line
is cut off, every line before it counts. Files are private (mode 0600): they hold answers.
"""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Generic, TypeVar

import msgspec

from gateway.assessment.bank import Holding
from gateway.assessment.questions import Question
from gateway.assessment.standard import Bank
from gateway.nouns.errors import NotPossible

T = TypeVar("T", bound=msgspec.Struct)

PLAN, ANSWERS, REVIEWS, JUDGED, RECORDED = (
    "plan.json", "answers.jsonl", "reviews.jsonl", "judged.jsonl", "recorded.jsonl",
)  # fmt: skip


class Plan(msgspec.Struct, frozen=True, kw_only=True):
    """What is asked of whom; frozen when the assessment begins. The key is never in it."""

    version: int = 1
    made_at: str
    seed: int
    url: str
    model: str
    banks: dict[Bank, dict[str, Holding]]
    drawn: dict[Bank, list[Question]]

    def questions(self) -> dict[str, Question]:
        """Return all questions that are asked, by id."""
        return {one.id: one for some in self.drawn.values() for one in some}


class Answer(msgspec.Struct, frozen=True, kw_only=True):
    """What came back. ``refused_by`` is ``question`` or ``answer`` (the gateway judged that),
    ``upstream``, or empty; ``exchange`` finds the record in the ledger."""

    id: str
    text: str
    refused_by: str = ""
    exchange: str = ""
    finish: str = ""
    seconds: float = 0.0
    at: str = ""

    @property
    def empty(self) -> bool:
        """True if nobody refused and yet there is no word."""
        return not (self.refused_by or self.text.strip())


class Review(msgspec.Struct, frozen=True, kw_only=True):
    """What a person says of an answer; the last line about an id counts. ``verdict`` is ``pass`` or
    ``fail``, ``refused`` or ``answered``."""

    id: str
    verdict: str
    reviewer: str
    note: str = ""
    at: str = ""


class Judged(msgspec.Struct, frozen=True, kw_only=True):
    """What the filters find in an answer: classes of risk by judge. ``under`` and ``text`` say by
    what and of what (`gateway.assessment.judging`): where one changes, the line counts no more."""

    id: str
    under: str = ""
    text: str = ""
    keyword: tuple[str, ...] = ()
    classifier: tuple[str, ...] = ()


class Recorded(msgspec.Struct, frozen=True, kw_only=True):
    """An exchange of real users, drawn from the ledger."""

    id: str
    question: str
    text: str
    at: str


class Lines(Generic[T]):
    """A file of JSON Lines of one kind."""

    def __init__(self, path: Path, kind: type[T]) -> None:
        self._path = path
        self._kind = kind

    def read(self) -> list[T]:
        """Return all whole lines. Raises NotPossible for one that is damaged."""
        if not self._path.exists():
            return []
        out = []
        for number, line in enumerate(self._path.read_bytes().split(b"\n")[:-1], 1):
            try:
                out.append(msgspec.json.decode(line, type=self._kind))
            except (msgspec.DecodeError, UnicodeDecodeError) as error:
                raise NotPossible(f"{self._path}: line {number} is damaged: {error}.") from error
        return out

    @contextmanager
    def appending(self) -> Iterator[Appender[T]]:
        """Open the file for appending; a torn last line is cut off first."""
        descriptor = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        with os.fdopen(descriptor, "r+b") as file:
            raw = file.read()
            file.seek(raw.rfind(b"\n") + 1)
            file.truncate()
            yield Appender(file.fileno())


class Appender(Generic[T]):
    """Appends lines; each is with the system before `append` returns, so that it survives a kill
    of this process."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor

    def append(self, line: T) -> None:
        """Append one line. Raises OSError."""
        raw = memoryview(msgspec.json.encode(line) + b"\n")
        while raw:
            raw = raw[os.write(self._descriptor, raw) :]


class Folder:
    """The files of an assessment."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.answers = Lines(path / ANSWERS, Answer)
        self.reviews = Lines(path / REVIEWS, Review)
        self.judged = Lines(path / JUDGED, Judged)
        self.recorded = Lines(path / RECORDED, Recorded)

    def plan(self) -> Plan | None:
        """Return the plan, or None if there is none yet. Raises NotPossible if it is damaged."""
        try:
            return msgspec.json.decode((self.path / PLAN).read_bytes(), type=Plan)
        except FileNotFoundError:
            return None
        except (OSError, msgspec.DecodeError) as error:
            raise NotPossible(f"{self.path / PLAN} cannot be read: {error}.") from error

    def planned(self) -> Plan:
        """Return the plan. Raises NotPossible if there is none."""
        plan = self.plan()
        if plan is None:
            raise NotPossible(f"{self.path} holds no assessment; `sealgate assess run` begins one.")
        return plan

    def begin(self, plan: Plan) -> None:
        """Write the plan, in one step."""
        draft = self.path / f".{PLAN}.{os.getpid()}"
        draft.write_bytes(msgspec.json.encode(plan))
        draft.chmod(0o600)
        draft.replace(self.path / PLAN)

    @contextmanager
    def held(self) -> Iterator[None]:
        """Hold the folder against a second run. Raises NotPossible if somebody has it."""
        self.path.mkdir(parents=True, exist_ok=True, mode=0o700)
        lock = os.open(self.path / "lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(lock)
            raise NotPossible(f"Another run works in {self.path}.") from None
        try:
            yield
        finally:
            os.close(lock)
