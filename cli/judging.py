"""What a worker process needs to judge, and what the service says when it could not."""

from __future__ import annotations

import logging
import signal
import warnings
from collections.abc import Callable
from functools import partial
from pathlib import Path

from cli.site import Site, now, software
from gate.engine_names import engine_version
from gate.engines.weights import YUNET, locate
from gate.policy import Basis
from gate.values import Arrival, Judgement, Reason, Versions, day_of


def open_judge(root: Path) -> Callable[[Path, Arrival], Judgement]:
    """Load the models and return the judge; runs inside each worker process."""
    # Ctrl-C reaches the whole group; the service itself ends its workers when their photo is done.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    warnings.simplefilter("ignore")
    logging.getLogger("PIL").setLevel(logging.ERROR)
    site = Site(root)
    gate = site.gate()

    def judge(_path: Path, arrival: Arrival) -> Judgement:
        return gate.judge(arrival.photo, site.originals.read(arrival.photo))

    return judge


def judge_opener(site: Site) -> Callable[[], Callable[[Path, Arrival], Judgement]]:
    """How a worker opens its judge; can be sent to another process."""
    return partial(open_judge, site.root.resolve())


def blocked_by(site: Site) -> Callable[[Arrival, Reason, str], Judgement]:
    """The judgement for a photo that a worker could not finish."""
    finder = locate(YUNET, site.settings.engines.finder_weights)[1].name
    engine = engine_version(finder, *site.reader_versions)
    policy, register = site.policy, site.register()

    def blocked(arrival: Arrival, reason: Reason, detail: str) -> Judgement:
        versions = Versions(software(), policy.version, engine, register.revision())
        return Basis(policy, day_of(now()), versions).blocked(arrival.photo, reason, detail)

    return blocked
