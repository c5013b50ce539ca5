"""Feeds of a channel: well-formed, for readers with a token, sent only when they changed."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import timedelta
from typing import Any
from xml.etree import ElementTree

import feedparser
import pytest
from httpx2 import Response
from jsonschema_rs import validator_for

from cli.names import register_names
from cli.site import Site, now
from gate.publish import Publisher
from tests.fake_gate import photo_of, put_into_vault
from tests.fake_site import fake_gate
from tests.web.client import Console, options
from tests.web.programs import Program, program_of
from tests.web.released import withdraw

ATOM, JSON = "/feeds/website.atom", "/feeds/website.json"
NAMES = {"a": "http://www.w3.org/2005/Atom", "at": "http://purl.org/atompub/tombstones/1.0"}
EVENT = """Fun & <Games> "today" ]]> \u202eé"""
JSON_FEED = {
    "type": "object",
    "required": ["version", "title", "items"],
    "properties": {
        "version": {"const": "https://jsonfeed.org/version/1.1"},
        "title": {"type": "string", "minLength": 1},
        "feed_url": {"type": "string", "format": "uri"},
        "language": {"type": "string"},
        "items": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["id", "content_text"],
                "properties": {
                    "id": {"type": "string", "minLength": 1},
                    "url": {"type": "string", "format": "uri"},
                    "content_text": {"type": "string"},
                    "date_published": {"type": "string", "format": "date-time"},
                    "attachments": {
                        "type": "array",
                        "items": {
                            "type": "object",
                            "required": ["url", "mime_type"],
                            "properties": {
                                "url": {"type": "string", "format": "uri"},
                                "size_in_bytes": {"type": "integer"},
                            },
                        },
                    },
                },
                "patternProperties": {"^_": {"type": "object"}},
            },
        },
    },
}
"""What jsonfeed.org/version/1.1 demands of what is used here."""


@pytest.fixture
def console(released_copy: Console) -> Console:
    return released_copy


@pytest.fixture
def program(console: Console) -> Program:
    return program_of(console)


def drop(site: Site, number: int, event: str, *refs: str) -> None:
    data = photo_of(number, *refs)
    arrival = put_into_vault(site.root, data, event)
    judgement = fake_gate(site).judge(arrival.photo, data)
    Publisher(site.root, site.ledger("watch"), register_names(site)).publish(arrival, judgement)


def read_json(program: Program) -> Any:  # noqa: ANN401
    answer = program.get(JSON)
    assert answer.headers["content-type"] == "application/feed+json; charset=utf-8"
    told = json.loads(answer.content)
    validator_for(JSON_FEED, validate_formats=True).validate(told)
    return told


def read_atom(program: Program) -> Any:  # noqa: ANN401
    answer = program.get(ATOM)
    assert answer.headers["content-type"] == "application/atom+xml; charset=utf-8"
    ElementTree.fromstring(answer.content)  # noqa: S314 - our own
    found = feedparser.parse(answer.content)
    assert not found.bozo, found.get("bozo_exception")
    assert found.version == "atom10"
    return found


def test_both_feeds_show_the_newest_copies_first(console: Console, program: Program) -> None:
    items = program.told("/api/v1/channels/website/items")["items"]
    files = [item["links"]["file"] for item in reversed(items)]
    atom, told = read_atom(program), read_json(program)
    assert [one.enclosures[0].href for one in atom.entries] == [
        f"http://localhost{path}" for path in files
    ]
    assert [one["attachments"][0]["url"] for one in told["items"]] == [
        f"http://localhost{path}" for path in files
    ]
    assert [one.id for one in atom.entries] == [one["id"] for one in told["items"]]
    assert len({one.id for one in atom.entries}) == 6
    for entry, item in zip(atom.entries, reversed(items), strict=True):
        assert entry.enclosures[0].type == item["media_type"]
        assert int(entry.enclosures[0].length) == item["size"]
    assert [one["_photogate"]["sha256"] for one in told["items"]] == [
        item["sha256"] for item in reversed(items)
    ]


def test_what_others_wrote_breaks_no_feed(console: Console, program: Program) -> None:
    drop(console.site, 50, EVENT, "P3")
    (item,) = program.told("/api/v1/channels/website/items", after=12)["items"]
    assert item["event"]
    assert "<" not in item["event"]
    assert read_json(program)["items"][0]["title"].startswith(item["event"])
    assert read_atom(program).entries[0].title.startswith("Fun ")
    assert program.get(item["links"]["file"]).status_code == 200


def test_what_was_revoked_leaves_the_feeds_and_has_a_tombstone(
    console: Console, program: Program
) -> None:
    before = {one["id"] for one in read_json(program)["items"]}
    withdraw(console.site, "P1")
    left = {one["id"] for one in read_json(program)["items"]}
    assert {one.id for one in read_atom(program).entries} == left
    assert len(left) == 3
    root = ElementTree.fromstring(program.get(ATOM).content)  # noqa: S314 - our own
    assert {one.get("ref") for one in root.findall("at:deleted-entry", NAMES)} == before - left
    assert "P1" not in program.get(ATOM).text


@pytest.mark.parametrize("path", [ATOM, JSON])
def test_a_feed_is_sent_again_only_when_it_changed(console: Console, path: str) -> None:
    later = options(clock=lambda: now() + timedelta(minutes=5))
    program = program_of(Console(console.site, later))
    first = program.get(path)

    def again(headers: Mapping[str, str]) -> Response:
        return program.get(path, headers)

    tag = {"If-None-Match": first.headers["etag"]}
    since = {"If-Modified-Since": first.headers["last-modified"]}
    for headers in (tag, since, tag | since):
        same = again(headers)
        assert same.status_code == 304
        assert same.content == b""
        assert same.headers["etag"] == first.headers["etag"]
        assert same.headers["cache-control"] == "private, no-cache"
    withdraw(console.site, "P1")
    changed = again(tag | since)
    assert changed.status_code == 200
    assert changed.headers["etag"] != first.headers["etag"]


def test_what_changes_within_the_same_second_is_not_missed(
    console: Console, program: Program
) -> None:
    withdraw(console.site, "P2")
    first = program.get(ATOM)
    withdraw(console.site, "P1")
    since = {"If-Modified-Since": first.headers["last-modified"]}
    again = program.get(ATOM, since)
    assert again.status_code == 200
    assert again.content != first.content
    later = options(clock=lambda: now() + timedelta(minutes=5))
    assert program_of(Console(console.site, later)).get(ATOM, since).status_code == 200


def test_a_feed_without_copies_is_a_feed(console: Console, program: Program) -> None:
    for ref in ("P1", "P2", "P3", "P4"):
        withdraw(console.site, ref)
    assert read_atom(program).entries == []
    assert read_json(program)["items"] == []


def test_addresses_are_those_by_which_the_server_is_known(console: Console) -> None:
    origin = "https://photos.school.example"
    how = options(origin=origin, secure=True)
    program = program_of(Console(console.site, how))
    for one in read_json(program)["items"]:
        assert one["attachments"][0]["url"].startswith(f"{origin}/api/v1/")
    assert read_json(program)["feed_url"] == f"{origin}/feeds/website.json"
