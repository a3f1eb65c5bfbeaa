"""Answers which doors the program has: one blueprint is one audience with one gate."""

from __future__ import annotations

from flask import Blueprint

from scheduler.web.health import health

BLUEPRINTS: list[Blueprint] = [health]
