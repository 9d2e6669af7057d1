"""Import of operators' lists."""

from __future__ import annotations

from pathlib import Path

import pytest

from filters.lexicon import Defaults, import_terms, read_terms, read_word_list
from filters.lexicon.importer import unfit
from gateway.nouns.errors import ConfigError


def test_a_file_of_lines(tmp_path: Path) -> None:
    """Kept in order, merged by fold, dropped with reasons, and a canonical list comes out."""
    path = tmp_path / "terms.txt"
    path.write_bytes("\ufeff# ours\n代开发票\n代開發票\n\n12345\n好\nbuy it now\n".encode())
    steps: list[tuple[int, int]] = []
    report = import_terms(
        path,
        defaults=Defaults(category="A1.h.fraud", severity=3, owner="li.na"),
        progress=lambda done, of: steps.append((done, of)),
    )
    assert [entry.text for entry in report.entries] == ["代开发票", "buy it now"]
    assert {(entry.category, entry.severity) for entry in report.entries} == {("A1.h.fraud", 3)}
    assert [(note.line, note.term) for note in report.merged] == [(3, "代開發票")]
    assert [note.line for note in report.dropped] == [5, 6]
    assert (report.lines, report.encoding, report.form) == (5, "utf-8", "lines")
    assert steps[-1] == (5, 5)
    assert read_word_list("own", report.word_list()).entries == report.entries


def test_columns_in_chinese_and_gb18030() -> None:
    """Everyday names of columns, categories and levels."""
    text = "级别,敏感词,类别,白名单\n高,赌博网站,赌博,反赌博网站|举报赌博网站\n3,上头电子烟,x.y,\n"
    report = read_terms(text.encode("gb18030"))
    assert (report.encoding, report.form) == ("gb18030", "csv")
    first, second = report.entries
    assert (first.category, first.severity) == ("A1.h.gambling", 3)
    assert first.allow == ("反赌博网站", "举报赌博网站")
    assert (second.category, second.severity) == ("x.y", 3)


def test_json_lines() -> None:
    """Members by any of their names; a broken line is dropped by number."""
    raw = b'{"word":"buy it","level":4,"allow":["do not buy it"]}\nbroken {\n[1]\n'
    report = read_terms(raw)
    (entry,) = report.entries
    assert (entry.text, entry.severity, entry.allow) == ("buy it", 4, ("do not buy it",))
    assert [note.line for note in report.dropped] == [2, 3]


def test_how_near_context_words_must_stand() -> None:
    """A number and a side, in words of either language; anything else drops the line."""
    text = "词,上下文,语境距离,语境方位\n买枪,哪里,12,前\n卖枪,微信,,both\n造枪,怎么,far,\n"
    text += "换枪,哪里,41,\n借枪,哪里,5,left\n"
    report = read_terms(text.encode())
    said = [(one.text, one.context_reach, one.context_side) for one in report.entries]
    assert said == [("买枪", 12, "before"), ("卖枪", 0, "")]
    assert [note.line for note in report.dropped] == [4, 5, 6]


def test_merging_keeps_the_graver_severity() -> None:
    """Whichever line says it."""
    report = read_terms("term,severity\n赌博网站,1\n賭博網站,4\n".encode())
    assert [entry.severity for entry in report.entries] == [4]


def test_unknown_categories_and_levels_are_noted() -> None:
    """The default is taken, and it is said."""
    report = read_terms("term,category,severity\n代开发票,怪类,99\na.*b c,x,1\n".encode())
    assert [note.line for note in report.noted] == [2, 2, 3]
    assert (report.entries[0].category, report.entries[0].severity) == ("custom", 2)


def test_terms_in_ordinary_sentences_are_reported() -> None:
    """Most frequent first, with a sentence to look at; they are kept, the operator decides."""
    report = read_terms("用户\n大麻\n稀有词汇组合\n".encode())
    assert len(report.entries) == 3
    assert {hit.term for hit in report.benign} == {"用户", "大麻"}
    assert report.benign[0].times >= report.benign[-1].times
    assert "大麻" in next(hit.sample for hit in report.benign if hit.term == "大麻")


@pytest.mark.parametrize(
    ("term", "word", "reason"),
    [
        ("", False, "nothing is left"),
        ("\u200b ", False, "nothing is left"),
        ("***", False, "nothing is left"),
        ("的", False, "one character"),
        ("b", True, "one character"),
        ("sm", False, "two Latin letters"),
        ("sm", True, ""),
        ("138 0013", False, "only digits"),
        ("锟斤拷了", False, "mojibake"),
        ("è´Œ\x9a", False, "mojibake"),
        ("坏\ufffd词", False, "mojibake"),
        ("冰毒", False, ""),
        ("k粉", False, ""),
        ("buy", False, ""),
    ],
)
def test_unfit_terms(term: str, word: bool, reason: str) -> None:
    """What would hit everything, or nothing."""
    told = unfit(term, word=word)
    assert reason in told
    assert bool(reason) == bool(told)


@pytest.mark.parametrize("raw", [b"", b"\n\n", b"\xff\xff\xff\xff"])
def test_files_without_terms_are_refused(raw: bytes) -> None:
    """Empty, or in no encoding that we read."""
    with pytest.raises(ConfigError):
        read_terms(raw)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    """Its path and why."""
    with pytest.raises(ConfigError, match=r"none\.txt"):
        import_terms(tmp_path / "none.txt")
