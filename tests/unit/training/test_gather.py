"""Gathering: the same commits give the same paragraphs, and code and marks are left out."""

from __future__ import annotations

import io
import json
import subprocess
import zipfile
from pathlib import Path

import pytest

from training.classifier import gather

PAGE = """---
title: kept out
---
# A heading

The first paragraph is long enough to be taken, with a [link](https://x.example/y) in it.

```sh
sealgate serve --and-this-is-code-which-nobody-should-read-as-prose
```

这一段是中文，字数也够多了，应当算作中文的一段。
"""
ENGLISH = "The first paragraph is long enough to be taken, with a link in it."
CHINESE = "这一段是中文，字数也够多了，应当算作中文的一段。"


def test_prose_is_read_without_code_and_marks() -> None:
    """Front matter, fences and addresses are gone; each language has its own paragraphs."""
    assert gather.drawn(gather.read("a.md", PAGE.encode()), 9) == {
        "en": [ENGLISH], "zh": [CHINESE],
    }  # fmt: skip


def test_data_and_archives_are_read() -> None:
    """Strings of JSON at any depth, cells of a table, members of an archive; broken JSON: none."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("in/b.csv", f'1,"{CHINESE}"\n')
        archive.writestr("in/a.json", json.dumps({"deep": [{"er": ENGLISH}], "n": 1}))
        archive.writestr("in/c.json", "{broken")
    found = gather.drawn(gather.read("all.zip", packed.getvalue()), 9)
    assert found == {"en": [ENGLISH], "zh": [CHINESE]}


def test_nobody_chooses() -> None:
    """What is drawn does not depend on the order, and of fewer are the same."""
    texts = [f"A paragraph that is about number {word} and nothing else." for word in "abcdefgh"]
    drawn = gather.drawn(texts, 3)["en"]
    assert len(drawn) == 3
    assert gather.drawn([*reversed(texts), texts[0]], 3)["en"] == drawn
    assert gather.drawn(texts, 2)["en"] == drawn[:2]


def test_a_commit_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of a repository the paths that are asked for, of the commit that is named; a file per
    language, and only of sources for that use."""
    folder = tmp_path / "from" / "owner+name"
    folder.mkdir(parents=True)
    (folder / "page.md").write_text(PAGE, encoding="utf-8")
    (folder / "other.txt").write_text(ENGLISH.replace("first", "second"), encoding="utf-8")
    git = ["git", "-c", "user.name=a", "-c", "user.email=a@b.example", "-C", str(folder)]
    for command in (["init", "-q"], ["add", "."], ["commit", "-q", "-m", "x"]):
        subprocess.run([*git, *command], check=True)
    listed = tmp_path / "sources.txt"
    listed.write_text("# x\nlearn HEAD owner/name *.md\ncount HEAD no/where *\n", encoding="utf-8")
    monkeypatch.setattr(gather, "SOURCES", listed)
    counts = gather.gather(tmp_path / "from", tmp_path / "into", "learn")
    assert counts == {"owner+name.en.txt": 1, "owner+name.zh.txt": 1}
    assert (tmp_path / "into/owner+name.en.txt").read_text(encoding="utf-8") == f"{ENGLISH}\n"


def test_what_is_counted_is_not_learned_from() -> None:
    """No path of a repository is of both uses."""
    listed = gather.sources(gather.SOURCES.read_text(encoding="utf-8"))
    paths = {use: {(one.name, path) for one in listed if one.use == use for path in one.paths}
             for use in ("learn", "count")}  # fmt: skip
    assert len(paths["learn"]) > 20
    assert not paths["learn"] & paths["count"]
