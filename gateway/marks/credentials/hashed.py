"""Manifests whose hash leaves a place out, for files in which the library knows no place itself.

The library's C interface signs so (``c2pa_builder_sign_data_hashed_embeddable``). Its package for
Python does not name these functions, so they are called here through the library that it loaded.
Without them such files are not signed (`can_sign_around` is false), and nothing else changes.

Its reader checks the hash, and then says ``assertion.dataHash.mismatch`` once more, since it finds
no manifest at the place left out: it does not know these formats. So what the hash leaves out is
compared here with the place where the manifest was found.
"""

from __future__ import annotations

import ctypes
from typing import Any

import msgspec
from c2pa import Builder, C2paError, Signer
from c2pa import c2pa as library

_BYTES = ctypes.POINTER(ctypes.c_ubyte)
_RAW = b"application/c2pa"
_NAMES = ("c2pa_builder_data_hashed_placeholder", "c2pa_builder_sign_data_hashed_embeddable")
_RESERVED = 12_000
"""Bytes that the signature may take, certificates and time stamp included."""

_MISMATCH = "assertion.dataHash.mismatch"
_HARMLESS = frozenset({"signingCredential.untrusted", _MISMATCH})


def can_sign_around() -> bool:
    """True if the loaded library has what `signed_around` calls."""
    return all(hasattr(library._lib, name) for name in _NAMES)


def signed_around(builder: Builder, signer: Signer, digest: bytes, place: tuple[int, int]) -> bytes:
    """Return a manifest for a file whose hash leaves out the ``place`` (start and length).

    ``digest`` is the SHA-256 of everything else. The builder can be used once. Raises C2paError.
    """
    reserve, sign = (getattr(library._lib, name) for name in _NAMES)
    reserve.restype = sign.restype = ctypes.c_int64
    one, two = _BYTES(), _BYTES()
    made = ctypes.c_void_p(_handle(builder))
    _taken(reserve(made, ctypes.c_size_t(_RESERVED), _RAW, ctypes.byref(one)), one)
    told = {
        "exclusions": [{"start": place[0], "length": place[1]}],
        "name": "jumbf manifest",
        "alg": "sha256",
        "hash": list(digest),
        "pad": [],
    }
    size = sign(
        made,
        ctypes.c_void_p(_handle(signer)),
        msgspec.json.encode(told),
        _RAW,
        None,
        ctypes.byref(two),
    )
    return _taken(size, two)


def state_around(report: str, details: str, place: tuple[int, int]) -> str:
    """Return a validation state as the library would say it if it knew the ``place``.

    ``report`` and ``details`` are the reader's. The hash must have matched and must leave out the
    place and nothing else; further failures but that of an unknown signer are ``Invalid``.
    """
    try:
        whole: dict[str, Any] = msgspec.json.decode(report)
        results = whole["validation_results"]["activeManifest"]
        good = [each["code"] for each in results["success"]]
        bad = [each["code"] for each in results["failure"]]
        store = msgspec.json.decode(details)["manifests"][whole["active_manifest"]]
        hashed = [v for k, v in store["assertion_store"].items() if k.startswith("c2pa.hash.")]
        left_out = [(each["start"], each["length"]) for each in hashed[0]["exclusions"]]
    except (msgspec.DecodeError, LookupError, TypeError, AttributeError):
        return "Invalid"
    whole_hash = "assertion.dataHash.match" in good and bad.count(_MISMATCH) <= 1
    if len(hashed) != 1 or left_out != [place] or not whole_hash or not _HARMLESS.issuperset(bad):
        return "Invalid"
    return "Trusted" if "signingCredential.trusted" in good else "Valid"


def results_around(report: str) -> dict[str, Any]:
    """Return what a reader says of a manifest whose state is not ``Invalid`` by `state_around`,
    without what it says for not knowing the place."""
    results: dict[str, Any] = msgspec.json.decode(report)["validation_results"]
    active = results["activeManifest"]
    active["failure"] = [each for each in active["failure"] if each["code"] != _MISMATCH]
    return results


def _handle(resource: Any) -> int:
    address = ctypes.cast(resource._handle, ctypes.c_void_p).value
    if not address:
        raise C2paError("closed")
    return address


def _taken(size: int, held: Any) -> bytes:
    """Return what a call gave, and free it there."""
    if size < 0 or not held:
        raise C2paError("not_signed")
    data = ctypes.string_at(held, size)
    library._lib.c2pa_manifest_bytes_free(held)
    return data
