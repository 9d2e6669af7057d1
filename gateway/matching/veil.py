"""Veil: values that an upstream must not see stand as placeholders, and come back in its answer.

A placeholder is a keyed hash of who asked and what was said: the same value of the same person is
the same placeholder in every turn, so the upstream's prompt cache holds and no state is kept. The
way back is made anew from each request. A model may alter a placeholder a little (case, full width,
spaces in the brackets, other brackets or none, emphasis inside them, percent escapes, a dash, a
space or an escaped underscore between its word and its code); it is known by these two, in brackets
by its code alone: a model that answers in another language translates the word.
"""

from __future__ import annotations

import hashlib
import hmac
import re
from bisect import bisect_left, bisect_right
from collections.abc import Callable

from gateway.nouns.exchange import CROCKFORD

SHORTEST_CODE = 8
"""40 bits: two of a thousand values of one request meet once in two million requests."""

LONGEST_CODE = 24
LONGEST_WORD = 16
HOLD = 64
"""No placeholder, however altered, is longer; so no more than this is ever held."""

WORDS = {
    "personal_data.mobile": "PHONE",
    "personal_data.landline": "PHONE",
    "personal_data.phone": "PHONE",
    "personal_data.resident_id": "IDCARD",
    "personal_data.hk_id": "IDCARD",
    "personal_data.macau_id": "IDCARD",
    "personal_data.tw_id": "IDCARD",
    "personal_data.residence_permit": "IDCARD",
    "personal_data.national_id": "IDCARD",
    "personal_data.us_ssn": "IDCARD",
    "personal_data.military_id": "IDCARD",
    "personal_data.travel_permit": "PASSPORT",
    "personal_data.driving_licence": "LICENCE",
    "personal_data.social_security": "INSURANCE",
    "personal_data.iban": "IBAN",
    "personal_data.ip_address": "IPADDR",
    "personal_data.mac_address": "MACADDR",
    "personal_data.device_id": "DEVICE",
    "personal_data.coordinates": "LOCATION",
    "personal_data.name": "NAME",
    "personal_data.address": "ADDRESS",
    "personal_data.account": "ACCOUNT",
    "personal_data.bank_account": "ACCOUNT",
    "personal_data.birth_date": "BIRTHDATE",
    "personal_data.medical_record": "PATIENT",
    "personal_data.bank_card": "BANKCARD",
    "personal_data.uscc": "COMPANY",
    "personal_data.plate": "PLATE",
    "personal_data.passport": "PASSPORT",
    "personal_data.email": "EMAIL",
    "secret": "SECRET",
}
"""The word that tells the model what stands there, by category or family."""

OTHER_WORD = "PRIVATE"

Digest = Callable[[bytes, bytes], bytes]
"""``(key, message) -> at least 15 bytes``: HMAC-SHA-256 unless a test needs codes that collide."""

Restoration = tuple[int, int, str]
"""``[start, end)`` in code points of the text, and the value that belongs there."""

_ALL_WORDS = sorted({*WORDS.values(), OTHER_WORD}, key=len, reverse=True)
_PLAIN_FORMS = str.maketrans(
    {code: chr(code - 0xFEE0) for code in range(0xFF01, 0xFF5F)}
    | dict.fromkeys(map(ord, "({<【〔「『《〈（［｛＜"), "[")
    | dict.fromkeys(map(ord, ")}>】〕」』》〉）］｝＞"), "]")
    | dict.fromkeys(map(ord, "-‐‑–—－＿"), "_")
    | dict.fromkeys((0xA0, 0x202F, 0x3000), " ")
)
"""Other forms of what a placeholder is written with, one code point for one."""
_OTHER_FORMS = re.compile("[" + "".join(re.escape(chr(code)) for code in _PLAIN_FORMS) + "]")

_OPEN_BRACKET = r"(?:\\?\[ {0,3}|%5B)[*`]{0,2}"
_CLOSE_BRACKET = re.compile(r"[*`]{0,2}(?: {0,3}\\?\]|%5D)", re.IGNORECASE)
_CLOSING = re.compile(r"[*`]{0,2}(?: {0,3}\\?|%5?)\Z")
_UNDERSCORE = r"(?: ?\\?_ ?| |%5F)"
_LETTER = "[A-Za-z\u00c0-\u02af\u0370-\u1fff\u3040-\ud7ff]"
_BEHIND_OTHER = rf"(?:(?<=[\u3040-\ud7ff])(?=[0-9A-Za-z])|{_UNDERSCORE}|: ?)"
"""Behind a word of another language: a colon too, or nothing where its letters are no code's."""
_SEEN = re.compile(
    rf"(?:({_OPEN_BRACKET})?({'|'.join(_ALL_WORDS)}){_UNDERSCORE}"
    rf"|({_OPEN_BRACKET})({_LETTER}{{1,{LONGEST_WORD}}}?){_BEHIND_OTHER})"
    rf"([0-9A-Za-z]{{{SHORTEST_CODE},{LONGEST_CODE}}})",
    re.IGNORECASE | re.ASCII,
)


def _growing(word: str) -> str:
    """Return the pattern of every beginning of the word, the whole word included."""
    return word[0] + (f"(?:{_growing(word[1:])})?" if len(word) > 1 else "")


_OPEN = re.compile(
    r"(?:"
    rf"(?:{_OPEN_BRACKET})?(?:(?P<word>{'|'.join(_ALL_WORDS)})"
    rf"(?: ?\\?|%5?|{_UNDERSCORE}(?P<code>[0-9A-Za-z]{{0,{LONGEST_CODE}}}))"
    rf"|(?P<part>{'|'.join(map(_growing, _ALL_WORDS))}))"
    rf"|(?:{_OPEN_BRACKET})|\\|%5?)\Z",
    re.IGNORECASE | re.ASCII,
)
_OPEN_OTHER = re.compile(
    rf"(?:{_OPEN_BRACKET})(?:{_LETTER}{{1,{LONGEST_WORD}}}"
    rf"(?: ?\\?|%5?|{_BEHIND_OTHER}(?P<code>[0-9A-Za-z]{{0,{LONGEST_CODE}}})))?\Z",
    re.IGNORECASE | re.ASCII,
)
"""The same with a word of another language."""
_HAS_CODE = re.compile(rf"[_ :Ff\u3040-\ud7ff][0-9A-Za-z]{{{SHORTEST_CODE}}}")
_ANY = ""
"""Stands for any word where codes are kept in order."""

_LOOKALIKES = str.maketrans("OIL", "011")
"""Crockford's digits leave these letters out; a reader who writes them means the digits."""


def placeholder(key: bytes, tenant: str, subject: str, category: str, value: str) -> str:
    """Return the placeholder of a value: ``[PHONE_7KQ2M9XD]``. Stable for the same five arguments;
    without the key it says nothing of the value but its kind."""
    return _spell(_word(category), _code(key, (tenant, subject, category, value))[:SHORTEST_CODE])


def _word(category: str) -> str:
    return WORDS.get(category) or WORDS.get(category.partition(".")[0], OTHER_WORD)


def _spell(word: str, code: str) -> str:
    return f"[{word}_{code}]"


def _hmac_sha256(key: bytes, message: bytes) -> bytes:
    return hmac.digest(key, message, hashlib.sha256)


def _code(key: bytes, parts: tuple[str, ...], digest: Digest = _hmac_sha256) -> str:
    """Return all `LONGEST_CODE` characters of a value's code."""
    message = bytearray(b"sealgate veil 1")
    for part in parts:
        raw = part.encode("utf-8", "surrogatepass")
        message += len(raw).to_bytes(8, "big") + raw
    number = int.from_bytes(digest(key, bytes(message)), "big")
    return "".join(CROCKFORD[(number >> 5 * place) & 31] for place in range(LONGEST_CODE))


class VeilMap:
    """The placeholders of one request and the values behind them.

    Make one per request, `veil` what the policy wants veiled, then give `restorations` what the
    upstream answers. Nothing is shared between requests.
    """

    def __init__(
        self, key: bytes, tenant: str, subject: str, *, digest: Digest = _hmac_sha256
    ) -> None:
        self._digest = digest
        self._key = key
        self._owner = (tenant, subject)
        self._placeholders: dict[tuple[str, str], str] = {}
        self._values: dict[tuple[str, str], str] = {}
        self._by_code: dict[str, str | None] = {}
        """Without the word; None where two words share a code."""
        self._in_order: list[tuple[str, str]] = []
        self._sizes: tuple[int, ...] = ()
        self._words: set[str] = set()

    def __len__(self) -> int:
        return len(self._values)

    def veil(self, category: str, value: str) -> str:
        """Return the value's placeholder and remember the way back.

        If another value of this request already has it, the code is made longer. Raises ValueError
        if no length tells two values apart.
        """
        known = self._placeholders.get((category, value))
        if known is not None:
            return known
        word = _word(category)
        code = _code(self._key, (*self._owner, category, value), self._digest)
        for size in range(SHORTEST_CODE, LONGEST_CODE + 1, 4):
            if self._values.setdefault((word, code[:size]), value) == value:
                break
        else:
            raise ValueError("two values have the same placeholder at every length")
        if size not in self._sizes:
            self._sizes = tuple(sorted({*self._sizes, size}, reverse=True))
        self._words.add(word)
        same = self._by_code.get(code[:size], value) == value
        self._by_code[code[:size]] = value if same else None
        self._placeholders[category, value] = _spell(word, code[:size])
        return self._placeholders[category, value]

    def restorations(
        self,
        text: str,
        final: bool,  # noqa: FBT001 -- the lens calls it by position
    ) -> tuple[list[Restoration], int]:
        """Return where placeholders of this request stand in a text, and from where on the end of
        the text may still become one (its length, if nothing may, or if it is ``final``).

        Needs no look-behind: call it with what it held the last time and what came since.
        """
        found: list[Restoration] = []
        if not self._values:
            return found, len(text)
        plain = text.translate(_PLAIN_FORMS) if _OTHER_FORMS.search(text) else text
        at = 0 if _HAS_CODE.search(plain) else len(plain)
        while at < len(plain) and (seen := _SEEN.search(plain, at)) is not None:
            end, value = self._known(seen)
            if value is None:
                at = seen.start() + 1
                continue
            end = self._closed(plain, seen, end)
            if not final and self._may_grow(plain, seen, end):
                return found, seen.start()
            found.append((seen.start(), end, value))
            at = end
        first = found[-1][1] if found else 0
        return found, len(text) if final else self._open(plain, first)

    def restore(self, text: str) -> str:
        """Return a whole text with every placeholder of this request turned into its value."""
        out: list[str] = []
        at = 0
        for start, end, value in self.restorations(text, final=True)[0]:
            out += (text[at:start], value)
            at = end
        out.append(text[at:])
        return "".join(out)

    def _known(self, seen: re.Match[str]) -> tuple[int, str | None]:
        """Return the end of the longest code known here and its value."""
        word, run = (seen[2] or "").upper(), _plain(seen[5])
        for size in self._sizes:
            code = run[:size] if size <= len(run) else ""
            value = self._values.get((word, code))
            if value is None and _bracket(seen):
                value = self._by_code.get(code)
            if value is not None:
                return seen.start(5) + size, value
        return seen.end(), None

    def _closed(self, text: str, seen: re.Match[str], end: int) -> int:
        close = _CLOSE_BRACKET.match(text, end) if _bracket(seen) else None
        return close.end() if close else end

    def _may_grow(self, text: str, seen: re.Match[str], end: int) -> bool:
        """True if what comes next may close the bracket or lengthen the code."""
        code = _plain(text[seen.start(5) :][:LONGEST_CODE])
        word = None if _bracket(seen) else seen[2].upper()
        if seen.end() == len(text) and self._begins(word, code, longer=True):
            return True
        if not _bracket(seen) or text[end - 1] == "]":
            return False
        return _CLOSING.match(text, end) is not None

    def _begins(self, word: str | None, code: str, *, longer: bool) -> bool:
        """True if a code begins so; without a word that of any."""
        if len(self._in_order) < 2 * len(self._values):
            anyones = ((_ANY, short) for _, short in self._values)
            self._in_order = sorted([*self._values, *anyones])
        find = bisect_right if longer else bisect_left
        at = find(self._in_order, (word or _ANY, code))  # what begins alike stands side by side
        if at == len(self._in_order):
            return False
        known_word, known = self._in_order[at]
        return known_word == (word or _ANY) and known.startswith(code)

    def _open(self, text: str, start: int) -> int:
        """Return where the longest suffix begins that may still become one of the placeholders."""
        begin = len(text)
        for pattern in (_OPEN, _OPEN_OTHER):
            at = max(start, len(text) - HOLD)
            while (found := pattern.search(text, at, len(text))) is not None:
                at = found.start() + 1
                if found.start() < begin and self._may_become(found):
                    begin = found.start()
                    break
        return begin

    def _may_become(self, found: re.Match[str]) -> bool:
        said = found.groupdict()
        word, part, code = said.get("word"), said.get("part"), said["code"]
        if code is not None:
            return self._begins(word and word.upper(), _plain(code), longer=False)
        known = word or part
        return known is None or any(one.startswith(known.upper()) for one in self._words)


def _bracket(seen: re.Match[str]) -> bool:
    return (seen[1] or seen[3]) is not None


def _plain(code: str) -> str:
    return code.upper().translate(_LOOKALIKES)
