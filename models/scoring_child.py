"""The process in which a model of a folder runs, beside a worker: `python -m models.scoring_child`.

On its standard input come lines of JSON, ``{"texts": [...]}``; each is answered by a line on its
standard output, ``{"scores": [{label: probability}]}``, or ``{"error": kind}``. The first line that
it writes is ``{"labels": [...]}`` once the model is there. It ends with its input. Nothing is
fetched from anywhere: what is not in the folder is an error.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import msgspec

_WINDOW = 512
"""Most tokens of a text that are scored at once, if the model takes as many."""

_OFFLINE = {"HF_HUB_OFFLINE": "1", "TRANSFORMERS_OFFLINE": "1", "HF_DATASETS_OFFLINE": "1",
            "HF_HUB_DISABLE_TELEMETRY": "1", "TOKENIZERS_PARALLELISM": "false"}  # fmt: skip

Score = Callable[[Sequence[str]], list[dict[str, float]]]


class Model(NamedTuple):
    """A model that is loaded: its labels, and what scores texts with it."""

    labels: list[str]
    score: Score


def load_transformers(folder: Path, device: str) -> Model:
    """Load a sequence classifier with transformers and torch."""
    import torch
    from transformers import AutoModelForSequenceClassification, AutoTokenizer

    tokenizer = AutoTokenizer.from_pretrained(folder, local_files_only=True)
    model: Any = AutoModelForSequenceClassification.from_pretrained(folder, local_files_only=True)
    model = model.to(device).eval()
    settings = model.config
    labels = [str(settings.id2label[index]) for index in range(settings.num_labels)]
    window = _window(tokenizer.model_max_length, settings.max_position_embeddings)
    many = _is_multi(settings.to_dict(), len(labels))

    def score(texts: Sequence[str]) -> list[dict[str, float]]:
        encoded = tokenizer(
            list(texts), truncation=True, max_length=window, stride=window // 4, padding=True,
            return_overflowing_tokens=True, return_tensors="pt",
        )  # fmt: skip
        owners = encoded.pop("overflow_to_sample_mapping").tolist()
        with torch.inference_mode():
            logits = model(**encoded.to(device)).logits.float()
        odds = torch.sigmoid(logits) if many else torch.softmax(logits, dim=-1)
        return highest(len(texts), owners, odds.cpu().tolist(), labels)

    return Model(labels, score)


def load_onnx(folder: Path, device: str) -> Model:
    """Load ``model.onnx``, ``tokenizer.json`` and ``config.json`` with onnxruntime."""
    import numpy as np
    import onnxruntime as ort
    from tokenizers import Tokenizer

    settings = json.loads((folder / "config.json").read_text(encoding="utf-8"))
    named = settings.get("id2label") or {}
    labels = [str(named[str(index)]) for index in range(len(named))]
    tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
    window = _window(_WINDOW, settings.get("max_position_embeddings"))
    tokenizer.enable_truncation(max_length=window, stride=window // 4)
    tokenizer.enable_padding(pad_id=int(settings.get("pad_token_id") or 0))
    provider = "CUDAExecutionProvider" if device == "cuda" else "CPUExecutionProvider"
    if provider not in ort.get_available_providers():
        raise OSError(f"{provider} is not there")
    session = ort.InferenceSession(str(folder / "model.onnx"), providers=[provider])
    inputs = {each.name for each in session.get_inputs()}
    many = _is_multi(settings, len(labels))

    def score(texts: Sequence[str]) -> list[dict[str, float]]:
        pieces, owners = [], []
        for owner, first in enumerate(tokenizer.encode_batch(list(texts))):
            pieces += [first, *first.overflowing]
            owners += [owner] * (1 + len(first.overflowing))
        width = max(len(piece.ids) for piece in pieces)
        rows = {name: np.zeros((len(pieces), width), np.int64) for name in _PARTS}
        for at, piece in enumerate(pieces):
            for name, part in _PARTS.items():
                values = getattr(piece, part)
                rows[name][at, : len(values)] = values
        logits = session.run(None, {name: rows[name] for name in rows if name in inputs})[0]
        shifted = np.exp(logits - logits.max(axis=-1, keepdims=True))
        odds = 1 / (1 + np.exp(-logits)) if many else shifted / shifted.sum(-1, keepdims=True)
        return highest(len(texts), owners, odds.tolist(), labels)

    return Model(labels, score)


_PARTS = {"input_ids": "ids", "attention_mask": "attention_mask", "token_type_ids": "type_ids"}
LOADERS: dict[str, Callable[[Path, str], Model]] = {
    "transformers": load_transformers,
    "onnx": load_onnx,
}


def _window(*bounds: int | None) -> int:
    """Return how many tokens fit; tokenizers without a bound name an absurdly large one."""
    return min(_WINDOW, *(bound for bound in bounds if bound))


def _is_multi(settings: Mapping[str, Any], labels: int) -> bool:
    return settings.get("problem_type") == "multi_label_classification" or labels == 1


def highest(
    texts: int, owners: Iterable[int], odds: Iterable[Sequence[float]], labels: Sequence[str]
) -> list[dict[str, float]]:
    """Return each text's highest probability per label over its windows."""
    out = [dict.fromkeys(labels, 0.0) for _ in range(texts)]
    for owner, row in zip(owners, odds, strict=True):
        for label, value in zip(labels, row, strict=True):
            out[owner][label] = max(out[owner][label], float(value))
    return out


def serve(model: Model, lines: Iterable[bytes], write: Callable[[object], None]) -> None:
    """Answer each line; a text that cannot be scored is an error by the name of its kind."""
    write({"labels": model.labels})
    for line in lines:
        try:
            write({"scores": model.score(msgspec.json.decode(line)["texts"])})
        except (ValueError, RuntimeError, TypeError, KeyError, IndexError) as error:
            write({"error": type(error).__name__})


def main() -> None:
    """Load the model and serve. What libraries print goes to the standard error."""
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", type=Path)
    parser.add_argument("--runtime", choices=sorted(LOADERS), required=True)
    parser.add_argument("--device", choices=["cpu", "cuda"], default="cpu")
    asked = parser.parse_args()
    os.environ.update(_OFFLINE)
    out = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())

    def write(value: object) -> None:
        out.write(msgspec.json.encode(value) + b"\n")
        out.flush()

    serve(LOADERS[asked.runtime](asked.folder, asked.device), sys.stdin.buffer, write)


if __name__ == "__main__":
    main()
