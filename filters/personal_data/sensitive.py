"""Sensitive personal information by the classes of GB/T 45574-2025 that words can give away.

Biometrics, belief, special identity, health, financial accounts, whereabouts, children under 14. A
term counts only where the same sentence has spoken of a person before it: who reads about a disease
in a textbook is told nothing about anybody. All are of severity 1: what should be done with them
depends on the service, and a rule of the policy says it; but the number of a patient (2) leads to
what a hospital knows of him.
"""

from __future__ import annotations

import re

from filters.personal_data.candidate import Candidate
from filters.personal_data.forms import Form
from filters.personal_data.phrases import NOTHING, Follow, Reader

_WORDS = {
    "biometric": (
        "人|脸信息 人|脸数据 人|脸特征 人|脸识别 指纹信息 指纹数据 指纹特征"
        " 指纹识别 虹膜信息"
        " 虹膜数据 虹膜识别 声纹信息 声纹数据 掌纹信息 掌纹数据 基因信息 基因数据 步态信息"
        " 步态数据 生物|识别信息 生物|特征信息 fingerprint_|template face_|template face_|print"
        " iris_|scan"
        " voiceprint biometric_|data genetic_|data biometric_|template facial_|features"
    ),
    "belief": (
        "基督徒 天主|教徒 穆斯林 佛教徒 道|教徒 伊斯兰教徒 东正|教徒 信|佛 受|洗 皈依"
        " 信仰|基督 信仰|佛"
        " muslim jewish christian catholic buddhist hindu mormon protestant sikh"
    ),
    "identity": (
        "肢体|残疾 智力|残疾 听力|残疾 视力|残疾 精神|残疾 低|保户 犯罪|记录 前|科 服刑"
        " 吸毒 同性恋 双性恋 性|取向 criminal_|record convicted"
        " homosexual bisexual transgender sexual_|orientation disability_|certificate ex-convict"
    ),
    "health": (
        "糖尿病 高|血压病 艾滋病 抑郁症 焦虑症 精神|分裂症 双相情感|障碍 癫痫 肺癌 胃癌 肝癌"
        " 乳腺癌 肠癌"
        " 白血病 肺结核 乙肝 丙肝 梅毒 淋病 尖锐湿疣 冠心病 心|脏病 脑梗 尿毒症 红斑狼疮 哮喘"
        " 帕金森病"
        " 阿尔茨海默症 自|闭症 强迫症 不|孕症 hiv hiv-positive diabetes depression cancer"
        " leukemia schizophrenia bipolar_|disorder epilepsy tuberculosis hepatitis syphilis"
        " gonorrhea"
        " alzheimer parkinson miscarriage abortion chemotherapy"
    ),
    "whereabouts": (
        "行|踪轨迹 活动|轨迹 车辆|轨迹 行程|轨迹 出行|记录 住宿|记录 开房|记录 通行|记录 定位|记录"
        " location_|history travel_|history gps_|track movement_|history whereabouts"
    ),
}
"""Kind -> terms. What stands before a ``|`` must stand there but is no part of what is found: a
text that ends in so common a character need not be held for it."""


def _leads() -> dict[str, dict[str, tuple[str, ...]]]:
    """Return ``kind -> term -> what may stand before it`` (nothing at all: the term alone)."""
    out: dict[str, dict[str, tuple[str, ...]]] = {}
    for kind, words in _WORDS.items():
        terms = out.setdefault(kind, {})
        for word in words.split():
            lead, _, term = word.replace("_", " ").rpartition("|")
            terms[term] = (*terms.get(term, ()), lead)
    return out


_LEADS = _leads()
TERMS = {kind: " ".join(terms) for kind, terms in _LEADS.items()}

_PERSON = re.compile(
    r"我|他|她|本人|患者|病人|当事人|员工|用户|客户|会员|学生|儿子|女儿|孩子|丈夫|妻子|老公|老婆|父亲"
    r"|母亲|爸|妈|爷|奶|哥|姐|弟|妹|同事|朋友|确诊|患有|既往|病史|先生|女士|(?<![a-z])(?:i|i'm|i've|my|he"
    r"|she|his|her|patient|employee|customer|user|diagnosed|wife|husband|son|daughter|mother|father"
    r"|brother|sister)(?![a-z])"
)
_SENTENCE_END = re.compile(r"[\n。！？；;!?]|\. ")
_REACH = 28
_PART = re.compile(r"[0-9岁](?:\.|[\-~～–—至到]{1,2})\Z")
"""Before the second half of a decimal number, or of a range of ages."""

FORMS = (
    Form(
        "child", "minor",
        r"(?:1[0-3]|[1-9])(?:周?岁|歲|[ \-]years?[ \-]olds?)", "under_14", None, 1,
        lambda between, _: _PART.search(between) is not None,
    ),
    Form(
        "medical", "medical_record", r"(?:[A-Z]{1,4}[ \-]?)?[0-9]{5,12}(?:-[0-9]{2,6})?",
        "medical_record",
    ),
    Form("income", "finance", r"[1-9][0-9]{4,11}(?:\.[0-9]{2})?", "amount", None, 1),
)  # fmt: skip


def _reader(kind: str) -> Reader:
    leads = _LEADS[kind]

    def read(text: str, start: int, end: int) -> Follow:
        if not text[max(0, start - 12) : start].lower().endswith(leads[text[start:end].lower()]):
            return NOTHING
        left = text[max(0, start - _REACH) : start].lower()
        if _PERSON.search(_SENTENCE_END.split(left)[-1]) is None:
            return NOTHING
        if text[start].isascii() and (_is_letter(left[-1:]) or _is_letter(text[end : end + 1])):
            return NOTHING
        return Follow(Candidate(start, end, kind, 1, 0.6, kind))

    return read


def _is_letter(char: str) -> bool:
    return char.isascii() and char.isalpha()


READERS: dict[str, Reader] = {kind: _reader(kind) for kind in TERMS}
