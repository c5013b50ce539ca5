"""Whether files are approved copies, and whether they still are: values in, findings out.

The bytes are what counts: a file is the copy that it is by its SHA-256. A manifest says which
copies a folder was given; only the ledger of releases says whether each still stands.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from gate.manifest import Entry, Manifest, SignedManifest
from gate.signing import PublicKey


@dataclass(frozen=True, slots=True)
class Released:
    """That some bytes were released for a channel: since when, and until when (None: still)."""

    channel: str
    since: datetime
    ended: datetime | None = None


StandingOf = Callable[[str], tuple[Released, ...]]
"""Every release of the copy with this SHA-256, oldest first; empty when there was none."""


class Place(StrEnum):
    """What a file is to the manifest."""

    ALONE = "alone"
    AS_LISTED = "as_listed"
    RENAMED = "renamed"
    CHANGED = "changed"
    MISSING = "missing"
    NOT_LISTED = "not_listed"
    UNREADABLE = "unreadable"


class Standing(StrEnum):
    """What the ledger says of a copy; ``NOT_ASKED`` is never as good as ``STANDS``."""

    STANDS = "stands"
    ENDED = "ended"
    NEVER_RELEASED = "never_released"
    NOT_ASKED = "not_asked"


class Signature(StrEnum):
    """What was found out about the signature of a manifest."""

    GOOD = "good"
    BAD = "bad"
    OTHER_KEY = "other_key"
    UNREADABLE = "unreadable"
    NO_MANIFEST = "no_manifest"


class Outcome(StrEnum):
    """The whole in one word; ``AS_FAR_AS_CAN_BE_TOLD``: the ledger was not asked."""

    STANDS = "stands"
    AS_FAR_AS_CAN_BE_TOLD = "as_far_as_can_be_told"
    WRONG = "wrong"


@dataclass(frozen=True, slots=True)
class Found:
    """A file that is there: its path within the folder (forward slashes), and its SHA-256.

    None for what is no plain file, or cannot be read.
    """

    name: str
    sha256: str | None


@dataclass(frozen=True, slots=True)
class Finding:
    """What was found out about one file.

    ``releases`` are those that bear on it: of the channel in question, or of all. ``copy`` is the
    listed copy that it is by its bytes, or the missing one.
    """

    name: str
    place: Place
    standing: Standing
    releases: tuple[Released, ...] = ()
    copy: Entry | None = None

    @property
    def same_as(self) -> str:
        """The listed name of the copy that it is, where that is not its own; else ""."""
        return self.copy.name if self.copy and self.copy.name != self.name else ""


@dataclass(frozen=True, slots=True)
class Report:
    """What was found out; ``problem`` says why a manifest could not be read."""

    findings: tuple[Finding, ...]
    signature: Signature = Signature.NO_MANIFEST
    manifest: Manifest | None = None
    problem: str = ""

    @property
    def outcome(self) -> Outcome:
        """Stands only when every file does, and the manifest, if there is one, is the site's."""
        if not self.findings or self.signature not in (Signature.GOOD, Signature.NO_MANIFEST):
            return Outcome.WRONG
        if any(f.place not in (Place.AS_LISTED, Place.ALONE) for f in self.findings):
            return Outcome.WRONG
        standings = {finding.standing for finding in self.findings}
        if standings == {Standing.STANDS}:
            return Outcome.STANDS
        told = standings == {Standing.NOT_ASKED} and self.signature is Signature.GOOD
        return Outcome.AS_FAR_AS_CAN_BE_TOLD if told else Outcome.WRONG


def signature_of(signed: SignedManifest, keys: Collection[PublicKey]) -> Signature:
    """Whether one of these keys signed it; without keys, none did."""
    named = [key for key in keys if key.fingerprint == signed.seal.key]
    if not named:
        return Signature.OTHER_KEY
    return Signature.GOOD if any(signed.seal.is_by(key) for key in named) else Signature.BAD


def look_alone(found: Found, standing_of: StandingOf, channel: str = "") -> Finding:
    """One file by its bytes only: on this channel, or on every one it was released for."""
    if found.sha256 is None:
        return Finding(found.name, Place.UNREADABLE, Standing.NEVER_RELEASED)
    standing, releases = _standing(found.sha256, standing_of, channel)
    return Finding(found.name, Place.ALONE, standing, releases)


def look_in_folder(
    found: Sequence[Found], manifest: Manifest, standing_of: StandingOf | None
) -> tuple[Finding, ...]:
    """Every file that is there and every file that is listed, by name.

    Without ``standing_of`` nothing is said about whether a copy still stands.
    """
    look = _Look(manifest, {file.name: file for file in found}, standing_of)
    seen = [look.at(file) for file in found]
    moved = {finding.same_as for finding in seen if finding.place is Place.RENAMED}
    gone = [e for e in manifest.files if e.name not in look.there and e.name not in moved]
    missing = [look.finding(e.name, Place.MISSING, e.sha256, e) for e in gone]
    return tuple(sorted((*seen, *missing), key=lambda finding: finding.name))


def look_listed(found: Found, manifest: Manifest, standing_of: StandingOf | None) -> Finding:
    """One file of a folder with this manifest; the others are not looked at."""
    return _Look(manifest, {found.name: found}, standing_of).at(found)


class _Look:
    def __init__(
        self, manifest: Manifest, there: Mapping[str, Found], standing_of: StandingOf | None
    ) -> None:
        self.there = there
        self._listed = manifest.by_name
        self._channel = manifest.channel
        self._standing_of = standing_of
        self._nothing = Standing.NEVER_RELEASED if standing_of else Standing.NOT_ASKED
        self._by_bytes: dict[str, list[Entry]] = {}
        for entry in manifest.files:
            self._by_bytes.setdefault(entry.sha256, []).append(entry)

    def at(self, found: Found) -> Finding:
        entry = self._listed.get(found.name)
        if found.sha256 is None:
            return Finding(found.name, Place.UNREADABLE, self._nothing)
        if entry is not None and entry.sha256 == found.sha256:
            return self.finding(found.name, Place.AS_LISTED, found.sha256, entry)
        twins = self._by_bytes.get(found.sha256, [])
        absent = [twin for twin in twins if twin.name not in self.there]
        copy = next(iter(absent or twins), None)
        if entry is not None:
            return self.finding(found.name, Place.CHANGED, found.sha256, copy)
        place = Place.RENAMED if absent else Place.NOT_LISTED
        return self.finding(found.name, place, found.sha256, copy)

    def finding(self, name: str, place: Place, sha256: str, copy: Entry | None) -> Finding:
        if self._standing_of is None:
            return Finding(name, place, Standing.NOT_ASKED, copy=copy)
        standing, releases = _standing(sha256, self._standing_of, self._channel)
        return Finding(name, place, standing, releases, copy)


def _standing(
    sha256: str, standing_of: StandingOf, channel: str
) -> tuple[Standing, tuple[Released, ...]]:
    """On every channel in question: with an end on one of them, the whole counts as ended."""
    releases = tuple(r for r in standing_of(sha256) if channel in ("", r.channel))
    newest = {release.channel: release for release in sorted(releases, key=_age)}
    if not newest:
        return Standing.NEVER_RELEASED, ()
    if any(release.ended is not None for release in newest.values()):
        return Standing.ENDED, tuple(newest.values())
    return Standing.STANDS, tuple(newest.values())


def _age(release: Released) -> tuple[bool, datetime]:
    # Of one channel, a release that stands is the newest, whatever the clock said.
    return release.ended is None, release.since
