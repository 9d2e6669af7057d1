"""Log probabilities are text too: what was nearly said, and what was said a second time."""

from __future__ import annotations

from collections.abc import Generator
from typing import Any

from gateway.nouns.segment import Channel, FieldClass, Pointer
from gateway.ports.adapter import Piece
from gateway.wire.json import KEY, strings

_ENTRY = frozenset({"token", "bytes", "logprob", "top_logprobs"})
_USUAL = frozenset({"token", "bytes", "logprob"})
_PORTION = 128
"""Tokens that are read at once, with twenty alternatives each: about a millisecond."""


def logprob_pieces(
    logprobs: Any, choice: int, slot: Pointer, said: dict[str, str]
) -> Generator[bool, None, list[Piece]]:
    """Return what a reader of ``logprobs`` sees beyond what was ``said`` (by ``content`` and
    ``refusal``) in the same event. Yields True between two portions of a long list.

    Alternatives are one piece on the channel ``logprobs``, a line each. Chosen tokens that do not
    spell what was said are judged on ``logprobs.<list>``, joined as a reader would join them.
    """
    if logprobs is None:
        return []
    pieces: list[Piece] = []
    others: list[str] = []
    lists = logprobs if isinstance(logprobs, dict) else {"": logprobs}
    for name, entries in lists.items():
        if name not in said or not (entries is None or _known(entries)):
            others += _spoken({name: entries})
            continue
        pieces += _chosen(entries or [], Channel(choice, f"logprobs.{name}"), slot, said[name])
        for number, entry in enumerate(entries or (), 1):
            others += _alternatives(entry)
            if number % _PORTION == 0:
                yield True
    if others:
        text = "\n".join(others) + "\n"
        pieces.append(Piece(Channel(choice, "logprobs"), text, FieldClass.LOGPROB, slot=slot))
    return pieces


def _chosen(entries: list[Any], channel: Channel, slot: Pointer, said: str) -> list[Piece]:
    """Return the chosen tokens as a piece, unless they spell just what was said, or nothing."""
    chosen = "".join(entry["token"] for entry in entries)
    spelled = _spelled(entries)
    if spelled is None or spelled == chosen:
        text = "" if chosen == said else chosen
    else:
        text = f"{chosen}\n{spelled}\n"
    return [Piece(channel, text, FieldClass.LOGPROB, slot=slot)] if text else []


def _known(entries: Any) -> bool:
    return isinstance(entries, list) and all(
        isinstance(entry, dict)
        and isinstance(entry.get("token"), str)
        and entry.keys() <= _ENTRY
        and isinstance(entry.get("top_logprobs"), (list, type(None)))
        for entry in entries
    )


def _spelled(entries: list[dict[str, Any]]) -> str | None:
    """Return what the ``bytes`` of all entries spell together, None if one has none."""
    spelled: list[bytes] = []
    for entry in entries:
        listed = _bytes(entry.get("bytes"))
        if listed is None:
            return None
        spelled.append(listed)
    return b"".join(spelled).decode("utf-8", "replace")


def _bytes(listed: Any) -> bytes | None:
    """Return the bytes of a list of their numbers, None for anything else."""
    if not isinstance(listed, list) or bool in map(type, listed):
        return None
    try:
        return bytes(listed)
    except (TypeError, ValueError):
        return None


def _alternatives(entry: dict[str, Any]) -> list[str]:
    chosen = entry["token"]
    others: list[str] = []
    for other in entry.get("top_logprobs") or ():
        texts = _usual(other) or dict.fromkeys(_spoken(other))
        others += [text for text in texts if text != chosen]
    if _bytes(entry.get("bytes")) is None:
        others += _spoken(entry.get("bytes"))
    return others


def _usual(other: Any) -> tuple[str, ...]:
    """Return the texts of an alternative of the usual form: a token, and what its bytes spell if
    that is another; nothing if it is none."""
    if not isinstance(other, dict) or other.keys() != _USUAL:
        return ()
    token, listed = other["token"], _bytes(other["bytes"])
    if type(token) is not str or type(other["logprob"]) not in (float, int) or not listed:
        return ()
    spelled = listed.decode("utf-8", "replace")
    return (token,) if spelled == token else (token, spelled)


def _spoken(value: Any) -> list[str]:
    """Return every text in a value of unknown shape: strings, keys, lists of byte numbers."""
    if listed := _bytes(value):
        return [listed.decode("utf-8", "replace")]
    if isinstance(value, dict):
        lists = [inner for inner in value.values() if isinstance(inner, (dict, list))]
        texts = [key for key in value if key not in _ENTRY]
        texts += [inner for inner in value.values() if isinstance(inner, str)]
        return texts + [text for inner in lists for text in _spoken(inner)]
    if isinstance(value, list):
        return [text for inner in value for text in _spoken(inner)]
    return [text for pointer, text in strings(value) if pointer[-1:] != (KEY,)]
