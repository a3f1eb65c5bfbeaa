"""Answers who does something, and through what."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Actor:
    """Who acts: contact, staff, api (a token), worker or cli; and the channel: page, phone, import, report, api, cli."""

    kind: str
    id: int | None
    channel: str

    @property
    def staff_id(self) -> int | None:
        """Return the member's id when a member of staff acts."""
        return self.id if self.kind == "staff" else None


WORKER = Actor("worker", None, "worker")
CLI = Actor("cli", None, "cli")
