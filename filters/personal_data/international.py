"""Numbers of the rest of the world: IBAN, telephones, and national identification numbers.

Sources: ISO 13616 (IBAN, ISO 7064 MOD 97-10; lengths from its registry), ITU-T E.164 (telephones,
whose plans are those of the ``phonenumbers`` library), and for national numbers the check digits of
``python-stdnum``. Both libraries are imported when the forms are made, not before.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from importlib import import_module
from typing import Any

from filters.personal_data.candidate import Candidate
from filters.personal_data.forms import Form
from filters.personal_data.labels import Passage

_IBAN_LENGTHS = {
    country: int(length)
    for length, countries in (
        ("15", "NO"), ("16", "BE"), ("18", "DK FO FI GL NL"), ("19", "MK SI"),
        ("20", "AT BA EE KZ LT LU MN XK"), ("21", "CH HR LI LV"),
        ("22", "BG BH CR DE GB GE IE ME RS VA"), ("23", "AE GI IL IQ OM SO TL"),
        ("24", "AD CZ DZ ES MD PK RO SA SE SK TN VG"), ("25", "LY PT ST"), ("26", "IS TR"),
        ("27", "BI DJ FR GR IT MC MR SM"),
        ("28", "AL AZ BY CY DO GT HU LB NI PL SV"), ("29", "BR EG PS QA UA"), ("30", "JO KW MU YE"),
        ("31", "MT SC"), ("32", "LC"), ("33", "RU"),
    )
    for country in countries.split()
}  # fmt: skip
_IBAN = re.compile(r"[A-Z](?<![A-Za-z0-9].)[A-Z][0-9]{2}(?: ?[A-Z0-9]){11,30}")
_OPEN_IBAN = re.compile(r"[A-Z](?<![A-Za-z0-9].)[A-Z][0-9]{2}(?: ?[A-Z0-9]){0,30} ?\Z")
_PLUS = re.compile(r"\+[1-9](?:[ \-.()]{0,2}[0-9]){6,14}(?![0-9])")
_BRACKETED = re.compile(r"\([2-9][0-9]{2}\) [2-9][0-9]{2}-[0-9]{4}(?![0-9])")
_OPEN_PHONE = re.compile(r"(?:\+|\([2-9])[0-9 \-.()]{0,32}\Z")
_FICTION = re.compile(r"1[2-9][0-9]{2}55501[0-9]{2}|44(?:7700900|2079460|1632960|1914980)[0-9]{3}")
"""Numbers that the plans of North America and the United Kingdom keep for films and examples."""

_SSN_EXAMPLES = frozenset({"123456789", "078051120", "219099999", "457555462", "111223333"})
_NINO = re.compile(r"(?!BG|GB|KN|NK|NT|TN|ZZ)[A-CEGHJ-PR-TW-Z][A-CEGHJ-NPR-TW-Z][0-9]{6}[A-D]")
_SINGAPORE = {"S": (0, "JZIHGFEDCBA"), "T": (4, "JZIHGFEDCBA"), "F": (0, "XWUTRQPNMLK"),
              "G": (4, "XWUTRQPNMLK"), "M": (3, "XWUTRQPNJLK")}  # fmt: skip


def is_iban(number: str) -> bool:
    """True for a country's right length and the right check digits."""
    if _IBAN_LENGTHS.get(number[:2]) != len(number):
        return False
    return int("".join(str(int(char, 36)) for char in number[4:] + number[:4])) % 97 == 1


def is_us_ssn(number: str) -> bool:
    """True for nine digits of an area, group and serial that are issued, and no known example."""
    area = number[:3]
    issued = area not in {"000", "666"} and area < "900"
    return issued and number[3:5] != "00" and number[5:] != "0000" and number not in _SSN_EXAMPLES


def is_singapore_id(number: str) -> bool:
    """True for the letter, seven digits and check letter of an NRIC or FIN."""
    offset, letters = _SINGAPORE[number[0]]
    total = offset
    total += sum(w * int(c) for w, c in zip((2, 7, 6, 5, 4, 3, 2), number[1:8], strict=True))
    return letters[total % 11] == number[8]


def _is_nino(number: str) -> bool:
    return _NINO.fullmatch(number) is not None


def _is_dated(number: str) -> bool:
    return 1 <= int(number[2:4]) <= 12 and 1 <= int(number[4:6]) <= 31


def is_my_number(number: str) -> bool:
    """True for the twelve digits of Japan's Individual Number with the right check digit."""
    weights = (6, 5, 4, 3, 2, 7, 6, 5, 4, 3, 2)
    rest = sum(w * int(c) for w, c in zip(weights, number[:11], strict=True)) % 11
    return int(number[11]) == (0 if rest <= 1 else 11 - rest)


def _checked(check: str | Callable[[str], bool]) -> Callable[[str], bool]:
    """Return a check; a module of ``stdnum`` that stumbles over a number does not know it."""
    if not isinstance(check, str):
        return check
    validate: Callable[[str], bool] = import_module(f"stdnum.{check}").is_valid
    century = check == "fi.hetu"

    def holds(number: str) -> bool:
        if century and len(number) == 10:
            number = f"{number[:6]}-{number[6:]}"  # the sign is part of this one
        try:
            return validate(number)
        except (LookupError, ValueError, TypeError):
            return False

    return holds


class Phones:
    """Telephones by the numbering plans of all countries.

    Only the plans are the library's: its own matcher compiles each plan anew when many countries
    are named in turn. The patterns of a country are compiled when its first number is seen, and
    kept.
    """

    def __init__(self) -> None:
        library = import_module("phonenumbers")
        metadata = import_module("phonenumbers.phonemetadata").PhoneMetadata
        self._regions: dict[str, tuple[str, ...]] = {
            str(code): regions for code, regions in library.COUNTRY_CODE_TO_REGION_CODE.items()
        }
        self._plans = {
            region: metadata.metadata_for_region(region) for region in library.SUPPORTED_REGIONS
        }
        self._patterns: dict[str, tuple[re.Pattern[str], re.Pattern[str]]] = {}

    def of(self, region: str) -> Callable[[str], bool]:
        """Return the check of numbers written as they are dialled inside a region."""
        plan = self._plans[region]
        prefix = plan.national_prefix or ""

        def holds(number: str) -> bool:
            national = number.removeprefix(prefix)
            fiction = _FICTION.match(f"{plan.country_code}{national}")
            return fiction is None and self._line(national, region) is not None

        return holds

    def find(self, passage: Passage) -> Iterator[Candidate]:
        """Give every number in international form; severity 1 if it is a fixed line."""
        text = passage.text
        for found in _PLUS.finditer(text, passage.start):
            line = None if _lettered(text, found.start()) else self._international(found[0])
            if line is not None:
                severity = 1 if line == "fixed" else 2
                yield Candidate(
                    found.start(), found.end(), "phone", severity, 0.9, "phone_international"
                )

    def find_bracketed(self, passage: Passage) -> Iterator[Candidate]:
        """Give every number of North America that is written as there: nothing else is."""
        holds = self.of("US")
        for found in _BRACKETED.finditer(passage.text, passage.start):
            digits = "".join(char for char in found[0] if char.isdigit())
            if holds(digits) and not _lettered(passage.text, found.start()):
                yield Candidate(found.start(), found.end(), "phone", 2, 0.8, "phone_us")

    def _international(self, written: str) -> str | None:
        digits = "".join(char for char in written.replace("(0)", "") if char.isdigit())
        if _FICTION.match(digits):
            return None
        for size in (1, 2, 3):
            for region in self._regions.get(digits[:size], ()):
                line = self._line(digits[size:], region) if region in self._plans else None
                if line is not None and (region != "CN" or line == "fixed"):
                    return line
        return None

    def _line(self, national: str, region: str) -> str | None:
        """Return what a number is in a region: ``mobile`` (or either), ``fixed`` or nothing."""
        patterns = self._patterns.get(region)
        if patterns is None:
            plan = self._plans[region]
            patterns = self._patterns[region] = (_plan(plan.mobile), _plan(plan.fixed_line))
        mobile, fixed = patterns
        if mobile.fullmatch(national):
            return "mobile"
        return "fixed" if fixed.fullmatch(national) else None


def _plan(description: Any) -> re.Pattern[str]:
    written = description.national_number_pattern if description is not None else None
    return re.compile(written or r"(?!)", re.ASCII)


def _lettered(text: str, at: int) -> bool:
    before = text[at - 1 : at] if at else ""
    return before.isascii() and before.isalnum()


def ibans(passage: Passage) -> Iterator[Candidate]:
    """Give every IBAN, with or without spaces between its groups."""
    text = passage.text
    for found in _IBAN.finditer(text, passage.start):
        at, size = found.start(), _IBAN_LENGTHS.get(found[0][:2], 0)
        end = at
        for char in found[0]:
            end += 1
            size -= char != " "
            if not size:
                break
        number = text[at:end].replace(" ", "")
        after = text[end : end + 1]
        if not (after.isascii() and after.isalnum()) and is_iban(number):
            yield Candidate(at, end, "iban", 3, 0.95, "iban")


def open_iban(text: str, start: int) -> int:
    """Return where an IBAN begins that the text's end leaves open, or its length."""
    found = _OPEN_IBAN.search(text, max(start, len(text) - 48))
    return found.start() if found else len(text)


def open_phone(text: str, start: int) -> int:
    """Return where a telephone begins that the text's end leaves open, or its length."""
    found = _OPEN_PHONE.search(text, max(start, len(text) - 48))
    return found.start() if found else len(text)


_PHONES = (
    ("US", r"(?:1[ \-.])?[2-9]\d\d[ \-.)]{0,2}[2-9]\d\d[ \-.]?\d{4}"),
    ("HK", r"[2-9]\d{3}[ \-]?\d{4}"),
    ("TW", r"09\d\d[ \-]?\d{3}[ \-]?\d{3}"),
    ("GB", r"0[1-9]\d\d{1,2} \d{3} \d{3,4}|020 \d{4} \d{4}|07\d{3} ?\d{6}|07\d{3} \d{3} \d{3}"),
    ("JP", r"0[789]0-\d{4}-\d{4}|0\d{1,3}-\d{2,4}-\d{4}"),
    ("KR", r"01[016-9]-\d{3,4}-\d{4}"),
    ("FR", r"0[1-9](?:[ .]\d\d){4}|0[67]\d{8}"),
    ("DE", r"01[567]\d[ /\-]?\d{7,8}"),
    ("SG", r"[689]\d{3}[ \-]?\d{4}"),
    ("ES", r"[67]\d\d(?: ?\d\d){3}|[67]\d\d \d{3} \d{3}"),
    ("PT", r"9[1236]\d ?\d{3} ?\d{3}"),
    ("IT", r"3\d\d ?\d{6,7}|3\d\d \d{3} \d{4}"),
    ("BR", r"[1-9]\d\)? ?9\d{4}[ \-]?\d{4}"),
    ("SE", r"07\d[ \-]?\d{3} ?\d\d ?\d\d"),
    ("NL", r"06[ \-]?\d{8}|06(?: \d\d){4}"),
    ("BE", r"04\d\d(?: ?\d\d){3}"),
    ("PL", r"[5-8]\d\d[ \-]\d{3}[ \-]\d{3}"),
    ("TR", r"05\d\d ?\d{3} ?\d\d ?\d\d"),
    ("IL", r"05\d-?\d{3}-?\d{4}"),
    ("RU", r"8[ \-]?9\d\d[ \-]?\d{3}[ \-]?\d\d[ \-]?\d\d"),
    ("IN", r"[6-9]\d{4} ?\d{5}"),
    ("VN", r"0[35789]\d\d ?\d{3} ?\d{3}"),
    ("ID", r"08\d\d[ \-]?\d{4}[ \-]?\d{3,4}"),
    ("AU", r"04\d\d ?\d{3} ?\d{3}"),
    ("NG", r"0[789][01]\d ?\d{3} ?\d{4}"),
    ("KE", r"07\d\d ?\d{3} ?\d{3}"),
    ("GH", r"0[25]\d ?\d{3} ?\d{4}"),
    ("ZA", r"0[678]\d ?\d{3} ?\d{4}"),
)
"""Telephones as they are dialled at home; only where a word names them."""

_NATIONAL: tuple[tuple[str, str, str | Callable[[str], bool]], ...] = (
    ("gb_nino", r"[A-Z]{2} ?(?:\d\d ?){3}[A-D]", _is_nino),
    ("sg_nric", r"[STFGM]\d{7}[A-Z]", is_singapore_id),
    ("my_nric", r"\d{6}-?\d\d-?\d{4}", _is_dated),
    ("jp_my", r"\d{4}[ \-]?\d{4}[ \-]?\d{4}", is_my_number),
    ("fi_hetu", r"\d{6}[\-+A-FU-Y]\d{3}[0-9A-Z]", "fi.hetu"),
    ("ca_sin", r"\d{3}([ \-]?)\d{3}\1\d{3}", "ca.sin"),
    ("gb_nhs", r"\d{3}[ \-]?\d{3}[ \-]?\d{4}", "gb.nhs"),
    ("de_idnr", r"[1-9]\d(?: ?\d{3}){3}", "de.idnr"),
    ("fr_nir", r"[12] ?\d\d ?\d\d ?\d[0-9AB](?: ?\d{3}){2} ?\d\d", "fr.nir"),
    ("es_dni", r"\d{8}-?[A-Z]", "es.dni"),
    ("es_dni", r"[XYZ]-?\d{7}-?[A-Z]", "es.nie"),
    ("it_cf", r"[A-Z]{6}\d\d[A-Z]\d\d[A-Z]\d{3}[A-Z]", "it.codicefiscale"),
    ("pt_nif", r"\d{9}", "pt.nif"),
    ("nl_bsn", r"\d{9}", "nl.bsn"),
    ("be_nn", r"\d\d\.?\d\d\.?\d\d-?\d{3}\.?\d\d", "be.nn"),
    ("pl_pesel", r"\d{11}", "pl.pesel"),
    ("se_pnr", r"(?:\d\d)?\d{6}[\-+]?\d{4}", "se.personnummer"),
    ("dk_cpr", r"\d{6}-?\d{4}", "dk.cpr"),
    ("no_fnr", r"\d{6} ?\d{5}", "no.fodselsnummer"),
    ("cz_rc", r"\d{6}/?\d{3,4}", "cz.rc"),
    ("tr_kimlik", r"[1-9]\d{10}", "tr.tckimlik"),
    ("ru_inn", r"\d{12}", "ru.inn"),
    ("in_aadhaar", r"[2-9]\d{3}[ \-]?\d{4}[ \-]?\d{4}", "in_.aadhaar"),
    ("in_pan", r"[A-Z]{5}\d{4}[A-Z]", "in_.pan"),
    ("br_cpf", r"\d{3}\.?\d{3}\.?\d{3}-?\d\d", "br.cpf"),
    ("mx_curp", r"[A-Z]{4}\d{6}[A-Z]{6}[0-9A-Z]\d", "mx.curp"),
    ("kr_rrn", r"\d{6}-?[1-8]\d{6}", "kr.rrn"),
    ("th_pin", r"\d-?\d{4}-?\d{5}-?\d\d-?\d", "th.pin"),
    ("za_id", r"\d{13}", "za.idnr"),
    ("il_id", r"\d{9}", "il.idnr"),
    ("ch_ahv", r"756\.?\d{4}\.?\d{4}\.?\d\d", "ch.ssn"),
    ("cl_rut", r"\d{1,2}\.?\d{3}\.?\d{3}-?[0-9K]", "cl.rut"),
    ("ie_pps", r"\d{7}[A-W][A-I]?", "ie.pps"),
    ("au_tfn", r"\d{3} ?\d{3} ?\d{2,3}", "au.tfn"),
)
"""``(label, shape, check)``; a name is that of a module of ``stdnum``."""


_VAT = (
    r"(?:AT|BE|BG|CY|CZ|DE|DK|EE|EL|ES|FI|FR|HR|HU|IE|IT|LT|LU|LV|MT|NL|PL|PT|RO|SE|SI|SK)"
    r" ?[0-9A-Z]{8,12}"
)
"""What member states write before the value added tax number of a trader, and its length."""


def forms(phones: Phones) -> tuple[Form, ...]:
    """Return the labelled forms; imports the libraries that check them."""
    return (
        Form("ssn", "us_ssn", r"\d{3}([ \-]?)\d{2}\1\d{4}", "us_ssn", is_us_ssn, 3),
        Form("eu_vat", "national_id", _VAT, "eu_vat", _checked("eu.vat")),
        *(
            Form("phone", "phone", shape, f"phone_{region.lower()}", phones.of(region))
            for region, shape in _PHONES
        ),
        *(
            Form(label, "national_id", shape, label, _checked(check), 3)
            for label, shape, check in _NATIONAL
        ),
    )
