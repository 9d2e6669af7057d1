"""Plays journeys with the `openai` package of whatever environment runs it; knows nothing of ours.

Reads `{"base_url", "key", "journeys": [{"name", "do", "args", ...}]}` from standard input and
writes `{name: outcome}` to standard output. Every name in `do` is a function below.
"""

from __future__ import annotations

import asyncio
import json
import sys

import openai
import pydantic


class Place(pydantic.BaseModel):
    """What the structured answers hold."""

    city: str
    degrees: int


def told(value):
    """Return what was received, as plain values: members that were not sent are not there."""
    return value.model_dump(mode="json", exclude_unset=True, warnings=False)


def failure(error):
    """Return an exception as plain values."""
    seen = {"class": type(error).__name__}
    for name in ("status_code", "code", "type", "param", "message", "body", "request_id"):
        if hasattr(error, name):
            seen[name] = getattr(error, name)
    return seen


def create(client, step):
    """One call, answered in one piece."""
    return {"value": told(client.chat.completions.create(**step["args"]))}


def heads(client, step):
    """The answer's headers beside its text."""
    raw = client.chat.completions.with_raw_response.create(**step["args"])
    return {"headers": dict(raw.headers), "value": told(raw.parse())}


def stream(client, step):
    """All chunks, and how it ended if not well."""
    raw = client.chat.completions.with_raw_response.create(stream=True, **step["args"])
    seen = {"chunks": [], "headers": dict(raw.headers)}
    try:
        for chunk in raw.parse():
            seen["chunks"].append(told(chunk))
    except (openai.OpenAIError, ValueError) as error:
        seen["error"] = failure(error)
    except Exception as error:  # noqa: BLE001 -- the transport's own errors differ by version
        seen["broken"] = type(error).__name__
    return seen


def helper(client, step):
    """The streaming helper: names of its events and the completion that it puts together."""
    with client.chat.completions.stream(**step["args"]) as events:
        kinds = [event.type for event in events]
        return {"kinds": sorted(set(kinds)), "value": told(events.get_final_completion())}


def parse(client, step):
    """A structured answer, parsed."""
    value = client.chat.completions.parse(response_format=Place, **step["args"])
    message = value.choices[0].message
    parsed = message.parsed
    return {
        "parsed": parsed and parsed.model_dump(),
        "refusal": message.refusal,
        "finish_reason": value.choices[0].finish_reason,
    }


def leave(client, step):
    """Take some chunks, then close the stream."""
    seen = []
    raw = client.chat.completions.with_raw_response.create(stream=True, **step["args"])
    answer = raw.parse()
    for chunk in answer:
        seen.append(told(chunk))
        if len(seen) == step["after"]:
            break
    answer.close()
    return {"chunks": seen, "headers": dict(raw.headers)}


def models(client, step):
    """The list of models."""
    return {"value": [told(model) for model in client.models.list().data]}


def embed(client, step):
    """Embeddings."""
    return {"value": told(client.embeddings.create(**step["args"]))}


async def _one(client, args):
    return told(await client.chat.completions.create(**args))


async def _streamed(client, args):
    chunks = await client.chat.completions.create(stream=True, **args)
    return [told(chunk) async for chunk in chunks]


async def _together(base_url, key, step):
    async with openai.AsyncOpenAI(base_url=base_url, api_key=key) as client:
        calls = [_one(client, step["args"]) for _ in range(step["times"])]
        calls += [_streamed(client, step["args"]) for _ in range(step["times"])]
        values = await asyncio.gather(*calls)
    return {"values": values[: step["times"]], "streams": values[step["times"] :]}


def together(client, step):
    """Several calls and streams at once, by the asynchronous client."""
    return asyncio.run(_together(str(client.base_url), client.api_key, step))


DO = {
    each.__name__: each
    for each in (create, heads, stream, helper, parse, leave, models, embed, together)
}


def play(client, step):
    """Play one journey."""
    client = client.with_options(max_retries=step.get("retries", 2))
    try:
        return DO[step["do"]](client, step)
    except openai.OpenAIError as error:
        return {"error": failure(error)}


def main():
    """Play what standard input asks for."""
    asked = json.load(sys.stdin)
    client = openai.OpenAI(base_url=asked["base_url"], api_key=asked["key"], timeout=30)
    outcome = {step["name"]: play(client, step) for step in asked["journeys"]}
    json.dump(outcome, sys.stdout, default=str)


main()
