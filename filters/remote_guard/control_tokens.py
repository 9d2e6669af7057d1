"""Control tokens of chat templates, made harmless in what goes to a guard model.

A token is found as a server might come to read it: whatever its case and width, with characters
that nobody sees in it. Its bracket becomes a look-alike that no template has and that stands in no
fold, so nothing is left that could become a token when something else is taken out.

Sources: the chat templates and vocabularies of Qwen, Llama 2 to 4 and Llama Guard, Gemma and
ShieldGemma, Granite and Granite Guardian, gpt-oss (harmony), Mistral, GLM and DeepSeek.
"""

from __future__ import annotations

import re

from gateway.matching.fold import fold

_BARS = "[|\u2223\u01c0\u2758\u23d0]"
_NAMES = (
    "start_of_turn|end_of_turn|start_of_image|end_of_image|(?:image|audio)_soft_token"
    "|guardian|think|no-think|score|confidence|tools?|tool_calls?|tool_responses?"
    "|s|bos|eos|eot|eod|pad|unk|mask|cls|sep|sop|eop|img|image|video|audio|sys|system|user"
    "|assistant|model|human|bot|(?:unused|reserved_|extra_id_|special_)[0-9]{1,5}"
)
_SQUARE = (
    "inst|available_tools|tool_calls|tool_results|tool_content|system_prompt|model_settings"
    "|args|call_id|think|img|img_break|img_end|gmask|prefix|middle|suffix|@bos@|@eos@"
)
_TOKEN = re.compile(
    rf"<(?={_BARS}\S|/?(?:{_NAMES})>|<{_BARS}|</?sys>>|/?(?:begin|end) [a-z ]{{1,40}}>)"
    rf"|(?<=\S{_BARS})>"
    rf"|\[(?=/?(?:{_SQUARE})\])"
)
_OPENS = re.compile(r"[<\[>]|[^\x00-\x7f]").search
_HARMLESS = {"<": "‹", ">": "›", "[": "〔"}


def neutral(text: str) -> str:
    """Return the text with the control tokens of chat templates made harmless. It stays as long as
    it was, and everything else in it stays."""
    if not _OPENS(text):
        return text
    folded = fold(text)
    letters = list(text)
    for found in _TOKEN.finditer(folded.text):
        at = found.start() if folded.offsets is None else int(folded.offsets[found.start()])
        letters[at] = _HARMLESS[found[0]]
    return "".join(letters)
