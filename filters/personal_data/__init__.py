"""Personal data of China and of the rest of the world, found in text that may still be growing.

One judgement per kind: its shape, its check digits, and the words on its left. Nothing depends on
what comes later than the one character that ends it.
"""

from __future__ import annotations

from filters.personal_data.examples import EXAMPLES
from filters.personal_data.judge import PersonalDataFilter

__all__ = ["EXAMPLES", "PersonalDataFilter"]
