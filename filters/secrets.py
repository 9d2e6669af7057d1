"""Secrets: keys and tokens that their own form gives away, private keys, and assigned passwords.

A key is a mark (``ghp_``, ``AKIA``) with a run of its own characters behind it. It is judged when
the run has ended, so that a key cut anywhere is one key, and it is held from its mark on. A value
behind ``password=`` is judged by what stands on its left and by its own disorder.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import NamedTuple

from gateway.nouns.finding import Finding, Scan

LONGEST_KEY = 256
LONGEST_BLOCK = 4096
"""Code points of a signed token or of a private key's body; what is longer is cut there."""

_LONGEST_VALUE = 64
_LEFT = 40
_AFTER_SIGN = 5

_ALNUM = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
_WORD = _ALNUM + "_-"


class _Kind(NamedTuple):
    """A form of key: ``marks`` it begins with, the run behind (``least`` to ``most`` characters of
    the class ``body``), and what else must hold of the run. ``endless``: a longer run is cut, not
    refused."""

    kind: str
    marks: tuple[str, ...]
    body: str
    least: int
    most: int
    check: Callable[[str], bool] = bool
    endless: bool = False


def _is_mixed(body: str) -> bool:
    """True for what no hyphenated word looks like: digits, and many different characters."""
    return len(set(body)) >= 10 and any(char.isdigit() for char in body)


def _is_upper(body: str) -> bool:
    return not any(char.islower() for char in body)


_JWT_REST = re.compile(r"[A-Za-z0-9_\-]{8,}\.eyJ[A-Za-z0-9_\-]{8,}\.[A-Za-z0-9_\-]{8,}")

_KINDS = (
    _Kind("openai", ("sk-",), r"[A-Za-z0-9_\-]", 20, LONGEST_KEY, _is_mixed, endless=True),
    _Kind("stripe", ("sk_live_", "rk_live_"), "[A-Za-z0-9]", 16, LONGEST_KEY, endless=True),
    _Kind("aws", ("AKIA", "ASIA"), "[A-Za-z0-9]", 16, 16, _is_upper),
    _Kind("google", ("AIza",), r"[A-Za-z0-9_\-]", 35, 35, _is_mixed),
    _Kind(
        "github", ("ghp_", "gho_", "ghu_", "ghs_", "ghr_"), "[A-Za-z0-9]", 30, LONGEST_KEY,
        endless=True,
    ),
    _Kind("github", ("github_pat_",), "[A-Za-z0-9_]", 22, LONGEST_KEY, _is_mixed, endless=True),
    _Kind("gitlab", ("glpat-",), r"[A-Za-z0-9_\-.]", 20, LONGEST_KEY, _is_mixed, endless=True),
    _Kind(
        "slack", ("xoxa-", "xoxb-", "xoxe-", "xoxo-", "xoxp-", "xoxr-", "xoxs-"),
        r"[A-Za-z0-9\-]", 10, LONGEST_KEY, _is_mixed, endless=True,
    ),
    _Kind("aliyun", ("LTAI",), "[A-Za-z0-9]", 12, 24, _is_mixed),
    _Kind("tencent", ("AKID",), "[A-Za-z0-9]", 28, 36, _is_mixed),
    _Kind("huggingface", ("hf_",), "[A-Za-z0-9]", 30, 40, _is_mixed),
    _Kind("npm", ("npm_",), "[A-Za-z0-9]", 36, 36, _is_mixed),
    _Kind("jwt", ("eyJ",), r"[A-Za-z0-9_\-.]", 30, LONGEST_BLOCK, endless=True),
)  # fmt: skip
_OWNERS = (("sk-ant-", "anthropic"), ("sk-sg-", "sealgate"))
"""Keys that begin like another service's and say whose they are."""

_PEM = "BEGIN "
_KIND_OF = {mark: kind for kind in _KINDS for mark in kind.marks}
_BODY_OF = {kind: re.compile(f"{kind.body}{{0,{kind.most + 1}}}") for kind in _KINDS}
_LITERALS = (*_KIND_OF, _PEM)
_BEGINNINGS = frozenset(mark[:size] for mark in _LITERALS for size in range(1, len(mark)))
_LONGEST_MARK = max(map(len, _LITERALS))

_SIGN = re.compile(
    "sk[-_]|rk_live_|AKIA|ASIA|AKID|AIza|gh[pousr]_|github_pat_|glpat-|xox[abeoprs]-|LTAI|hf_|npm_"
    "|eyJ|BEGIN |=|:|："  # every branch opens with a literal: that makes the search fast
)
_PEM_HEADER = re.compile(r"BEGIN [A-Z0-9 ]{0,32}?PRIVATE KEY(?: BLOCK)?-----")
_PEM_OPEN = re.compile(r"BEGIN [A-Z0-9 ]{0,54}-{0,5}")
_PEM_BODY = re.compile(rf"[A-Za-z0-9+/=\s\\:,\-]{{0,{LONGEST_BLOCK}}}")
_PEM_END = re.compile(r"-----END [A-Z0-9 ]{0,54}-----")
_PEM_LINES = re.compile(r"(?:(?:\s|\\[nr])*[A-Za-z0-9+/=]{16,})+")

_NAMED = re.compile(
    r"(?:passw(?:or)?d|passwd|passphrase|pwd|secret|token|api[_-]?key|access[_-]?key|secret[_-]?id"
    r"|credential|密码|口令|密钥|令牌)[a-z0-9_]{0,8}[\"'`*]{0,3}\s{0,2}\Z"
)
_VALUE = re.compile(
    rf"\s{{0,3}}[\"'`]?(?P<value>[A-Za-z0-9!#$%&*+./=?@^_~|\-]{{0,{_LONGEST_VALUE + 1}}})"
)
_AWS_SECRET = re.compile(r"[A-Za-z0-9/+]{40}")
_AWS_NAMED = re.compile(r"aws|secret_?-?access")
_NOT_REAL = re.compile(r"(?i)your|example|xxx|placeholder|change_?me|\*\*\*|\$|%\w+%|\A[./]|://")


class SecretsFilter:
    """Finds keys, tokens and private keys; a Filter.

    Categories: ``secret.<kind>``. Severity 3 where the form says whose key it is, and for private
    keys; 1 for a value that is only named like a password (``secret.assigned``) and for a private
    key's header without a key.
    """

    name = "secrets"
    categories = tuple(
        f"secret.{kind}"
        for kind in sorted(
            {kind.kind for kind in _KINDS}
            | {owner for _, owner in _OWNERS}
            | {"assigned", "private_key"}
        )
    )
    """Everything that it may find."""
    look_behind = _LEFT + _AFTER_SIGN + 3
    look_ahead = LONGEST_BLOCK + 128

    def scan(self, text: str, start: int, final: bool) -> Scan:  # noqa: FBT001 -- the port's shape
        """Judge ``text`` from ``start`` on; see `gateway.ports.filter.Filter`."""
        size = len(text)
        safe = size if final else _open_mark(text, start)
        found: list[Finding] = []
        for sign in _SIGN.finditer(text, max(0, start - _AFTER_SIGN)):
            for part in _judge(text, sign, final=final):
                if isinstance(part, int):
                    safe = min(safe, part)
                elif part.end > start:
                    found.append(part)
        if not found:
            return Scan((), max(start, safe))
        found, safe = _certain(_outermost(found), safe)
        return Scan(tuple(found), max(start, safe))


def _judge(text: str, sign: re.Match[str], *, final: bool) -> Iterator[Finding | int]:
    """Give the finding that begins at this sign, or the position from which it may still become
    one."""
    mark = sign[0]
    at = sign.start()
    if mark in "=:：":
        yield from _assigned(text, sign.end(), final=final)
    elif mark == _PEM:
        if text[max(0, at - 5) : at] == "-----":
            yield from _private_key(text, at, final=final)
    elif at == 0 or text[at - 1] not in _ALNUM:
        yield from _key(text, at, mark, final=final)


def _key(text: str, at: int, mark: str, *, final: bool) -> Iterator[Finding | int]:
    if mark == "sk_":
        mark = text[at : at + len("sk_live_")]
        if not final and at + len(mark) == len(text) and mark in _BEGINNINGS:
            yield at
    kind = _KIND_OF.get(mark)
    if kind is None:
        return
    begin = at + len(mark)
    run = _BODY_OF[kind].match(text, begin)
    body = run[0] if run else ""
    if not final and begin + len(body) == len(text) and len(body) <= kind.most:
        yield at
        return
    if len(body) > kind.most:
        if not kind.endless:
            return
        body = body[: kind.most]
    if kind.kind == "jwt":
        rest = _JWT_REST.match(body)
        body = rest[0] if rest else ""
    if len(body) < kind.least or not kind.check(body):
        return
    whole = mark + body
    named = next((owner for prefix, owner in _OWNERS if whole.startswith(prefix)), kind.kind)
    yield _finding(named, 3, 0.95, at, at + len(whole))


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
    if _NAMED.search(left) is None:
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
    if text[end : end + 1] in ("(", "[", "{") or not _is_password(value):
        return
    if _AWS_NAMED.search(left) and _AWS_SECRET.fullmatch(value):
        yield _finding("aws", 3, 0.9, begin, begin + len(value))
    else:
        yield _finding("assigned", 1, 0.5, begin, begin + len(value))


def _is_password(value: str) -> bool:
    """True for at least eight disorderly characters that are not a name, a path or a stand-in."""
    if len(value) < 8 or len(set(value)) < 6 or _NOT_REAL.search(value) is not None:
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
    if not text or text[-1] not in _WORD:
        return size
    word = text[len(text.rstrip(_ALNUM)) :]
    if word in _BEGINNINGS and _may_begin(text, size - len(word)):
        return max(start, size - len(word))
    if "_" in text[-_LONGEST_MARK:] or "-" in text[-_LONGEST_MARK:]:
        for length in range(min(_LONGEST_MARK, size - start), 0, -1):
            at = size - length
            if text[at:] in _BEGINNINGS and _may_begin(text, at):
                return at
    return size


def _may_begin(text: str, at: int) -> bool:
    if text[at] == "B":
        return text[max(0, at - 5) : at] == "-----"
    return at == 0 or text[at - 1] not in _ALNUM


def _outermost(found: list[Finding]) -> list[Finding]:
    """Leave out what lies inside a key, and values in which a key was found."""
    keys = [f for f in found if f.rule != "assigned"]
    kept: list[Finding] = []
    for finding in sorted(found, key=lambda f: (f.start, -f.end, -f.severity)):
        inside = kept and finding.end <= kept[-1].end
        weak = finding.rule == "assigned" and any(
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
