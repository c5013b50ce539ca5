"""photogate calibrate: thresholds for this register, and how its people fare under them."""

from __future__ import annotations

import json
from dataclasses import asdict, replace
from datetime import date
from typing import Annotated, Any

import typer

from cli.acting import acting
from cli.options import AsJson, By, site_of
from cli.output import print_json, print_table, say, some
from cli.site import Site, now
from consent_db import calibrations, templates
from gate.calibrate import Subject, calibrate
from gate.calibration import SMALLEST, Calibration, Count, Pair, is_due
from gate.errors import SettingsError
from gate.pipeline import permitted_gallery
from gate.population import shipped_population
from gate.roles import Act
from gate.values import day_of

_OUTCOMES = {
    "too_small": "The register is too small to calibrate by; the shipped thresholds stay.",
    "kept": "The shipped showing threshold fits this register and stays.",
    "tightened": "This register needs a higher showing threshold than the shipped one.",
    "loosened": "This register is safe with a lower showing threshold than the shipped one.",
}


def calibrate_register(
    context: typer.Context,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Say what would be found, and keep nothing.")
    ] = False,
    if_due: Annotated[
        bool, typer.Option("--if-due", help="Only when the register changed enough since.")
    ] = False,
    as_json: AsJson = False,
    by: By = "",
) -> None:
    """Set thresholds by this register's own people, and say how well they are recognised.

    Everybody's reference photos are compared with everybody else's. The new thresholds count
    from now on, unless photogate.toml says thresholds_from = "here".
    """
    site = site_of(context)
    who = acting(site, Act.CALIBRATE, by)
    if if_due and not due(site):
        say("Nothing to do: the register changed too little since the last calibration.")
        return
    found = find(site)
    number = None if dry_run else keep(site, found, who)
    if as_json:
        print_json({"id": number, **report(found)})
        return
    _print(site, found, number)


def find(site: Site) -> Calibration:
    """Calibrate by the register as it is now; nothing is stored.

    Raises SettingsError where faces are not matched at all.
    """
    if site.settings.matching.mode == "people":
        raise SettingsError(
            'Here people name the faces (matching is "people"), so there is nothing to calibrate.'
        )
    snapshot = site.register().snapshot()
    today = day_of(now())
    gallery = permitted_gallery(snapshot, today)
    with site.database.reading() as connection:
        references = templates.references(connection, gallery.reader)
    subject = Subject(gallery, references, snapshot.people)
    population = shipped_population(gallery.reader)
    matching = site.settings.matching
    found = calibrate(subject, population, matching.thresholds(), matching.fpir, today)
    return replace(found, register=snapshot.revision)


def keep(site: Site, found: Calibration, by: str) -> int | None:
    """Store what was found; its number, or None where there is nothing to put in force.

    A register that has become too small goes back to the shipped thresholds.
    """
    with site.database.transaction(by) as transaction:
        earlier = calibrations.newest(transaction.connection, found.reader)
        if found.outcome == "too_small" and earlier is None:
            return None
        numbers = found.fpir, found.thresholds
        return calibrations.save(transaction, found.reader, numbers, found.register, report(found))


def due(site: Site) -> bool:
    """Whether the register changed enough since the last calibration, if there was one."""
    matching = site.settings.matching
    if matching.mode == "people" or matching.thresholds_from != "calibration":
        return False
    reader = site.reader_version
    with site.database.reading() as connection:
        made = calibrations.newest(connection, reader)
        people = calibrations.people_with_template(connection, reader)
        changed = 0 if made is None else calibrations.changed_since(connection, made)
    return is_due(made, people, changed, matching.fpir)


def report(found: Calibration) -> dict[str, Any]:
    """The calibration as plain JSON."""
    plain: dict[str, Any] = json.loads(json.dumps(asdict(found), default=_iso))
    return plain


def _iso(value: object) -> str:
    if isinstance(value, date):
        return value.isoformat()
    raise TypeError(f"cannot write {type(value).__name__} as JSON")


# --- in words -----------------------------------------------------------------------------------


def _print(site: Site, found: Calibration, number: int | None) -> None:
    say(_OUTCOMES[found.outcome], style="bold")
    if found.outcome == "too_small":
        say(
            f"{found.people} people have a template; {SMALLEST} or more whose reference photos "
            "were kept with it are needed."
        )
    _print_thresholds(found)
    _print_people(found)
    _print_cures(found)
    _print_end(site, number)


def _print_thresholds(found: Calibration) -> None:
    now_, before = found.thresholds, found.shipped
    print_table(
        ("Threshold", "Now", "Shipped", "Meaning"),
        (
            ("show", _score(now_.show), _score(before.show), "from here a face is that person"),
            ("veto", _score(now_.veto), _score(before.veto), "from here it may be that person"),
            ("margin", _score(now_.margin), _score(before.margin), "so close is confusable"),
        ),
    )
    if found.expected is None or found.needed is None:
        return
    e = found.expected
    say(
        f"Of 1,000 strangers, {1000 * e.value:.2g} would pass as somebody "
        f"({1000 * e.low:.2g} to {1000 * e.high:.2g}); asked for: {1000 * found.fpir:.2g}."
    )
    say(
        f"One restricted person would block {found.blocked:.2%} of other people's faces by mistake."
    )


def _print_people(found: Calibration) -> None:
    if not found.recognised.of:
        return
    say(
        f"{found.references} reference photos, each compared with the person's others "
        "(photos of a normal day do worse):",
        style="bold",
    )
    print_table(
        ("Group", "People", "Photos", "Recognised", "Would block, if restricted"),
        (
            (name, people, recognised.of, _percent(recognised), _percent(caught))
            for name, people, recognised, caught in (
                *((g.name, g.people, g.recognised, g.caught) for g in found.groups),
                ("all", found.people, found.recognised, found.caught),
            )
        ),
    )


def _print_cures(found: Calibration) -> None:
    taken_for = [pair for pair in found.pairs if pair.score >= found.thresholds.show]
    if taken_for:
        say(f"Could be taken for each other: {_pairs(taken_for)}.", style="yellow")
    resemble = found.pairs_in_all - len(taken_for)
    if resemble:
        say(f"{resemble} more pairs resemble each other enough for one to block the other's photo.")
    for refs, words in (
        (found.few, "have fewer than 3 reference photos"),
        (found.old, "have no reference photo of the last two years; enrol them again"),
        (found.unknown_age, "have reference photos of unknown age"),
        (found.without_vectors, "were enrolled before reference photos were kept; enrol them again "
         "so that they count"),
    ):  # fmt: skip
        if refs:
            say(f"{len(refs)} people {words}: {some(refs)}.", style="yellow")


def _print_end(site: Site, number: int | None) -> None:
    if number is None:
        say("Nothing was stored.")
    elif site.settings.matching.thresholds_from != "calibration":
        say(
            f'Stored as calibration {number}, but photogate.toml says thresholds_from = "here", so '
            "its own thresholds count.",
            style="yellow",
        )
    else:
        say(f"In force from now on, as calibration {number}.", style="bold")


def _score(value: float) -> str:
    return f"{value:.2f}"


def _percent(count: Count) -> str:
    return f"{count.share:.0%}" if count.of else "-"


def _pairs(pairs: list[Pair]) -> str:
    return some([f"{pair.one} and {pair.other}" for pair in pairs])
