"""Under which spellings a person, a shop or a company may appear in a meeting tool."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from functools import lru_cache

import jaconv

from scheduler.rules.names import family_name, name_key

_BETWEEN = re.compile(r"[\s,、，_/|@:;・。【】\[\]「」『』()<>~〜]+")
_TITLE = re.compile(
    r"(?<=.)(?:副?店長|[部課係社支所]長|次長|主任|担当者?|マネージャー?|オーナー|スタッフ|さん|さま|様|氏)$"
)
_ALONE = "店長 副店長 部長 課長 係長 社長 支店長 所長 次長 主任 担当 担当者 マネージャー オーナー スタッフ 様 さん"
_TITLES = frozenset(_ALONE.split())
_COMPANY_FORM = re.compile(
    r"株式会社|有限会社|合同会社|合資会社|一般社団法人|一般財団法人|医療法人|\((?:株|有|同)\)|"
    r"\b(?:inc|ltd|llc|corp|corporation|company|co|k\.?k)\b\.?",
    re.IGNORECASE,
)
_SHOP_FORM = re.compile(r"(?<=..)(?:支店|本店|営業所|店)$")
_KANA = re.compile("[ァ-ヶー]+")
# One sound, several ways to write it: Satou, Satoh, Sato; Shimbashi, Shinbashi.
_LONG_VOWEL = re.compile(r"ou|oo|oh(?![aeiouy])|(?<=u)u")
_NASAL = re.compile(r"m(?=[bmp])")
# Parts of an address that name no company.
_SHARED_LABELS = (
    "co ne or ac go ed gr lg com net org info biz jp us uk io mail www gmail googlemail yahoo ymail outlook hotmail live "
    "msn icloud me mac docomo ezweb au softbank i vodafone ybb nifty ocn plala biglobe so-net"
)
_NO_COMPANY = frozenset(_SHARED_LABELS.split())


def full_spellings(name: str) -> Iterator[str]:
    """Give the keys under which a whole name may be written: its parts in either order, and in Latin letters."""
    written = parts(name)
    latin = tuple(_latin(part) for part in written)
    for keys in (written, latin if all(latin) else ()):
        if keys:
            yield from ("".join(keys), "".join(keys[1:] + keys[:1]), "".join(keys[-1:] + keys[:-1]))


def written_names(name: str, reading: str) -> list[str]:
    """List how a name and its reading may be written: each alone, and one half as the reading has it (渡邊りな)."""
    written, read = parts(name), parts(reading)
    halves = [f"{read[0]} {written[1]}", f"{written[0]} {read[1]}"] if len(written) == len(read) == 2 else []
    return [one for one in (name, reading, *halves) if one]


def family_spellings(name: str) -> set[str]:
    """Give the keys of a family name alone; empty for a name in one piece, of which nothing says where it ends."""
    if len(parts(name)) < 2:
        return set()
    key = name_key(family_name(name))
    return {spelling for spelling in (key, _latin(key)) if spelling}


def part_spellings(name: str) -> set[str]:
    """Give the keys of every part of a name alone, of two letters or more, family and given name alike."""
    written = parts(name)
    spellings = {spelling for part in written for spelling in (part, _latin(part)) if len(spelling) > 1}
    return spellings if len(written) > 1 else set()


def place_spellings(name: str) -> set[str]:
    """Give the keys of a shop's or company's name as people prefix it to their own, also in Latin letters."""
    key = name_key(_COMPANY_FORM.sub("", unicodedata.normalize("NFKC", name)))
    return {spelling for spelling in (key, _romanised(key)) if len(spelling) > 1}


def with_place(text: str) -> str:
    """Give the key of a display name that may begin or end with a place, without titles and words for a company."""
    return "".join(parts(_COMPANY_FORM.sub(" ", unicodedata.normalize("NFKC", text))))


def short_place_spellings(name: str) -> set[str]:
    """Give the keys of a shop's name without the word for shop: 仙台 for 仙台支店."""
    key = name_key(name)
    short = _SHOP_FORM.sub("", key)
    return {short} if short != key else set()


def company_words(email: str) -> set[str]:
    """Give the words of an address's domain that may be the company's name."""
    labels = email.lower().partition("@")[2].split(".")[:-1]
    return {name_key(label) for label in labels if len(label) > 2 and label not in _NO_COMPANY}


def company_domain(email: str) -> str:
    """Give an address's domain when it is a company's own, not a mail provider's; empty otherwise."""
    domain = email.lower().partition("@")[2]
    return domain if company_words(email) else ""


@lru_cache(maxsize=8192)
def parts(name: str) -> tuple[str, ...]:
    """Split a name into the keys of its words, without titles and honorifics."""
    words = _BETWEEN.split(unicodedata.normalize("NFKC", name))
    keys = (name_key(_TITLE.sub("", word)) for word in words if word not in _TITLES)
    return tuple(key for key in keys if key)


@lru_cache(maxsize=8192)
def _latin(key: str) -> str:
    """Write a key of kana or Latin letters in Latin ones, long vowels and nasals alike; empty for any other."""
    latin = key if key.isascii() and key.isalpha() else _romanised(key)
    return _LONG_VOWEL.sub(lambda found: found[0][0].replace("u", ""), _NASAL.sub("n", latin.replace("tch", "cch")))


def _romanised(key: str) -> str:
    if not _KANA.fullmatch(key):
        return ""
    latin: str = jaconv.kana2alphabet(jaconv.kata2hira(key.replace("ー", "")))
    return latin if latin.isascii() else ""
