"""Names behind words: which are found, with what span, and what is no name."""

from __future__ import annotations

import pytest

from filters.personal_data import PersonalDataFilter

_JUDGE = PersonalDataFilter(families=["names"])


def _names(text: str) -> list[str]:
    found = _JUDGE.scan(text, 0, final=True).findings
    return [text[one.start : one.end] for one in found if one.rule.startswith("name")]


@pytest.mark.parametrize(
    ("text", "name"),
    [
        # labels of forms, in several languages and in JSON
        ("签收人：郝思嘉\n", "郝思嘉"),
        ("姓名王晓明民族汉", "王晓明"),
        ("姓名：阿依古丽 性别：女", "阿依古丽"),
        ("姓名：纸妖性别：女", "纸妖"),
        ("|姓名|夏语冰|年龄|", "夏语冰"),
        ('{"收货人":"庞统元","电话":""}', "庞统元"),
        ('{"firstName":"Wilhelmina"}', "Wilhelmina"),
        ('{"last_name": "Osei-Bonsu"}', "Osei-Bonsu"),
        ('{"customer_name":"Ana Kovač"}', "Ana Kovač"),
        ("氏名：佐藤美咲\n", "佐藤美咲"),
        ("이름: 박지훈,", "박지훈"),
        ("الاسم: أحمد المنصوري،", "أحمد المنصوري"),
        ("ФИО: Петров Сергей,", "Петров Сергей"),
        ("Nombre y apellidos: María del Carmen Ruiz\n", "María del Carmen Ruiz"),
        ("Imię i nazwisko: Katarzyna Wójcik, nr", "Katarzyna Wójcik"),
        ("Name, Vorname: Brandstätter, Jonas\n", "Brandstätter, Jonas"),
        ("Passenger: NAKAMURA/HARUTO MR", "NAKAMURA/HARUTO"),
        ("Surname: CHEUNG, Given", "CHEUNG"),
        # titles, greetings, signatures
        ("Dear Ms Okonkwo,\n", "Okonkwo"),
        ("Sehr geehrte Frau Wiesinger,", "Wiesinger"),
        ("ask Professor Lindgren about it", "Lindgren"),
        ("Hi Marcus,\n\nquick one", "Marcus"),
        ("Kind regards,\nGareth Pritchard\nHR", "Gareth Pritchard"),
        ("Mit freundlichen Grüßen\nReto Ammann", "Reto Ammann"),
        ("祝好，\n翟天宇\n市场部", "翟天宇"),
        # somebody near, somebody's part
        ("my brother Ethan was ill", "Ethan"),
        ("我妈陈桂兰今年67", "陈桂兰"),
        ("我老公叫马俊杰，", "马俊杰"),
        ("我是柳青青，帮我", "柳青青"),
        ("您好，我叫李子涵，想", "李子涵"),
        ("转给齐天佑，备注房租", "齐天佑"),
        ("in the name of Loretta Simms", "Loretta Simms"),
        ("Patient Eleanor Vance, NHS", "Eleanor Vance"),
    ],
)
def test_a_word_before_it_gives_a_name_away(text: str, name: str) -> None:
    """The whole name and nothing but it."""
    assert _names(text) == [name]


@pytest.mark.parametrize(
    "text",
    [
        "姓名：必填",
        "姓名：请用正楷填写",
        "姓名是一种符号",
        "收件人：全体员工",
        "联系人：客服中心",
        "户名：江南造物（个体工商户）",
        "我是程序员，想转行",
        "我是苏州人，喜欢吃面",
        "他爱吃的水果叫李子，",
        "我妈马上就到",
        "我们都叫高手，",
        "地方，叫成都，",
        "Dear Sir or Madam,",
        "Hi Team, the deploy is done.",
        "Hi there, thanks",
        "Best regards,\nThe Billing Department",
        "Dr. Martens boots",
        "It took 132 ms GET",
        "MS Windows",
        "name: my-service",
        '{"name":"Monthly Report"}',
        "First name and last name are required.",
        "my brother I think",
        "Patient education materials",
    ],
)
def test_what_follows_may_be_no_name(text: str) -> None:
    """Ordinary words, groups, wares and instructions."""
    assert _names(text) == []
