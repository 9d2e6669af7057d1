"""The secrets filter: signs are sought in what is new, and only what stands behind one is read."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from filters.secrets import credentials
from filters.secrets.credentials import NOT_REAL, basic_password, is_real
from filters.secrets.forms import (
    BODY_OF,
    FORM_OF,
    FORMS,
    LEAST_ENTROPY,
    LONGEST_BLOCK,
    LONGEST_KEY,
    OWNERS,
    entropy,
    is_example,
    is_mixed,
)
from gateway.matching.automaton import TermAutomaton
from gateway.nouns.finding import Finding, Scan, clean

_LONGEST_VALUE = 512
_LONG_VALUE = 64
"""A value beyond that is a token, which has many different characters."""
_LEFT = 40
_AFTER_SIGN = 6

_ALNUM = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
_JOINTS = frozenset("_-./?=:")
"""What a mark has beside letters and digits, before its last character."""

_JWT_REST = re.compile(r"[A-Za-z0-9_\-]{8,}\.eyJ[A-Za-z0-9_\-]{8,}\.[A-Za-z0-9_\-]{8,}")


_PEM = "BEGIN "
_BEARERS = ("Bearer ", "BEARER ", "Basic ")
_USERINFO = "://"
_BOT = ":AA"
_ZHIPUS = ("智谱", "GLM")
LITERALS = (*FORM_OF, _PEM, *_BEARERS, _USERINFO, _BOT, *_ZHIPUS, *credentials.MARKS)
_MARKS = TermAutomaton([LITERALS])
_BEGINNINGS = frozenset(mark[:size] for mark in LITERALS for size in range(1, len(mark)))
_ENDINGS = frozenset(beginning[-1] for beginning in _BEGINNINGS)
_LONGEST_MARK = max(map(len, LITERALS))

UNGATED = _NETRC, _DATABRICKS = "password ", "dapi"
GATE = re.compile("[=:：_.A-Z码令谱-]")
"""Each of `LITERALS` but `UNGATED`, and each sign behind which a value stands, has one of these."""

_SIGN = re.compile("[=:：]|(?<=[码令])[是为]")
_BEARER = re.compile(rf"[A-Za-z0-9_\-.~+/=]{{0,{LONGEST_KEY}}}")
_CREDENTIALS = re.compile(r"[^\s:@/?#\"'<>]{0,64}(?::(?P<password>[^\s:@/?#\"'<>]{0,64}))?")
_BOT_TOKEN = re.compile(r"AA[A-Za-z0-9_\-]{0,34}")
_PEM_HEADER = re.compile(r"BEGIN [A-Z0-9 ]{0,32}?PRIVATE KEY(?: BLOCK)?-----")
_PEM_OPEN = re.compile(r"BEGIN [A-Z0-9 ]{0,54}-{0,5}")
_PEM_BODY = re.compile(rf"[A-Za-z0-9+/=\s\\:,\-]{{0,{LONGEST_BLOCK}}}")
_PEM_END = re.compile(r"-----END [A-Z0-9 ]{0,54}-----")
_PEM_LINES = re.compile(r"(?:(?:\s|\\[nr])*[A-Za-z0-9+/=]{16,})+")

_NAMED = re.compile(
    r"(?:passw(?:or)?d|passwd|passphrase|pwd|secret|token|api[_-]?key|access[_-]?key|secret[_-]?id"
    r"|credential|密码|口令|密钥|令牌)(?!_?name)[a-z0-9_]{0,8}[\"'`*]{0,3}\s{0,2}\Z"
)
_VALUE = re.compile(
    rf"\s{{0,3}}[\"'`]?(?P<value>[A-Za-z0-9!#$%&*+./=?@^_~|\-]{{0,{_LONGEST_VALUE + 1}}})"
)
_AWS_SECRET = re.compile(r"[A-Za-z0-9/+]{40}")
_AWS_NAMED = re.compile(r"aws|secret_?-?access")
_AUTH = re.compile(r"[\"'](?:auth|_auth)[\"']\s{0,2}\Z|\b_auth\s{0,2}\Z")


_ZHIPU = re.compile(
    r"[^\n。，]{0,16}?(?<![0-9A-Za-z])(?P<key>[0-9a-f]{32}\.(?P<secret>[A-Za-z0-9]{16}))"
    r"(?![A-Za-z0-9])"
)
"""A key of Zhipu's has no mark but the name before it: an id of 32 hexadecimal digits, a point, and
16 characters."""
_OPEN_ZHIPU = re.compile(r"[^\n。，]{0,66}\Z")
_PGPASS_COLONS = 3
_LEAST_OF_LONG = 4.5
"""Bits per character of a long token: sentences and paths have less."""
_AWS_IDS = frozenset(["AKIA", "ASIA"])
_WEAK = frozenset(["assigned", "bearer"])


class SecretsFilter:
    """Finds keys, tokens and private keys; a Filter.

    Categories: ``secret.<kind>``. Severity 3 where the form says whose key it is, for private keys
    and for passwords in addresses; 2 for tokens of an authorization header; 1 for a value that is
    only named like a password (``secret.assigned``) and for a private key's header without a key.
    Keys of documentation are never found.
    """

    name = "secrets"
    categories = tuple(
        f"secret.{kind}"
        for kind in sorted(
            {form.kind for form in FORMS}
            | {owner for _, owner in OWNERS}
            | {"assigned", "private_key", "bearer", "connection", "telegram", "zhipu"}
        )
    )
    """Everything that it may find."""
    look_behind = max(_LEFT + _AFTER_SIGN + 3, credentials.LEFT_SIDE)
    look_ahead = LONGEST_BLOCK + 128

    def scan(self, text: str, start: int, final: bool) -> Scan:  # noqa: FBT001 -- the port's shape
        """Judge ``text`` from ``start`` on; see `gateway.ports.filter.Filter`."""
        size = len(text)
        safe = size if final else _open_mark(text, start)
        before = max(0, start - _AFTER_SIGN)
        if GATE.search(text, before) is None and _NETRC not in text and _DATABRICKS not in text:
            return clean(safe)
        found: list[Finding] = []
        for part in _judged(text, start, before, final=final):
            if isinstance(part, int):
                safe = min(safe, part)
            elif part.end > start:
                found.append(part)
        if not found:
            return clean(max(start, safe))
        found, safe = _certain(_outermost(found), safe)
        return Scan(tuple(found), max(start, safe))


def _judged(text: str, start: int, before: int, *, final: bool) -> Iterator[Finding | int]:
    """Give every finding, and every position from which one may still come."""
    for sign in _SIGN.finditer(text, before):
        yield from _assigned(text, sign.end(), final=final)
    for number, begin, _ in _MARKS.find(text[start:]):
        if number >= _MARKS.size:  # the text itself brings the sign that asks what is alive
            continue
        at, mark = start + begin, LITERALS[number]
        if mark == _PEM:
            if text[max(0, at - 5) : at] == "-----":
                yield from _private_key(text, at, final=final)
        elif mark == _USERINFO:
            yield from _connection(text, at, final=final)
        elif mark == _BOT:
            yield from _telegram(text, at, final=final)
        elif at == 0 or text[at - 1] not in _ALNUM:
            judge = _judge_of(mark)
            yield from judge(text, at, mark, final=final)


def _judge_of(mark: str) -> Callable[..., Iterator[Finding | int]]:
    if mark in credentials.MARKS:
        return _credential
    if mark in _ZHIPUS:
        return _zhipu
    return _bearer if mark in _BEARERS else _key


def _credential(text: str, at: int, mark: str, *, final: bool) -> Iterator[Finding | int]:
    """Judge the password behind an option of a command or in a file of passwords."""
    place = credentials.behind(text, at, mark)
    if place is None:
        return
    if place.open and not final:
        yield at
        return
    secret = text[place.start : place.end]
    if len(secret) <= _LONG_VALUE and is_real(secret) and _is_password(secret):
        kind = ("connection", 3, 0.8) if place.sure else ("assigned", 1, 0.5)
        yield _finding(*kind, place.start, place.end)


def _key(text: str, at: int, mark: str, *, final: bool) -> Iterator[Finding | int]:
    form = FORM_OF[mark]
    begin = at + len(mark)
    run = BODY_OF[form].match(text, begin)
    body = run[0] if run else ""
    if not final and begin + len(body) == len(text) and len(body) <= form.most:
        yield at
        return
    if len(body) > form.most:
        if not form.endless:
            return
        body = body[: form.most]
    if form.kind == "jwt":
        rest = _JWT_REST.match(body)
        body = rest[0] if rest else ""
    whole = mark + body
    if len(body) < form.least or not form.check(body) or is_example(whole):
        return
    if mark in _AWS_IDS:
        place = credentials.beside(text, at + len(whole), final=final)
        if place is not None and place.open and not final:
            yield at
            return
        if place is not None and not place.open and not is_example(text[place.start : place.end]):
            yield _finding("aws", 3, 0.95, place.start, place.end)
    named = next((owner for prefix, owner in OWNERS if whole.startswith(prefix)), form.kind)
    yield _finding(named, 3, 0.95, at, at + len(whole))


def _bearer(text: str, at: int, mark: str, *, final: bool) -> Iterator[Finding | int]:
    """Judge the token of an authorization header (RFC 6750, RFC 7617)."""
    begin = at + len(mark)
    run = _BEARER.match(text, begin)
    token = run[0] if run else ""
    if not final and begin + len(token) == len(text) and len(token) < LONGEST_KEY:
        yield at
        return
    yield from _token(token, begin, basic=mark.lower() == "basic ")


def _token(token: str, begin: int, *, basic: bool) -> Iterator[Finding]:
    token = token.rstrip(".")
    password = basic_password(token) if basic else None
    opaque = len(token) >= 16 and is_mixed(token) and not is_example(token)
    if opaque if password is None else is_real(password):
        yield _finding("bearer", 2, 0.8, begin, begin + len(token))


def _connection(text: str, at: int, *, final: bool) -> Iterator[Finding | int]:
    """Judge the password in an address with one (RFC 3986, 3.2.1), of a data base for instance."""
    begin = at + len(_USERINFO)
    found = _CREDENTIALS.match(text, begin)
    end = found.end() if found else begin
    if not final and end == len(text):
        yield at
        return
    password = found["password"] if found else None
    if not password or text[end : end + 1] != "@" or len(password) < 4:
        return
    if text[: end - len(password)].endswith("mailto:"):
        return
    if is_real(password):
        yield _finding("connection", 3, 0.9, end - len(password), end)


def _zhipu(text: str, at: int, mark: str, *, final: bool) -> Iterator[Finding | int]:
    if not final and _OPEN_ZHIPU.match(text, at + len(mark)):
        yield at
        return
    found = _ZHIPU.match(text, at + len(mark))
    if found is None or found["secret"].islower():
        return
    if is_mixed(found["key"]) and entropy(found["secret"]) >= LEAST_ENTROPY:
        yield _finding("zhipu", 3, 0.9, *found.span("key"))


def _telegram(text: str, at: int, *, final: bool) -> Iterator[Finding | int]:
    """Judge a bot's token: eight to ten digits, a colon, and 35 characters."""
    if not text[max(0, at - 8) : at].isdecimal() or at < 8:
        return
    found = _BOT_TOKEN.match(text, at + 1)
    end = found.end() if found else at
    if not final and end == len(text) and end - at <= 36:
        yield at
    elif found is not None and len(found[0]) == 35 and is_mixed(found[0]):
        yield _finding("telegram", 3, 0.95, at + 1, end)


def _private_key(text: str, at: int, *, final: bool) -> Iterator[Finding | int]:
    header = _PEM_HEADER.match(text, at)
    if header is None:
        open_header = _PEM_OPEN.match(text, at)
        if not final and open_header is not None and open_header.end() == len(text):
            yield at
        return
    run = _PEM_BODY.match(text, header.end())
    body = run[0] if run else ""
    last = _PEM_END.search(body)
    if last is not None:
        yield _finding("private_key", 3, 0.99, at, header.end() + last.end())
        return
    if not final and header.end() + len(body) == len(text) and len(body) < LONGEST_BLOCK:
        yield at
        return
    lines = _PEM_LINES.match(body)
    if len(body) == LONGEST_BLOCK:
        yield _finding("private_key", 3, 0.99, at, header.end() + len(body))
    elif lines is not None:
        yield _finding("private_key", 3, 0.99, at, header.end() + lines.end())
    else:
        yield _finding("private_key", 1, 0.5, at, header.end())


def _assigned(text: str, after: int, *, final: bool) -> Iterator[Finding | int]:
    """Judge the value behind the sign that ends at ``after``, if its left side names a secret."""
    left = text[max(0, after - 1 - _LEFT) : after - 1].lower()
    header = credentials.scheme(text, after, left) if "auth" in left else None
    if header is not None:
        yield from _header(text, header, final=final)
        return
    auth = "auth" in left and _AUTH.search(left) is not None
    pgpass = left.count(":") >= _PGPASS_COLONS and credentials.is_pgpass(left)
    if not (pgpass or auth or _NAMED.search(left)):
        return
    found = _VALUE.match(text, after)
    value = found["value"] if found else ""
    if not found or not value or len(value) > _LONGEST_VALUE:
        return
    begin, end = found.span("value")
    if not final and end == len(text):
        yield begin
        return
    value = value.rstrip(".")
    after_it = text[end : end + 1]
    if auth:
        known = is_real(basic_password(value) or "")
    else:
        known = after_it not in {"(", "[", "{"} and _is_password(value) and not is_example(value)
    if not known or (pgpass and after_it not in {"", "\n", "\r"}):
        return
    if auth or pgpass:
        yield _finding("connection", 3, 0.8, begin, begin + len(value))
    elif _AWS_NAMED.search(left) and _AWS_SECRET.fullmatch(value):
        yield _finding("aws", 3, 0.9, begin, begin + len(value))
    else:
        yield _finding("assigned", 1, 0.5, begin, begin + len(value))


def _header(text: str, place: credentials.Place, *, final: bool) -> Iterator[Finding | int]:
    """Judge the token behind the scheme of a header, in small letters too."""
    run = _BEARER.match(text, place.end)
    token = run[0] if run else ""
    whole = place.end + len(token)
    if not final and (place.open or (whole == len(text) and len(token) < LONGEST_KEY)):
        yield place.start
    elif not place.open:
        yield from _token(token, place.end, basic="basic" in text[place.start : place.end].lower())


def _is_password(value: str) -> bool:
    """True for at least eight disorderly characters that are not a name, a path or a stand-in."""
    if len(value) < 8 or len(set(value)) < 6 or NOT_REAL.search(value) is not None:
        return False
    if len(value) > _LONG_VALUE and entropy(value) < _LEAST_OF_LONG:
        return False
    digits = sum(char.isdigit() for char in value)
    classes = (
        any(char.islower() for char in value),
        any(char.isupper() for char in value),
        digits > 0,
        any(not char.isalnum() and char not in "._-" for char in value),
    )
    return digits > 0 and digits < len(value) and (sum(classes) >= 3 or digits >= 3)


def _open_mark(text: str, start: int) -> int:
    """Return where a mark begins of which the text's end has only the first characters."""
    size = len(text)
    if size == start or text[-1] not in _ENDINGS:
        return size
    word = size - len(text[len(text.rstrip(_ALNUM)) :])
    if word and text[word - 1] in _JOINTS:
        for length in range(min(_LONGEST_MARK, size - start), 0, -1):
            at = size - length
            if text[at:] in _BEGINNINGS and _may_begin(text, at):
                return at
    elif word >= start and text[word:] in _BEGINNINGS and _may_begin(text, word):
        return word
    return size


def _may_begin(text: str, at: int) -> bool:
    return text[at] == ":" or at == 0 or text[at - 1] not in _ALNUM


def _outermost(found: list[Finding]) -> list[Finding]:
    """Leave out what lies inside a key, and values and tokens in which a key was found."""
    keys = [f for f in found if f.rule not in _WEAK]
    kept: list[Finding] = []
    for finding in sorted(found, key=lambda f: (f.start, -f.end, -f.severity, -f.score)):
        inside = kept and finding.end <= kept[-1].end
        weak = finding.rule in _WEAK and any(
            key.start < finding.end and finding.start < key.end for key in keys
        )
        if not inside and not weak:
            kept.append(finding)
    return kept


def _certain(found: list[Finding], safe: int) -> tuple[list[Finding], int]:
    """Return what lies before ``safe``, which moves to the start of any finding that it cuts."""
    for finding in reversed(found):
        if finding.start < safe < finding.end:
            safe = finding.start
    return [f for f in found if f.end <= safe], safe


def _finding(kind: str, severity: int, score: float, start: int, end: int) -> Finding:
    return Finding(f"secret.{kind}", severity, score, start, end, SecretsFilter.name, kind)
