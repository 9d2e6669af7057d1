"""Addresses of machines and devices: IP, MAC, IMEI, IMSI, advertising ids; and coordinates.

Only addresses that belong to somebody count: not private, loopback, documentation or multicast ones
(RFC 1918, 4291, 5737, 3849, 6598). An IPv4 address looks like a version number, so a word must name
it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from ipaddress import IPv4Address, IPv6Address

from filters.personal_data.candidate import Candidate
from filters.personal_data.checks import is_luhn
from filters.personal_data.forms import Form
from filters.personal_data.labels import Passage
from filters.personal_data.outline import has_groups, has_quad

_IPV4 = re.compile(
    r"[0-9](?:(?<![A-Za-z0-9._+\-].)|(?<=[Ii][Pp].))[0-9]{0,2}\.[0-9]{1,3}\.[0-9]{1,3}\.[0-9]{1,3}"
    r"(?![0-9A-Za-z_]|[.\-][0-9A-Za-z])"
)
_IPV6 = re.compile(r"[23](?<![A-Za-z0-9:.].)[0-9A-Fa-f]{3}:[0-9A-Fa-f:]{2,34}(?![A-Za-z0-9:])")
_MAC, _DASHED_MAC = (
    re.compile(
        rf"[0-9A-Fa-f](?<![0-9A-Za-z:\-].)[0-9A-Fa-f](?:{sign}[0-9A-Fa-f]{{2}}){{5}}"
        r"(?![0-9A-Za-z]|[:\-][0-9A-Fa-f])"
    )
    for sign in ":-"
)
_JOINTS = 5
"""Signs in a hardware address; one of version 6 has seven or two side by side."""
_OPEN_COLON = re.compile(r"[0-9A-Fa-f](?<![A-Za-z0-9:].)[0-9A-Fa-f]{0,3}:[0-9A-Fa-f:]{0,36}\Z")


def _is_imei(number: str) -> bool:
    return is_luhn(number) and len(set(number)) > 2


_CLOCK = re.compile(r"[0-9][.:]\Z")
"""Before the seconds of a time."""

FORMS = (
    Form("imei", "device_id", r"[0-9]{2}[ \-]?[0-9]{6}[ \-]?[0-9]{6}[ \-]?[0-9]", "imei", _is_imei),
    Form("imsi", "device_id", r"[2-7][0-9]{14}", "imsi"),
    Form("iccid", "device_id", r"89[0-9]{17,18}", "iccid"),
    Form("device", "device_id", r"[0-9]{15}", "imei", _is_imei),
    Form(
        "device", "device_id",
        r"[0-9A-F]{8}-[0-9A-F]{4}-[0-9A-F]{4}-[0-9A-F]{4}-[0-9A-F]{12}|[0-9A-F]{16}(?:[0-9A-F]{16})?",
        "device_id",
    ),
    Form("my_place", "coordinates", r"[0-9]{1,3}\.[0-9]{4,15}", "coordinates_own"),
    Form(
        "place", "coordinates", r"[0-9]{1,3}\.[0-9]{4,15}", "coordinates", None, 1,
        lambda between, _: _CLOCK.search(between) is not None,
    ),
)  # fmt: skip


def ip_addresses(passage: Passage) -> Iterator[Candidate]:
    """Give every public IP address of version 4."""
    text = passage.text
    if not has_quad(passage.outline):
        return
    for found in _IPV4.finditer(text, passage.start):
        near = passage.near(found.start())
        named = near.get("address", -1)
        if named > near.get("release", -1) and _is_public(IPv4Address, found[0]):
            yield Candidate(found.start(), found.end(), "ip_address", 1, 0.9, "ipv4")


def _is_public(version: type[IPv4Address] | type[IPv6Address], written: str) -> bool:
    try:
        address = version(written)
    except ValueError:
        return False
    return address.is_global and not address.is_multicast


def colon_addresses(passage: Passage) -> Iterator[Candidate]:
    """Give every public IP address of version 6 and every hardware address in six pairs, but those
    that stand for none or for all."""
    outline = passage.outline
    grouped = outline.count(":") >= _JOINTS and has_groups(passage.text, ":")
    if grouped or "::" in outline:
        for found in _IPV6.finditer(passage.text, passage.start):
            if _is_public(IPv6Address, found[0]):
                yield Candidate(found.start(), found.end(), "ip_address", 1, 0.9, "ipv6")
    if not grouped:
        return
    for found in _MAC.finditer(passage.text, passage.start):
        if _is_hardware(found[0].split(":")):
            yield Candidate(found.start(), found.end(), "mac_address", 1, 0.8, "mac")


def _is_hardware(pairs: list[str]) -> bool:
    """True for more than two different pairs with a letter and a digit among them: digits alone are
    a time, and text without any is not looked at."""
    written = "".join(pairs)
    return len(set(pairs)) > 2 and not written.isdigit() and not written.isalpha()


def dashed_addresses(passage: Passage) -> Iterator[Candidate]:
    """Give every hardware address whose pairs are parted by dashes."""
    if passage.outline.count("-") < _JOINTS or not has_groups(passage.text, "-"):
        return
    for found in _DASHED_MAC.finditer(passage.text, passage.start):
        if _is_hardware(found[0].split("-")):
            yield Candidate(found.start(), found.end(), "mac_address", 1, 0.8, "mac")


def open_network(text: str, start: int) -> int:
    """Return where an address with colons begins that the text's end leaves open, or its length."""
    found = _OPEN_COLON.search(text, max(start, len(text) - 40))
    return found.start() if found else len(text)
