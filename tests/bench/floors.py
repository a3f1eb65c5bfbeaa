"""Answers what Flask itself costs on this machine: the views against which the program's are measured.

Served as the program is (two processes, four threads each). BENCH_BYTES names a file to return, BENCH_DATABASE the
program's own database, in which one row is inserted and committed.
"""

from __future__ import annotations

import os
from pathlib import Path

from flask import Flask, Response
from sqlalchemy import create_engine, text

from scheduler.models.db import prepare_sqlite

app = Flask("floors")
BYTES = Path(os.environ["BENCH_BYTES"])
engine = create_engine(os.environ["BENCH_DATABASE"])
prepare_sqlite(engine)


@app.get("/hello")
def hello() -> str:
    """Say hello."""
    return "hello"


@app.get("/unchanged")
def unchanged() -> Response:
    """Answer that nothing has changed."""
    return Response(status=304, headers={"ETag": '"same"'})


@app.get("/bytes")
def same_bytes() -> Response:
    """Return the feed's bytes from memory."""
    return Response(_bytes(), mimetype="text/calendar")


@app.post("/insert")
def insert() -> str:
    """Insert one row and commit."""
    with engine.connect().execution_options(sqlite_begin="IMMEDIATE") as connection:
        connection.execute(text("INSERT INTO bench_rows (words) VALUES ('one')"))
        connection.commit()
    return "done"


_kept: list[bytes] = []


def _bytes() -> bytes:
    if not _kept:
        _kept.append(BYTES.read_bytes())
    return _kept[0]
