"""A site with two released photos that show P1, put on record without looking at any pixels."""

from __future__ import annotations

import hashlib
from io import BytesIO
from pathlib import Path

from PIL import Image

from cli.site import Site, now
from consent_db import biometrics, consents
from gate.publish import Publisher
from gate.values import (
    Arrival,
    Box,
    Candidate,
    Decision,
    Face,
    FaceDecision,
    FaceReason,
    Judgement,
    Match,
    Outcome,
    Reason,
    Rendition,
    Verdict,
    Versions,
    day_of,
)
from gate.vault import Stamp
from tests.account_site import new_site
from tests.registers import biometric, consent

FIRST, SECOND = "fair/IMG_1.jpg", "fair/IMG_2.jpg"


def released_site(folder: Path) -> Site:
    """A new site in this folder; P1 may be shown on the website."""
    site = new_site(folder)
    with site.database.transaction("dpl") as tx:
        consents.record(tx, consent())
        biometrics.record(tx, biometric())
    for shade, original in enumerate((FIRST, SECOND)):
        _release(site, original, _picture(100 + shade))
    return site


def _picture(shade: int) -> bytes:
    file = BytesIO()
    Image.new("RGB", (400, 300), (shade, 90, 40)).save(file, "JPEG")
    return file.getvalue()


def _release(site: Site, original: str, data: bytes) -> None:
    source = site.root / "dropped.jpg"
    source.write_bytes(data)
    stamp = Stamp.of(source.stat())
    photo = site.originals.store(source, stamp)
    event = original.partition("/")[0]
    arrival = Arrival(photo, original, event, stamp.size, stamp.modified_ns)
    publisher = Publisher(site.root, site.ledger("photogate watch"), frozenset, site.names_key)
    publisher.publish(arrival, _judged(site, photo))


def _judged(site: Site, photo: str) -> Judgement:
    shown = FaceDecision(0, Outcome.SHOWN, FaceReason.PERMITTED, "P1", 0.9, consent=1)
    copy = f"a copy of {photo}".encode()
    return Judgement(
        photo,
        400,
        300,
        day_of(now()),
        Versions("photogate", site.policy.version, "engine", site.register().revision()),
        site.policy.thresholds,
        (Decision("website", Verdict.APPROVE, Reason.ALL_SHOWN, (shown,)),),
        (Face(Box(10, 10, 60, 80), (), 0.9),),
        (Match((Candidate("P1", 0.9),)),),
        renditions=(Rendition("website", copy, hashlib.sha256(copy).hexdigest(), 400, 300),),
    )
