"""Answers /api/v1/openapi.json and /api/docs: what the API can do, for programs and for those who write them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from apispec.ext.marshmallow import MarshmallowPlugin
from flask import Blueprint, Flask, Response, abort, current_app, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user
from werkzeug.exceptions import HTTPException

from scheduler.services.installation import here
from scheduler.web import access, edge, errors
from scheduler.web.api import problems, words
from scheduler.web.api.blueprint import PREFIX, Api
from scheduler.web.api.doc_page import sections

docs = Blueprint("api_docs", __name__)

TITLE = "Tasuki API"
INTRODUCTION = (
    "CRM、製品、会議ツールなどのプログラムから、顧客企業・開催日程・申込・出欠・引き継ぎを読み書きします。"
    "すべての呼び出しに Authorization: Bearer トークンが必要です。"
)
# What stands in addresses.
_PLACES = {
    "external_id": "顧客企業の外部ID。/ は %2F、% は %25 と書きます。",
    "key": "レクチャーのキー。",
    "step": "初期設定の項目のキー。",
    "series_id": "定期開催の ID。",
    "lecture_id": "開催日程の ID。",
    "registration_id": "申込の ID。",
    "handover_id": "引き継ぎの ID。",
    "mail_id": "メールの ID。",
    "name": "レポートの名前。",
}
# What the document says in words; it is written in Japanese and worded in the reader's language when it is read.
_WORDS = ("title", "summary", "description")


def about(base_url: str) -> dict[str, Any]:
    """Return what the OpenAPI document says of itself."""
    return {
        "title": TITLE,
        "version": "1",
        "openapi_version": "3.1.0",
        "info": {"description": INTRODUCTION},
        "servers": [{"url": base_url}],
        "security": [{"token": []}],
        "marshmallow_plugin": MarshmallowPlugin(schema_name_resolver=_name),
    }


def register(app: Flask, api: Api) -> None:
    """Open the document and its page."""
    api.spec.components.security_scheme("token", {"type": "http", "scheme": "bearer"})
    app.extensions["tasuki_api"] = api
    app.register_blueprint(docs)


@docs.before_request
def gate() -> ResponseReturnValue | None:
    """Let programs with a token and signed-in members pass; members who are not signed in are sent to the door."""
    if request.headers.get("Authorization"):
        access.api_gate()
        return None
    if current_user.is_authenticated:
        return None
    if request.path.startswith(PREFIX):
        abort(401)
    return access.staff_gate()


@docs.errorhandler(HTTPException)
def _http(error: HTTPException) -> ResponseReturnValue:
    return problems.of_http(error)


@docs.errorhandler(Exception)
def _fault(error: Exception) -> ResponseReturnValue:
    return problems.of_fault(error) if request.path.startswith(PREFIX) else errors.of_fault(error)


@docs.get(f"{PREFIX}/openapi.json")
def openapi_json() -> ResponseReturnValue:
    """Serve the OpenAPI document in the reader's language."""
    text = json.dumps(document(), ensure_ascii=False, indent=2)
    response = Response(text + "\n", content_type="application/json")
    response.headers["Content-Language"] = edge.locale()
    response.vary.add("Accept-Language")
    return response


@docs.get("/api/docs")
def read() -> ResponseReturnValue:
    """Show the document as a page."""
    return render_template(
        "api/docs.html",
        sections=sections(document(), here().base_url),
        problems=words.kinds(),
        base_url=here().base_url,
        prefix=PREFIX,
    )


def document() -> dict[str, Any]:
    """Return the OpenAPI document, worded in the reader's language."""
    api: Api = current_app.extensions["tasuki_api"]
    written = api.document(current_app)
    for item in written["paths"].values():
        for place in item.get("parameters", ()):
            place["description"] = _PLACES[place["name"]]
    worded: dict[str, Any] = _worded(written)
    return worded


def _name(schema: Any) -> str:
    """Name a schema as the noun it stands for: Account, AccountInput, AccountList."""
    kind = schema if isinstance(schema, type) else type(schema)
    return kind.__name__.replace("Answer", "")


def _worded(part: Any) -> Any:
    if isinstance(part, Mapping):
        return {
            key: inner
            if key in ("example", "examples")
            else _(inner)
            if key in _WORDS and isinstance(inner, str) and inner
            else _worded(inner)
            for key, inner in part.items()
        }
    return [_worded(inner) for inner in part] if isinstance(part, list) else part
