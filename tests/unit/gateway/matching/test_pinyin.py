"""Readings of characters."""

from __future__ import annotations

from gateway.matching.pinyin import TABLE, build, readings, sounds


def test_the_shipped_table_is_what_its_builder_makes() -> None:
    """From the readings of pypinyin, for all of GB 2312."""
    assert TABLE.read_text("utf-8") == build()
    assert len(readings()) == 6763


def test_readings_begin_with_the_usual_one() -> None:
    """And name another where there is one."""
    assert [readings()[sign] for sign in "赌行绿"] == [("du",), ("xing", "hang"), ("lv", "lu")]


def test_characters_that_sound_alike_share_a_sign() -> None:
    """One that no text folds to a term."""
    assert "赌博".translate(sounds()) == "毒搏".translate(sounds()) != "赌博"
    assert "abc".translate(sounds()) == "abc"
