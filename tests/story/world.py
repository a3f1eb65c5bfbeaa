"""Answers how the whole program is played: started as a user starts it, its mails received, its clock moved."""

from __future__ import annotations

import email
import email.policy
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import datetime
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import requests
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session
from icalendar import Calendar

from tests import servers
from tests.browsing import Browser

PASSWORD = "correct horse battery"


class Mailbox:
    """Everybody's mailbox at once: a real SMTP server's handler that keeps what it accepted."""

    def __init__(self) -> None:
        self.letters: list[tuple[str, EmailMessage]] = []

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        assert isinstance(envelope.content, bytes)
        message = email.message_from_bytes(envelope.content, policy=email.policy.default)
        assert isinstance(message, EmailMessage)
        self.letters += [(address, message) for address in envelope.rcpt_tos]
        return "250 OK"

    def to(self, address: str) -> list[EmailMessage]:
        """List what an address was sent, oldest first."""
        return [message for recipient, message in self.letters if recipient == address]

    def wait(self, address: str, count: int, seconds: float = 30, having: str = "") -> list[EmailMessage]:
        """Wait until an address has been sent this many mails, and see that there are no more; `having` in the subject."""

        def sent() -> list[EmailMessage]:
            return [message for message in self.to(address) if having in str(message["Subject"])]

        servers.eventually(lambda: len(sent()) >= count, seconds, what=f"mail {count} to {address}")
        got = sent()
        assert len(got) == count, [message["Subject"] for message in got]
        return got


def words(message: EmailMessage) -> str:
    """Return the text part of a mail."""
    part = message.get_body(("plain",))
    assert part is not None
    return str(part.get_content())


def link(message: EmailMessage, start: str) -> str:
    """Return the first address in a mail that begins with `start`."""
    text = words(message)
    assert start in text, text
    return start + text.partition(start)[2].split()[0].rstrip("）)>")


def invitation(message: EmailMessage) -> tuple[str, Any]:
    """Return the method and the event of a mail's calendar part."""
    (part,) = [part for part in message.walk() if part.get_content_type() == "text/calendar"]
    calendar = Calendar.from_ical(part.get_payload(decode=True))  # type: ignore[arg-type]
    assert calendar["METHOD"] == part.get_param("method")
    return str(calendar["METHOD"]), calendar.walk("VEVENT")[0]


class World:
    """One installation through the weeks: the same database, address and mailbox, the clock set anew at each step."""

    def __init__(self, folder: Path, database_url: str, smtp_port: int, mailbox: Mailbox) -> None:
        port = servers.free_port()
        self.folder, self.mailbox = folder, mailbox
        self.base = f"http://127.0.0.1:{port}"
        self.port = port
        self.settings: dict[str, object] = {
            "database_url": database_url,
            "secret_key": "a secret for the story alone",
            "base_url": self.base,
            "mail": f"smtp://127.0.0.1:{smtp_port}",
            "mail_from": "導入チーム <onboarding@vendor.example>",
        }
        self._stack: ExitStack | None = None
        self.token = ""

    def command(self, *arguments: str, stdin: str = "") -> str:
        """Run `tasuki …` to its end and return what it printed; it must succeed."""
        done = servers.run(*arguments, env=self.environment, cwd=self.folder, stdin=stdin)
        assert done.returncode == 0, (arguments, done.stdout, done.stderr)
        return done.stdout

    @property
    def environment(self) -> dict[str, str]:
        return servers.environment(**self.settings)

    def at(self, moment: str) -> datetime:
        """Set the clock (ISO, Tokyo time) and start web and worker anew, as they would run at that moment."""
        self.stop()
        now = datetime.fromisoformat(f"{moment}+09:00")
        self.settings["clock"] = now.isoformat()
        self._stack = ExitStack()
        self._stack.enter_context(servers.web(self.environment, self.folder, self.port))
        self._stack.enter_context(servers.worker(self.environment, self.folder))
        return now

    def stop(self) -> None:
        """Stop web and worker."""
        if self._stack is not None:
            self._stack.close()
            self._stack = None

    def browser(self, language: str = "ja") -> Browser:
        """Open a browser of its own."""
        return Browser(self.base, language)

    def member(self, address: str, team: str, name: str, phone: str) -> Browser:
        """Add a member, choose the password through the printed link and sign in."""
        printed = self.command("staff", "add", address, "--team", team, "--name", name, "--phone", phone)
        browser = self.browser()
        password = next(word for word in printed.split() if "/staff/password/" in word)
        browser.press(password, "パスワードを設定する", {"password": PASSWORD, "again": PASSWORD})
        return self.sign_in(browser, address)

    def sign_in(self, browser: Browser, address: str) -> Browser:
        """Sign a member in."""
        page = browser.press("/staff/sign-in", "サインインする", {"email": address, "password": PASSWORD})
        assert "今日・今週" in page
        return browser

    def api(self, method: str, path: str, body: Any = None, expect: int = 200) -> Any:
        """Call the API; return the answer's JSON."""
        answer = requests.request(
            method,
            f"{self.base}/api/v1{path}",
            json=body,
            headers={"Authorization": f"Bearer {self.token}"},
            timeout=60,
        )
        assert answer.status_code == expect, (method, path, answer.status_code, answer.text[:2000])
        return answer.json() if answer.content else None


@contextmanager
def post_office() -> Iterator[tuple[int, Mailbox]]:
    """Run a real SMTP server on loopback; yield its port and the mailbox."""
    mailbox = Mailbox()
    controller = Controller(mailbox, hostname="127.0.0.1", port=servers.free_port())
    controller.start()
    try:
        yield controller.port, mailbox
    finally:
        controller.stop()
