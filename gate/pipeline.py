"""The way of one photo through the stages, from its bytes to a judgement with its copies."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta

import numpy as np

from gate.arrays import Pixels, Vectors
from gate.calibration import in_force
from gate.copies import Copier, Seen, StillMatched
from gate.decide import Rules, decide
from gate.errors import EngineError, LoadRefused
from gate.find import INSPECT_EDGE, find
from gate.load import Limits, load
from gate.match import Matcher
from gate.permission import may_have_template
from gate.population import shipped_population
from gate.ports import Clock, FaceFinder, FaceReader, Register
from gate.stopwatch import Stopwatch
from gate.values import (
    Channel,
    Decision,
    Face,
    Gallery,
    Judgement,
    Outcome,
    Reason,
    RegisterSnapshot,
    Rendition,
    Thresholds,
    Verdict,
    Versions,
    day_of,
)

READ_FROM = 20.0
"""Height in inspected pixels from which a face is read; below it nobody is recognised."""


@dataclass(frozen=True)
class Policy:
    """What the settings of a site say about judging; ``version`` names this very content.

    ``fpir``: the share of strangers for which a calibration's thresholds are taken instead of
    ``thresholds``; None: never.
    """

    channels: tuple[Channel, ...]
    thresholds: Thresholds
    version: str
    limits: Limits = field(default_factory=Limits)
    leavers_may_be_shown: bool = False
    register_max_age: timedelta = timedelta(days=400)
    fpir: float | None = None

    @property
    def inspect_edge(self) -> int:
        """Longest side at which photos are searched: that of the largest copy, or more."""
        return max(INSPECT_EDGE, *(channel.max_edge for channel in self.channels), 0)


@dataclass(frozen=True)
class Engines:
    """The models in use."""

    finder: FaceFinder
    reader: FaceReader

    @property
    def version(self) -> str:
        """Both models in one line."""
        return f"{self.finder.version} + {self.reader.version}"


@dataclass(frozen=True)
class Basis:
    """What a judgement rests on: the policy, the day, and the versions of everything."""

    policy: Policy
    on: date
    versions: Versions

    def blocked(self, photo: str, reason: Reason, detail: str = "") -> Judgement:
        """The judgement on a photo that could not be looked at: blocked on every channel."""
        decisions = tuple(
            Decision(channel.name, Verdict.BLOCK, reason) for channel in self.policy.channels
        )
        thresholds = self.policy.thresholds
        return Judgement(photo, 0, 0, self.on, self.versions, thresholds, decisions, detail=detail)


@dataclass(frozen=True)
class _Known:
    """The register as it is used on one day: who may be matched, and how."""

    snapshot: RegisterSnapshot
    on: date
    matcher: Matcher

    @property
    def thresholds(self) -> Thresholds:
        """Those in force."""
        return self.matcher.thresholds


class Gate:
    """Judges photos; holds the models and the last seen register, nothing of any photo."""

    def __init__(
        self, policy: Policy, engines: Engines, register: Register, clock: Clock, *, software: str
    ) -> None:
        self._policy = policy
        self._engines = engines
        self._register = register
        self._clock = clock
        self._software = software
        self._known: _Known | None = None

    def judge(self, photo: str, data: bytes, *, with_copies: bool = True) -> Judgement:
        """Judge the file with these bytes for every channel, on today's permissions.

        ``photo`` is the SHA-256 of ``data``. Raises RegisterUnreachable: without the register
        nothing is judged, and the photo waits.
        """
        known = self._current()
        versions = Versions(
            self._software, self._policy.version, self._engines.version, known.snapshot.revision
        )
        policy = replace(self._policy, thresholds=known.thresholds)
        basis = Basis(policy, known.on, versions)
        if self._stale(known.snapshot):
            return basis.blocked(photo, Reason.REGISTER_STALE)
        try:
            return self._look(photo, data, known, versions, with_copies=with_copies)
        except LoadRefused as error:
            reason, detail = error.reason, error.detail
        except EngineError as error:
            reason, detail = Reason.ENGINE_FAILED, str(error)
        except MemoryError:
            reason, detail = Reason.OUT_OF_MEMORY, ""
        return basis.blocked(photo, reason, detail)

    def _look(
        self, photo: str, data: bytes, known: _Known, versions: Versions, *, with_copies: bool
    ) -> Judgement:
        watch = Stopwatch()
        with watch("load"):
            picture = load(data, self._policy.limits, long_edge=self._policy.inspect_edge)
        with watch("find"):
            faces, search = find(picture.pixels, self._engines.finder)
        with watch("read"):
            readable = [self._is_worth_reading(face, known) for face in faces]
            vectors = self._read(picture.pixels, faces, readable)
        with watch("match"):
            matches = known.matcher.match(vectors, readable)
        with watch("decide"):
            decisions = [
                decide(faces, matches, channel, self._rules(known))
                for channel in self._policy.channels
            ]
        renditions: tuple[Rendition, ...] = ()
        if with_copies:
            seen = Seen(picture.pixels, tuple(faces), vectors, matches)
            copier = Copier(self._engines.finder, self._engines.reader, known.matcher, watch)
            decisions, renditions = self._copies(seen, decisions, copier)
        return Judgement(
            photo,
            picture.width,
            picture.height,
            known.on,
            versions,
            known.thresholds,
            tuple(decisions),
            tuple(face.scaled(1 / picture.scale) for face in faces),
            matches,
            replace(search, smallest=search.smallest / picture.scale),
            renditions,
            seconds=watch.seconds,
        )

    def _is_worth_reading(self, face: Face, known: _Known) -> bool:
        """A weak face is never shown, so it is read only where somebody's face may veto."""
        return face.box.h >= READ_FROM and (not face.weak or bool(known.snapshot.restrictions))

    def _read(self, pixels: Pixels, faces: Sequence[Face], readable: Sequence[bool]) -> Vectors:
        """One row per face; rows of faces that cannot be read are zero."""
        vectors: Vectors = np.zeros((len(faces), self._engines.reader.dimension), np.float32)
        wanted = [number for number, yes in enumerate(readable) if yes]
        vectors[wanted] = self._engines.reader.read(pixels, [faces[number] for number in wanted])
        return vectors

    def _copies(
        self, seen: Seen, decisions: Sequence[Decision], copier: Copier
    ) -> tuple[list[Decision], tuple[Rendition, ...]]:
        """The decisions as they stand after copying, and the copies in the order of channels."""
        alike: dict[tuple[tuple[int, ...], str], list[Channel]] = {}
        for channel, decision in zip(self._policy.channels, decisions, strict=True):
            if decision.verdict in (Verdict.APPROVE, Verdict.BLUR):
                covered = (f.face for f in decision.faces if f.outcome is not Outcome.SHOWN)
                alike.setdefault((tuple(covered), channel.cover), []).append(channel)
        made: dict[str, Rendition] = {}
        failed: set[str] = set()
        for (numbers, _), channels in alike.items():
            try:
                made |= {copy.channel: copy for copy in copier.copies_for(seen, numbers, channels)}
            except StillMatched:
                failed |= {channel.name for channel in channels}
        final = [
            replace(d, verdict=Verdict.BLOCK, reason=Reason.STILL_MATCHED)
            if d.channel in failed
            else d
            for d in decisions
        ]
        return final, tuple(made[d.channel] for d in final if d.channel in made)

    def _rules(self, known: _Known) -> Rules:
        snapshot = known.snapshot
        return Rules(
            snapshot.people,
            snapshot.consents,
            snapshot.restrictions,
            known.thresholds,
            known.on,
            self._policy.leavers_may_be_shown,
        )

    def _stale(self, snapshot: RegisterSnapshot) -> bool:
        confirmed = snapshot.confirmed_at
        return confirmed is None or self._clock() - confirmed > self._policy.register_max_age

    def _current(self) -> _Known:
        """The register as it is now; read again only when it changed or the day did."""
        today = day_of(self._clock())
        known = self._known
        if (
            known is None
            or known.on != today
            or known.snapshot.revision != self._register.revision()
        ):
            snapshot = self._register.snapshot()
            gallery = permitted_gallery(snapshot, today)
            population = shipped_population(gallery.reader)
            thresholds = thresholds_in_force(self._policy, snapshot)
            matcher = Matcher(gallery, thresholds, population)
            known = self._known = _Known(snapshot, today, matcher)
        return known


def thresholds_in_force(policy: Policy, snapshot: RegisterSnapshot) -> Thresholds:
    """The thresholds to judge by: those of the newest calibration where it counts."""
    if policy.fpir is None:
        return policy.thresholds
    reader = snapshot.gallery.reader
    return in_force(policy.thresholds, snapshot.calibration, reader, policy.fpir)


def permitted_gallery(snapshot: RegisterSnapshot, on: date) -> Gallery:
    """The templates whose people have live biometric permission on this day."""
    gallery = snapshot.gallery
    rows = [
        row
        for row, person in enumerate(gallery.people)
        if may_have_template(snapshot.biometrics.get(person, ()), on)
    ]
    return Gallery(
        tuple(gallery.people[row] for row in rows),
        gallery.vectors[rows],
        tuple(gallery.references[row] for row in rows),
        gallery.reader,
    )
