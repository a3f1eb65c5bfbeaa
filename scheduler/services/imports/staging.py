"""Answers how a customer list waits between being handed in and being confirmed."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import joinedload, undefer

from scheduler.models.db import db
from scheduler.models.uploads import Upload
from scheduler.services.actors import Actor
from scheduler.services.imports import lists
from scheduler.services.imports.lists import Choices
from scheduler.services.refusals import FileUnreadable, Invalid, NotFound, UploadExpired

# How long an upload waits for its confirmation.
WAITS = timedelta(hours=24)
LONGEST_NAME = 200
# What an undecided account can become.
DECISIONS = ("onboarding", "success")


def stage(data: bytes, filename: str, now: datetime, actor: Actor) -> int:
    """Keep a customer list for its preview and return the upload's id; raise FileUnreadable.

    A list in which only the account's columns were not found is kept too: somebody can say which they are.
    """
    name = plain_name(filename)
    try:
        lists.read(data, name, Choices())
    except FileUnreadable as error:
        if error.params["why"] != "columns_missing" or not error.params["columns"]:
            raise
    with db.writing():
        upload = new(data, name, now, actor)
        db.session.flush()
        return upload.id


def new(data: bytes, filename: str, now: datetime, actor: Actor) -> Upload:
    """Within the caller's transaction, add the row of a customer list."""
    upload = Upload(
        kind="customers",
        filename=plain_name(filename),
        content=data,
        sha256=sha256(data).hexdigest(),
        staff_id=actor.staff_id,
        created_at=now,
        expires_at=now + WAITS,
    )
    db.session.add(upload)
    return upload


def choose(upload_id: int, now: datetime, **settled: Any) -> None:
    """Keep what somebody settled on the preview: fields of Choices; what is not named stays.

    Raises FileUnreadable where the list cannot be read that way, Invalid for a decision that there is not.
    """
    with db.writing():
        upload = waiting(upload_id, now, lock=True)
        choices = replace(Choices.from_json(upload.choices), **settled)
        found = lists.read(upload.content, upload.filename, choices)
        for stage_name in (*choices.decisions.values(), choices.rest):
            if stage_name not in (*DECISIONS, ""):
                raise Invalid(field="stage", why="not_a_choice", value=stage_name, choices=", ".join(DECISIONS))
        named = {row.account_id for row in found.rows}
        decisions = {key: value for key, value in choices.decisions.items() if value and key in named}
        upload.choices = replace(choices, decisions=decisions).to_json()


def the(upload_id: int) -> Upload:
    """Return a customer list's upload; raise NotFound."""
    upload = db.session.get(Upload, upload_id, options=[joinedload(Upload.staff)])
    if upload is None or upload.kind != "customers":
        raise NotFound(what="upload")
    return upload


def waiting(upload_id: int, now: datetime, *, lock: bool = False) -> Upload:
    """Return an upload that can still be confirmed, with its content; `lock` keeps others from confirming it meanwhile.

    Raises NotFound, and UploadExpired when it was confirmed already or is too old.
    """
    query = select(Upload).where(Upload.id == upload_id, Upload.kind == "customers").options(undefer(Upload.content))
    query = query.execution_options(populate_existing=True)
    upload = db.session.scalar(query.with_for_update() if lock else query)
    if upload is None:
        raise NotFound(what="upload")
    if not is_waiting(upload, now):
        raise UploadExpired()
    return upload


def is_waiting(upload: Upload, now: datetime) -> bool:
    """Tell whether an upload can still be confirmed."""
    return upload.confirmed_at is None and upload.expires_at > now


def past(page: int, per_page: int) -> tuple[list[Upload], int]:
    """List one page (from 1) of the customer lists handed in, newest first, and count them all."""
    query = select(Upload).where(Upload.kind == "customers")
    total = db.session.scalar(select(func.count()).select_from(query.subquery())) or 0
    rows = query.order_by(Upload.created_at.desc(), Upload.id.desc()).limit(per_page).offset((page - 1) * per_page)
    return list(db.session.scalars(rows.options(joinedload(Upload.staff)))), total


def plain_name(filename: str) -> str:
    """Reduce what a browser calls a file to its printable name."""
    name = filename.replace("\\", "/").rpartition("/")[2]
    return "".join(character for character in name if character.isprintable()).strip()[-LONGEST_NAME:] or "?"
