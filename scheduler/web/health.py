"""Answers whether the program is alive and ready, for supervisors and load balancers."""

from __future__ import annotations

from datetime import datetime

from flask import Blueprint, Response, jsonify
from flask.typing import ResponseReturnValue
from sqlalchemy.exc import SQLAlchemyError

from scheduler.base import is_migrated
from scheduler.services import mail_health
from scheduler.web import edge

health = Blueprint("health", __name__)


@health.get("/healthz")
def alive() -> ResponseReturnValue:
    """Say that the process answers."""
    return Response("ok\n", mimetype="text/plain")


@health.get("/readyz")
def ready() -> ResponseReturnValue:
    """Say whether the database is reachable and migrated; stalled mail is told in the body but is no reason for 503."""
    try:
        if not is_migrated():
            return jsonify(database="reachable", migrated=False, hint="tasuki migrate"), 503
        late, mails = mail_health.late(edge.now()), mail_health.read(edge.now())
    except SQLAlchemyError:
        return jsonify(database="unreachable"), 503
    told = {
        "due": mails.due,
        "oldest_due_at": _moment(mails.oldest_due_at),
        "last_sent_at": _moment(mails.last_sent_at),
        "stalled": mails.stalled,
        "transport": mails.transport,
    }
    return jsonify(database="reachable", migrated=True, stalled_mails=late, mails=told)


def _moment(at: datetime | None) -> str | None:
    return at.strftime("%Y-%m-%dT%H:%M:%SZ") if at is not None else None
