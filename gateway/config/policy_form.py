"""The form of a policy file: what may be written in it, with the words of the published schema.

Everything is optional, because a file may extend another; `policy_file` merges files of this
form into a `Policy`. What a key means is said here and shown in docs/policy.md.
"""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec

from gateway.config.conduct_form import OverlayForm, ReviewForm, StrikesForm, WindowForm
from gateway.config.guard_form import GuardModelForm
from gateway.config.media_form import MediaForm, PictureJudgeForm
from gateway.config.policy_words import (
    FailureAction,
    FieldWord,
    Form,
    RuleAction,
    Sides,
    StrongestAction,
)
from gateway.config.policy_words import Text as _Text
from gateway.config.policy_words import says as _says
from gateway.config.quantity import Days, LeastSeverity, Seconds, Share
from gateway.nouns.personal import FAMILIES, Family
from gateway.nouns.policy import VARIANTS, Variant
from gateway.nouns.segment import FieldClass

StrongestWord = Literal[
    "system", "user", "history", "tool_definition", "tool_arguments", "tool_result", "content",
    "reasoning", "refusal", "logprob", "unknown", "output",
]  # fmt: skip
OUTPUT_CLASSES = (
    FieldClass.CONTENT,
    FieldClass.REASONING,
    FieldClass.REFUSAL,
    FieldClass.LOGPROB,
    FieldClass.TOOL_ARGUMENTS,
)
"""What ``strongest_action: {output: ...}`` stands for."""


class SubjectForm(Form, frozen=True, kw_only=True):
    """Where the end user's id is looked for."""

    from_: Annotated[
        tuple[str, ...] | None, _says("Sources in order: `header:NAME` or `body:FIELD`.")
    ] = msgspec.field(name="from", default=None)
    missing: Annotated[
        Literal["count", "refuse"] | None, _says("Exchanges without one: counted or refused.")
    ] = None


class LexiconForm(Form, frozen=True, kw_only=True):
    """One word list."""

    use: Annotated[_Text, _says("`shipped/NAME`, or a path that starts at the policy's folder.")]
    variants: Annotated[
        tuple[Variant, ...],
        _says("Of the variants that its entries have, those that count. `fold` always does."),
    ] = VARIANTS
    owner: Annotated[str, _says("Who answers for the list.")] = ""


class PersonalForm(Form, frozen=True, kw_only=True):
    """Which personal data is looked for."""

    families: Annotated[
        tuple[Family, ...], _says("Families of kinds, as docs/personal-data.md lists them.")
    ] = tuple(FAMILIES)
    allow: Annotated[
        tuple[str, ...],
        _says("Numbers and e-mail addresses that are never found: your own hotline, for instance."),
    ] = ()


class ClassifierForm(Form, frozen=True, kw_only=True):
    """How the embedded classifier is used."""

    mode: Annotated[
        Literal["flag", "sync"] | None,
        _says(
            "`flag`: findings have at most severity 2 and nothing waits; `sync`: text is held until"
            " its sentence is judged, and grave findings have severity 3."
        ),
    ] = None
    hostile: Annotated[
        Annotated[float, msgspec.Meta(ge=0, le=1)] | None,
        _says("Least score of an offensive or discriminatory sentence."),
    ] = None
    injection: Annotated[
        Annotated[float, msgspec.Meta(ge=0, le=1)] | None,
        _says("Least score of an attempt to turn the model against its operator."),
    ] = None


class RuleForm(Form, frozen=True, kw_only=True):
    """One rule. All rules are tried; the strictest action wins."""

    id: Annotated[_Text, _says("Its name in records, metrics and refusals; unique.")]
    when: Annotated[
        _Text, _says("A category, a family (`personal_data`) or a pattern (`A1.*`, `*`).")
    ]
    do: Annotated[
        RuleAction,
        _says("What is done: `flag`, `veil`, `redact`, `replace` (by `text`), `block`."),
    ]
    severity: Annotated[LeastSeverity, _says("Least severity: `1+` (mild) to `4` (grave).")] = 1
    side: Annotated[Sides | None, _says("Only this direction.")] = None
    fields: Annotated[
        tuple[FieldWord, ...], _says("Only these field classes; none named: all.")
    ] = ()
    unless: Annotated[
        Literal["said_by_user"] | None, _says("`said_by_user`: not what the user wrote himself.")
    ] = None
    upstream: Annotated[
        Literal["any", "third_party"], _says("`third_party`: only if somebody else runs the model.")
    ] = "any"
    text: Annotated[str, _says("Takes the place of the span; for `do: replace`.")] = ""
    retract: Annotated[
        bool | None,
        _says("Whether a block asks the application to take back what was shown (it does)."),
    ] = None
    review: Annotated[
        Share | None, _says("The part of the exchanges with its findings that people look at.")
    ] = None
    active: Annotated[
        WindowForm | None, _says("Only in this window; outside it does not exist.")
    ] = None


class FailureForm(Form, frozen=True, kw_only=True):
    """What is done when a filter cannot judge."""

    do: Annotated[
        FailureAction, _says("`block`, or `use_local_only`: go on with the other filters.")
    ]
    longest: Annotated[
        Seconds | None, _says("Longest time in a row for `use_local_only`, then block.")
    ] = None


class OnFailureForm(Form, frozen=True, kw_only=True):
    """What is done when something cannot be judged, per filter. What is not named blocks."""

    lexicon: Annotated[FailureAction | FailureForm | None, _says("The word lists.")] = None
    personal_data: Annotated[FailureAction | FailureForm | None, _says("Personal data.")] = None
    secrets: Annotated[FailureAction | FailureForm | None, _says("Secrets.")] = None
    classifier: Annotated[FailureAction | FailureForm | None, _says("The embedded classifier.")] = (
        None
    )
    guard_model: Annotated[
        FailureAction | FailureForm | None, _says("Every guard model that is not named itself.")
    ] = None
    guard_models: Annotated[
        dict[str, FailureAction | FailureForm] | None, _says("Guard models by name.")
    ] = None
    unreadable_media: Annotated[
        Literal["flag", "block"] | None, _says("Images, sound and files that nobody can judge.")
    ] = None


class WordingForm(Form, frozen=True, kw_only=True):
    """Words per language."""

    zh: Annotated[str | None, _says("Chinese.")] = None
    en: Annotated[str | None, _says("English.")] = None


class TextMarksForm(Form, frozen=True, kw_only=True):
    """Marks on generated text."""

    label: Annotated[
        Literal["off", "inline", "field", "both"] | None,
        _says("Visible label: in the text, in a field (your interface shows it), both, or off."),
    ] = None
    position: Annotated[
        Literal["start", "end", "both"] | None, _says("Where an inline label stands.")
    ] = None
    language: Annotated[
        Literal["auto", "zh", "en"] | None, _says("Language of the label; `auto`: the answer's.")
    ] = None
    wording: Annotated[WordingForm | None, _says("Your own words for the label.")] = None
    code: Annotated[bool | None, _says("Whether the label carries the short code.")] = None
    fingerprint: Annotated[
        bool | None, _says("Whether the ledger can find the record from a fragment.")
    ] = None
    trace: Annotated[
        Literal["off", "always", "long"] | None,
        _says("Invisible trace in the text: `long` means above 200 tokens."),
    ] = None


class FileMarksForm(Form, frozen=True, kw_only=True):
    """Marks on generated files: images, audio, video, documents."""

    label: Annotated[
        Literal["visible", "off"] | None,
        _says("Visible or audible label in the file; GB 45438-2025, 5 asks for it."),
    ] = None
    position: Annotated[
        Literal["top-left", "top", "top-right", "bottom-left", "bottom", "bottom-right"] | None,
        _says("Corner or edge of a picture where the label stands."),
    ] = None
    audio: Annotated[
        Literal["rhythm", "speech"] | None,
        _says("Label of a sound: the rhythm short-long short-short, or spoken words."),
    ] = None
    at: Annotated[
        Literal["start", "end", "both"] | None,
        _says("Where the label stands in a sound or a document."),
    ] = None
    language: Annotated[
        Literal["auto", "zh", "en"] | None, _says("Language of the label; `auto`: the prompt's.")
    ] = None
    wording: Annotated[WordingForm | None, _says("Your own words for the label.")] = None
    metadata: Annotated[
        bool | None, _says("The metadata label of GB 45438-2025, 6; takes a provider code.")
    ] = None
    credential: Annotated[
        bool | None, _says("A C2PA content credential; takes a signing certificate.")
    ] = None
    watermark: Annotated[bool | None, _says("Invisible watermark in pictures.")] = None
    fingerprint: Annotated[
        bool | None,
        _says("Whether the ledger can find the record from a picture or document without marks."),
    ] = None
    unmarkable: Annotated[
        Literal["refuse", "pass"] | None,
        _says("A file that cannot bear what is owed: refused, or passed and recorded."),
    ] = None
    urls: Annotated[
        Literal["rehost", "data"] | None,
        _says("A result that came as a URL: sealed and hosted here, or given as a data URL."),
    ] = None


class RouteTextForm(Form, frozen=True, kw_only=True):
    """The visible label on the texts of one path; what is not said is as in `marks.text`."""

    label: Annotated[
        Literal["off", "inline", "field", "both"] | None, _says("Visible label of this path.")
    ] = None
    position: Annotated[
        Literal["start", "end", "both"] | None, _says("Where an inline label stands.")
    ] = None
    language: Annotated[Literal["auto", "zh", "en"] | None, _says("Language of the label.")] = None
    wording: Annotated[WordingForm | None, _says("Your own words for the label.")] = None
    code: Annotated[bool | None, _says("Whether the label carries the short code.")] = None


class RouteMarksForm(Form, frozen=True, kw_only=True):
    """Marks of one path."""

    path: Annotated[_Text, _says("Such as `/v1/completions`; a trailing `/*` is one segment more.")]
    text: Annotated[RouteTextForm, _says("What differs from `marks.text` there.")]


class MarksForm(Form, frozen=True, kw_only=True):
    """What is put on generated content."""

    text: Annotated[TextMarksForm | None, _says("Marks on generated text.")] = None
    file: Annotated[FileMarksForm | None, _says("Marks on generated files.")] = None
    routes: Annotated[
        tuple[RouteMarksForm, ...] | None, _says("Labels of single paths; merged by `path`.")
    ] = None
    producer: Annotated[
        str | None, _says("Provider code (27 characters), or `env:NAME`, `file:PATH`.")
    ] = None


class KeepForm(Form, frozen=True, kw_only=True):
    """Retention."""

    facts: Annotated[Days | None, _says("How long facts are kept.")] = None
    content: Annotated[Days | None, _says("How long contents are kept.")] = None
    floor: Annotated[Days | None, _says("What the law asks at least; can only be raised.")] = None


class AnswerForm(Form, frozen=True, kw_only=True):
    """How refusals are said."""

    input: Annotated[
        Literal["error", "completion", "field"] | None, _says("A refused request is answered so.")
    ] = None
    output: Annotated[Literal["completion", "field"] | None, _says("A blocked answer ends so.")] = (
        None
    )
    language: Annotated[
        Literal["auto", "zh", "en"] | None, _says("Language of refusals; `auto`: the user's.")
    ] = None
    messages: Annotated[WordingForm | None, _says("Your own words for refusals.")] = None


class StreamForm(Form, frozen=True, kw_only=True):
    """How streams are treated."""

    on_block: Annotated[
        Literal["cancel", "drain"] | None, _says("The upstream after a block; `drain` for usage.")
    ] = None
    on_disconnect: Annotated[
        Literal["cancel", "drain"] | None, _says("The upstream when the client left.")
    ] = None
    held_limit: Annotated[
        Annotated[int, msgspec.Meta(ge=256, le=16_777_216)] | None,
        _says("Most characters held per channel; beyond it the choice is blocked."),
    ] = None


class PathForm(Form, frozen=True, kw_only=True):
    """A path that no adapter claims."""

    path: Annotated[_Text, _says("Such as `/v1/embeddings`; a trailing `/*` is one segment more.")]
    kind: Annotated[
        Literal["generic", "plain"], _says("`generic`: every string is scanned; `plain`: none.")
    ]
    methods: Annotated[
        tuple[Literal["GET", "POST", "PUT", "PATCH", "DELETE"], ...], _says("Methods.")
    ] = ("POST",)


class PolicyForm(Form, frozen=True, kw_only=True):
    """A policy file."""

    version: Annotated[Literal[1], _says("Version of this form.")]
    extends: Annotated[
        _Text | None, _says("A preset (such as `cn-public`; `empty` says nothing) or a path.")
    ] = None
    mode: Annotated[
        Literal["observe", "enforce"] | None,
        _says("`observe` judges and records but changes nothing; `enforce` acts."),
    ] = None
    subject: Annotated[SubjectForm | None, _says("The end user that a request is for.")] = None
    strongest_action: Annotated[
        dict[StrongestWord, StrongestAction] | None,
        _says("The strongest action per field class; `output` stands for all of an answer."),
    ] = None
    lexicons: Annotated[
        tuple[LexiconForm, ...] | None, _says("Word lists, added to those of the extended policy.")
    ] = None
    personal_data: Annotated[
        bool | PersonalForm | None,
        _says("Personal data: all families of it, none, or which."),
    ] = None
    secrets: Annotated[bool | None, _says("Whether keys and passwords are looked for.")] = None
    classifier: Annotated[
        bool | ClassifierForm | None,
        _says("The embedded classifier of hostile language and prompt injection: on, off, or how."),
    ] = None
    guard_models: Annotated[
        tuple[GuardModelForm, ...] | None, _says("Guard models and moderation services.")
    ] = None
    rules: Annotated[
        tuple[RuleForm, ...] | None, _says("Rules; one with the id of an extended one replaces it.")
    ] = None
    without_rules: Annotated[
        tuple[str, ...] | None, _says("Ids of rules of the extended policy that do not apply.")
    ] = None
    on_failure: Annotated[OnFailureForm | None, _says("When something cannot be judged.")] = None
    picture_judges: Annotated[
        tuple[PictureJudgeForm, ...] | None, _says("Models that are asked what pictures show.")
    ] = None
    media: Annotated[MediaForm | None, _says("How files in prompts and answers are judged.")] = None
    marks: Annotated[MarksForm | None, _says("What is put on generated content.")] = None
    keep: Annotated[KeepForm | None, _says("How long records are kept.")] = None
    answer: Annotated[AnswerForm | None, _says("How refusals are said.")] = None
    stream: Annotated[StreamForm | None, _says("How streams are treated.")] = None
    paths: Annotated[tuple[PathForm, ...] | None, _says("Paths beside the known protocols.")] = None
    overlays: Annotated[
        tuple[OverlayForm, ...] | None,
        _says("Other policies for some tenants, keys or times; the first that fits is in force."),
    ] = None
    review: Annotated[tuple[ReviewForm, ...] | None, _says("Samples that people look at.")] = None
    strikes: Annotated[StrikesForm | None, _says("What a user's grave hits lead to.")] = None
