"""Answers what a stand-in SendGrid took: how often each mail, and what its reader sees of it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, Literal

Remember = Literal["full", "ids", "none"]


@dataclass
class Count:
    """How often one mail was accepted, how often the sender was told so, and how often its reader got it."""

    accepted: int = 0
    told: int = 0
    delivered: int = 0


@dataclass
class Memory:
    """What was taken, by the mails' opaque ids; `full` keeps the words too, `none` counts people only."""

    remember: Remember = "full"
    requests: int = 0
    people: int = 0
    counts: dict[str, Count] = field(default_factory=dict)
    bodies: list[dict[str, Any]] = field(default_factory=list)
    _where: dict[str, list[tuple[dict[str, Any], int]]] = field(default_factory=dict)

    def take(self, ids: list[str], people: int, body: dict[str, Any] | None) -> None:
        """Note an accepted request."""
        self.requests += 1
        self.people += people
        if self.remember == "none":
            return
        for name in ids:
            self.counts.setdefault(name, Count()).accepted += 1
        if self.remember == "full" and body is not None:
            self.bodies.append(body)
            for place, name in enumerate(ids):
                self._where.setdefault(name, []).append((body, place))

    def tell(self, ids: Iterable[str]) -> None:
        """Note that the sender was told."""
        for name in ids:
            if name in self.counts:
                self.counts[name].told += 1

    def deliver(self, name: str) -> None:
        """Note that a reader got a mail."""
        if name in self.counts:
            self.counts[name].delivered += 1

    def got(self, name: str) -> list[dict[str, Any]]:
        """Return what the reader of a mail sees, once for each time it was accepted."""
        return [seen(body, place) for body, place in self._where.get(name, [])]


def seen(body: dict[str, Any], place: int) -> dict[str, Any]:
    """Write one person's mail as SendGrid would: each substitution replaces its name, literally, one after the other."""
    person = body["personalizations"][place]
    substitutions = person.get("substitutions", {})

    def filled(words: str) -> str:
        for name, value in substitutions.items():
            words = words.replace(name, value)
        return words

    content = {part["type"].partition(";")[0]: part["value"] for part in body["content"]}
    return {
        "to": person["to"][0]["email"],
        "name": person["to"][0].get("name", ""),
        "from": body["from"]["email"],
        "reply_to": body.get("reply_to", {}).get("email"),
        "subject": filled(body["subject"]),
        "text": filled(content["text/plain"]),
        "html": filled(content["text/html"]),
        "calendar": content.get("text/calendar"),
        "headers": person.get("headers", {}),
        "categories": body.get("categories", []),
    }
