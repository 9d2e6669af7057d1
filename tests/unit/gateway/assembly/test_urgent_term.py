"""A term more: appended whole, once, with who, why and until when."""

from __future__ import annotations

from pathlib import Path

import pytest

from filters.lexicon import read_word_list
from gateway.assembly.urgent_term import add_term
from gateway.nouns.errors import ConfigError
from gateway.ports.word_lists import UrgentTerm

TERM = UrgentTerm("公司机密", "company", 4, "li.na", "case 17", "2027-01-31")


def test_a_term_is_appended_to_what_is_there(tmp_path: Path) -> None:
    """Also behind a last line without an end; a comment counts as a line."""
    path = tmp_path / "lists" / "urgent.jsonl"
    assert add_term(path, TERM) == 1
    path.write_bytes(b"// ours\n" + path.read_bytes().rstrip())
    assert add_term(path, TERM._replace(text="另一个词", severity=2)) == 3
    held = read_word_list("urgent", path.read_bytes())
    assert held.numbers == (2, 3)
    first = held.entries[0]
    assert (first.text, first.category, first.severity) == ("公司机密", "company", 4)
    assert (first.owner, first.source, first.expires) == ("li.na", "case 17", "2027-01-31")
    assert [each.name for each in path.parent.iterdir()] == ["urgent.jsonl"]


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"text": "公司機密"}, "has this term already, in line 1"),
        ({"text": "\u200b"}, "Nothing is left of the term"),
        ({"category": "公司"}, "dotted name"),
        ({"expires": "soon"}, "must be a date"),
    ],
)
def test_what_cannot_act_is_refused(
    tmp_path: Path, changed: dict[str, str], said: str
) -> None:
    """The list stays as it was."""
    path = tmp_path / "urgent.jsonl"
    add_term(path, TERM)
    before = path.read_bytes()
    with pytest.raises(ConfigError, match=said):
        add_term(path, TERM._replace(**changed))
    assert path.read_bytes() == before


def test_a_broken_list_is_named(tmp_path: Path) -> None:
    """Nothing is appended behind rubbish."""
    path = tmp_path / "urgent.jsonl"
    path.write_text("rubbish", encoding="utf-8")
    with pytest.raises(ConfigError, match="word list urgent, line 1"):
        add_term(path, TERM)
