"""YAML by version 1.2, with the place of every value."""

from __future__ import annotations

from pathlib import Path

import pytest

from gateway.config.yaml_file import load_yaml, load_yaml_file, scalar, spell
from gateway.nouns.errors import ConfigError


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("off", "off"),
        ("yes", "yes"),
        ("22:00", "22:00"),
        ("12:30:45", "12:30:45"),
        ("2026-01-01", "2026-01-01"),
        ("true", True),
        ("~", None),
        ("0x1f", 31),
        ("0o17", 15),
        ("010", 10),
        ("1_000", 1000),
        ("2.5", 2.5),
        ("'3'", "3"),
    ],
)
def test_scalars_follow_version_1_2(text: str, value: object) -> None:
    """What earlier versions took for booleans and numbers stays a text."""
    assert scalar(text) == value


def test_places_name_file_and_line() -> None:
    """Every value knows where it stands, also inside lists and flow mappings."""
    document = load_yaml("a: 1\nb:\n  - {c: 2}\n  - d\n", "f.yaml")
    assert document.value == {"a": 1, "b": [{"c": 2}, "d"]}
    assert document.place(("b", 0, "c")) == "f.yaml, line 3"
    assert document.place(("b", 1)) == "f.yaml, line 4"
    assert document.place(("b", 0, "unknown")) == "f.yaml, line 3"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("a: 1\na: 2\n", "line 2: the key `a` stands here twice"),
        ("a: [1\n", "not YAML"),
        ("a: !!python/name:os.system x\n", "is not allowed"),
        ("<<: {a: 1}\n", "a key must be a plain text"),
        ("? [1, 2]\n: 3\n", "a key must be a plain text"),
        ("a: " + "[" * 100 + "]" * 100, "nested too deep"),
        ("a: " + "[" * 20_000, "nested too deep"),
        ("a: 1\n---\nb: 2\n", "not YAML"),
    ],
)
def test_bad_yaml_is_refused_with_words(text: str, words: str) -> None:
    """A file that is not plain YAML never gets as far as its meaning."""
    with pytest.raises(ConfigError, match=r"f\.yaml") as error:
        load_yaml(text, "f.yaml")
    assert words in str(error.value)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("a:\n\t- b\n", "line 2: .*; indent with spaces, not with tabs"),
        ("a:\n  - b: 1\n   c: 2\n", "line 3: .*; lines of one entry begin in the same column"),
        ("a:\n  when: *\n  b: 1\n", "line 2: .*; put a text that begins with `\\*` or"),
        ('a: 1\nb: "x\nc: 2\nd: 3\n', "line 2: .*bracket that begins here is not closed"),
        ("a: 1\nb: [1, 2\nc: 2\n", "not YAML .*; a comma, or the bracket that ends this"),
        ("version： 1\nb: 2\n", "line 2: .*; `：` is a full-width sign: YAML knows `:`"),
    ],
)
def test_usual_slips_have_their_remedy(text: str, words: str) -> None:
    """The reader's own words are for those who know YAML; the line is the one to mend."""
    with pytest.raises(ConfigError, match=words):
        load_yaml(text, "f.yaml")


def test_growing_aliases_are_bounded() -> None:
    """A few lines cannot unfold into a million values."""
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{i}: &a{i} [{', '.join([f'*a{i - 1}'] * 10)}]" for i in range(1, 8)]
    with pytest.raises(ConfigError, match="holds more than 20000 values"):
        load_yaml("\n".join(lines), "bomb.yaml")


def test_what_is_too_long_is_not_read_to_its_end() -> None:
    """A file of far too many rules costs what its first part costs, and the remedy is named."""
    rules = [f"  - {{id: r{n}, when: company, do: flag}}" for n in range(50_000)]
    with pytest.raises(ConfigError, match="terms belong into lists") as error:
        load_yaml("rules:\n" + "\n".join(rules) + "\n{this is not YAML", "big.yaml")
    assert 1 < int(str(error.value).split("line ")[1].split(":")[0]) < 10_000


def test_files_that_cannot_be_read_say_why(tmp_path: Path) -> None:
    """A missing file and a wrong encoding are named."""
    with pytest.raises(ConfigError, match="no such file"):
        load_yaml_file(tmp_path / "none.yaml")
    bad = tmp_path / "bad.yaml"
    bad.write_bytes("a: 中".encode("gb18030"))
    with pytest.raises(ConfigError, match="UTF-8"):
        load_yaml_file(bad)


def test_byte_order_mark_and_empty_files_are_fine(tmp_path: Path) -> None:
    """Editors on Windows write a mark; an empty file says nothing."""
    path = tmp_path / "a.yaml"
    path.write_bytes(b"\xef\xbb\xbfa: 1\n")
    assert load_yaml_file(path).value == {"a": 1}
    path.write_bytes(b"# nothing\n")
    assert load_yaml_file(path).value == {}


def test_paths_are_spelled_as_people_write_them() -> None:
    """Steps into lists are in brackets."""
    assert spell(("rules", 0, "severity")) == "rules[0].severity"


def test_a_file_in_another_encoding_is_named_with_its_line(tmp_path: Path) -> None:
    """What an editor of a Chinese system saves as ANSI."""
    (tmp_path / "p.yaml").write_bytes("a: 1\nb: 已删除\n".encode("gbk"))
    with pytest.raises(ConfigError, match=r"p\.yaml, line 2: this is not UTF-8; save it as UTF-8"):
        load_yaml_file(tmp_path / "p.yaml")
