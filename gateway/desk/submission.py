"""Submission: what somebody hands in to be read, out of any form of request, within bounds.

A file as ``multipart/form-data``, a body with a media type of its own, JSON with a ``text`` or with
the ``url`` of a file of ours, or the plain form of the page.
"""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Mapping
from email.message import Message
from typing import NamedTuple
from urllib.parse import parse_qs, unquote, urlsplit

import msgspec

from gateway.nouns.errors import BadRequest, TooLarge
from gateway.wire.bundles import is_manifest

FILES = "/sealgate/v1/files/"
"""Below this path lie the generated files that we host; no other URL is opened."""

MOST_PARTS = 8
LONGEST_NAME = 255
MOST_ENCODED = 128 * 1024
"""Bytes of a form whose letters are encoded: to decode a megabyte of them takes a second. The page
itself sends ``multipart/form-data``."""

_FORM = "multipart/form-data"
_URLENCODED = "application/x-www-form-urlencoded"
_JSON = "application/json"
_BOUNDARY = re.compile(r"[0-9A-Za-z'()+_,./:=? -]{1,70}")


class Submission(NamedTuple):
    """A content and its name (a file name or a media type; a hint, never trusted), or the path of a
    hosted file of ours below `FILES`. ``pasted``: it came as a text. ``manifest`` is the C2PA
    manifest that was handed in beside the content."""

    content: bytes = b""
    name: str = ""
    hosted: str = ""
    pasted: bool = False
    manifest: bytes = b""


class JsonAsked(msgspec.Struct, forbid_unknown_fields=True):
    """The JSON form: either a ``text`` or a ``url``."""

    text: str | None = None
    url: str | None = None


class Part(NamedTuple):
    """One part of a form: its field, the file name that came with it (None: it is no file)."""

    field: str
    filename: str | None
    content: bytes


async def whole(stream: AsyncIterator[bytes], limit: int, declared: str = "") -> bytes:
    """Return a request's body. Raises TooLarge above ``limit`` bytes; ``declared`` is its
    ``content-length``, so that what says so beforehand is not read at all."""
    if declared.isdigit() and int(declared) > limit:
        raise _too_large(limit)
    parts: list[bytes] = []
    total = 0
    async for part in stream:
        total += len(part)
        if total > limit:
            raise _too_large(limit)
        parts.append(part)
    return b"".join(parts)


def submission_of(body: bytes, content_type: str, own_hosts: frozenset[str]) -> Submission:
    """Return what a request of the API hands in. Raises BadRequest, naming the field at fault.

    ``own_hosts`` are the names under which a URL is ours (``host:port`` as the client wrote it).
    """
    kind = content_type.partition(";")[0].strip().lower()
    if kind == _JSON:
        return _of_json(body, own_hosts)
    if kind in (_FORM, _URLENCODED):
        return form_submission(body, content_type)
    if not body:
        raise BadRequest("Send a file, or JSON with text or url.", param="file")
    return Submission(body, kind, pasted=kind == "text/plain")


def form_submission(body: bytes, content_type: str) -> Submission:
    """Return what the page's form hands in: its file if one was chosen, else its text. A second
    file may be the C2PA manifest that stands beside the content.

    Raises BadRequest if it holds neither, or several contents.
    """
    kind = content_type.partition(";")[0].strip().lower()
    if kind == _URLENCODED:
        if len(body) > MOST_ENCODED:
            raise TooLarge(f"An encoded form has at most {MOST_ENCODED} bytes.", param="text")
        fields = _urlencoded(body)
        return _pasted(fields.get("text", ""))
    parts = multipart(body, boundary_of(content_type))
    files = [part for part in parts if part.field == "file" and part.content]
    manifests = [each.content for each in files if is_manifest(each.content)]
    contents = [each for each in files if not is_manifest(each.content)]
    if len(contents) > 1 or len(manifests) > 1:
        raise BadRequest(
            "One file is read at a time; a second one may be its content credential (.c2pa).",
            param="file",
        )
    manifest = manifests[0] if manifests else b""
    if contents:
        name = _plain_name(contents[0].filename or "")
        return Submission(contents[0].content, name, manifest=manifest)
    text = next((part.content for part in parts if part.field == "text"), b"")
    if manifest and not text.strip():
        return Submission(manifest, "c2pa")
    return _pasted(text.decode("utf-8", "replace"))._replace(manifest=manifest)


def boundary_of(content_type: str) -> str:
    """Return the boundary of a multipart body. Raises BadRequest if there is none (RFC 2046)."""
    message = Message()
    message["content-type"] = content_type
    boundary = message.get_param("boundary")
    if not isinstance(boundary, str) or not _BOUNDARY.fullmatch(boundary):
        raise BadRequest("The form names no boundary.", param="content-type")
    return boundary


def multipart(body: bytes, boundary: str) -> list[Part]:
    """Return the parts of a form (RFC 7578). Raises BadRequest for what is none, and TooLarge for
    more than `MOST_PARTS`."""
    mark = b"--" + boundary.encode("ascii")
    pieces = (b"\r\n" + body).split(b"\r\n" + mark, MOST_PARTS + 2)
    if len(pieces) < 2:
        raise BadRequest("The body is not the form that its content type says.", param="file")
    if len(pieces) > MOST_PARTS + 2:
        raise TooLarge(f"The form has more than {MOST_PARTS} parts.", param="file")
    if not pieces[-1].startswith(b"--"):
        raise BadRequest("The form is cut off.", param="file")
    return [_part(piece) for piece in pieces[1:-1]]


def _part(piece: bytes) -> Part:
    head, found, content = piece.partition(b"\r\n\r\n")
    if not found or len(head) > 4096:
        raise BadRequest("A part of the form has no head.", param="file")
    message = Message()
    for line in head.decode("utf-8", "replace").split("\r\n"):
        name, _, value = line.partition(":")
        if name.strip().lower() == "content-disposition":
            message["content-disposition"] = value.strip()
    try:
        field = str(message.get_param("name", "", "content-disposition"))
        return Part(field, message.get_filename(), content)
    except (ValueError, LookupError):  # a name in an encoding that it is not in
        raise BadRequest("A part of the form has no plain name.", param="file") from None


def _urlencoded(body: bytes) -> Mapping[str, str]:
    try:
        found = parse_qs(body.decode("ascii"), max_num_fields=MOST_PARTS, errors="replace")
    except (ValueError, UnicodeDecodeError):
        raise BadRequest("The form cannot be read.", param="text") from None
    return {name: values[0] for name, values in found.items()}


def _of_json(body: bytes, own_hosts: frozenset[str]) -> Submission:
    try:
        asked = msgspec.json.decode(body, type=JsonAsked)
    except (msgspec.DecodeError, UnicodeDecodeError):
        raise BadRequest('The body is not {"text": ...} or {"url": ...}.', param="text") from None
    if (asked.text is None) == (asked.url is None):
        raise BadRequest("Send either text or url.", param="text")
    if asked.text is not None:
        return _pasted(asked.text)
    return Submission(hosted=hosted_path(asked.url or "", own_hosts))


def hosted_path(url: str, own_hosts: frozenset[str]) -> str:
    """Return the path below `FILES` of a URL of ours. Raises BadRequest for every other URL: what
    lies elsewhere is not fetched for anybody."""
    if not url.isprintable():
        raise _not_ours()
    try:
        parts = urlsplit(url)
    except ValueError:
        raise _not_ours() from None
    path = unquote(parts.path)
    if parts.scheme not in ("", "http", "https") or (parts.netloc or "") not in {"", *own_hosts}:
        raise _not_ours()
    name = path.removeprefix(FILES)
    if name == path or not re.fullmatch(r"[0-9A-Za-z_-][0-9A-Za-z._-]{0,200}", name):
        raise _not_ours()
    return name


def _not_ours() -> BadRequest:
    return BadRequest(
        f"Only files that this gateway hosts below {FILES} are opened by URL; send any other "
        "as a file.",
        param="url",
    )


def _pasted(text: str) -> Submission:
    text = text.replace("\r\n", "\n")  # as browsers send the lines of a form
    if not text.strip():
        raise BadRequest("There is nothing to read: send a file or a text.", param="text")
    return Submission(text.encode("utf-8", "replace"), "", pasted=True)


def _plain_name(name: str) -> str:
    """Return the last step of a file name, short: it is a hint at the format and nothing else."""
    return re.split(r"[/\\]", name)[-1][-LONGEST_NAME:]


def _too_large(limit: int) -> TooLarge:
    return TooLarge(f"At most {limit} bytes are read (verify.upload_bytes).", param="file")
