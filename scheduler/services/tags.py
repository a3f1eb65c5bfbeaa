"""Answers which tags there are and who bears them: groups of accounts or members, by which lists and reports are narrowed."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from re import split

from sqlalchemy import Table, delete, exists, func, insert, select

from scheduler.models.accounts import Account
from scheduler.models.db import db
from scheduler.models.staff import Staff
from scheduler.models.tags import Tag, account_tags, staff_tags
from scheduler.models.trials import TrialGroup
from scheduler.rules.names import clean_name, name_key
from scheduler.services import history, locking
from scheduler.services.actors import Actor
from scheduler.services.inserting import add_missing
from scheduler.services.refusals import Invalid, NotFound

# The longest name of a tag, and the most that an account or a member bears.
LONGEST, MOST = 40, 20
# Ids per statement: both databases limit the parameters of one.
CHUNK = 5000


@dataclass(frozen=True)
class Borne:
    """A tag, how many accounts and members bear it, and whether a trial compares by it."""

    tag: Tag
    accounts: int
    members: int
    tried: bool


def every() -> list[Tag]:
    """List all tags in the order of their names."""
    return list(db.session.scalars(select(Tag).order_by(Tag.name_key)))


def by_name(name: str) -> Tag | None:
    """Return the tag that reads like this, if there is one."""
    return db.session.scalar(select(Tag).where(Tag.name_key == name_key(name)))


def overview() -> list[Borne]:
    """List all tags with how many bear each."""
    accounts, members = _borne(account_tags), _borne(staff_tags)
    tried = set(db.session.scalars(select(TrialGroup.tag_id)))
    return [Borne(tag, accounts.get(tag.id, 0), members.get(tag.id, 0), tag.id in tried) for tag in every()]


def of_accounts(account_ids: Collection[int]) -> dict[int, list[Tag]]:
    """Return the tags of accounts, in the order of their names."""
    return _of(account_tags, "account_id", account_ids)


def of_members(staff_ids: Collection[int]) -> dict[int, list[Tag]]:
    """Return the tags of members, in the order of their names."""
    return _of(staff_tags, "staff_id", staff_ids)


def read(text: str) -> list[str]:
    """Split what somebody typed at commas of either script; raise Invalid(tags): too_long, too_many."""
    return checked(split(r"[,、，\n]", text))


def checked(names: Iterable[str]) -> list[str]:
    """Return names as they are kept, each once; raise Invalid(tags): too_long, too_many."""
    found = {name_key(name): name for name in map(clean_name, names) if name_key(name)}
    for name in found.values():
        if len(name) > LONGEST:
            raise Invalid(field="tags", why="too_long", maximum=LONGEST)
    if len(found) > MOST:
        raise Invalid(field="tags", why="too_many_tags", maximum=MOST)
    return list(found.values())


def set_account(account_id: int, names: Sequence[str], now: datetime, actor: Actor) -> bool:
    """Give an account exactly these tags; return whether anything changed. Raises NotFound and Invalid."""
    wanted = checked(names)
    with db.writing():
        locking.account(account_id)
        before = {tag.id: tag for tag in of_accounts([account_id]).get(account_id, [])}
        after = _made(wanted, now)
        added = [tag for number, tag in after.items() if number not in before]
        gone = [tag for number, tag in before.items() if number not in after]
        _give(account_tags, "account_id", [account_id], list(after))
        _take(account_tags, "account_id", [account_id], [tag.id for tag in gone])
        _tell(account_id, added, gone, now, actor)
        return bool(added or gone)


def tag_accounts(account_ids: Collection[int], names: Sequence[str], now: datetime, actor: Actor) -> int:
    """Give accounts these tags beside those they have; return how many accounts got one that they lacked."""
    wanted = checked(names)
    if not wanted:
        raise Invalid(field="tags", why="missing")
    with db.writing():
        numbers = [account.id for account in locking.accounts(account_ids)]
        before, tags = of_accounts(numbers), _made(wanted, now)
        lacking = {n: [t for t in tags.values() if t not in before.get(n, [])] for n in numbers}
        _check_room(before, lacking)
        _give(account_tags, "account_id", numbers, list(tags))
        for number, added in lacking.items():
            _tell(number, added, [], now, actor)
        return sum(map(bool, lacking.values()))


def untag_accounts(account_ids: Collection[int], names: Sequence[str], now: datetime, actor: Actor) -> int:
    """Take these tags from accounts; return how many bore one of them."""
    tags = [tag for tag in map(by_name, checked(names)) if tag is not None]
    if not tags:
        raise Invalid(field="tags", why="no_such_tag")
    with db.writing():
        numbers = [account.id for account in locking.accounts(account_ids)]
        before = of_accounts(numbers)
        bearing = {number: [tag for tag in tags if tag in before.get(number, [])] for number in numbers}
        _take(account_tags, "account_id", numbers, [tag.id for tag in tags])
        for number, gone in bearing.items():
            _tell(number, [], gone, now, actor)
        return sum(map(bool, bearing.values()))


def set_member(staff_id: int, names: Sequence[str], now: datetime, actor: Actor) -> None:
    """Give a member exactly these tags; raise NotFound and Invalid."""
    wanted = checked(names)
    with db.writing():
        if db.session.get(Staff, staff_id, with_for_update=True) is None:
            raise NotFound(what="staff")
        before = {tag.id for tag in of_members([staff_id]).get(staff_id, [])}
        after = _made(wanted, now)
        _give(staff_tags, "staff_id", [staff_id], list(after))
        _take(staff_tags, "staff_id", [staff_id], before - after.keys())
        if before != after.keys():
            words = [tag.name for tag in after.values()]
            history.record("member_tagged", now=now, actor=actor, staff_id=staff_id, tags=words)


def rename(tag_id: int, name: str, now: datetime, actor: Actor) -> None:
    """Call a tag otherwise; raise NotFound and Invalid(tags): missing, too_long, tag_exists."""
    names = checked([name])
    if not names:
        raise Invalid(field="tags", why="missing")
    with db.writing():
        tag = _the(tag_id)
        other = by_name(names[0])
        if other is not None and other.id != tag_id:
            raise Invalid(field="tags", why="tag_exists", value=other.name)
        if tag.name != names[0]:
            history.record("tag_renamed", now=now, actor=actor, before=tag.name, tag=names[0])
        tag.name, tag.name_key = names[0], name_key(names[0])


def remove(tag_id: int, now: datetime, actor: Actor) -> None:
    """Do away with a tag, whoever bears it; raise NotFound and Invalid(tags): tag_in_trial."""
    with db.writing():
        tag = _the(tag_id)
        if db.session.scalar(select(exists().where(TrialGroup.tag_id == tag_id))):
            raise Invalid(field="tags", why="tag_in_trial", value=tag.name)
        history.record("tag_removed", now=now, actor=actor, tag=tag.name)
        for table in (account_tags, staff_tags):
            db.session.execute(delete(table).where(table.c.tag_id == tag_id))
        db.session.delete(tag)


def _borne(table: Table) -> dict[int, int]:
    return dict(db.session.execute(select(table.c.tag_id, func.count()).group_by(table.c.tag_id)).all())


def _the(tag_id: int) -> Tag:
    tag = db.session.get(Tag, tag_id, with_for_update=True)
    if tag is None:
        raise NotFound(what="tag")
    return tag


def _made(names: Sequence[str], now: datetime) -> dict[int, Tag]:
    """Return the tags of these names by id, those that are new among them made."""
    keys = [name_key(name) for name in names]
    rows = [{"name": name, "name_key": key, "created_at": now} for name, key in zip(names, keys, strict=True)]
    if rows:
        add_missing(Tag, rows)
    return {tag.id: tag for tag in db.session.scalars(select(Tag).where(Tag.name_key.in_(keys)).order_by(Tag.name_key))}


def _of(table: Table, bearer: str, ids: Collection[int]) -> dict[int, list[Tag]]:
    found: dict[int, list[Tag]] = defaultdict(list)
    for some in _portions(ids):
        query = select(table.c[bearer], Tag).join(Tag, Tag.id == table.c.tag_id).where(table.c[bearer].in_(some))
        for number, tag in db.session.execute(query.order_by(Tag.name_key)):
            found[number].append(tag)
    return dict(found)


def _give(table: Table, bearer: str, ids: Sequence[int], tag_ids: Sequence[int]) -> None:
    for some in _portions(ids):
        known = select(table.c[bearer], table.c.tag_id).where(table.c[bearer].in_(some), table.c.tag_id.in_(tag_ids))
        there = set(db.session.execute(known))
        rows = [{bearer: n, "tag_id": tag} for n in some for tag in tag_ids if (n, tag) not in there]
        if rows:
            db.session.execute(insert(table), rows)


def _take(table: Table, bearer: str, ids: Sequence[int], tag_ids: Collection[int]) -> None:
    for some in _portions(ids) if tag_ids else ():
        db.session.execute(delete(table).where(table.c[bearer].in_(some), table.c.tag_id.in_(tag_ids)))


def _portions(ids: Collection[int]) -> Iterable[list[int]]:
    ordered = sorted(ids)
    return (ordered[start : start + CHUNK] for start in range(0, len(ordered), CHUNK))


def _check_room(before: dict[int, list[Tag]], lacking: dict[int, list[Tag]]) -> None:
    for number, added in lacking.items():
        if len(before.get(number, [])) + len(added) > MOST:
            name = db.session.scalar(select(Account.name).where(Account.id == number))
            raise Invalid(field="tags", why="too_many_tags_on", maximum=MOST, account=name)


def _tell(account_id: int, added: Sequence[Tag], gone: Sequence[Tag], now: datetime, actor: Actor) -> None:
    if added:
        history.record("tagged", now=now, actor=actor, account_id=account_id, tags=[tag.name for tag in added])
    if gone:
        history.record("untagged", now=now, actor=actor, account_id=account_id, tags=[tag.name for tag in gone])
