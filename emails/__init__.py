"""Answers what a message looks like and how it leaves; the ways out themselves are `emails.transports.setting`'s, which only
who delivers need carry."""

from emails.headers import BadAddress
from emails.invitations import invitation
from emails.kinds import FOLLOW_UP, KINDS, Kind, Number, Timing, samples
from emails.message import Address, Bulk, CalendarPart, Message, build_mime
from emails.render import Rendered, render
from emails.templates import TemplateBroken, template_source
from emails.transports.base import (
    Apart,
    BadTransport,
    Refused,
    Sent,
    Transport,
    TransportDown,
    TransportProblem,
    TryAgain,
)
from emails.transports.folder import ReadMessage, StoredMessage, list_messages, read_message
from emails.values import Context, Entry, FreeDate, Link, Span, Until
from emails.words import LOCALES, day_and_time, salutation, when, zone_name

__all__ = [
    "FOLLOW_UP",
    "KINDS",
    "LOCALES",
    "Address",
    "Apart",
    "BadAddress",
    "BadTransport",
    "Bulk",
    "CalendarPart",
    "Context",
    "Entry",
    "FreeDate",
    "Kind",
    "Link",
    "Message",
    "Number",
    "ReadMessage",
    "Refused",
    "Rendered",
    "Sent",
    "Span",
    "Until",
    "StoredMessage",
    "TemplateBroken",
    "Timing",
    "Transport",
    "TransportDown",
    "TransportProblem",
    "TryAgain",
    "build_mime",
    "day_and_time",
    "invitation",
    "list_messages",
    "read_message",
    "render",
    "salutation",
    "samples",
    "template_source",
    "when",
    "zone_name",
]
