"""RapidOCR: finds the lines of text in a picture and reads them, with models out of its own wheel.

The models are named by their paths, so nothing is ever looked for elsewhere: a wheel without them
is an error when this is made.
"""

from __future__ import annotations

from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from PIL import Image

HOW_TO_INSTALL = "pip install 'sealgate[ocr]'"
_BATCH = 6
_LEAST_SCORE = 0.4
"""Lines of which the model is less sure are noise."""

_SMALLEST_SIDE = 32
_TASKS = ("Det", "Cls", "Rec")


def missing_part() -> str:
    """Return what is not installed, in words; empty: all is there."""
    lacking = [name for name in ("rapidocr", "onnxruntime") if find_spec(name) is None]
    if lacking:
        return f"{' and '.join(lacking)} is not installed ({HOW_TO_INSTALL})"
    return "" if len(_models()) == len(_TASKS) else "the installed rapidocr has no models in it"


def _models() -> dict[str, str]:
    """Return the models that lie in the package, by what they do."""
    spec = find_spec("rapidocr")
    assert spec is not None
    folder = Path(next(iter(spec.submodule_search_locations or ()))) / "models"
    found = {task: sorted(folder.glob(f"*_{task.lower()}_*.onnx")) for task in _TASKS}
    return {task: str(files[0]) for task, files in found.items() if files}


class RapidOcrRuntime:
    """Reads one picture at a time, on one core. ``engine`` is a `rapidocr.RapidOCR`; what it raises
    where it finds nothing is ``nothing``."""

    def __init__(self, engine: Any, nothing: type[Exception]) -> None:
        self._engine = engine
        self._nothing = nothing

    @classmethod
    def load(cls) -> RapidOcrRuntime:
        """Load the models of the package. Raises RuntimeError if they are not there."""
        lacking = missing_part()
        if lacking:
            raise RuntimeError(lacking)
        from rapidocr import RapidOCR
        from rapidocr.main import RapidOCRError

        one = "EngineConfig.onnxruntime"
        params = {
            "Global.log_level": "critical",
            "Det.limit_type": "max",
            "Det.limit_side_len": 4096,  # whoever asks has made it small enough
            f"{one}.intra_op_num_threads": 1,
            f"{one}.inter_op_num_threads": 1,
            **{f"{task}.model_path": path for task, path in _models().items()},
        }
        return cls(RapidOCR(params=params), RapidOCRError)

    def lines(self, picture: Image.Image) -> Iterator[str]:
        """Yield the lines that stand in a picture, from the top. Each step is a few lines of work:
        who has no more time does not ask on."""
        import numpy as np

        if min(picture.size) < _SMALLEST_SIDE:
            picture = _on_ground(picture)
        pixels = np.ascontiguousarray(np.asarray(picture.convert("RGB"))[:, :, ::-1])
        try:
            crops, _ = self._engine.detect_and_crop(pixels, {})
        except self._nothing:
            return
        for at in range(0, len(crops), _BATCH):
            upright, _ = self._engine.cls_and_rotate(crops[at : at + _BATCH])
            read = self._engine.recognize_txt(upright)
            for text, score in zip(read.txts, read.scores, strict=True):
                if score >= _LEAST_SCORE and text.strip():
                    yield text


def _on_ground(picture: Image.Image) -> Image.Image:
    """Return a sliver in the middle of a ground that is large enough to look at."""
    from PIL import Image

    seen = picture.convert("RGB")
    size = tuple(max(side, _SMALLEST_SIDE) for side in seen.size)
    ground = Image.new("RGB", (size[0], size[1]), seen.getpixel((0, 0)))
    ground.paste(seen, ((size[0] - seen.width) // 2, (size[1] - seen.height) // 2))
    return ground
