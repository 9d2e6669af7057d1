"""What the lexicon makes of texts that nobody tuned it on, through the command line:
`python -m tests.bench.lexicon_heldout [--cuts]`.

`lexicon_heldout.jsonl` was written by hand before its writer read the filter: shipped terms in
disguise (each with its ``term``), and harmless texts that resemble disguises. Initials, homophones
and reversed forms are judged on entries that ask for them. What is missed and what is found in
harmless texts goes to the standard error output. With ``--cuts`` each text is also streamed, cut
once at every place and at all places, and must come to the same findings (two minutes of CPU).
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from collections import Counter
from pathlib import Path
from typing import NamedTuple

import msgspec

from filters.lexicon import LexiconFilter, compile_lexicon, read_word_list
from gateway.nouns.finding import Finding

ROOT = Path(__file__).resolve().parents[2]
TEXTS = Path(__file__).with_name("lexicon_heldout.jsonl")
_ASKED = ("initials", "homophones", "reversed")
_POLICY = """version: 1
lexicons:
  - {use: shipped/harms, owner: bench}
  - {use: shipped/misuse, owner: bench}
  - {use: asking.jsonl, owner: bench}
rules:
  - {id: seen, when: "*", do: flag}
"""


class Text(NamedTuple):
    """A text, its kind, and the term that is disguised in it; none in a harmless one."""

    kind: str
    term: str
    text: str


def read_texts() -> list[Text]:
    """Return the held-out texts."""
    lines = map(msgspec.json.decode, TEXTS.read_bytes().splitlines())
    return [Text(line["kind"], line.get("term", ""), line["text"]) for line in lines]


def _asking(texts: list[Text]) -> bytes:
    """Return a list of the terms whose disguises are only looked for in entries that ask."""
    entries = [
        {"text": term, "category": "asked", "severity": 2, "variants": ["fold", *_ASKED]}
        for term in sorted({each.term for each in texts if each.term and each.kind in _ASKED})
    ]
    return b"".join(msgspec.json.encode(entry) + b"\n" for entry in entries)


def found_by_command(texts: list[Text]) -> list[list[str]]:
    """Return the entries that `sealgate try` finds in each text."""
    rows = ({"id": str(number), "text": each.text} for number, each in enumerate(texts))
    batch = b"".join(msgspec.json.encode(row) + b"\n" for row in rows)
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, "asking.jsonl").write_bytes(_asking(texts))
        policy = Path(folder, "policy.yaml")
        policy.write_text(_POLICY, "utf-8")
        program = Path(sys.executable).with_name("sealgate")
        run = subprocess.run(
            [program, "try", "--batch", "-", "--json", "--side", "input", "--policy", policy],
            input=batch, cwd=folder, capture_output=True, check=False,
        )  # fmt: skip
    if run.returncode not in (0, 1):
        raise SystemExit(run.stderr.decode())
    lines = map(msgspec.json.decode, run.stdout.splitlines())
    said = {line["id"]: line["findings"] for line in lines}
    return [
        [each["term"] for each in said[str(number)] if each["filter"] == "lexicon"]
        for number in range(len(texts))
    ]


def _filter(texts: list[Text]) -> LexiconFilter:
    paths = sorted((ROOT / "policies" / "lexicons").rglob("*.jsonl"))
    lists = [read_word_list(path.stem, path.read_bytes()) for path in paths]
    return compile_lexicon([*lists, read_word_list("asking", _asking(texts))])


def _streamed(lexicon: LexiconFilter, text: str, cuts: list[int]) -> set[Finding]:
    found: set[Finding] = set()
    start = 0
    for end in [*cuts, len(text)]:
        scan = lexicon.scan(text[:end], start, end == len(text))
        found.update(scan.findings)
        start = max(start, scan.safe_until)
    return found


def differing(texts: list[Text]) -> list[str]:
    """Return the texts in which some way to cut them changes what is found."""
    lexicon = _filter(texts)
    out = []
    for each in texts:
        whole = set(lexicon.scan(each.text, 0, True).findings)
        every = list(range(1, len(each.text)))
        ways = [every, every[3::4], *([cut] for cut in every)]
        if any(_streamed(lexicon, each.text, cuts) != whole for cuts in ways):
            out.append(each.text)
    return out


def main() -> None:
    """Print found and written by kind, alarms in harmless texts, and differing streams."""
    texts = read_texts()
    found = found_by_command(texts)
    written, seen = Counter[str](), Counter[str]()
    for each, terms in zip(texts, found, strict=True):
        kind = each.kind if each.term else f"harmless {each.kind}"
        written[kind] += 1
        seen[kind] += bool(terms)
        if bool(terms) is not bool(each.term):
            print(f"{kind}: {each.text!r} {' '.join(terms)}", file=sys.stderr)  # noqa: T201
    for kind, count in written.items():
        print(f"{kind:<20} {seen[kind]:>4} of {count}")  # noqa: T201 -- a tool
    if "--cuts" in sys.argv:
        print(f"{'differ by cuts':<20} {len(differing(texts)):>4} of {len(texts)}")  # noqa: T201


if __name__ == "__main__":
    main()
