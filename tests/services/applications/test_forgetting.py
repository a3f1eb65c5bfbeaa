"""How long the words of visitors are kept."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest
from sqlalchemy import select

from scheduler.models.applications import Application
from scheduler.models.db import db
from scheduler.models.mails import Mail
from scheduler.services import addresses
from scheduler.services.applications import completing, deciding
from tests.factories import (
    a_lecture,
    an_application,
)
from tests.services.applications.asking import DAY, the_only, waits

pytestmark = pytest.mark.usefixtures("database")


@pytest.mark.parametrize(
    ("fields", "kept"),
    [
        ({"state": "sent", "created_at": -31}, False),
        ({"state": "sent", "created_at": -29}, True),
        ({"state": "done", "decided_at": -31, "created_at": -90}, False),
        ({"state": "refused", "decided_at": -31, "created_at": -90}, False),
        ({"state": "refused", "decided_at": -29, "created_at": -90}, True),
        ({"state": "waiting", "created_at": -90}, True),
    ],
)
def test_what_is_over_is_forgotten_after_thirty_days(now: datetime, fields: dict[str, Any], kept: bool) -> None:
    values = {key: now + value * DAY if isinstance(value, int) else value for key, value in fields.items()}
    row = an_application(**values)
    with db.writing():
        moments = {"created_at": now, "due_at": now, "next_try_at": now}
        db.session.add(Mail(key="k", kind="application", application_id=row.id, lecture_id=row.lecture_id, **moments))
    assert deciding.expire(now) == int(not kept)
    assert [len(list(db.session.scalars(select(model.id)))) for model in (Application, Mail)] == [int(kept)] * 2


def test_what_nobody_decided_is_forgotten_thirty_days_after_its_date(now: datetime) -> None:
    waits(a_lecture(starts_at=now - 31 * DAY))
    kept = waits(a_lecture(starts_at=now - 29 * DAY))
    assert deciding.expire(now) == 1
    assert the_only().id == kept.id


def test_an_old_link_never_opens_a_later_application_that_took_its_number(now: datetime) -> None:
    lecture = a_lecture()
    old = an_application(lecture, created_at=now - 40 * DAY)
    version = addresses.application_version(old)
    number = old.id
    deciding.expire(now)
    db.session.expunge_all()
    new = an_application(lecture, id=number, created_at=now)
    assert completing.read(new.id, version) is None
