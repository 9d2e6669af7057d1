"""Keys by their form, however they are cut; and what is no key."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from filters.secrets import LONGEST_BLOCK, LONGEST_KEY, SecretsFilter
from filters.secrets.forms import LEAST_ENTROPY, entropy, is_example
from filters.secrets.judge import GATE, LITERALS, UNGATED

_B = "aB3dE5fG7hJ9kL1mN2pQ4rS6tU8vW0xY"
_HEX = "3f9a1c7e5b2d8046e1f7a9c3d5b80264"
_PEM = f"-----BEGIN RSA PRIVATE KEY-----\n{_B}{_B}\n{_B[:8]}==\n-----END RSA PRIVATE KEY-----"
_JWT = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.dozjgNryP4J3jVmNHl0w5N"

_KEYS = [
    ("openai", f"sk-{_B}"),
    ("openai", f"sk-proj-{_B}_{_B}"),
    ("anthropic", f"sk-ant-api03-{_B}"),
    ("sealgate", f"sk-sg-{_B}"),
    ("stripe", f"sk_live_{_B}"),
    ("stripe", f"rk_live_{_B}"),
    ("aws", "AKIAIOSFODNN7EXAMPL3"),
    ("aws", "ASIAIOSFODNN7EXAMPL3"),
    ("google", f"AIza{_B}-_9"),
    ("github", f"ghp_{_B}abcd"),
    ("github", f"gho_{_B}abcd"),
    ("github", f"github_pat_{_B}"),
    ("gitlab", f"glpat-{_B[:20]}"),
    ("slack", f"xoxb-123456789012-{_B}"),
    ("aliyun", f"LTAI{_B[:20]}"),
    ("tencent", f"AKID{_B}"),
    ("huggingface", f"hf_{_B}Zz"),
    ("huggingface", "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"),
    ("npm", f"npm_{_B}Zz12"),
    ("jwt", _JWT),
    ("openrouter", f"sk-or-v1-{_B}"),
    ("groq", f"gsk_{_B}{_B[:20]}"),
    ("xai", f"xai-{_B}{_B}"),
    ("nvidia", f"nvapi-{_B}{_B}"),
    ("baidu", f"bce-v3/ALTAK-{_B}/{_B}"),
    ("google", f"GOCSPX-{_B[:28]}"),
    ("google", f"ya29.{_B}{_B}"),
    ("azure", f"AccountKey={_B}{_B}{_B[:22]}=="),
    ("digitalocean", f"dop_v1_{_HEX}{_HEX}"),
    ("vault", f"hvs.{_B}"),
    ("supabase", f"sbp_{_HEX}{_HEX[:8]}"),
    ("docker", f"dckr_pat_{_B}"),
    ("grafana", f"glsa_{_B}_{_HEX[:8]}"),
    ("pypi", f"pypi-AgEIcHlwaS5vcmc{_B}{_B}"),
    ("sendgrid", f"SG.{_B[:22]}.{_B}{_B[:11]}"),
    ("mailgun", f"key-{_HEX}"),
    ("linear", f"lin_api_{_B}{_B[:8]}"),
    ("notion", f"ntn_{_B}{_B[:14]}"),
    ("figma", f"figd_{_B}{_B[:8]}"),
    ("atlassian", f"ATATT3{_B}"),
    ("stripe", f"whsec_{_B}"),
    ("square", f"sq0atp-{_B[:22]}"),
    ("shopify", f"shpat_{_HEX}"),
    ("webhook", f"hooks.slack.com/services/T{_B[:8]}/B{_B[:8]}/{_B[:24]}"),
    ("webhook", f"robot/send?access_token={_HEX}{_HEX}"),
    ("webhook", f"SEC{_HEX}{_HEX}"),
    ("databricks", f"dapi{_HEX}"),
    ("volcengine", f"AKLT{_B}{_B[:10]}"),
    ("twilio", f"SK{_HEX}"),
    ("azure", f"sig={_B}{_B[:10]}%3D"),
    ("openai", "sk-" + "kqzwvjrpenutslymdxgahbofic" * 2),
]


def _found(text: str) -> list[tuple[str, int, str]]:
    scan = SecretsFilter().scan(text, 0, final=True)
    return [(f.category, f.severity, text[f.start : f.end]) for f in scan.findings]


@pytest.mark.parametrize(("kind", "key"), _KEYS)
def test_each_form_with_its_exact_span(kind: str, key: str) -> None:
    """Next to Han characters, in quotes and in code; the span is the whole key."""
    for before, after in (("密钥是", "。"), ('key="', '"'), ("(", ") and"), ("", "")):
        assert _found(before + key + after) == [(f"secret.{kind}", 3, key)]


def test_categories_are_all_that_it_may_find() -> None:
    """Every form above, private keys and assigned values; nothing else is announced."""
    kinds = {kind for kind, _ in _KEYS}
    kinds |= {"private_key", "assigned", "bearer", "connection", "telegram"}
    assert set(SecretsFilter.categories) >= {f"secret.{kind}" for kind in kinds}


@pytest.mark.parametrize(("kind", "key"), _KEYS)
def test_held_from_the_mark_until_the_end(kind: str, key: str) -> None:
    """At every cut inside a key, no character of it is safe."""
    judge = SecretsFilter()
    text = "is " + key
    for cut in range(4, len(text) + 1):
        scan = judge.scan(text[:cut], 3, final=False)
        assert scan.safe_until == 3, cut
        assert scan.findings == ()


@pytest.mark.parametrize(
    "text",
    [
        "task-force-one-has-12-members-and-more",
        "sk-fading-circle-animation-delay",
        "risk-" + _B,
        "AKIA1234",
        "AKIAIOSFODNN7EXAMPLEX",
        "myAKIAIOSFODNN7EXAMPLE",
        "eyJhbGciOiJIUzI1NiJ9",
        "BEGIN PRIVATE KEY-----",
        "-----BEGIN CERTIFICATE-----\n" + _B * 3,
        "password: please enter it",
        "密码：请输入您的密码",
        "密码是8到16位的字母和数字",
        "hf_thisIsTheNameOfAVeryLongFunctionXyz",
        "password = your_password_123",
        "token = get_token_2024()",
        "token_url: https://a.example/2024x",
        "max_tokens=128000",
        "The secret: patience and 100 days",
        "password: ${DB_PASSWORD_1}",
        "AKIAIOSFODNN7EXAMPLE",
        "sk-your_api_key_goes_here_0123456789",
        "sk-xxxxxxxxxxxxxxxxxxxxxxxxxxxx1234",
        "sk-" + "ab12" * 8,
        "the Bearer of this letter",
        "Authorization: Bearer <token>",
        "postgres://user:password@localhost/db",
        "http://user:${PASS}@host/",
        "see https://host:8443/a@b",
        "12345:AA" + _B,
        "Authorization: Basic dXNlcjpwYXNzd29yZA==",
        "authorization: basic access is described below",
        "curl -u user:password https://a.local",
        "curl -u $USER:$PASS2024x https://a.local",
        "docker run -u 1000:1000 image",
        "ssh -p 2222 bob@host",
        "mkdir -p build2024x/obj",
        "login page password reset2024",
        "login bob password <yours>",
        "12:30:45:00:11 and fe80:1234:ab:cd:0123",
        "db:5432:orders:app:password",
        "secret_name: my-secret-2024",
        "dapi1234", "SK hynix", "SECURITY2024",
        "https://a.local/?sig=abc123",
        "token = " + "the.quick.brown.fox.jumps.2024." * 4,
        "at 10:AAB",
        "mysql -u root -p shop2024x",
        "mysql -P 3306 -u app2024x shop",
        "docker run -p8080:80 image2024x",
        "tar -pXk9!tRw2qe a.tgz",
        "智谱 cache/c0d0410af4624eb20d22c5fac4544fbe.thumbnails160x90",
        "c0d0410af4624eb20d22c5fac4544fbe.MsWDDHUbFhqzYNGU",
        "GLM xc0d0410af4624eb20d22c5fac4544fbe.MsWDDHUbFhqzYNGU",
    ],
)
def test_what_is_no_key(text: str) -> None:
    """Words, paths, stand-ins, calls and public certificates are left alone."""
    assert _found(text) == []


def test_a_private_key_is_found_with_its_body() -> None:
    """From the header to the end line; a header that is only talked about is mild."""
    begin = _PEM.index("BEGIN")
    assert _found(f"key:\n{_PEM}\nend") == [("secret.private_key", 3, _PEM[begin:])]
    assert _found("Files open with -----BEGIN PRIVATE KEY-----.") == [
        ("secret.private_key", 1, "BEGIN PRIVATE KEY-----")
    ]
    cut = _PEM[: _PEM.index("-----END")]
    assert _found(cut)[0][:2] == ("secret.private_key", 3)


def test_escaped_line_ends_belong_to_a_private_key() -> None:
    """A key in a JSON or shell string has its line ends spelled out."""
    text = _PEM.replace("\n", "\\n")
    assert _found(text) == [("secret.private_key", 3, text[text.index("BEGIN") :])]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("password=Hunter2x9Z!", "Hunter2x9Z!"),
        ('"api_key": "a8f5f167f44f4964"', "a8f5f167f44f4964"),
        ("数据库密码：Qw3rty-2024.", "Qw3rty-2024"),
        ("账号admin 密码是Xk9!mq27，别外传", "Xk9!mq27"),
        ("口令为 Hunter2x9Z", "Hunter2x9Z"),
        ("PWD = 'x9#kL2mQ'", "x9#kL2mQ"),
    ],
)
def test_assigned_values_are_mild(text: str, value: str) -> None:
    """Only its name and its disorder say that it is one: severity 1."""
    assert _found(text) == [("secret.assigned", 1, value)]


def test_an_aws_secret_is_known_by_the_id_before_it() -> None:
    """Forty characters right behind an id are its secret; a hash of such a length is none."""
    key, secret = "AKIAIOSFODNN7EXAMPL3", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYzQ3kL9mN2p"
    for between, after in ((",", "\n"), (" ", ""), ('", "', '"')):
        assert _found(f"{key}{between}{secret}{after}") == [
            ("secret.aws", 3, key), ("secret.aws", 3, secret)
        ]  # fmt: skip
    assert len(_found(f"{key} 8f14e45fceea167a5a36dedd4bea2543c1b2d3e4")) == 1


def test_an_aws_secret_is_known_by_its_name() -> None:
    """Forty characters behind an AWS name are grave."""
    secret = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYzQ3kL9mN2p"
    assert _found(f"aws_secret_access_key = {secret}") == [("secret.aws", 3, secret)]


def test_a_named_key_is_the_key() -> None:
    """A key behind ``api_key=`` is one finding, the graver one."""
    assert _found(f"api_key=sk-{_B}") == [("secret.openai", 3, f"sk-{_B}")]


@pytest.mark.parametrize("text", ["P\x01", "AKIA\x01", "sk-\x01 s\x01", "\x01"])
def test_control_signs_are_no_failure(text: str) -> None:
    """The sign that ends a text inside our automaton may stand in anybody's text."""
    key = "AKIA" + "QZ7XPLMDKEJWNRTA"
    assert SecretsFilter().scan(text, 0, True).findings == ()
    (found,) = SecretsFilter().scan(f"{text} {key}", 0, True).findings
    assert (found.start, found.end) == (len(text) + 1, len(text) + 1 + len(key))


def test_holding_is_bounded() -> None:
    """A run or a body without end is cut, and what follows is let go."""
    judge = SecretsFilter()
    text = "sk-" + _B * 20
    scan = judge.scan(text, 0, final=False)
    assert scan.findings[0].end == len("sk-") + LONGEST_KEY
    assert scan.safe_until == len(text)
    text = "-----BEGIN PRIVATE KEY-----" + _B * 200
    scan = judge.scan(text, 0, final=False)
    assert scan.safe_until == len(text)
    assert LONGEST_BLOCK <= scan.findings[0].end - scan.findings[0].start <= judge.look_ahead


@pytest.mark.parametrize(
    ("text", "held"), [("今天", 0), ("the task", 0), ("is s", 1), ("in gith", 4)]
)
def test_prose_is_not_held(text: str, held: int) -> None:
    """Only a word that may be the beginning of a mark waits."""
    assert len(text) - SecretsFilter().scan(text, 0, final=False).safe_until == held


_PIECES = st.sampled_from([
    *(key for _, key in _KEYS), _PEM, "-----BEGIN PRIVATE KEY-----", "-----END PRIVATE KEY-----",
    "password=", "api_key: '", "密码：", "密码是",
    "口令为  ", "Hunter2x9Z!", "aws_secret_access_key = ", _B + "abcdefgh",
    " ", "-", "_", ".", "\n", "=", ":", "sk", "s", "gith", "BEGIN ", "-----", "the quick", "中文",
    "x" * 270, "eyJ", '"', "Bearer ", "Basic", "://", "postgres://app:", "@", "/", "12345678",
    ":AA",
    "-u ", "curl ", "app:", "-p ", "sshpass ", "mysql ", "-p", "redis-cli -a ",
    "c0d0410af4624eb20d22c5fac4544fbe", ".", "MsWDDHUbFhqzYNGU", "0", "智谱", "GLM key是 ",
    "machine x login bob ", "password ",
    "authorization: ", "basic ", "bearer ", "YWRtaW46SHVudGVyMng5Wg==", '"auth": "',
    "db.local:5432:orders:app:",
    "jdbc:oracle:thin:", "scott/", "AKIAIOSFODNN7EXAMPL3", "/" + _B + "+abcdef", ",", "sig=", "%3D",
    "dapi", _HEX, "SK", "SEC", "Tr0ub4dor&3x",
    _B + "Z", "hooks.slack.com/", "services/", "AccountKey", "key-", "sk-or-v1-", "\ud83d",
])  # fmt: skip


@settings(max_examples=300, deadline=None)
@given(st.lists(_PIECES, max_size=8).map("".join), st.randoms(use_true_random=False))
def test_cut_anywhere_is_the_whole(text: str, rng: object) -> None:
    """However the text is cut, and with no more look-behind than declared, the findings are those
    of the whole, each once, each wholly before what was safe."""
    judge = SecretsFilter()
    whole = sorted(judge.scan(text, 0, final=True).findings)
    found = []
    cursor = end = 0
    while cursor < len(text):
        end = min(len(text), end + rng.choice((1, 2, 5, 30, 100)))  # type: ignore[attr-defined]
        left = max(0, cursor - judge.look_behind)
        done = end == len(text)
        scan = judge.scan(text[left:end], cursor - left, final=done)
        assert cursor <= left + scan.safe_until <= end
        cursor = left + scan.safe_until
        for f in scan.findings:
            assert left + f.end <= cursor
            found.append(f._replace(start=left + f.start, end=left + f.end))
    assert sorted(found) == whole


@pytest.mark.parametrize(
    ("text", "kind", "severity", "span"),
    [
        ("postgresql://app:Qw3rty-2024@db.local/x", "connection", 3, "Qw3rty-2024"),
        ("redis://:hunter2@cache:6379", "connection", 3, "hunter2"),
        (f"Authorization: Bearer {_B}.", "bearer", 2, _B),
        (f'"Basic {_B}=="', "bearer", 2, f"{_B}=="),
        (f"Bearer sk-{_B}", "openai", 3, f"sk-{_B}"),
        (f"bot 1234567890:AA{_B}Z", "telegram", 3, f"AA{_B}Z"),
        (f"authorization: bearer {_B}", "bearer", 2, _B),
        ("authorization: basic Ym9iOnMzY3IzdA==", "bearer", 2, "Ym9iOnMzY3IzdA=="),
        ("curl -u admin:kX9vQ2mLw7 https://a.local", "connection", 3, "kX9vQ2mLw7"),
        ("curl --user 'svc:Tr0ub4dor&3x' https://a.local", "connection", 3, "Tr0ub4dor&3x"),
        ("fetch -u admin:kX9vQ2mLw7 x", "assigned", 1, "kX9vQ2mLw7"),
        ("sshpass -p kX9vQ2mLw7 ssh a", "connection", 3, "kX9vQ2mLw7"),
        ("mysql -u root -pXk9!tRw2qe shop", "connection", 3, "Xk9!tRw2qe"),
        ("mysqldump -h db -p'hT7pQz41Lm' shop", "connection", 3, "hT7pQz41Lm"),
        ("redis-cli -h cache -a qejKBURKbH5FuH3B ping", "connection", 3, "qejKBURKbH5FuH3B"),
        (
            "我的智谱key是 c0d0410af4624eb20d22c5fac4544fbe.MsWDDHUbFhqzYNGU?",
            "zhipu", 3, "c0d0410af4624eb20d22c5fac4544fbe.MsWDDHUbFhqzYNGU",
        ),
        ("docker login -u bob -p kX9vQ2mLw7", "connection", 3, "kX9vQ2mLw7"),
        ("machine a.local login bob password kX9vQ2mLw7", "connection", 3, "kX9vQ2mLw7"),
        ("machine a\n  login bob\n  password kX9vQ2mLw7\n", "connection", 3, "kX9vQ2mLw7"),
        ("db.local:5432:orders:app:kX9vQ2mLw7\n", "connection", 3, "kX9vQ2mLw7"),
        ("localhost:*:*:postgres:kX9vQ2mLw7", "connection", 3, "kX9vQ2mLw7"),
        ("jdbc:oracle:thin:scott/kX9vQ2mLw7@//a:1521/x", "connection", 3, "kX9vQ2mLw7"),
        ("postgres://app:p%40ss%2Fw0rd9@db.local/x", "connection", 3, "p%40ss%2Fw0rd9"),
        ('{"auth": "Ym9iOmtYOXZRMm1Mdzc="}', "connection", 3, "Ym9iOmtYOXZRMm1Mdzc="),
        ("session_token=" + "/".join([_B] * 5), "assigned", 1, "/".join([_B] * 5)),
    ],
)
def test_secrets_that_their_place_gives_away(
    text: str, kind: str, severity: int, span: str
) -> None:
    """Passwords in addresses, tokens in headers, tokens of bots; only the secret is the span."""
    assert _found(text) == [(f"secret.{kind}", severity, span)]


@pytest.mark.parametrize(
    "text",
    [
        "mysql+pymysql://scott:tiger@localhost/x",
        "[8]: https://list.invalidmailto:devel@list.invalid",
    ],
)
def test_addresses_that_hold_no_password(text: str) -> None:
    """The account of countless manuals; an address of mail run into one of a page."""
    assert _found(text) == []


def test_every_mark_passes_the_gate() -> None:
    """A mark without a sign of the gate would be released before its key is seen."""
    assert {mark for mark in LITERALS if GATE.search(mark) is None} == set(UNGATED)


def test_entropy_tells_patterns_from_keys() -> None:
    """A repeated word has few bits, a key has many; hexadecimal digits at most four."""
    assert entropy("ab12" * 8) == 2.0
    assert entropy(_HEX) > LEAST_ENTROPY < entropy(_B)
    assert is_example("AKIAIOSFODNN7EXAMPLE")
    assert not is_example(f"sk-{_B}")
