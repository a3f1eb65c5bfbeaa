"""Answers what SMTP server the tests post to: a real one on loopback that answers as it is asked to."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from tests.servers import free_port


class Post:
    """An SMTP server's clerk: takes mails, and answers as the recipient's name asks."""

    def __init__(self) -> None:
        self.taken: list[Envelope] = []
        self.recipients_as_written: list[str] = []
        self.connections: set[int] = set()
        self.sender_answer = "250 OK"
        self.hang_up_after = False
        self.hung_up = 0
        self.goodbyes = 0

    async def handle_MAIL(self, server: SMTP, session: Session, envelope: Envelope, address: str, options: Any) -> str:
        if self.sender_answer.startswith("250"):
            envelope.mail_from = address
        return self.sender_answer

    async def handle_RCPT(self, server: SMTP, session: Session, envelope: Envelope, address: str, options: Any) -> str:
        code = address.lstrip('"')[:3]
        if code.isdigit():
            return f"{code} 5.1.1 <{address}>: as you asked"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_QUIT(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        self.goodbyes += 1
        return "221 Bye"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        transport = server.transport
        assert transport is not None
        if envelope.rcpt_tos[0].startswith("abort"):
            transport.abort()
        if envelope.rcpt_tos[0].startswith("data"):
            return f"{envelope.rcpt_tos[0][4:7]} the content, as you asked"
        self.taken.append(envelope)
        self.connections.add(id(session))
        if self.hang_up_after:
            asyncio.get_running_loop().call_later(0.02, self._hang_up, transport)
        return "250 OK"

    def _hang_up(self, transport: asyncio.BaseTransport) -> None:
        transport.close()
        self.hung_up += 1


class _Listening(SMTP):
    """Notes recipients before the server tidies them up."""

    async def smtp_RCPT(self, arg: str | None) -> None:
        self.event_handler.recipients_as_written.append(arg)
        await super().smtp_RCPT(arg)


class _Controller(Controller):
    def factory(self) -> SMTP:
        return _Listening(self.handler, **self.SMTP_kwargs)


@contextmanager
def served(post: Post, **options: Any) -> Iterator[int]:
    controller = _Controller(post, hostname="127.0.0.1", port=free_port(), **options)
    controller.start()
    try:
        yield controller.port
    finally:
        controller.stop()


class Slow(Post):
    """A clerk who thinks so many seconds about each answer: to RCPT (`before`), or to the mail itself (`after`)."""

    def __init__(self, before: float = 0, after: float = 0) -> None:
        super().__init__()
        self.before, self.after = before, after

    async def handle_RCPT(self, server: SMTP, session: Session, envelope: Envelope, address: str, options: Any) -> str:
        await asyncio.sleep(self.before)
        return await super().handle_RCPT(server, session, envelope, address, options)

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        answer = await super().handle_DATA(server, session, envelope)
        await asyncio.sleep(self.after)
        return answer
