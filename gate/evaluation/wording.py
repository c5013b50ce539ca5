"""The page's sentences that depend on figures: plain English that a head teacher could read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from gate.english import ENGLISH
from gate.evaluation.figures import Rate
from gate.evaluation.report import AtFpir, Report
from gate.evaluation.summary import ALL
from gate.values import Reason, SecondMode

NOT_MEASURED = "not measured"
PER_CENT = "\N{NO-BREAK SPACE}%"


@dataclass(frozen=True, slots=True)
class Key:
    """One of the figures that matter most: a number, what it is, and how sure it is.

    ``good`` is None where there is no right or wrong to it.
    """

    number: str
    what: str
    how_sure: str
    good: bool | None = None


def percent(share: float | None) -> str:
    """A share as "98.4 %"; never "0.0 %" or "100.0 %" of what is not nothing or everything."""
    if share is None:
        return NOT_MEASURED
    close = min(share, 1 - share)
    if close <= 0:
        return f"{share:.0%}".replace("%", PER_CENT)
    digits = 1 if close >= 0.0005 else 2 if close >= 0.00005 else 3
    return f"{share:.{digits}%}".replace("%", PER_CENT)


def target(share: float) -> str:
    """A share that was asked for, as 0.1 %."""
    return f"{share * 100:.3g}{PER_CENT}"


def times(count: int) -> str:
    """How often: once, twice, 3 times."""
    return {1: "once", 2: "twice"}.get(count, f"{count:,} times")


def interval(rate: Rate) -> str:
    """The 95 % interval as "97.0 to 99.6 %"; "" where nothing was measured."""
    if rate.share is None:
        return ""
    return f"{percent(rate.low).removesuffix(PER_CENT)} to {percent(rate.high)}"


def counted(rate: Rate, noun: str) -> str:
    """The number of hits and of trials, as in 3 of 143 faces."""
    if rate.share is None:
        return NOT_MEASURED
    return f"{round(rate.share * rate.trials)} of {rate.trials} {noun}"


def many(count: int, noun: str, plural: str = "") -> str:
    """A number of things, as in 1 photo or 1,200 photos."""
    return f"{count:,} {noun if count == 1 else plural or noun + 's'}"


def people(count: int) -> str:
    """A number of people, as in 1 person or 2 people."""
    return many(count, "person", "people")


def key_figures(report: Report) -> list[Key]:
    """What a reader in a hurry has to see."""
    gate, found = report.overall, report.recognition
    passed = found.strangers_passed
    return [
        Key(
            counted(gate.leaked, "faces"),
            "that must not be shown could be seen in a released copy",
            _at_most(gate.leaked),
            _none(gate.leaked, also=gate.unplaced),
        ),
        Key(
            counted(gate.caught, "photos"),
            "with a restricted person in them were blocked",
            _at_least(gate.caught),
            None if gate.caught.share is None else gate.caught.share == 1,
        ),
        Key(
            percent(passed.share),
            "of strangers' faces were taken for somebody of the register",
            _at_most(passed),
            _none(passed),
        ),
        Key(
            percent(found.recognised.share),
            "of the faces of enrolled people were recognised; the others would be covered",
            _between(found.recognised),
        ),
        Key(
            counted(gate.over_blurred, "faces"),
            "that may be shown were covered all the same",
            _between(gate.over_blurred),
        ),
    ]


def _none(rate: Rate, also: int = 0) -> bool | None:
    return None if rate.share is None else rate.share == 0 and not also


def _at_most(rate: Rate) -> str:
    if rate.share is None:
        return "There was nothing to measure this on."
    return f"With {people(rate.people)} measured, the true share may be up to {percent(rate.high)}."


def _at_least(rate: Rate) -> str:
    if rate.share is None:
        return "There was nothing to measure this on."
    whose = people(rate.people)
    return f"With {whose} measured, the true share may be as low as {percent(rate.low)}."


def _between(rate: Rate) -> str:
    if rate.share is None:
        return "There was nothing to measure this on."
    return f"With {people(rate.people)} measured, the true share lies within {interval(rate)}."


def at_fpir(row: AtFpir) -> str:
    """What was recognised where so many strangers pass, or why nobody can say."""
    if row.tpir is None or row.threshold is None:
        return (
            f"cannot be told: it takes at least {row.strangers_needed:,} different strangers, and "
            f"{row.strangers:,} were measured"
        )
    return f"{percent(row.tpir.share)} ({interval(row.tpir)}), at a score of {row.threshold:.2f}"


def when(moment: str) -> str:
    """A moment (ISO 8601) as people write it."""
    return ENGLISH.when(datetime.fromisoformat(moment))


def channel(name: str) -> str:
    """The heading for a channel's row."""
    return "All channels" if name == ALL else ENGLISH.channel_title(name)


def causes(report: Report) -> list[str]:
    """Why photos could not be judged: "2 photos: The file is empty. ..."."""
    return [
        f"{many(count, 'photo')}: {_cause(cause)}"
        for cause, count in report.material.causes.items()
    ]


def _cause(cause: str) -> str:
    known: Mapping[Reason, str] = ENGLISH.reasons
    return known[Reason(cause)] if cause in set(Reason) else f"{cause}."


def second_reader(report: Report) -> str:
    """What the second reader is and does; "" where there is none."""
    second = report.setting.second
    if second is None:
        return ""
    what = {
        SecondMode.MUST_AGREE: "must agree before a face is shown",
        SecondMode.MAY_VETO: "may block a photo by itself",
    }[second.mode]
    t = second.thresholds
    return (
        f"{second.reader}, which {what} (its own scores: show {t.show:.2f}, veto {t.veto:.2f}, "
        f"margin {t.margin:.2f})"
    )


def command(report: Report) -> str:
    """What to type to measure the same again on the same photos."""
    p = report.protocol
    return (
        f"photogate evaluate DIR --seed {p.seed} --strangers {p.strangers_share:g} "
        f"--references {p.references_at_most} --repeat {p.runs} --photos {p.judged_at_most}"
    )


def references(report: Report) -> str:
    """How many references stand behind how many templates."""
    counts = sorted(report.protocol.references.items(), reverse=True)
    return ", ".join(f"{many(k, 'photo')} of {people(n)}" for k, n in counts)


def limits(report: Report) -> list[str]:
    """What the figures do not say."""
    strangers = report.recognition.strangers_passed.people
    found = [
        "The figures are about these photos and these people. Other cameras, other light, other "
        "ages give other figures. Measure again with newer photos, and when the software, the "
        "models or the thresholds change.",
        f"Strangers were {people(strangers)}. A rate of one in {max(strangers, 1):,} or less "
        "cannot be told from none with so many, however many photos there are of each."
        if strangers
        else "No stranger's face was measured, so nothing is known about strangers.",
        "Only labelled faces are counted. What happened to other faces in the photos is not known.",
        "Intervals count people, not photos, because photos of one person are alike. They do not "
        "allow for mistakes in the labels: look through the faces that were missed.",
    ]
    if report.material.nameless:
        found.append(
            "Faces without a name are taken for as many different people. Where some are the same "
            "person, the intervals for strangers are too narrow."
        )
    if report.material.kind == "folders":
        found.append(
            "In folders by person it is known who is in a photo, but not where: the most prominent "
            "face that was found counts as the person's. A face that was not found cannot be "
            "looked for in the released copy."
        )
    if report.protocol.permissions == "by lot":
        found.append(
            "Who may be shown was drawn by lot for this measurement. Nobody's real permission was "
            "used, and the site's register was not touched."
        )
    if report.protocol.splits > 1:
        found.append(
            f"The people were cut into register and strangers {times(report.protocol.splits)}, so "
            "most people count on both sides; pictures show people who were enrolled in the first "
            "cut."
        )
    return found
