"""What is known about how well people are recognised: thresholds in force, age of references."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from cli.calibrating import due
from cli.output import british, some
from cli.site import Site, now
from consent_db import calibrations, templates
from gate.pipeline import thresholds_in_force
from gate.template_age import TemplateAge, to_renew
from gate.values import RegisterSnapshot, Thresholds, day_of

OLD = "the newest reference photo is older than two years: enrol again with new ones"
UNKNOWN = "the age of the reference photos is not known"
WORDS = {"old": OLD, "unknown": UNKNOWN}


@dataclass(frozen=True, slots=True)
class Remark:
    """Something to tell. ``worrying``: somebody should do something about it."""

    what: str
    worrying: bool
    text: str


def references_to_renew(site: Site, snapshot: RegisterSnapshot) -> dict[str, str]:
    """``old`` or ``unknown`` for every pupil whose references should be looked at."""
    with site.database.reading() as connection:
        found = templates.summary(connection)
    today, reader = day_of(now()), snapshot.gallery.reader
    answers = {
        one.person: to_renew(
            snapshot.people[one.person], TemplateAge(one.newest, one.oldest), today
        )
        for one in found
        if one.reader_version == reader and one.person in snapshot.people
    }
    return {person: what for person, what in answers.items() if what}


def remarks(site: Site, snapshot: RegisterSnapshot) -> Iterator[Remark]:
    """For the doctor; nothing where people name the faces."""
    if site.settings.matching.mode == "people":
        return
    yield _thresholds(site, snapshot)
    yield from _references(site, snapshot)


def _thresholds(site: Site, snapshot: RegisterSnapshot) -> Remark:
    numbers = _numbers(thresholds_in_force(site.policy, snapshot))
    made = snapshot.calibration
    if site.settings.matching.thresholds_from != "calibration":
        return Remark("thresholds", False, f"{numbers}, as photogate.toml says")
    overdue = due(site)
    if made is None:
        hint = "; 'photogate watch' calibrates by itself, or run 'photogate calibrate'"
        return Remark(
            "thresholds", False, f"{numbers}, not calibrated yet{hint if overdue else ''}"
        )
    with site.database.reading() as connection:
        changed = calibrations.changed_since(connection, made)
    since = f"since {british(day_of(made.at))} (calibration {made.id})"
    what = f"{changed} face templates made or destroyed since"
    if overdue:
        what += ": run 'photogate calibrate', unless 'photogate watch' is running and does it"
    return Remark("thresholds", overdue, f"{numbers}, {since}; {what}")


def _numbers(thresholds: Thresholds) -> str:
    t = thresholds
    return f"show {t.show:.2f}, veto {t.veto:.2f}, margin {t.margin:.2f}"


def _references(site: Site, snapshot: RegisterSnapshot) -> Iterator[Remark]:
    renew = references_to_renew(site, snapshot)
    for kind in ("old", "unknown"):
        those = [ref for ref, what in renew.items() if what == kind]
        if those:
            text = f"of {len(those)} pupils {WORDS[kind]}: {some(those)}"
            yield Remark("references", kind == "old", text)
