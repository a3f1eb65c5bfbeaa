"""Whether two spellings name the same person, shop, company or telephone, and how a name is shown."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

import jaconv

_WORD = re.compile(r"[^\W_]+")
_SPACES = re.compile(r"[\s\u200b\ufeff\u2060]+")
_HALF_WIDTH_KANA = re.compile("[\uff65-\uff9f]")
_HONORIFIC = re.compile(r"(?<=\w)\s*(?:様|さま|さん|殿)+[\W_]*$")
_TITLE = re.compile(r"^\W*(?:(?:mr|mrs|ms|dr)\b\.?\s*)+(?=\w)")
_HIRAGANA_TO_KATAKANA = {code: code + 0x60 for code in range(0x3041, 0x3097)}
_JAPANESE = re.compile("[\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]")
_EXTENSION = re.compile(r"内線|ext|[#x/、,;]|または|又は")

# Registered forms that people also write in the everyday form; each pair is variant and everyday character.
_VARIANTS = (
    "髙高﨑崎嵜崎𠮷吉邊辺邉辺齋斎齊斎斉斎濱浜濵浜澤沢廣広國国嶋島嶌島櫻桜眞真曾曽惠恵德徳實実龍竜榮栄冨富峯峰"
    "栁柳桒桑靑青黑黒淵渕瀨瀬籔薮藪薮檜桧橫横凜凛遙遥彌弥壽寿與与關関豐豊淺浅會会鐵鉄萬万條条圓円學学藏蔵郞郎"
    "來来勳勲禮礼戶戸步歩ヶケヵカ"
)
_EVERYDAY = str.maketrans(_VARIANTS[0::2], _VARIANTS[1::2])
_FOLD = _HIRAGANA_TO_KATAKANA | _EVERYDAY


def clean_name(text: str) -> str:
    """Write a name for showing: plain single spaces, full-width kana, all else as its owner writes it."""
    cleaned = _SPACES.sub(" ", text).strip()
    if _HALF_WIDTH_KANA.search(cleaned):
        cleaned = jaconv.h2z(cleaned, kana=True, ascii=False, digit=False)
    return cleaned


def name_key(text: str) -> str:
    """Fold a name for comparison only: width, case, spaces, punctuation, honorifics, kana and kanji variants."""
    folded = unicodedata.normalize("NFKC", text).casefold()
    folded = _TITLE.sub("", _HONORIFIC.sub("", folded))
    return "".join(character for character in folded.translate(_FOLD) if character.isalnum())


def leading_name(text: str, keys: Iterable[str]) -> str:
    """Return the longest of these compared names that a text begins with as a whole word; empty when it does with none.

    What ends in 店 ends a word by itself, since Japanese is written without spaces (池袋店スタッフ).
    """
    words = _WORD.findall(unicodedata.normalize("NFKC", text))
    whole, heads = name_key(text), {name_key("".join(words[:end])) for end in range(1, len(words) + 1)}
    found = (key for key in keys if key and (key in heads or (key.endswith("店") and whole.startswith(key))))
    return max(found, key=len, default="")


def family_name(text: str) -> str:
    """Take the family name: the first part in Japanese or before a comma, the last part of a Western name.

    A Japanese name written without a space comes back whole, since nothing says where the family name ends.
    """
    name = clean_name(_HONORIFIC.sub("", unicodedata.normalize("NFC", text)))
    before, comma, _ = name.replace("，", ",").replace("、", ",").partition(",")
    parts = (before if comma else name).split()
    if not parts:
        return ""
    return parts[0] if comma or _JAPANESE.search(name) else parts[-1]


def phone_digits(text: str) -> str:
    """Reduce a telephone number to the digits one dials in Japan, without an extension, to search and compare by."""
    number = _EXTENSION.split(unicodedata.normalize("NFKC", text).casefold().strip(), maxsplit=1)[0]
    digits = "".join(character for character in number if character.isdecimal())
    if number.startswith("+81"):
        return "0" + digits[2:].removeprefix("0")
    return lost_zero(digits) if number == digits else digits


def lost_zero(digits: str) -> str:
    """Put back the leading zero that a spreadsheet takes from a Japanese number typed without separators."""
    landline = len(digits) == 9 and digits[0] != "0"
    mobile = len(digits) == 10 and digits[:2] in ("50", "70", "80", "90")
    return "0" + digits if landline or mobile else digits
