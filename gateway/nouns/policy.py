"""Policy: which filters run on which texts, what their findings lead to, which marks are owed, and
what happens on failure. This is the typed form of a policy file (policy_file reads it)."""

from __future__ import annotations

from enum import StrEnum
from fnmatch import fnmatchcase
from typing import Any, Literal

import msgspec

from gateway.nouns.conduct import ReviewSample, StrikeRules
from gateway.nouns.finding import OVER_DAILY_CAP
from gateway.nouns.mark import FileMarksOrder, TextMarksOrder
from gateway.nouns.personal import FAMILIES
from gateway.nouns.schedule import Window
from gateway.nouns.segment import Direction, FieldClass
from gateway.nouns.verdict import Action


class Mode(StrEnum):
    """``observe`` judges and records but changes nothing; ``enforce`` acts."""

    OBSERVE = "observe"
    ENFORCE = "enforce"


class Rule(msgspec.Struct, frozen=True, kw_only=True):
    """One line of a policy: when a finding of these categories is seen there, do that.

    ``when`` is a category or a pattern with ``*`` (``A1.*``, ``personal_data.*``; a bare family
    name matches the whole family). ``severity`` is the least severity. ``side`` limits the
    direction, ``fields`` the field classes (empty: all). ``unless`` may be ``said_by_user``.
    ``text`` replaces the span when ``do`` is ``replace``. ``upstream`` is ``any`` or
    ``third_party``. ``retract`` asks the application to take back what was shown before a block.
    Outside its window ``active`` a rule does not exist. ``review`` is the part (0 to 1) of the
    exchanges with its findings that people look at.
    """

    id: str
    when: str
    do: Action
    severity: int = 1
    side: Direction | None = None
    fields: tuple[FieldClass, ...] = ()
    unless: str = ""
    upstream: str = "any"
    text: str = ""
    retract: bool = True
    active: Window | None = None
    review: float = 0.0

    def concerns(self, category: str) -> bool:
        """True if a finding of this category falls under the rule."""
        return concerns(self.when, category)


def concerns(pattern: str, category: str) -> bool:
    """True if a category is the pattern's (``A1.*``), or of the family that it names (``A1``)."""
    return fnmatchcase(category, pattern) or category.startswith(pattern + ".")


Variant = Literal[
    "fold", "separators", "leet", "pinyin", "split", "initials", "homophones", "reversed"
]
VARIANTS: tuple[Variant, ...] = (
    "fold", "separators", "leet", "pinyin", "split", "initials", "homophones", "reversed",
)  # fmt: skip
"""Ways to write a term that an entry of a word list may ask for."""


class LexiconUse(msgspec.Struct, frozen=True, kw_only=True):
    """One word list: a shipped name (``shipped/harms``) or a path, and how its terms are folded.

    ``variants``: of those that its entries have, which count (``fold`` always does).
    """

    use: str
    variants: tuple[str, ...] = VARIANTS
    owner: str = ""


class DailyCap(msgspec.Struct, frozen=True, kw_only=True):
    """The most that a guard may take in a day (UTC), over all workers; 0: no bound. ``then`` is
    ``use_local_only`` (go on with the other filters until the day ends) or ``block``."""

    calls: int = 0
    tokens: int = 0
    money: float = 0.0
    then: str = "use_local_only"


class LabelUse(msgspec.Struct, frozen=True, kw_only=True):
    """What a label of a classifier means: from the score ``least`` on it is ``kind`` at ``level``
    (``unsafe`` or ``controversial``), with this severity."""

    kind: str
    level: str = "unsafe"
    least: float = 0.5
    severity: int = 3


class GuardModel(msgspec.Struct, frozen=True, kw_only=True):
    """A guard: a model behind a server, a service, or a model in a folder of this machine.

    ``contract`` names the format of question and answer (see `gateway.nouns.guard_contract`).
    ``key`` and ``key_id`` are secret references, ``options`` what else the contract takes. ``leak``
    bounds in code points how far text may run ahead in mode ``trailing``. ``ask_when`` is
    ``always``, or ``uncertain``: only about sentences of which the embedded classifier is unsure.
    ``least`` is the shortest sentence that is asked about by itself, ``fields`` the field classes
    that are asked about. ``price_call`` and ``price_tokens`` (of a million) are in any currency.

    ``folder`` and what follows it are of the contract ``classifier``: where the model lies, what
    runs it (``transformers`` or ``onnx``) on which device, how many texts go at once and how long
    the first waits for others, what the labels mean.
    """

    name: str
    url: str = ""
    model: str = ""
    contract: str = "qwen3guard"
    mode: str = "sync"
    sides: tuple[Direction, ...] = (Direction.INPUT, Direction.OUTPUT)
    fields: tuple[FieldClass, ...] = (
        FieldClass.USER, FieldClass.HISTORY, FieldClass.CONTENT, FieldClass.REASONING,
    )  # fmt: skip
    leak: int = 200
    least: int = 16
    deadline_s: float = 3.0
    concurrent: int = 16
    key: str = ""
    key_id: str = ""
    options: dict[str, str] = {}
    ask_when: str = "always"
    price_call: float = 0.0
    price_tokens: float = 0.0
    daily: DailyCap | None = None
    folder: str = ""
    runtime: str = "transformers"
    device: str = "cpu"
    batch: int = 16
    linger_s: float = 0.005
    labels: dict[str, LabelUse] = {}


def over_daily_cap(guard: str) -> str:
    """Return the name under which ``on_failure`` says what a reached daily cap leads to."""
    return f"{guard}.{OVER_DAILY_CAP}"


class PersonalUse(msgspec.Struct, frozen=True, kw_only=True):
    """What personal data is looked for: ``families`` of `gateway.nouns.personal.FAMILIES`, and
    ``allow``, numbers and addresses that are never found, beside those of documentation."""

    families: tuple[str, ...] = tuple(FAMILIES)
    allow: tuple[str, ...] = ()


class ClassifierUse(msgspec.Struct, frozen=True, kw_only=True):
    """How the embedded classifier is used. ``mode``: ``flag`` (findings have at most severity 2,
    nothing waits) or ``sync`` (sentence by sentence, grave findings have severity 3). ``hostile``
    and ``injection`` are the least scores of a finding."""

    mode: str = "flag"
    hostile: float = 0.38
    injection: float = 0.5


class OnFailure(msgspec.Struct, frozen=True, kw_only=True):
    """What is done when a filter cannot judge: ``block``, or ``use_local_only`` (go on with the
    other filters, count it) for at most ``longest_s`` seconds in a row, then block."""

    do: str = "block"
    longest_s: float = 600.0


class SubjectSource(msgspec.Struct, frozen=True, kw_only=True):
    """Where the end user's id is looked for, in order: ``header:NAME`` or ``body:FIELD``.

    ``missing`` is ``count`` (go on) or ``refuse``.
    """

    sources: tuple[str, ...] = ("header:x-user-id", "body:safety_identifier", "body:user")
    missing: str = "count"


class PictureJudgeUse(msgspec.Struct, frozen=True, kw_only=True):
    """A model that is asked what pictures show. ``contract`` is ``openai_moderation`` or
    ``llama_guard``; ``at_least`` is the least score of a finding (scores only)."""

    name: str
    url: str
    model: str
    contract: str = "openai_moderation"
    at_least: float = 0.5
    deadline_s: float = 10.0
    concurrent: int = 4
    key: str = ""


class RecogniserUse(msgspec.Struct, frozen=True, kw_only=True):
    """A model that writes down what sounds say (OpenAI-compatible transcriptions)."""

    url: str
    model: str
    deadline_s: float = 60.0
    concurrent: int = 4
    key: str = ""


class MediaRules(msgspec.Struct, frozen=True, kw_only=True):
    """What is done with the files of prompts. ``read``: the text in them is judged like any other,
    and what is no text goes to whoever judges it. ``pictures``: a picture counts as judged once
    somebody looked at it (``seen``), or already when its codes and words were read (``read``).
    ``ocr``: words in pictures are read. ``answers``: the files of answers are judged too."""

    read: bool = True
    ocr: bool = False
    answers: bool = False
    pictures: str = "seen"
    judges: tuple[PictureJudgeUse, ...] = ()
    recogniser: RecogniserUse | None = None


class Keep(msgspec.Struct, frozen=True, kw_only=True):
    """Retention in days. ``floor_days`` is what the preset's law asks at least."""

    facts_days: int = 183
    content_days: int = 183
    floor_days: int = 0


class AnswerStyle(msgspec.Struct, frozen=True, kw_only=True):
    """How refusals are said. ``input``: ``error``, ``completion`` or ``field``; ``output``:
    ``completion`` or ``field``. ``language``: ``auto``, ``zh`` or ``en``. ``messages`` overrides
    the shipped sentences per language."""

    input: str = "error"
    output: str = "completion"
    language: str = "auto"
    messages: dict[str, str] = {}

    def language_for(self, wished: str) -> str:
        """Return the language of our own words to a client who would rather read ``wished``."""
        return wished if self.language == "auto" else self.language


class StreamRules(msgspec.Struct, frozen=True, kw_only=True):
    """``on_block``: ``cancel`` the upstream when all choices ended, or ``drain`` it for usage.
    ``on_disconnect``: the same when the client left. ``held_limit`` caps held code points per
    channel; beyond it the choice is blocked by the rule ``held_text_limit``."""

    on_block: str = "cancel"
    on_disconnect: str = "cancel"
    held_limit: int = 65_536


class OpenPath(msgspec.Struct, frozen=True, kw_only=True):
    """A path that no adapter claims: ``generic`` scans every string of its JSON or SSE bodies,
    ``plain`` forwards it untouched."""

    path: str
    kind: str
    methods: tuple[str, ...] = ("POST",)


def _strongest() -> dict[FieldClass, Action]:
    return {
        FieldClass.SYSTEM: Action.FLAG,
        FieldClass.TOOL_DEFINITION: Action.FLAG,
        FieldClass.USER: Action.BLOCK,
        FieldClass.HISTORY: Action.DROP_TURN,
        FieldClass.TOOL_RESULT: Action.REDACT,
        FieldClass.TOOL_ARGUMENTS: Action.BLOCK,
        FieldClass.CONTENT: Action.BLOCK,
        FieldClass.REASONING: Action.BLOCK,
        FieldClass.REFUSAL: Action.BLOCK,
        FieldClass.LOGPROB: Action.REDACT,
        FieldClass.UNKNOWN: Action.BLOCK,
    }


class Policy(msgspec.Struct, frozen=True, kw_only=True):
    """A whole policy after presets are merged. ``hash`` is the SHA-256 of its canonical form."""

    name: str = "empty"
    mode: Mode = Mode.ENFORCE
    hash: str = ""
    subject: SubjectSource = SubjectSource()
    strongest_action: dict[FieldClass, Action] = msgspec.field(default_factory=_strongest)
    lexicons: tuple[LexiconUse, ...] = ()
    personal_data: PersonalUse | None = None
    secrets: bool = False
    classifier: ClassifierUse | None = None
    guard_models: tuple[GuardModel, ...] = ()
    rules: tuple[Rule, ...] = ()
    on_failure: dict[str, OnFailure] = {}
    unjudged_media: str = "flag"
    media: MediaRules = MediaRules()
    marks: TextMarksOrder = TextMarksOrder()
    file_marks: FileMarksOrder = FileMarksOrder()
    keep: Keep = Keep()
    answer: AnswerStyle = AnswerStyle()
    stream: StreamRules = StreamRules()
    paths: tuple[OpenPath, ...] = ()
    overlays: tuple[Overlay, ...] = ()
    review: tuple[ReviewSample, ...] = ()
    strikes: StrikeRules | None = None

    @property
    def samples(self) -> tuple[ReviewSample, ...]:
        """Every sample for review, those that rules ask for included."""
        asked = (
            ReviewSample(id=rule.id, rate=rule.review, rule=rule.id)
            for rule in self.rules
            if rule.review
        )
        return (*self.review, *asked)

    @property
    def family(self) -> tuple[Policy, ...]:
        """This policy and those of its overlays, in their order."""
        return (self, *(each.policy for each in self.overlays))

    @property
    def enforcing(self) -> bool:
        """True if anything may be changed or refused."""
        return self.mode is Mode.ENFORCE and bool(self.rules)

    @property
    def reads_files(self) -> bool:
        """True if the text in files of prompts is judged: a policy without rules judges nothing."""
        return self.media.read and bool(self.rules)

    @property
    def reads_answers(self) -> bool:
        """True if what stands in the files of answers is judged."""
        return self.reads_files and self.media.answers

    def canonical(self) -> bytes:
        """Return the bytes whose SHA-256 is the policy's hash; overlays stand in them as hashes."""
        bare = msgspec.structs.replace(self, hash="", overlays=())
        value: Any = msgspec.to_builtins(bare, str_keys=True)
        value["overlays"] = [
            {**msgspec.to_builtins(msgspec.structs.replace(each, policy=Policy())),
             "policy": each.policy.hash}
            for each in self.overlays
        ]  # fmt: skip
        return msgspec.json.encode(value, order="sorted")


class Overlay(msgspec.Struct, frozen=True, kw_only=True):
    """Another policy for some of those who ask, or for some of the time.

    ``tenants`` and ``keys`` (ids of gateway keys) say for whom (neither: everybody), ``active``
    when. Of those that fit, the first is in force.
    """

    id: str
    policy: Policy
    tenants: tuple[str, ...] = ()
    keys: tuple[str, ...] = ()
    active: Window | None = None
