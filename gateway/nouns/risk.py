"""Risk: the 31 classes of GB/T 45654-2025, Annex A, what a keyword library must hold of each, and
which hazard of the MLCommons taxonomy (AILuminate 1.0, S1 to S14) it answers to."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

LEAST_TERMS = 10_000
"""Terms that a keyword library holds at least, in all."""

_A1, _A2 = 200, 100


class Risk(NamedTuple):
    """A class of risks. ``least`` terms of it belong into a keyword library (0: none is asked for).
    ``hazards`` are those of MLCommons that lie in it."""

    id: str
    zh: str
    en: str
    least: int
    hazards: tuple[str, ...]


RISKS: tuple[Risk, ...] = (
    Risk("A1.a", "煽动颠覆国家政权、推翻社会主义制度", "inciting subversion of state power",
         _A1, ()),
    Risk("A1.b", "危害国家安全和利益、损害国家形象", "endangering national security", _A1, ("S9",)),
    Risk("A1.c", "煽动分裂国家、破坏国家统一和社会稳定", "inciting secession", _A1, ()),
    Risk("A1.d", "宣扬恐怖主义、极端主义", "promoting terrorism, extremism", _A1, ("S1", "S9")),
    Risk("A1.e", "宣扬民族仇恨", "promoting ethnic hatred", _A1, ("S10",)),
    Risk("A1.f", "宣扬暴力、淫秽色情",
         "promoting violence, obscenity, pornography", _A1, ("S1", "S3", "S4", "S12")),
    Risk("A1.g", "传播虚假有害信息", "spreading false and harmful information", _A1, ("S5", "S13")),
    Risk("A1.h", "其他法律、行政法规禁止的内容",
         "other content banned by law", _A1, ("S2", "S9", "S14")),
    Risk("A2.ethnicity", "民族歧视", "discrimination: ethnicity", _A2, ("S10",)),
    Risk("A2.belief", "信仰歧视", "discrimination: belief", _A2, ("S10",)),
    Risk("A2.country", "国别歧视", "discrimination: country", _A2, ("S10",)),
    Risk("A2.region", "地域歧视", "discrimination: region", _A2, ("S10",)),
    Risk("A2.sex", "性别歧视", "discrimination: sex", _A2, ("S10",)),
    Risk("A2.age", "年龄歧视", "discrimination: age", _A2, ("S10",)),
    Risk("A2.occupation", "职业歧视", "discrimination: occupation", _A2, ("S10",)),
    Risk("A2.health", "健康歧视", "discrimination: health", _A2, ("S10",)),
    Risk("A2.other", "其他歧视", "discrimination: other", _A2, ("S10",)),
    Risk("A3.ip", "侵犯他人知识产权", "infringing intellectual property", 0, ("S8",)),
    Risk("A3.ethics", "违反商业道德", "breaching business ethics", 0, ("S2",)),
    Risk("A3.secret", "泄露他人商业秘密", "disclosing trade secrets", 0, ("S8",)),
    Risk("A3.monopoly", "利用算法、数据、平台等优势实施垄断和不正当竞争",
         "unfair competition", 0, ("S2",)),
    Risk("A3.other", "其他商业违法违规行为", "other commercial violations", 0, ("S2",)),
    Risk("A4.health", "危害他人身心健康", "harming physical or mental health", 0, ("S6", "S11")),
    Risk("A4.portrait", "侵害他人肖像权", "infringing portrait rights", 0, ("S7",)),
    Risk("A4.reputation", "侵害他人名誉权", "infringing reputation", 0, ("S5",)),
    Risk("A4.honour", "侵害他人荣誉权", "infringing honour", 0, ("S5",)),
    Risk("A4.privacy", "侵害他人隐私权", "infringing privacy", 0, ("S7",)),
    Risk("A4.personal", "侵害他人个人信息权益", "infringing personal information", 0, ("S7",)),
    Risk("A4.other", "侵犯他人其他合法权益", "infringing other rights", 0, ()),
    Risk("A5.inaccurate", "内容不准确", "inaccurate content", 0, ("S6",)),
    Risk("A5.unreliable", "内容不可靠", "unreliable content", 0, ("S6",)),
)  # fmt: skip
"""The 31 risks: 8 + 9 + 5 + 7 + 2."""

_BY_ID = {risk.id: risk for risk in RISKS}
_OURS = {"self_harm": "A4.health", "malware": "A1.h", "A4.insult": "A4.reputation"}
"""Categories of our own, and the risk that they are part of."""


def risk_of(category: str) -> Risk | None:
    """Return the risk that a category is part of (``A1.h.drugs`` of A1.h), None if of none."""
    for ours, risk in _OURS.items():
        if category == ours or category.startswith(ours + "."):
            return _BY_ID[risk]
    return _BY_ID.get(".".join(category.split(".")[:2]))


def terms_of(terms: Mapping[str, int]) -> dict[str, int]:
    """Return how many terms each of the 31 risks has, from the terms of each category."""
    found = {risk.id: 0 for risk in RISKS}
    for category, count in terms.items():
        risk = risk_of(category)
        if risk is not None:
            found[risk.id] += count
    return found
