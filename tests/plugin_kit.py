"""A package of somebody else for tests: a filter and a protocol, installed in a folder of its own.

It imports nothing of ours but the ports, the nouns and the adapter that its protocol is made of.
"""

from __future__ import annotations

from pathlib import Path

MODULE = '''"""Somebody else's parts."""

import re

from gateway.adapters.generic.adapter import Generic
from gateway.nouns.finding import Finding, Scan
from gateway.ports.adapter import Route, RouteKind

TICKET = re.compile(r"NJ-[0-9]{6}(?![0-9])")
OPEN = re.compile(r"N(?:J(?:-[0-9]{0,6})?)?\\Z")


class TicketFilter:
    """Finds ticket numbers."""

    name = "ticket"
    look_behind = 0
    look_ahead = 9
    finds = (("ticket", 2),)

    def scan(self, text, start, final):
        found = tuple(
            Finding("ticket", 2, 1.0, match.start(), match.end(), self.name, "number")
            for match in TICKET.finditer(text, start)
        )
        unfinished = None if final else OPEN.search(text, start)
        return Scan(found, unfinished.start() if unfinished else len(text))


class Broken(TicketFilter):
    """Raises in the middle of a text."""

    name = "broken"

    def scan(self, text, start, final):
        if len(text) > 5:
            raise RuntimeError(text)
        return Scan((), len(text))


class Older(TicketFilter):
    """Was written for another form of the port."""

    name = "older"

    def scan(self, text):
        return []


class Formless(TicketFilter):
    """Answers with something else, once a text is long enough."""

    name = "formless"
    answer = None

    def scan(self, text, start, final):
        return self.answer if len(text) > 5 else Scan((), len(text))


class Countless(TicketFilter):
    """Does not say how grave."""

    name = "countless"
    finds = 5


class Licensed(TicketFilter):
    """Does not want to be made."""

    name = "licensed"

    def __init__(self):
        raise RuntimeError("no licence")


class Nameless:
    """Lacks what a filter has."""

    name = "nameless"
    finds = (("ticket", 2),)


class Second(TicketFilter):
    """Has the first one's name."""


class Grave(TicketFilter):
    """Says a severity that there is not."""

    name = "grave"
    finds = (("ticket", 7),)


class Embeddings(Generic):
    """Judges what is embedded."""

    name = "embeddings"
    routes = (Route("POST", "/embeddings", RouteKind.GENERIC),)


class Grabber(Embeddings):
    """Wants a path that is taken."""

    name = "grabber"
    routes = (Route("POST", "/chat/completions", RouteKind.GENERIC),)


def wants_more(size):
    """Cannot be called without arguments."""
'''
ENTRIES = """[sealgate.filters]
ticket = nightjar_plugin:TicketFilter
broken = nightjar_plugin:Broken
nameless = nightjar_plugin:Nameless
second = nightjar_plugin:Second
grave = nightjar_plugin:Grave
older = nightjar_plugin:Older
formless = nightjar_plugin:Formless
countless = nightjar_plugin:Countless
licensed = nightjar_plugin:Licensed
nowhere = nightjar_nowhere:Filter
gone = nightjar_plugin:Gone
wants_more = nightjar_plugin:wants_more

[sealgate.adapters]
embeddings = nightjar_plugin:Embeddings
grabber = nightjar_plugin:Grabber
"""


def install(folder: Path, package: str = "nightjar", entries: str = ENTRIES) -> Path:
    """Install the package into a folder, to be put on the path; returns the folder."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "nightjar_plugin.py").write_text(MODULE, encoding="utf-8")
    facts = folder / f"{package}-1.0.dist-info"
    facts.mkdir()
    (facts / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {package}\nVersion: 1.0\n")
    (facts / "entry_points.txt").write_text(entries)
    return folder
