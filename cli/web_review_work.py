"""What reviewers decided: it waits some seconds, then a thread of the server judges again.

It is kept in memory. Until it is carried out nothing has happened, and nothing has when the server
stops before: the photo is held as it was.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace

from cli.deciding import on_own_channels
from cli.rejudging import Rejudging, Wish
from cli.saying import refusal
from cli.web_site import WebSite
from consent_db import accounts, stored
from consent_db.stored import StoredPhoto
from gate.acting import Acting
from gate.approvals import Approval
from gate.english import ENGLISH
from gate.errors import NotAllowed, PhotogateError, RegisterError, SiteError
from gate.values import Decision, Reason, Verdict
from gate.web.ports_review import Job, JobState

_log = logging.getLogger(__name__)

GRACE = 10.0
"""Seconds in which a decision can be taken back."""
KEPT, FAILURE_KEPT = 60.0, 600.0
"""Seconds for which it is told that a decision was carried out, or was not."""
_OVER = frozenset({JobState.DONE, JobState.FAILED, JobState.UNDONE})
_FAILED = "It could not be done, and nothing was changed. Look at the photo again."

Again = Callable[[StoredPhoto, Wish], StoredPhoto]


@dataclass(frozen=True, slots=True)
class Task:
    """What is to be done: with which photo, in whose name."""

    who: Acting
    photo: str
    original: str
    do: str
    wish: Wish


@dataclass
class _Entry:
    task: Task
    job: Job
    due: float
    ended: float = field(default=0.0)


class ReviewWork:
    """Carries out decisions in their order, each when its time has come."""

    def __init__(
        self,
        site: WebSite,
        *,
        again: Again | None = None,
        grace: float = GRACE,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._site = site
        self._again = again or _rejudging(site)
        self._grace = grace
        self._clock = clock
        self._entries: dict[int, _Entry] = {}
        self._last = 0
        self._changed = threading.Condition()
        self._thread: threading.Thread | None = None

    def add(self, task: Task) -> Job:
        """Take a decision. Raises RegisterError while another one about the photo is under way."""
        with self._changed:
            if task.photo in self._busy():
                raise RegisterError(
                    "Something that was decided about this photo a moment ago is not carried out "
                    "yet. Take that back, or wait until it is done. Nothing was changed."
                )
            self._last += 1
            job = Job(self._last, task.photo, task.original, task.do, JobState.WAITING)
            self._entries[job.number] = _Entry(task, job, self._clock() + self._grace)
            self._forget()
            self._wake()
            return self._shown(self._entries[job.number])

    def undo(self, who: Acting, number: int) -> Job | None:
        """Take back what still waits; the job as it is now, None when it is not this person's."""
        with self._changed:
            entry = self._entries.get(number)
            if entry is None or entry.task.who.account != who.account:
                return None
            if entry.job.state is JobState.WAITING:
                self._end(entry, JobState.UNDONE)
            return self._shown(entry)

    def of(self, who: Acting) -> list[Job]:
        """What this person decided, newest first."""
        with self._changed:
            self._forget()
            self._wake()
            own = [e for e in self._entries.values() if e.task.who.account == who.account]
            return [self._shown(entry) for entry in reversed(own)]

    def busy(self) -> frozenset[str]:
        """The photos about which something is not carried out yet."""
        with self._changed:
            return frozenset(self._busy())

    def settle(self) -> None:
        """Carry out, in the caller's thread, whatever is due; wait for what another one does."""
        while (entry := self._next()) is not None:
            self._carry_out(entry)
        with self._changed:
            self._changed.wait_for(lambda: not self._running())

    # --- the thread -----------------------------------------------------------------------------

    def _wake(self) -> None:
        """Have a thread see to what waits; another one where the last one broke down."""
        self._changed.notify_all()
        if self._busy() and (self._thread is None or not self._thread.is_alive()):
            self._thread = threading.Thread(target=self._run, name="review", daemon=True)
            self._thread.start()

    def _run(self) -> None:
        while True:
            self.settle()
            with self._changed:
                waiting = [e.due for e in self._entries.values() if _waits(e)]
                if not waiting:
                    # Within the lock: whoever adds something later starts another thread.
                    self._thread = None
                    return
                self._changed.wait(max(0.0, min(waiting) - self._clock()))

    def _next(self) -> _Entry | None:
        with self._changed:
            moment = self._clock()
            due = [e for e in self._entries.values() if _waits(e) and e.due <= moment]
            if not due:
                return None
            first = min(due, key=lambda entry: entry.due)
            first.job = replace(first.job, state=JobState.RUNNING)
            return first

    def _carry_out(self, entry: _Entry) -> None:
        problem, after = _FAILED, None
        try:
            after = self._done(entry.task)
        except (RegisterError, NotAllowed) as error:
            problem = str(error)
        except (PhotogateError, OSError, MemoryError):
            # Its words may name folders; they are for whoever looks after the system.
            _log.exception("a decision about photo %s failed", entry.task.photo[:12])
        finally:
            with self._changed:
                if after is None:
                    self._end(entry, JobState.FAILED, problem=problem)
                else:
                    self._end(entry, JobState.DONE, verdicts=_verdicts(after, entry.task.who))

    def _done(self, task: Task) -> StoredPhoto:
        site = self._site.site()
        with site.database.reading() as connection:
            now = _still_allowed(task, accounts.get(connection, task.who.account or 0))
            photo = stored.stored(connection, [task.photo]).get(task.photo)
        if photo is None:
            raise SiteError("the photo is gone")
        wish = task.wish
        return self._again(photo, Wish.of(now, wish.reason, wish.said, wish.taken_back))

    # --- the entries (with the lock held) -------------------------------------------------------

    def _busy(self) -> set[str]:
        return {e.task.photo for e in self._entries.values() if e.job.state not in _OVER}

    def _running(self) -> bool:
        return any(e.job.state is JobState.RUNNING for e in self._entries.values())

    def _shown(self, entry: _Entry) -> Job:
        left = max(0.0, entry.due - self._clock()) if _waits(entry) else 0.0
        return replace(entry.job, seconds=int(left + 0.999))

    def _end(
        self,
        entry: _Entry,
        state: JobState,
        *,
        problem: str = "",
        verdicts: tuple[tuple[str, Verdict], ...] = (),
    ) -> None:
        entry.job = replace(entry.job, state=state, problem=problem, verdicts=verdicts)
        entry.ended = self._clock()
        self._changed.notify_all()

    def _forget(self) -> None:
        moment = self._clock()
        old = [
            number
            for number, entry in self._entries.items()
            if entry.job.state in _OVER and moment - entry.ended > _kept(entry)
        ]
        for number in old:
            del self._entries[number]


def _waits(entry: _Entry) -> bool:
    return entry.job.state is JobState.WAITING


def _kept(entry: _Entry) -> float:
    return FAILURE_KEPT if entry.job.state is JobState.FAILED else KEPT


def _still_allowed(task: Task, account: accounts.Account) -> Acting:
    """Who it is now. Some seconds have passed: the account may have been closed meanwhile."""
    now = replace(task.who, roles=account.roles, channels=account.channels)
    refused = refusal(now, task.wish.said, takes_back=bool(task.wish.taken_back))
    lost = any(isinstance(one, Approval) and one.role not in now.roles for one in task.wish.said)
    if not account.enabled or refused or lost:
        raise NotAllowed("Your account may not do this any more. Nothing was changed.")
    return now


def _rejudging(site: WebSite) -> Again:
    """Judging with models that are loaded once, at the first decision."""
    made: list[Rejudging] = []

    def again(photo: StoredPhoto, wish: Wish) -> StoredPhoto:
        if not made:
            made.append(Rejudging(site.site()))
        return made[0](photo, wish)[0]

    return again


def _verdicts(photo: StoredPhoto, who: Acting) -> tuple[tuple[str, Verdict], ...]:
    """What holds now on each channel about which they may know."""
    told = photo if who.sight.evidence else on_own_channels(photo, who)
    return tuple(
        (ENGLISH.channel_title(d.channel), _told(d, who)) for d in told.judgement.decisions
    )


def _told(decision: Decision, who: Acting) -> Verdict:
    """To those who see no evidence, what is blocked without their refusing it reads as held."""
    blocked = decision.verdict is Verdict.BLOCK and decision.reason is not Reason.REFUSED_BY_HAND
    return Verdict.REVIEW if blocked and not who.sight.evidence else decision.verdict
