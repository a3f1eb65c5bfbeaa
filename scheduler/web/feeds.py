"""Answers calendar programs: personal feeds and public course feeds, outside the pages' hooks and extensions."""

from __future__ import annotations

import gzip
from collections.abc import Callable
from datetime import datetime
from typing import NoReturn

from flask import Blueprint, Flask, Response, abort, current_app, redirect, request
from flask.typing import ResponseReturnValue
from sqlalchemy import Engine
from werkzeug.exceptions import HTTPException
from werkzeug.http import http_date, is_resource_modified

from scheduler.links import BadLink
from scheduler.models.db import db
from scheduler.services.feeds import courses as course_feeds
from scheduler.services.feeds import personal as personal_feeds
from scheduler.services.installation import here
from scheduler.web import characters, edge, limits

feeds = Blueprint("feeds", __name__)

CALENDAR = "text/calendar; charset=utf-8"
# Seconds for which a program need not ask again.
FRESH = 300
# Of a hundred kilobytes of feed the fastest level leaves eight, the slowest five.
GZIP_LEVEL = 1
# Feeds of which a process keeps the bytes: a few megabytes.
KEPT = 256

_WORDS = {
    400: (
        "リンクに使えない文字があります。ご案内メールのリンクをもう一度ご利用ください。\n"
        "This link holds a character that cannot be used. Please use the link of our mails again.\n"
    ),
    404: (
        "このカレンダーのリンクはご利用いただけません。最新のリンクは、ご案内メールのお客様専用ページでご確認ください。\n"
        "This calendar link is not valid. You find the present one on your personal page, linked in our mails.\n"
    ),
    429: (
        "しばらくお待ちください。15分ほどたってからお試しください。\n"
        "Too many wrong links from your address. Please try again in 15 minutes.\n"
    ),
}
_OTHERWISE = "ただいまご利用いただけません。時間をおいてお試しください。\nPlease try again later.\n"


def create(main_app: Flask) -> Flask:
    """Make the application that `main_app` mounts at /calendar: a bare one, so that a 304 costs next to nothing."""
    app = Flask(__name__, static_folder=None)
    with main_app.app_context():
        app.extensions["engine"] = db.engine
    app.extensions["bodies"] = {}
    app.extensions["tasuki"] = main_app.extensions["tasuki"]
    app.extensions["limits"] = main_app.extensions["limits"]
    app.register_blueprint(feeds)
    app.before_request(characters.refuse_nul)
    if here().base_url.startswith("https://"):
        app.before_request(_secure)
    app.register_error_handler(HTTPException, _refusal)
    app.register_error_handler(Exception, _fault)
    return app


@feeds.get("/<token>.ics")
def personal(token: str) -> ResponseReturnValue:
    """Give a contact's calendar program the contact's own dates; 404 for a link that is not or no longer good."""
    try:
        signed = here().links.read("calendar", token)
    except BadLink:
        _refuse()
    with _engine().connect() as connection:
        feed = personal_feeds.find(connection, signed.subject_id, signed.version, _locale(), edge.now())
        if feed is None:
            _refuse()
        return _answer(
            feed.tag,
            feed.changed_at,
            lambda: personal_feeds.write(connection, feed, edge.now()),
            f"private, max-age={FRESH}",
            "lectures.ics",
        )


@feeds.get("/courses/<key>.ics")
def course(key: str) -> ResponseReturnValue:
    """Give anybody's calendar program the public dates of a course."""
    with _engine().connect() as connection:
        feed = course_feeds.find(connection, key, _locale() or here().locale, edge.now())
        if feed is None:
            abort(404)
        return _answer(
            feed.tag,
            feed.changed_at,
            lambda: course_feeds.write(connection, feed, edge.now()),
            f"public, max-age={FRESH}",
            "course.ics",
        )


def _refuse() -> NoReturn:
    """Count a wrong link; nobody who holds a good one is ever kept out for the wrong ones of others."""
    limits.refused("link")
    abort(404)


def _secure() -> ResponseReturnValue | None:
    """Lead programs that turned webcal: into http: to https:, as the pages do."""
    if request.is_secure or request.headers.get("X-Forwarded-Proto") == "https":
        return None
    return redirect(f"{here().base_url}{request.root_path}{request.full_path.rstrip('?')}")


def _engine() -> Engine:
    return current_app.extensions["engine"]


def _locale() -> str | None:
    wanted = request.args.get("lang")
    return wanted if wanted in edge.LOCALES else None


def _answer(tag: str, changed_at: datetime, write: Callable[[], bytes], cache: str, filename: str) -> Response:
    """Answer 304 when the program has this very revision, else the feed; a compressed one is another representation."""
    packed = request.accept_encodings.quality("gzip") > 0
    tag = f"{tag}-gz" if packed else tag
    headers = [
        ("ETag", f'"{tag}"'),
        ("Last-Modified", http_date(changed_at)),
        ("Cache-Control", cache),
        ("Vary", "Accept-Encoding"),
        ("X-Robots-Tag", "noindex"),
        ("X-Content-Type-Options", "nosniff"),
    ]
    if not is_resource_modified(request.environ, etag=f'"{tag}"', last_modified=changed_at):
        return Response(status=304, headers=headers, content_type=CALENDAR)
    headers.append(("Content-Disposition", f'inline; filename="{filename}"'))
    if packed:
        headers.append(("Content-Encoding", "gzip"))
    body = _kept(f"{request.path} {tag}", lambda: gzip.compress(write(), GZIP_LEVEL, mtime=0) if packed else write())
    return Response(body, headers=headers, content_type=CALENDAR)


def _kept(key: str, make: Callable[[], bytes]) -> bytes:
    """Return the bytes of a feed at a revision, made once per process for programs that ask without naming theirs."""
    bodies: dict[str, bytes] = current_app.extensions["bodies"]
    body = bodies.get(key)
    if body is None:
        if len(bodies) >= KEPT:
            bodies.clear()
        body = bodies[key] = make()
    return body


def _refusal(error: HTTPException) -> ResponseReturnValue:
    response = error.get_response()
    if (error.code or 500) >= 400:
        response.data = _WORDS.get(error.code or 500, _OTHERWISE)
        response.content_type = "text/plain; charset=utf-8"
    response.headers["X-Robots-Tag"] = "noindex"
    return response


def _fault(error: Exception) -> ResponseReturnValue:
    current_app.logger.exception("fault", exc_info=error)
    return Response(_OTHERWISE, 500, content_type="text/plain; charset=utf-8")
