"""Names, where a word before them says that one follows (`rows` has those behind which it stands).

Without such a word a name is not told from other words with any certainty, so none is looked for.
"""

from __future__ import annotations

import re

from filters.personal_data.candidate import Candidate
from filters.personal_data.name_labels import (
    BEARERS,
    FIELDS,
    KIN,
    OF_MANY,
    RELATIVES,
    TITLES_BEFORE,
    WHOLE,
)
from filters.personal_data.name_words import FOLLOWERS, LABELS_BEHIND, NOBODY, PRODUCTS, is_word
from filters.personal_data.phrases import NOTHING, OPEN, Follow, Reader, with_signs
from filters.personal_data.surnames import AMBIGUOUS, COMPOUND, NO_GIVEN, SINGLE, TITLES

_COLONS = ("：", ":", '":', "**：", "**:", "：**", ":**", "_:", "_：")
TRIGGERS = {
    "name_said": "我叫 名叫 名字叫 名字 姓名 姓_名 姓__名 真名 本名 我的名字 真实姓名",
    "name_of": with_signs(BEARERS, _COLONS),
    "name_borne": " ".join(word for word in BEARERS if word not in OF_MANY),
    "name_called": "叫 我是 本人 我姓 转给 发给 寄给 交给 打给 汇给 还给 借给 账给",
    "name_written": with_signs(WHOLE, ("：", ":", '":', "_：", "_:")),
    "name_of_kin": " ".join(
        [*(f"我{who}" for who in RELATIVES), *(f"我的{who}" for who in RELATIVES), "同事", "新人"]
    ),
    "name_en": "my_name_is mr. mrs. ms. dr. prof. i_am_called called_me mein_name_ist"
    " je_m'appelle me_llamo mi_chiamo",
    "name_given": "in_the_name_of name_given_as raised_by on_behalf_of signed_by issued_to c/o"
    " care_of au_nom_de a_nombre_de op_naam_van name_on_account patient passenger tenant applicant"
    " claimant defendant plaintiff beneficiary cardholder consignee",
    "name_title": with_signs(TITLES_BEFORE.split(), ("_",)),
    "name_met": " ".join([*(f"my_{who}" for who in KIN), "dear_", "hi_", "hello_", "hey_"]),
    "name_signed": "regards sincerely cheers thanks best wishes yours faithfully cordially truly"
    " grüßen gruß cordialement saludos 祝好 敬礼 顺祝商祺 谨启 此致",
    "name_field": with_signs(FIELDS, (":", "：", ":**", "**:", '":')),
}

_TITLES = frozenset(TITLES_BEFORE.split())
_THING = re.compile(
    r"(?:product|file|host|package|project|module|class|server|domain|device|service|app|team"
    r"|application|company|event|item|model|brand|game)[ _]\Z", re.IGNORECASE,
)  # fmt: skip
_SIGNS_BEFORE = " \t|*_\"'“”「『：:是为叫為"
_BEFORE = re.compile(f"[{_SIGNS_BEFORE}]{{0,5}}")
_HAN = re.compile(r"[\u3400-\u4dbf\u4e00-\u9fff]{0,6}")
_DOTTED = re.compile(r"·[\u4e00-\u9fff]{0,10}")
_BLANK = re.compile("[ \t\u3000]{0,3}")
_MOST_HAN = 6
_LONGEST_WHOLE = 4
"""The most Han characters of a name."""
_CAPITALS = re.compile("[A-Z]{0,24}(?:[A-Z]{2} (?:[A-Z]|\\Z)|\\Z)")
_UPPER = "A-ZÀ-ÖØ-ÞĀ-ŽА-ЯЁ"
_LOWER = "a-zß-öø-ÿĀ-ſа-яё"
_WORD = rf"(?:[{_UPPER}]{{2,24}}|[{_UPPER}][{_LOWER}]{{0,24}})(?:['’\-][{_UPPER}{_LOWER}]{{1,24}})?"
_PARTICLES = "de la|del|della|de|da|dos|van der|van den|van|von|der|den|bin|al|el|la|le|di|ter|y|af"
_LATIN = re.compile(
    rf"(?:[A-Z]\.? ?){{0,2}}{_WORD}(?: [A-Z]\.)?(?: (?:(?:{_PARTICLES}) )?{_WORD}){{0,3}}"
)
_SURNAME_FIRST = re.compile(rf"{_WORD}[,/] ?{_WORD}")
_OPEN_LATIN = re.compile(
    rf"(?:(?:[{_UPPER}][{_UPPER}{_LOWER}.'’\-]{{0,50}}[,/]?|[a-z]{{1,5}})"
    r"(?: |\Z|(?<=[./]))){0,7}\Z"
)
"""The beginnings of both, and more."""
_BETWEEN = re.compile("[ ,/.]+")
_WRITTEN = re.compile(
    r"[\u3040-\u30ff\u3400-\u9fff·・]{2,8}"
    r"|[\uac00-\ud7a3]{2,6}|[\u0621-\u064a]{2,12}(?: [\u0621-\u064a]{2,12}){0,3}"
)
_OPEN_WRITTEN = re.compile(
    r"[\u3040-\u30ff\u3400-\u9fff·・]{0,8}\Z"
    r"|[\uac00-\ud7a3]{0,6}\Z|(?:[\u0621-\u064a]{1,12} ?){0,4}\Z"
)
_UNSAID = re.compile("请|必填|待|同上|保密|匿名|不详|未知|选填|可选|填写|本人|无|略|不能|长度|字段")
"""What a form says where a name should stand."""
_LINE_ENDS = re.compile(r"[,，!！.。]{0,2}[ \t\u3000]{0,4}(?:\r?\n[ \t\u3000]{0,4}){1,3}")
_OPEN_LINE_ENDS = re.compile(r"[,，!！.。]{0,2}[ \t\u3000]{0,4}(?:\r?\n?[ \t\u3000]{0,4}){0,3}\Z")
_KEY = re.compile(
    r"(?:first|last|given|family|sur|middle|maiden|full|real|customer|client|contact|patient"
    r"|student|employee|guest|buyer|seller|tenant|holder|receiver|recipient|sender|applicant"
    r"|candidate|parent|guardian|payee|beneficiary|passenger|member|billing|shipping)s?[ _\-]?\Z",
    re.IGNORECASE,
)
"""Before ``name``: that of a person."""
_PARTS = re.compile(r"(?:first|last|given|family|sur|middle)[ _\-]?\Z", re.IGNORECASE)
_SINGLE_WORDS = (
    "surname", "apellidos", "cognome", "nom", "prénom", "nazwisko", "imię", "vorname", "nachname",
    "příjmení", "фамилия", "имя", "given names", "forename", "family", "given",
)  # fmt: skip
"""Fields of which one word is a whole entry."""


def name(text: str, start: int, end: int) -> Follow:
    """Read a name in either script behind a Chinese trigger."""
    if text[end - 1] in "字名" and end < len(text) and text[end] not in _SIGNS_BEFORE:
        # perhaps a sentence about a name
        return borne_name(text, start, end) if text[end - 1] == "字" else _in_a_form(text, end)
    before = _BEFORE.match(text, end)
    at = before.end() if before else end
    if at == len(text):
        return OPEN
    run = _HAN.match(text, at)
    if not run or not run[0]:
        return _latin(text, at, words=2)
    dotted = _DOTTED.match(text, run.end())
    last = dotted.end() if dotted else run.end()
    growing = last == len(text) and (len(dotted[0]) < 11 if dotted else len(run[0]) < _MOST_HAN)
    if dotted and len(dotted[0]) > 2 and len(run[0]) > 1:
        return Follow(_found(at, last), open=growing)
    return Follow(_chinese(run[0], at), open=growing)


def borne_name(text: str, _: int, end: int) -> Follow:
    """Read a name that is all there is between a word for its bearer and the next sign; in Latin
    script two words in capitals behind a blank."""
    blank = _BLANK.match(text, end)
    at = blank.end() if blank else end
    if at == len(text):
        return OPEN
    if at > end and _CAPITALS.match(text, at):
        return _latin(text, at, words=2)
    follow = _whole(text, at)
    return NOTHING if follow.candidate and text[at] in AMBIGUOUS else follow


def _in_a_form(text: str, at: int) -> Follow:
    """Read a name up to the next sign, or to the word for the next field."""
    follow = _whole(text, at)
    run = _HAN.match(text, at)
    if not run or follow.candidate is not None:
        return follow
    found = _chinese(run[0], at)
    labelled = found is not None and text[found.end : found.end + 2] in LABELS_BEHIND
    growing = run.end() == len(text) and len(run[0]) < _MOST_HAN
    return Follow(found if labelled else None, open=growing)


def _whole(text: str, at: int) -> Follow:
    """Read Han characters up to the next sign, if they are a name."""
    run = _HAN.match(text, at)
    end = run.end() if run else at
    if end - at > _LONGEST_WHOLE or text[end : end + 1] == "·":
        return NOTHING
    found = _chinese(text[at:end], at) if end > at else None
    return Follow(found if found and found.end == end else None, open=end == len(text))


def _chinese(han: str, at: int) -> Candidate | None:
    """Return the name with which a run of Han characters begins, if what stands behind it ends
    it."""
    size = 2 if han[:2] in COMPOUND else 1
    if (size == 1 and han[:1] not in SINGLE) or is_word(han):
        return None
    given = _given(han[size:])
    return _found(at, at + size + given) if given else None


def _given(rest: str) -> int:
    """Return how many characters behind a surname are the given name: none, one or two."""
    if not rest or rest[0] in NO_GIVEN or rest[0] in TITLES or rest[:2] in TITLES:
        return 0
    if len(rest) == 1 or rest[1] in NO_GIVEN or rest[1:3] in LABELS_BEHIND:
        return 1
    if len(rest) == 2 or rest[2] in FOLLOWERS or rest[2:4] in LABELS_BEHIND or rest[2:4] in TITLES:
        return 2
    return 1 if rest[1] in FOLLOWERS or rest[1:3] in TITLES else 0


def called_name(text: str, start: int, end: int) -> Follow:
    """Read a name that is all there is between ``我是`` and the like, or a ``叫`` of its own, and
    the next sign."""
    if text[start:end] == "叫" and not _calls(text[max(0, start - 4) : start]):
        return NOTHING
    follow = _whole(text, end)
    doubtful = follow.candidate is not None and text[end] in AMBIGUOUS
    return NOTHING if doubtful and text[end - 1] != "叫" else follow


def _calls(left: str) -> bool:
    """True if what stands before ``叫`` says whose name follows."""
    return not left or not "\u4e00" <= left[-1] <= "\u9fff" or left[-1] in "他她它就" or (
        left.endswith(RELATIVES)
    )


def name_of_kin(text: str, _: int, end: int) -> Follow:
    """Read a name right behind a word for somebody near."""
    run = _HAN.match(text, end)
    han = run[0] if run else ""
    growing = end + len(han) == len(text) and len(han) < _MOST_HAN
    found = _chinese(han, end) if han and han[0] not in AMBIGUOUS else None
    return Follow(found, open=growing) if found or growing else NOTHING


def titled_name(text: str, start: int, end: int) -> Follow:
    """Read a name behind a title and a blank, written as titles are: ``Mr``, not ``ms``."""
    title = text[start : end - 1]
    if not title[0].isupper() or title[1:].isupper() or text[start - 1 : start].isalpha():
        return NOTHING
    return _latin(text, end, words=1)


def written_name(text: str, _: int, end: int) -> Follow:
    """Read what fills the field of a name, whatever the surname: all up to the next sign."""
    before = _BEFORE.match(text, end)
    at = before.end() if before else end
    growing = _OPEN_WRITTEN.match(text, at) is not None
    found = _WRITTEN.match(text, at)
    if found is None:
        return Follow(open=growing)
    after = text[found.end() : found.end() + 1]
    if after.isalnum() or after in {"·", "・"} or _UNSAID.match(found[0]):
        return NOTHING
    size = next((n for n in range(2, len(found[0])) if found[0][n : n + 2] in LABELS_BEHIND), 0)
    size = size or len(found[0])
    if size > _LONGEST_WHOLE and "\u4e00" <= found[0][0] <= "\u9fff" and "·" not in found[0]:
        return NOTHING
    return Follow(_found(at, at + size), open=growing)


def given_name(text: str, start: int, end: int) -> Follow:
    """Read a name of two words behind the word for a part that somebody plays."""
    if end == len(text):
        return OPEN
    follow = _spaced(text, end, words=2) if text[end] == " " else NOTHING
    found = follow.candidate
    if found is None or found.end == len(text) or " " in text[start:end]:
        return follow
    return follow if text[found.end] in ",.;(\n|" and text[start].isupper() else NOTHING


def met_name(text: str, start: int, end: int) -> Follow:
    """Read a name in a greeting (``Dear Anna,``) or behind one's ``my brother``."""
    greets = text[end - 1] == " "
    if end == len(text) and not greets:
        return OPEN
    if not greets and text[end] != " ":
        return NOTHING
    if greets and (not text[start].isupper() or text[start - 1 : start].isalpha()):
        return NOTHING
    follow = _latin(text, end if greets else end + 1, words=1)
    found = follow.candidate
    if found is not None and text[found.start : found.end].split(maxsplit=1)[0].lower() in _TITLES:
        return Follow(open=follow.open)
    if found is None or not greets or found.end == len(text):
        return follow
    return follow if text[found.end] in ",，!！:：\n—-;" else NOTHING


def signed_name(text: str, _: int, end: int) -> Follow:
    """Read the name that is a line of its own below a letter."""
    between = _LINE_ENDS.match(text, end)
    growing = _OPEN_LINE_ENDS.match(text, end) is not None
    if between is None or growing:
        return Follow(open=growing)
    follow = _whole(text, between.end())
    if follow.candidate is None and not follow.open:
        follow = _latin(text, between.end(), words=1)
    found = follow.candidate
    if found is None or found.end == len(text) or text[found.end] in "\n\r,|，(（":
        return follow
    return NOTHING


def english_name(text: str, start: int, end: int) -> Follow:
    """Read a name behind ``my name is`` and the like, not behind milliseconds."""
    if text[end - 1] == "." and text[start].islower():
        return NOTHING
    return _spaced(text, end, words=1)


def field_name(text: str, start: int, end: int) -> Follow:
    """Read a name of at least two words behind the name of a field, of one behind that of a part of
    a name; ``name:`` in small letters is a key of some program's file, and a product's name is
    nobody's."""
    before = _BEFORE.match(text, end)
    at = before.end() if before else end
    han = _whole(text, at)
    if han.candidate:
        return han
    left = text[max(0, start - 14) : start]
    named = text[start : start + 4].lower() == "name"
    if named and _PARTS.search(left):
        return _spaced(text, end, words=1)
    if named and text[start] == "n" and _KEY.search(left) is None:
        return han
    if _THING.search(left):
        return NOTHING
    part = text[start:end].lower().startswith(_SINGLE_WORDS)
    return _spaced(text, end, words=1 if part else 2)


def _spaced(text: str, end: int, words: int) -> Follow:
    before = _BEFORE.match(text, end)
    return _latin(text, before.end() if before else end, words)


def _latin(text: str, at: int, words: int) -> Follow:
    growing = _OPEN_LATIN.match(text, at) is not None
    found = _SURNAME_FIRST.match(text, at) if words > 1 else None
    found = found or _LATIN.match(text, at)
    if found is None or len(found[0]) < 3 or len(_BETWEEN.split(found[0])) < words:
        return Follow(open=growing)
    if not NOBODY.isdisjoint(found[0].lower().split()) or text[at : at + 9].startswith(PRODUCTS):
        return Follow(open=growing)
    return Follow(_found(at, found.end()), open=growing)


def _found(start: int, end: int) -> Candidate:
    return Candidate(start, end, "name", 1, 0.7, "name")


READERS: dict[str, Reader] = {
    "name_said": name,
    "name_of": name,
    "name_borne": borne_name,
    "name_en": english_name,
    "name_called": called_name,
    "name_written": written_name,
    "name_given": given_name,
    "name_of_kin": name_of_kin,
    "name_title": titled_name,
    "name_met": met_name,
    "name_signed": signed_name,
    "name_field": field_name,
}
