"""Answers what series look like to programs: read, posted, changed, and what a change does to each date."""

from __future__ import annotations

from scheduler.services.lectures.values import KINDS
from scheduler.web.api.fields import (
    NOTE,
    Bilingual,
    Choice,
    Day,
    Flag,
    Link,
    LocalMoment,
    Named,
    Text,
    Whole,
)
from scheduler.web.api.formed import Address, Code, Zone
from scheduler.web.api.schemas import Answer, Input, flag, moment, parts, strings, text, whole

_RRULE = "RFC 5545 の繰り返し規則（DTSTART なし）。例: FREQ=WEEKLY;BYDAY=MO,FR"
_HOLIDAYS = "祝日の扱い。keep 開催、skip 休講、next 翌営業日に振り替え。"
_KIND = "形式。meeting では、ほかの会社の方も参加することをお客様に伝えます。"
_LIMIT = "1 社が取れる席数の上限。null なら上限なし。"
_LINK = "オンライン会議の参加リンク。"
# In the words of both resources that hold meetings.
MEETING_ID = "オンライン会議のミーティングID。開催前のご案内のメールにだけ記載します。"
PASSCODE = "オンライン会議のパスコード。開催前のご案内のメールにだけ記載します。"


class SeriesAnswer(Answer):
    """One series."""

    id = whole("ID。")
    course = text("レクチャーのキー。")
    rrule = text("RFC 5545 の繰り返し規則。")
    starts_at = text("最初の日時（time_zone の現地時刻、時差なし）。")
    time_zone = text("タイムゾーン（IANA 名）。")
    holidays = text(_HOLIDAYS)
    minutes = whole("長さ（分）。")
    capacity = whole("各回の定員。")
    account_limit = whole(_LIMIT, allow_none=True)
    host = text("講師（自社担当）のメールアドレス。", allow_none=True)
    join_url = text(_LINK)
    meeting_id = text(MEETING_ID)
    passcode = text(PASSCODE)
    locale = text("開催の言語。ja または en。")
    kind = text(_KIND)
    account = text("個社開催のとき、その顧客企業の外部ID。", allow_none=True)
    until = text("規則の日付のうち、この定期開催に属する最後の日。決まっていなければ null。", allow_none=True)
    follows = whole("この定期開催が途中から引き継いだ定期開催の ID。", allow_none=True)
    ended_at = moment("終了した日時。続いていれば null。", allow_none=True)


class DateAnswer(Answer):
    """What a change does to one date."""

    lecture = whole("開催日程の ID。新しい日程なら null。", allow_none=True)
    what = text(
        "new 新しい日程、same 変更なし、changed 変更、gone 取り除く、closed 知らせずに取り消し、stray 規則に合わず確認が必要。"
    )
    starts_at = moment("変更後の開始（UTC）。")
    ends_at = moment("変更後の終了（UTC）。")
    old_starts_at = moment("変更前の開始（UTC）。")
    old_ends_at = moment("変更前の終了（UTC）。")
    changes = strings("変わる項目。")
    by_hand = strings("個別に変更されていたため、そのまま残す項目。")
    booked = whole("申込の人数。")
    waiting = whole("キャンセル待ちの人数。")
    mails = whole("届くメールの数。")
    clashes = whole("同じ時間に同じ講師か参加リンクを使う、ほかの開催日程の数。")


class ChangedAnswer(SeriesAnswer):
    """A series after a change, or before one that was only tried, and what the change does."""

    dry_run = flag("試しただけで、何も変えていないか。")
    mails = whole("届くメールの数。")
    fingerprint = text("この内容を表す値。次に送るとき添えると、内容が変わっていれば 409 になります。")
    dates = parts(DateAnswer, "日程ごとの変化。")


class SeriesInput(Input):
    """A series as it is posted."""

    course = Text(blank=False, required=True, metadata={"description": "レクチャーのキー。"})
    rrule = Text(NOTE, blank=False, required=True, metadata={"description": _RRULE})
    starts_at = LocalMoment(
        required=True,
        metadata={"description": "最初の日時。time_zone の現地時刻を時差なしで送ります。これから先の日時にします。"},
    )
    time_zone = Zone(metadata={"description": "タイムゾーン（IANA 名）。送らなければ設置場所のもの。"})
    holidays = Choice(*("keep", "skip", "next"), load_default="skip", metadata={"description": _HOLIDAYS})
    minutes = Whole(1, 720, metadata={"description": "長さ（分）。送らなければレクチャーの長さ。"})
    capacity = Whole(1, 10_000, required=True, metadata={"description": "各回の定員。"})
    account_limit = Whole(1, 10_000, allow_none=True, metadata={"description": _LIMIT})
    host = Address(
        allow_none=True,
        metadata={"description": "講師のメールアドレス。未登録ならパスワードのない自社担当として登録します。"},
    )
    join_url = Link(load_default="", metadata={"description": _LINK})
    meeting_id = Code(load_default="", metadata={"description": MEETING_ID})
    passcode = Code(load_default="", metadata={"description": PASSCODE})
    locale = Choice("ja", "en", load_default="ja", metadata={"description": "開催の言語。"})
    kind = Choice(*KINDS, load_default="webinar", metadata={"description": _KIND})
    account = Named(
        allow_none=True, metadata={"description": "個社開催にするとき、顧客企業の外部ID。その企業だけに見えます。"}
    )


class SeriesPatch(Input):
    """What is changed about a series, and how far the change reaches."""

    scope = Choice(
        *("this", "following", "all"),
        load_default="all",
        metadata={"description": "変える範囲。this その日程だけ、following その日程以降、all これからのすべて。"},
    )
    start = Named(
        data_key="from",
        metadata={
            "description": "this と following で必ず送ります。起点の開催日程の ID、またはその現地の日付（2026-12-07）か日時（2026-12-07T14:00）。"
        },
    )
    rrule = Text(NOTE, blank=False, metadata={"description": _RRULE})
    starts_at = LocalMoment(
        metadata={
            "description": "time_zone の現地時刻を時差なしで送ります。all では規則の最初の日時、following では変更後の最初の日時、this ではその日程の日時。"
        }
    )
    time_zone = Zone(metadata={"description": "タイムゾーン（IANA 名）。"})
    holidays = Choice(*("keep", "skip", "next"), metadata={"description": _HOLIDAYS})
    course = Text(
        blank=False,
        metadata={
            "description": "レクチャーのキー。申込のある日程のレクチャーは変わらず、確認が必要な日程になります。"
        },
    )
    minutes = Whole(1, 720, metadata={"description": "長さ（分）。"})
    capacity = Whole(1, 10_000, metadata={"description": "各回の定員。申込の人数より少なくはなりません。"})
    account_limit = Whole(1, 10_000, allow_none=True, metadata={"description": _LIMIT})
    host = Address(
        allow_none=True,
        metadata={"description": "講師のメールアドレス。講師だけの変更ではメールは送られません。null なら講師なし。"},
    )
    join_url = Link(metadata={"description": _LINK})
    meeting_id = Code(metadata={"description": MEETING_ID})
    passcode = Code(metadata={"description": PASSCODE})
    locale = Choice("ja", "en", metadata={"description": "開催の言語。"})
    kind = Choice(*KINDS, metadata={"description": _KIND})
    reason = Bilingual(500, metadata={"description": "お客様に伝える理由。"})
    fingerprint = Text(
        metadata={"description": "dry_run=1 の応答の fingerprint。その内容と変わっていれば、何もせず 409 を返します。"}
    )


class PatchQuery(Input):
    """Whether a change is only tried."""

    dry_run = Flag(load_default=False, metadata={"description": "1 なら、何も変えずに結果だけを返します。"})


class EndQuery(Input):
    """When a series ends."""

    until = Day(metadata={"description": "最後の日（現地の日付）。送らなければすぐに終えます。"})
