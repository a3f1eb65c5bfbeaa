"""Answers what an account looks like to programs, and what they may put."""

from __future__ import annotations

from marshmallow import fields as plain

from scheduler.models.accounts import STAGES
from scheduler.web.api.fields import Choice, Day, Items, Named, Part, Text, Whole
from scheduler.web.api.formed import Address, Zone
from scheduler.web.api.schemas import Answer, Input, flag, moment, parts, strings, text, texts, whole

MOST_STORES, MOST_CONTACTS = 2000, 1000
NOTE = 5000
_DAY = "YYYY-MM-DD。"


def _day(description: str) -> Day:
    return Day(allow_none=True, metadata={"description": f"{description}{_DAY}"})


class StoreAnswer(Answer):
    """One store."""

    code = text("店舗コード。企業の中で変わりません。")
    name = text("店舗名。")
    scope = text("in 対象、later 後日対象、out 対象外。", metadata={"enum": ["in", "later", "out"]})
    scope_from = _day("後日対象のとき、対象となる日。")
    closed_days = plain.List(plain.Integer(), metadata={"description": "定休日の曜日（0 が月曜）。"})


class ContactAnswer(Answer):
    """One person."""

    id = text("ID。contact として使えます。")
    email = text("メールアドレス。なければ null（電話で連絡）。", allow_none=True)
    name = text("氏名。共用アドレスでは空です。")
    reading = text("読み。")
    role = text(
        "coordinator 窓口、manager 店長、member 一般。", metadata={"enum": ["coordinator", "manager", "member"]}
    )
    phone = text("電話番号。")
    locale = text("メールとページの言語。")
    zone = text("タイムゾーン（IANA 名）。")
    stores = strings("店舗コード。")
    left_on = _day("退職・異動のとき、その日。リンクとメールは止まっています。")
    checks = strings("確認が必要なこと（no_email、shared_address など）。")
    personal_url = text("個人ページのアドレス。パスワードなしで開きます。")
    feed_url = text("個人カレンダー（.ics）のアドレス。")


class AttendedAnswer(Answer):
    """One verdict on one lecture."""

    contact = text("先方担当者。")
    lecture = whole("開催日程の ID。")
    course = text("レクチャーのキー。")
    starts_at = moment("開始（UTC）。")
    verdict = text(
        "attended 出席、partial 一部参加、missed 欠席、excused 欠席連絡あり、unknown 未確認。",
        metadata={"enum": ["attended", "partial", "missed", "excused", "unknown"]},
    )
    seconds = whole("参加した秒数。")
    sources = strings("判定のもとになった記録（manual、report など）。")


class SetupItemAnswer(Answer):
    """One thing of a step: for the account, or in one store."""

    store = text("店舗コード。企業で一度の項目なら null。", allow_none=True)
    state = text(
        "open 未完了、waiting 対応待ち、done 完了、not_needed 対象外。",
        metadata={"enum": ["open", "waiting", "done", "not_needed"]},
    )
    waiting_on = text("対応待ちのとき、customer お客様、us 自社、third_party 外部の会社。", allow_none=True)
    at = moment("その状態になった日時。", allow_none=True)
    reason = text("対象外や対応待ちの理由。", allow_none=True)


class SetupAnswer(Answer):
    """How the account stands with one set-up step."""

    step = text("項目のキー。")
    name = texts("項目名。")
    per = text("account 企業で一度、store 店舗ごと。", metadata={"enum": ["account", "store"]})
    required = flag("引き継ぎの条件に含まれるか。")
    doer = text("customer お客様、us 自社、third_party 外部の会社。")
    tickers = strings("完了を記録できる人（customer、staff、api）。")
    due_on = _day("期限。利用開始予定日から数えます。")
    guide_url = text("手引きへのリンク。", allow_none=True)
    done = flag("すべて終わったか（対象外も含みます）。")
    settled = whole("終わった数（対象外も含みます）。店舗ごとの項目なら店舗の数。")
    total = whole("行う数。店舗ごとの項目なら対象の店舗の数。")
    at = moment("最後の一つが終わった日時。", allow_none=True)
    items = parts(SetupItemAnswer, "内訳。")


class ClauseAnswer(Answer):
    """One condition of readiness."""

    key = text("条件のキー（attended、setup_complete、usage_started など）。")
    met = flag("満たしているか。")
    reason = text("理由のキー（attended_people_short など）。")
    params = plain.Dict(metadata={"description": "理由に添えられた数。"})
    evidence = plain.List(plain.Dict(), metadata={"description": "根拠。"})
    since = text("満たした日。YYYY-MM-DD。", allow_none=True, metadata={"format": "date"})
    parts = plain.List(plain.Dict(), metadata={"description": "まとまり（all、any、at_least）の内訳。"})


class ReadinessAnswer(Answer):
    """Whether the account can be handed over."""

    ready = flag("引き継ぎ可か。")
    since = moment("引き継ぎ可になった日時。", allow_none=True)
    clauses = parts(ClauseAnswer, "条件。")


class LevelReasonAnswer(Answer):
    """Why an account is behind or stuck."""

    key = text("理由のキー（past_planned_start など）。")
    params = plain.Dict(metadata={"description": "理由に添えられた数。"})


class StateAnswer(Answer):
    """Whether somebody must look after the account."""

    level = text("on_track 順調、behind 遅れ、stuck 停滞。", metadata={"enum": ["on_track", "behind", "stuck"]})
    reasons = parts(LevelReasonAnswer, "理由。重いものが先です。")
    next_step = text("次にすること（キー）。", allow_none=True)


class TaskAnswer(Answer):
    """Something a person must do for an account."""

    id = whole("ID。")
    kind = text("by_hand 手入力、wish 日程のご希望、stray 規則に合わない日程など。")
    words = text("すること、またはお客様の言葉。")
    account = text("顧客企業の外部ID。", allow_none=True)
    contact = text("誰のことか。先方担当者、なければ null。", allow_none=True)
    lecture = whole("どの開催日程のことか。なければ null。", allow_none=True)
    owner = text("行う自社担当のメールアドレス。決まっていなければ null。", allow_none=True)
    due_on = text("期限。YYYY-MM-DD。", metadata={"format": "date"})
    created_at = moment("できた日時。")
    done_at = moment("完了した日時。未完了なら null。", allow_none=True)


class ContractAnswer(Answer):
    """The terms of one contract."""

    starts_on = _day("開始日。")
    ends_on = _day("終了日の翌日。")
    monthly_fee = whole("月額（通貨の単位で）。", allow_none=True)
    outcome = text("renewed 更新、ended 終了。継続中なら null。", allow_none=True)


class OwnersAnswer(Answer):
    """Who of us looks after the account, per team."""

    sales = text("営業の担当のメールアドレス。", allow_none=True)
    onboarding = text("オンボーディングの担当のメールアドレス。", allow_none=True)
    success = text("サクセスの担当のメールアドレス。", allow_none=True)
    renewal = text("更新の担当のメールアドレス。", allow_none=True)


class AccountAnswer(Answer):
    """One account with all that belongs to it."""

    external_id = text("外部ID（CRM のキー）。")
    name = text("企業名。")
    reading = text("読み。")
    stage = text("フェーズ。", metadata={"enum": list(STAGES)})
    stage_since = moment("そのフェーズになった日時。")
    undecided = flag("導入中か利用中かがまだ決まっていないか。")
    plan = text("プラン。")
    note = text("備考。")
    it_skill = text("ITスキル。")
    tags = strings("タグ。")
    promises = text("営業がお客様に約束したこと。")
    open_points = text("未解決の事項。")
    on_hold_until = _day("保留中のとき、再開する日。")
    cancelled_on = _day("解約した日。")
    signed_on = _day("契約日。")
    planned_start_on = _day("利用開始予定日。")
    billing_starts_on = _day("課金開始日。")
    started_on = _day("確認された利用開始日。")
    introduced_at = moment("案内を開始した日時。", allow_none=True)
    introduced_to = text("案内した相手（coordinator、manager、everyone）。", allow_none=True)
    owners = plain.Nested(OwnersAnswer, metadata={"description": "自社担当。"})
    stores = parts(StoreAnswer, "店舗。")
    contacts = parts(ContactAnswer, "先方担当者。")
    attendance = parts(AttendedAnswer, "出欠。")
    setup = parts(SetupAnswer, "初期設定。")
    readiness = plain.Nested(ReadinessAnswer, metadata={"description": "引き継ぎ条件。"})
    state = plain.Nested(StateAnswer, metadata={"description": "順調・遅れ・停滞。"})
    tasks = parts(TaskAnswer, "未完了のタスク。期限の早い順です。")
    contracts = parts(ContractAnswer, "契約。新しい順です。")


class StoreInput(Input):
    """A store as it is put; its code says which."""

    code = Text(blank=False, required=True, metadata={"description": "店舗コード。"})
    name = Text(blank=False, metadata={"description": "店舗名。新しい店舗で送らなければコードと同じになります。"})
    scope = Choice("in", "later", "out", metadata={"description": "in 対象、later 後日対象、out 対象外。"})
    scope_from = _day("後日対象のとき、対象となる日。")
    closed_days = Items(Whole(0, 6), 7, metadata={"description": "定休日の曜日（0 が月曜）。"})


class ContactInput(Input):
    """A person as she is put: matched by id, else by address and name."""

    echoed = frozenset({"checks", "left_on", "personal_url", "feed_url"})

    id = Named(metadata={"description": "ID。あればその方を変更します。なければメールアドレスと氏名で照合します。"})
    email = Text(allow_none=True, metadata={"description": "メールアドレス。なければ電話で連絡する方になります。"})
    name = Text(metadata={"description": "氏名（姓が先）。"})
    reading = Text(metadata={"description": "読み。"})
    role = Choice(
        "coordinator", "manager", "member", metadata={"description": "coordinator 窓口、manager 店長、member 一般。"}
    )
    phone = Text(metadata={"description": "電話番号。"})
    locale = Choice("ja", "en", metadata={"description": "メールとページの言語。"})
    zone = Zone(metadata={"description": "タイムゾーン（IANA 名）。"})
    stores = Items(Text(blank=False), MOST_STORES, metadata={"description": "店舗コード。送った店舗だけに在籍します。"})


class ContractInput(Input):
    """A contract as it is put; its first day says which."""

    starts_on = Day(required=True, metadata={"description": f"開始日。{_DAY}"})
    ends_on = Day(metadata={"description": f"終了日の翌日。新しい契約では必ず送ります。{_DAY}"})
    monthly_fee = Whole(0, 1_000_000_000, allow_none=True, metadata={"description": "月額（通貨の単位で）。"})
    outcome = Choice(
        "renewed", "ended", allow_none=True, metadata={"description": "renewed 更新、ended 終了。継続中なら null。"}
    )


class OwnersInput(Input):
    """Who looks after the account, per team; null for nobody."""

    sales = Address(allow_none=True)
    onboarding = Address(allow_none=True)
    success = Address(allow_none=True)
    renewal = Address(allow_none=True)


class AccountInput(Input):
    """An account as it is put; what is not sent stays as it is."""

    echoed = frozenset(
        {
            *("external_id", "stage_since", "undecided", "started_on", "introduced_at", "introduced_to"),
            *("on_hold_until", "cancelled_on"),
            *("attendance", "setup", "readiness", "state", "tasks"),
        }
    )

    name = Text(blank=False, metadata={"description": "企業名。新しい企業では必ず送ります。"})
    reading = Text(metadata={"description": "読み。"})
    stage = Choice(
        *STAGES,
        metadata={
            "description": "新しい企業のフェーズ（送らなければ onboarding）。あとからは引き継ぎだけで変わります。"
        },
    )
    plan = Text(metadata={"description": "プラン。"})
    note = Text(NOTE, metadata={"description": "備考。"})
    it_skill = Text(metadata={"description": "ITスキル。"})
    promises = Text(NOTE, metadata={"description": "営業がお客様に約束したこと。"})
    open_points = Text(NOTE, metadata={"description": "未解決の事項。"})
    signed_on = _day("契約日。")
    planned_start_on = _day("利用開始予定日。")
    billing_starts_on = _day("課金開始日。")
    owners = Part(
        OwnersInput, metadata={"description": "自社担当のメールアドレス。未登録ならパスワードなしで登録します。"}
    )
    stores = Items(
        Part(StoreInput), MOST_STORES, metadata={"description": "店舗。コードで照合し、送らない店舗は残ります。"}
    )
    contracts = Items(
        Part(ContractInput), 100, metadata={"description": "契約。開始日で照合し、送らない契約は残ります。"}
    )
    tags = Items(Text(), 20, metadata={"description": "タグ。送ると、ここにないタグは外れます。"})
    contacts = Items(Part(ContactInput), MOST_CONTACTS, metadata={"description": "先方担当者。送らない方は残ります。"})
