"""A list waits for its confirmation a day, can be corrected, and its preview writes nothing."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta

import pytest

from scheduler.models.accounts import Account
from scheduler.models.db import db
from scheduler.models.uploads import Upload
from scheduler.services import accounts, staff, uploads
from scheduler.services.actors import CLI, Actor
from scheduler.services.imports import confirm, preview, staging
from scheduler.services.imports.preview import Counts
from scheduler.services.refusals import FileTooLarge, FileUnreadable, Invalid, NotFound, UploadExpired
from tests.services.imports.lists import DATA, NOW, SAMPLE, a_list, account, as_csv, bring_in, everything, how_many
from tests.statements import noted

STAFF = Actor("staff", None, "page")

pytestmark = pytest.mark.usefixtures("database")


def staged(data: bytes, filename: str = "list.csv") -> int:
    return staging.stage(data, filename, NOW, CLI)


# What is shown


def test_the_preview_tells_what_confirming_does_and_writes_nothing() -> None:
    number = staged(SAMPLE)
    before = everything()
    shown = preview.preview(number, NOW)
    assert everything() == before
    assert (shown.accounts, shown.stores) == (Counts(112, 0, 0), Counts(1028, 0, 0))
    assert {sort: len(drafts) for sort, drafts in shown.sorts.items()} == {
        "introducing": 31,
        "live": 81,
        "undecided": 0,
    }
    assert (shown.file.encoding, len(shown.file.refused), len(shown.plan.marks)) == ("cp932", 3, 4)
    done = confirm.confirm(number, NOW, CLI)
    assert done.totals == shown.to_json()


def test_owners_who_are_members_already_are_not_announced() -> None:
    staff.by_name("小林美咲", "operations", NOW)
    rows = [{"自社担当": "小林 美咲"}, {"顧客ID": "B1", "自社担当": "中村 彩", "営業担当": "林 充"}]
    assert preview.preview(staged(a_list(*rows)), NOW).members == {"sales": ["林 充"], "onboarding": ["中村 彩"]}


def test_what_changes_and_what_stays_is_shown_field_by_field() -> None:
    bring_in(a_list({"プラン": "ライト", "ITスキル": "低", "店舗名": "横浜店", "定休日": "水"}))
    accounts.edit(account().id, {"it_skill": "高"}, NOW, STAFF)
    listed = a_list({"プラン": "プロ", "ITスキル": "中", "店舗名": "横浜店", "定休日": "火・水"})
    shown = preview.preview(staged(listed), NOW)
    told = [(one.part.name, one.change.field, one.change.old, one.change.new) for one in shown.changes]
    assert told == [("株式会社みほん", "plan", "ライト", "プロ"), ("横浜店", "closed_days", (2,), (1, 2))]
    assert [(one.change.field, one.change.old, one.change.new) for one in shown.kept] == [("it_skill", "高", "中")]


def statements_of(look: Callable[[], object]) -> int:
    """Count the statements that a look at the database takes."""
    db.session.rollback()
    with noted() as seen:
        look()
    return len(seen)


def test_the_statements_do_not_grow_with_the_list() -> None:
    bring_in(a_list(*[{"顧客ID": f"A{number}"} for number in range(60)]))
    few, many = (staged(a_list(*[{"顧客ID": f"A{number}"} for number in range(size)])) for size in (1, 60))
    assert statements_of(lambda: preview.preview(few, NOW)) == statements_of(lambda: preview.preview(many, NOW))


# What can be corrected


def test_a_column_can_be_named_by_hand() -> None:
    number = staged(as_csv([["番号", "お店の会社", "誰か"], ["A1", "みほん", "山田"]]))
    with pytest.raises(FileUnreadable) as refused:
        preview.preview(number, NOW)
    assert refused.value.params["missing"] == ["account_id", "account_name"]
    staging.choose(number, NOW, mapping={"account_id": "番号", "account_name": "お店の会社", "name": ""})
    shown = preview.preview(number, NOW)
    assert (shown.accounts.new, shown.file.unmapped) == (1, ["誰か"])


def test_a_wrong_correction_changes_nothing() -> None:
    number = staged(a_list({}))
    with pytest.raises(FileUnreadable):
        staging.choose(number, NOW, mapping={"email": "ない列"})
    with pytest.raises(FileUnreadable):
        staging.choose(number, NOW, date_order="ymd")
    with pytest.raises(Invalid):
        staging.choose(number, NOW, rest="renewal")
    assert db.session.get_one(Upload, number).choices == {}


def test_what_was_settled_before_stays_settled() -> None:
    number = staged(a_list({"契約日": "04/01/2026"}))
    staging.choose(number, NOW, date_order="mdy")
    staging.choose(number, NOW, as_of=date(2026, 12, 1), decisions={"A1": "success", "unknown": "success"})
    shown = preview.preview(number, NOW)
    assert (shown.choices.date_order, shown.today, shown.choices.decisions) == (
        "mdy",
        date(2026, 12, 1),
        {"A1": "success"},
    )


# What is refused, and what waits


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"", "empty"),
        (b"\r\n\r\n", "empty"),
        (b"PK\x03\x04 no workbook", "broken_workbook"),
        ("顧客ID,会社名\nA1,みほん".encode("euc_jp"), "unknown_encoding"),
        (b"\x81\x00\xff\xfe\x80\x81," * 9, "unknown_encoding"),
        ("顧客ID,会社名\nA1,\"みほん".encode(), "unclosed_quote"),
        ("顧客ID,会社名\n".encode(), "no_rows"),
        (b"%PDF-1.7 ...", "not_a_table"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "old_excel"),
    ],
)  # fmt: skip
def test_what_is_no_list_is_refused_with_its_reason(data: bytes, why: str) -> None:
    with pytest.raises(FileUnreadable) as refused:
        staged(data, "顧客.csv")
    assert (refused.value.params["why"], refused.value.params["field"]) == (why, "file")
    assert how_many(Upload) == 0


def test_a_file_beyond_20_mb_is_too_large() -> None:
    with pytest.raises(FileTooLarge):
        staged(bytes(20 * 1024 * 1024 + 1))
    assert how_many(Upload) == 0


def test_the_upload_knows_its_file() -> None:
    upload = db.session.get_one(Upload, staged(SAMPLE, r"C:\Users\小林\customers.csv"))
    assert upload.filename == "customers.csv"
    assert (len(upload.sha256), upload.content == SAMPLE) == (64, True)
    assert (upload.expires_at, upload.staff_id, upload.result) == (NOW + timedelta(hours=24), None, None)


def test_what_nobody_confirmed_is_emptied_and_can_no_longer_be_looked_at() -> None:
    number = staged(SAMPLE)
    later = NOW + timedelta(hours=24)
    with pytest.raises(UploadExpired):
        preview.preview(number, later)
    with pytest.raises(UploadExpired):
        staging.choose(number, later, rest="success")
    assert uploads.expire(later) == 1
    assert how_many(Account) == 0


def test_past_lists_are_listed_newest_first() -> None:
    first = staged(a_list({}))
    second = staging.stage((DATA / "customers.xlsx").read_bytes(), "customers.xlsx", NOW + timedelta(hours=1), CLI)
    rows, total = staging.past(1, 1)
    assert ([row.id for row in rows], total) == ([second], 2)
    assert [row.id for row in staging.past(2, 1)[0]] == [first]


def test_an_upload_that_is_none_is_not_found() -> None:
    with pytest.raises(NotFound):
        staging.the(77)
    with pytest.raises(NotFound):
        preview.preview(77, NOW)
