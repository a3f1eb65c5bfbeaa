"""Answers whether accounts are ready to be handed on and, if not, what is missing: computed wherever a fact changes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, func, select, update

from scheduler.models.accounts import Account
from scheduler.models.db import Json, db, table
from scheduler.models.mails import Mail
from scheduler.rules import stalling
from scheduler.rules.clauses.plain import NoOpenTask
from scheduler.rules.facts import Facts
from scheduler.rules.readiness import Readiness, evaluate
from scheduler.rules.sash import StoredWay, sash, tied_by_registration
from scheduler.services import boundaries, history, locking, mail_rules, stuck, vendor
from scheduler.services import facts as account_facts
from scheduler.services.actors import WORKER
from scheduler.services.outbox.owe import drop, owe, owe_many
from scheduler.services.refusals import NotFound
from scheduler.services.signals.tell import Told, tell_many

# So many mails about accounts that are stuck wait for one owner at most; the digest of the morning names them all.
STUCK_AT_ONCE = 3


_accounts = table(Account)
_TIE = (
    update(_accounts)
    .where(_accounts.c.id == bindparam("account_id"), _accounts.c.knots == bindparam("before", type_=Json))
    .values(knots=bindparam("after", type_=Json))
)


def facts(account_id: int) -> Facts:
    """Return all that is known of an account and matters to readiness; raise NotFound."""
    account = db.session.get(Account, account_id)
    if account is None:
        raise NotFound(what="account")
    return account_facts.load([account])[account_id]


def refresh(account_id: int, now: datetime) -> None:
    """Judge an account anew within the transaction of the fact that changed.

    It is judged by the rule of the stage it is in. The moment the last clause is met it is ready: the history says so, its
    owner and other programs are told. Losing a fact re-opens it.
    """
    refresh_many([account_id], now)


def refresh_many(account_ids: Iterable[int], now: datetime) -> int:
    """Judge many accounts anew in one transaction, in a handful of statements; return how many there were."""
    with db.writing():
        return keep(list(judge(locking.accounts(account_ids), now)), now)


def keep(found: Sequence[tuple[Account, Judged]], now: datetime) -> int:
    """Store how accounts, locked by the open transaction, were judged, and tell whom it concerns; return how many."""
    with db.writing():
        stuck_now, ready_now = [], []
        for account, judged in found:
            # Whoever was never judged (just imported, not yet decided) is no news when it turns out to be stuck.
            was_moving = account.next_step != "" and account.level != "stuck"
            if _store(account, judged, now):
                ready_now.append(account)
            if was_moving and account.level == "stuck":
                stuck_now.append(account)
        db.session.flush()
        _tell_ready(ready_now, now)
        _tell_stuck(stuck_now, now)
        return len(found)


def registered(account_id: int, way: StoredWay, now: datetime) -> None:
    """Bring an account's way up to date within the transaction of a registration; `way` is what was stored before.

    A registration moves the sash the first time only, and one that is on track by nothing but two knots. Who waits for
    a sign of life (behind, stuck), or was not yet invited, is judged anew.
    """
    db.session.flush()
    knot = next((knot for knot in way.knots if knot["key"] == "registered"), None)
    if knot is None or way.level != "on_track" or (knot["state"] != "met" and way.next_step == "invite"):
        refresh(account_id, now)
    elif knot["state"] != "met":
        after = tied_by_registration(way.knots, account_facts.local_day(now))
        # Somebody else may have judged the account meanwhile: what she found is not overwritten.
        if not db.core(_TIE, {"account_id": account_id, "before": way.knots, "after": after}).rowcount:
            refresh(account_id, now)
        db.forget(Account, account_id)


def tasks_changed(account_ids: Collection[int], now: datetime) -> None:
    """Judge accounts anew whose tasks were added, done or opened again, where the rule of their stage asks for none open."""
    asking = [
        stage for stage, rule in boundaries.rules().items() if any(isinstance(leaf, NoOpenTask) for leaf in rule.leaves)
    ]
    if asking:
        db.session.flush()
        asked = select(Account.id).where(Account.id.in_(account_ids), Account.stage.in_(asking))
        refresh_many(db.session.scalars(asked).all(), now)


def tell_owner(account: Account, now: datetime) -> None:
    """Owe the owner of an account that is ready, for the team whose stage it is in, the news once per owner and readiness."""
    owner_id = _owner_id(account)
    if account.ready_since is None or owner_id is None:
        return
    owe(
        "staff_ready",
        f"staff_ready:{account.id}:{account.ready_since.isoformat()}:{owner_id}",
        now=now,
        staff_id=owner_id,
        account_id=account.id,
    )


@dataclass(frozen=True)
class Judged:
    """An account as it is judged: what is kept of it with the account, and the keys of what is still missing."""

    ready: bool
    knots: list[dict[str, Any]]
    clauses: list[dict[str, Any]]
    level: str
    level_reasons: list[dict[str, Any]]
    next_step: str
    open: list[str]


def judge(accounts: Sequence[Account], now: datetime) -> Iterator[tuple[Account, Judged]]:
    """Judge accounts by the rules of their stages without keeping anything, in a handful of statements for all."""
    known = account_facts.load(accounts)
    rules, thresholds = boundaries.decided()
    ways = stuck.load(accounts, known, thresholds)
    calendar, today = vendor.working_days(), account_facts.local_day(now)
    for account in accounts:
        facts, way, rule = known[account.id], ways[account.id], rules.get(account.stage)
        found = evaluate(facts, rule, now) if rule is not None else Readiness(False, ())
        # While nobody has said whether it is being introduced, and after it was cancelled, nothing is asked of anyone.
        rests = account.undecided or (account.cancelled_on is not None and account.cancelled_on <= today)
        begun = found if account.stage == "onboarding" else evaluate(facts, rules["onboarding"], now)
        state = stalling.level(found, way.signals, today, calendar, thresholds[account.stage])
        if account.undecided:
            state = stalling.State("on_track", (), "")
        yield (
            account,
            Judged(
                ready=found.ready and not rests,
                knots=[knot.to_json() for knot in sash(facts, way.journey, now, rules["onboarding"], begun)],
                clauses=[clause.to_json() for clause in found.clauses],
                level=state.level,
                level_reasons=[{"key": key, "params": params} for key, params in state.reasons],
                next_step=state.next_step,
                open=[clause.key for clause in found.open],
            ),
        )


def take_news_back(account_ids: Iterable[int], now: datetime, reason: str) -> None:
    """Take back what is owed to the owners of accounts that became ready or stuck at `now`: who said so mails nobody."""
    ids = list(account_ids)
    ready = select(Account.id).where(Account.id.in_(ids), Account.ready_since == now)
    for account_id in db.session.scalars(ready).all():
        drop(reason, kind="staff_ready", account_id=account_id)
    fresh = (Mail.kind == "staff_stuck", Mail.account_id.in_(ids), Mail.created_at == now, Mail.state == "queued")
    taken = update(Mail).where(*fresh).values(state="dropped", reason=reason)
    db.session.execute(taken.execution_options(synchronize_session=False))


def _owner_id(account: Account) -> int | None:
    number: int | None = getattr(account, f"{account.stage}_owner_id")
    return number


def _tell_ready(accounts: Sequence[Account], now: datetime) -> None:
    """Tell other programs that accounts became ready, once for each time."""
    tell_many(
        [
            Told("account.ready", f"account.ready:{one.id}:{now.isoformat()}", one.id, {"stage": one.stage})
            for one in accounts
        ],
        now,
    )


def _tell_stuck(accounts: Sequence[Account], now: datetime) -> None:
    """Tell owners and other programs that accounts have come to a standstill, once for each stretch."""
    reasons = {one.id: [reason["key"] for reason in one.level_reasons] for one in accounts}
    tell_many(
        [
            Told(
                "account.stuck",
                f"account.stuck:{one.id}:{now.isoformat()}",
                one.id,
                {"stage": one.stage, "reasons": reasons[one.id]},
            )
            for one in accounts
        ],
        now,
    )
    owned = [(account, owner_id) for account in accounts if (owner_id := _owner_id(account)) is not None]
    if not owned or not mail_rules.get().enabled("staff_stuck"):
        return
    owners = {owner_id for _account, owner_id in owned}
    unsent = (Mail.kind == "staff_stuck", Mail.staff_id.in_(owners), Mail.state.in_(("queued", "sending")))
    rows = db.session.execute(select(Mail.staff_id, func.count()).where(*unsent).group_by(Mail.staff_id))
    waiting = Counter(dict(rows.all()))
    mails = []
    for account, owner_id in owned:
        waiting[owner_id] += 1
        if waiting[owner_id] <= STUCK_AT_ONCE:
            about = {"staff_id": owner_id, "account_id": account.id}
            mails.append({"kind": "staff_stuck", "key": f"staff_stuck:{account.id}:{now.isoformat()}"} | about)
    owe_many(mails, now)


def _store(account: Account, judged: Judged, now: datetime) -> bool:
    """Keep what was found; return whether the account became ready by it."""
    account.knots, account.clauses = judged.knots, judged.clauses
    account.level, account.level_reasons, account.next_step = judged.level, judged.level_reasons, judged.next_step
    if judged.ready and account.ready_since is None:
        account.ready_since = now
        history.record("ready", now=now, actor=WORKER, account_id=account.id, stage=account.stage)
        tell_owner(account, now)
        return True
    if account.ready_since is not None and not judged.ready:
        account.ready_since = None
        drop("not_ready_again", kind="staff_ready", account_id=account.id)
        history.record("not_ready_again", now=now, actor=WORKER, account_id=account.id, open=judged.open)
    return False
