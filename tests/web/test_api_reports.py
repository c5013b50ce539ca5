"""What programs report is on record once, and ends what was asked for."""

from __future__ import annotations

from typing import Any

import pytest

from consent_db import consents, places, takedowns
from consent_db.feed import Told
from consent_db.publications import Posted, record_posted
from gate.released import PlaceKind, Takedown
from gate.values import day_of
from tests.fake_gate import granted_again, photo_of
from tests.fake_site import School, fake_gate
from tests.web.client import Console
from tests.web.programs import ROOT, WEBSITE, Program, program_of, with_person
from tests.web.released import withdraw

PAGE = "https://school.example/news/7"


@pytest.fixture
def console(released_copy: Console) -> Console:
    return released_copy


@pytest.fixture
def program(console: Console) -> Program:
    return program_of(console)


def posted(program: Program, copy: Told, where: str = PAGE) -> Any:  # noqa: ANN401
    answer = program.post(f"{WEBSITE}/items/{copy.id}/posted", {"where": where})
    assert answer.status_code == 200, answer.text
    return answer.json()


def open_requests(console: Console) -> list[Takedown]:
    with console.site.database.reading() as connection:
        return list(takedowns.pending(connection))


def test_where_a_copy_was_posted_is_on_record_once(console: Console, program: Program) -> None:
    copy = with_person(console, "P1")
    first = posted(program, copy)
    assert first["stands"] is True
    assert first["takedown"] is None
    assert posted(program, copy) == first
    assert posted(program, copy, f"  {PAGE}")["place"] == first["place"]
    assert posted(program, copy, "the entrance hall")["place"] != first["place"]
    with console.site.database.reading() as connection:
        there = places.of_photo(connection, copy.photo)
    assert [(one.kind, one.where) for one in there] == [
        (PlaceKind.POSTED, PAGE),
        (PlaceKind.POSTED, "the entrance hall"),
    ]
    assert {one.by for one in there} == {"Wyn Hughes"}


def test_what_was_posted_must_come_down_when_permission_ends(
    console: Console, program: Program
) -> None:
    copy = with_person(console, "P1")
    posted(program, copy)
    withdraw(console.site, "P1")
    (asked,) = program.to_take_down()["takedowns"]
    assert (asked["item"], asked["sha256"]) == (copy.id, copy.sha256)
    assert (asked["kind"], asked["where"]) == ("posted", PAGE)
    assert asked["own"] is True
    assert set(asked) == {"id", "item", "sha256", "kind", "own", "where", "name", "since", "due"}
    done = f"{ROOT}/takedowns/{asked['id']}/done"
    first = program.post(done, {"proof": "answers 404"})
    assert first.status_code == 200
    assert program.post(done, {"proof": "answers 404"}).json() == first.json()
    assert program.to_take_down()["takedowns"] == []
    with console.site.database.reading() as connection:
        closed = takedowns.get(connection, asked["id"])
    assert (closed.done_by, closed.proof) == ("Wyn Hughes", "answers 404")


def test_what_was_revoked_before_it_was_reported_is_asked_back_at_once(
    console: Console, program: Program
) -> None:
    copy = with_person(console, "P1")
    withdraw(console.site, "P1")
    told = posted(program, copy)
    assert told["stands"] is False
    (asked,) = program.to_take_down()["takedowns"]
    assert asked["id"] == told["takedown"]
    assert posted(program, copy) == told
    assert len(open_requests(console)) == 1


def test_a_download_must_be_deleted_when_permission_ends(
    console: Console, program: Program
) -> None:
    copy = with_person(console, "P1")
    program.get(f"{WEBSITE}/items/{copy.id}/file")
    withdraw(console.site, "P1")
    (asked,) = program.to_take_down()["takedowns"]
    assert (asked["item"], asked["kind"]) == (copy.id, "downloaded")


def test_requests_come_in_pages(console: Console, program: Program) -> None:
    copy = with_person(console, "P1")
    for number in range(5):
        posted(program, copy, f"page {number}")
    withdraw(console.site, "P1")
    found: list[str] = []
    after, more = 0, True
    while more:
        page = program.to_take_down(after=after, limit=2)
        found += [one["where"] for one in page["takedowns"]]
        after, more = page["next"], page["more"]
    assert found == [f"page {number}" for number in range(5)]


def test_what_may_stay_cannot_be_reported_as_down(console: Console, program: Program) -> None:
    copy, site = with_person(console, "P1"), console.site
    posted(program, copy)
    withdraw(site, "P1")
    (asked,) = program.to_take_down()["takedowns"]
    with site.database.transaction("Dafydd Lewis") as tx:
        consents.record_all(tx, [granted_again("P1", day_of(tx.now))])
    School(site.root.parent).drop(0, "P1")
    if open_requests(console):
        data = photo_of(0, "P1")
        assert fake_gate(site).judge(copy.photo, data)
        pytest.fail("the request has not lapsed")
    answer = program.post(f"{ROOT}/takedowns/{asked['id']}/done", {"proof": "gone"})
    assert answer.status_code == 409
    assert "may stay" in answer.json()["detail"]


def test_another_channel_s_requests_are_not_here(console: Console, program: Program) -> None:
    site, copy = console.site, with_person(console, "P1", "print")
    with site.database.transaction("Dafydd Lewis") as tx:
        told = Posted(copy.photo, "print", "yearbook page 9", copy.sha256)
        record_posted(tx, site.consequences, told)
    withdraw(site, "P1", "print")
    (asked,) = open_requests(console)
    assert program.to_take_down()["takedowns"] == []
    for number in (asked.id, 9_999):
        answer = program.post(f"{ROOT}/takedowns/{number}/done", {"proof": "gone"})
        assert answer.status_code == 404
        assert "yearbook" not in answer.text
    assert len(open_requests(console)) == 1
    answer = program.post(f"{WEBSITE}/items/{copy.id}/posted", {"where": PAGE})
    assert answer.status_code == 404


@pytest.mark.parametrize(
    "sent",
    [{}, {"where": ""}, {"where": " "}, {"where": "\u2003"}, {"where": "a\nb"}, {"where": "a\0"},
     {"where": "x" * 501}, {"where": 7}, {"where": None}, {"where": PAGE, "by": "me"}, [], "x"],
)  # fmt: skip
def test_what_does_not_fit_is_not_recorded(console: Console, program: Program, sent: Any) -> None:  # noqa: ANN401
    copy = with_person(console, "P1")
    answer = program.post(f"{WEBSITE}/items/{copy.id}/posted", sent)
    assert answer.status_code == 422
    assert "body" in answer.json()["detail"]
    assert "xxx" not in answer.text
    with console.site.database.reading() as connection:
        assert places.of_photo(connection, copy.photo) == []


def test_a_body_that_is_too_long_or_no_text_is_refused(console: Console, program: Program) -> None:
    copy = with_person(console, "P1")
    path = f"{WEBSITE}/items/{copy.id}/posted"
    assert program.post(path, {"where": "x" * 200_000}).status_code == 413
    headers = program.post(path, {}).request.headers
    sent = {"Authorization": headers["authorization"], "Content-Type": "application/json"}
    for data in (b"{", b'{"where": "\xff"}', b'{"where": "\\ud800"}'):
        answer = program.client.post(path, content=data, headers=sent)
        assert answer.status_code in (400, 422), data
        assert answer.headers["content-type"] == "application/problem+json"
