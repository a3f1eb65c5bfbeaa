"""Answers how mails leave through SendGrid's API (v3 mail/send)."""

from __future__ import annotations

import base64
from email.utils import parsedate_to_datetime
from typing import Any

import requests
from sendgrid.helpers import mail as helpers
from urllib3.exceptions import NewConnectionError

from emails.headers import BadAddress, sendable
from emails.message import CALENDAR_FILE, Address, CalendarPart, Message, extra_headers
from emails.transports import watched
from emails.transports.base import LONGEST_SECONDS, Refused, Sent, TransportDown, TryAgain

SEND_PATH = "/v3/mail/send"
# Seconds to connect and to wait for each part of the answer.
TIMEOUT = (5, 20)
# A reset further away than this is a mistake of the clocks, not a wish.
_LONGEST_WAIT = 3600


class SendGridTransport:
    """Sends one mail a request over a connection that is kept."""

    def __init__(self, api_key: str, url: str, *, longest_seconds: float = LONGEST_SECONDS) -> None:
        self.address = url.rstrip("/").removesuffix(SEND_PATH) + SEND_PATH
        self._api_key = api_key
        self._longest_seconds = longest_seconds
        self._session = watched.session()
        # As `auth` and not as a header, which an entry for the host in ~/.netrc would replace.
        self._session.auth = self._signed

    def send(self, message: Message) -> Sent:
        """Hand over one mail; 202 means that SendGrid has queued it. Raises TryAgain, Refused or TransportDown."""
        try:
            body = payload(message)
        except BadAddress as error:
            raise Refused(str(error)) from error
        try:
            with watched.within(self._longest_seconds) as deadline:
                # Redirects are not followed: they would carry the key to another place.
                answer = self._session.post(self.address, json=body, timeout=TIMEOUT, allow_redirects=False)
        except requests.exceptions.RequestException as error:
            if deadline.passed:
                raise TryAgain("sendgrid: too slow", doubtful=True) from error
            raise _lost(error) from error
        return _judged(answer)

    def _signed(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        request.headers["Authorization"] = f"Bearer {self._api_key}"
        return request

    def close(self) -> None:
        """Close the kept connection."""
        self._session.close()


def payload(message: Message) -> dict[str, Any]:
    """Build the request's body; the mail is named to SendGrid by its opaque id only. Raises BadAddress."""
    mail = helpers.Mail()
    mail.from_email = _mailbox(message.from_)
    if message.reply_to is not None:
        mail.reply_to = _mailbox(message.reply_to)
    mail.subject = message.subject
    mail.add_personalization(_personalization(message))
    mail.add_content(helpers.Content("text/plain", message.text))
    mail.add_content(helpers.Content("text/html", message.html))
    if message.calendar is not None:
        ics = message.calendar.ics.decode("utf-8")
        mail.add_content(helpers.Content(f"text/calendar; method={message.calendar.method}", ics))
        mail.add_attachment(_attachment(message.calendar))
    mail.add_category(helpers.Category(message.kind))
    # Links are the customer's own and must arrive as they are; an open or a click proves nobody's attendance.
    mail.tracking_settings = helpers.TrackingSettings(
        click_tracking=helpers.ClickTracking(enable=False, enable_text=False),
        open_tracking=helpers.OpenTracking(enable=False),
        subscription_tracking=helpers.SubscriptionTracking(enable=False),
    )
    body: dict[str, Any] = mail.get()
    return body


def _personalization(message: Message) -> Any:
    person = helpers.Personalization()
    person.add_to(_mailbox(message.to))
    person.add_header(helpers.Header("Message-ID", message.message_id))
    for name, value in extra_headers(message).items():
        person.add_header(helpers.Header(name, value))
    person.add_custom_arg(helpers.CustomArg("tasuki_mail", message.opaque_id))
    return person


def _mailbox(address: Address) -> Any:
    mailbox = helpers.Email()
    # Set, not passed: the helper would read the address as a header and take odd local parts apart.
    mailbox.email = sendable(address.address)
    if address.name:
        mailbox.name = address.name
    return mailbox


def _attachment(calendar: CalendarPart) -> Any:
    return helpers.Attachment(
        helpers.FileContent(base64.b64encode(calendar.ics).decode("ascii")),
        helpers.FileName(CALENDAR_FILE),
        helpers.FileType("application/ics"),
        helpers.Disposition("attachment"),
    )


def _judged(answer: requests.Response) -> Sent:
    status = answer.status_code
    if 200 <= status < 300:
        return Sent(answer.headers.get("X-Message-Id"))
    reason = f"sendgrid {status}: {_complaints(answer)}"
    if status == 429:
        raise TryAgain(reason, after_seconds=_wait(answer))
    if status in (401, 403, 404, 405) or 300 <= status < 400:
        raise TransportDown(reason)
    if status >= 500 or status == 408:
        raise TryAgain(reason, after_seconds=_wait(answer))
    raise Refused(reason)


def _complaints(answer: requests.Response) -> str:
    try:
        errors = answer.json()["errors"]
        return "; ".join(f"{error.get('field') or ''} {error['message']}".strip() for error in errors)
    except (ValueError, LookupError, TypeError, AttributeError):
        return answer.reason or "no explanation"


def _wait(answer: requests.Response) -> int | None:
    """Tell how many seconds the other side asks for, measured by its own clock."""
    headers = answer.headers
    try:
        if "Retry-After" in headers:
            seconds = int(headers["Retry-After"])
        else:
            seconds = int(headers["X-RateLimit-Reset"]) - int(parsedate_to_datetime(headers["Date"]).timestamp())
    except (KeyError, ValueError, TypeError):
        return None
    return min(max(seconds, 1), _LONGEST_WAIT)


def _lost(error: requests.exceptions.RequestException) -> TryAgain | TransportDown:
    if isinstance(error, requests.exceptions.SSLError):
        return TransportDown("sendgrid: no trusted TLS")
    if isinstance(error, requests.exceptions.ReadTimeout):
        return TryAgain("sendgrid: no answer in time", doubtful=True)
    # A connection that was never made cannot have carried the mail; one that broke may have.
    cause = getattr(error.args[0], "reason", None) if error.args else None
    if isinstance(error, requests.exceptions.ConnectTimeout) or isinstance(cause, NewConnectionError):
        return TryAgain("sendgrid: cannot connect")
    return TryAgain("sendgrid: the connection was lost", doubtful=True)
