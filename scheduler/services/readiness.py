"""Answers whether accounts are ready to be handed on and, if not, what is missing: computed wherever a fact changes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import date, datetime

from sqlalchemy import bindparam, func, select, update

from scheduler.models.accounts import Account, Store
from scheduler.models.db import Json, db, table
from scheduler.models.mails import Mail
from scheduler.rules import stalling
from scheduler.rules.facts import Facts
from scheduler.rules.readiness import DEFAULT, Readiness, evaluate
from scheduler.rules.sash import StoredWay, sash, tied_by_registration
from scheduler.rules.workdays import WorkingDays
from scheduler.services import facts as account_facts
from scheduler.services import history, locking, mail_rules, stuck, vendor
from scheduler.services.actors import WORKER
from scheduler.services.outbox.owe import drop, owe, owe_many
from scheduler.services.refusals import NotFound

RULE = DEFAULT["onboarding"]
# Accounts per transaction of the nightly job: others may write in between.
BATCH = 200
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

    The moment the last clause is met it is ready: the history says so and its onboarding owner is told. Losing a fact
    re-opens it. An account past onboarding keeps its clauses as they stood when it was handed over.
    """
    refresh_many([account_id], now)


def refresh_many(account_ids: Iterable[int], now: datetime) -> int:
    """Judge many accounts anew in one transaction, in a handful of statements; return how many there were."""
    with db.writing():
        accounts = locking.accounts(account_ids)
        known = account_facts.load(accounts)
        ways = stuck.load(accounts, known)
        calendar = vendor.working_days()
        today = account_facts.local_day(now)
        stuck_now = []
        for account in accounts:
            # Whoever was never judged (just imported, not yet decided) is no news when it turns out to be stuck.
            was_moving = account.next_step != "" and account.level != "stuck"
            _refresh(account, known[account.id], ways[account.id], now, today, calendar)
            if was_moving and account.level == "stuck":
                stuck_now.append(account)
        db.session.flush()
        _tell_stuck(stuck_now, now)
        return len(accounts)


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


def refresh_all(now: datetime) -> int:
    """Judge every account in onboarding anew, since days pass without a fact changing; return how many there were."""
    _begin_stores(now)
    ids = list(db.session.scalars(select(Account.id).where(Account.stage == "onboarding").order_by(Account.id)))
    return sum(refresh_many(ids[start : start + BATCH], now) for start in range(0, len(ids), BATCH))


def tell_owner(account: Account, now: datetime) -> None:
    """Owe the onboarding owner of an account that is ready the news, once per owner and readiness."""
    if account.stage != "onboarding" or account.ready_since is None or account.onboarding_owner_id is None:
        return
    owe(
        "staff_ready",
        f"staff_ready:{account.id}:{account.ready_since.isoformat()}:{account.onboarding_owner_id}",
        now=now,
        staff_id=account.onboarding_owner_id,
        account_id=account.id,
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


def _tell_stuck(accounts: Sequence[Account], now: datetime) -> None:
    """Owe the onboarding owners the news that accounts have come to a standstill, once for each stretch."""
    owned = [account for account in accounts if account.onboarding_owner_id is not None]
    if not owned or not mail_rules.get().enabled("staff_stuck"):
        return
    owners = {account.onboarding_owner_id for account in owned}
    unsent = (Mail.kind == "staff_stuck", Mail.staff_id.in_(owners), Mail.state.in_(("queued", "sending")))
    rows = db.session.execute(select(Mail.staff_id, func.count()).where(*unsent).group_by(Mail.staff_id))
    waiting = Counter(dict(rows.all()))
    mails = []
    for account in owned:
        waiting[account.onboarding_owner_id] += 1
        if waiting[account.onboarding_owner_id] <= STUCK_AT_ONCE:
            about = {"staff_id": account.onboarding_owner_id, "account_id": account.id}
            mails.append({"kind": "staff_stuck", "key": f"staff_stuck:{account.id}:{now.isoformat()}"} | about)
    owe_many(mails, now)


def _begin_stores(now: datetime) -> None:
    """Take stores into scope whose day has come."""
    with db.writing():
        statement = (
            update(Store)
            .where(Store.scope == "later", Store.scope_from <= account_facts.local_day(now))
            .values(scope="in")
            .returning(Store.id, Store.account_id)
        )
        for store_id, account_id in db.session.execute(statement).all():
            history.record("store_in_scope", now=now, actor=WORKER, account_id=account_id, store_id=store_id)


def _refresh(account: Account, known: Facts, way: stuck.Way, now: datetime, today: date, calendar: WorkingDays) -> None:
    account.knots = [knot.to_json() for knot in sash(known, way.journey, now, RULE)]
    if account.stage != "onboarding":
        account.level, account.level_reasons, account.next_step = "on_track", [], ""
        return
    readiness = evaluate(known, RULE, now)
    account.clauses = [clause.to_json() for clause in readiness.clauses]
    if account.undecided:
        # Nobody has said yet whether this account is being introduced: nothing is asked of anyone.
        account.level, account.level_reasons, account.next_step = "on_track", [], ""
        account.ready_since = None
        return
    state = stalling.level(readiness, way.signals, today, calendar)
    account.level, account.next_step = state.level, state.next_step
    account.level_reasons = [{"key": key, "params": params} for key, params in state.reasons]
    if readiness.ready and account.ready_since is None:
        _became_ready(account, now)
    elif not readiness.ready and account.ready_since is not None:
        _lost(account, readiness, now)


def _became_ready(account: Account, now: datetime) -> None:
    account.ready_since = now
    history.record("ready", now=now, actor=WORKER, account_id=account.id)
    tell_owner(account, now)


def _lost(account: Account, readiness: Readiness, now: datetime) -> None:
    account.ready_since = None
    drop("not_ready_again", kind="staff_ready", account_id=account.id)
    missing = [clause.key for clause in readiness.open]
    history.record("not_ready_again", now=now, actor=WORKER, account_id=account.id, open=missing)
