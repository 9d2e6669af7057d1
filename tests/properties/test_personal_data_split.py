"""Personal data cut anywhere is personal data found whole: the law of the Filter port."""

from __future__ import annotations

import random

from hypothesis import given, settings
from hypothesis import strategies as st

from filters.personal_data import PersonalDataFilter
from gateway.nouns.finding import Finding

_PIECES = st.one_of(
    st.sampled_from([
        "13800138001", "138 0013 8001", "+86 138-0013-8001", "0086 13900139001", "8613800138001",
        "11010519491231002X", "110105 19491231 002X", "4539 1488 0343 6467", "4539148803436467",
        " 12", "622202 1234567890123", "91440300708461136T", "粤B·12345", "京A 1234挂",
        "护照E12345678", "a@b.co", "x_y@aaa.com_foo@c.de", "zhang@163.com",
        "ｊｏ＠ｑｑ．ｃｏｍ",
        "１３８ ００１３ ８００１", "手机", "订单", "电话：", "。", " ", "-", ".",
        "护照号 EA1234567", "台胞证12345678", "A123456(3)", "(010) 62345678", "0571-88888888",
        "香港身份证", "+44 20 7123 1958", "(415) 859-2671", "GB94 BARC 1020 1530 0934 59",
        "SSN: ", "536-22-1234", "ip ", "8.8.8.8", "2001:4860:4860::8888", "a4:5e:60:c2:11:9f",
        "ab:cd:ef:ab:cd:fe",
        "坐标", "39.904211", ", ", "IMEI ", "353490069873319", "姓名：", "我叫", "王小明", "欧阳修",
        "艾山·买买提", "联系人：**", "My name is ", "Mr. ", "John Q. Smith", "住在", "浙江省",
        "杭州市西湖区", "文三路138号", "2幢301室", "地址：", "12 Oak Street", ", Apt 4",
        "微信号：", "zhang_san88", "QQ", "1234567", "我患有", "糖尿病", "抑郁", "hiv-positive",
        "HIV", "人脸", "信息", "性取向", "天主教徒", "儿子", "9岁", "12周", "岁", " years old",
        "my son is ", "行程", "轨迹", "location history", "(", ")", ":", "：", "*", "的", "区",
        "市", "户籍", "地", "所在地", "微信号", "码", "\u0130", "é",
        "病历号", "ZY 0012345", "开户行", "02003 8523", "0200385234239263264", "生日：", "出生于",
        "1987年5月23日", "1992-11-08", "19921108", "DOB ", "born on ", "7 August 1985",
        "March 14, 1979", " is", "qq841827555", "加V：", "tel ", "151.8523.5964", "158 246 26761",
        "1 5 8 2 4 6 2 6 7 6 1", "VAT ", "DE136695976", "通行证", "CA1234567",
        "wang.fang[at]foxmail.com", "(at)", "jo", "q.com", "(dot)", "[AT", "]", "[",
        "一三九一六六七二八零四", "①③⑨①⑥⑥⑦②⑧⓪④", "139一六六七2804", "1\u200b39\ufe0f\u20e316672804",
        "一 三-九·", "1667 2804", "三三零一零六一九九二零六一四三零二", "\u200b",
        "\ufe0f\u20e3", "二", "１３",
        "一二" * 49, "患者", "收件人", "持卡人", "FENG", "JIA", '"name":', '"', "name: ", "陈嘉俊",
        "车牌号",
        "8XJK294", "驾驶证", "D4829107", "出生", "1990 年 12 月 5 日", "Born ",
        "3301 0619 9206 1430 25", "1-5-8-2-4-6-2-6-7-6-1", "公网ip", "姓 名",
        "张伟", "先生", "先", "医生", "给", "，", ",", "|", "\n", "Anna Novak", "<", "Dear ", "Hi ",
        "Kind regards,\n", "祝好，\n", "my brother ", "我是", "我室友", "叫", "Dr ", "Mrs. ",
        "firstName",
        "last_name", '":"', "林志强", ",男,", "13912345678", "anna@novak.cz", "> ", " - ", "电话",
        "0755 8329 6614", "（0312）5902716", "(0571)8827 4613", "telemóvel ",
        "912 482 917", "证件", "паспорт ", "12 Marlowe Crescent", "一环路南三段17号", "de la ",
        "O'", "Novák, Jan", "LEE/ANN", "+", "@", "1", "86", "E", "京", "\u3000",
        "\x1e", "the ", " and", "x" * 70, "卡号", "·", "X", "_", "\ud83d",
    ]),
    st.text(alphabet="0123456789 -", min_size=1, max_size=3),
    st.text(alphabet="19一三九零\u200b -３", min_size=1, max_size=6),
)  # fmt: skip
_JUDGE = PersonalDataFilter()
_TEXTS = st.lists(_PIECES, max_size=12).map("".join)


def _streamed(text: str, rng: random.Random) -> tuple[list[Finding], int]:
    """Judge as the window does: from the filter's own cursor, with its look-behind only."""
    judge = _JUDGE
    found: list[Finding] = []
    cursor = end = held = 0
    while cursor < len(text):
        end = min(len(text), end + rng.choice((1, 1, 2, 3, 5, 9, 30)))
        left = max(0, cursor - judge.look_behind)
        scan = judge.scan(text[left:end], cursor - left, final=end == len(text))
        fence = left + scan.safe_until
        assert cursor <= fence <= end, "what was safe stays safe"
        for finding in scan.findings:
            assert left + finding.end > cursor, "nothing is reported twice"
            assert left + finding.start < fence, "what begins later is not certain"
            if left + finding.end <= fence:
                found.append(finding._replace(start=left + finding.start, end=left + finding.end))
        cursor = fence
        held = max(held, end - fence)
    return found, held


@settings(max_examples=400, deadline=None)
@given(_TEXTS, st.randoms(use_true_random=False))
def test_cut_anywhere_is_the_whole(text: str, rng: random.Random) -> None:
    """Same findings, same spans, each once; and never more held than declared."""
    whole = _JUDGE.scan(text, 0, final=True).findings
    found, held = _streamed(text, rng)
    assert sorted(found) == sorted(whole)
    assert held <= PersonalDataFilter.look_ahead


@settings(deadline=None)
@given(_TEXTS, _TEXTS)
def test_safe_text_is_never_touched_by_what_follows(text: str, more: str) -> None:
    """No finding of the longer text covers a safe code point that none covered before."""
    judge = _JUDGE
    scan = judge.scan(text, 0, final=False)
    known = {(f.start, f.end) for f in scan.findings}
    for f in judge.scan(text + more, 0, final=True).findings:
        assert f.start >= scan.safe_until or (f.start, f.end) in known
