"""Accounts of banks, of chats and networks, where their own word names them."""

from __future__ import annotations

import re

from filters.personal_data.candidate import Candidate
from filters.personal_data.forms import Form
from filters.personal_data.phrases import Follow, Reader

TRIGGERS = {
    "account": (
        "微信号 微信id 微信： 微信: 抖音号 小红书号 快手号 支付宝账号 支付宝账户 陌陌号"
        " wechat: wechat： wechat_id wechatid weixin: vx: vx： v信： wx: wx： whatsapp: telegram:"
        " telegram： line_id: skype: 微信號"
        " 加v： 加v: 加微： 加微: 加wx 加vx"
    ),
    "qq_number": "qq",
}
_OF_ANOTHER = re.compile(r"群|电话|热线|[0-9]{5}|group|\[\Z|\.\Z", re.IGNORECASE)
_PROCESS = 7
_NOT_OF_A_BANK = re.compile(
    r"电话|手机|热线|税号|行号|邮编|日期|时间|金额|phone|tel|routing|sort|swift|date|amount",
    re.IGNORECASE,
)


def _no_account(between: str, number: str) -> bool:
    """True for a group of people, a telephone named behind the account, a process in a log."""
    if between.endswith("(") and len(number) < _PROCESS:
        return True
    return _OF_ANOTHER.search(between) is not None


def _no_bank_account(between: str, _: str) -> bool:
    """True for another figure that stands behind the name of a bank."""
    return _NOT_OF_A_BANK.search(between) is not None


FORMS = (
    Form("qq", "account", r"[1-9][0-9]{4,10}", "qq", doubt=_no_account),
    Form(
        "bank_account", "bank_account",
        r"[0-9]{8,22}|[0-9]{3,4}(?:[ \-][0-9]{3,4}){2,5}(?:[ \-][0-9]{1,3})?", "bank_account",
        None, 3, _no_bank_account,
    ),
)  # fmt: skip

_ACCOUNT_BEFORE = re.compile(r"码?[ \t*：:是为=“\"']{0,4}@?")
_ACCOUNT = re.compile(r"[A-Za-z][A-Za-z0-9_\-]{5,19}(?![A-Za-z0-9_\-@.])")
_QQ = re.compile(r"[1-9][0-9]{6,10}(?![A-Za-z0-9])")
_OPEN_QQ = re.compile(r"(?:[1-9][0-9]{0,10})?\Z")
_OPEN_ACCOUNT = re.compile(r"(?:[A-Za-z][A-Za-z0-9_\-]{0,20})?\Z")


def account(text: str, _: int, end: int) -> Follow:
    """Read the id of an account: a letter and five to nineteen letters, digits, dashes."""
    before = _ACCOUNT_BEFORE.match(text, end)
    at = before.end() if before else end
    growing = _OPEN_ACCOUNT.match(text, at) is not None
    found = _ACCOUNT.match(text, at)
    if found is None:
        return Follow(open=growing)
    return Follow(Candidate(at, found.end(), "account", 2, 0.8, "account"), open=growing)


def qq_number(text: str, _: int, end: int) -> Follow:
    """Read the number that stands right behind its word."""
    growing = _OPEN_QQ.match(text, end) is not None
    found = _QQ.match(text, end)
    if found is None:
        return Follow(open=growing)
    return Follow(Candidate(end, found.end(), "account", 2, 0.8, "qq"), open=growing)


READERS: dict[str, Reader] = {"account": account, "qq_number": qq_number}
