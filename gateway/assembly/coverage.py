"""Coverage: builds all that would be served and says what it does not cover."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

from gateway.access.door import Door
from gateway.access.keys import KeyBook
from gateway.access.limits import Limiter
from gateway.adapters import adapters, opened
from gateway.assembly.credentials import LabelSigning, open_label_signing, open_signing
from gateway.assembly.file_sealing import FileMarksOwed
from gateway.assembly.guards import Guards
from gateway.assembly.idle_rules import idle_overlays, idle_rules
from gateway.assembly.inputs import Witnesses, check_ocr
from gateway.assembly.plugins import plugged_adapters
from gateway.assembly.regimes import guard_models, make_editions
from gateway.assembly.sealing import Sealer
from gateway.config.settings import Settings
from gateway.config.settings_file import secret_of
from gateway.edge.gateway import SystemClock
from gateway.edge.routes import RouteTable
from gateway.edge.upstream import Upstream
from gateway.marks import make_marks
from gateway.marks.credentials import Signing
from gateway.nouns.mark import NO_KEYS
from gateway.nouns.policy import Policy
from gateway.ports.operator import Coverage
from gateway.ports.word_lists import ListUse

_ANY_KEY = b"nothing is sealed with this key"


def coverage(settings: Settings, policy: Policy, environ: Mapping[str, str]) -> Coverage:
    """Build filters, marks, routes, door and upstream. Raises ConfigError as serving would."""
    producer = policy.marks.producer or settings.producer
    code = secret_of("producer", producer, environ)
    editions = make_editions(
        policy, settings.plugins.filters, lambda each: Sealer(each.marks, code, _ANY_KEY)
    )
    _check_files(policy, code)
    kit = editions[0].kit
    signing = open_signing(settings, environ)
    signed = open_label_signing(settings, environ)
    guards = Guards(guard_models(policy), environ)
    Witnesses(policy, environ)  # their keys must be there
    check_ocr(policy)
    protocols = adapters()
    limits = settings.limits
    plugged = plugged_adapters(
        settings.plugins.adapters, protocols,
        frame_limit=limits.frame_bytes, answer_limit=limits.answer_bytes,
    )  # fmt: skip
    RouteTable((*protocols, *plugged), policy.paths, opened())
    if settings.upstream.url:
        Upstream(settings.upstream, settings.limits)
    key = secret_of("upstream.key", settings.upstream.key, environ)
    state = Path(settings.state)
    callers: list[tuple[str, str]] = []
    if state.exists():
        limiter, book = Limiter(), KeyBook(state, SystemClock())
        Door(settings, policy.subject, book, limiter, upstream_key=key, secrets=guards.secrets)
        limiter.close()
        callers = [(one.tenant, one.id) for one in book.records()]
    lists = tuple(ListUse(name, terms) for name, terms in kit.lists)
    return Coverage(
        kit.terms,
        lists,
        kit.lexicon_hash,
        (
            *_warnings(policy),
            *idle_rules(editions),
            *idle_overlays(policy, callers),
            *_unsigned(policy, signing, signed),
        ),
        kit.keywords,
    )


def _check_files(policy: Policy, producer: str) -> None:
    order = policy.file_marks
    FileMarksOwed(order, producer, SystemClock(), code_of=str)
    if order.label and order.wording:
        make_marks(order, NO_KEYS)  # the font must have its letters


def _unsigned(policy: Policy, signing: Signing, signed: LabelSigning) -> Iterator[tuple[str, str]]:
    owed = policy.file_marks
    if owed.credential and not signing.certificate:
        yield (
            "No certificate: files get no content credentials (credentials.certificate).",
            "未配置证书：文件不写入内容凭证（credentials.certificate）。",
        )
    elif owed.credential and signing.trial:
        yield (
            "The certificate is a self-made trial one: nobody will trust what it signs.",
            "证书为自制试用证书：其签名不受信任。",
        )
    if owed.metadata and signed.key is None:
        yield (
            "No label key: metadata labels are not signed (label_key).",
            "未配置标识密钥：隐式标识未签名（label_key）。",
        )


def _warnings(policy: Policy) -> tuple[tuple[str, str], ...]:
    trailing = [guard.name for guard in policy.guard_models if guard.mode == "trailing"]
    found: list[tuple[str, str]] = [
        (
            f"{name} trails: text may run ahead of its verdict.",
            f"{name} 为滞后判定：文本可能先于判定放出。",
        )
        for name in trailing
    ]
    return tuple(found)
