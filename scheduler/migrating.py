"""Answers how an application learns to migrate its database; only who migrates carries Alembic."""

from __future__ import annotations

from flask import Flask
from flask_migrate import Migrate

from scheduler.base import VERSIONS
from scheduler.models.db import db


def plug_migrations(app: Flask) -> None:
    """Give an application Flask-Migrate, whose `upgrade` and `downgrade` then work in its context."""
    Migrate(app, db, directory=str(VERSIONS.parent), render_as_batch=True, compare_type=True)
