"""Answers what a report comes to: who each person in the room is, the verdicts that follow, and the mails."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from scheduler.models.attendance import Attendance
from scheduler.models.lectures import Lecture
from scheduler.models.uploads import Upload
from scheduler.readers.reports.shapes import LeftOut, Report, ReportPerson
from scheduler.rules.attendance import Presence, Verdict, report_presences, seconds_present
from scheduler.rules.matching import Match, Proposal, match
from scheduler.rules.roster import Candidate
from scheduler.services.attendance import candidates as people_of
from scheduler.services.attendance import changes, follow_up, staging, verdicts, walk_ins
from scheduler.services.attendance.candidates import Candidates
from scheduler.services.attendance.changes import Change, Comparison
from scheduler.services.attendance.follow_up import FollowUp
from scheduler.services.attendance.staging import Choices
from scheduler.services.refusals import NotFound


@dataclass(frozen=True)
class Person:
    """One person in the room, and who it is as far as that is settled."""

    # The first row in the file, by which choices name the person.
    number: int
    match: Match
    # Seconds in the lecture.
    seconds: int
    # Who it is: certain, chosen by somebody, standing ticked, or to be added (below zero); None: nobody's yet, or none of ours.
    contact_id: int | None
    # certain, chosen, ticked, new (to be added), dismissed (somebody said: none of ours) or open.
    settled: str

    @property
    def name(self) -> str:
        """Give the name as the tool shows it."""
        return self.match.person.name

    @property
    def offered(self) -> tuple[Proposal, ...]:
        """List the contacts it may be, best first."""
        return self.match.proposals


@dataclass(frozen=True)
class Came:
    """One contact who was in the room, with the names the tool showed."""

    contact: Candidate
    names: tuple[str, ...]
    seconds: int
    verdict: str


@dataclass(frozen=True)
class AttendancePlan:
    """What recording a report comes to, beside what was recorded before."""

    upload: Upload
    lecture: Lecture
    choices: Choices
    report: Report
    people: tuple[Person, ...]
    left_out: tuple[LeftOut, ...]
    candidates: Candidates
    verdicts: Mapping[int, Verdict]
    # The verdicts as they stand, by contact.
    rows: Mapping[int, Attendance]
    follow_up: FollowUp
    # Contacts whom somebody not settled may be: not judged as missing.
    contested: frozenset[int]
    # Companies to which somebody not settled may belong: their missed mails wait.
    held_accounts: frozenset[int]
    # Who is new in the room and who is gone, beside the report that counts; None: there is none.
    compared: Comparison | None

    @property
    def matched(self) -> list[Came]:
        """List the contacts who were in the room."""
        names: dict[int, list[str]] = defaultdict(list)
        for person in self.people:
            if person.contact_id is not None:
                names[person.contact_id].append(person.name)
        return [
            Came(self.contact(number), tuple(seen), self.verdicts[number].seconds, self.verdicts[number].verdict)
            for number, seen in names.items()
        ]

    @property
    def proposed(self) -> list[Person]:
        """List those whom somebody has to confirm or choose."""
        return [person for person in self.people if person.settled == "open" and person.offered]

    @property
    def unmatched(self) -> list[Person]:
        """List those whom nothing names, and those of whom somebody said that they are none of ours."""
        return [
            person
            for person in self.people
            if person.contact_id is None and not (person.settled == "open" and person.offered)
        ]

    @property
    def confirmed(self) -> dict[int, int | None]:
        """Return the choices that one press makes: what was settled before, and the names that stand ticked."""
        standing = {
            person.number: ticked
            for person in self.people
            if person.settled in ("ticked", "open") and (ticked := person.match.ticked) is not None
        }
        return {**self.choices.people, **standing}

    @property
    def changes(self) -> list[Change]:
        """List whose verdict or time becomes another one."""
        return changes.changes(self.verdicts, self.rows, self.candidates.by_id)

    def judged(self, outcome: str) -> list[Candidate]:
        """List the contacts of one verdict."""
        return [self.contact(number) for number, verdict in self.verdicts.items() if verdict.verdict == outcome]

    def contact(self, number: int) -> Candidate:
        """Return what is known of a contact."""
        return self.candidates.by_id[number]


def preview(upload_id: int, now: datetime, *, ticked: bool = True) -> AttendancePlan:
    """Say what recording a report would come to, with the names that stand ticked unless told otherwise.

    Raises NotFound, and UploadExpired when its time is over or a later report of the lecture was recorded.
    """
    upload = staging.the(upload_id, now)
    return make(upload, Choices.from_json(upload.choices), now, ticked=ticked)


def make(upload: Upload, choices: Choices, now: datetime, *, ticked: bool = False) -> AttendancePlan:
    """Work out what a report comes to with these choices; raise NotFound for a contact or company that there is not."""
    lecture = staging.the_lecture(upload.lecture_id or 0)
    report = staging.read(upload.content, upload.filename, lecture, choices)
    rows = verdicts.rows_of(lecture.id)
    kept = verdicts.evidence(lecture.id, report=False)
    named = {number for number in choices.people.values() if number is not None}
    known = _candidates(lecture, report, {*named, *rows, *kept})
    if not named <= known.by_id.keys():
        raise NotFound(what="contact", value=min(named - known.by_id.keys()))
    in_room, left_out = _customers(report, known)
    matching = match(in_room, known.by_id.values(), known.known_names)
    people = tuple(_person(found, lecture, choices, ticked) for found in matching.matches)
    new = walk_ins.as_candidates({one.number: choices.walk_ins[one.number] for one in people if one.settled == "new"})
    known = replace(known, by_id={**known.by_id, **new})
    contested, held_accounts = _unsettled(people, known)
    presences = _presences(people, kept)
    judged = verdicts.judge(
        lecture,
        sorted(known.booked | presences.keys() | rows.keys()),
        presences,
        rows,
        booked=known.booked - contested,
        report_present=True,
        now=now,
    )
    mails = walk_ins.reached(_mails(lecture, judged, known, held_accounts, now), judged, new)
    return AttendancePlan(
        *(upload, lecture, choices, report, people, left_out, known, judged, rows, mails, contested, held_accounts),
        compared=_compared(lecture, people),
    )


def _candidates(lecture: Lecture, report: Report, also: Collection[int]) -> Candidates:
    everybody = list(_everybody(report))
    emails = {person.email for person in everybody if person.email}
    registrants = {person.personal_key for person in everybody if person.personal_key}
    return people_of.load(lecture, emails, also, registrants)


def _compared(lecture: Lecture, people: Iterable[Person]) -> Comparison | None:
    before = changes.seen(lecture.id)
    if before is None:
        return None
    contacts = {person.contact_id for person in people if person.contact_id is not None}
    return changes.compare(before, contacts, [person.name for person in people if person.contact_id is None])


def _mails(
    lecture: Lecture,
    judged: Mapping[int, Verdict],
    known: Candidates,
    held_accounts: frozenset[int],
    now: datetime,
) -> FollowUp:
    """Plan the mails; a person's own mark is sure enough for one that would wait otherwise."""
    waiting = [
        number
        for number, verdict in judged.items()
        if known.by_id[number].account_id in held_accounts and verdict.sources != ("manual",)
    ]
    said = {number: verdict.verdict for number, verdict in judged.items()}
    return follow_up.plan(lecture, said, now, silent=known.silent, held=waiting)


def _everybody(report: Report) -> Iterable[ReportPerson]:
    yield from report.people
    for out in report.left_out:
        yield out.person


def _customers(report: Report, known: Candidates) -> tuple[list[ReportPerson], tuple[LeftOut, ...]]:
    """Take back whom the reader left out as ours by the address, but who is booked as a customer or known as one."""
    addresses = {candidate.email.lower() for candidate in known.by_id.values()}
    back = [out for out in report.left_out if out.why == "own_people" and out.person.email in addresses]
    people = sorted([*report.people, *(out.person for out in back)], key=lambda person: person.rows)
    return people, tuple(out for out in report.left_out if out not in back)


def _person(found: Match, lecture: Lecture, choices: Choices, ticked: bool) -> Person:
    person = found.person
    evidence = report_presences(person.intervals, person.summed_seconds)
    seconds = seconds_present(evidence, lecture.starts_at, lecture.ends_at)
    number = person.rows[0]
    chosen = choices.people.get(number)
    if number in choices.people and (chosen is None or chosen != found.contact_id):
        return Person(number, found, seconds, chosen, "dismissed" if chosen is None else "chosen")
    if found.contact_id is not None:
        return Person(number, found, seconds, found.contact_id, "certain")
    if number in choices.walk_ins:
        return Person(number, found, seconds, -number, "new")
    if ticked and found.ticked is not None:
        return Person(number, found, seconds, found.ticked, "ticked")
    return Person(number, found, seconds, None, "open")


def _unsettled(people: Collection[Person], known: Candidates) -> tuple[frozenset[int], frozenset[int]]:
    """Return the contacts and the companies that somebody in the room may be, of whom nobody has said who it is."""
    open_ones = [person for person in people if person.settled == "open"]
    contested = {proposal.contact_id for person in open_ones for proposal in person.offered}
    accounts = {person.match.account_id for person in open_ones}
    accounts |= {known.by_id[number].account_id for number in contested}
    if any(person.match.account_id is None and not person.offered for person in open_ones):
        # Whom nothing names may be anybody who pressed the join button and stands under no name in the report.
        seen = {person.contact_id for person in people}
        accounts |= {known.by_id[number].account_id for number in known.hints if number in known.booked - seen}
    return frozenset(contested), frozenset(number for number in accounts if number is not None)


def _presences(people: Iterable[Person], kept: Mapping[int, list[Presence]]) -> dict[int, list[Presence]]:
    presences = defaultdict(list, {number: list(found) for number, found in kept.items()})
    for person in people:
        if person.contact_id is not None:
            shown = person.match.person
            presences[person.contact_id] += report_presences(shown.intervals, shown.summed_seconds)
    return presences
