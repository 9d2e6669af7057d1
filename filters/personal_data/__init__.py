"""Personal data of mainland China, and e-mail addresses, found in text that may still be growing.

One judgement per kind of number: its shape, its check digits, and the words on its left. Nothing
depends on what comes later than the one character that ends it.
"""

from __future__ import annotations

from filters.personal_data.judge import EXAMPLES, PersonalDataFilter

__all__ = ["EXAMPLES", "PersonalDataFilter"]
