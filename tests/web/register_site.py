"""A register that looks like a school's: names, permissions of every kind, drawn references."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

from cli.site import Site, now
from consent_db import consents, people, reference_notes, templates
from consent_db.publications import Posted, record_posted
from consent_db.reference_notes import LeftOut
from consent_db.templates import Reference
from gate.demo.camera import jpeg
from gate.demo.draw import portrait
from gate.demo.features import person as drawn_person
from gate.values import ConsentStatus, Person, day_of
from tests.fake_gate import said
from tests.registers import vector
from tests.web.client import Console
from tests.web.released import drawn

TODAY = day_of(now())
PEOPLE = (
    Person("P1", "pupil", "Siân", "Llewelyn-Ŵyn", "7"),
    Person("P2", "pupil", "ليلى", "حداد", "7"),
    Person("P3", "pupil", "Rhys", "Pritchard", "8"),
    Person("P4", "staff", "Mair", "Gwynedd"),
    Person("P5", "pupil", "Zofia", "Wiśniewska", "10"),
    Person("P6", "pupil", "Aled", "ap Gruffudd", "9", TODAY + timedelta(days=12)),
    Person("P7", "pupil", "Nia", "Newydd", "8"),
    Person("P8", "visitor", "Oluwaseun", "Adébáyọ̀"),
)


def enliven(console: Console) -> None:
    """Make a site with released copies such a one, with copies that a browser can show."""
    drawn(console)
    site = console.site
    with site.database.transaction("import") as tx:
        people.add_or_change_all(tx, PEOPLE)
    with site.database.transaction("Dafydd Lewis") as tx:
        soon = TODAY + timedelta(days=16)
        consents.record_all(
            tx,
            [
                said("P3", "print", on=date(2026, 1, 9), until=soon),
                said("P4", "website", on=date(2026, 1, 9), until=soon + timedelta(days=9)),
                said("P5", "website", ConsentStatus.REFUSED),
                said("P5", "print"),
                said("P6", "website", on=date(2024, 9, 5), until=date(2025, 8, 31)),
                said("P6", "print", on=date(2024, 9, 5), until=TODAY + timedelta(days=3)),
            ],
        )
    _references(site)


def _references(site: Site) -> None:
    """Three drawn photos behind the template of P1."""
    photos = [jpeg(portrait(drawn_person(7), number, size=360)) for number in range(3)]
    kept = [site.references.keep("P1", data) for data in photos]
    days = (date(2026, 9, 8), date(2026, 3, 2), None)
    notes = ("face 182 px, sharpness 214", "face 176 px, sharpness 95", "face 61 px, sharpness 31")
    told = [Reference(*one) for one in zip(kept, notes, days, strict=True)]
    with site.database.transaction("Ada Evans") as tx:
        templates.save(tx, "P1", site.reader_version, vector(0), told)
        reasons = ("the face is too blurred", "3 faces are equally prominent; use one person")
        without = [LeftOut(str(n) * 64, reason) for n, reason in enumerate(reasons)]
        reference_notes.leave_out(tx, "P1", site.reader_version, without)


def post_one(console: Console, ref: str) -> None:
    """A copy that shows this person was published."""
    with console.site.database.reading() as connection:
        from sqlalchemy import select

        from consent_db.schema import judgements, mentions, photos, releases

        query = (
            select(photos.c.sha256, releases.c.sha256.label("copy"))
            .join_from(releases, judgements)
            .join(photos, photos.c.id == judgements.c.photo_id)
            .join(mentions, mentions.c.judgement_id == judgements.c.id)
            .where(mentions.c.person == ref, releases.c.channel == "website")
            .order_by(releases.c.id)
        )
        row = connection.execute(query).first()
    assert row is not None
    told = Posted(row.sha256, "website", "https://school.example/news/summer-fair", row.copy)
    with console.site.database.transaction("Wyn Hughes") as tx:
        record_posted(tx, console.site.consequences, told)


def people_file(folder: Path) -> Path:
    """A file of the school's system: some new people, one moved up, one leaves."""
    rows = ["ref,kind,given_name,family_name,year_group,left_on,house"]
    given = ("Gwenllian", "Osian", "Efa", "Yusuf", "Elin", "Tomos", "Amira", "Deiniol")
    family = ("Morris", "Bevan", "Rhydderch", "Rahman", "Prys", "Ó Briain", "Cadwaladr")
    for one in PEOPLE[:5]:
        year = "11" if one.ref == "P5" else one.year_group or ""
        left = (TODAY - timedelta(days=1)).isoformat() if one.ref == "P3" else ""
        rows.append(f"{one.ref},{one.kind},{one.given_name},{one.family_name},{year},{left},Teifi")
    for n in range(60):
        name = f"{given[n % len(given)]},{family[n % len(family)]}"
        rows.append(f"N{n:03},pupil,{name},{7 + n % 5},,Tywi")
    path = folder / "people.csv"
    path.write_text("\n".join(rows) + "\n", "utf-8")
    return path
