"""Settings: what the process needs to run, apart from the policy. Typed form and its defaults."""

from __future__ import annotations

import msgspec


class Limits(msgspec.Struct, frozen=True, kw_only=True):
    """Bounds that always hold. Bytes, counts and seconds."""

    body_bytes: int = 10 * 1024 * 1024
    header_bytes: int = 64 * 1024
    answer_bytes: int = 64 * 1024 * 1024
    frame_bytes: int = 8 * 1024 * 1024
    unsent_bytes: int = 64 * 1024
    exchanges: int = 4096
    request_body_s: float = 60.0
    slow_reader_s: float = 60.0
    decompression_ratio: int = 100


class UpstreamSettings(msgspec.Struct, frozen=True, kw_only=True):
    """The model API behind. ``url`` with or without ``/v1``; empty means the embedded demo model.

    ``key`` is a secret reference (``env:NAME`` or ``file:PATH``) sent in place of gateway keys.
    ``third_party`` is true unless the operator says that the model is his own.
    """

    url: str = ""
    key: str = ""
    connect_s: float = 10.0
    first_byte_s: float = 120.0
    idle_s: float = 60.0
    total_s: float = 900.0
    connections: int = 1000
    retries: int = 1
    third_party: bool = True
    ca_file: str = ""
    trust_environment: bool = True
    forward_headers: tuple[str, ...] = ()


class AccessSettings(msgspec.Struct, frozen=True, kw_only=True):
    """``mode``: ``transparent`` (the client's provider key passes through), ``keys`` (gateway keys
    only) or ``both``. Limits are the defaults for keys that name none; 0 means none."""

    mode: str = "both"
    requests_per_minute: int = 0
    concurrent: int = 0
    trusted_proxies: tuple[str, ...] = ()


class LedgerSettings(msgspec.Struct, frozen=True, kw_only=True):
    """``store`` is a SQLAlchemy URL or a path; empty means ``ledger.db`` in the state folder.

    ``fsync``: ``os``, ``interval`` or ``always``. ``spool_limit_bytes`` stops admission, less
    ``spool_reserve_bytes`` kept for running streams.
    """

    store: str = ""
    fsync: str = "os"
    spool_limit_bytes: int = 4 * 1024 * 1024 * 1024
    spool_reserve_bytes: int = 256 * 1024 * 1024
    segment_bytes: int = 64 * 1024 * 1024
    checkpoint_s: float = 60.0
    checkpoint_records: int = 1000
    master_key: str = ""


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """Everything that ``sealgate.yaml``, ``SEALGATE_*`` variables and flags can say.

    ``state`` is the folder of spool, store, keys and compiled lexicons. ``policy`` is a preset's
    name or a path. ``exchange_s`` bounds how long draining waits for running streams.
    """

    host: str = "127.0.0.1"
    port: int = 8080
    operations_host: str = "127.0.0.1"
    operations_port: int = 8081
    workers: int = 1
    state: str = "var"
    policy: str = "cn-public"
    mode: str = ""
    producer: str = ""
    log_level: str = "info"
    log_format: str = "json"
    drain_s: float = 30.0
    keep_alive_s: float = 10.0
    plugins: tuple[str, ...] = ()
    limits: Limits = Limits()
    upstream: UpstreamSettings = UpstreamSettings()
    access: AccessSettings = AccessSettings()
    ledger: LedgerSettings = LedgerSettings()
