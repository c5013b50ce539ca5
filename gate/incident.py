"""A possible personal data breach: what was out, where, how long, and what is left to do.

Values in, facts out. The clock is that of UK GDPR Article 33(1): the Information Commissioner is
told within 72 hours of the school becoming aware, holidays and week-ends included; what is to be
told stands in Article 33(3).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

TIME_TO_TELL = timedelta(hours=72)


class Stage(StrEnum):
    """How far a copy got."""

    READY = "ready"
    PULLED = "pulled"
    POSTED = "posted"


@dataclass(frozen=True, slots=True)
class CopyOut:
    """That a copy of a photo (its SHA-256) lay somewhere: from when, until when (None: still).

    ``where`` in words: a folder, a web address, a page of a prospectus. ``by``: whose doing.
    """

    photo: str
    channel: str
    stage: Stage
    where: str
    since: datetime
    until: datetime | None = None
    by: str = ""


@dataclass(frozen=True, slots=True)
class Takedown:
    """A place from which a copy is to be taken down; done when ``done_at`` is known."""

    number: int
    photo: str
    channel: str
    where: str
    asked_at: datetime
    due_by: datetime
    done_at: datetime | None = None
    done_by: str = ""
    proof: str = ""


@dataclass(frozen=True, slots=True)
class Affected:
    """Somebody who may be seen: reference, kind ("pupil"); the name is shown only when asked."""

    ref: str
    kind: str
    name: str = ""


@dataclass(frozen=True, slots=True)
class Note:
    """What somebody wrote down, word for word."""

    at: datetime
    by: str
    text: str


@dataclass(frozen=True, slots=True)
class Account:
    """What people say of an incident in their own words; empty where nobody has said it yet."""

    happened: str = ""
    cause: str = ""
    consequences: str = ""
    measures: str = ""
    contact: str = ""


@dataclass(frozen=True, slots=True)
class Incident:
    """All that is kept together; instants carry a time zone.

    ``aware_at``: when the school became aware; the clock starts there. ``affected`` is None while
    nobody knows who may be seen. ``withheld``: it is about more than the reader may know.
    """

    number: int
    aware_at: datetime
    opened_at: datetime
    opened_by: str
    photos: tuple[str, ...]
    copies: tuple[CopyOut, ...] = ()
    takedowns: tuple[Takedown, ...] = ()
    affected: tuple[Affected, ...] | None = None
    notes: tuple[Note, ...] = ()
    account: Account = Account()
    commissioner_told_at: datetime | None = None
    people_told_at: datetime | None = None
    closed_at: datetime | None = None
    withheld: bool = False

    def without_names(self) -> Incident:
        """The same, people by their references only."""
        if self.affected is None:
            return self
        return replace(self, affected=tuple(replace(one, name="") for one in self.affected))


class ClockState(StrEnum):
    """How the 72 hours stand."""

    RUNNING = "running"
    PASSED = "passed"
    TOLD_IN_TIME = "told_in_time"
    TOLD_LATE = "told_late"


@dataclass(frozen=True, slots=True)
class Clock:
    """The 72 hours: when they end, what is left (negative: since), or what it took to tell."""

    state: ClockState
    deadline: datetime
    left: timedelta
    took: timedelta | None = None

    @property
    def used(self) -> timedelta:
        """How much of the 72 hours is over: never less than nothing, never more than all."""
        spent = TIME_TO_TELL - self.left if self.took is None else self.took
        return min(max(spent, timedelta()), TIME_TO_TELL)


def clock(incident: Incident, now: datetime) -> Clock:
    """How the 72 hours stand at ``now``."""
    deadline = incident.aware_at + TIME_TO_TELL
    told = incident.commissioner_told_at
    if told is not None:
        state = ClockState.TOLD_IN_TIME if told <= deadline else ClockState.TOLD_LATE
        return Clock(state, deadline, deadline - told, told - incident.aware_at)
    left = deadline - now
    return Clock(ClockState.RUNNING if left > timedelta() else ClockState.PASSED, deadline, left)


class TakedownState(StrEnum):
    """How far a takedown is."""

    DONE = "done"
    OPEN = "open"
    OVERDUE = "overdue"


def takedown_state(takedown: Takedown, now: datetime) -> TakedownState:
    """How far a takedown is at ``now``."""
    if takedown.done_at is not None:
        return TakedownState.DONE
    return TakedownState.OVERDUE if takedown.due_by < now else TakedownState.OPEN


def time_out(copy: CopyOut, now: datetime) -> timedelta:
    """How long a copy was there, or is there until ``now``."""
    return max((copy.until or now) - copy.since, timedelta())


class Happening(StrEnum):
    """What an entry of the time line is about."""

    READY = "ready"
    PULLED = "pulled"
    POSTED = "posted"
    GONE = "gone"
    AWARE = "aware"
    OPENED = "opened"
    TAKEDOWN_ASKED = "takedown_asked"
    TAKEDOWN_DONE = "takedown_done"
    NOTED = "noted"
    COMMISSIONER_TOLD = "commissioner_told"
    PEOPLE_TOLD = "people_told"
    DEADLINE = "deadline"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class Moment:
    """An entry of the time line; ``photo``, ``channel`` and ``where`` are "" where none is meant.

    ``text`` is what somebody wrote.
    """

    at: datetime
    what: Happening
    by: str = ""
    photo: str = ""
    channel: str = ""
    where: str = ""
    text: str = ""


def time_line(incident: Incident) -> tuple[Moment, ...]:
    """All that happened, and the end of the 72 hours, in order."""
    return tuple(sorted(_moments(incident), key=lambda moment: moment.at))


def _moments(incident: Incident) -> Iterator[Moment]:
    for copy in incident.copies:
        place = (copy.photo, copy.channel, copy.where)
        yield Moment(copy.since, Happening(copy.stage.value), copy.by, *place)
        if copy.until is not None:
            yield Moment(copy.until, Happening.GONE, "", *place)
    for task in incident.takedowns:
        place = (task.photo, task.channel, task.where)
        yield Moment(task.asked_at, Happening.TAKEDOWN_ASKED, "", *place)
        if task.done_at is not None:
            yield Moment(
                task.done_at, Happening.TAKEDOWN_DONE, task.done_by, *place, text=task.proof
            )
    yield Moment(incident.aware_at, Happening.AWARE)
    yield Moment(incident.opened_at, Happening.OPENED, incident.opened_by)
    yield Moment(incident.aware_at + TIME_TO_TELL, Happening.DEADLINE)
    for note in incident.notes:
        yield Moment(note.at, Happening.NOTED, note.by, text=note.text)
    ends = {
        Happening.COMMISSIONER_TOLD: incident.commissioner_told_at,
        Happening.PEOPLE_TOLD: incident.people_told_at,
        Happening.CLOSED: incident.closed_at,
    }
    yield from (Moment(at, what) for what, at in ends.items() if at is not None)


@dataclass(frozen=True, slots=True)
class Figures:
    """The incident in numbers."""

    photos: int
    posted: int
    still_posted: int
    pulled_by: tuple[str, ...]
    open_takedowns: int
    overdue_takedowns: int
    first_out: datetime | None
    longest_out: timedelta | None


def figures(incident: Incident, now: datetime) -> Figures:
    """Count what was out. Lying ready inside the school counts as out for nobody yet."""
    out = [copy for copy in incident.copies if copy.stage is not Stage.READY]
    posted = [copy for copy in out if copy.stage is Stage.POSTED]
    states = [takedown_state(task, now) for task in incident.takedowns]
    return Figures(
        len(incident.photos),
        len(posted),
        sum(copy.until is None for copy in posted),
        tuple(sorted({c.by for c in out if c.stage is Stage.PULLED and c.by})),
        sum(state is not TakedownState.DONE for state in states),
        sum(state is TakedownState.OVERDUE for state in states),
        min((copy.since for copy in out), default=None),
        max((time_out(copy, now) for copy in out), default=None),
    )


def lost_sight_of(incident: Incident) -> tuple[CopyOut, ...]:
    """Copies that somebody pulled and of which no place was recorded afterwards."""
    recorded = {(c.photo, c.channel) for c in incident.copies if c.stage is Stage.POSTED}
    pulled = (copy for copy in incident.copies if copy.stage is Stage.PULLED)
    return tuple(copy for copy in pulled if (copy.photo, copy.channel) not in recorded)
