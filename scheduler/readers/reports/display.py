"""What a display name gives away about the person behind it."""

from __future__ import annotations

import re
import unicodedata

from scheduler.rules.names import clean_name

_BRACKETS = re.compile(r"(.*\S)(?:\s+\(|\s*\uff08)([^()\uff08\uff09]+)[)\uff09]")
_PRONOUNS = re.compile(r"(?:she|he|they|her|him|them|hers|his|theirs|any|all)(?:\s*/\s*\w+)+", re.IGNORECASE)
_PHONE = re.compile(r"\+?[\d*][\d*\s\-.()]{5,}")
_DEVICE = (
    r"(?:iphone|ipad|android|galaxy|pixel|xperia|aquos|macbook|windows|surface|pc|laptop|desktop|tablet|phone|"
    r"スマホ|スマートフォン|携帯|パソコン|タブレット)"
)
_ROLE = (
    r"(?:zoom|user|guest|host|anonymous|unknown|caller|participant|attendee|test|"
    r"ゲスト|ユーザー?|参加者|受講者|匿名|会議室|テスト)"
)
_MODEL = r"(?:my|pro|air|mini|plus|max|さん|様|の|[sa](?=\d)|\d|(?<=\d)[a-z]|[^\w]|_)"
_NOBODY = re.compile(rf"{_MODEL}*(?:{_DEVICE}|{_ROLE})(?:{_DEVICE}|{_ROLE}|{_MODEL})*|[\W\d_]*")
_OWNED_DEVICE = re.compile(rf"^(.*\S)(?:の|['’]s\s+){_DEVICE}(?:\s*[\w]+)?$", re.IGNORECASE)
_NO_PERSON = re.compile(
    r"(?:店舗?|支店|本店|支社|本社|営業所|事業所|センター|会社|法人|グループ|チーム|本部|部|課|室|係|スタッフ|担当者?|一同)$"
)
_TOGETHER = re.compile(r"[々〆\u3040-\u30ff\u3400-\u9fff]{4,}")


def names_behind(display: str) -> tuple[str, str]:
    """Split Zoom's `Display (Original)` into the display name alone and the original name, empty when there is none.

    Zoom writes brackets only for people who renamed themselves, but people also write brackets of their own (pronouns),
    and who first joined as a device has the device in them.
    """
    display = clean_name(display)
    found = _BRACKETS.fullmatch(display)
    if found is None:
        owner = _OWNED_DEVICE.match(display)
        return display, owner[1] if owner else ""
    shown, original = found[1], found[2].strip()
    if _PRONOUNS.fullmatch(original) or names_nobody(original):
        return shown, ""
    return shown, original


def full_name(first: str, last: str) -> str:
    """Join given and family name in the order of their script: family name first in Japanese."""
    together = f"{last} {first}" if re.search(r"[\u3040-\u30ff\u3400-\u9fff]", first + last) else f"{first} {last}"
    return together.strip()


def is_phone(name: str) -> bool:
    """Tell whether a name is a telephone number, perhaps masked with stars."""
    plain = unicodedata.normalize("NFKC", name).strip()
    return bool(_PHONE.fullmatch(plain)) and sum(character in "0123456789*" for character in plain) >= 6


def names_nobody(name: str) -> bool:
    """Tell whether a name says a device or a role that any number of people share, and nobody's name."""
    plain = re.sub(r"\s+", "", unicodedata.normalize("NFKC", name).casefold())
    return bool(_NOBODY.fullmatch(plain)) and not is_phone(plain)


def is_full_name(name: str) -> bool:
    """Tell whether a name has a family and a given part, so that two people hardly share it in one room.

    Two words, or four Japanese characters together; never a shop, a department or a device.
    """
    plain = clean_name(unicodedata.normalize("NFKC", name)).replace(",", " ")
    if names_nobody(plain) or _NO_PERSON.search(plain):
        return False
    return len(plain.split()) > 1 and not is_phone(plain) or bool(_TOGETHER.fullmatch(plain))
