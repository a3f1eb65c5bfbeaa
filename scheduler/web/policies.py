"""Answers what a browser may load and frame: on our pages, on those that show a mail, and within a mail that is shown."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

View = TypeVar("View", bound=Callable[..., Any])

# Pages bring no inline script or style; Bootstrap's own icons are data: images.
PAGES = {
    "default-src": "'self'",
    "img-src": "'self' data:",
    "frame-src": "'none'",
    "object-src": "'none'",
    "base-uri": "'none'",
    "form-action": "'self'",
    "frame-ancestors": "'self'",
}
# For views, as Flask-Talisman's options of a view: a page with frames of ours in it, and what stands in such a frame.
FRAMING: dict[str, Any] = {"content_security_policy": PAGES | {"frame-src": "'self'"}}
MAIL: dict[str, Any] = {
    "content_security_policy": {
        "default-src": "'none'",
        # A mail's style stands at its elements, and it may show pictures of the vendor's.
        "style-src": "'unsafe-inline'",
        "img-src": "https: data:",
        "base-uri": "'none'",
        "form-action": "'none'",
        "frame-ancestors": "'self'",
        "sandbox": "",
    }
}


def under(policy: dict[str, Any]) -> Callable[[View], View]:
    """Answer a view's pages under a policy of its own."""

    def decorate(view: View) -> View:
        view.talisman_view_options = policy  # type: ignore[attr-defined]
        return view

    return decorate
