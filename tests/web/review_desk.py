"""A console with two held photos and a vetoed one, whose decisions a test carries out itself."""

from __future__ import annotations

import hashlib
import io
import re
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import MappingProxyType

from httpx2 import Response
from PIL import Image

from cli.rejudging import Wish
from cli.site import Site, now
from cli.web_review import WebReview
from cli.web_review_work import ReviewWork
from cli.web_site import WebSite
from consent_db import audit, people, stored
from consent_db.stored import StoredPhoto
from gate.roles import Role
from gate.values import (
    Box,
    Candidate,
    Decision,
    Face,
    FaceDecision,
    FaceReason,
    Match,
    Outcome,
    Person,
    Reason,
    Verdict,
    day_of,
)
from gate.vault import Stamp
from tests.registers import arrival, judgement
from tests.web.client import Console

SIZE = (400, 300)
BOXES = (Box(20, 30, 60, 70), Box(200, 40, 50, 60))
WHY = "looked"


@dataclass
class Desk:
    """A console whose decisions are carried out when the test says so, by a judge that notes."""

    console: Console
    clock: float = 0.0
    wishes: list[Wish] = field(default_factory=list)
    work: ReviewWork | None = None

    def later(self, seconds: float) -> None:
        """Let time pass, and do what is due."""
        self.clock += seconds
        assert self.work is not None
        self.work.settle()

    def open(self, photo: str, role: Role = Role.DSL) -> Response:
        return self.console.as_(role).get(f"/review/photos/{photo}")


def keep(
    site: Site,
    number: int,
    *decisions: Decision,
    faces: Sequence[Box] = BOXES,
    by: str = "photogate watch",
) -> str:
    """A judged photo of this site; its SHA-256."""
    out = io.BytesIO()
    Image.new("RGB", SIZE, (number * 20, 90, 120)).save(out, "JPEG")
    source = site.root / f"photo-{number}.jpg"
    source.write_bytes(out.getvalue())
    sha256 = hashlib.sha256(out.getvalue()).hexdigest()
    site.originals.store(source, Stamp.of(source.stat()))
    judged = replace(
        judgement(register=site.register().revision(), on=day_of(now())),
        photo=sha256,
        width=SIZE[0],
        height=SIZE[1],
        decisions=decisions,
        faces=tuple(Face(box, (), 0.9) for box in faces),
        matches=tuple(
            Match((Candidate("P1", 0.9),)) if not n else Match() for n in range(len(faces))
        ),
        renditions=(),
    )
    dropped = replace(arrival(), photo=sha256, original=f"fair/<b>{number}.jpg", event="fair")
    site.ledger(by).record(dropped, judged, [])
    return sha256


def two_faces(channel: str, verdict: Verdict, reason: Reason) -> Decision:
    veto = reason is Reason.RESTRICTED_PERSON
    return Decision(
        channel,
        verdict,
        reason,
        (
            FaceDecision(0, Outcome.SHOWN, FaceReason.PERMITTED, "P1", 0.9),
            FaceDecision(
                1,
                Outcome.VETO if veto else Outcome.COVERED,
                FaceReason.RESTRICTED if veto else FaceReason.NOT_RECOGNISED,
                "P2" if veto else None,
                0.8 if veto else None,
            ),
        ),
    )


def waits(channel: str) -> Decision:
    return two_faces(channel, Verdict.REVIEW, Reason.SIGN_OFF)


def vetoed(channel: str) -> Decision:
    return two_faces(channel, Verdict.BLOCK, Reason.RESTRICTED_PERSON)


def held_site(folder: Path, accounts_site: Path) -> Path:
    """A site with two held photos and a vetoed one. Copy it."""
    root = folder / "site"
    shutil.copytree(accounts_site, root)
    site = Site(root)
    with site.database.transaction("setup") as tx:
        given = [
            Person("P1", "pupil", "Siân", "Ŵyn", "7"),
            Person("P2", "pupil", "Idris", "Fenwood", "8"),
            Person("P3", "pupil", "Idris", "Fenwood", "9"),
        ]
        people.add_or_change_all(tx, given)
    keep(site, 1, waits("website"), waits("social"))
    keep(site, 2, waits("website"), two_faces("social", Verdict.REVIEW, Reason.NAMES_NEEDED))
    keep(site, 3, vetoed("website"), vetoed("social"))
    return root


def desk_on(root: Path) -> Desk:
    """A desk on this site, which it may change."""
    console = Console(Site(root))
    made = Desk(console)

    def again(photo: StoredPhoto, wish: Wish) -> StoredPhoto:
        made.wishes.append(wish)
        return photo

    shared = WebSite(console.site)
    made.work = ReviewWork(shared, again=again, clock=lambda: made.clock)
    # The test's own clock stands still, so that the thread never finds anything due.
    review = WebReview(shared, made.work)
    console.__dict__["services"] = replace(console.services, review=review)
    return made


def photos_of(desk: Desk) -> list[str]:
    """SHA-256 of its photos, in their order."""
    with desk.console.site.database.reading() as connection:
        return [photo.photo for photo in stored.decisions(connection)]


def fields_of(page: Response, **others: str) -> dict[str, str]:
    found = re.search(r'name="seen" value="(\d+)"', page.text)
    assert found is not None, page.text
    return {"seen": found[1], "line": "held", **others}


def decide(
    desk: Desk,
    photo: str,
    role: Role = Role.DSL,
    faces: Mapping[str, str] = MappingProxyType({}),
    **fields: str,
) -> Response:
    browser = desk.console.as_(role)
    page = browser.get(f"/review/photos/{photo}")
    return browser.post(f"/review/photos/{photo}", fields_of(page, **faces, **fields))


def log_of(desk: Desk) -> list[audit.Entry]:
    with desk.console.site.database.reading() as connection:
        return list(audit.entries(connection))
