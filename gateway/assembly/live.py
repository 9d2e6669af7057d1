"""Live: looks at what a gateway needs around it. Changes nothing, and may run beside the gateway.

The upstream is asked once for its list of models, which costs no token. The store's write lock is
taken and given back; a store of an older program is left as it is, for opening would migrate it.
"""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import Iterator, Mapping
from email.utils import parsedate_to_datetime
from pathlib import Path
from shutil import disk_usage

from gateway.adapters.plain import Plain
from gateway.assembly.credentials import show_credentials
from gateway.assembly.vault import open_store, store_location
from gateway.config.settings import Settings
from gateway.config.settings_file import secret_of
from gateway.edge.routes import Target
from gateway.edge.upstream import Upstream, UpstreamAnswer
from gateway.ledger.keyring import FILE_NAME, load_keyring
from gateway.ledger.spool import spool_bytes, spool_folder
from gateway.nouns.errors import ConfigError, LedgerFailed, SealgateError
from gateway.ports.adapter import RouteKind
from gateway.ports.clock import Clock
from gateway.ports.live import Health, Look
from gateway.stores.schema_number import SCHEMA_NUMBER, sqlite_file

_PATIENCE_S = 15.0
_SKEW_S = 60.0
_DAYS_LEFT = 30
_DAY_S = 86_400.0
_GB = 1_000_000_000
_MODELS = Target(Plain(), RouteKind.PLAIN, "/models", "/models", versioned=True)
_REFUSED = frozenset({401, 403})
_ACCEPTED = ("Reached, and it accepts upstream.key.", "可以连接，接受 upstream.key。")
_OPEN = ("Reached without a key.", "可以连接，无需密钥。")


def look_around(settings: Settings, environ: Mapping[str, str], clock: Clock) -> list[Look]:
    """Return what was found, in the order in which a request would meet it."""
    state = Path(settings.state)
    return [
        *asyncio.run(_upstream(settings, environ, clock)),
        *_keys(settings, state),
        *_store(settings),
        *_disk(settings, state),
        *_modes(state),
        *_certificate(settings, clock),
    ]


async def _upstream(
    settings: Settings, environ: Mapping[str, str], clock: Clock
) -> tuple[Look, ...]:
    if not settings.upstream.url:
        return (Look("upstream", Health.WARN, "None is set: the embedded demo model answers.",
                     "未设置，由内置演示模型应答。"),)  # fmt: skip
    key = secret_of("upstream.key", settings.upstream.key, environ)
    upstream = Upstream(settings.upstream, settings.limits)
    lines = [(b"authorization", b"Bearer " + key.encode())] if key else []
    await upstream.start()
    try:
        async with asyncio.timeout(_PATIENCE_S):
            answer = await upstream.ask("GET", upstream.url(_MODELS), lines, b"")
        answer.close()
    except TimeoutError:
        return (_unreachable(f"silent for {_PATIENCE_S:.0f} s", f"{_PATIENCE_S:.0f} 秒无响应"),)
    except SealgateError as error:
        return (_unreachable(f"{error.en} {error.detail}", f"{error.zh} {error.detail}"),)
    finally:
        await upstream.close()
    return (_answered(answer.status, has_key=bool(key)), *_clock(answer, clock))


def _unreachable(en: str, zh: str) -> Look:
    return Look("upstream", Health.BAD, f"Not reached: {en}", f"无法连接：{zh}")


def _answered(status: int, *, has_key: bool) -> Look:
    if status in _REFUSED and has_key:
        return Look("upstream", Health.BAD, f"It does not accept upstream.key (status {status}).",
                    f"拒绝 upstream.key（状态码 {status}）。")  # fmt: skip
    if status in _REFUSED:
        return Look("upstream", Health.WELL, "Reached; it wants the client's own key.",
                    "可以连接；需调用方自带密钥。")  # fmt: skip
    if status < 300:
        en, zh = _ACCEPTED if has_key else _OPEN
        return Look("upstream", Health.WELL, en, zh)
    if status >= 500:
        return Look("upstream", Health.WARN, f"Reached, and it fails (status {status}).",
                    f"可以连接，但其自身出错（状态码 {status}）。")  # fmt: skip
    return Look("upstream", Health.WARN,
                f"Reached; it lists no models (status {status}), so the key was not tried.",
                f"可以连接；不提供模型列表（状态码 {status}），密钥未验证。")  # fmt: skip


def _clock(answer: UpstreamAnswer, clock: Clock) -> Iterator[Look]:
    """Compare our clock with the answer's ``Date`` (RFC 9110, 6.6.1), if it has one that is one."""
    said = next((value.decode("latin-1") for name, value in answer.headers if name == b"date"), "")
    try:
        there_s = parsedate_to_datetime(said).timestamp()
    except ValueError:
        return
    ahead_s = clock.wall_ns() / 1e9 - there_s
    if abs(ahead_s) <= _SKEW_S:
        yield Look("clock", Health.WELL, "It agrees with the upstream's.", "与上游时钟一致。")
    else:
        yield Look("clock", Health.BAD,
                   f"It is {ahead_s:+.0f} s off the upstream's: records, keys and certificates go "
                   "by it.",
                   f"与上游相差 {ahead_s:+.0f} 秒：记录、密钥与证书均以此为准。")  # fmt: skip


def _keys(settings: Settings, state: Path) -> Iterator[Look]:
    if not (state / FILE_NAME).exists():
        yield Look("keys", Health.WARN, "No keyring yet: the first start makes it.",
                   "尚无密钥文件，首次启动时生成。")  # fmt: skip
        return
    try:
        load_keyring(state, settings.ledger.master_key)
    except ConfigError as error:
        yield Look("keys", Health.BAD, error.detail, error.detail)
    else:
        yield Look("keys", Health.WELL, "The keyring opens.", "密钥文件可以打开。")


def _store(settings: Settings) -> Iterator[Look]:
    location = store_location(settings)
    file = sqlite_file(location)
    if file is not None and not file.exists():
        yield Look("store", Health.WARN, "None yet: the first start makes it.",
                   "尚无存储，首次启动时生成。")  # fmt: skip
        return
    try:
        number = _written(settings, location)
    except (LedgerFailed, ConfigError) as error:
        yield Look("store", Health.BAD, error.detail, error.detail)
        return
    if number < SCHEMA_NUMBER:
        yield Look("store", Health.WARN,
                   f"It has schema {number}: the next start brings it to {SCHEMA_NUMBER}. Take a "
                   "backup before.",
                   f"结构版本为 {number}，下次启动升级到 {SCHEMA_NUMBER}，请先备份。")  # fmt: skip
    else:
        yield Look("store", Health.WELL, "It can be written.", "可以写入。")


def _written(settings: Settings, location: str) -> int:
    """Return the schema's number, after a write transaction if it is this program's."""
    from gateway.stores.relational.store import stored_number

    number = stored_number(location)
    if number >= SCHEMA_NUMBER:
        store = open_store(settings)  # refuses a newer one
        try:
            with store.writing() as writing:
                writing.tail()
        finally:
            store.close()
    return number


def _disk(settings: Settings, state: Path) -> Iterator[Look]:
    place = next(each for each in (state, *state.absolute().parents) if each.exists())
    try:
        with tempfile.TemporaryFile(dir=place):
            pass
    except OSError as error:
        yield Look("disk", Health.BAD, f"{place} cannot be written: {error.strerror}.",
                   f"{place} 无法写入：{error.strerror}。")  # fmt: skip
        return
    free = disk_usage(place).free
    most = settings.ledger.spool_limit_bytes - spool_bytes(spool_folder(state))
    if free < settings.ledger.spool_reserve_bytes:
        health = Health.BAD
    else:
        health = Health.WARN if free < most else Health.WELL
    yield Look("disk", health,
               f"{free / _GB:.1f} GB are free; the spool may want {most / _GB:.1f} GB while the "
               "store is away.",
               f"剩余 {free / _GB:.1f} GB；存储不可用时本地日志最多还需 "
               f"{most / _GB:.1f} GB。")  # fmt: skip


def _modes(state: Path) -> Iterator[Look]:
    """Name what others may read or write: the folder itself and every file that it needs alone."""
    if not state.exists():
        return
    seen = [state, *(path for path in sorted(state.iterdir()) if path.is_file())]
    loose = [str(path) for path in seen if path.stat().st_mode & 0o077]
    if not loose:
        yield Look("modes", Health.WELL, "The state folder is for its owner alone.",
                   "状态目录仅其所有者可访问。")  # fmt: skip
        return
    names = " ".join(loose)
    yield Look("modes", Health.WARN, f"Others may reach these; run: chmod go= {names}",
               f"其他用户可访问以下文件，请执行：chmod go= {names}")  # fmt: skip


def _certificate(settings: Settings, clock: Clock) -> Iterator[Look]:
    signer = show_credentials(settings)
    if not signer.subject:
        return
    days = (signer.until_s - clock.wall_ns() / 1e9) / _DAY_S
    if days <= 0:
        yield Look("certificate", Health.BAD, "That of content credentials is past its end.",
                   "内容凭证的证书已过期。")  # fmt: skip
        return
    yield Look("certificate", Health.WARN if days < _DAYS_LEFT else Health.WELL,
               f"That of content credentials is valid for {days:.0f} more days.",
               f"内容凭证的证书还有 {days:.0f} 天有效。")  # fmt: skip
