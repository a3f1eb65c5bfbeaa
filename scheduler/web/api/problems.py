"""Answers how an error reaches a program: as problem details (RFC 9457), in the language it asks for."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from datetime import date, datetime
from itertools import islice
from typing import Any, NoReturn

from flask import Flask, Response, current_app, request
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import BadRequest, HTTPException, MethodNotAllowed, NotFound

from scheduler.services.installation import here
from scheduler.services.refusals import Ambiguous, Invalid, Refused
from scheduler.web import access, edge, errors
from scheduler.web.api import words
from scheduler.web.api.fields import Fault, written

MEDIA_TYPE = "application/problem+json"
# How long the window of refused tokens is (limits.REFUSALS).
PATIENCE_SECONDS = 600
# After how long a program asks again while the database is away: most restarts are over by then.
AWAY_SECONDS = 30
# How many wrong fields one answer lists.
MOST_FAULTS = 100


def of_refusal(error: Refused) -> ResponseReturnValue:
    """Tell a program why a service said no."""
    detail = words.sentence(error)
    field = error.params.get("field")
    named: list[dict[str, str]] = []
    if isinstance(error, Invalid) and field:
        named = [{"field": str(field), "why": str(error.params.get("why", error.key)), "detail": detail}]
    params = {key: _plain(value) for key, value in error.params.items() if key not in ("field", "why", "people")}
    if isinstance(error, Ambiguous):
        params["people"] = [{"id": str(number), "name": name} for number, name in error.params["people"]]
    return _problem(error.status, error.key, detail, params=params, field=field, faults=named)


def of_http(error: HTTPException) -> ResponseReturnValue:
    """Tell a program of an HTTP error; wrong fields are listed one by one."""
    status = error.code or 500
    if status < 400:
        return error.get_response()
    data: Mapping[str, Any] = getattr(error, "data", None) or {}
    if "messages" in data:
        return _of_fields(data["messages"])
    detail = data.get("detail") or words.of_status(status)
    reason = data.get("reason") or words.REASONS.get(status, "http_error")
    response = _problem(status, reason, detail, params=data.get("params"))
    if status == 401:
        response.headers["WWW-Authenticate"] = "Bearer"
    if status == 429:
        response.headers["Retry-After"] = str(PATIENCE_SECONDS)
    if isinstance(error, MethodNotAllowed):
        response.headers["Allow"] = ", ".join(sorted(error.valid_methods or ()))
    return response


def of_fault(error: Exception) -> ResponseReturnValue:
    """Tell a program that something broke here, or that the database is away, and the log what."""
    edge.forget_the_database()
    current_app.logger.exception("fault", exc_info=error)
    status = errors.status_of(error)
    response = _problem(status, words.REASONS[status], words.of_status(status))
    if status == 503:
        response.headers["Retry-After"] = str(AWAY_SECONDS)
    return response


def malformed(detail: str) -> NoReturn:
    """Refuse a body that is no JSON."""
    error = BadRequest()
    error.data = {"detail": detail, "reason": "malformed_json"}  # type: ignore[attr-defined]
    raise error


def register(app: Flask) -> None:
    """Answer programs that miss the address or the method, or write what cannot be read, with problem details; pages keep their own words."""

    def missed(error: HTTPException) -> ResponseReturnValue:
        if not request.path.startswith("/api/"):
            return errors.of_http(error)
        if request.routing_exception is not None:
            try:
                access.api_gate()
            except HTTPException as refusal:
                return of_http(refusal)
            except Exception as fault:
                return of_fault(fault)
        return of_http(error)

    for kind in (BadRequest, NotFound, MethodNotAllowed):
        app.register_error_handler(kind, missed)


def _of_fields(messages: Mapping[str, Any]) -> ResponseReturnValue:
    """Answer 422 with each fault of what marshmallow complained about, by place: {"json": {"stores": {0: …}}}."""
    faults = [
        {"field": field, "why": fault.why, "detail": words.of_fault(fault, field.rpartition(".")[2])}
        for found in messages.values()
        for field, fault in islice(_flat(found), MOST_FAULTS)
    ]
    first = faults[0]
    detail = f"{first['field']}: {first['detail']}" if first["field"] else first["detail"]
    return _problem(422, Invalid.key, detail, field=first["field"] or None, faults=faults)


def _flat(found: Any, place: tuple[str, ...] = ()) -> Iterator[tuple[str, Fault]]:
    if isinstance(found, Mapping):
        for key, inner in found.items():
            yield from _flat(inner, place if key == "_schema" else (*place, str(key)))
        return
    for fault in found:
        yield ".".join(place), fault


def _problem(
    status: int,
    reason: str,
    detail: str,
    *,
    params: Mapping[str, Any] | None = None,
    field: Any = None,
    faults: list[dict[str, str]] | None = None,
) -> Response:
    body: dict[str, Any] = {
        "type": f"{here().base_url}/api/docs#{reason}",
        "title": words.title(status),
        "status": status,
        "detail": detail,
        "reason": reason,
        "params": dict(params or {}),
    }
    if field:
        body["field"] = str(field)
    if faults:
        body["errors"] = faults
    response = Response(json.dumps(body, ensure_ascii=False), status, content_type=MEDIA_TYPE)
    response.headers["Content-Language"] = edge.locale()
    response.vary.add("Accept-Language")
    return response


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return written(value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, list | tuple):
        return [_plain(one) for one in value]
    return value if isinstance(value, str | int | float | bool | None) else str(value)
