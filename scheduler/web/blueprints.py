"""Answers which doors the program has: one blueprint is one audience with one gate."""

from __future__ import annotations

from flask import Blueprint

from scheduler.web.health import health
from scheduler.web.language import language
from scheduler.web.staff.door import door
from scheduler.web.staff.today import today

BLUEPRINTS: list[Blueprint] = [health, language, door, today]
