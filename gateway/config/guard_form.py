"""The form of a guard in a policy file (see policy_form)."""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec

from gateway.config.policy_words import (
    Amount,
    Count,
    FailureAction,
    FieldWord,
    Form,
    Sides,
    Text,
    says,
)
from gateway.config.quantity import Seconds

GuardContract = Literal[
    "qwen3guard", "llama_guard", "shieldgemma", "granite_guardian", "nemoguard",
    "gpt_oss_safeguard", "openai_moderation", "azure_content_safety", "aliyun", "tencent", "baidu",
    "yidun", "shumei", "classifier",
]  # fmt: skip

GuardKind = Literal[
    "violent", "terrorism", "non_violent_illegal_acts", "drugs", "gambling", "fraud",
    "malware", "sex_crimes", "child_exploitation", "defamation", "specialized_advice",
    "personal_information", "copyright", "weapons", "hate", "harassment", "self_harm",
    "sexual_content", "elections", "code_abuse", "politically_sensitive", "misinformation",
    "unethical_acts", "jailbreak", "profanity", "religion", "advertising", "spam", "harm",
    "custom", "unnamed",
]  # fmt: skip


class PriceForm(Form, frozen=True, kw_only=True):
    """What a guard costs, in any currency."""

    call: Annotated[Amount, says("One call.")] = 0.0
    million_tokens: Annotated[Amount, says("A million tokens, read or written.")] = 0.0


class DailyCapForm(Form, frozen=True, kw_only=True):
    """The most that a guard may take in a day (UTC), over all workers."""

    calls: Annotated[Count, says("Calls; 0: no bound.")] = 0
    tokens: Annotated[Count, says("Tokens, as far as the server tells them; 0: no bound.")] = 0
    money: Annotated[Amount, says("Money, by `price`; 0: no bound.")] = 0.0
    then: Annotated[
        FailureAction, says("Until the day ends: go on with the other filters, or block.")
    ] = "use_local_only"


class LabelForm(Form, frozen=True, kw_only=True):
    """What a label of a classifier means."""

    kind: Annotated[GuardKind, says("Kind of harm: docs/guards.md lists them.")]
    level: Annotated[
        Literal["unsafe", "controversial"], says("Which family of findings it belongs to.")
    ] = "unsafe"
    least: Annotated[
        Annotated[float, msgspec.Meta(gt=0, le=1)], says("Least score of a finding.")
    ] = 0.5
    severity: Annotated[
        Annotated[int, msgspec.Meta(ge=1, le=4)], says("Severity of a finding, 1 to 4.")
    ] = 3


class GuardModelForm(Form, frozen=True, kw_only=True):
    """A guard: a model behind an OpenAI-compatible server, or a moderation service."""

    name: Annotated[Text, says("Its name in findings and metrics.")]
    url: Annotated[str, says("Base URL of the server or service.")] = ""
    model: Annotated[str, says("The model's name there; services have none.")] = ""
    contract: Annotated[
        GuardContract, says("Format of question and answer: docs/guards.md has what each takes.")
    ] = "qwen3guard"
    mode: Annotated[
        Literal["sync", "trailing"],
        says("`sync`: what is not judged is held; `trailing`: text may run ahead by `leak`."),
    ] = "sync"
    sides: Annotated[tuple[Sides, ...], says("Directions that it judges.")] = ("input", "output")
    leak: Annotated[
        Annotated[int, msgspec.Meta(ge=0, le=100_000)],
        says("Characters that text may run ahead of the verdict in mode `trailing`."),
    ] = 200
    deadline: Annotated[Seconds, says("Longest time for one question.")] = 3.0
    concurrent: Annotated[
        Annotated[int, msgspec.Meta(ge=1, le=4096)], says("Questions at once per worker.")
    ] = 16
    fields: Annotated[tuple[FieldWord, ...], says("Field classes that it judges.")] = (
        "user",
        "history",
        "content",
        "reasoning",
    )
    least: Annotated[
        Annotated[int, msgspec.Meta(ge=1, le=200)],
        says("Shortest sentence, in characters, that is asked about by itself."),
    ] = 16
    key: Annotated[str, says("Secret: `env:NAME` or `file:PATH`.")] = ""
    key_id: Annotated[
        str, says("The id that belongs to the secret of a service: `env:NAME` or `file:PATH`.")
    ] = ""
    options: Annotated[
        dict[str, str], says("What else its contract takes; values may be `env:` or `file:`.")
    ] = msgspec.field(default_factory=dict)
    price: Annotated[PriceForm | None, says("What it costs.")] = None
    daily: Annotated[DailyCapForm | None, says("The most that it may take in a day.")] = None
    folder: Annotated[
        str, says("Folder of a `classifier`, from the policy's folder on; it is never fetched.")
    ] = ""
    runtime: Annotated[Literal["transformers", "onnx"], says("What runs a `classifier`.")] = (
        "transformers"
    )
    device: Annotated[Literal["cpu", "cuda"], says("Where a `classifier` runs.")] = "cpu"
    batch: Annotated[
        Annotated[int, msgspec.Meta(ge=1, le=1024)],
        says("Most texts that a `classifier` scores at once."),
    ] = 16
    linger: Annotated[Seconds, says("How long a text waits for others of its batch.")] = 0.005
    labels: Annotated[
        dict[str, LabelForm], says("What the labels of a `classifier` mean; others mean nothing.")
    ] = msgspec.field(default_factory=dict)
    ask_when: Annotated[
        Literal["always", "uncertain"],
        says("`uncertain`: only about sentences of which the embedded classifier is unsure."),
    ] = "always"
