"""Stand-ins for guards: servers on loopback that answer in the shape that each vendor publishes,
and that check who asks as the vendor does, by code of their own."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import math
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any, NamedTuple
from urllib.parse import parse_qsl, quote, unquote

from aiohttp import web

KEY_ID, KEY = "an-id", "a-secret"


class Said(NamedTuple):
    """What a stand-in makes of a text: a level (safe, controversial, unsafe) and a word of its own
    for the harm."""

    level: str = "safe"
    word: str = ""


class Heard(NamedTuple):
    """A request as it came in."""

    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def form(self) -> dict[str, str]:
        """The body as a form."""
        return dict(parse_qsl(self.body.decode(), keep_blank_values=True))

    @property
    def json(self) -> Any:
        """The body as JSON."""
        return json.loads(self.body)


class StandIn:
    """A guard's server. ``raw`` is answered as it is, if it is set."""

    def __init__(self, contract: str) -> None:
        self.contract = contract
        self.said = Said()
        self.raw: Any = None
        self.status = 200
        self.heard: list[Heard] = []
        self.texts: list[str] = []
        self.url = ""

    async def answer(self, request: web.Request) -> web.Response:
        """Check the request and answer it."""
        headers = {name.lower(): value for name, value in request.headers.items()}
        heard = Heard(request.path_qs, headers, await request.read())
        self.heard.append(heard)
        text, value = _VENDORS.get(self.contract, _chat)(heard, self)
        self.texts.append(text)
        if self.raw is not None:
            value = _completion(self.raw) if self.contract not in _VENDORS else self.raw
        body = value if isinstance(value, bytes) else json.dumps(value).encode()
        return web.Response(body=body, status=self.status)


@asynccontextmanager
async def standing_in(contract: str) -> AsyncIterator[StandIn]:
    """Run a stand-in on a free port."""
    one = StandIn(contract)
    application = web.Application(client_max_size=1 << 20)
    application.router.add_route("POST", "/{tail:.*}", one.answer)
    runner = web.AppRunner(application, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    one.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
    try:
        yield one
    finally:
        await runner.cleanup()


# -- chat models


def _completion(content: Any, first: dict[str, float] | None = None) -> dict[str, Any]:
    choice: dict[str, Any] = {"index": 0, "message": {"role": "assistant", "content": content}}
    if first:
        top = [{"token": word, "logprob": math.log(odds)} for word, odds in first.items()]
        choice["logprobs"] = {"content": [{"token": content, "top_logprobs": top}]}
    usage = {"prompt_tokens": 30, "completion_tokens": 10, "total_tokens": 40}
    return {"object": "chat.completion", "choices": [choice], "usage": usage}


def _chat(heard: Heard, one: StandIn) -> tuple[str, Any]:
    assert heard.path == "/v1/chat/completions"
    assert heard.headers["authorization"] == f"Bearer {KEY}"
    asked = heard.json
    assert asked["temperature"] == 0
    assert asked["stream"] is False
    return asked["messages"][-1]["content"], _CHATS[one.contract](asked, one.said)


def _qwen3guard(asked: Any, said: Said) -> Any:
    assert [each["role"] for each in asked["messages"]] in (["user"], ["user", "assistant"])
    return _completion(f"Safety: {said.level.capitalize()}\nCategories: {said.word or 'None'}")


def _llama_guard(asked: Any, said: Said) -> Any:
    return _completion("\n\nsafe" if said.level == "safe" else f"\n\nunsafe\n{said.word}")


def _shieldgemma(asked: Any, said: Said) -> Any:
    assert asked["logprobs"] is True
    assert asked["top_logprobs"] >= 2
    about = asked["chat_template_kwargs"]["guideline"]
    yes = 0.8 if said.word and said.word in about else 0.1
    return _completion("Yes" if yes > 0.5 else "No", {"Yes": yes, "No": 0.9 - yes, "▁The": 0.1})


def _granite(asked: Any, said: Said) -> Any:
    risk = asked["chat_template_kwargs"]["guardian_config"]["risk_name"]
    word = "yes" if said.level != "safe" and said.word == risk else "no"
    return _completion(f"<think>\nIs it <score> there?\n</think>\n<score> {word} </score>")


def _nemoguard(asked: Any, said: Said) -> Any:
    rating = "safe" if said.level == "safe" else "unsafe"
    value = {"User Safety": rating}
    if asked["messages"][-1]["role"] == "assistant":
        value = {"User Safety": "safe", "Response Safety": rating}
    if said.word:
        value["Safety Categories"] = said.word
    return _completion(json.dumps(value))


def _safeguard(asked: Any, said: Said) -> Any:
    assert [each["role"] for each in asked["messages"]] == ["system", "user"]
    assert asked["reasoning_effort"] == "low"
    value = {"violation": int(said.level != "safe"), "borderline": int(said.level[0] == "c"),
             "kinds": [said.word] if said.word else []}  # fmt: skip
    return _completion(f"Here it is: {json.dumps(value)}")


_CHATS: dict[str, Callable[[Any, Said], Any]] = {
    "qwen3guard": _qwen3guard, "llama_guard": _llama_guard, "shieldgemma": _shieldgemma,
    "granite_guardian": _granite, "nemoguard": _nemoguard, "gpt_oss_safeguard": _safeguard,
}  # fmt: skip


# -- services


def _openai(heard: Heard, one: StandIn) -> tuple[str, Any]:
    assert heard.path == "/v1/moderations"
    assert heard.headers["authorization"] == f"Bearer {KEY}"
    names = ["harassment", "hate", "illicit", "self-harm", "sexual", "sexual/minors", "violence"]
    scores = dict.fromkeys(names, 0.001)
    if one.said.word:
        scores[one.said.word] = 0.95 if one.said.level == "unsafe" else 0.4
    judged = {name: score > 0.5 for name, score in scores.items()}
    result = {"flagged": any(judged.values()), "categories": judged, "category_scores": scores}
    return heard.json["input"], {"id": "m", "model": "omni-moderation-latest", "results": [result]}


def _azure(heard: Heard, one: StandIn) -> tuple[str, Any]:
    assert heard.headers["ocp-apim-subscription-key"] == KEY
    path, _, query = heard.path.partition("?")
    assert query == "api-version=2024-09-01"
    if path == "/contentsafety/text:shieldPrompt":
        attack = one.said.word == "attack"
        found = {"userPromptAnalysis": {"attackDetected": attack}, "documentsAnalysis": []}
        return heard.json["userPrompt"], found
    assert path == "/contentsafety/text:analyze"
    assert len(heard.json["text"]) <= 10_000
    level = {"safe": 0, "controversial": 2, "unsafe": 6}[one.said.level]
    judged = [
        {"category": name, "severity": level if name == one.said.word else 0}
        for name in heard.json["categories"]
    ]
    return heard.json["text"], {"blocklistsMatch": [], "categoriesAnalysis": judged}


def _aliyun(heard: Heard, one: StandIn) -> tuple[str, Any]:
    form = heard.form
    given = form.pop("Signature")
    pairs = "&".join(
        f"{quote(name, safe='~')}={quote(form[name], safe='~')}" for name in sorted(form)
    )
    signed = f"POST&%2F&{quote(pairs, safe='~')}"
    right = hmac.new(f"{KEY}&".encode(), signed.encode(), hashlib.sha1).digest()
    assert base64.b64decode(given) == right
    assert form["Action"] == "TextModerationPlus"
    assert form["AccessKeyId"] == KEY_ID
    assert form["Service"] in ("llm_query_moderation", "llm_response_moderation")
    text = json.loads(form["ServiceParameters"])["content"]
    assert len(text) <= 2000
    level = {"safe": "none", "controversial": "medium", "unsafe": "high"}[one.said.level]
    label = one.said.word or "nonLabel"
    data = {"RiskLevel": level, "Result": [{"Label": label, "Confidence": 90.0}]}
    return text, {"Code": 200, "Message": "OK", "RequestId": "r", "Data": data}


def _tencent(heard: Heard, one: StandIn) -> tuple[str, Any]:
    scheme, _, rest = heard.headers["authorization"].partition(" ")
    given = dict(part.split("=", 1) for part in rest.split(", "))
    key_id, date, service, end = given["Credential"].split("/")
    seconds = int(heard.headers["x-tc-timestamp"])
    assert (scheme, key_id, service, end) == ("TC3-HMAC-SHA256", KEY_ID, "tms", "tc3_request")
    assert date == datetime.fromtimestamp(seconds, UTC).date().isoformat()
    names = given["SignedHeaders"].split(";")
    assert {"content-type", "host"} <= set(names)
    lines = "".join(f"{name}:{heard.headers[name].lower()}\n" for name in names)
    digest = hashlib.sha256(heard.body).hexdigest()
    canonical = "\n".join(["POST", "/", "", lines, given["SignedHeaders"], digest])
    string = "\n".join([scheme, str(seconds), f"{date}/{service}/{end}",
                        hashlib.sha256(canonical.encode()).hexdigest()])  # fmt: skip
    key = b"TC3" + KEY.encode()
    for part in (date, service, end, string):
        key = hmac.new(key, part.encode(), hashlib.sha256).digest()
    assert given["Signature"] == key.hex()
    assert heard.headers["x-tc-action"] == "TextModeration"
    text = base64.b64decode(heard.json["Content"]).decode()
    word = {"safe": "Pass", "controversial": "Review", "unsafe": "Block"}[one.said.level]
    return text, {"Response": {"Suggestion": word, "Label": one.said.word or "Normal",
                               "Score": 90, "Keywords": [], "RequestId": "r"}}  # fmt: skip


def _baidu(heard: Heard, one: StandIn) -> tuple[str, Any]:
    version, key_id, moment, valid, names, given = heard.headers["authorization"].split("/")
    assert (version, key_id, valid) == ("bce-auth-v1", KEY_ID, "1800")
    prefix = f"{version}/{key_id}/{moment}/{valid}"
    signing = hmac.new(KEY.encode(), prefix.encode(), hashlib.sha256).hexdigest()
    lines = sorted(f"{name}:{quote(heard.headers[name], safe='')}" for name in names.split(";"))
    canonical = "\n".join(["POST", heard.path, "", *lines])
    right = hmac.new(signing.encode(), canonical.encode(), hashlib.sha256).hexdigest()
    assert given == right
    assert heard.headers["x-bce-date"] == moment
    name, _, text = heard.body.decode().partition("=")
    assert name == "text"
    conclusion = {"safe": 1, "unsafe": 2, "controversial": 3}[one.said.level]
    answer: dict[str, Any] = {"log_id": 1, "conclusion": "-", "conclusionType": conclusion}
    if one.said.word:
        answer["data"] = [{"type": 12, "subType": int(one.said.word),
                           "conclusionType": conclusion, "hits": []}]  # fmt: skip
    return unquote(text), answer


def _yidun(heard: Heard, one: StandIn) -> tuple[str, Any]:
    form = heard.form
    given = form.pop("signature")
    assert heard.path == "/v5/text/check"
    assert form["signatureMethod"] == "SHA256"
    assert form["secretId"] == KEY_ID
    assert form["businessId"] == "b"
    assert 0 < int(form["nonce"]) <= 99_999_999_999
    assert len(form["timestamp"]) == 13
    joined = "".join(name + form[name] for name in sorted(form)) + KEY
    assert given == hashlib.sha256(joined.encode()).hexdigest()
    suggestion = {"safe": 0, "controversial": 1, "unsafe": 2}[one.said.level]
    labels = [{"label": int(one.said.word), "level": suggestion}] if one.said.word else []
    judged = {"suggestion": suggestion, "labels": labels, "taskId": "t"}
    return form["content"], {"code": 200, "msg": "ok", "result": {"antispam": judged}}


def _shumei(heard: Heard, one: StandIn) -> tuple[str, Any]:
    asked = heard.json
    assert heard.path == "/text/v4"
    assert asked["accessKey"] == KEY
    assert (asked["appId"], asked["eventId"], asked["type"]) == ("a", "e", "TEXTRISK")
    level = {"safe": "PASS", "controversial": "REVIEW", "unsafe": "REJECT"}[one.said.level]
    return asked["data"]["text"], {"code": 1100, "message": "-", "requestId": "r",
                                   "riskLevel": level, "riskLabel1": one.said.word or "normal",
                                   "allLabels": []}  # fmt: skip


_VENDORS: dict[str, Callable[[Heard, StandIn], tuple[str, Any]]] = {
    "openai_moderation": _openai, "azure_content_safety": _azure, "aliyun": _aliyun,
    "tencent": _tencent, "baidu": _baidu, "yidun": _yidun, "shumei": _shumei,
}  # fmt: skip
