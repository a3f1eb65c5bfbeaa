"""Answers whether the program is alive and ready, for supervisors and load balancers."""

from __future__ import annotations

from datetime import timedelta

from flask import Blueprint, Response, jsonify
from flask.typing import ResponseReturnValue
from sqlalchemy import func, select
from sqlalchemy.exc import SQLAlchemyError

from scheduler.base import is_migrated
from scheduler.models.db import db
from scheduler.models.mails import Mail
from scheduler.web import edge

health = Blueprint("health", __name__)

# A mail that is this late has stalled: the worker is not running or the transport is down.
STALLED = timedelta(minutes=15)


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
        late = db.session.scalar(
            select(func.count()).where(Mail.state.in_(("queued", "sending")), Mail.next_try_at < edge.now() - STALLED)
        )
    except SQLAlchemyError:
        return jsonify(database="unreachable"), 503
    return jsonify(database="reachable", migrated=True, stalled_mails=late)
