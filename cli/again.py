"""Judging photos again because something they rest on has changed."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from types import TracebackType

from cli.names import register_names
from cli.originals import is_gone, judged_gone, known_events
from cli.output import complain
from cli.progress import steps
from cli.results import refresh_results
from cli.site import Site, now
from consent_db import rejudgings, stored
from gate.errors import (
    PhotogateError,
    RegisterChanged,
    RegisterUnreachable,
    SettingsError,
    SiteError,
)
from gate.publish import Publisher
from gate.statements import Change
from gate.values import WORTH_TRYING_AGAIN, Arrival, Judgement, Reason
from watch.slot import WorkerInterrupted

ACTOR = "photogate"
_MOST_ATTEMPTS = 5
_BATCH = 500
_NOTHING_SAID = Change("")

Judge = Callable[[Arrival], Judgement]
"""Judges the original of an arrival, for every channel, on what holds now."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """How many photos were judged again, and how many could not be."""

    judged: int = 0
    failed: int = 0


def judge_all_again(site: Site, actor: str = ACTOR) -> Outcome:
    """Judge again, here, everything that waits for it and does not rest after a failure."""
    gate = site.gate()

    def judge(arrival: Arrival) -> Judgement:
        return gate.judge(arrival.photo, site.originals.read(arrival.photo))

    done = failed = 0
    again = Again(site, judge, actor)
    while waiting := again.due():
        for one in steps(waiting, "Judging again"):
            if again.judge(one):
                done += 1
            else:
                failed += 1
    return Outcome(done, failed)


class Again:
    """Judges single photos again by ``judge``, and swaps their copies.

    ``trouble`` is told what went wrong beside that, in a sentence.
    """

    def __init__(
        self, site: Site, judge: Judge, actor: str, trouble: Callable[[str], None] = complain
    ) -> None:
        self._site = site
        self._judge = judge
        self._actor = actor
        self._trouble = trouble
        self._publisher = Publisher(site.root, site.ledger(actor), register_names(site))

    def due(self) -> list[rejudgings.Rejudging]:
        """The next photos to judge again now."""
        with self._site.database.reading() as connection:
            return list(rejudgings.due(connection, now(), _BATCH))

    def judge(self, one: rejudgings.Rejudging) -> bool:
        """Judge one photo again; whether that could be done. If not, it is tried again later.

        Copies of it that are published and may have fallen are to be taken down meanwhile. Raises
        RegisterUnreachable, or WorkerInterrupted when that is nobody's fault.
        """
        with self._site.database.reading() as connection:
            photo = stored.stored(connection, [one.photo]).get(one.photo)
        if photo is None:
            # It was locked meanwhile, and is no longer waited for.
            return False
        arrival = photo.drops[0].arrival
        events = {drop.arrival.event for drop in photo.drops}
        judge = self._judge
        if is_gone(self._site, one.photo):
            events, judge = known_events(self._site, one.photo), self._gone
        try:
            self._swap(arrival, one.cause, judge)
        except RegisterUnreachable:
            raise
        except PhotogateError as error:
            with self._site.database.transaction(self._actor) as tx:
                rejudgings.postpone(tx, one.photo, str(error))
                self._site.consequences.give_up(tx, one.photo)
            return False
        self._write_pages(events)
        return True

    def _write_pages(self, events: Iterable[str]) -> None:
        try:
            for event in sorted(events):
                refresh_results(self._site, event)
        except SiteError as error:
            self._trouble(f"The photo was judged again, but its result page is old: {error}")

    def _gone(self, arrival: Arrival) -> Judgement:
        return judged_gone(self._site, arrival)

    def _swap(self, arrival: Arrival, cause: str, judge: Judge) -> None:
        for _ in range(_MOST_ATTEMPTS):
            judgement = judge(arrival)
            reasons = {decision.reason for decision in judgement.decisions}
            if reasons and reasons <= WORTH_TRYING_AGAIN - {Reason.ORIGINAL_GONE}:
                causes = ", ".join(sorted(reason.value for reason in reasons))
                raise SiteError(f"It cannot be judged now: {causes} {judgement.detail}".rstrip())
            try:
                self._publisher.republish(arrival.event, judgement, cause, _NOTHING_SAID)
            except RegisterChanged:
                continue
            return
        raise SiteError("Permissions keep changing while it is judged.")


class Rejudger:
    """Judges again with the watcher's workers, and looks every day whether something ended.

    ``settle`` is called every ``every`` seconds, and before anything is judged again. ``stop``
    stops the watcher: it is set when this cannot go on, so that nobody believes that it does.
    """

    def __init__(
        self,
        again: Again,
        settle: Callable[[], None],
        stop: threading.Event,
        trouble: Callable[[str], None],
        *,
        every: float = 5.0,
    ) -> None:
        self._again = again
        self._settle = settle
        self._stop = stop
        self._trouble = trouble
        self._every = every
        self._over = threading.Event()
        self._thread = ThreadPoolExecutor(1, "photogate-rejudger")
        self._running: Future[None] | None = None

    def drain(self) -> None:
        """Do all there is to do now, in this thread."""
        self._settle()
        while waiting := self._again.due():
            for one in waiting:
                if self._stop.is_set() or self._over.is_set():
                    return
                try:
                    self._again.judge(one)
                except WorkerInterrupted:
                    return

    @contextmanager
    def in_turn(self) -> Iterator[None]:
        """Do all there is to do before what is done inside, and after it, instead of beside it."""
        self.drain()
        yield
        self.drain()

    def __enter__(self) -> Rejudger:
        self._running = self._thread.submit(self._run)
        self._running.add_done_callback(lambda _: self._stop.set())
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._over.set()
        self._thread.shutdown(wait=True)
        if self._running is not None and error is None:
            self._running.result()

    def _run(self) -> None:
        while not self._over.wait(self._every):
            try:
                self.drain()
            except SettingsError:
                raise
            except PhotogateError as error:
                self._trouble(str(error))
