"""Settings: what the process needs to run, apart from the policy. Typed form and its defaults.

The descriptions here become the published schema and docs/settings.md.
"""

from __future__ import annotations

import math
from typing import Annotated, Any

import msgspec

from gateway.config.quantity import Bytes, Seconds


def _says(text: str, ge: int | None = None, le: int | None = None) -> msgspec.Meta:
    return msgspec.Meta(description=text, ge=ge, le=le)


def _choice(text: str, *words: str) -> Any:
    return msgspec.Meta(description=text, extra={"choices": words, "schema": {"enum": words}})


class Limits(msgspec.Struct, frozen=True, kw_only=True):
    """Bounds that always hold. Bytes, counts and seconds."""

    body_bytes: Annotated[Bytes, _says("Largest request body.")] = 10 * 1024 * 1024
    header_bytes: Annotated[Bytes, _says("Largest request head.")] = 64 * 1024
    answer_bytes: Annotated[Bytes, _says("Largest answer, decoded.")] = 64 * 1024 * 1024
    frame_bytes: Annotated[Bytes, _says("Largest single event of a stream.")] = 8 * 1024 * 1024
    unsent_bytes: Annotated[
        Bytes, _says("Bytes that wait for a slow reader before the upstream is paused.")
    ] = 64 * 1024
    exchanges: Annotated[int, _says("Exchanges served at once; workers share them.", ge=1)] = 4096
    request_body_s: Annotated[Seconds, _says("Longest time to send a request body.")] = 60.0
    slow_reader_s: Annotated[
        Seconds, _says("A client that takes nothing for this long is cut off.")
    ] = 60.0
    decompression_ratio: Annotated[int, _says("Most decoded bytes per compressed byte.", ge=1)] = (
        100
    )


class UpstreamSettings(msgspec.Struct, frozen=True, kw_only=True):
    """The model API behind. ``url`` with or without ``/v1``; empty means the embedded demo model.

    ``key`` is a secret reference (``env:NAME`` or ``file:PATH``) sent in place of gateway keys.
    ``third_party`` is true unless the operator says that the model is his own.
    """

    url: Annotated[
        str, _says("Base URL of the model API, with or without `/v1`; empty: the demo model.")
    ] = ""
    key: Annotated[
        str, _says("Secret (`env:NAME` or `file:PATH`) sent upstream in place of gateway keys.")
    ] = ""
    connect_s: Annotated[Seconds, _says("Longest time to connect.")] = 10.0
    first_byte_s: Annotated[Seconds, _says("Longest silence before the first byte.")] = 120.0
    idle_s: Annotated[Seconds, _says("Longest silence between two reads of an answer.")] = 60.0
    total_s: Annotated[Seconds, _says("Longest whole exchange.")] = 900.0
    connections: Annotated[int, _says("Connections that one worker holds at most.", ge=1)] = 4096
    retries: Annotated[
        int, _says("New attempts when no byte of the request went up.", ge=0, le=10)
    ] = 1
    third_party: Annotated[
        bool, _says("Whether somebody else runs the model; rules may veil what goes there.")
    ] = True
    ca_file: Annotated[str, _says("PEM file of the authorities to trust beside the usual.")] = ""
    trust_environment: Annotated[
        bool, _says("Whether HTTPS_PROXY, HTTP_PROXY and NO_PROXY are obeyed.")
    ] = True
    forward_headers: Annotated[
        tuple[str, ...], _says("Further request headers that go upstream.")
    ] = ()


class AccessSettings(msgspec.Struct, frozen=True, kw_only=True):
    """``mode``: ``transparent`` (the client's provider key passes through), ``keys`` (gateway keys
    only) or ``both``. Limits are the defaults for keys that name none; 0 means none."""

    mode: Annotated[
        str,
        _choice(
            "`transparent`: the client's provider key passes through; `keys`: gateway keys only.",
            "transparent", "keys", "both",
        ),
    ] = "both"  # fmt: skip
    requests_per_minute: Annotated[
        int, _says("Requests a minute for keys that name no limit; 0: none.", ge=0)
    ] = 0
    concurrent: Annotated[
        int, _says("Exchanges at once for keys that name no limit; 0: none.", ge=0)
    ] = 0
    agreement: Annotated[
        str,
        _says("Version of the agreement on unlabelled delivery that is in force; empty: any."),
    ] = ""


class LedgerSettings(msgspec.Struct, frozen=True, kw_only=True):
    """``store`` is a SQLAlchemy URL or a path; empty means ``ledger.db`` in the state folder.

    ``fsync``: ``os``, ``interval`` or ``always``. ``spool_limit_bytes`` stops admission, less
    ``spool_reserve_bytes`` kept for running streams.
    """

    store: Annotated[
        str, _says("Database URL or path; empty: `ledger.db` in the state folder.")
    ] = ""
    fsync: Annotated[
        str,
        _choice(
            "What a record survives: `os` the process's death, `always` a power cut too.",
            "os", "interval", "always",
        ),
    ] = "os"  # fmt: skip
    spool_limit_bytes: Annotated[Bytes, _says("Spool size at which nothing more is written.")] = (
        4 * 1024 * 1024 * 1024
    )
    spool_reserve_bytes: Annotated[
        Bytes, _says("Part of the spool's limit kept for running streams.")
    ] = 256 * 1024 * 1024
    segment_bytes: Annotated[Bytes, _says("Size of one spool file.")] = 64 * 1024 * 1024
    checkpoint_s: Annotated[Seconds, _says("Longest time between signed checkpoints.")] = 60.0
    checkpoint_records: Annotated[int, _says("Most records between signed checkpoints.", ge=1)] = (
        1000
    )
    master_key: Annotated[
        str, _says("Secret (`env:NAME` or `file:PATH`); empty: made in the state folder.")
    ] = ""


class CredentialSettings(msgspec.Struct, frozen=True, kw_only=True):
    """What content credentials (C2PA) are signed with, and whom a reader of them trusts.

    Without a certificate no credential is written; without anchors none is called trusted.
    """

    certificate: Annotated[
        str,
        _says("PEM file of the signer's certificate and those above it; empty: none is signed."),
    ] = ""
    key: Annotated[
        str, _says("Secret (`env:NAME` or `file:PATH`): the private key of the certificate, PEM.")
    ] = ""
    anchors: Annotated[
        str, _says("PEM file of the root certificates under which credentials are trusted.")
    ] = ""
    timestamp_url: Annotated[
        str,
        _says("Time stamp authority (RFC 3161) that is asked for each credential; empty: none."),
    ] = ""


class PluginSettings(msgspec.Struct, frozen=True, kw_only=True):
    """What is loaded from installed packages, by the names of their entry points; nothing else of
    them is ever imported."""

    filters: Annotated[
        tuple[str, ...], _says("Filters of installed packages (entry points `sealgate.filters`).")
    ] = ()
    adapters: Annotated[
        tuple[str, ...],
        _says("Protocols of installed packages (entry points `sealgate.adapters`)."),
    ] = ()


class VerifySettings(msgspec.Struct, frozen=True, kw_only=True):
    """The desk that reads marks back for anybody: the page ``/verify`` and its API."""

    open: Annotated[bool, _says("Whether anybody may have files and texts read at `/verify`.")] = (
        True
    )
    requests_per_minute: Annotated[
        int, _says("Questions a minute from one address; 0: no limit.", ge=0)
    ] = 20
    upload_bytes: Annotated[Bytes, _says("Largest file that is read.")] = 32 * 1024 * 1024
    longest_s: Annotated[Seconds, _says("Longest time to read one file.")] = 20.0
    client_header: Annotated[
        str,
        _says(
            "Header in which your own proxy says whose request it is (`x-forwarded-for`; the last "
            "entry counts); empty: the connection's address."
        ),
    ] = ""


class MediaSettings(msgspec.Struct, frozen=True, kw_only=True):
    """How generated files get their marks: in processes of their own, one pool per worker."""

    workers: Annotated[int, _says("Sealing processes per worker process.", ge=1, le=64)] = 1
    queue: Annotated[
        int, _says("Files that wait for one; more are turned away (503).", ge=1, le=4096)
    ] = 16
    job_s: Annotated[Seconds, _says("Longest time to mark one file.")] = 30.0
    memory: Annotated[Bytes, _says("Address space of one sealing process.")] = (
        4 * 1024 * 1024 * 1024
    )
    bytes: Annotated[Bytes, _says("Largest file that is marked.")] = 32 * 1024 * 1024
    pixels: Annotated[int, _says("Most pixels of a picture that is marked.", ge=1)] = 100_000_000
    fetch_s: Annotated[Seconds, _says("Longest time to fetch a result that came as a URL.")] = 30.0
    hosts: Annotated[
        tuple[str, ...],
        _says("Hosts (`name` or `name:port`) of results besides public ones and the upstream's."),
    ] = ()
    keep_s: Annotated[Seconds, _says("How long a re-hosted result can be fetched.")] = 86_400.0
    kept_bytes: Annotated[Bytes, _says("All re-hosted results together.")] = 2 * 1024 * 1024 * 1024
    public_url: Annotated[
        str, _says("The gateway's own base URL in re-hosted results; empty: as the client says.")
    ] = ""


class InputSettings(msgspec.Struct, frozen=True, kw_only=True):
    """How files in prompts are read: in processes of their own, one pool per worker."""

    workers: Annotated[int, _says("Reading processes per worker process.", ge=1, le=64)] = 1
    queue: Annotated[
        int, _says("Files that wait for one; more are turned away (503).", ge=1, le=4096)
    ] = 64
    job_s: Annotated[Seconds, _says("Longest time to read one file.")] = 20.0
    request_s: Annotated[
        Seconds, _says("Time of reading after which no other file of a request is begun.")
    ] = 60.0
    memory: Annotated[Bytes, _says("Address space of one reading process.")] = (
        2 * 1024 * 1024 * 1024
    )
    files: Annotated[int, _says("Files of one request that are read.", ge=1, le=1000)] = 32
    chars: Annotated[
        int, _says("Characters of text that are read in the files of one request.", ge=1)
    ] = 300_000
    pages: Annotated[int, _says("Pages, slides or sheets of one file that are read.", ge=1)] = 2_000
    pixels: Annotated[int, _says("Pixels that are decoded of one picture, all frames.", ge=1)] = (
        64_000_000
    )
    frames: Annotated[
        int, _says("Frames of a picture, or pictures of a document, that are read.", ge=1)
    ] = 16
    unpacked: Annotated[
        Bytes, _says("Bytes that the parts of one document unpack to, at most 100 times its size.")
    ] = 64 * 1024 * 1024
    hosts: Annotated[
        tuple[str, ...],
        _says("Hosts (`name` or `name:port`) whose files are fetched where a prompt names them by "
              "URL: over https, from public addresses; no other is."),
    ] = ()
    inner_hosts: Annotated[
        tuple[str, ...], _says("More such hosts, of which private addresses and http are right.")
    ] = ()
    fetch_s: Annotated[Seconds, _says("Longest time to fetch one file.")] = 10.0
    fetch_bytes: Annotated[Bytes, _says("All files together that are fetched for a request.")] = (
        16 * 1024 * 1024
    )
    words_s: Annotated[
        Seconds, _says("Time for reading the words in the pictures of one file (`media.ocr`).")
    ] = 12.0
    words_side: Annotated[
        int, _says("Longer side of a picture in pixels as its words are read.", ge=256, le=4096)
    ] = 1280


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """Everything that ``sealgate.yaml``, ``SEALGATE_*`` variables and flags can say.

    ``state`` is the folder of spool, store, keys and compiled lexicons. ``policy`` is a preset's
    name or a path. ``drain_s`` bounds how long draining waits for running streams.
    """

    host: Annotated[str, _says("Address of the data plane.")] = "127.0.0.1"
    port: Annotated[int, _says("Port of the data plane.", ge=0, le=65535)] = 8080
    operations_host: Annotated[str, _says("Address of the operations listener.")] = "127.0.0.1"
    operations_port: Annotated[
        int, _says("Port of the operations listener (metrics).", ge=0, le=65535)
    ] = 8081
    workers: Annotated[int, _says("Worker processes.", ge=1, le=256)] = 1
    state: Annotated[str, _says("Folder of spool, store, keys and compiled lexicons.")] = "var"
    policy: Annotated[str, _says("A preset's name or the path of a policy file.")] = "cn-public"
    mode: Annotated[
        str,
        _choice("Overrides the mode of the policy unless empty.", "", "observe", "enforce"),
    ] = ""
    producer: Annotated[
        str, _says("Provider code for the metadata label (or `env:NAME`, `file:PATH`).")
    ] = ""
    label_key: Annotated[
        str,
        _says("Secret (`env:NAME` or `file:PATH`): the SM2 key (PEM) that signs metadata labels."),
    ] = ""
    label_pins: Annotated[
        tuple[str, ...],
        _says("Public SM2 keys (SPKI, hex) whose signatures in metadata labels are trusted."),
    ] = ()
    log_level: Annotated[
        str,
        _choice("Least level that is logged.", "debug", "info", "warning", "error"),
    ] = "info"
    log_format: Annotated[str, _choice("Form of the log lines on stderr.", "json", "console")] = (
        "json"
    )
    drain_s: Annotated[Seconds, _says("How long shutting down waits for streams.")] = 30.0
    keep_alive_s: Annotated[Seconds, _says("A held stream gets a comment line this often.")] = 10.0
    limits: Annotated[Limits, _says("Bounds that always hold.")] = Limits()
    upstream: Annotated[UpstreamSettings, _says("The model API behind.")] = UpstreamSettings()
    access: Annotated[AccessSettings, _says("Who may ask.")] = AccessSettings()
    ledger: Annotated[LedgerSettings, _says("Where records are kept.")] = LedgerSettings()
    credentials: Annotated[CredentialSettings, _says("Content credentials (C2PA) on files.")] = (
        CredentialSettings()
    )
    plugins: Annotated[PluginSettings, _says("Parts of installed packages.")] = PluginSettings()
    verify: Annotated[VerifySettings, _says("The desk that reads marks back.")] = VerifySettings()
    media: Annotated[MediaSettings, _says("Marks on generated files.")] = MediaSettings()
    inputs: Annotated[InputSettings, _says("Files in prompts.")] = InputSettings()

    @property
    def exchanges_each(self) -> int:
        """How many exchanges one worker serves at once."""
        return math.ceil(self.limits.exchanges / self.workers)
