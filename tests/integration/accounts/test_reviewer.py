"""The reviewer of a channel at the command line: their channel's held photos, nobody's name."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from PIL import Image

from cli.site import Site
from consent_db import statements, stored
from gate.approvals import Approval, ApprovalKind, seen_of
from gate.roles import Role
from gate.statements import Change
from gate.values import Verdict
from tests.account_site import Keyboard, everybody, new_site
from tests.web.review_desk import SIZE, keep, vetoed, waits

WHY = ("--reason", "I looked at it.")


@pytest.fixture
def site(tmp_path: Path) -> Site:
    return new_site(tmp_path)


@pytest.fixture
def keyboard(site: Site) -> Keyboard:
    return everybody(site)[Role.REVIEWER]


def test_they_list_and_see_what_is_held_on_their_channel(site: Site, keyboard: Keyboard) -> None:
    held = keep(site, 1, waits("website"), vetoed("social"))
    elsewhere = keep(site, 2, vetoed("website"), waits("social"))
    (row,) = json.loads(keyboard("review", "list", "--json").stdout)
    assert (row["photo"], row["held"]) == (held[:12], ["website"])
    told = keyboard("review", "show", held[:12], "--json").stdout
    (decision,) = json.loads(told)["decisions"]
    assert (decision["channel"], decision["verdict"]) == ("website", "held")
    for word in ("P1", "P2", "social", "score", "restricted", "0.9"):
        assert word not in told, word
    assert [face["outcome"] for face in json.loads(told)["faces"]] == ["shown", "covered"]
    for word in ("list", "show"):
        for flag in ("--all", "--vetoed") if word == "list" else ():
            assert "may not do this" in str(keyboard.refused("review", word, flag))
    unknown = str(keyboard.refused("review", "show", "no-such-photo"))
    assert str(keyboard.refused("review", "show", elsewhere[:12])) == unknown.replace(
        "no-such-photo", elsewhere[:12]
    )


def test_they_get_its_picture_and_that_is_on_record(
    site: Site, keyboard: Keyboard, tmp_path: Path
) -> None:
    held, out = keep(site, 1, waits("website")), tmp_path / "out.png"
    shown = keyboard.said("review", "show", held[:12], "--picture", str(out))
    assert "A person must look at each photo before it is released here." in shown
    with Image.open(out) as picture:
        assert picture.size == SIZE
    assert [e.subject for e in keyboard.log() if e.action == "original.viewed"] == [held]
    assert "person.viewed" not in {e.action for e in keyboard.log()}


def test_what_they_say_counts_on_their_channel_and_names_nobody(
    site: Site, keyboard: Keyboard
) -> None:
    held = keep(site, 1, waits("website"), waits("social"))[:12]
    for words in (
        ("refuse", held, *WHY),
        ("refuse", held, "--channel", "social", *WHY),
        ("approve", held, "--channel", "social", *WHY),
        ("name-face", held, "1=P1", *WHY),
        ("not-a-face", held, "1", *WHY),
        ("draw-face", held, "1,2,30,40", "--person", "P1", *WHY),
        ("release-vetoed", held, "--channel", "website", *WHY),
    ):
        assert "Nothing was changed" in str(keyboard.refused("review", *words)), words
    told = keyboard.said("review", "refuse", held, "--channel", "website", *WHY)
    assert "website: unchecked." in told or "website: held." in told
    assert "social" not in told
    with site.database.reading() as connection:
        (photo,) = stored.decisions(connection)
    verdicts = {one.channel: one.verdict for one in photo.judgement.decisions}
    assert verdicts["website"] is Verdict.BLOCK


def test_the_list_of_vetoed_photos_tells_what_waits_for_the_second_person(site: Site) -> None:
    keyboards = everybody(site)
    held = keep(site, 1, vetoed("website"))
    seen = seen_of(vetoed("website").faces)
    said = Approval(1, ApprovalKind.VETO, "website", seen, "admin account", "admin")
    with site.database.transaction("admin account") as tx:
        statements.change(tx, held, 1, Change("they agreed", (said,)))
    told = keyboards[Role.DSL].said("review", "list", "--vetoed")
    assert "admin account released it on website; a second person must, too." in told
    (row,) = json.loads(keyboards[Role.DSL]("review", "list", "--vetoed", "--json").stdout)
    assert row["released_by"] == {"website": "admin account"}
