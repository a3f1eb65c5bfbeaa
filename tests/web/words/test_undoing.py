"""Why something stays when an import is taken back: every table that may hold it says so in its own words."""

from __future__ import annotations

import pytest
from flask import Flask

from scheduler.models.accounts import Account, Contact, Store
from scheduler.models.db import Base, table
from scheduler.services.imports.built import DERIVED
from scheduler.web.words import undoing

HOLDING = sorted(
    other.name
    for other in Base.metadata.sorted_tables
    if other.name not in DERIVED
    and any(key.column.table is table(model) for key in other.foreign_keys for model in (Account, Contact, Store))
)


@pytest.mark.parametrize("name", HOLDING)
def test_every_table_that_holds_a_company_a_store_or_a_person_says_why(app: Flask, name: str) -> None:
    with app.test_request_context():
        assert undoing.why([name]) != undoing.why(["a table nobody knows"])
