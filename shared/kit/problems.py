"""RFC 9457 problem documents: what went wrong and where, in Chinese or English.

A service maps the exceptions of its domain to :class:`Problem` values in ``app.py``. Texts are
ours; only a refusal's safe parameters enter them. Neither what was sent nor an exception's text
is ever shown.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from itertools import islice
from typing import Any

import orjson
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.routing import iter_route_contexts
from pydantic import BaseModel, ConfigDict, Field
from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.types import Scope

from kit import messages
from kit.refusal import Refusal, Safe

__all__ = [
    "FieldError", "NotFound", "Problem", "ProblemBody", "ProblemError", "Refusal", "field_errors",
    "install", "language", "refused", "respond",
]  # fmt: skip

#: So many errors of one request are named; more do not help anyone.
ERRORS_MAX = 100
MEDIA_TYPE = "application/problem+json"


@dataclass(frozen=True)
class Problem:
    """How one kind of failure is told. ``code`` is kebab-case and unique in its service;
    details may hold ``{name}`` of a refusal's safe parameters; ``retry_after`` is in seconds."""

    status: int
    code: str
    title_zh: str
    title_en: str
    detail_zh: str | None = None
    detail_en: str | None = None
    retry_after: int | None = None


def refused(
    kind: type[Refusal], status: int, zh: str, en: str, detail: tuple[str, str] | None = None
) -> tuple[type[Exception], Problem]:
    """How one refusal of a domain is told over HTTP; ``detail`` is its Chinese and English."""
    detail_zh, detail_en = detail or (None, None)
    return kind, Problem(status, kind.code, zh, en, detail_zh, detail_en)


@dataclass(frozen=True, slots=True)
class FieldError:
    """One wrong field: where (JSON pointer; in bulk input a line), which kind, and why."""

    pointer: str
    code: str
    message_zh: str
    message_en: str
    line: int | None = None

    def told(self, lang: str) -> dict[str, Any]:
        body: dict[str, Any] = {} if self.line is None else {"line": self.line}
        body |= {"pointer": self.pointer, "code": self.code}
        return body | {"message": self.message_zh if lang == "zh" else self.message_en}


class ProblemError(Exception):
    """A problem raised where HTTP is spoken (``api``, the kit). Domains raise refusals."""

    def __init__(
        self,
        problem: Problem,
        *,
        params: Mapping[str, Safe] | None = None,
        errors: Sequence[FieldError] = (),
        headers: Mapping[str, str] | None = None,
        extra: Mapping[str, Any] | None = None,
    ) -> None:
        super().__init__(problem.code)
        self.problem = problem
        self.params = params or {}
        self.errors = errors
        self.headers = headers or {}
        self.extra = extra or {}


class NotFound(ProblemError):
    """404: there is no such thing, or it lies outside of the areas that the caller may see."""

    def __init__(self) -> None:
        super().__init__(NOT_FOUND)


class ErrorBody(BaseModel):
    """One wrong field."""

    model_config = ConfigDict(title="FieldError")
    pointer: str = Field(description="出错位置 (JSON pointer)", examples=["#/body/amount"])
    code: str = Field(description="错误类别", examples=["missing"])
    message: str = Field(description="说明", examples=["缺少必填项"])
    line: int | None = Field(default=None, description="批量导入中的行号，从 1 起")


class ProblemBody(BaseModel):
    """RFC 9457 problem document (问题说明). It never repeats what was sent."""

    model_config = ConfigDict(title="Problem", extra="allow")
    type: str = Field(examples=["urn:problem:registry:validation-failed"])
    title: str = Field(description="标题，按 Accept-Language", examples=["请求校验失败"])
    status: int = Field(examples=[422])
    code: str = Field(examples=["validation-failed"])
    detail: str | None = Field(default=None, description="详情")
    instance: str = Field(examples=["urn:uuid:019aa0c4-0000-7000-8000-000000000000"])
    request_id: str = Field(examples=["019aa0c4-0000-7000-8000-000000000000"])
    errors: list[ErrorBody] | None = None


VALIDATION_FAILED = Problem(422, "validation-failed", "请求校验失败", "The request is not valid")
MALFORMED_JSON = Problem(
    400, "malformed-json", "请求体不是有效的 JSON", "The body is not valid JSON"
)
ID_NUMBER_IN_ADDRESS = Problem(
    400,
    "id-number-in-address",
    "网址中不得出现身份号码，请放在请求体中",
    "An address may not hold an ID number: send it in a body",
)
BAD_REQUEST = Problem(400, "bad-request", "请求有误", "The request is malformed")
UNAUTHENTICATED = Problem(
    401, "unauthenticated", "需要有效的访问令牌", "A valid access token is needed"
)
FORBIDDEN = Problem(
    403, "forbidden", "没有权限", "This is not allowed to you",
    "需要权限 {scope}", "The scope {scope} is needed",
)  # fmt: skip
NOT_FOUND = Problem(404, "not-found", "未找到", "Not found")
METHOD_NOT_ALLOWED = Problem(
    405, "method-not-allowed", "不支持此方法", "The method is not allowed here"
)
NOT_YET_KNOWN = Problem(
    409,
    "not-yet-known",
    "所引用的事项尚未到达，请稍后重试",
    "What this refers to has not arrived yet",
    retry_after=1,
)
OUTSIDE_YOUR_AREA = Problem(
    403,
    "outside-your-area",
    "该地区不属于本机构管辖",
    "The area is not administered by your office",
)
IN_THE_FUTURE = Problem(
    422, "in-the-future", "事实日期晚于业务日", "The date of fact lies after the business day"
)
CONFLICT = Problem(409, "conflict", "与已有数据冲突", "It conflicts with what is already there")
BEFORE_THE_LAW = Problem(
    422, "before-the-law", "该日期尚无规定", "The day lies before the first rule about it"
)
MAKER_IS_CHECKER = Problem(
    409,
    "maker-is-checker",
    "经办人不得审批本人所办事项",
    "Whoever made an entry does not decide on it",
)
ID_TAKEN = Problem(409, "id-taken", "该标识已被使用", "The id that was given is in use")
PRECONDITION_FAILED = Problem(
    412, "precondition-failed", "内容已被他人修改", "It has changed meanwhile"
)
CONTENT_TOO_LARGE = Problem(413, "content-too-large", "请求体过大", "The body is too large")
UNSUPPORTED_MEDIA = Problem(
    415, "unsupported-media-type", "不支持此内容类型", "This content type is not read here"
)
PRECONDITION_REQUIRED = Problem(
    428, "precondition-required", "须带 If-Match", "The header If-Match is needed"
)
TOO_MANY_REQUESTS = Problem(
    429, "too-many-requests", "请求过于频繁，请稍后再试", "Too many requests; try again later"
)
INTERNAL = Problem(500, "internal", "服务器内部错误", "Internal error")
UNAVAILABLE = Problem(
    503,
    "unavailable",
    "服务暂不可用，请稍后重试",
    "Not available now; try again shortly",
    retry_after=1,
)
OUT_OF_RANGE = Problem(422, "out-of-range", "数值超出可保存的范围", "A value is out of range")
TEXT_NOT_STORABLE = Problem(422, "text-not-storable", *messages.texts("text_not_storable"))

_BY_STATUS = {
    problem.status: problem
    for problem in (
        BAD_REQUEST, UNAUTHENTICATED, NOT_FOUND, METHOD_NOT_ALLOWED, PRECONDITION_FAILED,
        CONTENT_TOO_LARGE, UNSUPPORTED_MEDIA, PRECONDITION_REQUIRED, INTERNAL, UNAVAILABLE,
    )
}  # fmt: skip
_HTTP_ERROR = Problem(400, "http-error", "请求未能完成", "The request could not be served")

# A segment of a pointer may be a key that the caller chose: only what looks like a field's name is
# repeated, and nothing with a run of digits in which a number of a person could hide.
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_.-]{0,47}", re.ASCII)
_LANGUAGE = re.compile(
    r"(?:^|,)\s*(?P<name>zh|en)(?:-[a-z0-9-]+)?\s*(?:;\s*q=(?P<weight>[01](?:\.[0-9]{0,3})?))?\s*(?=,|$)",
    re.ASCII,
)
_DIGITS = re.compile(r"[0-9]{5,}", re.ASCII)


def language(accept: str | None) -> str:
    """``zh`` or ``en`` for an ``Accept-Language`` header; Chinese unless English is preferred."""
    best, best_weight = "zh", Decimal(0)
    for match in _LANGUAGE.finditer((accept or "").lower()[:200]):
        weight = Decimal(match["weight"] or 1)
        if weight > best_weight:
            best, best_weight = match["name"], weight
    return best


def header(scope: Scope, name: bytes) -> str | None:
    """One request header without building an object for all of them."""
    for key, value in scope["headers"]:
        if key == name:
            text: str = value.decode("latin-1")
            return text
    return None


def request_id(scope: Scope) -> str:
    """The id of this request as the edge fixed it (``X-Request-ID``)."""
    found: str = scope.get("kit.request_id", "")
    return found


def pointer(location: Iterable[str | int]) -> str:
    """A JSON pointer from pydantic's location; keys that are no field names become ``*``."""
    parts = [
        str(part)
        if isinstance(part, int) or (_NAME.fullmatch(part) and not _DIGITS.search(part))
        else "*"
        for part in location
    ]
    return "/".join(["#", *parts])


def field_errors(
    errors: Iterable[Mapping[str, Any]], *, line: int | None = None
) -> list[FieldError]:
    """Our words for pydantic's errors (``error.errors(include_input=False)``)."""
    told = []
    for error in errors:
        kind = str(error["type"])
        zh, en = messages.texts(kind, error.get("ctx"))
        told.append(FieldError(pointer(error["loc"]), kind.replace("_", "-"), zh, en, line))
    return told


def respond(
    scope: Scope,
    service: str,
    problem: Problem,
    *,
    params: Mapping[str, Safe] | None = None,
    errors: Sequence[FieldError] = (),
    headers: Mapping[str, str] | None = None,
    extra: Mapping[str, Any] | None = None,
) -> Response:
    """The response for one problem in the caller's language."""
    lang = language(header(scope, b"accept-language"))
    detail = problem.detail_zh if lang == "zh" else problem.detail_en
    rid = request_id(scope)
    body: dict[str, Any] = {
        "type": f"urn:problem:{service}:{problem.code}",
        "title": problem.title_zh if lang == "zh" else problem.title_en,
        "status": problem.status,
        "code": problem.code,
    }
    if detail:
        body["detail"] = detail.format_map(_Shown(params or {}))
    body |= {"instance": f"urn:uuid:{rid}", "request_id": rid}
    if errors:
        body["errors"] = [error.told(lang) for error in errors]
    answer_headers = {
        "Content-Language": "zh-CN" if lang == "zh" else "en",
        "Cache-Control": "no-store",
    }
    if problem.retry_after is not None:
        answer_headers["Retry-After"] = str(problem.retry_after)
    content = orjson.dumps({**body, **(extra or {})})
    return Response(content, problem.status, {**answer_headers, **(headers or {})}, MEDIA_TYPE)


class _Shown(dict[str, Safe]):
    """A detail text must not fail because a refusal forgot a parameter."""

    def __missing__(self, key: str) -> str:
        return "…"


@dataclass(frozen=True)
class _Handlers:
    """The exception handlers of one service."""

    service: str
    problems: Mapping[type[Exception], Problem] = field(default_factory=dict)

    async def problem(self, request: Request, error: Exception) -> Response:
        assert isinstance(error, ProblemError)
        return respond(
            request.scope, self.service, error.problem,
            params=error.params, errors=error.errors, headers=error.headers, extra=error.extra,
        )  # fmt: skip

    async def mapped(self, request: Request, error: Exception) -> Response:
        return respond(
            request.scope, self.service, self._of(error),
            params=getattr(error, "params", None), errors=self._each(error),
        )  # fmt: skip

    def _of(self, error: Exception) -> Problem:
        return next(self.problems[kind] for kind in type(error).__mro__ if kind in self.problems)

    def _each(self, error: Exception) -> list[FieldError]:
        """Why each of a set was refused: its id stands where the place stands in a body."""
        if not isinstance(error, Refusal):
            return []
        return [
            FieldError(f"#/{id}", problem.code, problem.title_zh, problem.title_en)
            for id, one in islice(error.each.items(), ERRORS_MAX)
            for problem in [self._of(one)]
        ]

    async def validation(self, request: Request, error: Exception) -> Response:
        assert isinstance(error, RequestValidationError)
        found = error.errors()
        if any(one["type"] == "json_invalid" for one in found):
            return respond(request.scope, self.service, MALFORMED_JSON)
        errors = field_errors(found[:ERRORS_MAX])
        return respond(request.scope, self.service, VALIDATION_FAILED, errors=errors)

    async def http(self, request: Request, error: Exception) -> Response:
        assert isinstance(error, HTTPException)
        headers = dict(error.headers or {})
        if error.status_code == 405:
            headers["Allow"] = ", ".join(allowed(request.app, request.scope["path"]))
        problem = _BY_STATUS.get(error.status_code)
        if problem is BAD_REQUEST and isinstance(error.__cause__, ValueError | RecursionError):
            problem = MALFORMED_JSON  # not UTF-8, nested too deep, a number without end
        if problem is None:
            problem = Problem(
                error.status_code, "http-error", _HTTP_ERROR.title_zh, _HTTP_ERROR.title_en
            )
        return respond(request.scope, self.service, problem, headers=headers)


def allowed(app: FastAPI, path: str) -> list[str]:
    """Every method that the contract has for this path (Starlette: the first matching route's).

    ``/v1/workers/searches`` looks like ``/v1/workers/{worker_id}`` too, but it is not: of the routes
    that match, those with the fewest parameters are meant.
    """
    matching: dict[int, set[str]] = {}
    for route in iter_route_contexts(app.routes):
        regex = getattr(route, "path_regex", None)
        if regex is not None and regex.match(path):
            matching.setdefault((route.path or "").count("{"), set()).update(route.methods or ())
    return sorted(matching[min(matching)]) if matching else []


def install(app: FastAPI, service: str, problems: Mapping[type[Exception], Problem]) -> None:
    """Answer every failure of this application with a problem document.

    An exception that is not in ``problems`` (nor known to the kit) is a mistake of ours: the edge
    answers 500 without a word about it, and the log says what it was.
    """
    codes: dict[str, Problem] = {}
    for problem in problems.values():
        if codes.setdefault(problem.code, problem) != problem:
            raise ValueError(f"{service}: two problems have the code {problem.code!r}")
    handlers = _Handlers(service, problems)
    app.add_exception_handler(ProblemError, handlers.problem)
    app.add_exception_handler(RequestValidationError, handlers.validation)
    app.add_exception_handler(HTTPException, handlers.http)
    for kind in problems:
        app.add_exception_handler(kind, handlers.mapped)
