"""Passwords that their place gives away: credentials in a header, on a command line, in the files
in which programs look them up.

Formats: RFC 7617 (Basic), ``curl --user``, ``docker login --password``, ``sshpass``, ``.netrc``,
``.pgpass`` (PostgreSQL), Oracle's thin JDBC addresses, and AWS credentials written in a row.
"""

from __future__ import annotations

import re
from base64 import b64decode
from binascii import Error
from typing import NamedTuple

from filters.secrets.forms import is_mixed

MARKS = ("-u ", "--user ", "-p", "-p ", "-a ", "--password ", "password ", "jdbc:oracle:thin:")
"""What stands before such a password, but for a colon."""

LONGEST = 160
"""Code points from a mark to the end of the password behind it, at most."""

STAND_INS = frozenset([
    "password", "passwd", "pass", "secret", "pwd", "user", "username", "token", "root", "postgres",
    "guest", "admin", "test", "tiger", "open sesame", "login",
])  # fmt: skip
"""Passwords of manuals."""

NOT_REAL = re.compile(
    r"(?i)your|example|xxx|placeholder|change_?me|\*\*\*|\$|%[a-z_]\w*%|\A[./<]|://|\Apassw"
)

_ANYBODYS = frozenset(["-u ", "--user "])
"""Options that mean something else to other programs than curl."""
LEFT_SIDE = 80
"""How many code points before a mark are read."""

_SECRET = r"[^\s\"'`]{0,65}"
_USER = r"[^\s:\"'`/]{1,64}"
_AFTER = {
    "-u ": re.compile(rf"[\"']?{_USER}:(?P<secret>{_SECRET})"),
    "--user ": re.compile(rf"[\"']?{_USER}:(?P<secret>{_SECRET})"),
    "-p": re.compile(rf"[\"']?(?P<secret>{_SECRET})"),
    "-p ": re.compile(rf"[\"']?(?P<secret>{_SECRET})"),
    "-a ": re.compile(rf"[\"']?(?P<secret>{_SECRET})"),
    "--password ": re.compile(rf"[\"']?(?P<secret>{_SECRET})"),
    "password ": re.compile(r"(?P<secret>[^\s\"'`]{0,65})"),
    "jdbc:oracle:thin:": re.compile(r"[^\s/@:\"']{1,64}/(?P<secret>[^\s/@\"']{0,65})(?=@|\Z)"),
}
_BEGUN = re.compile(rf"[\"']?[^\s\"'`]{{0,{LONGEST}}}")
_LEFT = {
    "-p": re.compile(r"(?:mysql|mariadb)[\w\-]*(?:[ \\\n][^|;&\n]*)? \Z"),
    "-a ": re.compile(r"redis-cli(?:[ \\\n][^|;&\n]*)? \Z"),
    "-p ": re.compile(r"(?:sshpass|docker login|podman login)(?:[ \\\n][^|;&\n]*)?\Z"),
    "--password ": re.compile(r"(?:login|mysql\w*|psql|mongo\w*|curl)\b[^|;&\n]*\Z"),
    "password ": re.compile(r"(?:machine\s+\S+|default)\s+(?:login|account)\s+\S+\s+\Z"),
}
_PGPASS = re.compile(r"[\w.*\-]{1,40}:(?:[0-9]{3,5}|\*):[\w.*\-]{1,30}:[\w.\-]{1,30}\Z")
_SCHEMED = re.compile(r"authori[sz]ation[\"']?\s{0,2}\Z")
_SCHEME = re.compile(r"\s{0,3}[\"'`]?(?:basic|bearer)(?:\s{1,2}|\Z)", re.IGNORECASE)
_OPEN_SCHEME = re.compile(
    r"\s{0,3}[\"'`]?(?:b(?:a(?:s(?:i(?:c\s{0,2})?)?)?|e(?:a(?:r(?:e(?:r\s{0,2})?)?)?)?)?)?\Z",
    re.IGNORECASE,
)
_BESIDE = re.compile(r"[\s,;:\"'|]{1,6}(?P<secret>[A-Za-z0-9/+]{40})(?![A-Za-z0-9/+=])")
_OPEN_BESIDE = re.compile(r"[\s,;:\"'|]{0,6}[A-Za-z0-9/+]{0,40}\Z")
_BASIC = re.compile(r"[A-Za-z0-9+/_\-]{8,}={0,2}")


class Place(NamedTuple):
    """Where a password stands, whether more text may still change that, and whether nothing else
    stands in such a place."""

    start: int
    end: int
    open: bool = False
    sure: bool = True


def behind(text: str, at: int, mark: str) -> Place | None:
    """Return what stands behind a mark that begins at ``at``, None if it is no password's place."""
    left = text[max(0, at - LEFT_SIDE) : at]
    needed = _LEFT.get(mark)
    if needed is not None and needed.search(left) is None:
        return None
    sure = mark not in _ANYBODYS or "curl" in left
    begin = at + len(mark)
    run = _BEGUN.match(text, begin)
    reach = run.end() if run else begin
    growing = reach == len(text) and reach - begin < LONGEST
    found = _AFTER[mark].match(text, begin)
    if found is None:
        return Place(reach, reach, open=True, sure=sure) if growing else None
    return Place(*found.span("secret"), open=growing, sure=sure)


def is_pgpass(left: str) -> bool:
    """True if host, port, data base and user stand right before a colon."""
    return _PGPASS.search(left) is not None


def scheme(text: str, after: int, left: str) -> Place | None:
    """Return the place of the scheme's name in a header that a colon ends at ``after``."""
    if _SCHEMED.search(left) is None:
        return None
    found = _SCHEME.match(text, after)
    if found is not None and found.end() < len(text):
        return Place(found.start(), found.end())
    return Place(after, len(text), open=True) if _OPEN_SCHEME.match(text, after) else None


def beside(text: str, end: int, *, final: bool) -> Place | None:
    """Return the secret that stands right behind the id of an AWS key."""
    if not final and _OPEN_BESIDE.match(text, end):
        return Place(end, len(text), open=True)
    found = _BESIDE.match(text, end)
    if found is None or not is_mixed(found["secret"]) or found["secret"].islower():
        return None
    return Place(*found.span("secret"))


def basic_password(token: str) -> str | None:
    """Return the password if this is the Base64 of a name, a colon and a password."""
    if _BASIC.fullmatch(token) is None:
        return None
    bare = token.rstrip("=").translate(str.maketrans("-_", "+/"))
    try:
        said = b64decode(bare + "=" * (-len(bare) % 4), validate=True).decode()
    except (Error, ValueError):
        return None
    name, _, password = said.partition(":")
    return password if name and password and said.isprintable() else None


def is_real(password: str) -> bool:
    """True for four characters or more that no manual writes in a password's place."""
    return (
        len(password) >= 4
        and NOT_REAL.search(password) is None
        and password.lower() not in STAND_INS
    )
