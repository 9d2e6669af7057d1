"""The keyed invisible trace: a label code between the sentences, readable with the key alone.

A copy is 62 invisible code points of a four-letter alphabet, two bits each: the 40 bits of the
label code (itself a keyed hash of the exchange id), a keyed tag of 44 bits, and 36 bits of error
correction (`gateway.matching.trace_code`). At most 4,096 readings are held against the tag per
text, so a text that the key has not seen is taken for ours less than once in 2^32. A copy stands
after a sentence's end about every 200 characters; an excerpt that holds one copy, up to three of
its letters changed or lost or one gap of up to 18 in it, names its exchange, whatever was done to
the words around it; copies that lost more are read together.

Where it never stands: in code (fenced, indented, in backticks), in display mathematics, in
addresses and the targets of links, between braces, in headings, tables, HTML and front matter, in
texts that open like JSON or markup, between a sentence's end and the closing mark-up behind it,
after a number. Position depends on the text alone, never on how a stream cut it. Survives copying,
UTF-8, JSON, NFC; does not survive retyping or a filter that drops format characters.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from hashlib import blake2b

from gateway.matching.label_code import CODE_BITS, code_of_number, number_of_code
from gateway.matching.trace_code import COPY_LENGTH, NUMBER_BITS, TraceSearch, write
from gateway.nouns.mark import Receipt
from gateway.ports.mark import Claim

ALPHABET = "\u200b\u200c\u2060\u2063"
"""Zero-width space, zero-width non-joiner, word joiner, invisible separator: all of class Cf."""

TAG_BITS = NUMBER_BITS - CODE_BITS

SPACING = 200
"""Code points from one copy to the next sentence end that may bear one."""

LONG_TEXT_TOKENS = 200
"""From how many tokens on a text is long (`TextMarksOrder.trace`): counted as one per Han
character and one per four other characters, which is a little more than tokenizers count."""

_PERSON = b"sealgate-trace-2"
_TAG_MASK = (1 << TAG_BITS) - 1
_LETTERS = re.compile(f"[{ALPHABET}]+")
_DIGIT_OF = {ord(letter): digit for digit, letter in enumerate(ALPHABET)}
_BROKEN_BY = 3
"""Visible code points that may stand in a damaged copy, where letters were replaced by others."""
_EAST_ENDS = frozenset("。！？")
_WEST_ENDS = frozenset(".!?")
_FENCES = ("```", "~~~")
_STRUCTURED = ("{", "[", "<")
_HEAD_LENGTH = 8


class TextTrace:
    """Weaves the trace into texts and reads it back. Raises ValueError unless the key has 16 to 64
    bytes."""

    name = "text_trace"

    def __init__(self, key: bytes) -> None:
        if not 16 <= len(key) <= 64:
            raise ValueError("the trace's key has 16 to 64 bytes")
        self._key = key

    def copy(self, code: str) -> str:
        """Return one copy of a label code. Raises ValueError if it is none."""
        number = number_of_code(code)
        return "".join(ALPHABET[digit] for digit in write(number << TAG_BITS | self._tag(number)))

    def weaver(self, code: str, *, after_tokens: int = 0) -> Weaver:
        """Return the streaming form for one channel of one exchange.

        With ``after_tokens`` the first copy waits until the text is that long (`LONG_TEXT_TOKENS`
        for the order ``long``); without, the first sentence end bears one.
        """
        return Weaver(self.copy(code), after_tokens)

    def weave(self, text: str, code: str, *, after_tokens: int = 0) -> str:
        """Return a whole text with the trace in it; unchanged where none may stand."""
        weaver = self.weaver(code, after_tokens=after_tokens)
        return weaver.push(text) + weaver.finish()

    def find(self, text: str) -> list[str]:
        """Return the label codes whose copies stand in a text, each once, whole ones first.

        The window slides over the trace's letters alone, so visible characters that got between
        those of a whole copy do not matter. What costs more is tried only while nothing is found:
        copies that lost letters in several places, and several copies together.
        """
        search = TraceSearch(self._is_ours)
        letters = "".join(_LETTERS.findall(text))
        found = [number for _, number in search.whole(_digits(letters))]
        runs = list(self._remnants(text, search))
        found += filter(None, map(search.damaged, runs))
        if not found:
            found = search.together(runs)
        if not found:
            found = list(filter(None, map(search.scattered, runs)))
        return list(dict.fromkeys(code_of_number(number >> TAG_BITS) for number in found))

    def strip(self, text: str) -> str:
        """Return the text without its copies, damaged ones too if they can be read alone: what was
        woven, and nothing else, goes."""
        if not _LETTERS.search(text):
            return text
        search = TraceSearch(self._is_ours)
        return _LETTERS.sub(lambda run: self._without_copies(run[0], search), text)

    def stamp(self, content: bytes, claim: Claim) -> tuple[bytes, Receipt]:
        """Return the UTF-8 text with the claim's code woven in, and what was done."""
        try:
            text = content.decode()
            woven = text if claim.code in self.find(text) else self.weave(text, claim.code)
        except UnicodeDecodeError:
            return content, Receipt(self.name, "failed", "the text is not UTF-8")
        except ValueError:
            return content, Receipt(self.name, "failed", "the claim has no label code")
        if claim.code not in self.find(woven):
            return content, Receipt(self.name, "not_possible", "no place in the text may bear it")
        return woven.encode(), Receipt(self.name, "written")

    def verify(self, content: bytes) -> list[Claim]:
        """Return a claim per code found."""
        text = content.decode(errors="replace")
        return [Claim(exchange="", code=code) for code in self.find(text)]

    def _without_copies(self, run: str, search: TraceSearch) -> str:
        kept = self._unread(run, search)
        return "".join(part for part in kept if search.damaged(_digits(part)) is None)

    def _remnants(self, text: str, search: TraceSearch) -> Iterator[bytes]:
        """Give what whole copies leave of each run, runs that little parts as one."""
        joined, end = "", 0
        for run in _LETTERS.finditer(text):
            if run.start() - end > _BROKEN_BY or len(joined) >= COPY_LENGTH:
                yield _digits(joined)
                joined = ""
            *parts, last = self._unread(joined + run[0], search)
            yield from map(_digits, parts)
            joined, end = last, run.end()
        yield _digits(joined)

    def _unread(self, run: str, search: TraceSearch) -> list[str]:
        """Return the parts of a run before, between and behind its whole copies."""
        parts, done = [], 0
        for start, _ in search.whole(_digits(run)):
            parts.append(run[done:start])
            done = start + COPY_LENGTH
        return [*parts, run[done:]]

    def _is_ours(self, number: int) -> bool:
        return number & _TAG_MASK == self._tag(number >> TAG_BITS)

    def _tag(self, number: int) -> int:
        digest = blake2b(
            number.to_bytes(CODE_BITS // 8, "big"),
            key=self._key,
            digest_size=8,
            person=_PERSON,
        ).digest()
        return int.from_bytes(digest, "big") & _TAG_MASK


def _digits(letters: str) -> bytes:
    return letters.translate(_DIGIT_OF).encode("latin-1")


class Weaver:
    """Puts copies into one text that comes in pieces. Holds nothing back: a copy goes before the
    character that shows its place to be right."""

    def __init__(self, copy: str, after_tokens: int) -> None:
        self._copy = copy
        self._quarter_tokens = 4 * after_tokens
        self._distance = SPACING
        self._woven = False
        self._pending = ""
        self._line = _Line()
        self._blocks = _Blocks()

    def push(self, text: str) -> str:
        """Return the piece with the copies that fall into it."""
        out = []
        for letter in text:
            if self._pending and self._may_follow(letter) and self._is_due():
                out.append(self._copy)
                self._distance, self._woven = 0, True
            out.append(letter)
            self._advance(letter)
        return "".join(out)

    def finish(self) -> str:
        """Return the last copy if the text ended where one is due, or bears none yet."""
        due = self._is_due() if self._pending else not self._woven and self._is_due()
        if not due or not self._blocks.is_prose:
            return ""
        if not self._line.is_plain or self._blocks.is_inside(self._line):
            return ""
        self._distance, self._woven = 0, True
        return self._copy

    def _is_due(self) -> bool:
        return self._distance >= SPACING and self._quarter_tokens <= 0

    def _may_follow(self, letter: str) -> bool:
        """True if the sentence really ended: white space follows, or in Chinese a word."""
        return letter.isspace() or (self._pending in _EAST_ENDS and letter.isalnum())

    def _advance(self, letter: str) -> None:
        self._distance += 1
        self._quarter_tokens -= 4 if "\u3400" <= letter <= "\u9fff" else 1
        line, blocks = self._line, self._blocks
        ends = self._ends_sentence(letter)
        if letter == "\n":
            blocks.end_line(line)
            self._line = _Line()
        else:
            blocks.read(letter)
            line.read(letter)
        self._pending = letter if ends else ""

    def _ends_sentence(self, letter: str) -> bool:
        if letter not in _EAST_ENDS and letter not in _WEST_ENDS:
            return False
        line = self._line
        if letter in _WEST_ENDS and not line.ends_in_word:
            return False
        return self._blocks.is_prose and line.is_plain and not self._blocks.is_inside(line)


class _Line:
    """What the line so far says about where a copy may stand."""

    __slots__ = ("address", "dollars", "head", "is_blank", "pipes", "plain_rule", "target", "word")

    def __init__(self) -> None:
        self.head = ""
        self.word = ""
        self.address = False
        self.target = False
        self.dollars = 0
        self.pipes = False
        self.plain_rule = True
        self.is_blank = True

    @property
    def is_plain(self) -> bool:
        """True unless an address runs here, or the line is code, heading, markup or table by its
        head, a row of a table, or mathematics."""
        if self.address or self.target or self.dollars or self.pipes:
            return False
        if self.head.startswith(("    ", "\t")) or self.fence is not None:
            return False
        return not self.head.lstrip(" ").startswith(("#", "<", "|"))

    @property
    def fence(self) -> str | None:
        """The fence that this line opens or closes."""
        bare = self.head.lstrip(" ")
        return next((fence for fence in _FENCES if bare.startswith(fence)), None)

    @property
    def ruled(self) -> bool:
        """True for the second line of a table."""
        return self.pipes and self.plain_rule

    @property
    def rule_of_matter(self) -> bool:
        """True for a line that opens or closes front matter."""
        return self.head.rstrip() in ("---", "+++")

    @property
    def ends_in_word(self) -> bool:
        """True if a word of two letters or a closing mark stands last (no number, no initial)."""
        last = self.word[-1:]
        return (len(self.word) > 1 and last.isalpha()) or last in tuple(")\"'”’）")

    def read(self, letter: str) -> None:
        """Take one character of the line."""
        if len(self.head) < _HEAD_LENGTH:
            self.head += letter
        if letter == "$":
            self.dollars += 1
        elif letter == "|":
            self.pipes = True
        elif letter == ")":
            self.target = False
        elif letter == "(" and self.word.endswith("]"):
            self.target = True
        if letter.isspace() or letter > "\x7f":
            self.address = False
            self.word = "" if letter.isspace() else (self.word + letter)[-8:]
        else:
            self.word = (self.word + letter)[-8:]
            if self.word.endswith(("://", "www.", "mailto:")):
                self.address = True
        self.plain_rule = self.plain_rule and letter in "-:| \r"
        self.is_blank = self.is_blank and letter.isspace()


class _Blocks:
    """What the lines before say: an open fence, display mathematics, braces, backticks."""

    __slots__ = (
        "_braces", "_fence", "_first", "_markup", "_mathematics", "_matter", "_opening", "_table",
        "_ticks", "is_prose",
    )  # fmt: skip

    def __init__(self) -> None:
        self._fence: str | None = None
        self._mathematics = False
        self._braces = 0
        self._ticks = 0
        self._opening = True
        self._first = True
        self._matter = False
        self._table = False
        self._markup = False
        self.is_prose = False

    def is_inside(self, line: _Line) -> bool:
        """True if the place is inside something that is not prose."""
        if self._matter or self._table or self._markup:
            return True
        return bool(
            self._fence or line.fence or self._mathematics or self._braces > 0 or self._ticks % 2
        )

    def read(self, letter: str) -> None:
        """Take one character that is no line break."""
        if self._opening and not letter.isspace() and letter != "\ufeff":
            self._opening = False
            self.is_prose = letter not in _STRUCTURED
        if letter == "`":
            self._ticks += 1
        elif letter == "{":
            self._braces += 1
        elif letter == "}":
            self._braces = max(0, self._braces - 1)

    def end_line(self, line: _Line) -> None:
        """Take a line's end: fences and display mathematics change here; a blank line closes
        whatever was left open in the paragraph."""
        if line.fence and self._fence in (None, line.fence):
            self._fence = None if self._fence else line.fence
            self._ticks = 0
        if not self._fence and line.dollars // 2 % 2:
            self._mathematics = not self._mathematics
        if line.is_blank:
            self._braces = self._ticks = 0
        head = line.head.lstrip(" ")
        self._table = not line.is_blank and (self._table or line.ruled)
        self._markup = not line.is_blank and (self._markup or head.startswith("<"))
        if line.rule_of_matter and (self._first or self._matter):
            self._matter = not self._matter
        self._first = self._first and line.is_blank
