"""The part of a policy file's form that is about the files of prompts (see gateway.policy_form)."""

from __future__ import annotations

from typing import Annotated

import msgspec


def _says(text: str) -> msgspec.Meta:
    return msgspec.Meta(description=text)


class _Form(msgspec.Struct, kw_only=True, frozen=True, forbid_unknown_fields=True):
    """A part of a policy file. Keys that it does not name are refused."""


class MediaForm(_Form, frozen=True, kw_only=True):
    """How files in prompts are judged."""

    read: Annotated[
        bool | None, _says("Whether the text in documents and codes is judged (it is).")
    ] = None
