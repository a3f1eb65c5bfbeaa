"""Answers how lists and shows are printed: aligned columns for people, JSON for programs."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import click
from rich.cells import cell_len

from scheduler.cli.words import _

as_json = click.option("--json", "as_json", is_flag=True, help=_("JSON で出力します。"))


def moment(value: datetime | None) -> str | None:
    """Write a moment as RFC 3339 in UTC, whole seconds, as the API does."""
    return None if value is None else value.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def write_json(value: Any) -> None:
    """Print a value as JSON."""
    click.echo(json.dumps(value, ensure_ascii=False, indent=2))


def write_table(headings: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
    """Print rows under headings in columns that stay aligned with wide characters."""
    lines = [list(headings), *([("" if cell is None else str(cell)) for cell in row] for row in rows)]
    widths = [max(cell_len(line[column]) for line in lines) for column in range(len(headings))]
    for line in lines:
        padded = [cell + " " * (width - cell_len(cell)) for cell, width in zip(line, widths, strict=True)]
        click.echo("  ".join(padded).rstrip())
