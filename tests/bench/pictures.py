"""The picture fingerprint, measured: pictures that have nothing to do with each other, and changed
copies.

    python -m tests.bench.pictures [--count 640 | --folder DIR] [--asked N] [--changed N] [--grey]

``--folder DIR`` reads pictures of your own; a folder in it is a kind. Two pictures of one folder
whose names are alike up to the first digit, dash, underscore or dot are one family (sizes, variants
of one drawing) and not compared. Without it pictures of eleven kinds are made up (``--grey``:
without colours and at full contrast, so that only their structure tells them apart).

Every picture, or ``--asked`` of each kind, is asked for among all others, through all windows and
whatever the index would select. For each kind there is a line: how many pictures show enough to be
traced, how many pairs have near hashes, how many of those are leads and how many are attributed,
and what that proves of the share of false attributions (95 %, Poisson; pairs share pictures, so it
is a guide and no more); then the attributed pairs, to be looked at: some may be one picture after
all. A line per change follows: how many copies of traceable pictures the finder attributes, by
kind, how far the hashes of the farthest were, and where the missed ones were lost. Pictures larger
than 1024 on a side are first made smaller. ``--cost`` alone: processor time of a 1024 by 1024
picture beside that of decoding and encoding it by Pillow.
"""

from __future__ import annotations

import argparse
import io
import json
import os
import re
import sys
import time
from collections import Counter
from collections.abc import Callable
from math import exp
from multiprocessing import Pool
from pathlib import Path
from statistics import median
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageOps

from gateway.ledger.finder import ATTRIBUTED, picture_confidence
from gateway.matching.picture_hash import MOST_DIFFERENT, Nearness, looks, nearness, sought
from gateway.matching.picture_index import bands
from gateway.nouns.picture import Looks, Sought
from tests.bench.picture_changes import CHANGES, encoded
from tests.bench.picture_makers import kind_of, made

_LARGEST = 1024
_NAME = re.compile(r"[^0-9_.@-]*")
_MISSED = ("looks", "index", "hash", "detail")


class Item(NamedTuple):
    """A picture to measure with: a number, or a file."""

    name: str
    kind: str
    family: str
    grey: bool = False


class Known(NamedTuple):
    """A picture and what is known of it."""

    item: Item
    kept: Looks
    asked: list[Sought]


class Copy(NamedTuple):
    """A changed copy: how near it is, how sure that makes, and where it was lost (else empty)."""

    change: str
    kind: str
    near: Nearness
    sure: float
    lost: str


def items_of(folder: Path) -> list[Item]:
    """Return the pictures of a folder."""
    found = []
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            place = path.relative_to(folder)
            kind = place.parts[0] if len(place.parts) > 1 else "all"
            begins = _NAME.match(path.name)
            family = f"{place.parent}/{begins[0] if begins else ''}"
            found.append(Item(str(path), kind, family.lower()))
    return found


def picture_of(item: Item) -> Image.Image | None:
    """Return a picture as it is released; None if it cannot be opened."""
    if item.name.isdigit():
        return made(int(item.name), grey=item.grey)
    try:
        with Image.open(item.name) as opened:
            clear = ImageOps.exif_transpose(opened).convert("RGBA")
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError):
        return None
    ground = Image.new("RGBA", clear.size, "white")
    ground.alpha_composite(clear)
    ground.thumbnail((_LARGEST, _LARGEST))
    return ground.convert("RGB") if min(ground.size) >= 16 else None


def _known(item: Item) -> Known | Item | None:
    """Return what is known of a picture; only its name if it shows too little, None if it is no
    picture."""
    picture = picture_of(item)
    if picture is None:
        return None
    content = encoded(picture, compress_level=1)
    kept = looks(content)
    return item if kept is None else Known(item, kept, sought(content))


def _copies(item: Item) -> list[Copy]:
    """Return a traceable picture's changed copies."""
    picture = picture_of(item)
    kept = looks(encoded(picture, compress_level=1)) if picture else None
    if picture is None or kept is None:
        return []
    held = set(bands(kept.windows))
    found = []
    for name, change in CHANGES.items():
        asked = sought(change(picture, np.random.default_rng(len(item.name))))
        near = min((nearness(each.looks, kept) for each in asked), key=_rank, default=None)
        sure = picture_confidence(near) if near else 0.0
        led = any(held.intersection(each.probes) for each in asked)
        steps = (bool(asked), led, near is not None and near.likeness is not None,
                 sure >= ATTRIBUTED)  # fmt: skip
        lost = next((step for step, passed in zip(_MISSED, steps, strict=True) if not passed), "")
        found.append(Copy(name, item.kind, near or Nearness(256), 0.0 if lost else sure, lost))
    return found


def _rank(near: Nearness) -> tuple[float, int]:
    return -picture_confidence(near), near.apart


def _signs(pictures: list[tuple[bytes, ...]]) -> tuple[NDArray[np.float32], NDArray[np.int64]]:
    """Return the bits of all windows as 1 and -1, and where each picture's begin."""
    rows = np.frombuffer(b"".join(b"".join(each) for each in pictures), np.uint8)
    bits = np.unpackbits(rows.reshape(-1, 32), axis=1).astype(np.float32)
    starts = np.cumsum([0, *(len(each) for each in pictures[:-1])])
    return 2 * bits - 1, starts


def nearest(asked: list[tuple[bytes, ...]], kept: list[tuple[bytes, ...]]) -> NDArray[np.int16]:
    """Return in how many bits each picture asked for and each picture kept differ at least."""
    found = np.full((len(asked), len(kept)), 256, np.int16)
    for column in range(0, len(kept), 256):
        known, starts = _signs(kept[column : column + 256])
        for row in range(0, len(asked), 16):
            mine, begins = _signs(asked[row : row + 16])
            alike = np.maximum.reduceat(mine @ known.T, starts, axis=1)
            alike = np.maximum.reduceat(alike, begins, axis=0)
            found[row : row + 16, column : column + 256] = (256 - alike) / 2
    return found


def bound(seen: int) -> float:
    """Return the largest mean with which so few would still be seen once in twenty times."""
    mean, step = float(seen), 4.0 * (seen + 1)
    while step > 1e-6:
        term = total = exp(-(mean + step))
        for number in range(1, seen + 1):
            term *= (mean + step) / number
            total += term
        mean += step if total > 0.05 else 0.0
        step /= 2
    return mean


def unrelated(known: list[Known], most: int) -> tuple[list[dict[str, Any]], list[list[Any]]]:
    """Return the line of each kind and of all, and the pairs that are attributed."""
    counted: Counter[str] = Counter()
    asked = []
    for each in known:
        counted[each.item.kind] += 1
        if counted[each.item.kind] <= most:
            asked.append(each)
    windows = [tuple(w for one in each.asked for w in one.looks.windows) for each in asked]
    apart = nearest(windows, [each.kept.windows for each in known])
    families = np.unique([each.item.family for each in known], return_inverse=True)[1]
    place = {id(each): number for number, each in enumerate(known)}
    tallies: dict[str, Counter[str]] = {}
    false: list[list[Any]] = []
    for row, each in enumerate(asked):
        others = families != families[place[id(each)]]
        near = np.flatnonzero(others & (apart[row] <= MOST_DIFFERENT)).tolist()
        judged = [_judged(each, known[other]) for other in near]
        tally = tallies.setdefault(each.item.kind, Counter())
        tally.update(asked=1, pairs=int(others.sum()), near=len(near))
        for other, (step, sure) in zip(near, judged, strict=True):
            tally["leads"] += 0 < sure < ATTRIBUTED
            if sure >= ATTRIBUTED:
                tally["attributed"] += 1
                likeness = step.likeness
                false.append([each.item.name, known[other].item.name, step.apart,
                              round(likeness.correlation, 3) if likeness else 0,
                              round(likeness.error, 1) if likeness else 0])  # fmt: skip
    tallies["all"] = sum(tallies.values(), Counter())
    lines = [
        {"kind": kind, **{name: tally[name] for name in
                          ("asked", "pairs", "near", "leads", "attributed")},
         "share_bound_95": float(f"{bound(tally['attributed']) / max(tally['pairs'], 1):.2g}")}
        for kind, tally in tallies.items()
    ]  # fmt: skip
    return lines, false


def _judged(asked: Known, known: Known) -> tuple[Nearness, float]:
    near = min((nearness(each.looks, known.kept) for each in asked.asked), key=_rank)
    return near, picture_confidence(near)


def changed(told: list[Copy]) -> dict[str, Any]:
    """Return the line of one change."""
    of_kind = Counter(each.kind for each in told)
    right = Counter(each.kind for each in told if not each.lost)
    alike = [each.near.likeness for each in told if each.near.likeness]
    return {
        "change": told[0].change, "copies": len(told), "attributed": right.total(),
        "missed": {kind: count - right[kind] for kind, count in of_kind.items()
                   if right[kind] < count},
        "lost_by": Counter(each.lost for each in told if each.lost),
        "hashes_within": {most: sum(each.near.apart <= most for each in told)
                          for most in range(20, 91, 10)},
        "least_correlation": round(min((each.correlation for each in alike), default=0), 3),
        "most_error": round(max((each.error for each in alike), default=0), 1),
    }  # fmt: skip


def costs() -> list[dict[str, Any]]:
    """Return what looking at a picture and asking for it cost, and what encoding it anew does: the
    median of processor milliseconds, taken in turns."""
    noise = np.random.default_rng(1).normal(0, 8, (1024, 1024, 3))
    smooth = np.asarray(made(0, grey=False).resize((1024, 1024)), float)
    picture = Image.fromarray(np.clip(smooth + noise, 0, 255).astype(np.uint8))
    lines = []
    for kind in ("PNG", "JPEG"):
        content = encoded(picture, kind)
        works: dict[str, Callable[[], object]] = {
            "decoded": lambda c=content: Image.open(io.BytesIO(c)).load(),
            "encoded_anew": lambda c=content, k=kind: encoded(Image.open(io.BytesIO(c)), k),
            "looks": lambda c=content: looks(c),
            "sought": lambda c=content: sought(c),
        }
        took: dict[str, list[float]] = {name: [] for name in works}
        for _ in range(9):
            for name, work in works.items():
                began = time.process_time()
                work()
                took[name].append(1_000 * (time.process_time() - began))
        lines.append({"file": kind, **{n: round(median(each), 1) for n, each in took.items()}})
    return lines


def main() -> None:
    """Read or make, compare, print."""
    parser = argparse.ArgumentParser(description="Measures the picture fingerprint.")
    parser.add_argument("--folder", type=Path, help="pictures of your own, a folder for each kind")
    parser.add_argument("--count", type=int, default=640, help="made-up pictures that are kept")
    parser.add_argument("--asked", type=int, default=1 << 30, help="asked for, of each kind (all)")
    parser.add_argument("--changed", type=int, default=20, help="changed, of each kind")
    parser.add_argument("--cost", action="store_true", help="processor time, and nothing else")
    parser.add_argument("--grey", action="store_true", help="made up without colours")
    said = parser.parse_args()
    if said.cost:
        for line in costs():
            tell(line)
        return
    numbers = range(said.count)
    items = (
        items_of(said.folder) if said.folder
        else [Item(str(n), kind_of(n), str(n), said.grey) for n in numbers]
    )  # fmt: skip
    os.environ["OPENBLAS_NUM_THREADS"] = "1"
    with Pool(2) as pool:
        seen = [each for each in pool.imap(_known, items, 8) if each]
        known = [each for each in seen if isinstance(each, Known)]
        plain = Counter(each.kind for each in seen if isinstance(each, Item))
        traceable = Counter(each.item.kind for each in known)
        tell({"pictures": len(seen), "traceable": traceable, "show_too_little": plain})
        lines, false = unrelated(known, said.asked)
        for line in lines:
            tell(line)
        for pair in false:
            tell({"attributed": pair})
        told: Counter[str] = Counter()
        some = []
        for each in known:
            told[each.item.kind] += 1
            if told[each.item.kind] <= said.changed:
                some.append(each.item)
        copies = [each for found in pool.imap(_copies, some, 4) for each in found]
    for name in CHANGES if copies else ():
        tell(changed([each for each in copies if each.change == name]))


def tell(line: dict[str, Any]) -> None:
    """Print a line at once."""
    sys.stdout.write(json.dumps(line) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
