"""One reading of a path, then an exact table."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.adapters import adapters, opened
from gateway.edge.routes import RouteTable, canonical_path, guarded_query
from gateway.nouns.errors import BadRequest, MethodRefused, PathRefused
from gateway.nouns.policy import OpenPath
from gateway.ports.adapter import Route, RouteKind

TABLE = RouteTable(
    adapters(),
    (
        OpenPath(path="/v1/embeddings", kind="generic"),
        OpenPath(path="/custom/thing", kind="plain", methods=("GET", "POST")),
        OpenPath(path="/v1/chat/completions", kind="plain"),
    ),
    opened(),
)


@pytest.mark.parametrize(
    ("raw", "plain"),
    [
        (b"/v1/chat/completions", "/v1/chat/completions"),
        (b"/%76%31/chat/completions", "/v1/chat/completions"),
        (b"/", "/"),
        (b"/v1/models/gpt-4.1:latest@x", "/v1/models/gpt-4.1:latest@x"),
    ],
)
def test_canonical(raw: bytes, plain: str) -> None:
    """A plain path stays; needless encoding is undone once."""
    assert canonical_path(raw) == plain


@pytest.mark.parametrize(
    "raw",
    [
        b"", b"*", b"v1", b"//", b"/v1//x", b"/v1/", b"/./x", b"/../x", b"/x/..", b"/.hidden",
        b"/a%2fb", b"/a%2Fb", b"/a%5cb", b"/a\\b", b"/a%252fb", b"/a%00", b"/a%0d%0a", b"/a;b",
        b"/a b", b"/a%20b", "/中".encode(), b"/a%zz", b"/a#b", b"/%2e%2e/x", b"/" + b"a" * 2000,
    ],
)  # fmt: skip
def test_not_canonical(raw: bytes) -> None:
    """What could be read in two ways is refused."""
    with pytest.raises(PathRefused):
        canonical_path(raw)


@pytest.mark.parametrize(
    ("path", "hint"),
    [
        ("/", "The API is below /v1"),
        ("/v1", "The API is below /v1"),
        ("/v1/v1/models", "Probably /v1/models is meant"),
        ("/v1/v1/moderations", "Probably /v1/moderations is meant"),
        ("/v1/chat/completions/chat/completions", "Probably /v1/chat/completions is meant"),
        ("/llm/v1/chat/completions", "Probably /v1/chat/completions is meant"),
    ],
)
def test_a_wrong_base_url_is_told_the_right_one(path: str, hint: str) -> None:
    """Whoever set it hears how a base URL ends, not how to open a path that nobody wants."""
    with pytest.raises(PathRefused) as refused:
        TABLE.find("GET", path)
    assert hint in refused.value.detail
    assert "kind: generic" not in refused.value.detail


def test_a_slash_too_many_is_told_how_a_base_url_ends() -> None:
    """The usual reason for an empty segment."""
    with pytest.raises(PathRefused, match="base URL ends in /v1, without a slash"):
        canonical_path(b"/v1//models")


@given(st.binary(max_size=60).map(lambda tail: b"/" + tail))
def test_canonical_is_final(raw: bytes) -> None:
    """Reading a canonical path again changes nothing, and it has no dot or empty segment."""
    try:
        path = canonical_path(raw)
    except PathRefused:
        return
    assert canonical_path(path.encode()) == path
    assert "%" not in path
    assert path == "/" or all(part and part[0] != "." for part in path[1:].split("/"))


@pytest.mark.parametrize("path", ["/v1/chat/completions", "/chat/completions"])
def test_version_is_optional_and_adapters_go_first(path: str) -> None:
    """Both spellings find the adapter, whatever a policy says of the same path."""
    target = TABLE.find("POST", path)
    assert (target.kind, target.path, target.versioned) == (
        RouteKind.GENERATE, "/chat/completions", True,
    )  # fmt: skip


def test_wildcard_takes_one_segment() -> None:
    """A trailing star claims one more segment, no more; its template stays bounded."""
    target = TABLE.find("GET", "/v1/models/gpt-4")
    assert (target.template, target.path) == ("/models/*", "/models/gpt-4")
    with pytest.raises(PathRefused):
        TABLE.find("GET", "/v1/models/a/b")


def test_open_path_without_version_is_exact() -> None:
    """A policy's path outside /v1 is served as written, and not below /v1."""
    target = TABLE.find("GET", "/custom/thing")
    assert (target.kind, target.path, target.versioned) == (
        RouteKind.PLAIN, "/custom/thing", False,
    )  # fmt: skip
    with pytest.raises(PathRefused):
        TABLE.find("GET", "/v1/custom/thing")


def test_wrong_method_names_the_right_ones() -> None:
    """A known path with another method says which it takes."""
    with pytest.raises(MethodRefused, match="GET, POST"):
        TABLE.find("PUT", "/custom/thing")


def test_unknown_path_names_its_line() -> None:
    """The refusal holds the line that would open the path."""
    with pytest.raises(PathRefused) as refused:
        TABLE.find("POST", "/v1/audio/translations")
    assert "paths: [{path: /v1/audio/translations, kind: generic}]" in refused.value.detail


def test_refused_route() -> None:
    """What an adapter claims in order to refuse is refused."""

    class Refusing(type(adapters()[0])):  # type: ignore[misc]  # any adapter will do
        routes = (Route("POST", "/batches", RouteKind.REFUSE),)

    with pytest.raises(PathRefused, match="cannot guard"):
        RouteTable([Refusing()]).find("POST", "/v1/batches")


@pytest.mark.parametrize("query", [b"", b"api-version=2024-10-21", b"alt=sse&beta=true"])
def test_known_queries(query: bytes) -> None:
    """What some upstreams need goes up as it is."""
    assert guarded_query(query) == query


@pytest.mark.parametrize("query", [b"q=hello", b"api-version=a%20b", b"&", b"alt=" + b"a" * 99])
def test_other_queries(query: bytes) -> None:
    """Text that nobody would judge is refused."""
    with pytest.raises(BadRequest):
        guarded_query(query)


def test_a_protocol_may_lie_beside_the_version() -> None:
    """DashScope's paths are claimed, and asked for upstream, as they are."""
    path = "/api/v1/services/aigc/text2image/image-synthesis"
    target = TABLE.find("POST", path)
    assert (target.adapter.name, target.path, target.versioned) == ("dashscope_images", path, False)
    assert TABLE.find("GET", "/api/v1/tasks/t-1").path == "/api/v1/tasks/t-1"
    with pytest.raises(PathRefused):
        TABLE.find("POST", "/v1" + path)
