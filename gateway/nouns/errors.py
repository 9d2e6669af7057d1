"""What can go wrong, whose fault it is and how to mend it.

SealgateError
 +-- ClientError                 the client must change its request
 |    +-- BadRequest             400 invalid_request
 |    +-- Unauthorized           401 invalid_api_key
 |    +-- AgreementRequired      403 agreement_required
 |    +-- SubjectSuspended       403 subject_suspended
 |    +-- SubjectClosed          403 subject_closed
 |    +-- PathRefused            404 path_not_open
 |    +-- NothingHere            404 not_found
 |    +-- MethodRefused          405 method_not_allowed
 |    +-- TooLarge               413 request_too_large
 |    +-- TooManyRequests        429 rate_limit_exceeded
 +-- UpstreamError               the model API behind failed
 |    +-- UpstreamUnreachable    502 upstream_unreachable
 |    +-- UpstreamBroken         502 upstream_broken
 |    +-- UpstreamTimeout        504 upstream_timeout
 +-- GatewayError                we could not do our job; nothing unjudged left
 |    +-- FilterFailed           503 filter_failed
 |    +-- LedgerFailed           503 ledger_unavailable
 |    +-- MarkFailed             500 mark_failed
 |    +-- Overloaded             503 overloaded
 |    +-- Draining               503 draining
 +-- ConfigError                 settings or policy; the program does not start with it

A verdict is not an error: blocking is a value (see verdict).
"""

from __future__ import annotations


class SealgateError(Exception):
    """Root of the tree: an HTTP status, a stable code, a log level and a sentence in two languages.

    ``detail`` completes the sentence (a setting's name, a limit), never with user text. ``param``
    names the request field at fault. ``retry_after_s`` becomes the header of that name.
    """

    status = 500
    code = "internal_error"
    level = "error"
    fault = "gateway"
    en = "The gateway failed."
    zh = "网关内部错误。"

    def __init__(
        self, detail: str = "", *, param: str | None = None, retry_after_s: float | None = None
    ) -> None:
        super().__init__(detail or self.en)
        self.detail = detail
        self.param = param
        self.retry_after_s = retry_after_s

    def sentence(self, language: str = "en") -> str:
        """Return the whole message: whose fault, what, and how to mend it."""
        head = self.zh if language == "zh" else self.en
        return f"{head} {self.detail}".strip()


class ClientError(SealgateError):
    """The request cannot be served as it is."""

    status = 400
    code = "invalid_request"
    level = "info"
    fault = "client"
    en = "The request cannot be served."
    zh = "请求无法处理。"


class BadRequest(ClientError):
    """The body or a header is not what the protocol asks for."""

    en = "The request is malformed."
    zh = "请求格式有误。"


class Unauthorized(ClientError):
    """No key, an unknown key, a revoked key."""

    status = 401
    code = "invalid_api_key"
    en = "The API key is missing or not valid here."
    zh = "API 密钥缺失或无效。"


class AgreementRequired(ClientError):
    """Content without its label was asked for, and no accepted agreement is on record."""

    status = 403
    code = "agreement_required"
    en = (
        "Unlabelled delivery takes an accepted agreement on record (Labelling Measures, Article 9)."
    )
    zh = "提供无显式标识内容须有已接受的用户协议记录（标识办法第九条）。"


class SubjectSuspended(ClientError):
    """The end user is suspended for a time, for what he did (`strikes` in the policy)."""

    status = 403
    code = "subject_suspended"
    en = "This end user is suspended for violations on record; an appeal goes to the operator."
    zh = "该用户因违规记录被暂停服务；如有异议可向服务提供者申诉。"


class SubjectClosed(ClientError):
    """The end user is turned away until somebody lifts it (`strikes` in the policy)."""

    status = 403
    code = "subject_closed"
    en = (
        "This end user's access is closed for violations on record; an appeal goes to the operator."
    )
    zh = "该用户因违规记录被停止服务；如有异议可向服务提供者申诉。"


class PathRefused(ClientError):
    """Nobody claims the path, so nothing would judge what passes there."""

    status = 404
    code = "path_not_open"
    en = "This gateway does not open this path, because no filter would see it."
    zh = "网关未开放此路径：没有过滤器会检查其内容。"


class NothingHere(ClientError):
    """No page of the gateway's own, or no file (any more), has this address."""

    status = 404
    code = "not_found"
    en = "The gateway has nothing at this address, or no longer."
    zh = "网关的此地址没有内容，或内容已过期。"


class MethodRefused(ClientError):
    """The path is known, the method is not."""

    status = 405
    code = "method_not_allowed"
    en = "The path does not take this method."
    zh = "该路径不支持此方法。"


class TooLarge(ClientError):
    """A body, header or part is above its limit."""

    status = 413
    code = "request_too_large"
    en = "The request is larger than the gateway takes."
    zh = "请求超出网关允许的大小。"


class TooManyRequests(ClientError):
    """The key's own limit is reached."""

    status = 429
    code = "rate_limit_exceeded"
    en = "The key's limit is reached; try again later."
    zh = "已达到该密钥的限额，请稍后再试。"


class UpstreamError(SealgateError):
    """The model API behind the gateway failed."""

    status = 502
    code = "upstream_error"
    level = "warning"
    fault = "upstream"
    en = "The model API behind the gateway failed."
    zh = "上游模型接口出错。"


class UpstreamUnreachable(UpstreamError):
    """No connection could be made."""

    code = "upstream_unreachable"
    en = "The model API behind the gateway cannot be reached."
    zh = "无法连接上游模型接口。"


class UpstreamBroken(UpstreamError):
    """It answered with something that is not the protocol, or broke off."""

    code = "upstream_broken"
    en = "The model API behind the gateway broke off or answered with something unreadable."
    zh = "上游模型接口中断或返回了无法解析的内容。"


class UpstreamTimeout(UpstreamError):
    """It was silent for longer than the limit."""

    status = 504
    code = "upstream_timeout"
    en = "The model API behind the gateway was silent for too long."
    zh = "上游模型接口响应超时。"


class GatewayError(SealgateError):
    """We could not do our job, so nothing left."""

    status = 503
    code = "unavailable"


class FilterFailed(GatewayError):
    """A filter raised or was late, and the policy says to block."""

    code = "filter_failed"
    en = "A filter failed, and the policy does not let unjudged text pass."
    zh = "过滤器故障，策略不允许未经检查的内容通过。"


class LedgerFailed(GatewayError):
    """The record cannot be made durable, so nothing may be released."""

    code = "ledger_unavailable"
    en = "The record of this exchange cannot be kept, so it does not take place."
    zh = "无法保存本次交互记录，请求未执行。"


class MarkFailed(GatewayError):
    """A generated file cannot bear the marks that are owed, and the policy refuses such files."""

    status = 500
    code = "mark_failed"
    en = "A generated file cannot be marked as the policy asks, so it was not delivered."
    zh = "生成的文件无法按策略添加标识，未予交付。"


class Overloaded(GatewayError):
    """Too many exchanges at once."""

    code = "overloaded"
    level = "warning"
    en = "The gateway serves as many exchanges as it may; try again later."
    zh = "网关并发已满，请稍后再试。"


class Draining(GatewayError):
    """The process is shutting down and takes no new exchange."""

    code = "draining"
    level = "info"
    en = "The gateway is shutting down; try again."
    zh = "网关正在关闭，请重试。"


class ConfigError(SealgateError):
    """Settings or policy are wrong: names the file, the line, the key and the nearest valid key."""

    code = "bad_configuration"
    fault = "operator"
    en = "The configuration is not valid."
    zh = "配置无效。"


class NotPossible(ConfigError):
    """What a command was asked to do makes no sense here: no such key, no terms in the file."""

    code = "not_possible"
    en = "This cannot be done."
    zh = "无法执行此操作。"
