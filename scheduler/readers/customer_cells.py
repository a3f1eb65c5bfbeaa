"""What a cell of a customer list means once repaired: an address, a number, closed days, a role, a language."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

from email_validator import EmailNotValidError, validate_email

from scheduler.rules.names import clean_name, lost_zero

# What people type into a cell that has nothing to say.
_NOTHING = frozenset(
    {"なし", "無し", "無", "ナシ", "未定", "未登録", "不明", "非公開", "n/a", "na", "none", "null", "tbd", "nil"}
)
_NOBODY = frozenset(
    {
        "担当者",
        "ご担当者",
        "ご担当",
        "担当者様",
        "ご担当者様",
        "ご担当様",
        "御担当者",
        "御担当者様",
        "店舗共用",
        "共用",
        "共有",
    }
)

_FORMULA_TEXT = re.compile(r'="(.*)"', re.DOTALL)
_INVISIBLE = re.compile("[\u200b-\u200f\u2060\ufeff\x00-\x08\x0b-\x1f\x7f]")
_DASHES = re.compile("(?<=[0-9)])\\s*[\u2010-\u2015\u2212\u30fc\uff70~]\\s*(?=[0-9(])")

_ADDRESS_WITHIN = re.compile(r"<([^<>]*)>")
_ADDRESS_END = re.compile(r"[\s,;、；/]+")
# Carriers gave out such local parts before 2009; their owners still use them (INTEROP, section 4, Japan).
_CARRIERS = ("docomo.ne.jp", "ezweb.ne.jp", "au.com", "vodafone.ne.jp", "softbank.ne.jp", "willcom.com", "pdx.ne.jp")

_WEEKDAYS = "月火水木金土日"
_WEEKDAY_RANGE = re.compile(rf"([{_WEEKDAYS}])\s*(?:[~\-〜]|から)\s*([{_WEEKDAYS}])")
_EXCEPTION = re.compile(r"\([^()]*\)")
_NOT_WEEKLY = re.compile(r"第|隔週|不定|月\d|年\d|\d")
_NOT_WEEKDAYS = re.compile(r"定休日?|店休日?|祝祭日|祝日|祝|曜日|曜|毎週|休業日?|休み|休日?|年末年始|お盆|ほか|他")
_ENGLISH_WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_NEVER_CLOSED = re.compile(r"無休|なし|無し|^無$|^none$|^no\b|^never$|open every day|^daily$|^-+$|^n/a$|^0$")
_SAYS_NOTHING = frozenset(
    {"and", "every", "public", "national", "holidays", "closed", "on", "weekly", "public holidays"}
)

_COORDINATOR = re.compile(r"窓口|主担当|代表担当|coordinator|primary|main contact|point of contact")
_MANAGER = re.compile(r"店長|支店長|所長|店舗責任者|責任者|マネージャ|マネジャ|manager")
_DEPUTY = re.compile(r"副|代理|補佐|候補|assistant|deputy|vice")


def cell_text(raw: str) -> str:
    """Take a cell's text out of what spreadsheets and safe exports wrap around it (`="0012"`, `'=…`)."""
    text = _INVISIBLE.sub("", raw).strip()
    if wrapped := _FORMULA_TEXT.fullmatch(text):
        text = wrapped[1].replace('""', '"').strip()
    return text[1:] if text[:1] == "'" and text[1:2] in ("=", "+", "-", "@") else text


def says_nothing(text: str) -> bool:
    """Tell whether a cell is empty or only says that there is nothing (なし, 未定, -)."""
    return text.casefold() in _NOTHING or not any(character.isalnum() for character in text)


def code(text: str) -> str:
    """Repair an identifier: half width, no spaces."""
    # Folding makes spaces of some accents, and taking those out makes letters that fold once more.
    return unicodedata.normalize("NFKC", "".join(unicodedata.normalize("NFKC", text).split()))


def person(text: str) -> str:
    """Repair a person's name; what names nobody in particular (ご担当者様) comes back empty."""
    name = clean_name(text)
    return "" if says_nothing(name) or name.replace(" ", "") in _NOBODY else name


def full_name(last: str, first: str) -> str:
    """Join the parts of a name: family name first in Japanese, given name first otherwise."""
    parts = [last, first] if any(character > "\u2fff" for character in last + first) else [first, last]
    return person(" ".join(parts))


def note(text: str) -> str:
    """Trim a note line by line and keep its lines."""
    return "\n".join(" ".join(line.split()) for line in text.splitlines()).strip()


@lru_cache(maxsize=8192)
def email(text: str) -> tuple[str, bool]:
    """Repair an address; return it in lower case ("" where there is none) and whether the cell is free of doubt."""
    written = unicodedata.normalize("NFKC", text).strip()
    if says_nothing(written):
        return "", True
    if within := _ADDRESS_WITHIN.search(written):
        written = within[1]
    written = written.casefold().removeprefix("mailto:").strip().strip("'\"()")
    candidates = [written] if written.count("@") == 1 else _ADDRESS_END.split(written)
    addresses = dict.fromkeys(address for candidate in candidates if (address := _address(candidate)))
    return next(iter(addresses), ""), len(addresses) == 1


def _address(candidate: str) -> str:
    address = "".join(candidate.split()).strip(",;、；。")
    local, _, domain = address.partition("@")
    domain = domain.rstrip(".")
    checked = local
    if any(domain == carrier or domain.endswith("." + carrier) for carrier in _CARRIERS):
        checked = re.sub(r"\.{2,}", ".", local).strip(".")
    try:
        validate_email(f"{checked}@{domain}", check_deliverability=False, allow_smtputf8=False, test_environment=True)
    except EmailNotValidError:
        return ""
    return f"{local}@{domain}"


def phone(text: str) -> str:
    """Repair a telephone number for showing: half width, plain hyphens, the zero a spreadsheet took put back."""
    written = _DASHES.sub("-", " ".join(unicodedata.normalize("NFKC", text).split()))
    if not any(character.isdigit() for character in written):
        return ""
    return lost_zero(written) if written.isdecimal() else written


@lru_cache(maxsize=1024)
def closed_days(text: str) -> tuple[tuple[int, ...] | None, bool]:
    """Read weekly closed days (Monday = 0); None where the cell does not say, and whether all of it was understood."""
    written = unicodedata.normalize("NFKC", text).casefold().strip()
    if not written:
        return None, True
    if _NEVER_CLOSED.search(written):
        return (), True
    days: set[int] = set()
    weekly = _EXCEPTION.sub(" ", written)
    understood = weekly == written
    for part in re.split(r"[\s,、・/&+;。]+", _ranges_spelt_out(weekly)):
        found, clear = _weekdays(part)
        days |= found
        understood = understood and clear
    return tuple(sorted(days)) if days else None, understood


def _ranges_spelt_out(written: str) -> str:
    plain = re.sub(r"曜日?", "", written)
    return _WEEKDAY_RANGE.sub(lambda found: _between(found[1], found[2]), plain)


def _between(first: str, last: str) -> str:
    start, end = _WEEKDAYS.index(first), _WEEKDAYS.index(last)
    return (_WEEKDAYS * 2)[start : end + 1 + (7 if end < start else 0)]


def _weekdays(part: str) -> tuple[set[int], bool]:
    if _NOT_WEEKLY.search(part):
        return set(), False
    if part.isascii():
        word = part.strip(".").removesuffix("s")
        days = {day for day, name in enumerate(_ENGLISH_WEEKDAYS) if len(word) >= 3 and name.startswith(word)}
        return days, bool(days) or not word or part in _SAYS_NOTHING
    left = _NOT_WEEKDAYS.sub("", part)
    days = {_WEEKDAYS.index(character) for character in left if character in _WEEKDAYS}
    return (days, True) if all(character in _WEEKDAYS + "と" for character in left) else (set(), False)


def role(text: str) -> str:
    """Read a role or job title as coordinator, manager or member ("" where the cell is empty)."""
    written = unicodedata.normalize("NFKC", text).casefold()
    if says_nothing(written):
        return ""
    if _COORDINATOR.search(written):
        return "coordinator"
    return "manager" if _MANAGER.search(written) and not _DEPUTY.search(written) else "member"


def language(text: str) -> tuple[str, bool]:
    """Read a language as ja or en ("" where the cell does not say), and whether it is one of the two."""
    written = unicodedata.normalize("NFKC", text).casefold().strip()
    if says_nothing(written):
        return "", True
    if written.startswith(("ja", "jp", "日本", "和")):
        return "ja", True
    if written.startswith(("en", "英")):
        return "en", True
    return "", False
