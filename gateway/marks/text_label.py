"""The visible label of a generated text (GB 45438-2025, 5.1), and the way to take it out again.

A label is one line: the wording, and with a code `` · XXXX-XXXX-C``. It stands before the text with
a blank line after it, after the text with a blank line before it, or both. What is taken out of the
history is exactly such a line, in a present or past wording, at an end of the text: one per end.
Words of the wording inside somebody's sentence stay.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path

import msgspec

from gateway.matching.label_code import CODE_PATTERN, is_code
from gateway.matching.markdown_blocks import OpenBlocks
from gateway.nouns.errors import ConfigError
from gateway.nouns.mark import LabelMode, LabelPosition, Receipt, TextMarksOrder
from gateway.ports.mark import Claim

LANGUAGES = ("zh", "en")
SEPARATOR = " · "
BLANK_LINE = "\n\n"
WORDINGS_FILE = "labels/wordings.json"

_LONGEST_WORDING = 50
"""Both elements and the code then stand within the 64 characters in which public readers look."""

_AI_ELEMENT = {
    "zh": re.compile(r"人工智能|(?<![A-Za-z])AI(?![A-Za-z])"),
    "en": re.compile(r"(?<![A-Za-z])AI(?![A-Za-z])|artificial intelligence", re.IGNORECASE),
}
_GENERATION_ELEMENT = {
    "zh": re.compile("生成|合成"),
    "en": re.compile("generat|synthe", re.IGNORECASE),
}
_LANGUAGE_SAMPLE = 2000
_HAN = re.compile("[\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]+")
_KANA = re.compile("[\u3041-\u30ff]")
_OTHER_WORD = re.compile("[^\\W\\d_\u3041-\u30ff\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]+")
_HAN_SHARE = 0.4
_STRUCTURED_OPENINGS = ("{", "[", "<", "```", "~~~")
_FRONT_MATTER = ("---", "+++")
_LINE_BREAKS = re.compile(r"[ \t]*\r?\n(?:[ \t]*\r?\n)?")
_LINE_BREAKS_BEFORE = re.compile(r"(?:\r?\n[ \t]*)?\r?\n[ \t]*\Z")


class Wordings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The wordings of the label by language: what is written now, and what was written before."""

    current: dict[str, str]
    past: dict[str, tuple[str, ...]] = {}


def read_wordings(data: bytes) -> Wordings:
    """Return the wordings of a JSON file. Raises ConfigError, naming the key at fault."""
    try:
        wordings = msgspec.json.decode(data, type=Wordings)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise ConfigError(f"The label wordings cannot be read: {error}.") from error
    missing = [language for language in LANGUAGES if language not in wordings.current]
    if missing:
        raise ConfigError(f"The label wordings have no 'current' wording for {missing[0]!r}.")
    _validate_all(wordings.current.items(), "current")
    for language, past in wordings.past.items():
        _validate_all(((language, wording) for wording in past), "past")
    return wordings


def shipped_wordings(policies: Path) -> Wordings:
    """Return the wordings that the program ships in its folder of policies.

    Raises ConfigError if the file is missing or wrong.
    """
    path = policies / WORDINGS_FILE
    try:
        return read_wordings(path.read_bytes())
    except OSError as error:
        raise ConfigError(f"The label wordings {path} cannot be read: {error.strerror}.") from error


def remember(wordings: Wordings, order: TextMarksOrder) -> Wordings:
    """Return the wordings with the operator's own among the past ones.

    Kept by the operator's side, they let the label be taken out of histories that were labelled
    before he changed his wording.
    """
    past = {
        language: tuple(
            dict.fromkeys((*wordings.past.get(language, ()), *_own(order.wording, language)))
        )
        for language in LANGUAGES
    }
    return Wordings(current=wordings.current, past=past)


def validate_wording(language: str, wording: str, key: str = "marks.text.wording") -> None:
    """Raise ConfigError unless the wording may stand as a label; ``key`` is where it was given.

    It is one line of at most 50 visible characters with an AI element (人工智能, AI) and a
    generation element (生成, 合成; in English generate or synthesise in some form), as GB
    45438-2025, 5.1 asks.
    """
    where = f"{key}.{language}"
    if language not in LANGUAGES:
        raise ConfigError(f"{where}: labels are written in 'zh' or 'en'.", param=where)
    if wording != wording.strip() or not wording.isprintable() or not wording:
        raise ConfigError(
            f"{where}: a label is one line of visible characters without blanks around it.",
            param=where,
        )
    if len(wording) > _LONGEST_WORDING:
        raise ConfigError(
            f"{where}: {len(wording)} characters; at most {_LONGEST_WORDING} are found by readers.",
            param=where,
        )
    if not _AI_ELEMENT[language].search(wording):
        named = "人工智能 or AI" if language == "zh" else "AI or artificial intelligence"
        raise ConfigError(f"{where}: the AI element is missing ({named}).", param=where)
    if not _GENERATION_ELEMENT[language].search(wording):
        named = "生成 or 合成" if language == "zh" else "generated or synthesised"
        raise ConfigError(f"{where}: the generation element is missing ({named}).", param=where)


def language_of(text: str, default: str = "zh") -> str:
    """Return ``zh`` or ``en`` for a text: the share of Han among Han, kana and other words.

    Four tenths make it Chinese (technical Chinese is full of Latin words; a kana counts double, so
    that Japanese is not taken for Chinese). Without any letter the default. Only the first 2,000
    code points count.
    """
    sample = text[:_LANGUAGE_SAMPLE]
    han = sum(map(len, _HAN.findall(sample)))
    others = 2 * len(_KANA.findall(sample)) + len(_OTHER_WORD.findall(sample))
    if not han + others:
        return default
    return "zh" if han >= _HAN_SHARE * (han + others) else "en"


def is_prose(opening: str) -> bool | None:
    """Say from its first characters whether a text can take an inline label.

    False if it opens like JSON, markup or a code fence; None while that is not yet certain (only
    white space, or the beginning of a fence).
    """
    head = opening.lstrip("\ufeff \t\r\n")[:3]
    if head.startswith(_STRUCTURED_OPENINGS):
        return False
    if not head or head in ("`", "``", "~", "~~"):
        return None
    return True


class TextLabel:
    """Writes the label that a policy owes, finds it, and takes it out again.

    Raises ConfigError if the order's wording lacks an element, names another language, or the
    order's language is not ``zh``, ``en`` or ``auto``.
    """

    name = "text_label"

    def __init__(self, order: TextMarksOrder, wordings: Wordings) -> None:
        _validate_all(order.wording.items(), "policy")
        if order.language not in (*LANGUAGES, "auto"):
            raise ConfigError(
                f"marks.text.language is {order.language!r}: it is 'zh', 'en' or 'auto'.",
                param="marks.text.language",
            )
        self._order = order
        self._current = {**wordings.current, **order.wording}
        known = {*wordings.current.values(), *order.wording.values()}
        known.update(wording for past in wordings.past.values() for wording in past)
        longest_first = sorted(known, key=len, reverse=True)
        either = "|".join(re.escape(wording) for wording in longest_first)
        line = f"(?:{either})(?:{re.escape(SEPARATOR)}({CODE_PATTERN}))?"
        self._first = re.compile(rf"\s*{line}(?=\s|\Z)")
        self._last = re.compile(rf"(?:(?<=\s)|\A){line}\s*\Z")
        self._tail = 2 * len(BLANK_LINE) + max(map(len, known)) + len(SEPARATOR) + 11

    def language(self, text: str, spoken: str = "") -> str:
        """Return the language of the label for a text: the order's, or that of the text, which is
        ``spoken`` if the caller knows it."""
        if self._order.language == "auto":
            return spoken or language_of(text)
        return self._order.language

    def line(self, language: str, code: str) -> str:
        """Return the label alone; the code is left out if it is empty or the policy wants none."""
        wording = self._current[language]
        return f"{wording}{SEPARATOR}{code}" if code and self._order.code else wording

    def before(self, language: str, code: str) -> str:
        """Return what stands before the text: the label and a blank line, or nothing."""
        if self._order.position is LabelPosition.END:
            return ""
        return self.line(language, code) + BLANK_LINE

    def after(self, language: str, code: str) -> str:
        """Return what stands after the text: a blank line and the label, or nothing."""
        if self._order.position is LabelPosition.START:
            return ""
        return BLANK_LINE + self.line(language, code)

    def strip_labels(self, text: str) -> str:
        """Return the text without our label at its start and at its end, if they are there.

        Taking out what `before` and `after` added gives the original code point by code point, also
        when a client trimmed or added white space outside. Only one label per end is taken.
        """
        text, _ = self._without_first(text)
        text, _ = self._without_last(text)
        return text

    def stamp(self, content: bytes, claim: Claim) -> tuple[bytes, Receipt]:
        """Return the UTF-8 text with the label the policy owes, and what was done.

        The receipt is ``not_possible`` if the policy wants no inline label or the text is no prose,
        ``failed`` if it is not UTF-8. A text that carries this claim already stays as it is.
        """
        if self._order.label not in (LabelMode.INLINE, LabelMode.BOTH):
            reason = f"the policy's label mode is {self._order.label.value}"
            return content, Receipt(self.name, "not_possible", reason)
        try:
            text = content.decode()
        except UnicodeDecodeError:
            return content, Receipt(self.name, "failed", "the text is not UTF-8")
        if is_prose(text) is False:
            return content, Receipt(self.name, "not_possible", "the text is structured")
        code = claim.code if self._order.code else ""
        if code in self._codes(text):
            return content, Receipt(self.name, "written", "it was there")
        if text.lstrip("\ufeff \t\r\n").startswith(_FRONT_MATTER):
            return content, Receipt(self.name, "not_possible", "the text opens with front matter")
        language = self.language(text)
        blocks = OpenBlocks()
        blocks.push(text)
        end = "" if blocks.open else self.after(language, code)
        start = self.before(language, code)
        if not start and not end:
            return content, Receipt(self.name, "not_possible", "a block of code is left open")
        stamped = start + text + end
        if code not in self._codes(stamped):
            return content, Receipt(self.name, "failed", "the label could not be read back")
        return stamped.encode(), Receipt(self.name, "written")

    def verify(self, content: bytes) -> list[Claim]:
        """Return a claim per label at the ends of the text; the code is empty if it has none."""
        text = content.decode(errors="replace")
        return [Claim(exchange="", code=code) for code in self._codes(text)]

    def _codes(self, text: str) -> list[str]:
        text, first = self._without_first(text)
        _, last = self._without_last(text)
        return list(dict.fromkeys(code for code in (first, last) if code is not None))

    def _without_first(self, text: str) -> tuple[str, str | None]:
        """Return the text without a first label, and that label's code (None: there is none)."""
        match = self._first.match(text)
        if match is None or not _is_ours(match):
            return text, None
        rest, code = text[match.end() :], match[1] or ""
        if not rest and match[0][0].isspace():
            return text, None  # it closes a text of white space: a last label
        for exact in (BLANK_LINE, "\r\n\r\n"):
            if rest.startswith(exact):
                return rest[len(exact) :], code
        breaks = _LINE_BREAKS.match(rest)
        if breaks:
            return rest[breaks.end() :], code
        if code or not rest.strip():
            return rest.lstrip(), code
        return text, None

    def _without_last(self, text: str) -> tuple[str, str | None]:
        """Return the text without a last label, and that label's code (None: there is none)."""
        end = len(text.rstrip())
        match = self._last.search(text, max(0, end - self._tail))
        if match is None or not _is_ours(match):
            return text, None
        rest, code = text[: match.start()], match[1] or ""
        for exact in (BLANK_LINE, "\r\n\r\n"):
            if rest.endswith(exact):
                return rest[: -len(exact)], code
        breaks = _LINE_BREAKS_BEFORE.search(rest, max(0, len(rest) - self._tail))
        if breaks:
            return rest[: breaks.start()], code
        if code or not rest.strip():
            return rest.rstrip(), code
        return text, None


def _is_ours(match: re.Match[str]) -> bool:
    """True unless the line ends in something that looks like a code and is none."""
    return match[1] is None or is_code(match[1])


def _own(wording: dict[str, str], language: str) -> tuple[str, ...]:
    return (wording[language],) if language in wording else ()


def _validate_all(wordings: Iterable[tuple[str, str]], where: str) -> None:
    for language, wording in wordings:
        try:
            validate_wording(language, wording)
        except ConfigError as error:
            raise ConfigError(f"{error.detail} ({where} wording)", param=error.param) from error
