"""Answers what is in the program, printed: accounts, mails, the dates of a series."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import click
from sqlalchemy import case, select
from sqlalchemy.orm import selectinload

from scheduler.cli.output import as_json, moment, write_json, write_table
from scheduler.cli.program import in_app, now, settings
from scheduler.cli.wall import NothingDone
from scheduler.cli.words import _
from scheduler.models.accounts import Account, Contact, Store
from scheduler.models.db import db
from scheduler.models.mails import STATES, Mail
from scheduler.rules.recurrence import SeriesRule
from scheduler.services import mailbox, naming, resending, setup
from scheduler.services.actors import CLI
from scheduler.services.installation import here
from scheduler.services.owners import owner_of
from scheduler.services.planned import Planned
from scheduler.services.refusals import Ambiguous, MailNotWanted, MailWaits, NotFound
from scheduler.services.series import previewing


@click.group("account", help=_("顧客企業を表示します。"))
def account() -> None:
    """Customer companies."""


@account.command("show", help=_("顧客企業の状況を表示します。"))
@click.argument("external_id")
@as_json
@in_app
def show_account(external_id: str, as_json: bool) -> None:
    """Print an account with its stores, people, set-up and readiness."""
    row = db.session.scalar(select(Account).where(Account.external_id == external_id))
    if row is None:
        raise NothingDone(_("顧客ID %(id)s の顧客企業はありません。") % {"id": external_id})
    facts = _account(row)
    if as_json:
        write_json(facts)
        return
    for name in ("external_id", "name", "stage", "owner", "planned_start_on", "started_on"):
        click.echo(f"{name}: {'' if facts[name] is None else facts[name]}")
    click.echo(f"ready: {facts['readiness']['since'] or '-'}")
    click.echo(f"level: {facts['state']['level']}")
    for table in ("stores", "contacts", "setup"):
        click.echo(f"\n{table}: {len(facts[table])}")
        if facts[table]:
            columns = [name for name in facts[table][0] if not name.endswith("_url")]
            write_table(columns, [[row[name] for name in columns] for row in facts[table]])
    click.echo(f"\nclauses: {len(facts['readiness']['clauses'])}")
    for clause in facts["readiness"]["clauses"]:
        click.echo(f"  {'x' if clause['met'] else '-'} {clause['key']}")


@click.group("series", help=_("定期開催の日程を確認します。"))
def series() -> None:
    """Recurring lectures."""


@series.command("preview", help=_("繰り返しの規則から作られる日程を、登録せずに表示します。"))
@click.argument("rrule")
@click.option("--starts-at", required=True, type=click.DateTime(["%Y-%m-%dT%H:%M"]), help=_("初回の現地日時"))
@click.option("--zone", default=None, help=_("タイムゾーン（省略時は TASUKI_TIME_ZONE）"))
@click.option("--holidays", default="skip", show_default=True, type=click.Choice(["keep", "skip", "next"]))
@as_json
@in_app
def preview_series(rrule: str, starts_at: datetime, zone: str | None, holidays: Any, as_json: bool) -> None:
    """Print the dates a rule makes within the horizon of 90 days, for example FREQ=WEEKLY;BYDAY=MO,FR."""
    rule = SeriesRule(rrule, starts_at, zone or settings().time_zone, holidays)
    language = settings().locale
    rows = [
        {"slot": day.slot.isoformat("T", "minutes"),
         "local": day.local and day.local.isoformat("T", "minutes"),
         "starts_at": moment(day.starts_at),
         "holiday": day.holiday.get(language, "") or (_("休業日") if day.closed else "")}
        for day in previewing.preview(rule, now())
    ]  # fmt: skip
    if as_json:
        # What is left out takes place nowhere: programs read the dates that do.
        held = [row for row in rows if row["local"] is not None]
        write_json([{name: value for name, value in row.items() if value} for row in held])
        return
    columns = ("local", "starts_at", "slot", "holiday")
    write_table(columns, [[row[name] or "-" for name in columns] for row in rows])


@click.group("mail", help=_("送信メールを確認し、再送します。"))
def mail() -> None:
    """Mails owed and sent."""


@mail.command("list", help=_("メールを新しい順に表示します。"))
@click.option("--state", type=click.Choice(STATES), help=_("この状態のものだけ"))
@click.option("--kind", help=_("この種類のものだけ"))
@click.option("--account", "external_id", help=_("この顧客IDのものだけ"))
@click.option(
    "--contact", help=_("この先方担当者（メールアドレスまたは ID）のものだけ。これから送るものが先に並びます")
)
@click.option("--limit", default=50, show_default=True, type=click.IntRange(1, 1000), help=_("件数"))
@as_json
@in_app
def list_mails(
    state: str | None, kind: str | None, external_id: str | None, contact: str | None, limit: int, as_json: bool
) -> None:
    """Print mails, newest first; those of one person with what is still to come before them."""
    query = select(Mail).options(*mailbox.WITH_PEOPLE).limit(limit)
    if contact:
        to_come = case((Mail.state.in_(mailbox.TO_COME), Mail.next_try_at))
        query = query.where(Mail.contact_id == _contact_named(contact)).order_by(to_come.asc().nulls_last())
    if state:
        query = query.where(Mail.state == state)
    if kind:
        query = query.where(Mail.kind == kind)
    if external_id:
        query = query.where(Mail.account_id.in_(select(Account.id).where(Account.external_id == external_id)))
    mails = db.session.scalars(query.order_by(Mail.id.desc())).all()
    waits = mailbox.waits(mails, now())
    rows = [_mail(row, waits.get(row.id) or row.reason) for row in mails]
    if contact and not (state or kind or external_id):
        rows = [*(_planned(one) for one in mailbox.planned_for(_contact_named(contact), now())), *rows]
    if as_json:
        write_json(rows)
        return
    columns = ("id", "kind", "to", "state", "due_at", "sent_at", "delivered_at", "opened_at", "reason", "subject")
    write_table(columns, [[row[name] for name in columns] for row in rows])


@mail.command("retry", help=_("メールをもう一度送信待ちにします。送信済みのものは、同じ内容の新しいメールになります。"))
@click.argument("mail_id", type=int)
@in_app
def retry_mail(mail_id: int) -> None:
    """Send a mail once more: queue a failed one again, owe one anew that came to its end."""
    try:
        number = resending.resend(mail_id, now(), CLI)
    except MailWaits as error:
        raise NothingDone(_("メール %(id)d はまだ送信待ちです。") % {"id": mail_id}) from error
    except MailNotWanted as error:
        words = _("メール %(id)d は、いま送っても取りやめになります: %(reason)s")
        raise NothingDone(words % {"id": mail_id, "reason": error.params["reason"]}) from error
    click.echo(_("メール %(id)d を送信待ちにしました。") % {"id": number})


def _planned(one: Planned) -> dict[str, Any]:
    """Return a reminder that will fall due as the mails are listed: it has no id yet."""
    nothing = dict.fromkeys(("id", "to", "sent_at", "delivered_at", "opened_at", "subject"))
    return nothing | {"kind": one.kind, "state": "planned", "due_at": moment(one.when), "reason": one.reason}


def _contact_named(name: str) -> int:
    """Return the person of this address or id; say so where there is none, and who they are where several share it."""
    try:
        return naming.contact_named(name)
    except NotFound as error:
        raise NothingDone(_("%(name)s という先方担当者はいません。") % {"name": name}) from error
    except Ambiguous as error:
        people = [f"  {number}  {called}" for number, called in error.params["people"]]
        several = _("%(name)s は複数の方が使っています。ID で指定してください。") % {"name": name}
        raise NothingDone("\n".join([several, *people])) from error


def _mail(row: Mail, reason: str) -> dict[str, Any]:
    person = row.contact or row.staff or row.application
    return {
        "id": row.id,
        "kind": row.kind,
        "to": row.to_address or (person.email if person else None),
        "state": row.state,
        "due_at": moment(row.due_at),
        "sent_at": moment(row.sent_at),
        "delivered_at": moment(row.delivered_at),
        "opened_at": moment(row.opened_at),
        "reason": reason,
        "subject": row.subject,
    }


def _account(row: Account) -> dict[str, Any]:
    stores = db.session.scalars(select(Store).where(Store.account_id == row.id).order_by(Store.code))
    people = db.session.scalars(
        select(Contact).where(Contact.account_id == row.id).options(selectinload(Contact.stores)).order_by(Contact.id)
    )
    owner = owner_of(row)
    return {
        "external_id": row.external_id,
        "name": row.name,
        "stage": row.stage,
        "owner": owner.name if owner else None,
        "planned_start_on": row.planned_start_on and row.planned_start_on.isoformat(),
        "started_on": row.started_on and row.started_on.isoformat(),
        "stores": [{"code": store.code, "name": store.name, "scope": store.scope} for store in stores],
        "contacts": [_contact(person) for person in people],
        "setup": [
            {"step": step.key, "done": step.done, "at": moment(step.at), "closed": step.closed, "total": step.total}
            for step in setup.progress(row.id)
        ],
        "readiness": {
            "ready": row.ready_since is not None,
            "since": moment(row.ready_since),
            "clauses": row.clauses,
        },
        "state": {"level": row.level, "reasons": row.level_reasons},
    }


def _contact(person: Contact) -> dict[str, Any]:
    links, base = here().links, settings().base_url
    return {
        "id": person.id,
        "name": person.name,
        "email": person.email,
        "phone": person.phone,
        "role": person.role,
        "locale": person.locale,
        "stores": ",".join(store.code for store in person.stores),
        "personal_url": f"{base}/me/{links.sign('me', person.id, person.link_version)}",
        "feed_url": f"{base}/calendar/{links.sign('calendar', person.id, person.feed_version)}.ics",
    }


COMMANDS = (account, series)
