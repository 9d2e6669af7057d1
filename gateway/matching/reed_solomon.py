"""Reed-Solomon codes over the field of 64 elements: six bits a symbol.

The code of Reed and Solomon (1960) shortened to 20 symbols, 6 of them redundant: it mends every
word with ``wrong`` false and ``lost`` missing symbols as long as ``2 * wrong + lost <= 6``. Decoded
by the algorithm of Berlekamp and Massey with erasures and the formula of Forney (Blahut, Theory and
Practice of Error Control Codes, 1983, chapters 7 and 9).
"""

from __future__ import annotations

from collections.abc import Sequence

SYMBOLS = 20
REDUNDANT = 6
PLAIN = SYMBOLS - REDUNDANT

_POLYNOMIAL = 0b1000011
_ORDER = 63


def _powers() -> tuple[list[int], list[int]]:
    power, logarithm, element = [0] * (2 * _ORDER), [0] * (_ORDER + 1), 1
    for exponent in range(_ORDER):
        power[exponent] = power[exponent + _ORDER] = element
        logarithm[element] = exponent
        element <<= 1
        if element & 64:
            element ^= _POLYNOMIAL
    return power, logarithm


_POWER, _LOG = _powers()


def _times(one: int, other: int) -> int:
    return _POWER[_LOG[one] + _LOG[other]] if one and other else 0


def _over(one: int, other: int) -> int:
    return _POWER[_LOG[one] - _LOG[other] + _ORDER] if one else 0


def _product(one: Sequence[int], other: Sequence[int]) -> list[int]:
    """Return the product of two polynomials, lowest degree first."""
    out = [0] * (len(one) + len(other) - 1)
    for i, left in enumerate(one):
        for j, right in enumerate(other):
            out[i + j] ^= _times(left, right)
    return out


def _value(polynomial: Sequence[int], at: int) -> int:
    value = 0
    for coefficient in reversed(polynomial):
        value = _times(value, at) ^ coefficient
    return value


def _generator() -> list[int]:
    out = [1]
    for root in range(REDUNDANT):
        out = _product(out, [_POWER[root], 1])
    return out[::-1]


_GENERATOR = _generator()
_LOCATORS = [_POWER[SYMBOLS - 1 - place] for place in range(SYMBOLS)]


def encode(plain: Sequence[int]) -> list[int]:
    """Return the word of 20 symbols that begins with these 14. Raises ValueError for another
    number of symbols or one that has more than six bits."""
    if len(plain) != PLAIN or not all(0 <= symbol < 64 for symbol in plain):
        raise ValueError("a plain word has 14 symbols of six bits")
    rest = [0] * REDUNDANT
    for symbol in plain:
        factor = symbol ^ rest[0]
        rest = [
            old ^ _times(factor, weight)
            for old, weight in zip([*rest[1:], 0], _GENERATOR[1:], strict=True)
        ]
    return [*plain, *rest]


def decode(word: Sequence[int | None]) -> list[int] | None:
    """Return the word of the code that lies near enough to this one, or None.

    ``None`` among its 20 symbols is one that is lost.
    """
    erased = [place for place, symbol in enumerate(word) if symbol is None]
    if len(erased) > REDUNDANT:
        return None
    seen = [symbol or 0 for symbol in word]
    syndromes = _syndromes(seen)
    if not any(syndromes):
        return seen
    locator = _locator(syndromes, [_LOCATORS[place] for place in erased])
    if locator is None:
        return None
    wrong = [place for place, x in enumerate(_LOCATORS) if not _value(locator, _over(1, x))]
    if len(wrong) != len(locator) - 1:
        return None
    return _mended(seen, syndromes, locator, wrong)


def _syndromes(word: Sequence[int]) -> list[int]:
    out = []
    for root in range(REDUNDANT):
        value = 0
        for symbol in word:
            if value:
                value = _POWER[_LOG[value] + root]
            value ^= symbol
        out.append(value)
    return out


def _locator(syndromes: list[int], erased: list[int]) -> list[int] | None:
    """Return the polynomial whose roots are the inverse places of what is wrong, lost ones
    included; None if more is wrong than can be mended."""
    locator = [1]
    for x in erased:
        locator = _product(locator, [1, x])
    lost = length = len(erased)
    spare = locator
    for step in range(lost, REDUNDANT):
        difference = 0
        for degree in range(min(len(locator), step + 1)):
            difference ^= _times(locator[degree], syndromes[step - degree])
        spare = [0, *spare]
        if not difference:
            continue
        longer = [0] * max(len(locator), len(spare))
        for degree, coefficient in enumerate(locator):
            longer[degree] = coefficient
        for degree, coefficient in enumerate(spare):
            longer[degree] ^= _times(difference, coefficient)
        if 2 * length <= step + lost:
            spare = [_over(coefficient, difference) for coefficient in locator]
            length = step + 1 + lost - length
        locator = longer
    while len(locator) > 1 and not locator[-1]:
        locator.pop()
    mendable = 2 * (length - lost) + lost <= REDUNDANT
    return locator if mendable and len(locator) - 1 == length else None


def _mended(
    seen: list[int], syndromes: list[int], locator: list[int], wrong: list[int]
) -> list[int] | None:
    evaluator = _product(syndromes, locator)[:REDUNDANT]
    slope = [c if degree % 2 else 0 for degree, c in enumerate(locator)][1:]
    mended = list(seen)
    for place in wrong:
        x = _LOCATORS[place]
        below = _value(slope, _over(1, x))
        if not below:
            return None
        mended[place] ^= _times(x, _over(_value(evaluator, _over(1, x)), below))
    return None if any(_syndromes(mended)) else mended
