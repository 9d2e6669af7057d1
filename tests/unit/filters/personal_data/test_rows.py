"""Names before titles and beside numbers."""

from __future__ import annotations

import pytest

from filters.personal_data import PersonalDataFilter

_JUDGE = PersonalDataFilter()


def _names(text: str) -> list[str]:
    found = _JUDGE.scan(text, 0, final=True).findings
    return [text[one.start : one.end] for one in found if one.rule.startswith("name")]


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("麻烦发给张伟先生", ["张伟"]),
        ("给林志强医生看过", ["林志强"]),
        ("欧阳明哲老师好", ["欧阳明哲"]),
        ("三班 尤悠 同学获奖", ["尤悠"]),
        ("，和林谦先生比", ["林谦"]),
        ("原告：葛优优，男，汉族", ["葛优优"]),
        ("尉迟恭，13647281905，", ["尉迟恭"]),
        ("1,付子轩,付强,13826401957\n", ["付子轩", "付强"]),
        ("| 倪妮娜 | 财务 | 13728401956 |", ["倪妮娜"]),
        ("谢婷婷\n13760184295", ["谢婷婷"]),
        ("buyer=祝小明 phone=17820493615", ["祝小明"]),
        ("a\nLucas Fernandes,+55 21 99482 7136,", ["Lucas Fernandes"]),
        ('cc: "Henrik Dahl" <hdahl@fjordnet.dk>', ["Henrik Dahl"]),
        ("| Yusuf Demir | DevOps | y.demir@kumru.io |", ["Yusuf Demir"]),
        ("Chloé Marchand - UX designer - chloe@marchand.studio", ["Chloé Marchand"]),
    ],
)
def test_what_stands_behind_it_gives_a_name_away(text: str, names: list[str]) -> None:
    """A title, a sex, a number or an address in its row."""
    assert _names(text) == names


@pytest.mark.parametrize(
    "text",
    [
        "时间先生成，再校准",
        "高中老师的工资",
        "安全经理证书",
        "任何老师都可以",
        "金融部经理和项目经理",
        "各位女士、各位先生",
        "尊敬的潘先生：",
        "我们很高兴，女儿来了",
        "订单,高级会员,202503180048291736",
        "Support Team <help@shop.test>",
        "Australian TFN: 262 259 488",
        "New York, 2024-10-01",
        "Tuesday Morning, call +1 415 555 0132",
    ],
)
def test_what_stands_before_may_be_no_name(text: str) -> None:
    """Words that begin like a name, a surname alone, offices, numbers that are nobody's."""
    assert _names(text) == []


@pytest.mark.parametrize(
    ("text", "held"),
    [
        ("我们去找张", 1),
        ("我们去找张伟", 2),
        ("我们去找张伟先", 3),
        ("我们去找张伟玩", 3),
        ("我们去找张伟玩了", 4),
        ("我们去找张伟玩了呢", 0),
        ("昨天天气", 0),
        ("\nAnna Novak, anna", 16),
        ("\nAnna Novak went", 4),
        ("the Anna Novak", 5),
    ],
)
def test_only_what_may_be_a_name_is_held(text: str, held: int) -> None:
    """A surname behind a word that may stand before a name, and what may still give it away."""
    scan = _JUDGE.scan(text, 0, final=False)
    assert len(text) - scan.safe_until == held
