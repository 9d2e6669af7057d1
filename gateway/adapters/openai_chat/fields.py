"""The field map of OpenAI chat completions and of what its relatives add: which string is what.

Source: OpenAI's API reference for chat completions (the chat completion object and its chunk), and
the members that vLLM, transformers, LiteLLM, DeepSeek, OpenRouter, Mistral and Azure are known to
send. What is not here is unknown, and judged as such.
"""

from __future__ import annotations

from gateway.nouns.segment import FieldClass, TextForm
from gateway.wire.field_map import NAMED, PLAIN, PLAIN_TREE, UNKNOWN, Node, subtree

_TOOL_TREE = subtree(FieldClass.TOOL_DEFINITION)
_TOOL_TEXT = Node(FieldClass.TOOL_DEFINITION)


# -- requests ------------------------------------------------------------------------------------


_CACHE = Node(members={"type": UNKNOWN, "ttl": UNKNOWN})


def _part(field_class: FieldClass) -> Node:
    text = Node(field_class)
    return Node(
        members={
            "type": PLAIN,
            "text": text,
            "refusal": text,
            "thinking": text,
            "cache_control": _CACHE,
            "image_url": Node(
                media="image",
                members={"url": Node(media="image"), "detail": PLAIN, "format": PLAIN},
            ),
            "input_audio": Node(
                media="audio", members={"data": Node(media="audio"), "format": PLAIN}
            ),
            "video_url": Node(media="video", members={"url": Node(media="video")}),
            "file": Node(
                members={
                    "file_id": PLAIN,
                    "file_data": Node(media="file"),
                    "filename": text,
                    "format": PLAIN,
                }
            ),
        }
    )


TEXT_PARTS = frozenset({"text", "refusal", "thinking"})
"""Types of content parts that are text alone."""

MEDIA_PARTS = frozenset({"image_url", "input_audio", "video_url", "file"})
"""Types of content parts whose media the map finds."""


def _calls(arguments: FieldClass) -> dict[str, Node]:
    name = Node(arguments)
    function = Node(
        name="", members={"name": name, "arguments": Node(arguments, form=TextForm.JSON)}
    )
    custom = Node(name="", members={"name": name, "input": Node(arguments)})
    call = Node(members={"id": PLAIN, "type": PLAIN, "function": function, "custom": custom})
    legacy = Node(members={"name": name, "arguments": Node(arguments, form=TextForm.JSON)})
    return {"tool_calls": Node(items=call, numbered=True), "function_call": legacy}


_CITATION = Node(
    members={"url": UNKNOWN, "title": UNKNOWN, "start_index": UNKNOWN, "end_index": UNKNOWN}
)


def _message(field_class: FieldClass) -> Node:
    text = Node(field_class)
    return Node(
        members={
            "role": PLAIN,
            "content": Node(field_class, items=_part(field_class)),
            "name": text,
            "tool_call_id": PLAIN,
            "refusal": text,
            "reasoning_content": text,
            "reasoning": text,
            "audio": Node(
                members={
                    "id": PLAIN,
                    "data": Node(media="audio"),
                    "transcript": text,
                    "expires_at": UNKNOWN,
                }
            ),
            "annotations": Node(items=Node(members={"type": UNKNOWN, "url_citation": _CITATION})),
            **dict.fromkeys(("partial", "prefix", "weight"), UNKNOWN),
            **_calls(field_class),
        }
    )


MESSAGES = {
    field_class: _message(field_class)
    for field_class in (
        FieldClass.SYSTEM,
        FieldClass.USER,
        FieldClass.HISTORY,
        FieldClass.TOOL_RESULT,
        FieldClass.UNKNOWN,
    )
}
"""The map of one message, by what its role and place make of it."""

_FUNCTION = Node(
    members={
        "name": _TOOL_TEXT, "description": _TOOL_TEXT, "parameters": _TOOL_TREE, "strict": UNKNOWN,
    }
)  # fmt: skip
_CUSTOM = Node(members={"name": _TOOL_TEXT, "description": _TOOL_TEXT, "format": _TOOL_TREE})
_TOOL = Node(
    members={"type": PLAIN, "function": _FUNCTION, "custom": _CUSTOM, "cache_control": _CACHE}
)

_FIGURES = dict.fromkeys(
    (
        "best_of", "enable_thinking", "frequency_penalty", "ignore_eos", "include_reasoning",
        "logprobs", "max_completion_tokens", "max_tokens", "min_p", "min_tokens", "n",
        "parallel_tool_calls", "presence_penalty", "repetition_penalty", "seed", "store", "stream",
        "temperature", "top_k", "top_logprobs", "top_p", "use_beam_search",
    ),
    UNKNOWN,
)  # fmt: skip
"""Members that are numbers or yes and no: their names are no text of anybody's."""

REQUEST = Node(
    members={
        "stream_options": Node(members={"include_usage": UNKNOWN, "include_obfuscation": UNKNOWN}),
        "messages": Node(),  # read message by message, see MESSAGES
        "model": PLAIN,
        "tools": Node(items=_TOOL),
        "functions": Node(items=_FUNCTION),
        "tool_choice": Node(
            plain=True,
            members={
                "type": PLAIN,
                "function": Node(members={"name": _TOOL_TEXT}),
                "custom": Node(members={"name": _TOOL_TEXT}),
                "allowed_tools": Node(members={"mode": PLAIN, "tools": Node(items=_TOOL)}),
            },
        ),
        "function_call": Node(plain=True, members={"name": _TOOL_TEXT}),
        "response_format": Node(
            members={
                "type": PLAIN,
                "json_schema": Node(
                    members={
                        "name": _TOOL_TEXT,
                        "description": _TOOL_TEXT,
                        "schema": _TOOL_TREE,
                        "strict": UNKNOWN,
                    }
                ),
            }
        ),
        "prediction": Node(
            members={
                "type": PLAIN,
                "content": Node(FieldClass.USER, items=_part(FieldClass.USER)),
            }
        ),
        "stop": UNKNOWN,
        "metadata": NAMED,
        "user": UNKNOWN,
        "safety_identifier": UNKNOWN,
        "modalities": PLAIN,
        "audio": Node(members={"voice": PLAIN, "format": PLAIN}),
        "service_tier": PLAIN,
        "reasoning_effort": PLAIN,
        "verbosity": PLAIN,
        "logit_bias": NAMED,
        "prompt_cache_key": PLAIN,
        "prompt_cache_retention": PLAIN,
        "guided_json": _TOOL_TREE,
        **_FIGURES,
        "thinking": Node(members={"type": PLAIN}),
        "reasoning": Node(members={"effort": PLAIN, "summary": PLAIN}),
    }
)
"""The map of a request's body; its messages are in MESSAGES."""


# -- answers -------------------------------------------------------------------------------------


def _answer_message(form: TextForm) -> Node:
    reasoning = Node(FieldClass.REASONING)
    joined = Node(FieldClass.REASONING, name="")
    text = Node(FieldClass.CONTENT, form=form, name="")
    part = Node(
        name="",
        members={
            "type": PLAIN,
            "text": text,
            "image_url": Node(media="image", members={"url": Node(media="image"), "detail": PLAIN}),
            "thinking": Node(
                FieldClass.REASONING,
                name="thinking",
                items=Node(name="", members={"type": PLAIN, "text": joined}),
            ),
        },
    )
    image = Node(members={"type": PLAIN, "image_url": Node(members={"url": Node(media="image")})})
    detail = Node(
        members={
            "type": PLAIN,
            "id": PLAIN,
            "format": PLAIN,
            "text": reasoning,
            "summary": reasoning,
            "signature": PLAIN,
            "data": PLAIN,
        }
    )
    block = Node(members={"type": PLAIN, "thinking": reasoning, "signature": PLAIN})
    return Node(
        name="",
        members={
            "role": PLAIN,
            "content": Node(FieldClass.CONTENT, form=form, items=part),
            "refusal": Node(FieldClass.REFUSAL),
            "reasoning_content": reasoning,
            "reasoning": reasoning,
            "reasoning_details": Node(items=detail, numbered=True),
            "thinking_blocks": Node(items=block),
            "audio": Node(
                members={
                    "id": PLAIN,
                    "data": Node(media="audio"),
                    "transcript": Node(FieldClass.CONTENT),
                }
            ),
            "images": Node(items=image, numbered=True),
            **_calls(FieldClass.TOOL_ARGUMENTS),
        },
    )


def _choice(form: TextForm) -> Node:
    message = _answer_message(form)
    return Node(
        members={
            "delta": message,
            "message": message,
            "text": Node(FieldClass.CONTENT, form=form),
            "finish_reason": PLAIN,
            "native_finish_reason": PLAIN,
            "logprobs": Node(),  # read by its own rules, see logprobs.py
            "content_filter_results": PLAIN_TREE,
            "content_filter_offsets": PLAIN_TREE,
        }
    )


CHOICES = {form: _choice(form) for form in TextForm}
"""The map of one choice, streamed or whole, by the form of its content."""

ANSWER = Node(
    members={
        "id": PLAIN,
        "object": PLAIN,
        "model": PLAIN,
        "system_fingerprint": PLAIN,
        "service_tier": PLAIN,
        "provider": PLAIN,
        "obfuscation": PLAIN,
        "usage": PLAIN_TREE,
        "prompt_filter_results": PLAIN_TREE,
        "choices": Node(),  # read choice by choice, see CHOICES
        "error": Node(members={"type": PLAIN, "code": PLAIN, "param": PLAIN}),
        "x_groq": Node(members={"id": PLAIN, "usage": PLAIN_TREE}),
    }
)
"""The map of an answer's body, whole or one event of a stream."""
