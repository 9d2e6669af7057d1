"""Which path is whose: one canonical reading of a path, then an exact table.

A path is decoded once; whatever then is not plain (empty or dot segments, encoded slashes, a second
layer of encoding, other characters) is refused, and what goes upstream is the canonical path. So no
spelling of a path can reach an endpoint that the table does not name.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import NamedTuple
from urllib.parse import unquote_to_bytes

from gateway.nouns.errors import BadRequest, MethodRefused, PathRefused
from gateway.nouns.policy import OpenPath
from gateway.ports.adapter import Adapter, RouteKind

_PLAIN = re.compile(rb"(?:/[A-Za-z0-9_~:@!$&'()*+,=-][A-Za-z0-9._~:@!$&'()*+,=-]*)+|/")
_SPLITTING = re.compile(rb"%(?:2f|5c)", re.IGNORECASE)
_QUERY_NAMES = frozenset({b"api-version", b"alt", b"beta"})
_QUERY_VALUE = re.compile(rb"[A-Za-z0-9._-]{0,64}")
_LONGEST = 1024
_VERSION = "/v1"


class Target(NamedTuple):
    """Where a request goes: who speaks its protocol, what happens to it, and its upstream path.

    ``template`` is the path as the table has it, a bounded set for records and metrics.
    ``versioned``: the upstream has it below ``/v1``.
    """

    adapter: Adapter
    kind: RouteKind
    template: str
    path: str
    versioned: bool


def canonical_path(raw: bytes) -> str:
    """Return the one plain reading of a request's path. Raises PathRefused if there is none."""
    path = raw
    if b"%" in raw:
        if _SPLITTING.search(raw):
            raise PathRefused("Encoded slashes are not taken.")
        path = unquote_to_bytes(raw)
    if len(path) > _LONGEST or not _PLAIN.fullmatch(path):
        raise PathRefused(
            "The path is not in plain form (no empty, dotted or encoded segments; the client's "
            "base URL ends in /v1, without a slash behind it)."
        )
    return path.decode("ascii")


class RouteTable:
    """Every open path. Built once; read by every request."""

    def __init__(
        self,
        adapters: Iterable[Adapter],
        open_paths: Iterable[OpenPath] = (),
        by_kind: Mapping[str, Adapter] | None = None,
    ) -> None:
        """Take what adapters claim, then the policy's own paths.

        ``by_kind`` gives the adapter of each kind that a policy may name (``generic``, ``plain``).
        An adapter's claim wins over the policy's line. Raises KeyError for a kind without adapter.
        """
        self._exact: dict[str, dict[str, Target]] = {}
        self._below: dict[str, dict[str, Target]] = {}
        for adapter in adapters:
            for route in adapter.routes:
                target = Target(adapter, route.kind, route.path, "", versioned=route.versioned)
                self._claim(route.method, target)
        for line in open_paths:
            adapter = (by_kind or {})[line.kind]
            path, versioned = _split_version(line.path)
            for method in line.methods:
                self._claim(method, Target(adapter, RouteKind(line.kind), path, "", versioned))

    def _claim(self, method: str, target: Target) -> None:
        template = target.template if target.template.startswith("/") else "/" + target.template
        table, key = self._exact, template
        if template.endswith("/*"):
            table, key = self._below, template[:-2]
        key = f"{_VERSION}{key}" if target.versioned else key
        table.setdefault(key, {}).setdefault(
            method.upper(), target._replace(template=template, path=template)
        )

    def find(self, method: str, path: str) -> Target:
        """Return who serves a canonical path; the client may leave ``/v1`` out.

        Raises PathRefused with the policy line that would open it, MethodRefused if only the
        method is wrong.
        """
        for spelled in (path, _VERSION + path):
            methods = self._exact.get(spelled)
            if methods is None:
                parent, _, last = spelled.rpartition("/")
                methods = self._below.get(parent) if last else None
            if methods is not None:
                return _of_method(methods, method, spelled)
        raise PathRefused(self._meant(path) or _how_to_open(path))

    def _meant(self, path: str) -> str:
        """Say which open path a wrong base URL missed; empty if the path is not like one."""
        if path in ("/", _VERSION):
            return (
                f"The API is below {_VERSION}: that is where a client's base URL ends. "
                "A browser finds the page that reads marks at /verify."
            )
        below = path.startswith(_VERSION + "/")
        known = max(
            (each for each in self._exact
             if path.endswith(each.removeprefix(_VERSION) if below else each)),
            key=len, default="",
        )  # fmt: skip
        if not known and path.startswith(_VERSION * 2 + "/"):
            known = path.removeprefix(_VERSION)
        if not known:
            return ""
        return (
            f"Probably {known} is meant: a client's base URL is this gateway's address with "
            f"{_VERSION} behind it, once."
        )


def guarded_query(query: bytes) -> bytes:
    """Return a guarded route's query string as it may go upstream.

    Raises BadRequest for a parameter that no protocol needs: nobody would judge its text.
    """
    for pair in query.split(b"&") if query else ():
        name, _, value = pair.partition(b"=")
        if name.lower() not in _QUERY_NAMES or not _QUERY_VALUE.fullmatch(value):
            known = ", ".join(sorted(word.decode() for word in _QUERY_NAMES))
            raise BadRequest(f"In the query string only these are taken: {known}.", param="query")
    return query


def _of_method(methods: dict[str, Target], method: str, path: str) -> Target:
    target = methods.get(method)
    if target is None:
        raise MethodRefused(f"It takes {', '.join(sorted(methods))}.")
    if target.kind is RouteKind.REFUSE:
        raise PathRefused("This version cannot guard it, and no policy line opens it.")
    if not target.template.endswith("/*"):
        return target
    return target._replace(path=path.removeprefix(_VERSION) if target.versioned else path)


def _split_version(path: str) -> tuple[str, bool]:
    if path.startswith(_VERSION + "/"):
        return path[len(_VERSION) :], True
    return path, False


def _how_to_open(path: str) -> str:
    return (
        "To have every string of it scanned, add to the policy: "
        f"paths: [{{path: {path}, kind: generic}}]. With kind: plain it passes unseen."
    )
