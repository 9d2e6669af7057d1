"""The part of a policy file's form that is about the files of prompts (see policy_form)."""

from __future__ import annotations

from typing import Annotated, Any, Literal

import msgspec

from gateway.config.policy_words import Form, says
from gateway.config.quantity import Seconds
from gateway.nouns.policy import PictureJudgeUse, RecogniserUse


class PictureJudgeForm(Form, frozen=True, kw_only=True):
    """A model that is asked what pictures show."""

    name: Annotated[str, says("Its name in findings and metrics.")]
    url: Annotated[str, says("Base URL of its server.")]
    model: Annotated[str, says("The model's name there.")]
    contract: Annotated[
        Literal["openai_moderation", "llama_guard"],
        says("`openai_moderation`: `/v1/moderations`; `llama_guard`: a vision guard as a chat."),
    ] = "openai_moderation"
    at_least: Annotated[
        Annotated[float, msgspec.Meta(ge=0, le=1)], says("Least score of a finding.")
    ] = 0.5
    deadline: Annotated[Seconds, says("Longest time for one picture.")] = 10.0
    concurrent: Annotated[
        Annotated[int, msgspec.Meta(ge=1, le=4096)], says("Questions at once per worker.")
    ] = 4
    key: Annotated[str, says("Secret: `env:NAME` or `file:PATH`.")] = ""


class RecogniserForm(Form, frozen=True, kw_only=True):
    """A model that writes down what sounds say, behind `/v1/audio/transcriptions`."""

    url: Annotated[str, says("Base URL of its server.")]
    model: Annotated[str, says("The model's name there.")]
    deadline: Annotated[Seconds, says("Longest time for one sound.")] = 60.0
    concurrent: Annotated[
        Annotated[int, msgspec.Meta(ge=1, le=4096)], says("Questions at once per worker.")
    ] = 4
    key: Annotated[str, says("Secret: `env:NAME` or `file:PATH`.")] = ""


class MediaForm(Form, frozen=True, kw_only=True):
    """How files in prompts, and in answers, are judged."""

    read: Annotated[
        bool | None, says("Whether the text in documents and codes is judged (it is).")
    ] = None
    pictures: Annotated[
        Literal["seen", "read"] | None,
        says("A picture is judged once a model looked at it, or once its codes were read."),
    ] = None
    ocr: Annotated[
        bool | None, says("Whether words in pictures are read (the extra `ocr`; they are not).")
    ] = None
    recogniser: Annotated[
        RecogniserForm | None, says("Model that writes down what sounds say.")
    ] = None
    answers: Annotated[
        bool | None,
        says("Whether pictures and sounds of answers are judged too (in presets with rules)."),
    ] = None


def media_members(
    form: MediaForm | None, judges: tuple[PictureJudgeForm, ...] | None
) -> dict[str, Any]:
    """Return what was said, as members of `gateway.nouns.policy.MediaRules`."""
    members: dict[str, Any] = {}
    if judges:
        members["judges"] = tuple(PictureJudgeUse(**_members(each)) for each in judges)
    if form is not None:
        said = {
            "read": form.read, "pictures": form.pictures, "ocr": form.ocr,
            "answers": form.answers,
        }  # fmt: skip
        members |= {key: each for key, each in said.items() if each is not None}
    if form is not None and form.recogniser is not None:
        members["recogniser"] = RecogniserUse(**_members(form.recogniser))
    return members


def _members(form: PictureJudgeForm | RecogniserForm) -> dict[str, Any]:
    members = msgspec.structs.asdict(form)
    members["deadline_s"] = members.pop("deadline")
    return members
