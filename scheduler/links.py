"""Which links customers and staff get without a password, and what a link that comes back stands for."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Literal

from itsdangerous import HMACAlgorithm, Signer

PurposeName = Literal[
    "me", "join", "unsubscribe", "calendar", "staff_calendar", "team_calendar", "application", "password"
]


@dataclass(frozen=True)
class Purpose:
    """What a link opens, whose id it carries, which version ends it, and whether it expires by itself."""

    opens: str
    subject: str
    version: str
    expires: str


#: Links carry no date, so that a page, mail or feed that shows one stays the same from day to day; each ends when its
#: version is raised.
PURPOSES: dict[PurposeName, Purpose] = {
    "me": Purpose("the personal page: see, register, change, cancel, tick", "contact", "link_version", "never"),
    "join": Purpose("the page with the button that leads into the meeting", "registration", "link_version", "never"),
    "unsubscribe": Purpose("the end of invitations and nudges to an address", "contact", "link_version", "never"),
    "calendar": Purpose("the personal calendar feed, and nothing else", "contact", "feed_version", "never"),
    "application": Purpose(
        "the page that completes what was applied for on the public page",
        "application",
        "created_at in whole seconds",
        "after 7 days, or when used or decided",
    ),
    "staff_calendar": Purpose("the feed of the lectures a member hosts", "staff", "feed_version", "never"),
    "team_calendar": Purpose("the feed of the member's team", "staff", "feed_version", "never"),
    "password": Purpose("the page that sets a password", "staff", "password_version", "when a password is set"),
}

_DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
_SIGNATURE_BYTES = 12  # 96 bits; a multiple of three, so that each of the 16 characters counts in full
_SIGNATURE_LENGTH = _SIGNATURE_BYTES * 8 // 6
_TOKEN = re.compile(
    rf"([\w-]{{{_SIGNATURE_LENGTH}}})((?:0|[1-9A-Za-z][0-9A-Za-z]*)\.(?:0|[1-9A-Za-z][0-9A-Za-z]*))", re.ASCII
)
_LONGEST = 40


class BadLink(Exception):
    """The link was not made here, was changed on its way, or is for something else."""


@dataclass(frozen=True)
class Signed:
    """What a link stands for; the caller compares `version` with the subject's present one."""

    subject_id: int
    version: int


class Links:
    """Signs and reads the tokens in links, with the installation's secret keys: the first signs, all verify.

    A token is a 96-bit HMAC-SHA-256 in 16 URL-safe characters, then id and version in base 62 with a dot between: about
    20 characters, so that an unsubscribe address fits into the 77 octets that mail headers leave unfolded. The key is
    derived per purpose, so that no link opens anything but its own.
    """

    def __init__(self, secret_keys: Sequence[str]) -> None:
        self._signers = {
            purpose: Signer(
                list(reversed(secret_keys)),
                salt=f"tasuki.link.{purpose}",
                key_derivation="hmac",
                digest_method=sha256,
                algorithm=_ShortHmac(sha256),
            )
            for purpose in PURPOSES
        }

    def sign(self, purpose: PurposeName, subject_id: int, version: int) -> str:
        """Return the token for this purpose and subject (an id of 0 or more), valid until the version is raised."""
        value = f"{_base62(subject_id)}.{_base62(version)}"
        return self._signers[purpose].get_signature(value).decode() + value

    def read(self, purpose: PurposeName, token: str) -> Signed:
        """Return what a token stands for; raises BadLink for any that `sign` did not make for this purpose."""
        match = _TOKEN.fullmatch(token) if len(token) <= _LONGEST else None
        if match is None or not self._signers[purpose].verify_signature(match[2], match[1]):
            raise BadLink
        subject_id, version = match[2].split(".")
        return Signed(_number(subject_id), _number(version))


class _ShortHmac(HMACAlgorithm):
    def get_signature(self, key: bytes, value: bytes) -> bytes:
        return super().get_signature(key, value)[:_SIGNATURE_BYTES]


def _base62(number: int) -> str:
    digits = ""
    while True:
        number, digit = divmod(number, len(_DIGITS))
        digits = _DIGITS[digit] + digits
        if number == 0:
            return digits


def _number(digits: str) -> int:
    number = 0
    for digit in digits:
        number = number * len(_DIGITS) + _DIGITS.index(digit)
    return number
