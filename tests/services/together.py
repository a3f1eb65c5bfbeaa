"""Answers what happens when several people act at the same moment, each on a connection of its own."""

from __future__ import annotations

import threading
from collections.abc import Callable

from flask import Flask

from scheduler.models.db import db
from scheduler.services.refusals import Refused


def at_once(app: Flask, *acts: Callable[[], object]) -> list[str]:
    """Do all of it at the same moment; return the keys of the refusals, sorted. Any other error is raised."""
    barrier = threading.Barrier(len(acts))
    refused: list[str] = []
    errors: list[BaseException] = []

    def run(act: Callable[[], object]) -> None:
        with app.app_context():
            barrier.wait()
            try:
                act()
            except Refused as refusal:
                refused.append(refusal.key)
            except BaseException as error:
                errors.append(error)
            finally:
                db.session.remove()

    db.session.rollback()
    threads = [threading.Thread(target=run, args=(act,)) for act in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if errors:
        raise errors[0]
    return sorted(refused)
