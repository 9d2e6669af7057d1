"""The field maps of these protocols: which string is what, and where the files stand.

Sources: OpenAI's API reference for images and speech, Alibaba Cloud's reference for the text to
image service of DashScope (Model Studio). What is not here is unknown, and judged as such.
"""

from __future__ import annotations

from gateway.nouns.segment import FieldClass
from gateway.wire.field_map import PLAIN, PLAIN_TREE, UNKNOWN, Node

_USER = Node(FieldClass.USER)
_PICTURE = Node(media="image")
_SOUND = Node(media="audio")
_ERROR = Node(members={"type": PLAIN, "code": PLAIN, "param": PLAIN})


def _plain(*names: str) -> dict[str, Node]:
    return dict.fromkeys(names, PLAIN)


_REFERENCE = Node(members={"image_url": _PICTURE, "file_id": PLAIN})

IMAGE_REQUEST = Node(
    members={
        "prompt": _USER,
        "user": UNKNOWN,
        "images": Node(items=_REFERENCE),
        "image": Node(media="image", items=_PICTURE),
        "mask": Node(media="image", members={"image_url": _PICTURE, "file_id": PLAIN}),
        **_plain(
            "model", "size", "quality", "response_format", "style", "background", "moderation",
            "output_format", "input_fidelity",
        ),
    }
)  # fmt: skip
"""The map of a request for images (``/images/generations``, ``/images/edits``)."""

_ENTRY = Node(
    members={
        "b64_json": _PICTURE,
        "url": _PICTURE,
        "revised_prompt": Node(FieldClass.CONTENT),
    }
)
_IMAGE_WORDS = _plain("background", "output_format", "quality", "size", "model", "object")

IMAGE_ANSWER = Node(
    members={
        "data": Node(items=_ENTRY),
        "usage": PLAIN_TREE,
        "error": _ERROR,
        **_IMAGE_WORDS,
    }
)
"""The map of a whole answer."""

IMAGE_EVENT = Node(
    members={
        "type": PLAIN,
        "b64_json": _PICTURE,
        "url": _PICTURE,
        "revised_prompt": Node(FieldClass.CONTENT),
        "usage": PLAIN_TREE,
        "error": _ERROR,
        **_IMAGE_WORDS,
    }
)
"""The map of one event of a stream (``image_generation.*``, ``image_edit.*``)."""

SPEECH_REQUEST = Node(
    members={
        "input": _USER,
        "instructions": _USER,
        "voice": Node(plain=True, members={"id": PLAIN}),
        **_plain("model", "response_format", "stream_format"),
    }
)
"""The map of a request for speech (``/audio/speech``)."""

SPEECH_EVENT = Node(members={"type": PLAIN, "audio": _SOUND, "usage": PLAIN_TREE, "error": _ERROR})
"""The map of one event of streamed speech (``speech.audio.*``)."""

TASK_REQUEST = Node(
    members={
        "model": PLAIN,
        "input": Node(
            members={
                "prompt": _USER,
                "negative_prompt": _USER,
                "ref_img": _PICTURE,
                "ref_image_url": _PICTURE,
                "base_image_url": _PICTURE,
                "mask_image_url": _PICTURE,
                "function": PLAIN,
            }
        ),
        "parameters": Node(members=_plain("size", "style", "ref_mode")),
    }
)
"""The map of a request for image synthesis."""

_RESULT = Node(
    members={
        "url": _PICTURE,
        "orig_prompt": Node(FieldClass.CONTENT),
        "actual_prompt": Node(FieldClass.CONTENT),
        "code": PLAIN,
    }
)

TASK_ANSWER = Node(
    members={
        "request_id": PLAIN,
        "code": PLAIN,
        "output": Node(
            members={
                "task_id": PLAIN,
                "task_status": PLAIN,
                "code": PLAIN,
                "results": Node(items=_RESULT),
                "task_metrics": PLAIN_TREE,
                # Its own form of a moment: "2026-01-02 03:04:05.678".
                **_plain("submit_time", "scheduled_time", "end_time"),
            }
        ),
        "usage": PLAIN_TREE,
        "error": _ERROR,
    }
)
"""The map of a task's state; a task that succeeded names its pictures."""
