"""``sealgate mark``: has files sealed by the running gateway, so that each is on record."""

from __future__ import annotations

import glob
import http.client
import json
import re
import ssl
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import quote, urlsplit

import click

from gateway.cli.invocation import common_flags, invocation, json_option, settings_options
from gateway.cli.language import say
from gateway.cli.outcome import Exit
from gateway.nouns.errors import NotPossible

_PATH = "/sealgate/v1/mark"
_PATIENCE_S = 120.0
_LINK = re.compile(r'<([^>]+)>; rel="c2pa-manifest"')
_HELP = say(
    """Put the policy's marks on files: labels, metadata, credentials.

    The running gateway does it and keeps a record, so that the file can be traced later. FILE may
    be a folder (everything below it) or a pattern. Sealed files get the same names below --into.
    A credential that has no place in its file is written beside it, as NAME.c2pa.

    \b
    Examples:
      sealgate mark picture.png --into sealed
      sealgate mark 'out/*.mp3' reports/ --into sealed --jobs 4
      sealgate mark *.jpg --into . --overwrite

    Exit codes: 0 all sealed; 1 some were not; 2 wrong usage; 3 the gateway cannot be reached.
    """,
    """按策略为文件添加标识：显式标签、元数据、内容凭证。

    由正在运行的网关完成并留存记录，便于日后追溯。FILE 可为文件夹（含子目录）或通配符。
    添加标识后的文件以原名写入 --into 目录。无法写入文件内部的内容凭证另存为“原名.c2pa”。

    \b
    示例：
      sealgate mark picture.png --into sealed
      sealgate mark 'out/*.mp3' reports/ --into sealed --jobs 4
      sealgate mark *.jpg --into . --overwrite

    退出码：0 全部完成；1 部分失败；2 用法有误；3 无法连接网关。
    """,
)


class _Work(NamedTuple):
    source: Path
    target: Path


class _Gateway(NamedTuple):
    """Where the gateway is, and the key for it."""

    url: str
    key: str


@click.command("mark", help=_HELP)
@click.argument("files", nargs=-1, required=True, metavar="FILE...")
@click.option("--into", type=click.Path(path_type=Path), required=True,
              help=say("Folder for the sealed files.", "输出目录。"))  # fmt: skip
@click.option("--jobs", default=2, type=click.IntRange(1, 64),
              help=say("Files at once.", "并行数量。"))  # fmt: skip
@click.option("--overwrite", is_flag=True,
              help=say("Replace files that are there.", "覆盖已有文件。"))  # fmt: skip
@click.option("--gateway", "url", default="",
              help=say("Its URL; else from the settings.", "网关地址，默认取自配置。"))  # fmt: skip
@click.option("--key", envvar="SEALGATE_KEY", default="",
              help=say("Gateway key; or SEALGATE_KEY.", "密钥，或 SEALGATE_KEY。"))  # fmt: skip
@json_option
@settings_options
def mark(
    files: tuple[str, ...], *, into: Path, jobs: int, url: str, key: str, overwrite: bool,
    as_json: bool, config: Path | None, policy: str | None, state: str | None,
) -> None:  # fmt: skip
    """Seal files."""
    settings = invocation().settings(config, common_flags(policy, state))
    host = "127.0.0.1" if settings.host in {"0.0.0.0", "::", ""} else settings.host
    gateway = _Gateway(url or f"http://{host}:{settings.port}", key)
    works = list(_works(files, into))
    if not works:
        raise NotPossible("There is no file of this name or pattern.")
    _refuse_to_destroy(works, overwrite=overwrite)
    with ThreadPoolExecutor(jobs) as pool:
        results = pool.map(lambda work: _seal(gateway, work), works)
        failed = _tell(results, len(works), as_json=as_json)
    raise SystemExit(Exit.FOUND if failed else Exit.WELL)


def _works(patterns: Iterable[str], into: Path) -> Iterator[_Work]:
    """Yield each file once, with the place of its sealed form."""
    seen: set[Path] = set()
    for source, below in _named(patterns):
        real = source.resolve()
        if source.is_file() and real not in seen:
            seen.add(real)
            yield _Work(source, into / below)


def _named(patterns: Iterable[str]) -> Iterator[tuple[Path, Path]]:
    """Yield what the patterns name, and its path below the folder that is named, that included."""
    for pattern in patterns:
        exists = Path(pattern).exists()
        paths = [Path(pattern)] if exists else [Path(p) for p in sorted(glob.glob(pattern))]  # noqa: PTH207 -- patterns may be absolute
        for path in paths:
            if not path.is_dir():
                yield path, Path(path.name)
                continue
            yield from ((one, one.relative_to(path.parent)) for one in sorted(path.rglob("*")))


def _refuse_to_destroy(works: list[_Work], *, overwrite: bool) -> None:
    targets = [work.target.resolve() for work in works]
    if len(set(targets)) < len(targets):
        raise NotPossible("Two of the files have the same name; seal them into folders apart.")
    if not overwrite:
        places = (place for work in works for place in (work.target, _beside(work.target)))
        there = next((place for place in places if place.exists()), None)
        if there is not None:
            raise NotPossible(f"{there} exists already; --overwrite replaces it.")


def _seal(gateway: _Gateway, work: _Work) -> dict[str, Any]:
    """Have one file sealed; returns what became of it."""
    said: dict[str, Any] = {"file": str(work.source)}
    try:
        status, headers, body = _post(gateway, work.source)
    except (OSError, http.client.HTTPException) as problem:
        return {**said, "error": say("the gateway cannot be reached", "无法连接网关"),
                "unreachable": True, "reason": type(problem).__name__}  # fmt: skip
    if status != 200:
        return {**said, "error": _message(body), "status": status}
    work.target.parent.mkdir(parents=True, exist_ok=True)
    beside: dict[str, str] = {}
    link = _LINK.fullmatch(headers.get("link", ""))
    if link:
        manifest = _fetch(gateway, link[1])
        if manifest is None:
            return {**said, "error": say("its credential cannot be fetched", "无法获取内容凭证")}
        _write(_beside(work.target), manifest)
        beside = {"credential": str(_beside(work.target))}
    _write(work.target, body)
    return {
        **said, **beside, "sealed": str(work.target), "exchange": headers["x-sealgate-exchange"],
        "code": headers["x-sealgate-code"], "receipts": json.loads(headers["x-sealgate-receipts"]),
    }  # fmt: skip


def _beside(target: Path) -> Path:
    return target.with_name(target.name + ".c2pa")


def _write(target: Path, content: bytes) -> None:
    part = target.with_name(target.name + ".part")
    part.write_bytes(content)
    part.replace(target)


def _connection(gateway: _Gateway) -> http.client.HTTPConnection:
    parts = urlsplit(gateway.url)
    if parts.scheme == "https":
        return http.client.HTTPSConnection(
            parts.hostname or "", parts.port, timeout=_PATIENCE_S,
            context=ssl.create_default_context(),
        )  # fmt: skip
    return http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=_PATIENCE_S)


def _fetch(gateway: _Gateway, url: str) -> bytes | None:
    """Return what the gateway keeps under a URL of its own: its address is the one we know."""
    connection = _connection(gateway)
    try:
        connection.request("GET", urlsplit(gateway.url).path.rstrip("/") + urlsplit(url).path)
        answer = connection.getresponse()
        content = answer.read()
    except (OSError, http.client.HTTPException):
        return None
    finally:
        connection.close()
    return content if answer.status == 200 else None


def _post(gateway: _Gateway, source: Path) -> tuple[int, http.client.HTTPMessage, bytes]:
    connection = _connection(gateway)
    headers = {
        "content-type": "application/octet-stream",
        "x-sealgate-filename": "file" + quote(source.suffix, safe="."),
        "accept-language": say("en", "zh"),
    }
    if gateway.key:
        headers["authorization"] = f"Bearer {gateway.key}"
    try:
        path = urlsplit(gateway.url).path.rstrip("/") + _PATH
        connection.request("POST", path, source.read_bytes(), headers)
        answer = connection.getresponse()
        return answer.status, answer.headers, answer.read()
    finally:
        connection.close()


def _message(body: bytes) -> str:
    try:
        return str(json.loads(body)["error"]["message"])
    except (ValueError, KeyError, TypeError):
        return say("the answer cannot be read", "无法解析响应")


def _tell(results: Iterable[dict[str, Any]], total: int, *, as_json: bool) -> int:
    """Say each result as it comes; returns how many failed."""
    failed, unreachable = 0, False
    for number, result in enumerate(results, start=1):
        failed += "error" in result
        unreachable = unreachable or "unreachable" in result
        if as_json:
            click.echo(json.dumps(result, ensure_ascii=False))
        else:
            end = result.get("error") or f"{result['sealed']}  {result['code']}"
            click.echo(f"[{number}/{total}] {result['file']}: {end}")
    if unreachable:
        raise SystemExit(Exit.FAILED)
    return failed
