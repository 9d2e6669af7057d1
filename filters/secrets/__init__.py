"""Secrets: keys and tokens that their own form gives away, private keys, and assigned passwords.

A key is a mark (``ghp_``, ``AKIA``) with a run of its own characters behind it. It is judged when
the run has ended, so that a key cut anywhere is one key, and it is held from its mark on. A value
behind ``password=`` is judged by what stands on its left and by its own disorder.
"""

from __future__ import annotations

from filters.secrets.forms import LONGEST_BLOCK, LONGEST_KEY
from filters.secrets.judge import SecretsFilter

__all__ = ["LONGEST_BLOCK", "LONGEST_KEY", "SecretsFilter"]
