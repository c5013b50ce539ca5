"""Other versions of a photo that must not be used, as somebody drops them later."""

from __future__ import annotations

import csv
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image, ImageOps

from gate.arrays import Pixels
from gate.demo.school import School
from tests.bench.alike_pictures import brightened, cropped, mirrored, resized
from tests.command_line import CommandLine

SiteOf = Callable[[], CommandLine]
CHANGES: dict[str, Callable[[Pixels], Pixels]] = {
    "half.jpg": lambda p: resized(p, 0.5),
    "mirrored.jpg": mirrored,
    "brighter.jpg": lambda p: brightened(p, 1.1, 25),
    "part.jpg": lambda p: cropped(p, 0.7, 0.6, 0.4),
}


def pixels_of(path: Path) -> Pixels:
    with Image.open(path) as image:
        return np.asarray(ImageOps.exif_transpose(image).convert("RGB"))


def drop(run: CommandLine, name: str, pixels: Pixels) -> None:
    folder = run.site / "staging" / "later"
    folder.mkdir(exist_ok=True)
    Image.fromarray(pixels).save(folder / name, "JPEG", quality=70)


def decided(run: CommandLine, original: str) -> dict[str, dict[str, Any]]:
    rows = run("decisions", "--json").json()
    return {row["channel"]: row for row in rows if row["original"] == original}


def originals(run: CommandLine, channel: str, reason: str) -> list[str]:
    rows = run("decisions", "--json").json()
    return [r["original"] for r in rows if r["channel"] == channel and r["reason"] == reason]


def said(run: CommandLine, photo: str, role: str) -> str:
    return " ".join(run("why", photo, "--as", role).out.split())


def unvetoed(school: School, run: CommandLine) -> str:
    """A photo of several people whose copy for print was released."""
    with school.truth.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            rows = decided(run, row["photo"])
            if rows and rows["print"]["rendition"] and len(rows["print"]["faces"]) > 2:
                return row["photo"]
    raise AssertionError


def test_versions_of_a_blocked_photo_are_blocked(school: School, site_of: SiteOf) -> None:
    run = site_of()
    blocked = originals(run, "print", "restricted_person")[0]
    source = pixels_of(school.incoming / blocked)
    for name, change in CHANGES.items():
        drop(run, name, change(source))
    run("watch", "--once", "--workers", "2")
    for name in CHANGES:
        rows = decided(run, f"later/{name}")
        assert {row["verdict"] for row in rows.values()} == {"block"}, name
        assert not any(row["rendition"] for row in rows.values())
        photo = decided(run, blocked)["print"]["photo"][:12]
        assert photo in said(run, f"later/{name}", "dsl")
        assert photo not in said(run, f"later/{name}", "comms")


def test_refusing_a_photo_refuses_its_versions_too(school: School, site_of: SiteOf) -> None:
    run = site_of()
    photo = unvetoed(school, run)
    source = pixels_of(school.incoming / photo)
    drop(run, "before.jpg", resized(source, 0.6))
    run("watch", "--once")
    before = decided(run, "later/before.jpg")["print"]
    assert before["rendition"]
    run("review", "refuse", photo, "--channel", "print", "--reason", "no", "--by", "Mr Lead")
    assert not (run.site / before["rendition"]).exists()
    after = decided(run, "later/before.jpg")["print"]
    assert (after["reason"], after["rendition"]) == ("like_blocked", None)
    drop(run, "after.jpg", mirrored(source))
    run("watch", "--once")
    late = decided(run, "later/after.jpg")
    assert late["print"]["reason"] == "like_blocked"
    assert late["website"]["reason"] != "like_blocked"
    held = "Held: ask the safeguarding lead."
    assert held in said(run, "later/after.jpg", "comms")
    run("audit", "verify")


def test_a_released_copy_with_covered_faces_is_judged_as_always_and_linked(
    site_of: SiteOf,
) -> None:
    run = site_of()
    rows = run("decisions", "--json").json()
    covered = next(r for r in rows if r["reason"] == "some_covered" and r["rendition"])
    drop(run, "copy.jpg", resized(pixels_of(run.site / covered["rendition"]), 0.8))
    run("watch", "--once")
    again = decided(run, "later/copy.jpg")
    assert again[covered["channel"]]["reason"] in ("some_covered", "all_shown", "all_covered")
    assert covered["photo"][:12] in said(run, "later/copy.jpg", "auditor")
    assert again["print"]["photo"][:12] in said(run, covered["original"], "auditor")
