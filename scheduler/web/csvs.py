"""Answers how rows leave as a CSV file that spreadsheets open safely."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from io import StringIO

from flask import Response

# A cell that begins with one of these is a formula to a spreadsheet
# (https://owasp.org/www-community/attacks/CSV_Injection).
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


def response(filename: str, head: Sequence[str], rows: Iterable[Sequence[object]]) -> Response:
    """Answer with a CSV file in UTF-8 with a byte order mark, which Excel needs to read Japanese."""
    answer = Response(text(head, rows).encode("utf-8-sig"), mimetype="text/csv")
    answer.headers.set("Content-Disposition", "attachment", filename=filename)
    return answer


def text(head: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """Write rows under their headings as the text of a CSV file."""
    lines = StringIO()
    writer = csv.writer(lines, lineterminator="\r\n")
    writer.writerow([cell(value) for value in head])
    writer.writerows([cell(value) for value in row] for row in rows)
    return lines.getvalue()


def cell(value: object) -> str:
    """Write a value as text that is never a formula; days and moments as ISO 8601."""
    if value is None:
        return ""
    if isinstance(value, date | datetime):
        return value.isoformat()
    written = str(value)
    if isinstance(value, int | float):
        return written
    return f"'{written}" if written.startswith(_FORMULA) else written
