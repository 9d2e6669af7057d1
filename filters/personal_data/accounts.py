"""Accounts of chats and networks, where their own word names them."""

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
    ),
}
_OF_ANOTHER = re.compile(r"群|电话|热线|[0-9]{5}|group|\[\Z|\.\Z", re.IGNORECASE)
_PROCESS = 7


def _no_account(between: str, number: str) -> bool:
    """True for a group of people, a telephone named behind the account, a process in a log."""
    if between.endswith("(") and len(number) < _PROCESS:
        return True
    return _OF_ANOTHER.search(between) is not None


FORMS = (Form("qq", "account", r"[1-9][0-9]{4,10}", "qq", doubt=_no_account),)

_ACCOUNT_BEFORE = re.compile(r"码?[ \t*：:是为=“\"']{0,4}@?")
_ACCOUNT = re.compile(r"[A-Za-z][A-Za-z0-9_\-]{5,19}(?![A-Za-z0-9_\-@.])")
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


READERS: dict[str, Reader] = {"account": account}
