"""A word list of any size for the benchmark: plausible terms that ordinary prose does not hold."""

from __future__ import annotations

import json
import random
from pathlib import Path

_COMMON = (
    "的一是不了人我在有他这中大来上国个到说们为子和你地出道也时年得就那要下以生会自着去之过家学"
)
_RARE = "赌毒枪弹刀诈骗偷抢黑洗贩售购代办假证套现刷单炸杀淫秽嫖娼裸聊催情迷药走私军火冰粉丸麻鸦片"


def write_terms(path: Path, count: int, *, seed: int = 7) -> Path:
    """Write ``count`` different terms of two to eight characters as JSON Lines."""
    pick = random.Random(seed)
    letters = [chr(code) for code in range(0x4E00, 0x4E00 + 3755)]
    seen: set[str] = set()
    with path.open("w", encoding="utf-8") as out:
        while len(seen) < count:
            size = pick.choices((2, 3, 4, 5, 6, 8), (1, 4, 8, 4, 3, 1))[0]
            term = pick.choice(_RARE) + "".join(
                pick.choice(letters if pick.random() < 0.8 else _COMMON) for _ in range(size - 1)
            )
            if term in seen:
                continue
            seen.add(term)
            entry = {"text": term, "category": "A1.h.other", "severity": 3}
            out.write(json.dumps(entry, ensure_ascii=False) + "\n")
    return path
