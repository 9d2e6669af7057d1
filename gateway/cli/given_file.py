"""A file that somebody gives to be read, with the credential that stands beside it."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

from gateway.cli.language import say
from gateway.wire.bundles import is_archive, is_manifest

MANIFEST_ENDING = ".c2pa"


class NoContentError(Exception):
    """What was given is no content itself; the message says what to do."""


class GivenFile(NamedTuple):
    """A file's bytes and name, and the C2PA manifest beside it (``NAME.c2pa``), if there is one."""

    content: bytes
    name: str
    manifest: bytes = b""


def given_file(path: Path) -> GivenFile:
    """Read a file. A manifest stands for the file that it is beside. Raises OSError, and
    NoContentError for an archive, and for a manifest without its file."""
    content = path.read_bytes()
    if is_manifest(content):
        partner = path.with_name(path.name.removesuffix(MANIFEST_ENDING))
        if partner == path or not partner.is_file():
            raise NoContentError(
                say(
                    "a content credential alone: put the file that it belongs to beside it, "
                    "as NAME next to NAME.c2pa",
                    "这只是内容凭证：请将其所属文件放在旁边（“原名”与“原名.c2pa”）",
                )
            )
        return GivenFile(partner.read_bytes(), partner.name, content)
    if is_archive(content):
        raise NoContentError(
            say(
                "an archive: unpack it, and give its files one by one",
                "这是压缩包：请先解压，再逐个给出其中的文件",
            )
        )
    beside = path.with_name(path.name + MANIFEST_ENDING)
    manifest = beside.read_bytes() if beside.is_file() else b""
    return GivenFile(content, path.name, manifest if is_manifest(manifest) else b"")
