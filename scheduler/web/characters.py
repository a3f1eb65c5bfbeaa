"""Answers which characters may come in: all but NUL, which no text in a database can hold."""

from __future__ import annotations

from flask import abort, request

NUL = "\x00"


def refuse_nul() -> None:
    """Abort with 400 for a NUL in the address or a form (put before every request); JSON is read by its fields."""
    # In an address a browser writes it %00, and nothing else is decoded to it.
    if NUL in request.path or b"%00" in request.query_string or NUL.encode() in request.query_string:
        abort(400)
    # Programs send JSON under whatever Content-Type, hooks whole mails: their bodies are left unread.
    if request.path.startswith(("/api/", "/hooks/")):
        return
    fields = (text for pair in request.form.items(multi=True) for text in pair)
    names = (file.filename or "" for _field, file in request.files.items(multi=True))
    if any(NUL in text for text in (*fields, *names)):
        abort(400)
