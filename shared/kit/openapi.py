"""The published contract of a service: what FastAPI finds, told the way this house answers.

Errors are problem documents everywhere, every operation names the scope that it asks for, and the
servers are the public path behind the front door.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from fastapi import FastAPI
from fastapi.dependencies.models import Dependant
from fastapi.openapi.utils import get_openapi
from fastapi.routing import APIRoute, RouteContext, iter_route_contexts

from kit import idempotency, versions
from kit.auth import Requires
from kit.problems import MEDIA_TYPE, ProblemBody

#: What ``openapi_extra`` says for a route that needs no token.
PUBLIC = {"x-public": True}

_PROBLEM = {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}}
_SCHEME = "access_token"
_TEXTS = {
    "400": "请求有误 Malformed",
    "401": "需要有效的访问令牌 A valid access token is needed",
    "403": "没有权限 The scope is missing",
    "404": "未找到 Not found",
    "409": "与现状冲突 Conflict",
    "412": "已被他人修改 It has changed meanwhile",
    "422": "校验失败 Not valid",
    "428": "须带 If-Match If-Match is needed",
    "default": "问题说明 Problem (RFC 9457)",
}
_METHODS = ("get", "post", "put", "patch", "delete")


@dataclass(frozen=True)
class Operation:
    """One route as the table of rights sees it. ``scope`` is None for public routes and for those
    that need only a valid token (``authenticated``); ``keyed`` ones need an Idempotency-Key,
    ``versioned`` ones If-Match."""

    method: str
    path: str
    name: str
    scope: str | None
    authenticated: bool
    public: bool
    keyed: bool
    versioned: bool
    may_name_version: bool


def operations(app: FastAPI) -> list[Operation]:
    """Every operation of an application, with the scope that it asks for."""
    found = []
    for route in iter_route_contexts(app.routes):
        if not isinstance(route.original_route, APIRoute):
            continue
        scopes = list(_scopes(route.dependant))
        extra = route.original_route.openapi_extra or {}
        for method in sorted(route.methods or ()):
            found.append(
                Operation(
                    method=method,
                    path=str(route.path_format),
                    name=str(route.name),
                    scope=next((scope for scope in scopes if scope), None),
                    authenticated=bool(scopes),
                    public=bool(extra.get("x-public")),
                    keyed=_calls(route.dependant, idempotency.required),
                    versioned=_calls(route.dependant, versions.required),
                    may_name_version=_calls(route.dependant, versions.optional),
                )
            )
    return found


def _scopes(dependant: Dependant) -> Iterator[str | None]:
    if isinstance(dependant.call, Requires) or hasattr(dependant.call, "scope_name"):
        scope: str | None = getattr(dependant.call, "scope_name", None)
        yield scope
    for inner in dependant.dependencies:
        yield from _scopes(inner)


def _calls(dependant: Dependant, wanted: object) -> bool:
    return dependant.call is wanted or any(
        _calls(inner, wanted) for inner in dependant.dependencies
    )


def operation_name(route: APIRoute | RouteContext) -> str:
    """The id of an operation is the name of its function, unique in a service."""
    return str(route.name)


def document(app: FastAPI) -> dict[str, Any]:
    """The OpenAPI 3.1 document of an application (made once, then kept)."""
    if app.openapi_schema:
        return app.openapi_schema
    made = get_openapi(
        title=app.title,
        version=app.version,
        summary=app.summary,
        description=app.description,
        routes=app.routes,
        tags=app.openapi_tags,
        servers=app.servers,
    )
    schemas = made.setdefault("components", {}).setdefault("schemas", {})
    for gone in ("HTTPValidationError", "ValidationError"):
        schemas.pop(gone, None)
    problem = ProblemBody.model_json_schema(ref_template="#/components/schemas/{model}")
    for name, schema in problem.pop("$defs").items():
        schemas["FieldError" if name == "ErrorBody" else name] = schema
    errors = problem["properties"]["errors"]
    errors["anyOf"][0]["items"]["$ref"] = "#/components/schemas/FieldError"
    schemas["Problem"] = problem
    made["components"]["securitySchemes"] = {
        _SCHEME: {
            "type": "http",
            "scheme": "bearer",
            "bearerFormat": "JWT",
            "description": "市统一身份的访问令牌 (OIDC access token of the city's issuer)",
        }
    }
    rights = {(one.method.lower(), one.path): one for one in operations(app)}
    for path, item in made["paths"].items():
        for method in _METHODS:
            if method in item:
                _complete(item[method], rights[(method, path)])
    app.openapi_schema = made
    return made


def _complete(operation: dict[str, Any], right: Operation) -> None:
    """The scope, what a token or a key can do wrong, and problems for all of it."""
    responses = operation.setdefault("responses", {})
    expected = ["default"]
    if right.authenticated:
        operation["security"] = [{_SCHEME: []}]
        expected.append("401")
    if right.scope:
        operation["x-scope"] = right.scope
        expected.append("403")
    if right.keyed:
        _demand(operation, "Idempotency-Key")
        expected += ["400", "409"]
    if right.versioned:
        _demand(operation, "If-Match")
        expected += ["412", "428"]
    if right.may_name_version:
        expected.append("412")
    if right.public:
        operation["security"] = []
    if "{" in right.path:
        expected.append("404")
    for code in sorted(expected):
        responses.setdefault(code, {})
    _problems(responses)


def _demand(operation: dict[str, Any], header: str) -> None:
    """A header whose absence has an answer of its own is optional to FastAPI, not to the caller."""
    parameter = next(one for one in operation["parameters"] if one["name"] == header)
    parameter["required"] = True
    schema = parameter["schema"]
    schema |= next(one for one in schema.pop("anyOf") if one["type"] != "null")


def _problems(responses: dict[str, Any]) -> None:
    """Every failure is told as a problem document."""
    for code, response in responses.items():
        if code == "default" or code[0] in "45":
            response["content"] = _PROBLEM
            if response.get("description", "") in ("", "Validation Error"):
                response["description"] = _TEXTS.get(code, _TEXTS["default"])
