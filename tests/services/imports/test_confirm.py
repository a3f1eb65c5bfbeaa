"""A customer list goes in once, whole, without a mail to anybody; what a hand has changed stays."""

from __future__ import annotations

import json
from datetime import date, timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select

from scheduler.models.accounts import Account, Contact, Store
from scheduler.models.attendance import Attendance
from scheduler.models.db import db
from scheduler.models.mails import Mail
from scheduler.models.staff import Staff
from scheduler.models.uploads import Upload
from scheduler.rules.names import name_key
from scheduler.services import accounts, contacts, stores, usage
from scheduler.services.actors import CLI, Actor
from scheduler.services.imports import confirm, staging
from scheduler.services.imports.lists import Choices
from scheduler.services.refusals import DateOrderOpen, NoRowFits, UploadExpired
from tests.factories import a_course, a_lecture, a_member
from tests.services.imports.lists import (
    DATA,
    NOW,
    SAMPLE,
    a_list,
    account,
    bring_in,
    counts,
    everything,
    how_many,
    imported_events,
    person,
    store,
)

STAFF = Actor("staff", None, "page")
EXPECTED = json.loads((DATA / "customers_expected.json").read_text())

pytestmark = pytest.mark.usefixtures("database")


# The sample of a CRM's export


def test_the_sample_comes_in_as_it_should() -> None:
    result = bring_in(SAMPLE)
    assert {part: result.totals[part]["total"] for part in ("accounts", "stores", "contacts")} == EXPECTED["totals"]
    assert {"accounts": how_many(Account), "stores": how_many(Store), "contacts": how_many(Contact)} == EXPECTED[
        "totals"
    ]
    assert {row.number for row in result.refused} == {row["row"] for row in EXPECTED["refused_rows"]}
    biggest = EXPECTED["biggest_account"]
    of_biggest = account(biggest["external_id"]).id
    for model, many in ((Store, "stores"), (Contact, "people")):
        found = select(func.count()).select_from(model).where(model.account_id == of_biggest)
        assert db.session.scalar(found) == biggest[many]


def test_the_sample_mails_nobody() -> None:
    bring_in(SAMPLE)
    assert how_many(Mail) == 0


def test_the_sample_puts_live_accounts_into_success_and_the_others_into_onboarding() -> None:
    result = bring_in(SAMPLE)
    live = EXPECTED["accounts_whose_planned_start_is_over_30_days_past"] + 2
    stages = dict(db.session.execute(select(Account.stage, func.count()).group_by(Account.stage)).all())
    assert stages == {"onboarding": 112 - live, "success": live}
    assert result.totals["sorts"] == {"introducing": 112 - live, "live": live, "undecided": 0}


def test_the_owners_of_the_sample_become_members_who_cannot_sign_in() -> None:
    result = bring_in(SAMPLE)
    members = {member.name: member for member in db.session.scalars(select(Staff))}
    assert members.keys() == set(result.totals["members"])
    assert {member.email or member.password_hash for member in members.values()} == {None}
    owner = members["小林 美咲"]
    assert (owner.team, owner.name_key) == ("onboarding", name_key("小林 美咲"))
    first = account("A10000")
    assert first.onboarding_owner_id == owner.id
    assert first.sales_owner_id == members["山田 康弘"].id
    assert members["山田 康弘"].team == "sales"


def test_the_people_to_check_are_marked() -> None:
    bring_in(SAMPLE)
    found = sorted(check for checks in db.session.scalars(select(Contact.checks)) for check in checks)
    assert found == ["no_email", "second_person", "several_stores", "shared_address"]


def test_the_workbook_comes_in_like_the_export_it_was_made_of() -> None:
    result = confirm.bring_in((DATA / "customers.xlsx").read_bytes(), "customers.xlsx", Choices(), NOW, CLI)
    assert {part: counts(result, part)[0] for part in ("accounts", "stores", "contacts")} == {
        "accounts": 23,
        "stores": 223,
        "contacts": 259,
    }


def test_the_same_list_again_changes_nothing_and_writes_no_history() -> None:
    bring_in(SAMPLE)
    before = everything()
    again = bring_in(SAMPLE, NOW + timedelta(days=3))
    assert everything() == before
    assert [counts(again, part)[:2] for part in ("accounts", "stores", "contacts")] == [(0, 0)] * 3
    assert again.totals["members"] == []


def test_every_account_that_came_in_has_a_history_line_and_its_sash() -> None:
    bring_in(SAMPLE)
    assert len(imported_events()) == 112
    assert {params["new"] for params in imported_events()} == {True}
    assert {len(knots) for knots in db.session.scalars(select(Account.knots))} == {7}


def test_the_history_names_no_people() -> None:
    bring_in(SAMPLE)
    told = json.dumps(imported_events(), ensure_ascii=False)
    assert [name for name in db.session.scalars(select(Contact.name)) if name and name in told] == []


# Where an account goes


def test_the_owner_of_a_live_account_looks_after_it_in_success() -> None:
    bring_in(a_list({"フェーズ": "利用中", "自社担当": "小林 美咲", "営業担当": "林 充"}))
    made = account()
    assert (made.stage, made.undecided) == ("success", False)
    assert made.success_owner_id == made.onboarding_owner_id != made.sales_owner_id
    # Another owner in the list later follows into both, as long as nobody chose one by hand.
    bring_in(a_list({"フェーズ": "利用中", "自社担当": "中村 彩"}))
    assert account().success_owner.name == account().onboarding_owner.name == "中村 彩"  # type: ignore[union-attr]
    chosen = a_member(team="success")
    accounts.assign([made.id], "success", chosen.id, NOW, STAFF)
    bring_in(a_list({"フェーズ": "利用中", "自社担当": "佐々木 亮"}))
    assert account().onboarding_owner.name == "佐々木 亮"  # type: ignore[union-attr]
    assert account().success_owner_id == chosen.id


def test_an_account_up_for_renewal_goes_there() -> None:
    bring_in(a_list({"フェーズ": "更新手続き中"}))
    assert account().stage == "renewal"


@pytest.mark.parametrize(
    ("choices", "becomes"),
    [
        ({}, ("onboarding", True)),
        ({"rest": "success"}, ("success", False)),
        ({"decisions": {"A1": "onboarding"}, "rest": "success"}, ("onboarding", False)),
        ({"decisions": {"A2": "success"}}, ("onboarding", True)),
    ],
)
def test_an_account_of_which_the_list_says_nothing_waits_for_a_decision(
    choices: dict[str, object], becomes: tuple[str, bool]
) -> None:
    bring_in(a_list({}), **choices)
    assert (account().stage, account().undecided) == becomes


def test_another_day_can_stand_for_today() -> None:
    listed = a_list({"利用開始予定日": "2026/11/1"})
    assert bring_in(listed, as_of=date(2026, 12, 31)).totals["sorts"]["live"] == 1


def test_a_known_account_keeps_its_stage() -> None:
    bring_in(a_list({"フェーズ": "導入中"}))
    bring_in(a_list({"フェーズ": "利用中"}))
    assert account().stage == "onboarding"


# Changes


PEOPLE = (
    {"プラン": "ライト", "店舗コード": "S1", "店舗名": "横浜店", "氏名": "山田 花子", "メール": "y@x.jp", "電話番号": "0311"},
    {"プラン": "ライト", "店舗コード": "S2", "店舗名": "川崎店", "氏名": "佐藤 翔太", "メール": "s@x.jp", "電話番号": "0322"},
)  # fmt: skip


def test_only_what_the_list_changes_is_written_and_told() -> None:
    bring_in(a_list(*PEOPLE, {"顧客ID": "B1", "会社名": "たすき"}))
    later = [row | {"プラン": "プロ"} for row in PEOPLE]
    later[1] |= {"店舗名": "川崎本店", "電話番号": "0333", "店舗コード": "S2"}
    result = bring_in(a_list(*later, {"顧客ID": "B1", "会社名": "たすき"}))
    assert counts(result, "accounts") == (0, 1, 1)
    assert counts(result, "stores") == (0, 1, 1)
    assert counts(result, "contacts") == (0, 1, 1)
    assert (account().plan, store("S2").name) == ("プロ", "川崎本店")
    assert (person("佐藤 翔太").phone, person("佐藤 翔太").phone_digits) == ("0333", "0333")
    assert imported_events()[2:] == [{"new": False, "fields": ["plan"], "stores": 1, "contacts": 1}]


def test_a_person_moves_to_another_store() -> None:
    bring_in(a_list(*PEOPLE))
    bring_in(a_list(PEOPLE[0], PEOPLE[1] | {"店舗コード": "S3", "店舗名": "品川店"}))
    assert [one.code for one in person("佐藤 翔太").stores] == ["S3"]
    assert [one.code for one in person("山田 花子").stores] == ["S1"]


def test_what_the_list_does_not_name_stays() -> None:
    bring_in(a_list(*PEOPLE))
    before = everything()["contacts"]
    result = bring_in(a_list(PEOPLE[0]))
    assert counts(result, "contacts") == (0, 0, 1)
    assert everything()["contacts"] == before


def test_what_a_hand_has_changed_is_kept_and_listed() -> None:
    bring_in(a_list(*PEOPLE))
    accounts.edit(account().id, {"plan": "特別"}, NOW, STAFF)
    contacts.edit(person("山田 花子").id, {"email": "hana@x.jp", "name": "山田 はな"}, NOW, STAFF)
    stores.edit(store("S2").id, {"name": "川崎駅前店"}, NOW, STAFF)
    before = everything()
    for listed in (PEOPLE, [row | {"プラン": "プロ"} for row in PEOPLE]):
        result = bring_in(a_list(*listed))
        assert (counts(result, "accounts"), counts(result, "contacts")) == ((0, 0, 1), (0, 0, 2))
        assert result.totals["kept"] == 4
    assert (account().plan, person("山田 はな").email, store("S2").name) == ("特別", "hana@x.jp", "川崎駅前店")
    assert everything()["events"] == before["events"]


def test_a_role_or_language_that_the_list_says_later_is_no_edit_by_hand() -> None:
    bring_in(a_list(*PEOPLE))
    assert (person("山田 花子").role, person("山田 花子").locale) == ("member", "ja")
    result = bring_in(a_list(*[row | {"役割": "店長", "言語": "English"} for row in PEOPLE]))
    assert (counts(result, "contacts"), result.totals["kept"]) == ((0, 2, 0), 0)
    assert (person("山田 花子").role, person("山田 花子").locale) == ("manager", "en")


def test_an_account_that_a_program_made_is_filled_where_it_is_empty() -> None:
    accounts.upsert("A1", {"name": "株式会社みほん", "plan": "特別"}, NOW, CLI)
    result = bring_in(a_list(*[row | {"備考": "紹介案件"} for row in PEOPLE]))
    assert (account().plan, account().note) == ("特別", "紹介案件")
    assert (counts(result, "accounts"), result.totals["kept"]) == ((0, 1, 0), 1)


def test_a_check_that_somebody_settled_stays_settled() -> None:
    telephone_only = PEOPLE[0] | {"メール": ""}
    bring_in(a_list(telephone_only))
    assert person("山田 花子").checks == ["no_email"]
    contacts.mark_checked(person("山田 花子").id, NOW, STAFF)
    bring_in(a_list(telephone_only | {"プラン": "プロ"}))
    assert person("山田 花子").checks == []


def test_a_check_ends_when_the_list_no_longer_raises_it() -> None:
    bring_in(a_list(PEOPLE[0] | {"メール": ""}))
    bring_in(a_list(PEOPLE[0]))
    assert (person("山田 花子").email, person("山田 花子").checks) == ("y@x.jp", [])


def test_a_list_never_makes_two_of_one_person() -> None:
    """Somebody was given the successor's name and kept the telephone; then the list names both."""
    bring_in(a_list(PEOPLE[0]))
    contacts.edit(person("山田 花子").id, {"name": "鈴木 一郎", "email": ""}, NOW, STAFF)
    successor = PEOPLE[0] | {"氏名": "鈴木 一郎", "メール": ""}
    bring_in(a_list(PEOPLE[0], successor))
    bring_in(a_list(PEOPLE[0] | {"氏名": "鈴木 一郎", "メール": "y@x.jp"}, PEOPLE[0]))
    names = db.session.execute(select(Contact.name, Contact.email).order_by(Contact.id)).all()
    assert len(names) == len(set(names))


def test_a_list_that_makes_an_account_ready_mails_nobody() -> None:
    """The people who attended turn out to be the coordinator and to stand for half of the stores."""
    rows = [{"店舗コード": f"S{number}", "店舗名": f"{number}号店", "フェーズ": "導入中"} for number in range(1, 5)]
    at_first = [rows[0] | {"氏名": "山田 花子", "メール": "y@x.jp", "役割": "一般", "自社担当": "小林 美咲"}, *rows[1:]]
    bring_in(a_list(*at_first))
    lecture = a_lecture(a_course(), starts_at=NOW - timedelta(days=2))
    with db.writing():
        hanako = person("山田 花子").id
        db.session.add(Attendance(lecture_id=lecture.id, contact_id=hanako, verdict="attended", decided_at=NOW))
    usage.confirm(account().id, NOW.date(), "電話で確認", NOW, Actor("staff", a_member().id, "page"))
    assert account().ready_since is None
    at_two = {"氏名": "山田 花子", "メール": "y@x.jp", "役割": "窓口"}
    bring_in(a_list(rows[0] | at_two, rows[1] | at_two, *rows[2:]))
    assert account().ready_since == NOW
    assert db.session.scalars(select(Mail.state)).all() in ([], ["dropped"])


# Refusals and repetitions


def test_a_list_is_confirmed_once() -> None:
    number = staging.stage(SAMPLE, "customers.csv", NOW, CLI)
    confirm.confirm(number, NOW, CLI)
    upload = db.session.get_one(Upload, number)
    assert (upload.confirmed_at, upload.result["accounts"]["new"] if upload.result else 0) == (NOW, 112)
    before = everything()
    with pytest.raises(UploadExpired):
        confirm.confirm(number, NOW, CLI)
    assert everything() == before


def test_a_list_that_waited_too_long_does_not_go_in() -> None:
    number = staging.stage(SAMPLE, "customers.csv", NOW, CLI)
    with pytest.raises(UploadExpired):
        confirm.confirm(number, NOW + timedelta(hours=24), CLI)
    assert how_many(Account) == 0


def test_a_list_with_an_open_question_does_not_go_in_before_the_answer() -> None:
    number = staging.stage(a_list({"契約日": "04/01/2026"}), "list.csv", NOW, CLI)
    with pytest.raises(DateOrderOpen):
        confirm.confirm(number, NOW, CLI)
    assert how_many(Account) == 0
    staging.choose(number, NOW, date_order="dmy")
    confirm.confirm(number, NOW, CLI)
    assert account().signed_on == date(2026, 1, 4)


def test_a_list_of_which_no_row_fits_leaves_nothing_behind() -> None:
    with pytest.raises(NoRowFits) as refused:
        bring_in(a_list({"顧客ID": ""}))
    assert [row.key for row in refused.value.params["refused"]] == ["account_id_missing"]
    assert (how_many(Account), how_many(Upload)) == (0, 0)


def test_a_text_too_long_to_be_edited_later_refuses_its_row_alone() -> None:
    result = bring_in(a_list({"氏名": "長" * 201, "電話番号": "0311"}, *PEOPLE))
    assert [(row.number, row.key, row.params) for row in result.refused] == [
        (2, "too_long", {"field": "name", "maximum": 200})
    ]
    assert how_many(Contact) == 2


def test_progress_is_told_until_the_last_account() -> None:
    told: list[tuple[int, int]] = []
    confirm.bring_in(SAMPLE, "list.csv", Choices(), NOW, CLI, lambda done, total: told.append((done, total)))
    assert told[-1] == (112, 112)


def test_a_fault_on_the_way_leaves_nothing_behind(database: Flask) -> None:
    def fail(_done: int, _total: int) -> None:
        raise RuntimeError

    with pytest.raises(RuntimeError):
        confirm.bring_in(SAMPLE, "list.csv", Choices(), NOW, CLI, fail)
    assert (how_many(Account), how_many(Upload), how_many(Staff)) == (0, 0, 0)
