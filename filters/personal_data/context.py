"""Context: the words on the left of a number that say what it is.

Only the left side counts, so that what follows never changes a judgement. The word nearest to the
number decides; a lowering word counts only within the number's own sentence.
"""

from __future__ import annotations

import re
from enum import Enum

CONTEXT = 24
"""How many code points on the left of a number are read."""


class Hint(Enum):
    """What the words on the left say about a number."""

    NONE = "none"
    RAISES = "raises"
    LOWERS = "lowers"


_PHONE = re.compile(
    r"手机|手機|电话|電話|联系|聯系|聯繫|联络|拨打|撥打|致电|来电|短信|短訊|微信|号码是|热线"
    r"|tel|phone|mobile|cell|call|whatsapp|wechat|contact|sms|reach"
)
_CARD = re.compile(
    r"银行|銀行|储蓄|借记|信用卡|卡号|卡號|账号|賬號|帐号|账户|賬戶|打款|汇款|转账|收款"
    r"|card|visa|master|unionpay|account|iban|bank|pay"
)
_IDENTITY = re.compile(r"身份证|身份證|证件|證件|identity|id ?card|id ?no|id ?number")
_TRAVEL = re.compile(r"护照|護照|通行证|通行證|回乡证|台胞证|passport|travel doc|travel permit")
_SERIAL = re.compile(
    r"订单|訂單|单号|單號|编号|編號|流水|快递|快遞|运单|物流|货号|序列|版本|时间戳|条码|批号|商品"
    r"|order|serial|sku|timestamp|tracking|invoice|batch|barcode|isbn|version|trace|commit|hash"
    r"|(?<![a-z])(?:u?id|ts|seq|time|uuid|pid|ean)(?![a-z])"
)
_SENTENCE_END = re.compile(r"[\n。！？；;!?]")

HINTS = {"phone": _PHONE, "card": _CARD, "identity": _IDENTITY, "travel": _TRAVEL}
_DOUBTED = frozenset({"phone", "card"})
"""Kinds that an order number can look like; the others are found only where a word names them."""


def _last(pattern: re.Pattern[str], text: str) -> int:
    end = -1
    for found in pattern.finditer(text):
        end = found.end()
    return end


def hint(text: str, start: int, kind: str) -> Hint:
    """Return what the words before ``text[start]`` say of a number of this kind (see `HINTS`)."""
    left = text[max(0, start - CONTEXT) : start].lower()
    raised = _last(HINTS[kind], left)
    lowered = _last(_SERIAL, left) if kind in _DOUBTED else -1
    if lowered > raised and _SENTENCE_END.search(left, lowered) is None:
        return Hint.LOWERS
    return Hint.RAISES if raised >= 0 else Hint.NONE


def names_it(text: str, start: int, kind: str) -> bool:
    """True if a word of this kind ends right before ``text[start]`` (``tel13...``)."""
    left = text[max(0, start - CONTEXT) : start].lower().rstrip("_-")
    return bool(left) and _last(HINTS[kind], left) == len(left)
