"""What signs files and labels, read from the settings; and keys of one's own making, for trials."""

from __future__ import annotations

import hmac
import os
import secrets
import time
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import NamedTuple

from cryptography import x509

from gateway.config.settings import Settings
from gateway.config.settings_file import secret_of
from gateway.marks.credentials import Signing, check_signing, make_trial
from gateway.marks.label_signature import sign_label
from gateway.matching.sm2 import N
from gateway.matching.sm2_keys import (
    Sm2Key,
    make_key,
    private_pem,
    public_hex,
    read_private_pem,
    read_public_hex,
)
from gateway.nouns.errors import ConfigError, NotPossible
from gateway.nouns.mark import AigcLabel, MarkKeys
from gateway.ports.operator import MadeCredentials, SignerFacts

_CERTIFICATE, _KEY, _ROOT, _LABEL_KEY = "certificate.pem", "key.pem", "root.pem", "label-key.pem"


class LabelSigning(NamedTuple):
    """The SM2 key that signs labels (None: they are not signed), and the trusted public keys."""

    key: Sm2Key | None
    pins: tuple[str, ...]


def open_signing(settings: Settings, environ: Mapping[str, str]) -> Signing:
    """Return what signs credentials. Raises ConfigError if it cannot."""
    said = settings.credentials
    signing = Signing(
        _file("certificate", said.certificate),
        secret_of("credentials.key", said.key, environ).encode(),
        _file("anchors", said.anchors),
        said.timestamp_url,
    )
    if said.timestamp_url and not said.timestamp_url.startswith(("http://", "https://")):
        raise ConfigError(
            "credentials.timestamp_url: expected an http:// or https:// address.",
            param="credentials.timestamp_url",
        )
    check_signing(signing)
    return signing


def open_label_signing(settings: Settings, environ: Mapping[str, str]) -> LabelSigning:
    """Return what signs labels, its own public key among the trusted. Raises ConfigError."""
    pins = []
    for each in settings.label_pins:
        try:
            pins.append(public_hex(read_public_hex(each.strip())))
        except ValueError as error:
            raise ConfigError(f"label_pins: {error}.", param="label_pins") from error
    if not settings.label_key:
        return LabelSigning(None, tuple(pins))
    try:
        key = read_private_pem(secret_of("label_key", settings.label_key, environ).encode())
    except ValueError as error:
        raise ConfigError(f"label_key: {error}.", param="label_key") from error
    return LabelSigning(key, (public_hex(key.public), *pins))


class OpenedKeys(NamedTuple):
    """What marks are made and read with: ``marks`` for the marks on files, ``sign`` puts the
    producer's signature on a metadata label, ``pins`` are label keys that a reader trusts."""

    marks: MarkKeys
    sign: Callable[[AigcLabel], AigcLabel]
    pins: tuple[str, ...]


def unsigned(label: AigcLabel) -> AigcLabel:
    """Return the label as it is: no key is configured."""
    return label


def open_mark_keys(settings: Settings, environ: Mapping[str, str], secret: bytes) -> OpenedKeys:
    """Return all keys of marks. ``secret`` is the state folder's own. Raises ConfigError."""
    signing = open_signing(settings, environ)
    label = open_label_signing(settings, environ)
    sign = unsigned if label.key is None else partial(sign_label, key=label.key)
    marks = MarkKeys(hmac.digest(secret, b"watermark", "sha256"), signing)
    return OpenedKeys(marks, sign, label.pins)


def make_credentials(folder: Path) -> MadeCredentials:
    """Make a trial certificate and a trial label key in a folder.

    Raises NotPossible if there are some already, ConfigError if the folder cannot be written.
    """
    trial = make_trial(time.time())
    label_key = make_key(secrets.randbelow(N - 2) + 1)
    files = {
        _CERTIFICATE: trial.chain,
        _KEY: trial.key,
        _ROOT: trial.root,
        _LABEL_KEY: private_pem(label_key),
    }
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        there = [name for name in files if (folder / name).exists()]
        if there:
            raise NotPossible(
                f"{folder / there[0]} is there already; nothing was made. "
                "--into names another folder. 文件已存在，未作改动；可用 --into 另指目录。"
            )
        for name, content in files.items():
            _write(folder / name, content)
    except OSError as error:
        raise ConfigError(f"{folder} cannot be written: {error.strerror}.") from error
    return MadeCredentials(
        folder / _CERTIFICATE, folder / _KEY, folder / _LABEL_KEY, public_hex(label_key.public)
    )


def show_credentials(settings: Settings) -> SignerFacts:
    """Return what signs under these settings. Raises ConfigError if something cannot."""
    signing = open_signing(settings, os.environ)
    label = open_label_signing(settings, os.environ)
    subject = issuer = ""
    until_s = 0.0
    if signing.certificate:
        leaf = x509.load_pem_x509_certificate(signing.certificate)
        subject, issuer = leaf.subject.rfc4514_string(), leaf.issuer.rfc4514_string()
        until_s = leaf.not_valid_after_utc.timestamp()
    anchors = x509.load_pem_x509_certificates(signing.anchors) if signing.anchors else []
    return SignerFacts(
        subject, issuer, until_s, signing.trial, len(anchors), signing.timestamp_url,
        public_hex(label.key.public) if label.key else "", len(label.pins),
    )  # fmt: skip


def _file(name: str, path: str) -> bytes:
    if not path:
        return b""
    try:
        return Path(path).read_bytes()
    except OSError as error:
        raise ConfigError(
            f"credentials.{name}: {path} cannot be read: {error.strerror}.",
            param=f"credentials.{name}",
        ) from error


def _write(path: Path, content: bytes) -> None:
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC
    with os.fdopen(os.open(path, flags, 0o600), "wb") as file:
        file.write(content)
