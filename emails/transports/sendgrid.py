"""Answers how mails leave through SendGrid's API (v3 mail/send)."""

from __future__ import annotations

from collections.abc import Sequence
from email.utils import parsedate_to_datetime

import requests
from urllib3.exceptions import NewConnectionError

from emails.message import Message
from emails.transports import watched
from emails.transports.base import LONGEST_SECONDS, Apart, Refused, Sent, TransportDown, TransportProblem, TryAgain
from emails.transports.kept import Kept
from emails.transports.payload import MOST_PEOPLE, Mixed, parcels, payload, person, written

SEND_PATH = "/v3/mail/send"
# Seconds to connect and to wait for each part of the answer.
TIMEOUT = (5, 20)
# A reset further away than this is a mistake of the clocks, not a wish.
_LONGEST_WAIT = 3600


class SendGridTransport:
    """Sends up to a thousand mails a request over connections that are kept, each used by one thread at a time.

    With `sandbox` SendGrid checks the mails and sends none; with `opens` it tells who opened them.
    """

    # So many requests under way keep two cores busy; what was answered meanwhile is recorded in one transaction.
    concurrency = 24
    largest = MOST_PEOPLE

    def __init__(
        self,
        api_key: str,
        url: str,
        *,
        sandbox: bool = False,
        opens: bool = False,
        longest_seconds: float = LONGEST_SECONDS,
    ) -> None:
        self.address = url.rstrip("/").removesuffix(SEND_PATH) + SEND_PATH
        self.sandbox, self.opens = sandbox, opens
        self._headers = {"Authorization": f"Bearer {api_key}", "Content-Type": "application/json"}
        self._longest_seconds = longest_seconds
        self._sessions = Kept(self._session)

    def send(self, message: Message) -> Sent:
        """Hand over one mail; 202 means that SendGrid has queued it. Raises TryAgain, Refused or TransportDown."""
        (outcome,) = self.send_together([message])
        if isinstance(outcome, TransportProblem):
            raise outcome
        return outcome

    def parcels(self, messages: Sequence[Message]) -> list[list[int]]:
        """Cut the mails into parcels within SendGrid's limits; return their places."""
        return parcels(messages)

    def send_together(self, messages: Sequence[Message]) -> list[Sent | TransportProblem]:
        """Hand over one parcel in one request; return for each mail what became of it."""
        outcomes: list[Sent | TransportProblem | None] = [_impossible(message) for message in messages]
        possible = [message for message, outcome in zip(messages, outcomes, strict=True) if outcome is None]
        if possible:
            outcome = self._outcome(possible)
            return [outcome if known is None else known for known in outcomes]
        return [known for known in outcomes if known is not None]

    def close(self) -> None:
        """Close the kept connections."""
        for session in self._sessions.given_up():
            session.close()

    def _outcome(self, messages: Sequence[Message]) -> Sent | TransportProblem:
        try:
            body = written(payload(messages, sandbox=self.sandbox, opens=self.opens))
            return self._handed_over(body)
        except Mixed:
            raise
        except ValueError as error:
            # The sender's part, that all of them share.
            return Refused(str(error))
        except Refused as problem:
            return problem if len(messages) == 1 else Apart(problem.reason)
        except TransportProblem as problem:
            return problem

    def _handed_over(self, body: bytes) -> Sent:
        with self._sessions.one() as session:
            try:
                with watched.within(self._longest_seconds) as deadline:
                    answer = watched.post(session, self.address, body, self._headers, TIMEOUT)
            except requests.exceptions.RequestException as error:
                if deadline.passed:
                    raise TryAgain("sendgrid: too slow", doubtful=True) from error
                raise _lost(error) from error
        return _judged(answer)

    def _session(self) -> requests.Session:
        return watched.session(self.address)


def _impossible(message: Message) -> Refused | None:
    """Tell why a mail cannot be handed over, whatever SendGrid says, so that it does not hold up those beside it."""
    try:
        person(message)
    except ValueError as error:
        return Refused(str(error))
    return None


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
