"""What is foretold of a change is what comes of it, for everybody and on every channel."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select, update

from cli.site import Site, now
from consent_db import biometrics, consents, copies, restrictions, takedowns
from consent_db.foreseeing import Foreseen, Supposed, foresee, recognisable_since
from consent_db.publications import Posted, record_posted
from consent_db.schema import photos, templates
from gate.values import BiometricRecord, ConsentStatus, RegisterSnapshot, Restriction, day_of
from tests.fake_gate import withdrawn
from tests.fake_site import PEOPLE, School

TODAY = day_of(now())
CHANNELS = ("website", "print")


@pytest.fixture
def site(fake_school: School) -> Site:
    """Six photos are released and published on the website."""
    school = fake_school
    with school.site.database.transaction("Wyn") as tx:
        for sha256 in list(tx.connection.execute(select(photos.c.sha256)).scalars()):
            told = Posted(sha256, "website", f"https://school.example/{sha256[:6]}")
            record_posted(tx, school.site.consequences, told)
    return school.site


def told(site: Site, ref: str, snapshot: RegisterSnapshot, *, restricts: bool = False) -> Foreseen:
    with site.database.reading() as connection:
        late = recognisable_since(connection, ref) if restricts else None
        supposed = Supposed(snapshot, TODAY, late)
        return foresee(connection, site.consequences.standings, ref, supposed)


def snapshot_of(site: Site) -> RegisterSnapshot:
    with site.database.reading() as connection:
        return site.consequences.snapshot(connection)


def there(site: Site) -> tuple[Counter[str], Counter[str]]:
    """How many copies are ready, and how many must come down, by channel."""
    with site.database.reading() as connection:
        ready = Counter({name: copies.count(connection, name) for name in CHANNELS})
        asked = Counter(one.place.release.channel for one in takedowns.pending(connection))
    return ready, asked


@pytest.mark.parametrize("channel", CHANNELS)
def test_a_withdrawal_does_what_was_foretold(site: Site, channel: str) -> None:
    for ref in PEOPLE:
        no, snapshot = withdrawn(ref, TODAY, channel), snapshot_of(site)
        said = {**snapshot.consents, ref: (*snapshot.consents[ref], no)}
        foretold = told(site, ref, replace(snapshot, consents=said))
        ready, asked = there(site)
        with site.database.transaction("Dafydd") as tx:
            consents.record(tx, no)
        after, then = there(site)
        assert ready - after == Counter(foretold.copies), ref
        assert then - asked == Counter(foretold.takedowns), ref
        assert foretold.all_copies == sum(foretold.copies.values())
    assert sum(there(site)[0].values()) < 12


@pytest.mark.parametrize("long_ago", [True, False])
def test_a_restriction_does_what_was_foretold(site: Site, long_ago: bool) -> None:
    """Also where somebody was enrolled only when photos had been judged."""
    if long_ago:
        with site.database.transaction("setup") as tx:
            at = tx.now - timedelta(days=9)
            tx.connection.execute(update(templates).values(made_at=at))
    for ref in PEOPLE:
        snapshot = snapshot_of(site)
        wanted = Restriction(0, ref, frozenset({"all"}), TODAY)
        every = {**snapshot.restrictions, ref: (wanted,)}
        foretold = told(site, ref, replace(snapshot, restrictions=every), restricts=True)
        ready, asked = there(site)
        with site.database.transaction("Dilys") as tx:
            restrictions.add(tx, ref, {"all"}, TODAY, None)
        after, then = there(site)
        assert ready - after == Counter(foretold.copies), ref
        assert then - asked == Counter(foretold.takedowns), ref
    ready, asked = there(site)
    assert not ready.total()
    assert asked == Counter({"website": 6})


def test_the_end_of_a_template_does_what_was_foretold(site: Site) -> None:
    for ref in PEOPLE:
        foretold = told(site, ref, snapshot_of(site))
        ready, _ = there(site)
        no = BiometricRecord(0, ref, ConsentStatus.WITHDRAWN, "parent", "letter", TODAY)
        with site.database.transaction("Dafydd") as tx:
            biometrics.record(tx, no)
        after, asked = there(site)
        assert ready - after == Counter(foretold.by_face), ref
        assert not asked, "what is published stays"
    assert not there(site)[0].total()


def test_nothing_is_foretold_of_a_register_as_it_is(site: Site) -> None:
    for ref in PEOPLE:
        foretold = told(site, ref, snapshot_of(site))
        assert (foretold.all_copies, foretold.all_takedowns) == (0, 0)
