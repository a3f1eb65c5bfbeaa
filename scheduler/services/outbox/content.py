"""Answers what a mail says: the facts of its row as the words' placeholders, and the calendar part it carries."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from sqlalchemy import exists, select

from emails import (
    KINDS,
    Address,
    CalendarPart,
    Link,
    Message,
    Rendered,
    TemplateBroken,
    invitation,
    render,
    samples,
)
from emails.headers import BadAddress, sendable
from emails.values import Context, Value
from emails.words import salutation
from scheduler.models.accounts import Account, Contact
from scheduler.models.applications import Application
from scheduler.models.db import db
from scheduler.models.mails import Mail, MailNote
from scheduler.services import addresses, mail_notes, vendor
from scheduler.services import templates as words
from scheduler.services.installation import here
from scheduler.services.outbox import facts
from scheduler.services.outbox.offering import text
from scheduler.services.owners import owner_of
from scheduler.services.vendor import Vendor


class Undeliverable(Exception):
    """The mail cannot be made: its words are broken or its address is no address; `reason` is a key with detail."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


# A mail to a member that shows how words would arrive: no kind of the table, it is made of one of them.
TEST = "staff_test"
_TEST_MARK = {"ja": "【テスト】", "en": "[Test] "}


@dataclass(frozen=True)
class Basis:
    """What all mails of a batch are made of: the vendor's details, the words that replace the shipped ones, and notes.

    Words by kind and language, notes by account and kind.
    """

    details: Vendor
    words: Mapping[tuple[str, str], str] = field(default_factory=dict)
    notes: Mapping[tuple[int, str], MailNote] = field(default_factory=dict)


@dataclass(frozen=True)
class Prepared:
    """A mail ready for a transport, with what is kept of it."""

    message: Message
    to_address: str
    locale: str
    template_version: str
    # The note to the account that it carries.
    note_id: int | None = None


def basis(account_ids: Iterable[int] = ()) -> Basis:
    """Read what mails to these accounts are made of, in three statements."""
    return Basis(vendor.get(), words.present(), mail_notes.open_of(list(account_ids)))


def preview(mail: Mail, now: datetime) -> Rendered:
    """Render a mail as it would leave at `now`; raise TemplateBroken."""
    return _rendered(mail, now, basis([mail.account_id] if mail.account_id is not None else ()))[0]


def message_of(mail: Mail, now: datetime, basis: Basis) -> Prepared:
    """Build the message of a claimed mail; raise Undeliverable. The Message-ID is the same on every try."""
    person = mail.contact or mail.staff or mail.application
    if person is None or person.email is None:
        raise Undeliverable("no_address")
    try:
        sendable(person.email)
    except BadAddress as error:
        raise Undeliverable("bad_address") from error
    try:
        rendered, note = _rendered(mail, now, basis)
    except TemplateBroken as error:
        raise Undeliverable(f"template_broken: {error.key}") from error
    address, details = here().sender[1], basis.details
    sender = _sender_name(details)
    wanted_list = KINDS[mail.kind].subscription if mail.kind in KINDS else None
    message = Message(
        message_id=mail.message_id or f"<{mail.id}.{int(mail.created_at.timestamp())}@{address.rpartition('@')[2]}>",
        from_=Address(address, sender),
        to=Address(person.email, person.name if _is_known(mail) else ""),
        subject=rendered.subject,
        text=rendered.text,
        html=rendered.html,
        kind=mail.kind,
        opaque_id=str(mail.id),
        date=now.astimezone(here().tz),
        reply_to=_reply_to(mail, details),
        calendar=_calendar(mail, address, sender, details),
        unsubscribe_url=addresses.unsubscribe(mail.contact, wanted_list) if wanted_list and mail.contact else None,
        # A trial has a subject of its own.
        bulk=rendered.bulk if mail.kind in KINDS else None,
    )
    note_id = note.id if note is not None else None
    return Prepared(message, person.email, person.locale, rendered.template_version, note_id)


def example(kind: str, locale: str, contact: Contact | None, details: Vendor, now: datetime) -> Context:
    """Fill the placeholders of a kind for a preview: with a person's latest mail of it, else with samples.

    Where the person never had one, what is known of her stands over the samples.
    """
    values: dict[str, Value] = samples(kind, locale) | _of_vendor(details)
    if contact is not None:
        query = select(Mail).where(Mail.contact_id == contact.id, Mail.kind == kind).order_by(Mail.id.desc()).limit(1)
        latest = db.session.scalar(query)
        values |= _of_contact(contact, details)
        if latest is not None:
            values |= _context(latest, now, details)
    return {name: values[name] for name in KINDS[kind].placeholders if name in values}


def _rendered(mail: Mail, now: datetime, basis: Basis) -> tuple[Rendered, MailNote | None]:
    if mail.kind == TEST:
        return _tested(mail, now, basis), None
    person = mail.contact or mail.staff or mail.application
    locale = person.locale if person else here().locale
    note = _note(mail, basis)
    context = _context(mail, now, basis.details)
    source = basis.words.get((mail.kind, locale))
    return render(mail.kind, locale, context, source=source, note=note.words if note is not None else ""), note


def _note(mail: Mail, basis: Basis) -> MailNote | None:
    """Find the note that goes with the next mail of this kind; each person of the account gets it once."""
    if mail.contact_id is None or mail.account_id is None:
        return None
    note = basis.notes.get((mail.account_id, mail.kind))
    if note is None:
        return None
    had = exists().where(Mail.contact_id == mail.contact_id, Mail.note_id == note.id, Mail.id != mail.id)
    return None if db.session.scalar(select(had)) else note


def _tested(mail: Mail, now: datetime, basis: Basis) -> Rendered:
    kind, locale = mail.params["kind"], mail.params["locale"]
    contact = db.session.get(Contact, mail.params["contact_id"]) if mail.params.get("contact_id") else None
    context = example(kind, locale, contact, basis.details, now)
    rendered = render(kind, locale, context, source=mail.params.get("source"))
    return replace(rendered, subject=f"{_TEST_MARK[locale]}{rendered.subject}")


def _context(mail: Mail, now: datetime, details: Vendor) -> dict[str, Value]:
    """Collect the placeholders of a mail's kind."""
    values: dict[str, Value] = _of_vendor(details)
    if mail.contact is not None:
        values |= _of_contact(mail.contact, details)
    if mail.staff is not None:
        values |= {"staff_name": mail.staff.name}
    if mail.application is not None:
        values |= _of_visitor(mail.application)
    values |= facts.of(mail, now, details)
    return {name: values[name] for name in KINDS[mail.kind].placeholders if name in values}


def _sender_name(details: Vendor) -> str:
    name, address = here().sender
    return details.name or name or address


def _reply_to(mail: Mail, details: Vendor) -> Address | None:
    owner = owner_of(mail.contact.account) if mail.contact is not None else None
    address = vendor.reply_address(details, owner)
    return Address(address) if address else None


def _of_vendor(details: Vendor) -> dict[str, Value]:
    return {
        "vendor_name": _sender_name(details),
        "vendor_phone": details.phone,
        "vendor_hours": details.hours,
        "vendor_address": details.address,
        "vendor_reply_to": vendor.reply_address(details) or here().sender[1],
        "answers_read": vendor.reads_answers(details),
    }


def _of_contact(contact: Contact, details: Vendor) -> dict[str, Value]:
    account: Account = contact.account
    owner = owner_of(account)
    store = contact.stores[0].name if len(contact.stores) == 1 else ""
    return {
        "salutation": salutation(account.name, store, contact.name or None, contact.locale),
        "company": account.name,
        "store": store,
        "name": contact.name,
        "zone": contact.zone,
        "owner_name": owner.name if owner else "",
        "owner_phone": (owner.phone if owner else "") or details.phone,
        "vendor_reply_to": vendor.reply_address(details, owner) or here().sender[1],
        "personal_url": Link(addresses.personal(contact)),
        "calendar_url": Link(addresses.calendar(contact)),
        "unsubscribe_url": Link(addresses.unsubscribe(contact, "invitations")),
    }


def _of_visitor(row: Application) -> dict[str, Value]:
    return {
        "salutation": salutation(row.company, row.store, row.name, row.locale),
        "zone": row.zone,
        "apply_url": Link(addresses.application(row)),
    }


def _is_known(mail: Mail) -> bool:
    """Tell whether the recipient's name is one we know: a visitor's is what somebody wrote beside any address."""
    return mail.application is None or mail.application.confirmed_at is not None


def _calendar(mail: Mail, organizer: str, organizer_name: str, details: Vendor) -> CalendarPart | None:
    method = KINDS[mail.kind].calendar if mail.kind in KINDS else None
    if method is None or mail.contact is None or mail.registration_id is None:
        return None
    row, lecture = facts.registration_of(mail), facts.lecture_of(mail)
    if row.status == "waitlisted":
        # Whoever only waited was never sent an entry that could be taken out again.
        return None
    course = text(lecture.course.name, mail.contact.locale)
    page = addresses.join(row.id, mail.contact)
    ics = invitation(
        method,
        uid=row.uid,
        sequence=mail.params["sequence"],
        stamp=row.revised_at,
        starts_at=lecture.starts_at,
        ends_at=lecture.ends_at,
        summary=f"{course} – {organizer_name}" if organizer_name else course,
        description=facts.entry_description(mail.contact, lecture, page, details),
        location=page,
        url=page,
        organizer_name=organizer_name,
        organizer_email=organizer,
        attendee_name=mail.contact.name,
        attendee_email=mail.contact.email or "",
        status="CANCELLED" if method == "CANCEL" else "CONFIRMED",
        answers_read=vendor.reads_answers(details),
    )
    return CalendarPart(method, ics)
