"""Answers what every door of the API has in common: its gate, how bodies are read, and how errors are told."""

from __future__ import annotations

import json
from collections.abc import Callable
from http import HTTPStatus
from threading import Lock
from typing import Any, TypeVar

import flask_smorest
from flask import Flask, Request
from marshmallow import RAISE
from webargs.core import missing
from webargs.flaskparser import FlaskParser
from werkzeug.exceptions import HTTPException

from scheduler.services.refusals import Refused
from scheduler.web import access
from scheduler.web.api import problems, words
from scheduler.web.api.schemas import Problem

View = TypeVar("View", bound=Callable[..., Any])

PREFIX = "/api/v1"
KEY_HEADER = {
    "in": "header",
    "name": "Idempotency-Key",
    "required": False,
    "schema": {"type": "string", "maxLength": 255},
    "description": "同じキーの再送は、24 時間以内なら最初の応答をそのまま返し、何も行いません。内容が違えば 422 です。",
}


class Parser(FlaskParser):
    """Reads a body as JSON whatever its Content-Type says, since programs often forget it."""

    DEFAULT_UNKNOWN_BY_LOCATION = {"json": None, "query": RAISE, "files": None, "form": None}

    def _raw_load_json(self, req: Request) -> Any:
        body = req.get_data(cache=True)
        if not body.strip():
            return missing
        try:
            return json.loads(body)
        except json.JSONDecodeError as error:
            problems.malformed(words.malformed(error.lineno, error.colno))
        except (ValueError, RecursionError):
            problems.malformed(words.not_json())


class Blueprint(flask_smorest.Blueprint):
    """One resource: closed to whoever has no token, errors as problem details."""

    ARGUMENTS_PARSER = Parser()

    def __init__(self, name: str, description: str) -> None:
        super().__init__(name, __name__, url_prefix=PREFIX, description=description)
        self.before_request(access.api_gate)
        self.register_error_handler(Refused, problems.of_refusal)
        self.register_error_handler(HTTPException, problems.of_http)
        self.register_error_handler(Exception, problems.of_fault)
        self._prepare_doc_cbks.append(_document_problems)

    def operation(self, summary: str, description: str = "", creates: bool = False) -> Callable[[View], View]:
        """Describe a view in the OpenAPI document; its function's name is the operation's id."""

        def decorate(view: View) -> View:
            known: dict[str, Any] = {"operationId": view.__name__, "summary": summary}
            if description:
                known["description"] = description
            if creates:
                known["parameters"] = [KEY_HEADER]
            described: View = self.doc(**known)(view)
            return described

        return decorate


class Api(flask_smorest.Api):
    """The OpenAPI document; its errors are ours, and its pages are `scheduler.web.api.docs`."""

    ERROR_SCHEMA = Problem

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        self._resources: list[Blueprint] = []
        self._writing = Lock()
        super().__init__(*args, **kwargs)

    def open(self, app: Flask, resource: Blueprint) -> None:
        """Open a resource; the document tells of it once somebody reads it, since most processes never do."""
        app.register_blueprint(resource)
        self._resources.append(resource)

    def document(self, app: Flask) -> dict[str, Any]:
        """Return the OpenAPI document."""
        with self._writing:
            while self._resources:
                resource = self._resources.pop(0)
                resource.register_views_in_doc(self, app, self.spec, name=resource.name, parameters=None)
                self.spec.tag({"name": resource.name, "description": resource.description})
        written: dict[str, Any] = self.spec.to_dict()
        return written

    def _register_error_handlers(self) -> None:
        """Leave the application's error handlers alone: pages keep their own."""

    def _register_doc_blueprint(self) -> None:
        """Serve no page with scripts of others."""

    def _register_responses(self) -> None:
        self.DEFAULT_RESPONSE_CONTENT_TYPE = problems.MEDIA_TYPE
        super()._register_responses()
        self.DEFAULT_RESPONSE_CONTENT_TYPE = "application/json"


def _document_problems(doc: dict[str, Any], _info: dict[str, Any], *, method: str, **_: Any) -> dict[str, Any]:
    """Say in the document which errors an operation may answer with."""
    answers = doc.setdefault("responses", {})
    for status in (401, 404, 422, 429) if method == "get" else (400, 401, 403, 404, 409, 413, 422, 429):
        answers.setdefault(status, HTTPStatus(status).name)
    answers["default"] = "DEFAULT_ERROR"
    return doc
