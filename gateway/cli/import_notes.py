"""What became of a line of an imported list, in the operator's language.

The importer speaks English; a sentence that has no Chinese here is shown as it is.
"""

from __future__ import annotations

import re

from gateway.cli.language import say

_WHAT = {"merged": "合并", "dropped": "丢弃", "warned": "注意", "left_out": "搁置"}
_WHY = (
    (r"says the same as line (\d+|…)", r"与第 \1 行相同"),
    (r"nothing is left of (?:it|the term) after folding", "归一化后没有内容"),
    (r"it is damaged text \(mojibake\).*", "文本已损坏（乱码）：请用正确的编码读取文件"),
    (r"it is only digits.*", "只有数字，会命中任何数字串"),
    (r"it is one character.*", "只有一个字符，会到处命中"),
    (r"it is two Latin letters.*", "只有两个拉丁字母；确需使用请加 match=word"),
    (r"looks like a pattern; it is taken literally", "形似正则表达式，按字面处理"),
    (r"category (.*) is not known; default taken", r"类别 \1 未知，采用默认类别"),
    (r"severity (.*) is not 1-4; default taken", r"等级 \1 不在 1 至 4 之间，采用默认等级"),
    (r"the term has more than (\d+) characters.*", r"归一化后超过 \1 个字符"),
    (r"severity must be 1, 2, 3 or 4", "等级须为 1、2、3 或 4"),
    (r"category must be a dotted name.*", "类别须为点分名称，如 A1.h.gambling"),
    (r"match must be substring or word", "match 须为 substring 或 word"),
    (r"variants may be (.*)", r"variants 可为 \1"),
    (r"variant_severity must be from 1.*", "variant_severity 须在 1 与词条等级之间"),
    (r"initials act from (\d+) letters on", r"首字母缩写至少 \1 个字母"),
    (r"a context word must have 1 to (\d+).*", r"语境词归一化后须为 1 至 \1 个字符"),
    (r"an allow-phrase must hold.*", "放行短语须包含该词及其他内容"),
    (r"an allow-phrase has more than (\d+).*", r"放行短语归一化后超过 \1 个字符"),
    (r"expires must be a date.*", "expires 须为日期，如 2027-12-31"),
    (r"the line is not a JSON object", "该行不是 JSON 对象"),
    (r"found (\d+) times in ordinary text: (.*)", r"在普通文本中命中 \1 次：\2"),
    (r"found … times in ordinary text", "在普通文本中命中"),
)

_OF_ONE_LINE = tuple(
    re.compile(pattern, re.DOTALL)
    for pattern in (
        r"(says the same as line )\d+()", r"(category ).*( is not known; default taken)",
        r"(severity ).*( is not 1-4; default taken)", r"(found )\d+( times in ordinary text): .*",
    )
)  # fmt: skip


def said(what: str, why: str) -> tuple[str, str]:
    """Return both words of a note in the language of this process."""
    return say(what, _WHAT.get(what, what)), say(why, _chinese(why))


def kind_of(why: str) -> str:
    """Return a reason with dots in place of what belongs to its line alone, so that like reasons
    can be counted."""
    for pattern in _OF_ONE_LINE:
        found = pattern.fullmatch(why)
        if found:
            return f"{found[1]}…{found[2]}"
    return why


def _chinese(why: str) -> str:
    for pattern, chinese in _WHY:
        found = re.fullmatch(pattern, why, re.DOTALL)
        if found:
            return found.expand(chinese)
    return why
