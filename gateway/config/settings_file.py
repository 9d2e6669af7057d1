"""Finds and reads the settings: the file, then ``SEALGATE_*`` variables, then flags; later wins.

A nested key's variable joins the steps by two underscores: ``SEALGATE_UPSTREAM__KEY``.
``SEALGATE_UPSTREAM`` alone is short for ``SEALGATE_UPSTREAM__URL``.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import msgspec
from msgspec import inspect

from gateway.config.settings import Settings
from gateway.config.typed_document import field_at, nearest, raise_faults, read_document, unwrap
from gateway.config.yaml_file import Document, KeyPath, load_yaml_file, scalar
from gateway.nouns.errors import ConfigError

PREFIX = "SEALGATE_"
DEFAULT_FILE = "sealgate.yaml"
SHORTHANDS: Mapping[KeyPath, KeyPath] = {("upstream",): ("upstream", "url")}
OTHER_VARIABLES = ("SEALGATE_CONFIG", "SEALGATE_KEY", "SEALGATE_LANG")
"""Variables that are no settings: where the file is, a client's gateway key, and the language."""

TESTS_PREFIX = "SEALGATE_TEST_"
"""Variables of this name belong to the tests, which start whole programs under them."""

_KUBERNETES = re.compile(r"SEALGATE(_[A-Z0-9_]+)?_(SERVICE_(HOST|PORT.*)|PORT(_[0-9]+_.*)?)")
"""Variables that Kubernetes sets for a service of this name; some have the name of a setting."""

_PATHS: tuple[KeyPath, ...] = (
    ("state",),
    ("upstream", "ca_file"),
    ("credentials", "certificate"),
    ("credentials", "anchors"),
)
_SECRETS: tuple[KeyPath, ...] = (
    ("producer",),
    ("upstream", "key"),
    ("ledger", "master_key"),
    ("label_key",),
    ("credentials", "key"),
)


def load_settings(
    config: Path | None = None,
    environ: Mapping[str, str] | None = None,
    flags: Mapping[KeyPath, Any] | None = None,
) -> Settings:
    """Return the settings. Raises ConfigError naming place, key and the nearest valid key.

    ``config`` is the file; without it ``SEALGATE_CONFIG`` names it, or ``sealgate.yaml`` in the
    working folder is read if it exists. Relative paths in a file start at the file's folder.
    """
    environ = environ or {}
    sources = [_from_file(config, environ), _from_environment(environ), _from_flags(flags or {})]
    merged: dict[str, Any] = {}
    for source in sources:
        read_document(source, Settings)
        merged = _merge(merged, source.value)
    places = {path: place for source in sources for path, place in source.places.items()}
    whole = Document("settings", merged, places)
    settings = read_document(whole, Settings)
    _check(settings, whole)
    return settings


def resolve_secret(reference: str, environ: Mapping[str, str]) -> str:
    """Return what ``env:NAME`` or ``file:PATH`` refers to; a text without such a prefix is itself.

    Raises ConfigError if the variable is not set or the file cannot be read; never shows a value.
    """
    scheme, separator, name = reference.partition(":")
    if not separator or scheme not in {"env", "file"}:
        return reference
    if scheme == "env":
        value = environ.get(name, "").strip()
        if not value:
            raise ConfigError(f"`{reference}`: the environment variable {name} is not set")
        return value
    try:
        value = Path(name).read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError):
        raise ConfigError(f"`{reference}`: the file cannot be read") from None
    if not value:
        raise ConfigError(f"`{reference}`: the file is empty")
    return value


def secret_of(setting: str, reference: str, environ: Mapping[str, str]) -> str:
    """Return the secret that a setting or a policy's key refers to, empty if it is not set.

    Raises ConfigError, which names it.
    """
    try:
        return resolve_secret(reference, environ) if reference else ""
    except ConfigError as error:
        raise ConfigError(f"{setting}: {error.detail}.", param=setting) from None


def variable(path: KeyPath) -> str:
    """Return the environment variable of a setting."""
    return PREFIX + "__".join(str(step) for step in path).upper()


def _from_file(config: Path | None, environ: Mapping[str, str]) -> Document:
    named = config or (Path(environ["SEALGATE_CONFIG"]) if environ.get("SEALGATE_CONFIG") else None)
    path = named or Path(DEFAULT_FILE)
    if named is None and not path.exists():
        return Document(DEFAULT_FILE, {}, {})
    document = load_yaml_file(path)
    if isinstance(document.value, dict):
        document = _expand_shorthands(document)
        _root_paths(document.value, path.resolve().parent)
    return document


def _expand_shorthands(document: Document) -> Document:
    value, places = dict(document.value), dict(document.places)
    for short, full in SHORTHANDS.items():
        if isinstance(value.get(str(short[0])), str):
            places[full] = document.place(short)
            _put(value, full, value.pop(str(short[0])))
    return Document(document.name, value, places)


def _root_paths(value: dict[str, Any], folder: Path) -> None:
    """Make the relative paths of a settings file start at its folder."""
    for path in _PATHS:
        text = _get(value, path)
        if isinstance(text, str) and text:
            _put(value, path, str(folder / text))
    for path in _SECRETS:
        text = _get(value, path)
        if isinstance(text, str) and text.startswith("file:"):
            _put(value, path, "file:" + str(folder / text.removeprefix("file:")))
    policy = value.get("policy")
    if isinstance(policy, str) and policy.endswith((".yaml", ".yml")):
        value["policy"] = str(folder / policy)
    store = _get(value, ("ledger", "store"))
    if isinstance(store, str) and store and "://" not in store:
        _put(value, ("ledger", "store"), str(folder / store))


def _from_environment(environ: Mapping[str, str]) -> Document:
    value: dict[str, Any] = {}
    places: dict[KeyPath, str] = {}
    faults: list[str] = []
    for name in sorted(environ):
        if not name.startswith(PREFIX) or _is_no_setting(name, environ):
            continue
        path: KeyPath = tuple(name.removeprefix(PREFIX).lower().split("__"))
        path = SHORTHANDS.get(path, path)
        kind = field_at(Settings, path)
        if kind is None or isinstance(unwrap(kind)[0], inspect.StructType):
            known = [variable(each) for each in setting_paths()]
            faults.append(f"environment variable {name}: no such setting; {nearest(name, known)}")
            continue
        places[path] = f"environment variable {name}"
        _put(value, path, _typed(environ[name], kind))
        if path in _SECRETS[1:] and not environ[name].startswith(("env:", "file:")):
            _put(value, path, f"env:{name}")  # the variable is the secret itself
    raise_faults(faults)
    return Document("environment", value, places)


def _is_no_setting(name: str, environ: Mapping[str, str]) -> bool:
    if name in OTHER_VARIABLES or name.startswith(TESTS_PREFIX):
        return True
    if _KUBERNETES.fullmatch(name) is None:
        return False
    ours = field_at(Settings, tuple(name.removeprefix(PREFIX).lower().split("__"))) is not None
    return not ours or environ[name].startswith(("tcp://", "udp://"))


def _from_flags(flags: Mapping[KeyPath, Any]) -> Document:
    value: dict[str, Any] = {}
    places: dict[KeyPath, str] = {}
    for short, each in flags.items():
        if each is not None:
            path = SHORTHANDS.get(short, short)
            places[path] = f"flag --{'-'.join(str(step) for step in short).replace('_', '-')}"
            _put(value, path, each)
    return Document("flags", value, places)


def _typed(text: str, kind: inspect.Type) -> Any:
    """Return the text of a variable in the type that its setting takes, as far as it goes."""
    bare = unwrap(kind)[0]
    if isinstance(bare, inspect.StrType):
        return text
    if isinstance(bare, inspect.VarTupleType):
        return [part.strip() for part in text.split(",") if part.strip()]
    return scalar(text)


def setting_paths(into: type[msgspec.Struct] = Settings, above: KeyPath = ()) -> list[KeyPath]:
    """Return the paths of all settings, in the order of their declaration."""
    paths: list[KeyPath] = []
    kind = inspect.type_info(into)
    for field in kind.fields if isinstance(kind, inspect.StructType) else ():
        inner = unwrap(field.type)[0]
        path = (*above, field.encode_name)
        if isinstance(inner, inspect.StructType):
            paths.extend(setting_paths(inner.cls, path))
        else:
            paths.append(path)
    return paths


def _check(settings: Settings, whole: Document) -> None:
    faults: list[str] = []
    url = settings.upstream.url
    if url and not re.fullmatch(r"https?://[^\s/?#]+[^\s?#]*", url):
        faults.append(whole.fault(("upstream", "url"), "expected an http:// or https:// address"))
    elif url.rstrip("/").endswith("/completions"):
        faults.append(whole.fault(("upstream", "url"), "expected the base URL, which ends in /v1"))
    for path in _SECRETS[1:]:
        text = _get(whole.value, path)
        if text and not str(text).startswith(("env:", "file:")):
            faults.append(
                whole.fault(path, "secrets are not written here; use env:NAME or file:PATH")
            )
    if settings.ledger.spool_reserve_bytes >= settings.ledger.spool_limit_bytes:
        message = "the reserve must be smaller than spool_limit_bytes"
        faults.append(whole.fault(("ledger", "spool_reserve_bytes"), message))
    if settings.port and settings.port == settings.operations_port:
        faults.append(whole.fault(("operations_port",), "it is the port of the data plane too"))
    raise_faults(faults)


def _merge(below: dict[str, Any], above: Mapping[str, Any]) -> dict[str, Any]:
    merged = dict(below)
    for key, value in above.items():
        old = merged.get(key)
        both = isinstance(old, dict) and isinstance(value, dict)
        merged[key] = _merge(old, value) if both and old is not None else value
    return merged


def _get(value: Any, path: KeyPath) -> Any:
    for step in path:
        value = value.get(step) if isinstance(value, dict) else None
    return value


def _put(value: dict[str, Any], path: KeyPath, new: Any) -> None:
    for step in path[:-1]:
        inner = value.get(str(step))
        value[str(step)] = inner if isinstance(inner, dict) else {}
        value = value[str(step)]
    value[str(path[-1])] = new
