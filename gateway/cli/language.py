"""Which language the command line speaks: Chinese where the locale says so, else English."""

from __future__ import annotations

import os
from collections.abc import Mapping

VARIABLES = ("SEALGATE_LANG", "LC_ALL", "LC_MESSAGES", "LANG")
"""Looked at in this order; the first that is set decides."""


def language_of(environ: Mapping[str, str]) -> str:
    """Return ``zh`` or ``en``."""
    for name in VARIABLES:
        value = environ.get(name, "")
        if value:
            return "zh" if value.lower().startswith("zh") else "en"
    return "en"


LANGUAGE = language_of(os.environ)
"""The language of this process."""


def say(en: str, zh: str) -> str:
    """Return the sentence in the language of this process."""
    return zh if LANGUAGE == "zh" else en
