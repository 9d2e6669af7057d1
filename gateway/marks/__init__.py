"""What is put on generated content so that anybody can tell, and the readers of it.

One file per mark. `MARKS` are those that stand in the content itself; the metadata label of a text
travels beside it (aigc_label), since a text has no place for metadata.
"""

from __future__ import annotations

from gateway.marks.text_label import TextLabel
from gateway.marks.text_trace import TextTrace
from gateway.ports.mark import Mark

MARKS: tuple[type[Mark], ...] = (TextLabel, TextTrace)
"""The marks of this program, in the order in which they are written."""

__all__ = ["MARKS", "TextLabel", "TextTrace"]
