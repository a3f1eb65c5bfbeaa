"""Answers whether the demo company is believable: every state is there, every figure agrees, every page shows something."""

from __future__ import annotations

import shutil
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import String, cast, func, select

from emails.transports.folder import list_messages
from emails.transports.setting import transport_from
from scheduler.demo import fill, house, sample
from scheduler.demo.year import seats
from scheduler.models.accounts import Account, Contact, Contract, Store
from scheduler.models.attendance import Attendance, Presence
from scheduler.models.db import db
from scheduler.models.handovers import Handover
from scheduler.models.history import Event
from scheduler.models.lectures import Lecture
from scheduler.models.mails import Mail
from scheduler.models.registrations import Registration
from scheduler.models.setup import Completion
from scheduler.models.snapshots import Milestone, Turnout
from scheduler.models.staff import TEAMS, Staff
from scheduler.models.tags import Tag, account_tags, staff_tags
from scheduler.models.tasks import Task
from scheduler.models.trials import Figure, Trial, TrialGroup
from scheduler.models.uploads import Upload
from scheduler.rules.attendance_rates import Rate, rate
from scheduler.rules.names import phone_digits
from scheduler.rules.trials import FEWEST, Group, Subject, compare, growth_index
from scheduler.services import addresses, courses, jobs, readiness, staff, today
from scheduler.services.actors import CLI
from scheduler.services.attendance import plan, record, staging
from scheduler.services.outbox import reminders
from scheduler.services.snapshots import making
from scheduler.settings import Settings
from scheduler.web.words import happenings
from tests import servers
from tests.cli.conftest import Tasuki, refused, tasuki
from tests.company import Company, copy_rows
from tests.conftest import NOW, SECRET, Client, Shelf, built, lay, opened, see_anew, settings_in, sign_in

__all__ = ["tasuki"]

# What somebody who tries the program wants to find.
STATES: dict[str, Any] = {
    "sales": select(Account.id).where(Account.stage == "sales"),
    "success": select(Account.id).where(Account.stage == "success"),
    "renewal": select(Account.id).where(Account.stage == "renewal"),
    "undecided": select(Account.id).where(Account.undecided),
    "just signed": select(Account.id).where(Account.stage == "onboarding", Account.introduced_at.is_(None)),
    "ready": select(Account.id).where(Account.stage == "onboarding", Account.ready_since.is_not(None)),
    "behind": select(Account.id).where(Account.level == "behind"),
    "stuck": select(Account.id).where(Account.level == "stuck"),
    "confirmed by a person": select(Account.id).where(Account.started_on.is_not(None)),
    "handover requested": select(Handover.id).where(Handover.state == "requested"),
    "handover returned": select(Handover.id).where(Handover.state == "returned"),
    "accepted this week": select(Handover.id).where(Handover.decided_at > NOW - timedelta(days=7)),
    "marked for checking": select(Contact.id).where(cast(Contact.checks, String) != "[]"),
    "without an email": select(Contact.id).where(Contact.email.is_(None)),
    "writes English": select(Contact.id).where(Contact.locale == "en"),
    "waiting list": select(Registration.id).where(Registration.status == "waitlisted"),
    "by telephone": select(Registration.id).where(Registration.channel == "phone"),
    "full": select(Lecture.id).where(Lecture.seats_taken == Lecture.capacity, Lecture.starts_at > NOW),
    "today": select(Lecture.id).where(Lecture.starts_at.between(NOW, NOW + timedelta(hours=14))),
    "for one company": select(Lecture.id).where(Lecture.account_id.is_not(None)),
    "cancelled": select(Lecture.id).where(Lecture.status == "cancelled"),
    "in English": select(Lecture.id).where(Lecture.locale == "en"),
    "failed mail": select(Mail.id).where(Mail.state == "failed"),
    "customer lists": select(Upload.id).where(Upload.kind == "customers"),
    "reports": select(Upload.id).where(Upload.kind == "attendance"),
}
# Every page of staff that needs no id, and what stands on it.
PAGES: dict[str, tuple[str, ...]] = {
    "/staff/today": ("基本操作編", "停滞"),
    "/staff/accounts": ("320",),
    "/staff/accounts?state=ready": ("引き継ぎ可",),
    "/staff/accounts?stage=sales": ("営業",),
    "/staff/accounts/checks": ("共用アドレス", "メールアドレスがありません"),
    "/staff/accounts/export.csv": ("T10101",),
    "/staff/lectures": ("基本操作編", "活用編"),
    "/staff/series": ("基本操作編", "活用編", "藤沢"),
    "/staff/handovers": ("→",),
    "/staff/handovers?state=returned": ("→",),
    "/staff/mails": ("お申し込み",),
    "/staff/mails?state=failed": ("550",),
    "/staff/imports": ("crm_export_",),
    "/staff/members": ("佐伯 真理", "堀内 恵"),
    "/staff/settings": ("みなもクラウド",),
    "/staff/courses": ("活用編",),
    "/staff/settings/steps": ("反響メール",),
    "/staff/settings/tokens": ("CRM",),
}


@pytest.fixture(scope="module", params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def filled(request: pytest.FixtureRequest, demo_company: Company) -> str:
    """The address of a database with the demo company as it stands at NOW; tests get copies of it."""
    if request.param == "sqlite":
        return f"sqlite:///{demo_company.database}"
    server: servers.Postgres = request.getfixturevalue("postgres")
    url = server.create("filled", template=request.getfixturevalue("_migrated_postgres"))
    # What filling makes on either database is the same, as is shown below with fewer accounts.
    copy_rows(demo_company.database, url)
    return url


@pytest.fixture
def app(
    filled: str, settings: Settings, shelf: Shelf, request: pytest.FixtureRequest, tmp_path: Path
) -> Iterator[Flask]:
    """The application on a demo company of its own."""
    if filled.startswith("sqlite"):
        lay(Path(filled.removeprefix("sqlite:///")), Path(settings.database_url.removeprefix("sqlite:///")))
        with opened(shelf.take(settings)) as app:
            yield app
        return
    server: servers.Postgres = request.getfixturevalue("postgres")
    with opened(shelf.take(settings_in(tmp_path, server.create("demo", template="filled")))) as app:
        yield app
    server.drop("demo")


@pytest.fixture
def empty(settings: Settings, migrated_sqlite: Path) -> Settings:
    """Settings of a program on a migrated, empty database."""
    lay(migrated_sqlite, Path(settings.database_url.removeprefix("sqlite:///")))
    return settings


@pytest.fixture
def manager(app: Flask, client: Client) -> Client:
    """A browser signed in as the demo's manager."""
    member = db.session.scalars(select(Staff).where(Staff.email == house.EMAIL)).one()
    sign_in(client, member)
    return client


def verdicts_since(first: datetime) -> Counter[str]:
    """Count the verdicts of the lectures since a moment."""
    query = select(Attendance.verdict).join(Lecture, Lecture.id == Attendance.lecture_id)
    return Counter(db.session.scalars(query.where(Lecture.starts_at >= first)))


def count(query: Any) -> int:
    return db.session.scalar(select(func.count()).select_from(query.subquery())) or 0


@pytest.mark.usefixtures("app")
def test_a_company_of_the_promised_size_with_members_of_every_team() -> None:
    assert count(select(Account.id)) == 320
    assert 1500 <= count(select(Store.id)) <= 1800
    teams = Counter(member.team for member in db.session.scalars(select(Staff).where(Staff.active)))
    assert teams == {"sales": 8, "onboarding": 3, "success": 3, "renewal": 1, "operations": 1}
    assert teams.keys() == set(TEAMS)
    assert all(member.phone and member.email for member in db.session.scalars(select(Staff)))
    assert staff.authenticate(house.EMAIL, house.PASSWORD) is not None


@pytest.mark.usefixtures("app")
def test_seven_of_ten_came_to_three_months_of_lectures() -> None:
    verdicts = verdicts_since(NOW - house.PAST)
    assert 400 <= verdicts.total() <= 1000
    assert 0.65 <= verdicts["attended"] / verdicts.total() <= 0.75


def came(*which: Any) -> Rate:
    """Tell how many came of those who were to come, the excused left aside."""
    counts = Counter(db.session.scalars(select(Turnout.verdict).where(*which)))
    return rate(counts["attended"], sum(counts[verdict] for verdict in ("attended", "partial", "missed")))


@pytest.mark.usefixtures("app")
def test_the_year_shows_what_makes_people_come() -> None:
    mondays = [day for day in db.session.scalars(select(Turnout.day).distinct()) if day.weekday() == 0]
    basic = Turnout.course_id == courses.by_key("basic").id
    changed_on = NOW.date() - timedelta(days=seats.REMINDERS_CHANGED)
    earlier = Turnout.day < NOW.date() - house.PAST
    worse_and_better = {
        "on Mondays": (came(Turnout.day.in_(mondays)), came(Turnout.day.not_in(mondays))),
        "before the reminders changed": (
            came(basic, earlier, Turnout.day < changed_on),
            came(basic, Turnout.day >= changed_on),
        ),
        "not opened": (came(Turnout.reminder == "sent"), came(Turnout.reminder == "seen")),
        "invited twice": (came(Turnout.asked == "again"), came(Turnout.asked == "first")),
        "long before": (came(Turnout.lead == "15_plus"), came(Turnout.lead.in_(("1_3", "4_7")))),
    }
    together = {why: pair for why, pair in worse_and_better.items() if (pair[0].high or 1) >= (pair[1].low or 0)}
    assert together == {}
    assert 0.48 <= (came(earlier, Turnout.day.in_(mondays)).share or 0) <= 0.56
    assert 0.70 <= (came(earlier, Turnout.day.not_in(mondays)).share or 0) <= 0.78


def subjects(tag: str, measure: str, trial: Trial) -> Group:
    """Gather the imported figures of the members who bear a tag."""
    bearers = select(staff_tags.c.staff_id).join(Tag, Tag.id == staff_tags.c.tag_id).where(Tag.name == tag)
    query = select(Figure).where(Figure.measure == measure, Figure.staff_id.in_(bearers)).order_by(Figure.month)
    found: dict[int | None, list[Figure]] = {}
    for figure in db.session.scalars(query):
        found.setdefault(figure.staff_id, []).append(figure)
    return Group(
        tag,
        tuple(
            Subject(
                str(number),
                tuple(one.value for one in figures if one.month <= trial.baseline_to),
                tuple(one.value for one in figures if one.month >= trial.trial_from),
            )
            for number, figures in found.items()
        ),
    )


@pytest.mark.usefixtures("app")
def test_one_trial_worked_and_one_is_too_small_to_tell() -> None:
    sales, care = db.session.scalars(select(Trial).order_by(Trial.id)).all()
    helped, alone = (subjects(tag, "meetings", sales) for tag in ("納品担当と組む営業", "従来どおりの営業"))
    found = compare(helped, alone)
    assert found.verdict == "better"
    assert round(found.treated.index.value or 0) == 130
    assert round(growth_index(subjects("納品担当と組む営業", "revenue", sales)).index.value or 0) == 106
    borne = select(account_tags).join(TrialGroup, TrialGroup.tag_id == account_tags.c.tag_id)
    assert 0 < count(borne.where(TrialGroup.trial_id == care.id, TrialGroup.tried)) < FEWEST


@pytest.mark.usefixtures("app")
def test_who_was_ready_in_time_renews_more_often() -> None:
    query = select(Milestone.ready_on <= Account.planned_start_on, Contract.outcome).where(
        Milestone.ready_on.is_not(None)
    )
    query = query.join(Account, Account.id == Contract.account_id).join(Milestone, Milestone.account_id == Account.id)
    query = query.where(Contract.outcome.is_not(None), Milestone.came_live.is_(False))
    counts = Counter((bool(in_time), outcome) for in_time, outcome in db.session.execute(query))
    in_time, late = (
        rate(counts[one, "renewed"], counts[one, "renewed"] + counts[one, "ended"]) for one in (True, False)
    )
    assert in_time.base >= 25
    assert late.base >= 20
    assert (in_time.share or 0) > (late.share or 0) + 0.2


@pytest.mark.usefixtures("app")
def test_the_year_has_what_happens_in_a_year() -> None:
    began = Counter(day.strftime("%Y-%m") for day in db.session.scalars(select(Milestone.began_on)))
    assert sum(began[f"2025-{month:02}"] > 0 for month in range(5, 13)) == 8
    there = {
        "held for one person": select(Lecture.id).where(Lecture.account_id.is_not(None)),
        "on hold": select(Account.id).where(Account.on_hold_until > NOW.date()),
        "contract cancelled": select(Account.id).where(Account.cancelled_on <= NOW.date()),
        "left a customer": select(Contact.id).where(Contact.left_on.is_not(None)),
        "left us": select(Staff.id).where(Staff.active.is_(False)),
        "a step waits": select(Completion.id).where(Completion.state == "waiting"),
        "returned": select(Handover.id).where(Handover.state == "returned", Handover.decided_at < NOW - house.PAST),
        "early": select(Handover.id).where(Handover.early_reason != "", Handover.state == "accepted"),
        "gone silent": select(Milestone.account_id).where(Milestone.last_used_on < NOW.date() - timedelta(days=60)),
        "passed to somebody else": select(Event.id).where(Event.key == "owner_assigned"),
        "done over the year": select(Task.id).where(Task.done_at < NOW - house.PAST),
    }
    assert [state for state, query in there.items() if count(query) == 0] == []
    assert making.make(NOW) == 0
    assert making.counted_at() == NOW


def test_all_that_happened_has_words(app: Flask) -> None:
    with app.test_request_context():
        assert set(db.session.scalars(select(Event.key).distinct())) - happenings.sentences().keys() == set()


@pytest.mark.usefixtures("app")
def test_accounts_were_taken_over_with_every_condition_met_but_those_passed_early() -> None:
    taken = db.session.scalars(select(Handover).where(Handover.state == "accepted"))
    open_ones = {row.id for row in taken if not row.early_reason and not all(one["met"] for one in row.clauses)}
    assert open_ones == set()


@pytest.mark.usefixtures("app")
def test_every_state_is_there() -> None:
    assert [state for state, query in STATES.items() if count(query) == 0] == []


@pytest.mark.usefixtures("app")
def test_each_knot_of_the_sash_is_where_somebody_is_now() -> None:
    reached = Counter(
        sum(knot["state"] == "met" for knot in account.knots)
        for account in db.session.scalars(select(Account).where(Account.stage == "onboarding"))
    )
    assert set(range(1, 7)) <= reached.keys()


@pytest.mark.usefixtures("app")
def test_the_seats_taken_are_those_booked() -> None:
    booked = Counter(db.session.scalars(select(Registration.lecture_id).where(Registration.status == "booked")))
    for lecture in db.session.scalars(select(Lecture)):
        assert lecture.seats_taken == booked[lecture.id]


@pytest.mark.usefixtures("app")
def test_judging_the_accounts_anew_changes_nothing() -> None:
    def judged() -> dict[int, tuple[Any, ...]]:
        rows = db.session.scalars(select(Account).execution_options(populate_existing=True))
        return {row.id: (row.ready_since, row.clauses, row.level, row.level_reasons, row.knots) for row in rows}

    before, events = judged(), count(select(Event.id))
    readiness.refresh_many(before, NOW)
    assert judged() == before
    assert count(select(Event.id)) == events


@pytest.mark.usefixtures("app")
def test_taking_the_reports_in_again_changes_nothing() -> None:
    def written() -> list[Any]:
        rows = [
            *db.session.execute(
                select(Attendance.lecture_id, Attendance.contact_id, Attendance.verdict, Attendance.seconds)
            ),
            *db.session.execute(select(Presence.lecture_id, Presence.contact_id, Presence.from_at, Presence.to_at)),
            *db.session.execute(select(Upload.id, Upload.result, Upload.choices)),
            (count(select(Event.id)), count(select(Mail.id))),
        ]
        return sorted(map(repr, rows))

    before = written()
    for upload_id in db.session.scalars(select(Upload.id).where(Upload.kind == "attendance")).all()[-6:]:
        record.record(upload_id, None, NOW, CLI)
    assert written() == before


@pytest.mark.usefixtures("app")
def test_the_history_is_in_the_order_in_which_it_happened() -> None:
    at: dict[int, datetime] = {}
    for event in db.session.scalars(select(Event).where(Event.account_id.is_not(None)).order_by(Event.id)):
        assert event.account_id is not None
        assert at.get(event.account_id, event.at) <= event.at <= NOW
        at[event.account_id] = event.at


@pytest.mark.usefixtures("app")
def test_nobody_is_invented_whom_one_could_reach() -> None:
    reserved = ("example", "example.com", "example.net", "example.org", "example.jp")
    for contact in db.session.scalars(select(Contact)):
        assert contact.email is None or contact.email.endswith(tuple(f".{domain}" for domain in reserved))
        # No exchange and no mobile prefix in Japan begins with 0 or 1.
        assert not contact.phone or contact.phone.split("-")[1][0] in "01", contact.phone
        assert contact.phone_digits == phone_digits(contact.phone)


def test_a_worker_started_afterwards_sends_nothing_about_the_past(app: Flask, tmp_path: Path) -> None:
    waiting = list(db.session.scalars(select(Mail).where(Mail.state.in_(("queued", "sending")))))
    assert all(mail.due_at >= NOW for mail in waiting)
    assert reminders.plan_reminders(NOW) == 0
    due = [mail for mail in waiting if mail.due_at == NOW]
    assert 1 <= len(due) <= 15
    settings: Settings = app.extensions["tasuki"]
    done = jobs.run_due(NOW, jobs.Context(transport_from(settings.mail)), everything=True)
    assert {one.name: one.error for one in done if one.state == "failed"} == {}
    # What is due now, and to members what this morning brings.
    ours = ("plan_digests", "plan_packs", "remind_of_handovers", "remind_of_reports")
    told = sum(one.count for one in done if one.name in ours)
    assert len(list_messages(tmp_path / "mails", limit=100)) == len(due) + told


def test_every_page_has_something_to_show(manager: Client) -> None:
    found = {path: manager.get(path, follow_redirects=True) for path in PAGES}
    assert {path: page.status_code for path, page in found.items() if page.status_code != 200} == {}
    assert {path: words for path in PAGES for words in PAGES[path] if words not in found[path].text} == {}


def test_the_pages_of_accounts_and_their_people_open(manager: Client) -> None:
    for account in db.session.scalars(select(Account).order_by(Account.stage, Account.level, Account.id)).all()[::29]:
        path = f"/staff/accounts/{account.id}"
        contact_id = db.session.scalars(select(Contact.id).where(Contact.account_id == account.id).limit(1)).one()
        for page in (path, f"{path}/history", f"{path}/edit", f"{path}/people/{contact_id}"):
            assert account.name in manager.get(page).text.replace("&amp;", "&") or page.endswith("edit")
            assert manager.get(page).status_code == 200


def test_the_pages_of_lectures_handovers_mails_and_files_open(manager: Client) -> None:
    paths = [
        f"/staff/lectures/{number}"
        for number in db.session.scalars(select(Lecture.id).where(Lecture.seats_taken > 0)).all()[::19]
    ]
    paths += [f"/staff/handovers/{number}" for number in db.session.scalars(select(Handover.id)).all()[::60]]
    paths += [f"/staff/mails/{number}" for number in db.session.scalars(select(func.max(Mail.id)).group_by(Mail.kind))]
    for upload in db.session.scalars(select(Upload).order_by(Upload.kind, Upload.id)).all()[::8]:
        mine = f"/staff/lectures/{upload.lecture_id}/report/{upload.id}"
        paths.append(f"/staff/imports/{upload.id}" if upload.kind == "customers" else mine)
    assert {path: code for path in paths if (code := manager.get(path, follow_redirects=True).status_code) != 200} == {}


def test_customers_find_their_pages(app: Flask, client: Client) -> None:
    for locale, words in (("ja", "レクチャー"), ("en", "Lecture")):
        query = select(Contact).join(Registration, Registration.contact_id == Contact.id)
        contact = db.session.scalars(query.where(Contact.locale == locale).limit(1)).one()
        page = client.get(
            addresses.personal(contact).partition("/me/")[1] + addresses.personal(contact).partition("/me/")[2]
        )
        assert page.status_code == 200
        assert words.casefold() in page.text.casefold()
    assert "基本操作編" in client.get("/lectures").text


@pytest.mark.usefixtures("app")
def test_the_sample_report_fits_the_lecture_that_waits_for_one() -> None:
    (waiting,) = today.unreported(NOW)
    data = sample.report_of(waiting)
    upload_id = staging.stage(waiting.id, data, "report.csv", None, NOW, CLI)
    found = plan.preview(upload_id, NOW)
    assert len(found.matched) >= waiting.seats_taken // 2
    assert found.unmatched
    assert {verdict.verdict for verdict in found.verdicts.values()} >= {"attended", "missed"}


@pytest.mark.parametrize(
    "now",
    [
        datetime(2026, 1, 5, 1, 0, tzinfo=UTC),  # the first working morning after New Year
        datetime(2026, 5, 6, 14, 30, tzinfo=UTC),  # the last evening of the holidays in May
        datetime(2026, 11, 21, 20, 0, tzinfo=UTC),  # before dawn on a Sunday
    ],
)
def test_the_company_is_believable_on_any_day(now: datetime, empty: Settings, shelf: Shelf) -> None:
    with opened(shelf.take(empty)):
        fill.fill(now, accounts=40)
        verdicts = verdicts_since(now - house.PAST)
        assert 0.65 <= verdicts["attended"] / verdicts.total() <= 0.8
        assert count(select(Account.id).where(Account.stage == "onboarding", Account.ready_since.is_not(None))) >= 3
        assert count(select(Event.id).where(Event.key == "not_ready_again", Event.at == now)) == 0
        assert count(select(Mail.id).where(Mail.state == "queued", Mail.due_at < now)) == 0
        assert reminders.plan_reminders(now) == 0
        assert len(today.unreported(now)) == 1


def a_small_one() -> tuple[list[str], list[str]]:
    """Fill the database of the application with a few accounts and describe what is there."""
    fill.fill(NOW, accounts=25)
    accounts = db.session.execute(select(Account.external_id, Account.stage, Account.ready_since, Account.level))
    people = select(Contact.email, Registration.lecture_id, Registration.registered_at, Registration.status)
    booked = db.session.execute(people.join(Contact, Contact.id == Registration.contact_id))
    return sorted(map(repr, accounts)), sorted(map(repr, booked))


@pytest.fixture(scope="module")
def small_one(migrated_sqlite: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[list[str], list[str]]:
    """What filling makes of a few accounts on SQLite."""
    folder = tmp_path_factory.mktemp("small")
    shutil.copy(migrated_sqlite, folder / "one.db")
    with opened(built(settings_in(folder, f"sqlite:///{folder / 'one.db'}"))):
        return a_small_one()


@pytest.mark.parametrize("kind", ["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def test_the_same_moment_makes_the_same_company_on_either_database(
    kind: str, small_one: tuple[list[str], list[str]], tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    if kind == "postgres":
        url = request.getfixturevalue("postgres_url")
    else:
        url = f"sqlite:///{shutil.copy(request.getfixturevalue('migrated_sqlite'), tmp_path / 'other.db')}"
    with opened(built(settings_in(tmp_path, url))):
        assert a_small_one() == small_one


def test_the_command_fills_an_empty_database_and_says_how_to_sign_in(demo_company: Company, tmp_path: Path) -> None:
    assert demo_company.said.endswith(f"{house.EMAIL} / {house.PASSWORD}\n")
    lay(demo_company.database, tmp_path / "demo.db")
    env = servers.environment(
        database_url=f"sqlite:///{tmp_path / 'demo.db'}", secret_key=SECRET, clock=NOW.isoformat()
    )
    again = servers.run("demo", env=env, cwd=tmp_path)
    assert (again.returncode, again.stdout, len(again.stderr.splitlines())) == (1, "", 1)


@pytest.mark.usefixtures("app")
def test_the_command_writes_a_report_to_try_the_upload_with(tasuki: Tasuki, tmp_path: Path) -> None:
    done = tasuki("demo", "--report", "report.csv")
    assert done.exit_code == 0
    assert "/staff/lectures/" in done.stdout
    assert (tmp_path / "report.csv").read_text(encoding="utf-8-sig").startswith("ミーティング ID,")
    refused(tasuki("demo", "--report", "report.csv"), "report.csv")


@pytest.mark.usefixtures("app")
def test_a_database_that_has_anything_is_left_alone(tasuki: Tasuki) -> None:
    before = count(select(Account.id))
    refused(tasuki("demo"), "空")
    see_anew()
    assert count(select(Account.id)) == before
    with pytest.raises(fill.NotEmpty):
        fill.fill(NOW)
