"""Answers where a name in an API's address ends: `%2F` is a slash inside a name, `/` goes on to the next part.

WSGI decodes the whole path before anybody has divided it (PEP 3333), so the two look alike in PATH_INFO. Servers also hand
over the address as it came: gunicorn, which is ours, as RAW_URI.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from urllib.parse import quote, unquote_to_bytes
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from werkzeug.routing import UnicodeConverter

_KEPT = re.compile("(%2F|%25)", re.IGNORECASE)
_SLASHES = re.compile("/{2,}")


class NameConverter(UnicodeConverter):
    """A name in an address (`<name:…>`), which may hold a slash written %2F."""

    def to_python(self, value: str) -> str:
        """Read what `keep` left encoded."""
        return value.replace("%2F", "/").replace("%25", "%")

    def to_url(self, value: str) -> str:
        """Write a name so that it stays one part of the address."""
        return quote(value, safe="")


def keep(app: WSGIApplication) -> WSGIApplication:
    """Hand the API its paths with %2F and %25 left as they are, for `NameConverter` to read."""

    def call(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        if environ["PATH_INFO"].lstrip("/").startswith("api/"):
            environ["PATH_INFO"] = _path(environ["PATH_INFO"], environ.get("RAW_URI", ""))
        return app(environ, start_response)

    return call


def _path(decoded: str, raw: str) -> str:
    """Return the path decoded but for slashes and percent signs; both are in WSGI's Latin-1."""
    written = raw.partition("?")[0]
    if _decoded(written) != decoded:
        # No such address from this server, or a proxy's whole URL.
        return _SLASHES.sub("/", decoded.replace("%", "%25"))
    # A redirect to the address without doubled slashes would encode names once more.
    parts = _KEPT.split(_SLASHES.sub("/", written))
    return "".join(part.upper() if _KEPT.fullmatch(part) else _decoded(part) for part in parts)


def _decoded(written: str) -> str:
    return unquote_to_bytes(written.encode("latin-1")).decode("latin-1")
