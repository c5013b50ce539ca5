"""The reviewer of a channel at the command line: their channel's held photos, nobody's name."""

from __future__ import annotations

import json
import unicodedata
from dataclasses import replace
from pathlib import Path

import pytest
from PIL import Image

from cli.deciding import own_part
from cli.rejudging import Rejudging, Wish, rejudge
from cli.review_faces import covering
from cli.site import Site
from consent_db import approvals, statements, stored
from consent_db.statements import PastStatement
from consent_db.stored import StoredPhoto
from gate.acting import Acting
from gate.approvals import Approval, ApprovalKind, seen_of
from gate.errors import RegisterError
from gate.roles import Role
from gate.statements import Change
from gate.values import Decision, Reason, Verdict
from tests.account_site import Keyboard, everybody, new_site
from tests.web.review_desk import SIZE, keep, two_faces, vetoed, waits

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


def test_what_would_release_it_on_another_channel_is_left_to_the_lead(
    site: Site, keyboard: Keyboard, monkeypatch: pytest.MonkeyPatch
) -> None:
    held = keep(site, 1, waits("website"), waits("social"))
    covered = two_faces("website", Verdict.BLUR, Reason.SOME_COVERED)
    judged_as(monkeypatch, covered, replace(covered, channel="social"))
    refused = str(keyboard.refused("review", "cover", held[:12], "1", *WHY))
    assert "channels that are not yours" in refused
    assert not history(site, held)
    judged_as(monkeypatch, waits("website"), waits("social"))
    assert "website: held." in keyboard.said("review", "cover", held[:12], "1", *WHY)
    assert len(history(site, held)) == 1


def test_a_photo_that_is_no_longer_held_is_no_longer_theirs(site: Site, keyboard: Keyboard) -> None:
    held = keep(site, 1, waits("website"))
    with site.database.reading() as connection:
        photo = stored.stored(connection, [held])[held]
        assert own_part(connection, photo, acting("website")) == photo
        assert own_part(connection, photo, acting("social")) is None
    blocked = replace(photo.judgement, decisions=(vetoed("website"),))
    versions = replace(blocked.versions, policy=site.policy.version)
    site.ledger("dsl").rejudge(replace(blocked, versions=versions), [], "review", Change("y"))
    wish = Wish.of(acting("website"), "y", covering(photo, [1]))
    with pytest.raises(RegisterError, match="no longer held on a channel of yours"):
        rejudge(site, photo, wish)


def test_what_a_veto_elsewhere_sees_is_in_no_answer(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    held, people = keep(site, 1, waits("website"), vetoed("social")), everybody(site)
    people[Role.ADMIN].said(
        "account", "change", "reviewer account", "--channel", "website", "--channel", "social"
    )
    judged_as(monkeypatch, waits("website"), vetoed("social"))
    for words in (("show", held[:12]), ("cover", held[:12], "1", *WHY)):
        for flag in ((), ("--json",)):
            told = people[Role.REVIEWER].said("review", *words, *flag)
            assert "veto" not in told
            assert "restricted" not in told


def test_their_refusal_ends_nothing_elsewhere_when_the_original_is_gone(
    site: Site, keyboard: Keyboard, monkeypatch: pytest.MonkeyPatch
) -> None:
    held = keep(site, 1, waits("website"), two_faces("social", Verdict.APPROVE, Reason.ALL_SHOWN))
    site.originals.path(held).unlink()
    monkeypatch.setattr("cli.rejudging.is_gone", lambda *_: True)
    keyboard.refused("review", "refuse", held[:12], "--channel", "website", *WHY)
    with site.database.reading() as connection:
        decided = stored.stored(connection, [held])[held].judgement.decisions
    assert [one.verdict for one in decided] == [Verdict.REVIEW, Verdict.APPROVE]


@pytest.mark.parametrize("name", ["Ŵyn Hughes", "ÉLODIE Price"])
def test_whoever_dropped_a_photo_is_known_by_any_way_of_writing_their_name(
    site: Site, name: str
) -> None:
    held = keep(site, 1, vetoed("website"), by=name)
    for other in (name, name.upper(), name.lower(), unicodedata.normalize("NFD", name)):
        with site.database.reading() as connection:
            assert approvals.dropped_by(connection, held, other)
    with site.database.reading() as connection:
        assert not approvals.dropped_by(connection, held, "Elodie Price")


def judged_as(monkeypatch: pytest.MonkeyPatch, *decisions: Decision) -> None:
    """Every photo is judged so from now on."""

    def judge(self: Rejudging, photo: StoredPhoto, _wish: Wish) -> object:
        judged = replace(photo.judgement, decisions=decisions)
        versions = replace(judged.versions, policy=self._site.policy.version)
        return lambda said: replace(
            judged, versions=versions, statements=tuple(one.id for one in said)
        )

    monkeypatch.setattr(Rejudging, "_judge_of", judge)


def history(site: Site, photo: str) -> tuple[PastStatement, ...]:
    with site.database.reading() as connection:
        return statements.history(connection, photo)


def acting(*channels: str) -> Acting:
    return Acting("reviewer account", frozenset({Role.REVIEWER}), frozenset(channels), 1)
