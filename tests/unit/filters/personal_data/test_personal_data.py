"""Every kind with its exact span and severity, and what looks like it but is none."""

from __future__ import annotations

import random
import re

import pytest

from filters.personal_data import PersonalDataFilter
from filters.personal_data.china import is_hong_kong_id, is_taiwan_id
from filters.personal_data.examples import EXAMPLES, is_example_address
from filters.personal_data.international import Phones, forms, is_iban, is_singapore_id
from gateway.nouns.personal import FAMILIES

_ALL = PersonalDataFilter()

_FOUND = [
    # documents of China
    ("护照 E12345679。", "passport", 2, "E12345679"),
    ("my passport is number 533380006.", "passport", 2, "533380006"),
    ("港澳通行证：C12345670", "travel_permit", 2, "C12345670"),
    ("回乡证号码H1234567801", "travel_permit", 2, "H1234567801"),
    ("台胞证 12345670", "travel_permit", 2, "12345670"),
    ("往来港澳通行证 CA1234567", "travel_permit", 2, "CA1234567"),
    ("他的HKID是A123456(3)", "hk_id", 3, "A123456(3)"),
    ("香港身份證 Z6835250", None, 0, ""),
    ("香港身份证 C668668（E）", None, 0, ""),
    ("澳门居民身份证1234567(8)", "macau_id", 3, "1234567(8)"),
    ("台湾身分證字號A123456786", None, 0, ""),
    ("台湾身分證字號 F131104093", "tw_id", 3, "F131104093"),
    ("永久居留身份证 USA110100012345", "residence_permit", 3, "USA110100012345"),
    ("驾驶证档案编号：310001234567", "driving_licence", 2, "310001234567"),
    ("医保卡号 0012345678", "social_security", 2, "0012345678"),
    ("军官证：南字第1234567号", "military_id", 3, "1234567"),
    ("座机 010-62345678", "landline", 1, "010-62345678"),
    ("家庭电话：(0571) 87654321", "landline", 2, "(0571) 87654321"),
    ("0755-26012345转3", "landline", 1, "0755-26012345"),
    ("座机0755 8329 6614转8", "landline", 1, "0755 8329 6614"),
    ("电话（0312）5902716；", "landline", 1, "0312）5902716"),
    ("电话 (0571)8827 4613", "landline", 1, "(0571)8827 4613"),
    # the rest of the world
    ("IBAN: GB94 BARC 1020 1530 0934 59, BIC", "iban", 3, "GB94 BARC 1020 1530 0934 59"),
    ("SSN 536-22-1234.", "us_ssn", 3, "536-22-1234"),
    ("or (415) 859-2671.", "phone", 2, "(415) 859-2671"),
    ("telemóvel 912 482 917,", "phone", 2, "912 482 917"),
    ("Celular: (11) 98241-7360\n", "phone", 2, "(11) 98241-7360"),
    ("mob. 070-482 91 73", "phone", 2, "070-482 91 73"),
    ("тел. 8 916 482-91-73", "phone", 2, "8 916 482-91-73"),
    ("AHV-Nr. 756.5775.8895.24", "national_id", 3, "756.5775.8895.24"),
    ("RUT 12.075.491-2,", "national_id", 3, "12.075.491-2"),
    ("Паспорт 4509 482917", "passport", 2, "4509 482917"),
    ("证件E12345679，", "passport", 2, "E12345679"),
    ("call +1 (415) 859-2671 now", "phone", 2, "+1 (415) 859-2671"),
    ("+852 6234 5678", "phone", 2, "+852 6234 5678"),
    ("phone: (415) 859-2671", "phone", 2, "(415) 859-2671"),
    ("Aadhaar 2341 2341 2346", "national_id", 3, "2341 2341 2346"),
    ("NHS number 943 476 5919", "national_id", 3, "943 476 5919"),
    ("codice fiscale RCCMNL83S18D969H", "national_id", 3, "RCCMNL83S18D969H"),
    ("DNI 54362315K", "national_id", 3, "54362315K"),
    ("CPF 390.533.447-05", "national_id", 3, "390.533.447-05"),
    ("NRIC: S1234567D", "national_id", 3, "S1234567D"),
    ("NINO AB123456C", "national_id", 3, "AB123456C"),
    ("マイナンバー 1234 5678 9018", "national_id", 3, "1234 5678 9018"),
    ("henkilötunnus 131052-308T", "national_id", 3, "131052-308T"),
    ("VAT no. DE 136695976", "national_id", 2, "DE 136695976"),
    ("VAT no. DE136695975", None, 0, ""),
    ("My number is (415) 859-2671", "phone", 2, "(415) 859-2671"),
    # machines and places
    ("client ip: 8.8.8.8,", "ip_address", 1, "8.8.8.8"),
    ("登录地址 2001:4860:4860::8888。", "ip_address", 1, "2001:4860:4860::8888"),
    ("a4:5e:60:c2:11:9f joined", "mac_address", 1, "a4:5e:60:c2:11:9f"),
    ("IMEI 35 349006 987331 9", "device_id", 2, "35 349006 987331 9"),
    ("IMEI 353490069873319", "device_id", 2, "353490069873319"),
    ("IMSI: 460001234567890", "device_id", 2, "460001234567890"),
    ("我的位置 39.904211", "coordinates", 2, "39.904211"),
    ("纬度：39.904211", "coordinates", 1, "39.904211"),
    # names, addresses, accounts
    ("你好，我叫王小明，今年三十岁", "name", 1, "王小明"),
    ("我叫欧阳修远的时候", "name", 1, "欧阳修远"),
    ("**联系人**：李娜\n", "name", 1, "李娜"),
    ("联系人：李娜\n", "name", 1, "李娜"),
    ("姓名：艾力·买买提。", "name", 1, "艾力·买买提"),
    ("My name is Anna-Maria O'Neil.", "name", 1, "Anna-Maria O'Neil"),
    ("Contact person: John Q. Smith, room", "name", 1, "John Q. Smith"),
    ("我家住浙江省杭州市西湖区文三路138号", "address", 2, "浙江省杭州市西湖区文三路138号"),
    ("上海市浦东新区世纪大道100号", "address", 1, "浦东新区世纪大道100号"),
    ("送到朝阳区建国路88号院3号楼2单元501室", "address", 2, "建国路88号院3号楼2单元501室"),
    ("I live at 12 Oak Street, Apt 4B", "address", 2, "12 Oak Street, Apt 4B"),
    ("家住武侯区一环路南三段17号3栋", "address", 2, "武侯区一环路南三段17号3栋"),
    ("在臺北市大安區和平東路二段118巷6號4樓", "address", 1, "大安區和平東路二段118巷6號4樓"),
    ("I live at 27 Marlowe Crescent, Leeds", "address", 2, "27 Marlowe Crescent"),
    ("加我微信号：zhang_san88", "account", 2, "zhang_san88"),
    ("QQ号是123456789", "account", 2, "123456789"),
    ("加我QQ(1234567)聊", "account", 2, "1234567"),
    ("我的手机/13917302846", "mobile", 2, "13917302846"),
    ("tel: 139.1730.2846", "mobile", 2, "139.1730.2846"),
    ("手机 1 3 9 1 7 3 0 2 8 4 6", "mobile", 2, "1 3 9 1 7 3 0 2 8 4 6"),
    ("手机号13917 302846", "mobile", 2, "13917 302846"),
    ("电话 139 173 02846，", "mobile", 2, "139 173 02846"),
    ("打手机1391-730-2846", "mobile", 2, "1391-730-2846"),
    ("邮箱是 wang.fang(at)foxmail.com。", "email", 2, "wang.fang(at)foxmail.com"),
    ("jane.roe[at]proton[dot]me", "email", 2, "jane.roe[at]proton[dot]me"),
    ("我QQ841827555，加我", "account", 2, "841827555"),
    ("加V：lovecat_1995", "account", 2, "lovecat_1995"),
    ("开户行：中国银行某支行，账号 394804203420", "bank_account", 3, "394804203420"),
    ("对公账户 0200 3852 3423 9263 264", "bank_account", 3, "0200 3852 3423 9263 264"),
    ("Account number 53230190, sort code 20-00-00", "bank_account", 3, "53230190"),
    ("病历号：00801412", "medical_record", 2, "00801412"),
    ("MRN: AB 7895625", "medical_record", 2, "AB 7895625"),
    ("我的出生日期是1987年5月23日", "birth_date", 1, "1987年5月23日"),
    ("生日：1992-11-08", "birth_date", 1, "1992-11-08"),
    ("DOB: 03/14/1979", "birth_date", 1, "03/14/1979"),
    ("she was born on 7 August 1985 in Leeds", "birth_date", 1, "7 August 1985"),
    ("her birthday is March 14th, 1979.", "birth_date", 1, "March 14th, 1979"),
    ("Customer Name: Anna Novak\n", "name", 1, "Anna Novak"),
    # sensitive classes
    ("我去年确诊了糖尿病，怎么办", "health", 1, "糖尿病"),
    ("my brother is HIV-positive.", "health", 1, "HIV-positive"),
    ("采集了员工的人脸信息", "biometric", 1, "脸信息"),
    ("我是基督徒", "belief", 1, "基督徒"),
    ("他有前科", "identity", 1, "科"),
    ("请查我的开房记录", "whereabouts", 1, "记录"),
    ("我儿子今年9岁了", "minor", 1, "9岁"),
    ("my daughter is 11 years old.", "minor", 1, "11 years old"),
    ("我的月薪是25000", "finance", 1, "25000"),
]


@pytest.mark.parametrize(("text", "kind", "severity", "span"), _FOUND)
def test_each_kind(text: str, kind: str | None, severity: int, span: str) -> None:
    """The kind, its severity and its span; None: its check digit or its form is wrong."""
    found = [
        (f.category.removeprefix("personal_data."), f.severity, text[f.start : f.end])
        for f in _ALL.scan(text, 0, final=True).findings
    ]
    assert found == ([(kind, severity, span)] if kind else [])


@pytest.mark.parametrize(
    "text",
    [
        "E12345679",
        "订单 12345670",
        "护照办理流水单号 12345670",
        "12345678 台胞证",
        "536-22-1234",
        "SSN 000-22-1234",
        "GB94 BARC 1020 1530 0934 58",
        "version 8.8.8.8",
        "ip 192.168.1.10 and 127.0.0.1",
        "客户端 203.0.113.7",
        "+1 415 555 0132",
        "+0800 12:30:45",
        "std::string a::b",
        "12:30:45:10:22:11",
        "00:00:00:00:00:00",
        "sha 1b:2c:3d:4e:5f:60:71",
        "我叫他来的，名字很好听",
        "我叫了外卖",
        "联系人：李先生",
        "name: Build Tests",
        "城市道路3条，区别不大",
        "在市区买了3号电池",
        "北京市今天发布了第12号文件",
        "糖尿病是一种代谢疾病",
        "我。糖尿病很常见",
        "Diabetes is a disease.",
        "孩子们今年放假12天",
        "这座塔有9岁",
        "微信号：请填写",
        "坐标轴 39.9",
        "mail me at someone@example.com",
        "IBAN GB82 WEST 1234 5698 7654 32",
        "欢迎加入QQ交流群123456789",
        "assert f(13000000000) == 13000000000 + 1",
        "开户行：中国银行，日期 20250315",
        "银行账号格式说明",
        "祝你生日快乐，2025年1月1日见",
        "生日是1987年5月",
        "139.1730.2846",
        "0755 8329 6614",
        "(415) 555-0132",
        "订单 (120) 482-9173",
        "someone[at]example[dot]com",
        "look at this (at least), x[at].y, (at)home.com, meet me(at)noon",
        "13917 302846",
        "QQ[10018]: task done",
        "deny(1) QQ(10018) lookup",
        "客服QQ群号及客服热线4001234567",
        "PacketResponder for block blk_-5195120009388265 ends",
        "https://pictures.invalid/photos/a-b/17298404111/in/album",
        "uploads/2018/02/15184953232.jpeg",
        "男性患者的平均年龄58.9岁",
        "给孩子买的3-4岁贴纸",
        "rounded to 10 ms. Requires a file",
        "Product Name: Red Hat Enterprise",
        "LOCATION 2005-08-02-16.32.20.358039 started",
    ],
)
def test_what_is_none(text: str) -> None:
    """Without its word, with a wrong check, private, an example, or said of nobody."""
    assert _ALL.scan(text, 0, final=True).findings == ()


def test_every_kind_is_told_and_can_be_turned_off() -> None:
    """A filter of one family finds that family alone, and imports nothing for the others."""
    assert {kind for _, kind, _, _ in _FOUND if kind} <= {
        category.removeprefix("personal_data.") for category in _ALL.categories
    }
    text = "我叫王小明，电话13900139001，SSN 536-22-1234，client ip 8.8.8.8"
    for family, kinds in FAMILIES.items():
        judge = PersonalDataFilter(families=[family])
        assert judge.categories == tuple(f"personal_data.{kind}" for kind in kinds)
        found = {
            f.category.removeprefix("personal_data.") for f in judge.scan(text, 0, True).findings
        }
        assert found <= set(kinds)
    assert PersonalDataFilter(families=["names"]).scan(text, 0, True).findings[0].start == 2


def test_examples_hold_in_every_writing() -> None:
    """Separators and case change nothing; hosts for examples have no persons."""
    assert "GB82WEST12345698765432" in EXAMPLES
    assert is_example_address("a@mail.example.org")
    assert not is_example_address("a@example.org.cn")


def test_checks_against_known_numbers() -> None:
    """Numbers whose check digits are known from elsewhere."""
    assert is_hong_kong_id("A1234563")
    assert not is_hong_kong_id("A1234564")
    assert is_taiwan_id("A123456789")
    assert not is_taiwan_id("A123456788")
    assert is_singapore_id("S1234567D")
    assert is_iban("DE89370400440532013000")


def test_no_check_stumbles() -> None:
    """Every labelled form answers every number of its shape, also those that its library cannot
    read."""
    rng = random.Random(3)
    numbers = ["".join(rng.choices("0123456789", k=rng.randint(8, 14))) for _ in range(2000)]
    for form in forms(Phones()):
        shaped = [number for number in numbers if re.fullmatch(form.shape, number)]
        assert form.check is not None
        assert {form.check(number) for number in shaped} <= {True, False}


@pytest.mark.parametrize(
    "text",
    [
        "市区县镇乡" * 4000,
        "区" * 20000,
        "我叫" * 10000,
        "姓名：" * 8000,
        "路1号" * 8000,
        "+1 " * 9000,
        "a@b.co_" * 4000,
        "GB82 " * 5000,
        "12 Oak " * 4000,
        "1:" * 12000,
        "(" * 20000,
        "手机 1 " * 6000,
        "IMEI 1-2-3-4-5-" * 2000,
        "John " * 5000,
        "my name is " * 3000,
    ],
)
def test_no_text_takes_long(text: str) -> None:
    """Texts made to branch are judged in steps that grow with their length: a search that tried
    every way would not end before the suite's time limit."""
    _ALL.scan(text, 0, True)
