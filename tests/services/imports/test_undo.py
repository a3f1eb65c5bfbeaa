"""An import taken back: what it made goes, what it changed is as before, and whatever somebody built on stays."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select, update

from scheduler.models.accounts import Account, Contact, Store
from scheduler.models.db import db
from scheduler.models.history import Event
from scheduler.models.mails import Mail
from scheduler.models.staff import Staff
from scheduler.models.uploads import Upload
from scheduler.services import accounts, contacts, stores, tasks
from scheduler.services.actors import Actor
from scheduler.services.imports import undo
from scheduler.services.imports.undo import ImportUndo
from scheduler.services.outbox.owe import owe
from scheduler.services.refusals import NotFound, UploadExpired
from tests.factories import a_contact, a_lecture, a_member, a_registration
from tests.services.imports.lists import (
    NOW,
    SAMPLE,
    a_list,
    account,
    bring_in,
    everything,
    how_many,
    person,
    store,
)

pytestmark = pytest.mark.usefixtures("database")

STAFF = Actor("staff", None, "import")
LATER = NOW + timedelta(hours=1)
HANAKO = {
    "氏名": "山田 花子",
    "メールアドレス": "hanako@mihon.example.jp",
    "店舗名": "横浜店",
    "電話番号": "045-111-2222",
}


def take_back(upload_id: int) -> ImportUndo:
    told = undo.undo(upload_id, LATER, STAFF)
    assert told is not None
    return told


def rows() -> dict[str, Any]:
    """Read what an import writes, without its history."""
    found = everything()
    found.pop("events")
    return found


def counted(told: ImportUndo) -> dict[str, int]:
    return {name: len(numbers) for name, numbers in told.gone.items()}


def test_the_sample_taken_back_leaves_nothing_but_the_history_of_it() -> None:
    upload_id = bring_in(SAMPLE).upload_id
    made = {"accounts": how_many(Account), "stores": how_many(Store), "contacts": how_many(Contact)}
    told = take_back(upload_id)
    assert counted(told) == made
    assert (told.staying, told.restored) == ((), ())
    assert [how_many(model) for model in (Account, Store, Contact, Staff)] == [0, 0, 0, 0]
    events = db.session.execute(select(Event.key, Event.params)).all()
    assert [tuple(event) for event in events] == [("import_undone", {"upload_id": upload_id, "new": True, **made})]


def test_it_can_be_brought_in_again_and_a_second_undo_changes_nothing() -> None:
    first = bring_in(a_list(HANAKO)).upload_id
    take_back(first)
    bring_in(a_list(HANAKO))
    before = everything()
    assert undo.undo(first, LATER, STAFF) is None
    assert everything() == before
    assert account().name == "株式会社みほん"


def test_what_it_changed_is_as_before() -> None:
    a_member(name="担当 二郎")
    bring_in(a_list({**HANAKO, "プラン": "基本", "契約日": "2026/10/01", "自社担当": "担当 一郎"}))
    before = rows()
    changed = {
        **HANAKO, "プラン": "上位", "契約日": "2026/10/05", "自社担当": "担当 二郎", "電話番号": "045-999-9999",
        "定休日": "水", "備考": "要確認",
    }  # fmt: skip
    upload_id = bring_in(a_list(changed, {"氏名": "森 太郎", "店舗名": "川崎店"}), LATER).upload_id
    assert account().plan == "上位"
    assert person("森 太郎")
    told = take_back(upload_id)
    assert rows() == before
    assert counted(told) == {"accounts": 0, "stores": 1, "contacts": 1}
    keys = [event.key for event in db.session.scalars(select(Event).where(Event.account_id == account().id))]
    assert keys == ["imported", "imported", "import_undone"]


def test_a_field_that_somebody_changed_since_stays_and_is_told() -> None:
    bring_in(a_list({**HANAKO, "プラン": "基本", "備考": "前"}))
    upload_id = bring_in(a_list({**HANAKO, "プラン": "上位", "備考": "後"}), LATER).upload_id
    accounts.edit(account().id, {"plan": "特別"}, LATER, STAFF)
    told = take_back(upload_id)
    assert (account().plan, account().note) == ("特別", "前")
    assert [(row.table, row.kept) for row in told.edited_since] == [("accounts", ("plan",))]


@pytest.mark.parametrize("built", ["registrations", "edited", "mails", "tasks", "contacts", "imported"])
def test_a_company_on_which_something_was_built_stays_whole_and_says_why(built: str) -> None:
    upload_id = bring_in(a_list(HANAKO, {"顧客ID": "A2", "会社名": "株式会社ほか", "氏名": "森 太郎"})).upload_id
    hanako = person("山田 花子")
    if built == "registrations":
        a_registration(hanako, a_lecture())
    elif built == "edited":
        accounts.edit(account().id, {"plan": "特別"}, LATER, STAFF)
    elif built == "mails":
        with db.writing():
            owe("invitation", "invitation:1", now=NOW, contact_id=hanako.id, account_id=hanako.account_id)
            db.session.execute(update(Mail).values(state="sent"))
    elif built == "tasks":
        tasks.add_by_hand(account().id, "form", "電話する", None, None, LATER, STAFF)
    elif built == "contacts":
        with db.writing():
            other = Contact(account_id=account().id, name="別の方", name_key="別の方", created_at=LATER)
            db.session.add(other)
    else:
        bring_in(a_list({**HANAKO, "プラン": "上位"}), LATER)
    told = take_back(upload_id)
    assert counted(told) == {"accounts": 1, "stores": 0, "contacts": 1}
    assert [(one.table, one.id) for one in told.staying] == [("accounts", account().id)]
    assert built in told.staying[0].why
    assert (store("横浜店").account_id, person("山田 花子").account_id) == (account().id, account().id)
    assert how_many(Account) == 1


def test_mails_that_never_left_keep_nobody_and_go_too() -> None:
    upload_id = bring_in(a_list(HANAKO)).upload_id
    with db.writing():
        hanako = person("山田 花子")
        owe("invitation", "invitation:1", now=NOW, contact_id=hanako.id, account_id=hanako.account_id)
    take_back(upload_id)
    assert (how_many(Mail), how_many(Account)) == (0, 0)


def test_somebody_who_was_edited_in_a_known_company_stays_with_the_store_and_the_others_go() -> None:
    bring_in(a_list({"氏名": "山田 花子"}))
    upload_id = bring_in(
        a_list({"氏名": "森 太郎", "店舗名": "川崎店"}, {"氏名": "林 次郎", "店舗名": "千葉店"}, {"店舗名": "大宮店"}),
        LATER,
    ).upload_id
    contacts.edit(person("森 太郎").id, {"phone": "044-111-2222"}, LATER, STAFF)
    stores.edit(store("大宮店").id, {"name": "大宮東口店"}, LATER, STAFF)
    told = take_back(upload_id)
    assert {(one.table, one.why) for one in told.staying} == {
        ("contacts", ("edited",)),
        ("stores", ("contact_stores",)),
        ("stores", ("edited",)),
    }
    assert {row.name for row in db.session.scalars(select(Contact))} == {"山田 花子", "森 太郎"}
    assert {row.code for row in db.session.scalars(select(Store))} == {"川崎店", "大宮店"}


def test_an_address_that_somebody_else_has_by_now_is_not_given_back() -> None:
    bring_in(a_list(HANAKO))
    upload_id = bring_in(a_list({**HANAKO, "電話番号": "045-999-9999"}), LATER).upload_id
    assert person("山田 花子").phone == "045-999-9999"
    with db.writing():
        number = account().id
    fields = {"name": "山田 花子", "email": HANAKO["メールアドレス"], "phone": "045-111-2222"}
    contacts.add(number, fields, LATER, STAFF)
    told = take_back(upload_id)
    assert [(row.table, row.kept) for row in told.edited_since] == [("contacts", ("phone",))]
    assert {row.phone for row in db.session.scalars(select(Contact))} == {"045-999-9999", "045-111-2222"}


def test_members_whom_only_the_list_named_go_and_others_stay() -> None:
    upload_id = bring_in(a_list({**HANAKO, "自社担当": "担当 一郎", "営業担当": "営業 花子"})).upload_id
    other = a_contact()
    member = db.session.scalars(select(Staff).where(Staff.name == "営業 花子")).one()
    accounts.edit(other.account_id, {"plan": "x"}, NOW, Actor("staff", member.id, "page"))
    with db.writing():
        db.session.get_one(Account, other.account_id).sales_owner_id = member.id
    take_back(upload_id)
    assert {row.name for row in db.session.scalars(select(Staff))} == {"営業 花子"}


def test_looking_at_what_it_comes_to_changes_nothing_and_says_the_same() -> None:
    bring_in(a_list({**HANAKO, "プラン": "基本"}))
    upload_id = bring_in(a_list({**HANAKO, "プラン": "上位"}, {"氏名": "森 太郎"}), LATER).upload_id
    before = everything()
    said = undo.preview(upload_id)
    assert everything() == before
    assert said == take_back(upload_id)


def test_there_is_nothing_to_take_back_of_a_list_that_never_came_in() -> None:
    upload_id = bring_in(a_list(HANAKO)).upload_id
    with db.writing():
        db.session.execute(update(Upload).values(before=None))
    for number, refusal in ((upload_id, UploadExpired), (999_999, NotFound)):
        with pytest.raises(refusal):
            undo.preview(number)
        with pytest.raises(refusal):
            undo.undo(number, LATER, STAFF)
    assert how_many(Account) == 1
