"""Answers what the companies of the demo's past year, their shops and their people are called; none of them exists."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product
from random import Random

# Each as written, in kana, and in Latin letters.
_PLACES = (
    ("北野", "キタノ", "kitano"),
    ("南台", "ミナミダイ", "minamidai"),
    ("東雲", "シノノメ", "shinonome"),
    ("西ヶ丘", "ニシガオカ", "nishigaoka"),
    ("若葉台", "ワカバダイ", "wakabadai"),
    ("松原", "マツバラ", "matsubara"),
    ("桜木", "サクラギ", "sakuragi"),
    ("緑ヶ丘", "ミドリガオカ", "midorigaoka"),
    ("花園", "ハナゾノ", "hanazono"),
    ("清水台", "シミズダイ", "shimizudai"),
    ("富士見", "フジミ", "fujimi"),
    ("港南", "コウナン", "konan"),
    ("朝日町", "アサヒチョウ", "asahicho"),
    ("中央台", "チュウオウダイ", "chuodai"),
    ("宮前", "ミヤマエ", "miyamae"),
    ("大和田", "オオワダ", "owada"),
    ("平和台", "ヘイワダイ", "heiwadai"),
    ("泉野", "イズミノ", "izumino"),
    ("河原町", "カワラマチ", "kawaramachi"),
    ("高砂", "タカサゴ", "takasago"),
    ("千歳", "チトセ", "chitose"),
    ("常盤", "トキワ", "tokiwa"),
    ("美園", "ミソノ", "misono"),
    ("梅ヶ丘", "ウメガオカ", "umegaoka"),
    ("藤が丘", "フジガオカ", "fujigaoka"),
    ("希望が丘", "キボウガオカ", "kibogaoka"),
    ("星ヶ丘", "ホシガオカ", "hoshigaoka"),
    ("白銀台", "シロガネダイ", "shiroganedai"),
    ("汐見", "シオミ", "shiomi"),
    ("山手", "ヤマテ", "yamate"),
)
_TRADES = (
    ("不動産", "フドウサン", "fudosan"),
    ("ホーム", "ホーム", "home"),
    ("ハウジング", "ハウジング", "housing"),
    ("住建", "ジュウケン", "juken"),
    ("エステート", "エステート", "estate"),
    ("地所", "ジショ", "jisho"),
    ("住宅", "ジュウタク", "jutaku"),
    ("賃貸館", "チンタイカン", "chintai"),
)
_FORMS = ("株式会社{}", "株式会社{}", "{}株式会社", "有限会社{}", "合同会社{}")
_FAMILIES = (
    *(("阿部", "アベ", "abe"), ("池田", "イケダ", "ikeda"), ("上田", "ウエダ", "ueda"), ("遠藤", "エンドウ", "endo")),
    *(("岡本", "オカモト", "okamoto"), ("加藤", "カトウ", "kato"), ("菊地", "キクチ", "kikuchi")),
    *(
        ("工藤", "クドウ", "kudo"),
        ("小島", "コジマ", "kojima"),
        ("斎藤", "サイトウ", "saito"),
        ("島田", "シマダ", "shimada"),
    ),
    *(("杉山", "スギヤマ", "sugiyama"), ("関口", "セキグチ", "sekiguchi"), ("高木", "タカギ", "takagi")),
    *(
        ("千葉", "チバ", "chiba"),
        ("津田", "ツダ", "tsuda"),
        ("寺田", "テラダ", "terada"),
        ("内藤", "ナイトウ", "naito"),
    ),
    *(("野村", "ノムラ", "nomura"), ("橋本", "ハシモト", "hashimoto"), ("樋口", "ヒグチ", "higuchi")),
    *(
        ("福田", "フクダ", "fukuda"),
        ("星野", "ホシノ", "hoshino"),
        ("前田", "マエダ", "maeda"),
        ("松井", "マツイ", "matsui"),
    ),
    *(("宮本", "ミヤモト", "miyamoto"), ("村上", "ムラカミ", "murakami"), ("森田", "モリタ", "morita")),
    *(("安田", "ヤスダ", "yasuda"), ("横山", "ヨコヤマ", "yokoyama"), ("和田", "ワダ", "wada")),
)
_GIVEN = (
    *(
        ("彩", "アヤ", "a"),
        ("一樹", "カズキ", "k"),
        ("恵美", "エミ", "e"),
        ("健太", "ケンタ", "k"),
        ("早紀", "サキ", "s"),
    ),
    *(("翔太", "ショウタ", "s"), ("大輔", "ダイスケ", "d"), ("千夏", "チナツ", "c"), ("智也", "トモヤ", "t")),
    *(
        ("奈々", "ナナ", "n"),
        ("春樹", "ハルキ", "h"),
        ("裕子", "ユウコ", "y"),
        ("真由", "マユ", "m"),
        ("亮介", "リョウスケ", "r"),
    ),
    *(
        ("玲奈", "レイナ", "r"),
        ("和也", "カズヤ", "k"),
        ("麻衣", "マイ", "m"),
        ("拓也", "タクヤ", "t"),
        ("美咲", "ミサキ", "m"),
    ),
)
_SHOPS = (
    "本店",
    "駅前店",
    "北口店",
    "南口店",
    "中央店",
    "東店",
    "西店",
    "バイパス店",
    "モール店",
    "大通り店",
    "公園前店",
    "学園前店",
)
# How many different companies there can be.
MOST = len(_PLACES) * len(_TRADES)


def companies(dice: Random) -> Iterator[tuple[str, str, str]]:
    """Give companies in a random order, each once: name, reading, domain."""
    pairs = list(product(_PLACES, _TRADES))
    dice.shuffle(pairs)
    for (place, place_kana, place_latin), (trade, trade_kana, trade_latin) in pairs:
        name = dice.choice(_FORMS).format(place + trade)
        yield name, place_kana + trade_kana, f"{place_latin}-{trade_latin}.example"


def people(number: int, dice: Random) -> list[tuple[str, str, str]]:
    """Choose the people of one company, no two of one family name while these last: name, reading, part of the address."""
    found = []
    for nth in range(number):
        if nth % len(_FAMILIES) == 0:
            families = dice.sample(_FAMILIES, len(_FAMILIES))
        family, given = families[nth % len(_FAMILIES)], dice.choice(_GIVEN)
        again = str(nth // len(_FAMILIES) + 1) if nth >= len(_FAMILIES) else ""
        found.append((f"{family[0]} {given[0]}", f"{family[1]} {given[1]}", f"{given[2]}.{family[2]}{again}"))
    return found


def shops(number: int) -> list[str]:
    """Name the shops of one company, the main one first."""
    return [_SHOPS[nth] if nth < len(_SHOPS) else f"第{nth + 1}店" for nth in range(number)]
