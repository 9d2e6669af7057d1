"""The provider code of TC260-PG-20252A: who answers for generated content, in 27 characters.

    position   content
    1-2        format code, ``00``
    3          subject type: ``1`` organisation, ``2`` person
    4          what the subject code is: ``1`` unified social credit code
    5-22       the subject code (GB 32100-2015 when positions 3-4 are ``11``)
    23         service type: ``1`` generation, ``2`` propagation
    24-27      a model or application, chosen by the provider; 23-27 are ``00000`` when unused

The producer is whoever offers the content to the public, also through an interface: the operator of
the gateway. A code is never invented, because it would name somebody who does not exist.
"""

from __future__ import annotations

from gateway.nouns.errors import ConfigError

LENGTH = 27
CREDIT_DIGITS = "0123456789ABCDEFGHJKLMNPQRTUWXY"
"""The 31 digits of the unified social credit code (GB 32100-2015): no I, O, S, V, Z."""

_CREDIT_WEIGHTS = (1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28)
_LETTERS = frozenset("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ")
_UNUSED = "00000"


def validate_provider_code(code: str) -> None:
    """Raise ConfigError, naming the position at fault, unless this is a provider code."""
    if len(code) != LENGTH:
        raise _wrong(f"has {len(code)} characters instead of {LENGTH}")
    for position, letter in enumerate(code, 1):
        if letter not in _LETTERS:
            raise _wrong(f"position {position} is {letter!a}: only 0-9 and A-Z stand in it")
    if code[:2] != "00":
        raise _wrong(f"positions 1-2 are {code[:2]!r}: the format code is '00'")
    if code[2] not in "12":
        raise _wrong(f"position 3 is {code[2]!r}: the subject type is '1' or '2'")
    if code[2:4] == "11":
        _validate_credit_code(code[4:22])
    if code[22] not in "12" and code[22:] != _UNUSED:
        raise _wrong(
            f"position 23 is {code[22]!r}: the service type is '1' (generation) or '2' "
            f"(propagation), or positions 23-27 are '{_UNUSED}'"
        )


def credit_check_digit(body: str) -> str:
    """Return the eighteenth digit for the first seventeen of a unified social credit code.

    GB 32100-2015: 31 less the weighted sum modulo 31, modulo 31. Raises ValueError for a letter
    outside `CREDIT_DIGITS`.
    """
    total = sum(
        CREDIT_DIGITS.index(letter) * weight
        for letter, weight in zip(body, _CREDIT_WEIGHTS, strict=True)
    )
    return CREDIT_DIGITS[(31 - total % 31) % 31]


def _validate_credit_code(credit: str) -> None:
    for position, letter in enumerate(credit, 5):
        if letter not in CREDIT_DIGITS:
            raise _wrong(
                f"position {position} is {letter!r}: a unified social credit code has no I, O, S, "
                "V or Z"
            )
    expected = credit_check_digit(credit[:17])
    if credit[17] != expected:
        raise _wrong(
            f"position 22 is {credit[17]!r}: the check digit of the unified social credit code in "
            f"positions 5-22 would be {expected!r}, so one of them is mistyped"
        )


def _wrong(what: str) -> ConfigError:
    return ConfigError(
        f"The provider code {what}. Take it from your registration (TC260-PG-20252A), or leave the "
        "setting out: then no metadata label is written.",
        param="producer",
    )
