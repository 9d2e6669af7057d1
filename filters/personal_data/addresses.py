"""Postal addresses: what stands between a region or a word like ``住址`` and the last house number.

A region's own name stays: ``浙江省杭州市`` says little of a person, the street and the door do.
An address must name a street or a quarter and, right behind it, a number with its unit.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from filters.personal_data.candidate import Candidate
from filters.personal_data.labels import Passage
from filters.personal_data.phrases import NOTHING, OPEN, Follow, Reader

LONGEST_ADDRESS = 56
_REACH = 28
"""Within so many code points the street and its first number must stand."""

TRIGGERS = {
    "home": "住 住址 地址 户籍 戶籍",
    "region": "省 市 区 县 旗 州 镇 乡 區 縣 鎮 鄉",
}
_LIVING = frozenset("家我他她现")
"""Before ``住``; without one of them ``在`` must stand behind it."""

_BEFORE = re.compile(r"地?[ \t*“\"'：:是为在于]{0,4}")
_STOP = "的是了有在为于与這这那也就都还要会能被把对从到以及等将已很最不没今昨你我他她它们"
_RUN = re.compile(rf"[^\W{_STOP}_]*(?:[ ,，\-－#（(）)·][^\W{_STOP}_]+)*")
_NO_REGION_BEFORE = frozenset("城都超上股夜门本全各该某大小社地景园校辖时专特战灾牧家故水下")
_NO_REGION_AFTER = frozenset("场别域块间分区民长委政府级钱得下值面容盈里人")
_NUMBER = r"(?:[0-9０-９]{1,5}[A-Za-z]?|[一二三四五六七八九十百甲乙丙]{1,4})"
_UNITS = r"(?:号院|号楼|号|號|弄|巷|栋|幢|楼|樓|单元|室|座|层|組|组|户|戶|房|门)"
_STREET = (
    r"(?:路|街|道|巷|弄|胡同|里|村|区|園|园|苑|厦|場|场|城|院|寓|庄|镇|乡|组|家园|湾|府|居|阁)"
    rf"(?:[东西南北中東]?[一二三四五六七八九十]?段)?[甲乙]?{_NUMBER}(?:[\-－]{_NUMBER})*{_UNITS}"
)
_PLACE = re.compile(rf"{_STREET}(?![线文令会称召航])")
_MAY_BE_PLACE = re.compile(_STREET)
_MORE = re.compile(
    rf"[ ,，\-－]?(?:[^\W_0-9]{{0,16}}?){_NUMBER}(?:[\-－]{_NUMBER})*{_UNITS}"
    r"|[ \-－]?[0-9]{3,4}(?![0-9])"
)
_ROOM = re.compile(r"室|单元|户|房|[0-9]{3,4}\Z")
_WESTERN = re.compile(
    r"[0-9](?<![A-Za-z0-9.,\-].)[0-9]{0,4}[A-Za-z]? (?:[NSEW]\.? )?(?:[A-Z][A-Za-z.'’]{1,15} ){1,3}"
    r"(?:Street|St|Avenue|Ave|Road|Rd|Boulevard|Blvd|Lane|Ln|Drive|Dr|Court|Ct|Terrace|Square|Sq"
    r"|Crescent|Close|Way|Place|Gardens|Grove|Mews|Parkway|Highway|Circle)"
    r"(?![A-Za-z])\.?(?:,? (?:Apt|Apartment|Unit|Suite|Flat)\.? ?[0-9]{1,5}[A-Za-z]?)?"
)
_STREETS = (
    "St", "Ave", "Road", "Rd", "Boulevard", "Blvd", "Lane", "Ln", "Drive", "Dr", "Court", "Ct",
    "Terrace", "Sq", "Crescent", "Close", "Way", "Place", "Gardens", "Grove", "Mews", "Parkway",
    "Highway", "Circle",
)  # fmt: skip
"""With what any of the words begins that end a street's name."""
_OPEN_WESTERN = re.compile(
    r"[0-9](?<![A-Za-z0-9.,\-].)[0-9]{0,4}[A-Za-z]? (?:[A-Z][A-Za-z.'’]{0,16},? ?){0,6}"
    r"[0-9]{0,5}[A-Za-z]?\Z"
)
_AT_HOME = re.compile(r"(?i)\b(?:live|living|lives|reside|resides|home|ship|deliver|my|address)\b")


def home(text: str, start: int, end: int) -> Follow:
    """Read the address of a person; severity 2."""
    if end - start == 1 and text[start - 1 : start] not in _LIVING and text[end : end + 1] != "在":
        return OPEN if end == len(text) else NOTHING
    before = _BEFORE.match(text, end)
    return _read(text, before.end() if before else end, severity=2)


def region(text: str, start: int, end: int) -> Follow:
    """Read an address behind the name of a region; severity 2 where a room is told, else 1."""
    before, after = text[start - 1] if start else "", text[end : end + 1]
    if not "\u4e00" <= before <= "\u9fff" or before in _NO_REGION_BEFORE:
        return NOTHING
    if after in _NO_REGION_AFTER:
        return NOTHING
    return _read(text, end, severity=1)


def _read(text: str, at: int, severity: int) -> Follow:
    size = len(text)
    if size > at + LONGEST_ADDRESS and _MAY_BE_PLACE.search(text, at + 1, at + _REACH) is None:
        return NOTHING
    run = _RUN.match(text, at, at + LONGEST_ADDRESS)
    last = run.end() if run else at
    growing = last == size or (last == size - 1 and text[last] in " ,，-－#（(）)·")
    place = _PLACE.search(text, at + 1, min(last, at + _REACH))
    if place is None:
        return OPEN if growing and last - at < _REACH else NOTHING
    growing = growing and last - at < LONGEST_ADDRESS
    end = place.end()
    while (more := _MORE.match(text, end, last)) is not None:
        end = more.end()
    if severity == 1 and _ROOM.search(text, place.start(), end):
        severity = 2
    return Follow(Candidate(at, end, "address", severity, 0.8, "cn_address"), open=growing)


READERS: dict[str, Reader] = {"home": home, "region": region}


def western(passage: Passage) -> Iterator[Candidate]:
    """Give street addresses that begin with the house number; severity 2 where somebody lives."""
    text, outline = passage.text, passage.outline
    if "0 A" not in outline and "0a A" not in outline and "0A A" not in outline:
        return
    if not any(street in text for street in _STREETS):
        return
    for found in _WESTERN.finditer(text, passage.start):
        left = text[max(0, found.start() - 32) : found.start()]
        severity = 2 if _AT_HOME.search(left) else 1
        yield Candidate(found.start(), found.end(), "address", severity, 0.7, "street_address")


def open_western(text: str, start: int) -> int:
    """Return where a street address begins that the text's end leaves open, or its length."""
    found = _OPEN_WESTERN.search(text, max(start, len(text) - 96))
    return found.start() if found else len(text)
