"""The turnstile: how often one address may ask, counted over all workers of the machine."""

from __future__ import annotations

import ipaddress
import re
from typing import Any

from gateway.access.limits import Limiter, Permit
from gateway.nouns.errors import Overloaded, TooManyRequests
from gateway.nouns.exchange import Principal

AT_ONCE = 2
"""So many questions of one address are read at the same time."""

_WHOLE_IPV6 = 64
_WITH_PORT = re.compile(r"(\[.*\]|[0-9.]+):[0-9]+")


def client_address(scope: Any, header: str = "") -> str:
    """Return the address that asks, IPv6 by its network of 64 bits; empty if there is none.

    ``header`` names the header line in which a proxy of the operator's own says who asked it; its
    last entry counts, since everything before it was written by the client. Some proxies write the
    port behind the address.
    """
    address = scope["client"][0] if scope.get("client") else ""
    if header:
        wanted = header.lower().encode("latin-1")
        lines = [value for name, value in scope["headers"] if name == wanted]
        if lines:
            address = lines[-1].decode("latin-1").split(",")[-1].strip()
    with_port = _WITH_PORT.fullmatch(address)
    try:
        found = ipaddress.ip_address((with_port[1] if with_port else address).strip("[]"))
    except ValueError:
        return ""
    if isinstance(found, ipaddress.IPv6Address):
        if found.ipv4_mapped:
            return str(found.ipv4_mapped)
        return str(ipaddress.ip_network((found, _WHOLE_IPV6), strict=False))
    return str(found)


class Turnstile:
    """Lets each address in so often a minute, and `AT_ONCE` at a time. 0 a minute: no limit.

    ``limiter`` is one of its own, not that of the keys: whoever has many addresses shall not push
    keys out of their places.
    """

    def __init__(self, limiter: Limiter, per_minute: int) -> None:
        self._limiter = limiter
        self._per_minute = per_minute

    def enter(self, address: str, now_s: float) -> Permit:
        """Count a question in; release the permit when it is answered.

        Raises TooManyRequests with ``retry_after_s``, or Overloaded.
        """
        asking = Principal(
            address or "unknown", "address", "", self._per_minute or None,
            AT_ONCE if self._per_minute else None,
        )  # fmt: skip
        try:
            return self._limiter.admit(asking, now_s)
        except (TooManyRequests, Overloaded) as refused:
            error = TooManyRequests(
                f"At most {self._per_minute} a minute (verify.requests_per_minute), "
                f"{AT_ONCE} at once.",
                retry_after_s=refused.retry_after_s,
            )
            error.en = "Too many questions came from your address; try again later."
            error.zh = "您的地址查询过于频繁，请稍后再试。"
            raise error from None
