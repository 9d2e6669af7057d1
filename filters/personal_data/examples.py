"""Numbers and addresses that documentation uses and nobody owns."""

from __future__ import annotations

import re

EXAMPLES = frozenset({
    "13800138000", "13800000000", "13900000000", "13812345678", "13912345678", "13888888888",
    "18888888888", "13666666666", "13123456789", "15012345678", "18612345678", "13011112222",
    "4012888888881881", "5555555555554444", "5105105105105100", "2223003122003222",
    "4000056655665556", "5200828282828210", "3530111333300000", "3566002020360505",
    "6011111111111117", "6011000990139424", "6200000000000005", "6205500000000000004",
    "378282246310005", "371449635398431", "378734493671000", "30569309025904", "38520000023237",
    "4242424242424242", "4000002500003155", "4000000000009995", "4539578763621486",
    "GB82WEST12345698765432", "GB29NWBK60161331926819", "GB33BUKB20201555555555",
    "DE89370400440532013000", "FR1420041010050500013M02606", "ES9121000418450200051332",
    "NL91ABNA0417164300", "IT60X0542811101000000123456", "BE68539007547034",
    "CH9300762011623852957", "AT611904300234573201", "SA0380000000608010167519",
    "490154203237518", "A123456789", "A123456(7)", "123456789012345",
})  # fmt: skip
"""Numbers without separators, letters in upper case (cards of at most two different digits, such as
4111 1111 1111 1111, are never found). Sources: the test cards of payment services, the examples of
the IBAN registry, and what forms show as a hint."""

_EXAMPLE_HOST = re.compile(
    r"@(?:[A-Za-z0-9\-]+\.)*(?:example\.(?:com|net|org)|[A-Za-z0-9\-]+\.(?:test|example|invalid)"
    r"|example|localhost)\Z",
    re.IGNORECASE,
)


def is_example_address(address: str) -> bool:
    """True for an e-mail address at a host that is reserved for examples (RFC 2606, RFC 6761)."""
    return _EXAMPLE_HOST.search(address) is not None
