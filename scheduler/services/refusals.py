"""Answers why a service said no: exceptions named for the business, worded at the edge."""

from __future__ import annotations

from typing import Any, ClassVar


class Refused(Exception):
    """A request that cannot be granted now; nothing was written."""

    key: ClassVar[str] = "refused"
    # What the API answers; pages show the words with the same status.
    status: ClassVar[int] = 409

    def __init__(self, **params: Any) -> None:
        super().__init__(self.key, params)
        self.params = params


class NotFound(Refused):
    """Nothing by that name is here for whoever asks."""

    key, status = "not_found", 404


class Invalid(Refused):
    """A value cannot be used; `field` names it, `why` is a key."""

    key, status = "invalid", 422


class Forbidden(Refused):
    """The member's team may not do this."""

    key, status = "forbidden", 403


class LectureFull(Refused):
    """Every seat of the lecture is taken."""

    key = "lecture_full"


class LectureOver(Refused):
    """The lecture has begun or is over."""

    key = "lecture_over"


class LectureNotBegun(Refused):
    """The lecture has not begun, so nobody can have attended it."""

    key = "lecture_not_begun"


class JoinNotOpen(Refused):
    """The meeting opens a quarter of an hour before the lecture begins; `opens_at` says when (ISO 8601, UTC)."""

    key = "join_not_open"


class CodeUnknown(Refused):
    """No lecture takes this code now."""

    key = "code_unknown"


class LectureCancelled(Refused):
    """The lecture was cancelled."""

    key = "lecture_cancelled"


class LectureUndecided(Refused):
    """The date no longer fits its series; until a person decides what becomes of it, it takes nobody new."""

    key = "lecture_undecided"


class LectureHeld(Refused):
    """The lecture is held: nobody needs to be called about it."""

    key = "lecture_held"


class AlreadyBooked(Refused):
    """The contact already holds a registration on this lecture."""

    key = "already_booked"


class ContactLeft(Refused):
    """The person is not at the company any more (退職・異動): nobody registers or is registered under that name."""

    key = "contact_left"


class PrerequisiteMissing(Refused):
    """The course wants another one attended first; `course` is its key."""

    key = "prerequisite_missing"


class ApplicationClosed(Refused):
    """The application was completed or decided already, or its link is too old."""

    key = "application_closed"


class AccountLimitReached(Refused):
    """The account holds, or waits for, as many seats on this date as one may; `limit` says how many."""

    key = "account_limit_reached"


class OfferGone(Refused):
    """No seat is kept for this person (any more): nothing was offered, or the time to answer is over."""

    key = "offer_gone"


class NotForColleagues(Forbidden):
    """The course wants another one attended first, so only the person or the coordinator may register for it."""

    key = "not_for_colleagues"


class TooManyColleagues(Refused):
    """Somebody registered as many colleagues today as one person may; `most` says how many."""

    key, status = "too_many_colleagues", 429


class CancelInstead(Refused):
    """The date can still be changed or cancelled as usual: telling us of an absence comes later."""

    key = "cancel_instead"


class NothingToCorrect(Refused):
    """The person was told what the verdict says, or nothing yet: there is no earlier mail to correct."""

    key = "nothing_to_correct"


class NotBooked(Refused):
    """The registration is no longer live."""

    key = "not_booked"


class ChangedMeanwhile(Refused):
    """Somebody changed the same thing at the same moment; nothing was done."""

    key = "changed_meanwhile"


class SeriesEnded(Refused):
    """The series was ended; nothing of it changes but single dates."""

    key = "series_ended"


class SeriesContinued(Refused):
    """Another series took over from this one, so it cannot go on itself."""

    key = "series_continued"


class CapacityBelowBooked(Refused):
    """The capacity asked for is below the seats taken; `taken` says how many."""

    key = "capacity_below_booked"


class CourseInUse(Refused):
    """The course is used, so it cannot be deleted; `by` names what uses it."""

    key = "course_in_use"


class NotReady(Refused):
    """The account does not meet the conditions; `open` says how many clauses are open."""

    key = "not_ready"


class SheetIncomplete(Refused):
    """The boundary demands fields that are empty; `fields` names them."""

    key, status = "sheet_incomplete", 422


class HandoverClosed(Refused):
    """The handover is no longer open."""

    key = "handover_closed"


class HandoverOpen(Refused):
    """A handover of this account is already waiting for an answer."""

    key = "handover_open"


class Ambiguous(Refused):
    """Several people share this address; `people` lists (id, name)."""

    key = "ambiguous_contact"


class UploadExpired(Refused):
    """The upload was confirmed already, or is too old."""

    key = "upload_expired"


class ProposalChosen(Refused):
    """One of the offered times was chosen already."""

    key = "proposal_chosen"


class ProposalWithdrawn(Refused):
    """The offered times were taken back."""

    key = "proposal_withdrawn"


class ProposalTimePassed(Refused):
    """The offered time is past."""

    key = "proposal_time_passed"


class ProposalTimeTaken(Refused):
    """The host or the meeting is needed elsewhere at the offered time by now."""

    key = "proposal_time_taken"


class StepNotYours(Forbidden):
    """The set-up step is not the customer's to tick."""

    key = "step_not_yours"


class TickNotAllowed(Forbidden):
    """The set-up step is not to be called done from here; who may is written on the step."""

    key = "tick_not_allowed"


class StepInUse(Refused):
    """The set-up step cannot be deleted, or not changed that way; `by` names what uses it: completions, courses, rules."""

    key = "step_in_use"


class WordsUnusable(Invalid):
    """A mail could not be made of these words for some reader; `why` is a key and the other params are what it names."""

    key = "words_unusable"


class WordsChanged(Refused):
    """Somebody else put other words in force meanwhile: `version`, and who (`by`, a name, perhaps empty)."""

    key = "words_changed"


class LetterGone(Refused):
    """The customer was told of the new contact person, so the handover can no longer be undone."""

    key = "letter_gone"


class MailWaits(Refused):
    """The mail has not come to its end: it leaves by itself."""

    key = "mail_waits"


class MailNotWanted(Refused):
    """Sent again, the mail would be dropped at once; `reason` says why, as in the mails' list."""

    key = "mail_not_wanted"


class FileUnreadable(Invalid):
    """A handed-in file cannot be used; `why` is the reader's key and the other params are what it names."""

    key = "file_unreadable"


class FileTooLarge(FileUnreadable):
    """A handed-in file is larger than this program reads."""

    status = 413


class DateOrderOpen(FileUnreadable):
    """A list's dates may be read month first or day first; `columns` and `examples` say which. Somebody must choose."""

    status = 409


class NoRowFits(FileUnreadable):
    """Every row of a list is refused; `refused` lists them with their reasons."""


class RowsRefused(FileUnreadable):
    """A list goes in whole or not at all, and some of its rows cannot be used; `refused` lists them with their reasons."""
