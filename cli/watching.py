"""photogate watch: judge what is in staging and what arrives."""

from __future__ import annotations

import json
import logging
import os
import signal
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import AbstractContextManager, contextmanager, nullcontext
from functools import partial
from types import FrameType
from typing import Annotated

import typer
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from cli.again import Again, Rejudger
from cli.judging import blocked_by, judge_opener
from cli.names import register_names
from cli.options import unsettled_site_of
from cli.output import complain, errors
from cli.recalibrating import Recalibrator
from cli.results import refresh_results
from cli.retaining import Daily
from cli.site import Site, now
from consent_db import rejudgings
from gate.publish import Publisher
from gate.values import Arrival, Judgement
from watch.events import Event, EventKind, Summary
from watch.intake import Intake, Parts, Timing
from watch.worker import WorkerLimits, WorkerPool

_log = logging.getLogger(__name__)

ACTOR = "photogate watch"
_RESULTS_EVERY = 5.0  # seconds; a page of ten thousand rows is not written for each photo
_QUIET = (EventKind.LOOKED,)
_ON_RECORD = (EventKind.JUDGED, EventKind.DUPLICATE, EventKind.ALREADY_RECORDED)


def watch(
    context: typer.Context,
    once: Annotated[bool, typer.Option("--once", help="End when staging is empty.")] = False,
    workers: Annotated[
        int,
        typer.Option(min=0, max=64, help="Photos judged at the same time [from the settings]."),
    ] = 0,
    log_json: Annotated[
        bool, typer.Option("--log-json", help="Log one JSON object a line, for programs.")
    ] = False,
) -> None:
    """Judge the photos in staging and those that arrive, until stopped.

    Stopping (Ctrl-C, or the system's own way) lets the photos in hand finish.
    """
    site = unsettled_site_of(context)
    counts = run(site, once=once, workers=workers, log_json=log_json)
    if once and (_still_wait(site) or counts.left):
        raise typer.Exit(1)


def _still_wait(site: Site) -> bool:
    """Whether photos wait to be judged again; says so."""
    with site.database.reading() as connection:
        waiting = rejudgings.count(connection)
    if waiting:
        photos = "1 photo" if waiting == 1 else f"{waiting} photos"
        complain(f"{photos} could not be judged again now; 'photogate doctor' says more.")
    return waiting > 0


def run(
    site: Site, *, once: bool, workers: int = 0, log_json: bool = False, quiet: bool = False
) -> Summary:
    """Watch a site; how far it came when it ended."""
    settings = site.settings.watch
    site.tidy_references()
    limits = WorkerLimits(
        workers or settings.workers or os.cpu_count() or 1,
        settings.time_limit_seconds,
        settings.memory_limit_mb,
    )
    timing = Timing(settings.settle_seconds, settings.patience_seconds, settings.poll_seconds)
    ledger = site.ledger(ACTOR)
    publisher = Publisher(site.root, ledger, register_names(site), site.names_key)
    logging.basicConfig(format="%(message)s", level=logging.ERROR)
    with (
        _stop_on_signals() as stop,
        _reporter(site, _teller(log_json=log_json, quiet=quiet)) as on_event,
        WorkerPool(judge_opener(site), blocked_by(site), limits) as pool,
        nullcontext() if once else Recalibrator(site, ACTOR),
    ):
        parts = Parts(ledger, publisher, pool, on_event, site.originals)
        intake = Intake(site.root, parts, timing)

        def submit(arrival: Arrival) -> Future[Judgement]:
            return pool.submit(site.originals.path(arrival.photo), arrival)

        daily = Daily(ACTOR, most=None) if once else Daily(ACTOR)
        trouble = partial(_log.error, "judging again failed: %s")
        once_more = Again(site, lambda arrival: submit(arrival).result(), ACTOR, trouble)
        again = Rejudger(once_more, partial(daily, site), stop, trouble)
        with again.in_turn() if once else again:
            return intake.run(once=once, stop=stop)


@contextmanager
def _stop_on_signals() -> Iterator[threading.Event]:
    stop = threading.Event()

    def ask(_number: int, _frame: FrameType | None) -> None:
        stop.set()

    before = {number: signal.signal(number, ask) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield stop
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


@contextmanager
def _reporter(
    site: Site, teller: AbstractContextManager[Callable[[Event], None]]
) -> Iterator[Callable[[Event], None]]:
    """Tells of events, and keeps the result pages fresh."""
    pages = ResultPages(site)

    def on_event(event: Event) -> None:
        tell(event)
        pages.note(event)

    with teller as tell:
        yield on_event
    pages.write()


def _teller(*, log_json: bool, quiet: bool) -> AbstractContextManager[Callable[[Event], None]]:
    if quiet:
        return nullcontext(lambda _event: None)
    if log_json:
        return nullcontext(partial(_print, _json))
    return _progress_bar() if errors.is_terminal else nullcontext(partial(_print, _line))


def _print(words: Callable[[Event], str], event: Event) -> None:
    if event.kind not in _QUIET:
        print(words(event), flush=True)  # noqa: T201


@contextmanager
def _progress_bar() -> Iterator[Callable[[Event], None]]:
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    with Progress(*columns, TimeRemainingColumn(), console=errors) as progress:
        task = progress.add_task("Photos", total=None)

        def on_event(event: Event) -> None:
            done = event.summary.judged + event.summary.duplicates
            progress.update(task, completed=done, total=done + event.summary.left)
            if event.cause:
                progress.console.print(_line(event), markup=False)

        yield on_event


class ResultPages:
    """Writes the result pages of the events that something happened in, every few seconds."""

    def __init__(self, site: Site) -> None:
        self._site = site
        self._touched: set[str] = set()
        self._written = time.monotonic()

    def note(self, event: Event) -> None:
        """Remember the event's folder; write when it is time or everything is done."""
        if event.kind in _ON_RECORD and event.event is not None:
            self._touched.add(event.event)
        due = time.monotonic() - self._written >= _RESULTS_EVERY
        if self._touched and (due or not event.summary.left):
            self.write()

    def write(self) -> None:
        """Write the pages of all folders that something happened in."""
        for folder in sorted(self._touched):
            refresh_results(self._site, folder)
        self._touched.clear()
        self._written = time.monotonic()


def _line(event: Event) -> str:
    """One event for a person; no file name, because people name files after children."""
    photo = event.photo[:12] or (f"file {event.inode}" if event.inode else "")
    verdicts = [f"{channel}: {verdict}" for channel, verdict in event.verdicts.items()]
    words = [f"{now().astimezone():%H:%M:%S}", f"{event.kind.value:<10}", photo, *verdicts]
    return "  ".join(word for word in [*words, event.cause] if word)


def _json(event: Event) -> str:
    return json.dumps({"at": now().isoformat(), **event.for_log()}, ensure_ascii=False)
