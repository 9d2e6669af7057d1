"""Made-up persons and harmless numbers: what must be found, and what must be left alone.

Every value is generated with its right check digits by code of this module, not by the filter's.
Names, streets and companies are invented; nothing is taken from anybody's records.
"""

from __future__ import annotations

import base64
import hashlib
import random
import re
import string
import uuid
from collections.abc import Callable, Sequence
from pathlib import Path

Make = Callable[[random.Random], str]

_BENIGN = Path(__file__).resolve().parents[2] / "filters/lexicon/benign.txt"


def digits(rng: random.Random, count: int) -> str:
    """Return so many digits."""
    return "".join(rng.choices(string.digits, k=count))


def _luhn(body: str) -> str:
    total = sum(
        sum(divmod(int(char) * (2 - place % 2), 10)) for place, char in enumerate(reversed(body))
    )
    return body + str(-total % 10)


def _resident(rng: random.Random) -> str:
    region = rng.choice(["110105", "310115", "440305", "330106", "510104", "610113"])
    body = f"{region}{rng.randint(1940, 2015)}{rng.randint(1, 12):02}{rng.randint(1, 28):02}"
    body += digits(rng, 3)
    weights = [2 ** (17 - place) % 11 for place in range(17)]
    rest = sum(int(char) * weight for char, weight in zip(body, weights, strict=True)) % 11
    return body + "10X98765432"[rest]


def _iban(rng: random.Random) -> str:
    country, rest = rng.choice([("DE", 18), ("NL", 0), ("FR", 0), ("GB", 0)])
    body = {"DE": digits(rng, rest), "NL": f"INGB{digits(rng, 10)}",
            "FR": digits(rng, 23), "GB": f"BARC{digits(rng, 14)}"}[country]  # fmt: skip
    number = int("".join(str(int(char, 36)) for char in f"{body}{country}00"))
    return f"{country}{98 - number % 97:02}{body}"


def _plate(rng: random.Random) -> str:
    head = rng.choice("京沪粤苏浙川") + rng.choice("ABCDE")
    new = f"{rng.choice('DF')}{digits(rng, 5)}"
    return head + rng.choice(["", "·"]) + rng.choice([digits(rng, 5), new, f"A{digits(rng, 4)}"])


def _uscc(rng: random.Random) -> str:
    alphabet = "0123456789ABCDEFGHJKLMNPQRTUWXY"
    body = "".join(rng.choices(alphabet[:10], k=8))
    weights = (3, 7, 9, 10, 5, 8, 4, 2)
    check = (11 - sum(int(c) * w for c, w in zip(body, weights, strict=True)) % 11) % 11
    code = "91440300" + body + "0123456789X"[check]
    total = sum(alphabet.index(c) * (3**place % 31) for place, c in enumerate(code))
    return code + alphabet[-total % 31]


def _hong_kong(rng: random.Random) -> str:
    body = rng.choice(string.ascii_uppercase) + digits(rng, 6)
    values = [36, ord(body[0]) - 55, *map(int, body[1:])]
    rest = -sum(w * v for w, v in zip(range(9, 1, -1), values, strict=True)) % 11
    return f"{body}({'0123456789A'[rest]})"


def _mobile(rng: random.Random) -> str:
    number = f"1{rng.choice(['35', '38', '86', '51', '77', '99'])}{digits(rng, 8)}"
    spaced = f"{number[:3]} {number[3:7]} {number[7:]}"
    return rng.choice([number, spaced, spaced.replace(" ", "-"), f"+86 {number}"])


def _name(rng: random.Random) -> str:
    given = ["伟", "小明", "思远", "丽华", "静", "子涵"]
    return rng.choice("王李张刘陈杨赵黄周吴") + rng.choice(given)


def _address(rng: random.Random) -> str:
    street = rng.choice(["文三路", "建国路", "人民大道", "解放街", "中山北路"])
    door = f"{rng.randint(1, 30)}号楼{rng.randint(1, 6)}单元{rng.randint(101, 2905)}室"
    return f"{street}{rng.randint(1, 999)}号{rng.choice(['', door])}"


def _old_resident(rng: random.Random) -> str:
    return f"110105{rng.randint(40, 98)}{rng.randint(1, 12):02}15{digits(rng, 3)}"


def _us_ssn(rng: random.Random) -> str:
    return f"5{digits(rng, 2)}-{rng.randint(10, 99)}-{rng.randint(1000, 9999)}"


def _ip(rng: random.Random) -> str:
    return f"47.{rng.randint(60, 110)}.{rng.randint(1, 254)}.{rng.randint(1, 254)}"


def _mac(rng: random.Random) -> str:
    return f"a4:5e:60:{rng.randint(16, 255):02x}:1f:{rng.randint(16, 255):02x}"


def _english_name(rng: random.Random) -> str:
    return rng.choice(["Anna Keller", "John Q. Miller", "Mei Tan"])


def _english_address(rng: random.Random) -> str:
    return f"{rng.randint(1, 999)} Maple Avenue, Apt {rng.randint(1, 60)}"


def _aws(rng: random.Random) -> str:
    return "AKIA" + "".join(rng.choices(string.ascii_uppercase + "234567", k=16))


def _card(rng: random.Random) -> str:
    number = _luhn(rng.choice(["622202" + digits(rng, 12), "4" + digits(rng, 14),
                               "5" + rng.choice("12345") + digits(rng, 13)]))  # fmt: skip
    grouped = " ".join(number[at : at + 4] for at in range(0, len(number), 4))
    return rng.choice([number, grouped])


def _token(rng: random.Random, count: int) -> str:
    return "".join(rng.choices(string.ascii_letters + string.digits, k=count))


PRESENT: dict[str, tuple[str, Make]] = {
    "mobile": ("我的手机号是{}，有事打给我", _mobile),
    "mobile, bare": ("{}", _mobile),
    "landline": ("办公室座机：{}。", lambda rng: f"0571-8{digits(rng, 7)}"),
    "email": ("邮箱{}，请回复", lambda rng: f"{_token(rng, 7).lower()}@163.com"),
    "resident_id": ("身份证号码：{}", _resident),
    "resident_id, bare": ("{}", _resident),
    "resident_id, 15 digits": ("老身份证号{}", _old_resident),
    "bank_card": ("收款卡号 {}", _card),
    "uscc": ("统一社会信用代码：{}", _uscc),
    "plate": ("车牌号{}停在门口", _plate),
    "passport": ("护照号 {}", lambda rng: rng.choice("EG") + digits(rng, 8)),
    "bank_account": ("开户行：中国银行，账号{}", lambda rng: f"3{digits(rng, 11)}"),
    "medical_record": ("住院号：{}", lambda rng: digits(rng, 8)),
    "birth_date": ("出生日期：{}", lambda rng: f"19{digits(rng, 2)}-0{rng.randint(1, 9)}-12"),
    "mobile, digit by digit": ("手机 {}", lambda rng: " ".join(f"139{digits(rng, 8)}")),
    "travel_permit": ("港澳通行证号码{}", lambda rng: f"C{digits(rng, 8)}"),
    "hk_id": ("香港身份证{}", _hong_kong),
    "social_security": ("社保卡号：{}", lambda rng: digits(rng, 10)),
    "driving_licence": ("驾驶证档案编号 {}", lambda rng: digits(rng, 12)),
    "military_id": ("军官证：海字第{}号", lambda rng: digits(rng, 7)),
    "phone": ("reach me at {}", lambda rng: f"+1 212 6{digits(rng, 2)} {digits(rng, 4)}"),
    "phone, local": ("Phone: {}", lambda rng: f"(415) 8{digits(rng, 2)}-{digits(rng, 4)}"),
    "iban": ("pay to {}", _iban),
    "us_ssn": ("my SSN is {}", _us_ssn),
    "ip_address": ("client ip {}", _ip),
    "mac_address": ("mac {}", _mac),
    "device_id": ("IMEI: {}", lambda rng: _luhn("35" + digits(rng, 12))),
    "coordinates": ("我的位置 {}", lambda rng: f"{rng.randint(20, 50)}.{digits(rng, 6)}"),
    "name": ("您好，我叫{}，想咨询一下", _name),
    "name, form": ("收件人：{}\n", _name),
    "name, English": ("My name is {}.", _english_name),
    "address": ("寄到浙江省杭州市西湖区{}", _address),
    "address, home": ("我家住{}", _address),
    "address, English": ("I live at {}.", _english_address),
    "account": ("加我微信号：{}", lambda rng: "wx_" + _token(rng, 8)),
    "account, QQ": ("QQ号{}", lambda rng: str(rng.randint(10**5, 10**10))),
    "health": ("我上个月确诊了{}", lambda rng: rng.choice(["糖尿病", "抑郁症", "肺结核", "乙肝"])),
    "belief": ("我是{}", lambda rng: rng.choice(["基督徒", "穆斯林", "佛教徒"])),
    "minor": ("我女儿今年{}岁", lambda rng: str(rng.randint(1, 13))),
    "secret.openai": ("key: {}", lambda rng: "sk-proj-" + _token(rng, 48)),
    "secret.github": ("用 {} 登录", lambda rng: "ghp_" + _token(rng, 36)),
    "secret.aws": ("AWS {}", _aws),
    "secret.slack": ("{}", lambda rng: f"xoxb-{digits(rng, 12)}-{_token(rng, 24)}"),
    "secret.connection": ("mysql://app:{}@db/x", lambda rng: _token(rng, 12)),
    "secret.bearer": ("Authorization: Bearer {}", lambda rng: _token(rng, 40)),
    "secret.assigned": ('password = "{}"', lambda rng: "aB3!" + _token(rng, 8) + "7"),
}  # fmt: skip
"""Kind -> a sentence with a place for the value, and what makes the value."""


_ORDERS = (
    "订单号：2024{8}", "运单号 1{10}", '"order_id": {14}', "tracking no. {14}", "流水号{18}",
    "invoice #{9}", "SKU-{12}", "单号{11}", "编号：{16}", "batch {7}",
)  # fmt: skip
_TIMES = (
    "17{8}", "17{11}", "2024-11-2{1} 1{1}:30:59.{6}", "202411{2}T{6}Z", "0.{16}", "{1}.{2}.{2}",
    "1{1}:4{1}:5{1}", "{2}/0{1}/2024",
)  # fmt: skip
_CODES = (
    "x{1} = rows[{5}] + 0x{8};", "const ID = {7};", "if (n === {3}) {{ return call(id, {6}); }}",
    "@param name: the name {2}", "sleep(0.{3})  # seconds, see section 4.2.1.{1}",
    "token = get_token(max_tokens={4})", "git@github.com:org/repo{3}.git", "from address import x",
    "SELECT name, address FROM users WHERE id = {8} LIMIT 10;", "std::vector<int> v{{{2}, 2}};",
    "color: #{6}; margin: {2}px auto;", "npm i left-pad@1.{2}.0", "rows[{8}] = call(phone, {2})",
    "password = os.environ['DB_PASSWORD_{1}']", "def name(self, key: str = '') -> int: ...",
)  # fmt: skip
_LOGS = (
    "2024-11-2{1} 15:{2}:01.{3} INFO [worker-{2}] request id={12} took {3} ms",
    "2024-11-2{1} 15:{2}:01.{3} WARN pid={5} retry 3/5 after 0.{6}s, offset {12}",
    '10.0.1{1}.7 - - [2{1}/Nov/2024:15:30:59 +0800] "GET /v1/items/{7} HTTP/1.1" 200 {5}',
    '{{"ts": 17{11}, "trace": "{32}", "code": {3}}}',
    "[{6}.{6}] usb 1-{1}: new device number {2}",
)  # fmt: skip
"""Lines in which ``{n}`` stands for so many digits."""

_BLANK = re.compile(r"\{([0-9]+)\}")


def _filled(patterns: Sequence[str]) -> Make:
    def make(rng: random.Random) -> str:
        line = _BLANK.sub(lambda blank: digits(rng, int(blank[1])), rng.choice(patterns))
        return line.replace("{{", "{").replace("}}", "}")

    return make


def _hash(rng: random.Random) -> str:
    raw = rng.randbytes(8)
    longer = base64.b64encode(hashlib.sha256(raw).digest()).decode()
    return rng.choice([
        hashlib.sha1(raw, usedforsecurity=False).hexdigest(), hashlib.sha256(raw).hexdigest(),
        str(uuid.UUID(int=rng.getrandbits(128), version=4)), f"sha256-{longer}", longer,
        f"{rng.getrandbits(64):016X}", f"commit {rng.getrandbits(28):07x}",
    ])  # fmt: skip


def _prose(rng: random.Random) -> str:
    lines = _BENIGN.read_text(encoding="utf-8").splitlines()
    return rng.choice([line for line in lines if line and not line.startswith("#")])


ABSENT: dict[str, Make] = {
    "random digits": lambda rng: digits(rng, rng.randint(1, 30)),
    "order numbers": _filled(_ORDERS),
    "timestamps": _filled(_TIMES),
    "hashes": _hash,
    "code": _filled(_CODES),
    "logs": _filled(_LOGS),
    "prose": _prose,
}
"""Corpus -> what makes one line of it."""


def lines(make: Make, size: int, seed: int = 11) -> str:
    """Return at least so many characters of lines."""
    rng = random.Random(seed)
    out: list[str] = []
    length = 0
    while length < size:
        out.append(make(rng))
        length += len(out[-1]) + 1
    return "\n".join(out)
