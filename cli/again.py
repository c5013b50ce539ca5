"""Judging photos again because something they rest on has changed."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from dataclasses import dataclass

from cli.names import register_names
from cli.originals import is_gone, judged_gone, known_events
from cli.progress import steps
from cli.results import refresh_results
from cli.site import Site, now
from consent_db import rejudgings, stored
from gate.errors import PhotogateError, RegisterChanged, RegisterUnreachable, SiteError
from gate.publish import Publisher
from gate.statements import Change
from gate.values import WORTH_TRYING_AGAIN, Arrival, Judgement, Reason

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
    """Judge again, here, everything that waits for it."""
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
    """Judges single photos again by ``judge``, and swaps their copies."""

    def __init__(self, site: Site, judge: Judge, actor: str) -> None:
        self._site = site
        self._judge = judge
        self._actor = actor
        self._publisher = Publisher(site.root, site.ledger(actor), register_names(site))

    def due(self) -> list[rejudgings.Rejudging]:
        """The next photos to judge again now."""
        with self._site.database.reading() as connection:
            return list(rejudgings.due(connection, now(), _BATCH))

    def judge(self, one: rejudgings.Rejudging) -> bool:
        """Judge one photo again; whether that could be done. If not, it is tried again later.

        Raises RegisterUnreachable.
        """
        with self._site.database.reading() as connection:
            photo = stored.stored(connection, [one.photo])[one.photo]
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
            return False
        for event in sorted(events):
            refresh_results(self._site, event)
        return True

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

    ``settle`` is called every ``every`` seconds, and before anything is judged again.
    """

    def __init__(
        self,
        site: Site,
        submit: Callable[[Arrival], Future[Judgement]],
        settle: Callable[[Site], None],
        actor: str,
        *,
        every: float = 5.0,
    ) -> None:
        self._again = Again(site, lambda arrival: submit(arrival).result(), actor)
        self._site = site
        self._settle = settle
        self._every = every
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="photogate-rejudger")
        self.trouble: Callable[[str], None] = lambda _text: None

    def drain(self) -> None:
        """Do all there is to do now, in this thread."""
        self._settle(self._site)
        while waiting := self._again.due():
            for one in waiting:
                if self._stop.is_set():
                    return
                self._again.judge(one)

    @contextmanager
    def in_turn(self, stop: threading.Event) -> Iterator[None]:
        """Do all there is to do before what is done inside, and after it, instead of beside it."""
        self._stop = stop
        self.drain()
        yield
        self.drain()

    def __enter__(self) -> Rejudger:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join()

    def _run(self) -> None:
        while not self._stop.wait(self._every):
            try:
                self.drain()
            except PhotogateError as error:
                self.trouble(str(error))
