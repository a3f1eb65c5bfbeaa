"""Answers calendar programs: the feeds of a contact, a member of staff, a team and a course, outside pages and Flask."""

from __future__ import annotations

import gzip
import re
from collections.abc import Callable, Iterable
from functools import lru_cache
from typing import NamedTuple, NoReturn
from urllib.parse import parse_qs, quote
from wsgiref.types import StartResponse, WSGIEnvironment

import structlog
from flask import Flask
from limits.strategies import FixedWindowRateLimiter
from sqlalchemy import Connection, Engine
from werkzeug.exceptions import BadRequest, HTTPException, MethodNotAllowed, NotFound, TooManyRequests
from werkzeug.http import http_date, is_resource_modified, parse_accept_header
from werkzeug.utils import redirect

from scheduler import clock
from scheduler.links import BadLink, PurposeName, Signed
from scheduler.models.db import db
from scheduler.services.feeds import courses as course_feeds
from scheduler.services.feeds import personal as personal_feeds
from scheduler.services.feeds import staff as staff_feeds
from scheduler.services.feeds.found import Find, Found
from scheduler.services.installation import Installation, here
from scheduler.settings import Settings
from scheduler.web import edge, limits
from scheduler.web.characters import NUL

log = structlog.get_logger()

CALENDAR = "text/calendar; charset=utf-8"
WORDS = "text/plain; charset=utf-8"
# Seconds for which a program need not ask again. A feed is one reader's, even the public ones: no cache in between
# answers for us.
CACHE = "private, max-age=300"
# Of a hundred kilobytes of feed the fastest level leaves eight, the slowest five.
GZIP_LEVEL = 1
# Feeds of which a process keeps the bytes: a few megabytes.
KEPT = 256
# Good links of which a process keeps what they stand for, and the longest address it keeps: no feed's is longer, but
# anybody may send any.
READ, LONGEST = 8192, 200

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
_STAFF_WORDS = (
    "このカレンダーのリンクはご利用いただけません。サインインして、「カレンダーに追加する」の画面で最新のリンクを確認してください。\n"
    "This calendar link is not valid. Sign in and find the present one on the page “Add to your calendar”.\n"
)
_OTHERWISE = "ただいまご利用いただけません。時間をおいてお試しください。\nPlease try again later.\n"

_PATH = re.compile(r"/(?:(courses|staff|team)/)?([^/]+)\.ics")
# What stands in the path before a link's token: the link's purpose, who finds its feed, the name of its file.
_SIGNED: dict[str | None, tuple[PurposeName, Find, str]] = {
    None: ("calendar", personal_feeds.find, "lectures.ics"),
    "staff": ("staff_calendar", staff_feeds.find_own, "lectures.ics"),
    "team": ("team_calendar", staff_feeds.find_teams, "team.ics"),
}

Headers = list[tuple[str, str]]
Answer = tuple[str, Headers, bytes]
_NOT_MODIFIED = "304 NOT MODIFIED"


class Asked(NamedTuple):
    """What a program asks for: the kind of feed, its token or course, the language (None: the reader's own)."""

    kind: str | None
    name: str
    locale: str | None


class Feeds:
    """The WSGI application that the pages' one mounts at /calendar.

    Programs ask by the hour and nearly always get 304, so that Flask's contexts, routing and response objects would
    cost more than the answer: one statement on a plain connection, and a body that is kept.
    """

    def __init__(
        self, engine: Engine, settings: Settings, installation: Installation, counts: FixedWindowRateLimiter
    ) -> None:
        self._engine, self._settings, self._here, self._counts = engine, settings, installation, counts
        self._secure = installation.base_url.startswith("https://")
        self._read: Callable[[PurposeName, str], Signed] = lru_cache(READ)(installation.links.read)
        self._asked = lru_cache(READ)(_asked)
        self._bodies: dict[str, bytes] = {}

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer one request; whatever is refused is worded in both languages."""
        try:
            status, headers, body = self._answer(environ)
        except HTTPException as error:
            status, headers, body = _refusal(error, environ)
        except Exception:
            log.exception("fault")
            status, headers, body = "500 INTERNAL SERVER ERROR", [("Content-Type", WORDS)], _OTHERWISE.encode()
        if status != _NOT_MODIFIED:
            headers.append(("Content-Length", str(len(body))))
        start_response(status, headers)
        return [] if environ["REQUEST_METHOD"] == "HEAD" else [body]

    def _answer(self, environ: WSGIEnvironment) -> Answer:
        path, query = environ["PATH_INFO"], environ["QUERY_STRING"]
        asked = (self._asked if len(path) + len(query) <= LONGEST else _asked)(path, query)
        if environ["REQUEST_METHOD"] not in ("GET", "HEAD"):
            raise MethodNotAllowed(["GET", "HEAD"])
        if self._secure and "https" not in (environ["wsgi.url_scheme"], environ.get("HTTP_X_FORWARDED_PROTO")):
            _lead_over(self._here.base_url, environ)
        with self._engine.connect() as connection:
            found, filename = self._find(connection, asked, environ)
            return self._answered(connection, found, filename, environ)

    def _find(self, connection: Connection, asked: Asked, environ: WSGIEnvironment) -> tuple[Found, str]:
        now = clock.read(self._settings)
        if asked.kind == "courses":
            locale = asked.locale or self._here.locale
            return course_feeds.find(connection, asked.name, locale, now) or _missing(), "course.ics"
        purpose, find, filename = _SIGNED[asked.kind]
        try:
            signed = self._read(purpose, asked.name)
        except BadLink:
            self._refuse(environ)
        found = find(connection, signed.subject_id, signed.version, asked.locale, now)
        return found or self._refuse(environ), filename

    def _refuse(self, environ: WSGIEnvironment) -> NoReturn:
        """Count a wrong link; nobody who holds a good one is ever kept out for the wrong ones of others."""
        if self._counts.hit(limits.REFUSALS["link"], "link", environ.get("REMOTE_ADDR", "")):
            raise NotFound
        raise TooManyRequests

    def _answered(self, connection: Connection, found: Found, filename: str, environ: WSGIEnvironment) -> Answer:
        """Answer 304 when the program has this very revision, else the feed; a compressed one is another representation."""
        packed = _takes_gzip(environ.get("HTTP_ACCEPT_ENCODING", ""))
        etag = f'"{found.tag}-gz"' if packed else f'"{found.tag}"'
        headers: Headers = [
            ("ETag", etag),
            ("Last-Modified", http_date(found.changed_at)),
            ("Cache-Control", CACHE),
            ("Vary", "Accept-Encoding"),
            ("X-Robots-Tag", "noindex"),
        ]
        if environ.get("HTTP_IF_NONE_MATCH") == etag or not is_resource_modified(
            environ, etag=etag, last_modified=found.changed_at
        ):
            return _NOT_MODIFIED, headers, b""
        headers += (
            ("Content-Type", CALENDAR),
            ("Content-Disposition", f'inline; filename="{filename}"'),
            ("X-Content-Type-Options", "nosniff"),
        )
        if packed:
            headers.append(("Content-Encoding", "gzip"))
        return "200 OK", headers, self._body(connection, found, f"{environ['PATH_INFO']} {etag}", packed)

    def _body(self, connection: Connection, found: Found, key: str, packed: bool) -> bytes:
        """Return the bytes of a feed at a revision, made once per process for programs that ask without naming theirs."""
        body = self._bodies.get(key)
        if body is None:
            body = found.write(connection)
            if packed:
                body = gzip.compress(body, GZIP_LEVEL, mtime=0)
            if len(self._bodies) >= KEPT:
                self._bodies.clear()
            self._bodies[key] = body
        return body


def create(main_app: Flask) -> Feeds:
    """Make the application that `main_app` mounts at /calendar."""
    with main_app.app_context():
        return Feeds(db.engine, edge.settings(), here(), limits.counts())


def _asked(path: str, query: str) -> Asked:
    """Read an address as WSGI gives it (its bytes as Latin-1); abort with 400 for a NUL, with 404 for no feed's address."""
    if NUL in path or NUL in query or "%00" in query:
        raise BadRequest
    match = _PATH.fullmatch(path.encode("latin-1").decode("utf-8", "replace"))
    if match is None:
        raise NotFound
    wanted = parse_qs(query).get("lang", [""])[0]
    return Asked(match[1], match[2], wanted if wanted in edge.LOCALES else None)


def _missing() -> NoReturn:
    raise NotFound


def _lead_over(base_url: str, environ: WSGIEnvironment) -> NoReturn:
    """Lead programs that turned webcal: into http: to https:, as the pages do."""
    path = quote(environ.get("SCRIPT_NAME", "") + environ["PATH_INFO"], encoding="latin-1")
    query = f"?{environ['QUERY_STRING']}" if environ["QUERY_STRING"] else ""
    raise HTTPException(response=redirect(f"{base_url}{path}{query}"))


@lru_cache(maxsize=256)
def _takes_gzip(accepted: str) -> bool:
    return parse_accept_header(accepted).quality("gzip") > 0


def _refusal(error: HTTPException, environ: WSGIEnvironment) -> Answer:
    """Word what is refused in both languages; a redirect keeps its own words."""
    response = error.get_response(environ)
    if response.status_code >= 400:
        of_staff = response.status_code == 404 and environ["PATH_INFO"].startswith(("/staff/", "/team/"))
        response.set_data(_STAFF_WORDS if of_staff else _WORDS.get(response.status_code, _OTHERWISE))
        response.content_type = WORDS
    response.headers["X-Robots-Tag"] = "noindex"
    headers = [(name, value) for name, value in response.headers.items() if name != "Content-Length"]
    return response.status, headers, response.get_data()
