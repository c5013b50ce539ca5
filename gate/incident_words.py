"""What an incident's document says, in sentences."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo

from gate.english import ENGLISH
from gate.incident import (
    Clock,
    ClockState,
    Figures,
    Happening,
    Incident,
    Moment,
    Stage,
    TakedownState,
    figures,
    lost_sight_of,
    time_out,
)
from gate.safe_text import isolated

STAGES = {
    Stage.READY: "Ready to be pulled",
    Stage.PULLED: "Pulled",
    Stage.POSTED: "Published",
}
TAKEDOWNS = {
    TakedownState.DONE: "Done",
    TakedownState.OPEN: "Open",
    TakedownState.OVERDUE: "Overdue",
}
WITHHELD = (
    "Part of this incident is for the safeguarding lead alone and is left out here. Ask them for "
    "the whole document."
)
_KINDS = {
    "pupil": ("pupil", "pupils"),
    "staff": ("member of staff", "members of staff"),
    "visitor": ("visitor", "visitors"),
}
_HAPPENINGS = {
    Happening.READY: "A copy lay ready to be pulled",
    Happening.PULLED: "A copy was pulled",
    Happening.POSTED: "A copy was published",
    Happening.GONE: "The copy is no longer there",
    Happening.AWARE: "The school became aware; the 72 hours begin",
    Happening.OPENED: "This incident was opened",
    Happening.TAKEDOWN_ASKED: "A takedown was asked for",
    Happening.TAKEDOWN_DONE: "A takedown was recorded as done",
    Happening.NOTED: "Note",
    Happening.COMMISSIONER_TOLD: "The Information Commissioner was told",
    Happening.PEOPLE_TOLD: "The people affected, or their parents, were told",
    Happening.DEADLINE: "The 72 hours end",
    Happening.CLOSED: "This incident was closed",
}


@dataclass(frozen=True, slots=True)
class Question:
    """What the Commissioner will ask (Article 33(3)); ``answer`` is "" while it is not known.

    ``how``: what to do to find out.
    """

    asked: str
    answer: str
    how: str = ""


def when(moment: datetime, zone: tzinfo) -> str:
    """5 September 2026 at 14:02 (BST)."""
    return ENGLISH.when(moment.astimezone(zone))


def briefly(moment: datetime, zone: tzinfo) -> tuple[str, str]:
    """5 Sep 2026 and 14:02 BST, for a table."""
    local = moment.astimezone(zone)
    day = f"{local.day} {ENGLISH.months[local.month - 1][:3]} {local.year}"
    return day, f"{local:%H:%M} {local.tzname() or 'UTC'}"


def prose(text: str) -> str:
    """What somebody wrote, line by line, without characters that turn the reading order."""
    return "\n".join(isolated(line) for line in text.splitlines())


def duration(time: timedelta) -> str:
    """The two largest parts of a time: 3 days and 4 hours; less than a minute is said so."""
    minutes = int(abs(time).total_seconds()) // 60
    parts = [(minutes // 1440, "day"), (minutes // 60 % 24, "hour"), (minutes % 60, "minute")]
    first = next((place for place, (number, _) in enumerate(parts) if number), None)
    if first is None:
        return "less than a minute"
    return _joined([count(*part) for part in parts[first : first + 2] if part[0]])


def hours(time: timedelta) -> str:
    """The same in hours and minutes: 41 hours and 20 minutes."""
    minutes = int(abs(time).total_seconds()) // 60
    parts = [
        count(*part) for part in ((minutes // 60, "hour"), (minutes % 60, "minute")) if part[0]
    ]
    return _joined(parts) if parts else "less than a minute"


def count(number: int, what: str, many: str = "") -> str:
    """1 photo, 2 photos."""
    return f"{number:,} {what if number == 1 else many or what + 's'}"


def clock_sentence(clock: Clock) -> str:
    """How the 72 hours stand."""
    if clock.took is not None:
        late = clock.state is ClockState.TOLD_LATE
        how = f"{hours(clock.left)} too late" if late else "in time"
        return f"Told after {hours(clock.took)}: {how}"
    if clock.state is ClockState.PASSED:
        return f"Passed {hours(clock.left)} ago"
    return f"{hours(clock.left)} left"


def clock_advice(clock: Clock, zone: tzinfo) -> str:
    """What to do about it."""
    deadline = when(clock.deadline, zone)
    if clock.took is not None:
        return f"The Information Commissioner had to be told by {deadline}, if at all."
    if clock.state is ClockState.PASSED:
        return (
            f"The Information Commissioner had to be told by {deadline}, unless a risk to anybody "
            "is unlikely. Tell them now, and why it is late (Article 33(1))."
        )
    return (
        f"Tell the Information Commissioner by {deadline}, unless a risk to anybody is unlikely. "
        "What is not known by then can follow (Article 33(4))."
    )


def moment_sentence(moment: Moment) -> str:
    """One entry of the time line."""
    said = _HAPPENINGS[moment.what]
    if moment.photo:
        said += (
            f": photo {moment.photo[:12]}, for {isolated(ENGLISH.channel_phrase(moment.channel))}"
        )
    if moment.where:
        said += f", {isolated(moment.where)}"
    return f"{said}, by {isolated(moment.by)}." if moment.by else f"{said}."


def kind(word: str) -> str:
    """What somebody is to the school."""
    return _forms(word)[0]


def _forms(word: str) -> tuple[str, str]:
    return _KINDS.get(word, (isolated(word), isolated(word)))


def channel(name: str) -> str:
    """The name of a channel by itself."""
    return isolated(ENGLISH.channel_title(name))


def people(incident: Incident) -> str:
    """How many of which kind may be seen; "" while that is not known."""
    if incident.affected is None:
        return ""
    kinds = Counter(one.kind for one in incident.affected)
    many = [count(n, *_forms(kind)) for kind, n in sorted(kinds.items())]
    return _joined(many) if many else "nobody of the register"


def questions(incident: Incident, now: datetime, zone: tzinfo) -> tuple[Question, ...]:
    """What is known and what is not, in the order of Article 33(3)."""
    return (*_nature(incident, now, zone), *_ways(incident, now), *_effects(incident, zone))


def _nature(incident: Incident, now: datetime, zone: tzinfo) -> tuple[Question, ...]:
    told, first = incident.account, figures(incident, now).first_out
    many = count(len(incident.photos), "photo")
    left = f"the first copy left on {when(first, zone)}" if first else "none is known to have left"
    return (
        Question(
            "What happened?", prose(told.happened), "Write it down in two or three sentences."
        ),
        Question(
            "How did it come about?", prose(told.cause), "'photogate why' says what was decided."
        ),
        Question("How many records?", f"{many}; {left}."),
        Question(
            "Whom does it concern, and how many?",
            people(incident),
            "Look at the photos; say who is in them.",
        ),
    )


def _ways(incident: Incident, now: datetime) -> tuple[Question, ...]:
    found = figures(incident, now)
    places = f"{count(found.posted, 'place')}, {found.still_posted} of them still there."
    return (
        Question("Where was it published?", places if found.posted else "Nowhere on record."),
        Question("Who pulled copies?", _listed(found.pulled_by) or "Nobody on record."),
        Question("Where did every pulled copy go?", *_whereabouts(incident)),
        Question("Could a copy be taken without a record?", *_unrecorded(incident, now)),
        Question("Is everything taken down?", *_taken_down(found)),
        Question(
            "Who saw or copied it?",
            "",
            "This cannot be known from here: ask whoever runs the website or account.",
        ),
    )


def _effects(incident: Incident, zone: tzinfo) -> tuple[Question, ...]:
    told, people_told = incident.account, incident.people_told_at
    return (
        Question(
            "What may follow for those affected?",
            prose(told.consequences),
            "The data protection lead and the safeguarding lead decide this together.",
        ),
        Question("What was done, and what will be?", prose(told.measures), "Write it down."),
        Question(
            "Who answers questions?", prose(told.contact), "Name the data protection officer."
        ),
        Question(
            "Were the people affected told?",
            f"Yes, on {when(people_told, zone)}." if people_told else "",
            "This is due without delay where the risk to them is high (Article 34).",
        ),
    )


def _whereabouts(incident: Incident) -> tuple[str, str]:
    lost = lost_sight_of(incident)
    if not any(copy.stage is Stage.PULLED for copy in incident.copies):
        return "No copy was pulled, as far as is on record.", ""
    if not lost:
        return "A place is recorded for each.", ""
    who = _listed({copy.by for copy in lost if copy.by}) or "whoever pulled"
    many = count(len(lost), "pulled copy", "pulled copies")
    return "", f"No place is recorded for {many}: ask {who}."


def _unrecorded(incident: Incident, now: datetime) -> tuple[str, str]:
    ready = [copy for copy in incident.copies if copy.stage is Stage.READY]
    if not ready:
        return "No copy lay ready to be taken.", ""
    longest = duration(max(time_out(copy, now) for copy in ready))
    return "", f"A copy lay in the folder ready/ for {longest}: ask who can open that folder."


def _taken_down(found: Figures) -> tuple[str, str]:
    if found.open_takedowns:
        return "", f"{count(found.open_takedowns, 'takedown is', 'takedowns are')} not done."
    if found.still_posted:
        places = count(found.still_posted, "copy is", "copies are")
        return "", f"{places} still published, and no takedown is open: ask for one."
    return "Nothing is still published, as far as is on record.", ""


def _listed(names: Iterable[str]) -> str:
    return _joined([isolated(name) for name in sorted(names)])


def _joined(texts: Sequence[str]) -> str:
    return " and ".join(filter(None, (", ".join(texts[:-1]), *texts[-1:])))
