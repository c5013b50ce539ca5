"""A gate without models: a photo is a list of who is in it, a copy says who can be seen on it."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from pathlib import Path

from cli.standing_rules import StandingRules
from consent_db import biometrics, consents, people, restrictions, templates
from consent_db.database import Database
from consent_db.register import SqlRegister
from consent_db.statements import SqlStatements
from consent_db.transaction import Transaction
from gate.decide import Rules, decide
from gate.durable import PRIVATE_FOLDER, make_folder
from gate.policy import Policy
from gate.released import VISIBLE
from gate.statements import Word, place
from gate.values import (
    Arrival,
    BiometricRecord,
    Box,
    Candidate,
    Channel,
    ConsentRecord,
    ConsentStatus,
    Decision,
    Face,
    Judgement,
    Match,
    Person,
    RegisterSnapshot,
    Rendition,
    Thresholds,
    Verdict,
    Versions,
    day_of,
)
from gate.vault import Vault
from tests.registers import READER, vector
from tests.sealers import MadeUpKeys
from tests.watch_fakes import sha256

WEB, PRINT = Channel("website"), Channel("print", online=False)
POLICY = Policy((WEB, PRINT), Thresholds(0.5, 0.3, 0.1), "test")
BEGUN = date(2020, 9, 1)
RELEASING = (Verdict.APPROVE, Verdict.BLUR)


def photo_of(number: int, *refs: str) -> bytes:
    """A photo of these people; "" is a face that nobody knows."""
    return json.dumps({"photo": number, "faces": refs}).encode()


def seen_on(copy: bytes) -> frozenset[str]:
    """Who can be seen on a copy."""
    return frozenset(json.loads(copy)["shown"])


@dataclass(frozen=True)
class FakeGate:
    """Judges such photos by the real rules."""

    database: Database
    policy: Policy
    reader: str
    clock: Callable[[], datetime]

    def judge(self, photo: str, data: bytes, words: Sequence[Word] = ()) -> Judgement:
        """As the gate does: on today's register, with the copies that may be released.

        ``words`` are added to what people said.
        """
        snapshot = SqlRegister(self.database, self.reader).snapshot()
        said = (*SqlStatements(self.database).about(photo), *words)
        rules, on = StandingRules(self.policy), day_of(self.clock())
        refs = json.loads(data)["faces"]
        found = tuple(Face(Box(100.0 * n, 0, 50, 60), (), 0.9) for n in range(len(refs)))
        placed = place(found, said)
        known = set(snapshot.gallery.people)
        matches = tuple(_match(refs, n, known) for n in range(len(placed.faces)))
        held = _rules(snapshot, rules.thresholds(snapshot), on)
        decisions = tuple(
            decide(placed.faces, matches, channel, held, placed.said)
            for channel in self.policy.channels
        )
        return Judgement(
            photo,
            1000,
            800,
            on,
            Versions("test", self.policy.version, "test", snapshot.revision),
            rules.thresholds(snapshot),
            decisions,
            placed.faces,
            matches,
            renditions=tuple(_copies(photo, decisions)),
            statements=tuple(one.id for one in said),
        )


def _match(refs: Sequence[str], face: int, known: set[str]) -> Match:
    if face >= len(refs) or refs[face] not in known:
        return Match()
    return Match((Candidate(refs[face], 0.9),))


def _rules(snapshot: RegisterSnapshot, thresholds: Thresholds, on: date) -> Rules:
    return Rules(snapshot.people, snapshot.consents, snapshot.restrictions, thresholds, on)


def _copies(photo: str, decisions: Sequence[Decision]) -> list[Rendition]:
    copies = []
    for one in decisions:
        if one.verdict in RELEASING:
            shown = sorted(f.person or "" for f in one.faces if f.outcome in VISIBLE)
            data = json.dumps({"photo": photo, "channel": one.channel, "shown": shown}).encode()
            copies.append(Rendition(one.channel, data, sha256(data), 800, 640))
    return copies


def put_into_vault(site: Path, data: bytes, event: str = "") -> Arrival:
    """Keep a photo as if it had been taken from staging."""
    photo = sha256(data)
    path = Vault(site / "vault", MadeUpKeys()).path(photo)
    make_folder(path.parent, mode=PRIVATE_FOLDER)
    path.write_bytes(data)
    name = f"{photo[:8]}.jpg"
    return Arrival(photo, f"{event}/{name}".lstrip("/"), event, len(data), 1)


def enter(tx: Transaction, refs: Sequence[str], reader: str = READER) -> None:
    """People who permit everything: images on website and in print, and a template."""
    people.add_or_change_all(tx, [Person(ref, "pupil", "Cleo", "Jessop", "7") for ref in refs])
    consents.record_all(
        tx, [said(ref, channel) for ref in refs for channel in ("website", "print")]
    )
    granted = [
        BiometricRecord(0, ref, ConsentStatus.GRANTED, "parent", "written", BEGUN) for ref in refs
    ]
    biometrics.record_all(tx, granted)
    for number, ref in enumerate(refs):
        templates.save(tx, ref, reader, vector(number), [(sha256(ref.encode()), "good", None)])


def said(
    ref: str,
    channel: str = "website",
    status: ConsentStatus = ConsentStatus.GRANTED,
    *,
    on: date = BEGUN,
    until: date | None = None,
) -> ConsentRecord:
    """What a parent said about images of a person."""
    return ConsentRecord(0, ref, channel, status, "parent", "form", on, on, until, True)


def withdrawn(ref: str, on: date, channel: str = "website") -> ConsentRecord:
    return said(ref, channel, ConsentStatus.WITHDRAWN, on=on)


def granted_again(ref: str, on: date, channel: str = "website") -> ConsentRecord:
    return replace(said(ref, channel, on=on), valid_from=BEGUN)


def restrict(tx: Transaction, ref: str, channels: frozenset[str] = frozenset({"all"})) -> None:
    restrictions.add(tx, ref, channels, BEGUN, None)
