"""The table of look-alikes is sound."""

from __future__ import annotations

from gateway.matching.lookalikes import pairs


def test_targets_are_single_and_final() -> None:
    """Each look is one lower-case letter or digit that does not look like yet another."""
    table = pairs()
    for source, look in table.items():
        assert len(look) == 1, hex(source)
        assert look == look.lower(), hex(source)
        assert look.isalnum(), hex(source)
        assert ord(look) not in table, hex(source)


def test_cyrillic_is_alike_in_both_cases() -> None:
    """A Cyrillic word folds the same in capitals."""
    table = pairs()
    assert all(table[ord(sign)] == table[ord(sign.upper())] for sign in "аеорсухквмнт")
