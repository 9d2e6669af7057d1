"""The filter as the window uses it."""

from __future__ import annotations

import base64
import hashlib
import random
import uuid

import pytest

from filters.personal_data import EXAMPLES, PersonalDataFilter

_JUDGE = PersonalDataFilter()


def _found(text: str) -> list[tuple[str, int, str]]:
    scan = _JUDGE.scan(text, 0, final=True)
    return [(f.category, f.severity, text[f.start : f.end]) for f in scan.findings]


def test_each_kind_with_its_severity() -> None:
    """Kinds in one text, spans in code points of the original, full-width digits too."""
    text = (
        "😀手机１３８００１３８００１，身份证11010519491231002X，卡4539 1488 0343 6467，"
        "代码91440300708461136T，车粤B·12345，护照E12345678，邮箱a.b@163.com"
    )
    assert _found(text) == [
        ("personal_data.mobile", 2, "１３８００１３８００１"),
        ("personal_data.resident_id", 3, "11010519491231002X"),
        ("personal_data.bank_card", 3, "4539 1488 0343 6467"),
        ("personal_data.uscc", 2, "91440300708461136T"),
        ("personal_data.plate", 2, "粤B·12345"),
        ("personal_data.passport", 2, "E12345678"),
        ("personal_data.email", 2, "a.b@163.com"),
    ]


@pytest.mark.parametrize("number", [*sorted(EXAMPLES), "4111111111111111", "4111 1111 1111 1111"])
def test_examples_are_nobodys(number: str) -> None:
    """Numbers of documentation are not found, however they are named."""
    assert _found(f"手机、银行卡 {number}。") == []
    assert _found("+86 138 0013 8000") == []


def test_the_operator_may_allow_others() -> None:
    """The given numbers take the place of the examples."""
    judge = PersonalDataFilter(allowed=["13911112222"])
    assert judge.scan("手机13911112222", 0, final=True).findings == ()
    assert len(judge.scan("手机13800138000", 0, final=True).findings) == 1


def test_a_number_inside_an_address_is_the_address() -> None:
    """One finding, not two."""
    assert _found("13800138001@163.com") == [("personal_data.email", 2, "13800138001@163.com")]


@pytest.mark.parametrize(
    ("text", "held"),
    [
        ("今天的天气很好，", 0),
        ("今天的天气很好", 0),
        ("We met him. ", 0),
        ("We met hi", 2),
        ("有3个", 0),
        ("电话138", 3),
        ("电话138 0013", 8),
        ("京A\u3000", 3),
        ("", 0),
    ],
)
def test_holds_only_what_may_grow(text: str, held: int) -> None:
    """Prose is released at once; a word or an open number waits for its end."""
    scan = _JUDGE.scan(text, 0, final=False)
    assert len(text) - scan.safe_until == held
    assert _JUDGE.scan(text, 0, final=True).safe_until == len(text)


def test_not_declared_before_its_end_is_seen() -> None:
    """13800138001 is no mobile if one more digit follows."""
    judge = _JUDGE
    assert judge.scan("电话13800138001", 0, final=False).findings == ()
    assert judge.scan("电话138001380012", 0, final=True).findings == ()
    assert len(judge.scan("电话13800138001，", 0, final=False).findings) == 1


def test_lone_surrogates_are_read() -> None:
    """A text that no UTF-8 can hold is judged like any other."""
    assert _found("\ud83d手机13800138001\udc00")[0][2] == "13800138001"


def _digits(rng: random.Random, low: int, high: int) -> str:
    return "".join(rng.choices("0123456789", k=rng.randint(low, high)))


def _harmless(rng: random.Random) -> str:
    kinds = (
        lambda: str(rng.randint(1_500_000_000, 1_799_999_999)),
        lambda: str(rng.randint(1_500_000_000_000, 1_799_999_999_999)),
        lambda: "订单号：2024" + _digits(rng, 4, 16),
        lambda: "运单号 1" + _digits(rng, 10, 10),
        lambda: '"order_id": ' + _digits(rng, 8, 20),
        lambda: str(rng.randint(10**18, 2 * 10**18)),
        lambda: hashlib.sha1(rng.randbytes(8)).hexdigest(),
        lambda: hashlib.sha256(rng.randbytes(8)).hexdigest(),
        lambda: str(uuid.UUID(int=rng.getrandbits(128))),
        lambda: repr(rng.random()),
        lambda: f"x{rng.randint(0, 9)} = a[{rng.randint(0, 9999)}] + 0x{rng.getrandbits(32):x};",
        lambda: ".".join(_digits(rng, 1, 3) for _ in range(4)),
        lambda: (
            f"20{_digits(rng, 2, 2)}-0{_digits(rng, 1, 1)}-1{_digits(rng, 1, 1)} 12:30:59.123456"
        ),
        lambda: _digits(rng, 20, 60),
        lambda: _digits(rng, 1, 10),
        lambda: base64.b64encode(rng.randbytes(45)).decode(),
    )
    return rng.choice(kinds)()


def test_false_alarms_are_rare() -> None:
    """At most one in 100,000 characters of timestamps, order numbers, hashes, code and digits.

    A bare number of 11 digits with a mobile's prefix is no false alarm here: it is a mobile by
    form, and reported as a medium finding.
    """
    rng = random.Random(27)
    text = "\n".join(_harmless(rng) for _ in range(15_000))
    assert len(text) > 400_000
    assert len(_JUDGE.scan(text, 0, final=True).findings) <= len(text) // 100_000
