"""Answers how a page that belongs to one person is kept to that person."""

from __future__ import annotations

from flask import Response


def private(response: Response) -> Response:
    """Keep a personal page out of caches and search engines (put after every request of a blueprint)."""
    response.headers["Cache-Control"] = "no-store"
    response.headers["X-Robots-Tag"] = "noindex"
    return response
