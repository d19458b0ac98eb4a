"""How an operation gets its arguments, worked out once when the application is made.

FastAPI asks at every request what each parameter is: a list, a model, a form's field, a file. For a list
with six filters that takes longer than its statement. Ours are known beforehand: single values of
path, query and headers, one JSON model as the body, dependencies that are coroutines. :func:`application`
settles them once; a route with anything else is left to FastAPI.

What may be asked and what is answered stays FastAPI's: its fields check arguments and answers in its
order, and its errors are raised. ``shared/tests/test_arguments.py`` asks both and compares.
"""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Iterator
from datetime import date
from decimal import Decimal
from enum import Enum
from inspect import iscoroutinefunction
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin
from urllib.parse import parse_qsl
from uuid import UUID

from fastapi.datastructures import DefaultPlaceholder
from fastapi.dependencies.models import Dependant
from fastapi.encoders import jsonable_encoder
from fastapi.exceptions import RequestValidationError, ResponseValidationError
from fastapi.params import Form
from fastapi.routing import APIRoute
from fastapi.utils import is_body_allowed_for_status_code
from pydantic_core import PydanticUndefined
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from kit.problems import header

#: What one piece of text may become.
_SINGLE = (str, int, float, Decimal, date, UUID, Enum)


class _Unsettled(Exception):
    """Something that FastAPI can serve and this module cannot."""


def application(route: APIRoute) -> ASGIApp | None:
    """What serves this route with its arguments settled; None where FastAPI itself must."""
    try:
        return _settled(route)
    except _Unsettled:
        return None


def _settled(route: APIRoute) -> ASGIApp:
    if not _answers_a_whole_model(route):
        raise _Unsettled
    endpoint, body = _Call(route.dependant, {}), _body(route)
    field, status = route.response_field, route.status_code or 200

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        found = _Found(Request(scope, receive, send))
        sent = PydanticUndefined if body is None else await _sent_body(found.request)
        arguments = await endpoint.arguments(found)
        if body is not None:
            body.read(sent, arguments, found.errors)
        if found.errors:
            raise RequestValidationError(found.errors)
        answer = await endpoint.function(**arguments)
        if not isinstance(answer, Response):
            answer = found.completed(_rendered(answer, field, status))
        await answer(scope, receive, send)

    return app


def _answers_a_whole_model(route: APIRoute) -> bool:
    """Whether the answer is JSON of its model without options, as everywhere in this house."""
    return (
        isinstance(route.response_class, DefaultPlaceholder)
        and is_body_allowed_for_status_code(route.status_code)
        and route.response_model_by_alias
        and route.max_body_size is None
        and not route.is_sse_stream
        and not route.is_json_stream
        and not route.response_model_include
        and not route.response_model_exclude
        and not route.response_model_exclude_unset
        and not route.response_model_exclude_defaults
        and not route.response_model_exclude_none
    )


def _rendered(answer: Any, field: Any, status: int) -> Response:
    if field is None:
        return JSONResponse(jsonable_encoder(answer), status)
    shown, wrong = field.validate(answer, {}, loc=("response",))
    if wrong:
        raise ResponseValidationError(wrong, body=answer)
    return Response(field.serialize_json(shown), status, media_type="application/json")


class _Found:
    """What was found of one request so far: what its dependencies answered, and what is wrong."""

    __slots__ = ("answers", "errors", "request", "response")

    def __init__(self, request: Request) -> None:
        self.request = request
        self.response: Response | None = None
        self.answers: dict[_Call, Any] = {}
        self.errors: list[Any] = []

    def answering(self) -> Response:
        """Where an operation writes headers and status of its answer, before there is one."""
        if self.response is None:
            self.response = Response()
            del self.response.headers["content-length"]
            self.response.status_code = 0  # until somebody says
        return self.response

    def completed(self, answer: Response) -> Response:
        if self.response is not None:
            answer.raw_headers.extend(self.response.raw_headers)
            answer.status_code = self.response.status_code or answer.status_code
        return answer


class _Parameter:
    """One argument. ``key``: the name under which it is sent."""

    __slots__ = ("default", "field", "key", "loc", "name", "required")

    def __init__(self, field: Any, *place: str) -> None:
        told = field.field_info
        if told.validation_alias not in (None, told.alias) or told.validate_default:
            raise _Unsettled
        if told.default_factory is not None or isinstance(told.default, list | dict | set):
            raise _Unsettled  # every request has one of its own
        self.field, self.name, self.key = field, field.name, field.alias
        self.loc = place if place == ("body",) else (*place, self.key)
        self.required = told.is_required()
        self.default = None if self.required else told.default

    def read(self, sent: Any, arguments: dict[str, Any], errors: list[Any]) -> None:
        """Check what was sent and put it where it belongs."""
        if sent is not PydanticUndefined:
            arguments[self.name], wrong = self.field.validate(sent, {}, loc=self.loc)
            errors.extend(wrong)
        elif self.required:
            errors.append(
                {"type": "missing", "loc": self.loc, "msg": "Field required", "input": None}
            )
        else:
            arguments[self.name] = self.default


class _Call:
    """A function of an operation (the endpoint or a dependency) and where its arguments come from."""

    __slots__ = ("function", "header", "inner", "path", "query", "request", "response")

    def __init__(self, dependant: Dependant, known: dict[Any, _Call]) -> None:
        if (
            not iscoroutinefunction(dependant.call)
            or dependant.cookie_params
            or dependant.background_tasks_param_name
            or dependant.http_connection_param_name
            or dependant.security_scopes_param_name
            or dependant.own_oauth_scopes
            or dependant.concurrency
        ):
            raise _Unsettled
        self.function: Callable[..., Awaitable[Any]] = dependant.call
        self.inner = [(one.name, _dependency(one, known)) for one in dependant.dependencies]
        self.path = [_single(field, "path") for field in dependant.path_params]
        self.query = [_single(field, "query") for field in dependant.query_params]
        headers = [_single(field, "header") for field in dependant.header_params]
        self.header = [(one.key.lower().encode("latin-1"), one) for one in headers]
        self.request = dependant.request_param_name
        self.response = dependant.response_param_name

    async def arguments(self, found: _Found) -> dict[str, Any]:
        """By name; what is wrong with them is in ``found.errors`` then."""
        arguments: dict[str, Any] = {}
        errors, scope = found.errors, found.request.scope
        for name, call in self.inner:
            answer = await call.answer(found)
            if name is not None:
                arguments[name] = answer
        for one in self.path:
            one.read(scope["path_params"][one.key], arguments, errors)
        if self.query:
            text = scope["query_string"].decode("latin-1")
            # Of what is sent twice the last one counts.
            sent = dict(parse_qsl(text, keep_blank_values=True)) if text else {}
            for one in self.query:
                one.read(sent.get(one.key, PydanticUndefined), arguments, errors)
        for key, one in self.header:
            value = header(scope, key)
            one.read(PydanticUndefined if value is None else value, arguments, errors)
        if self.request is not None:
            arguments[self.request] = found.request
        if self.response is not None:
            arguments[self.response] = found.answering()
        return arguments

    async def answer(self, found: _Found) -> Any:
        """What a dependency answers: called once in a request, and never with wrong arguments."""
        if self in found.answers:
            return found.answers[self]
        before = len(found.errors)
        arguments = await self.arguments(found)
        if len(found.errors) > before:
            return None
        answer = found.answers[self] = await self.function(**arguments)
        return answer


def _dependency(dependant: Dependant, known: dict[Any, _Call]) -> _Call:
    if dependant.body_params or not dependant.use_cache:
        raise _Unsettled
    if dependant.call not in known:
        known[dependant.call] = _Call(dependant, known)
    return known[dependant.call]


def _single(field: Any, place: str) -> _Parameter:
    for kind in _kinds(field.field_info.annotation):
        if get_origin(kind) is not Literal and not (
            isinstance(kind, type) and issubclass(kind, _SINGLE)
        ):
            raise _Unsettled
    return _Parameter(field, place)


def _kinds(annotation: Any) -> Iterator[Any]:
    """What an annotation allows beside None."""
    if get_origin(annotation) is Annotated:
        yield from _kinds(get_args(annotation)[0])
    elif get_origin(annotation) in (Union, UnionType):
        for inner in get_args(annotation):
            yield from _kinds(inner)
    elif annotation is not NoneType:
        yield annotation


def _body(route: APIRoute) -> _Parameter | None:
    """The model that the body is read into."""
    fields = route.dependant.body_params
    if not fields:
        return None
    if len(fields) > 1 or route._embed_body_fields or isinstance(fields[0].field_info, Form):
        raise _Unsettled
    return _Parameter(fields[0], "body")


async def _sent_body(request: Request) -> Any:
    """Read JSON where the request says that it is JSON, else the bytes."""
    try:
        content = await request.body()
        if not content:
            return PydanticUndefined
        return await request.json() if _says_json(request.scope) else content
    except json.JSONDecodeError as error:
        malformed = {
            "type": "json_invalid", "loc": ("body", error.pos), "msg": "JSON decode error",
            "input": {}, "ctx": {"error": error.msg},
        }  # fmt: skip
        raise RequestValidationError([malformed]) from error
    except HTTPException:
        raise
    except Exception as error:
        raise HTTPException(400, "There was an error parsing the body") from error


def _says_json(scope: Scope) -> bool:
    kind = (header(scope, b"content-type") or "").partition(";")[0].strip().lower()
    main, _, sub = kind.partition("/")
    return main == "application" and (sub == "json" or sub.endswith("+json")) and "/" not in sub
