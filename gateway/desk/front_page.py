"""The front page: what a browser sees at the root of the data plane, instead of a bare 404.

It names nothing of this installation: no version, no upstream, no policy. Whole in itself, without
any script.
"""

from __future__ import annotations

from base64 import b64encode
from hashlib import sha256
from html import escape
from string import Template

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from gateway.desk.page import wished_language
from gateway.desk.pages import PAGE, SECURITY

PATH = "/"

_STYLE = """
:root { color-scheme: light dark; --soft: #51606f; --line: #d9dfe6; --accent: #0b5cad; }
@media (prefers-color-scheme: dark) {
  :root { --soft: #a6b3c0; --line: #303b47; --accent: #6db3f8; }
}
body {
  margin: 0 auto; max-width: 42rem; padding: 2rem 1.25rem; line-height: 1.65;
  font-family: system-ui, -apple-system, "Segoe UI", Roboto, "PingFang SC", "Microsoft YaHei",
    "Noto Sans CJK SC", "WenQuanYi Micro Hei", sans-serif;
}
header { display: flex; justify-content: space-between; align-items: center; }
h1 { font-size: 1.7rem; line-height: 1.25; margin: 2rem 0 .5rem; }
p { color: var(--soft); margin: 0 0 1.5rem; }
a { color: var(--accent); }
dl { border-top: 1px solid var(--line); margin: 0; }
dt { font-weight: 650; padding-top: 1rem; }
dd { margin: 0; padding-bottom: 1rem; border-bottom: 1px solid var(--line); color: var(--soft); }
"""

_PAGE = Template(
    """<!doctype html>
<html lang="$html_lang">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>sealgate · $title</title>
<style>$style</style>
</head>
<body>
<header><strong>sealgate</strong><a href="/?lang=$other" lang="$other_lang">$switch</a></header>
<main>
<h1>$title</h1>
<p>$lead</p>
<dl>
$reading<dt>$program</dt><dd>$program_more</dd>
<dt>$health</dt><dd><a href="/livez">/livez</a> · <a href="/readyz">/readyz</a></dd>
</dl>
</main>
</body>
</html>
"""
)

_READING = Template('<dt><a href="$page">$reads</a></dt><dd>$reads_more</dd>\n')

_WORDS = {
    "en": {
        "html_lang": "en",
        "other": "zh",
        "other_lang": "zh-CN",
        "switch": "中文",
        "title": "A gateway in front of an AI service",
        "lead": "It checks what is asked and answered, marks what is generated, and keeps a record "
        "of every exchange.",
        "reads": "Was this made by this service?",
        "reads_more": "Have a file or a text read for its marks.",
        "program": "Programs",
        "program_more": "The API is below /v1: a client's base URL is this address with /v1.",
        "health": "Is it alive, is it ready?",
    },
    "zh": {
        "html_lang": "zh-CN",
        "other": "en",
        "other_lang": "en",
        "switch": "English",
        "title": "人工智能服务的安全网关",
        "lead": "检查提问与回答，为生成内容添加标识，并为每次交互留存记录。",
        "reads": "这是由本服务生成的吗？",
        "reads_more": "提交文件或文本，读取其中的标识。",
        "program": "程序接入",
        "program_more": "接口位于 /v1 之下：客户端的 base URL 为本地址加 /v1。",
        "health": "运行状态",
    },
}

_HASH = b64encode(sha256(_STYLE.encode()).digest()).decode()
_HEADERS = {
    **SECURITY,
    "content-security-policy": f"default-src 'none'; style-src 'sha256-{_HASH}'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    "cache-control": "no-cache",
    "vary": "accept-language",
}


def front_page(*, reads_marks: bool) -> Route:
    """Return the page. ``reads_marks``: the page that reads marks is served too."""

    async def show(request: Request) -> Response:
        """Say what this is."""
        language = wished_language(
            request.headers.get("accept-language", ""), request.query_params.get("lang")
        )
        said = {name: escape(text) for name, text in _WORDS[language].items()}
        reading = _READING.substitute(said, page=PAGE) if reads_marks else ""
        page = _PAGE.substitute(said, style=_STYLE, reading=reading)
        lines = {**_HEADERS, "content-language": said["html_lang"]}
        return Response(page, 200, lines, "text/html; charset=utf-8")

    return Route(PATH, show)
