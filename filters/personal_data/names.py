"""Names, where a word before them says that one follows.

Without such a word a name is not told from other words with any certainty, so none is looked for.
"""

from __future__ import annotations

import re

from filters.personal_data.candidate import Candidate
from filters.personal_data.phrases import NOTHING, OPEN, Follow, Reader, with_signs
from filters.personal_data.surnames import COMPOUND, NO_GIVEN, SINGLE, TITLES

_COLONS = ("：", ":", "**：", "**:", "：**", ":**", "_:", "_：")
_BEARERS = (
    "联系人", "收件人", "收货人", "寄件人", "患者", "病人", "申请人", "法定代表人",
    "法人代表", "被告人",
    "原告", "被告", "当事人", "嫌疑人", "户主", "持卡人", "投保人", "被保险人", "监护人",
    "委托人", "受益人",
    "开户人", "住户", "乘客", "旅客", "考生", "学生", "家长", "聯繫人", "聯絡人", "收件者",
    "开户名", "户名", "投诉人", "所有人", "经营者", "负责人", "经办人", "司机", "借款人", "担保人",
    "甲方", "乙方", "出租方）", "承租方）", "寄件", "收件",
)  # fmt: skip
_OF_MANY = ("学生", "家长", "住户", "旅客", "所有人", "当事人", "原告", "被告", "乙方", "甲方")
"""Bearers that are spoken of in general: a sign must stand between them and a name."""
_ENGLISH = (
    "name", "full_name", "patient", "patient_name", "customer_name", "contact_person", "recipient",
    "attn", "cardholder", "account_holder", "beneficiary", "passenger", "fullname", "receiver",
    "ship_to", "emergency_contact",
)  # fmt: skip

TRIGGERS = {
    "name_said": "我叫 名叫 名字叫 名字 姓名 姓_名 姓__名 真名 本名 我的名字",
    "name_of": with_signs(_BEARERS, _COLONS),
    "name_borne": " ".join(word for word in _BEARERS if word not in _OF_MANY),
    "name_en": "my_name_is mr. mrs. ms. dr. i_am_called called_me",
    "name_field": with_signs(_ENGLISH, (":", "：", ":**", "**:", '":')),
}

_THING = re.compile(
    r"(?:product|file|host|package|project|module|class|server|domain|device|service|app|team"
    r"|application|company|event|item|model|brand|game)[ _]\Z", re.IGNORECASE,
)  # fmt: skip
_SIGNS_BEFORE = " \t*_\"'“”「『：:是为叫為"
_BEFORE = re.compile(f"[{_SIGNS_BEFORE}]{{0,5}}")
_AMBIGUOUS = frozenset(
    "方成安时和康高平党常何关应明能管全单计程强白金黄于向满文万水连包支花车马钱温简师任毕毛游路"
)
"""Surnames with which ordinary words begin that stand behind a bearer of names (患者高热)."""
_HAN = re.compile(r"[\u3400-\u4dbf\u4e00-\u9fff]{0,6}")
_DOTTED = re.compile(r"·[\u4e00-\u9fff]{0,10}")
_BLANK = re.compile("[ \t\u3000]{0,3}")
_LONGEST_WHOLE = 4
"""The most Han characters of a name."""
_CAPITALS = re.compile("[A-Z]{0,24}(?:[A-Z]{2} (?:[A-Z]|\\Z)|\\Z)")
_WORD = r"(?:[A-ZÀ-ÖØ-Þ]{2,}|[A-ZÀ-ÖØ-Þ][a-zß-öø-ÿ]*)(?:['’\-][A-Za-zß-öø-ÿ]+)?"
_LATIN = re.compile(rf"{_WORD}(?: [A-Z]\.)?(?: {_WORD}){{0,2}}")
_OPEN_LATIN = re.compile(r"(?:[A-ZÀ-ÖØ-Þ][A-Za-zß-öø-ÿ.'’\-]{0,24} ?){0,4}\Z")


def name(text: str, start: int, end: int) -> Follow:
    """Read a name in either script behind a Chinese trigger."""
    if text[end - 1] in "字名" and end < len(text) and text[end] not in _SIGNS_BEFORE:
        return borne_name(text, start, end)  # perhaps a sentence about a name
    before = _BEFORE.match(text, end)
    at = before.end() if before else end
    if at == len(text):
        return OPEN
    run = _HAN.match(text, at)
    if not run or not run[0]:
        return _latin(text, at, words=2)
    dotted = _DOTTED.match(text, run.end())
    last = dotted.end() if dotted else run.end()
    growing = last == len(text) and (len(dotted[0]) < 11 if dotted else len(run[0]) < 6)
    if dotted and len(dotted[0]) > 2 and len(run[0]) > 1:
        return Follow(_found(at, last), open=growing)
    return Follow(_chinese(run[0], at), open=growing)


def borne_name(text: str, _: int, end: int) -> Follow:
    """Read a name that is all there is between a word for its bearer and the next sign; in Latin
    script two words in capitals behind a blank."""
    blank = _BLANK.match(text, end)
    at = blank.end() if blank else end
    if at == len(text):
        return OPEN
    if at > end and _CAPITALS.match(text, at):
        return _latin(text, at, words=2)
    follow = _whole(text, at)
    return NOTHING if follow.candidate and text[at] in _AMBIGUOUS else follow


def _whole(text: str, at: int) -> Follow:
    """Read Han characters up to the next sign, if they are a name."""
    run = _HAN.match(text, at)
    end = run.end() if run else at
    if end - at > _LONGEST_WHOLE or text[end : end + 1] == "·":
        return NOTHING
    found = _chinese(text[at:end], at) if end > at else None
    return Follow(found if found and found.end == end else None, open=end == len(text))


def _chinese(han: str, at: int) -> Candidate | None:
    size = 2 if han[:2] in COMPOUND else 1
    given = han[size : size + 2]
    if (size == 1 and han[0] not in SINGLE) or not given or given[0] in NO_GIVEN:
        return None
    if given in TITLES or given[0] in TITLES:
        return None
    if given[-1] in NO_GIVEN:
        given = given[0]
    return _found(at, at + size + len(given))


def english_name(text: str, start: int, end: int) -> Follow:
    """Read a name behind ``my name is`` and the like, not behind milliseconds."""
    if text[end - 1] == "." and text[start].islower():
        return NOTHING
    return _spaced(text, end, words=1)


def field_name(text: str, start: int, end: int) -> Follow:
    """Read a name of at least two words behind the name of a field; ``name:`` in small letters is a
    key of some program's file, and a product's name is nobody's."""
    before = _BEFORE.match(text, end)
    at = before.end() if before else end
    han = _whole(text, at)
    if han.candidate or text.startswith("name", start):
        return han
    if _THING.search(text, max(0, start - 14), start):
        return NOTHING
    return _spaced(text, end, words=2)


def _spaced(text: str, end: int, words: int) -> Follow:
    before = _BEFORE.match(text, end)
    return _latin(text, before.end() if before else end, words)


def _latin(text: str, at: int, words: int) -> Follow:
    growing = _OPEN_LATIN.match(text, at) is not None
    found = _LATIN.match(text, at)
    if found is None or len(found[0].split()) < words or len(found[0]) < 3:
        return Follow(open=growing)
    return Follow(_found(at, found.end()), open=growing)


def _found(start: int, end: int) -> Candidate:
    return Candidate(start, end, "name", 1, 0.7, "name")


READERS: dict[str, Reader] = {
    "name_said": name,
    "name_of": name,
    "name_borne": borne_name,
    "name_en": english_name,
    "name_field": field_name,
}
