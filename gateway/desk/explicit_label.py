"""Anybody's visible label on a text: the two elements of GB 45438-2025, 5.1, on one short line.

The standard fixes no wording, so this is a suspicion by nature: a headline about AI generation
looks the same. It makes no more than the third tier of Article 6.
"""

from __future__ import annotations

import re

from gateway.ports.mark import Claim, ClaimState

LONGEST_LINE = 64
"""Public readers look for both elements within so many characters at the ends of a text."""

_EDGE = 4096
TAG = re.compile(r"<[^<>]{0,2000}>")
"""A tag of an HTML page, and what looks like one."""

_AI = r"(?:人工智能|(?<![A-Za-z])AI(?:GC)?(?![A-Za-z])|[Aa]rtificial [Ii]ntelligence)"
_MADE = r"(?:生成|合成|[Gg]enerated|[Ss]ynthe[ts]i[sz]?[a-z]*|GENERATED)"
_LABEL = re.compile(rf"{_AI}.{{0,12}}{_MADE}|{_MADE}.{{0,24}}{_AI}")


class ExplicitLabel:
    """Finds a visible label at the start or the end of a text or an HTML page."""

    name = "explicit_label"

    def verify(self, content: bytes) -> list[Claim]:
        """Return one claim, that names nobody, if such a line stands first or last."""
        text = content.decode(errors="replace")
        edges = [text] if len(text) <= 2 * _EDGE else [text[:_EDGE], text[-_EDGE:]]
        lines = [
            line.strip(" \t#*_>~`-—|[]()（）【】")
            for line in TAG.sub("\n", "\n".join(edges)).splitlines()
            if line.strip()
        ]
        for line in {*lines[:1], *lines[-1:]}:
            if len(line) <= LONGEST_LINE and _LABEL.search(line):
                return [Claim("", "", state=ClaimState.UNTRUSTED, detail="anybody can write it")]
        return []
