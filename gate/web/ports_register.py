"""What the screen "register" asks: people, what was said about them, and what soon ends.

People stand in addresses by a handle that tells nothing: references may be made of names.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol

from gate.acting import Acting
from gate.web.ports_register_changes import Biometric, Consent, Done, Restriction


@dataclass(frozen=True, slots=True)
class Sought:
    """What somebody looks for; what is empty does not count.

    ``text``: words of a name or reference. ``group``: a year group; ``kind``: pupil, staff or
    visitor. ``leavers``: also those who left; ``state``: "nowhere" or "template" or "" (all).
    """

    text: str = ""
    group: str = ""
    kind: str = ""
    leavers: bool = False
    state: str = ""

    @property
    def is_empty(self) -> bool:
        """Whether everybody who is here is asked for."""
        return not (self.text.strip() or self.group or self.kind or self.leavers or self.state)


@dataclass(frozen=True, slots=True)
class OnChannel:
    """Whether somebody may be shown on a channel today, and why (a word of ``FaceReason``).

    ``until``: the last day on which that holds, where it ends by itself. ``copies`` would leave
    "ready" and ``places`` must come down, were permission withdrawn now; counted for one person.
    """

    channel: str
    title: str
    granted: bool
    reason: str
    until: date | None = None
    online: bool = True
    copies: int = 0
    places: int = 0


@dataclass(frozen=True, slots=True)
class Row:
    """One person in the list. ``template``: a word of texts ``register.template.…``.

    ``restricted`` is told to the safeguarding lead only, and False for everybody else.
    """

    handle: str
    ref: str
    name: str
    kind: str
    group: str
    left_on: date | None
    channels: tuple[OnChannel, ...]
    template: str
    references: int
    renew: str = ""
    restricted: bool = False
    has_left: bool = False


@dataclass(frozen=True, slots=True)
class People:
    """A page of people; ``total`` is how many the register has, ``count`` how many were found."""

    rows: tuple[Row, ...]
    channels: tuple[str, ...]
    count: int
    total: int
    page: int
    pages: int
    groups: tuple[str, ...]
    kinds: tuple[str, ...]
    by_people: bool = False


@dataclass(frozen=True, slots=True)
class Said:
    """One record of what was said: on which channel ("" for a face template), by whom, how.

    ``at`` and ``by``: when it was put on record (UTC), and by which account.
    """

    channel: str
    status: str
    given_by: str
    method: str
    on: date
    since: date
    until: date | None
    online: bool
    at: datetime
    by: str
    counts: bool = False


@dataclass(frozen=True, slots=True)
class ReferencePhoto:
    """A photo behind somebody's template: its number in the list, how good it is, how old.

    ``height`` of the face in pixels, and its ``sharpness``; 0 where only the note ``quality`` is
    known. ``is_kept``: whether its file is.
    """

    number: int
    quality: str
    height: int
    sharpness: int
    taken_on: date | None
    is_kept: bool


@dataclass(frozen=True, slots=True)
class Alike:
    """Somebody whom the last calibration could not tell apart. ``taken``: would even be shown."""

    handle: str
    ref: str
    name: str
    taken: bool


@dataclass(frozen=True, slots=True)
class Restricted:
    """A time on the restricted list. ``state``: "now", "later", "over" or "lifted"."""

    channels: tuple[str, ...]
    since: date
    until: date | None
    reason: str
    added_at: datetime
    added_by: str
    state: str
    lifted_at: datetime | None = None
    lifted_by: str = ""


@dataclass(frozen=True, slots=True)
class PersonPage:
    """Everything that one account may know about one person.

    ``left_out``: why photos that were given as references do not count, one sentence each.
    ``voices`` are those who spoke before, the last one first. ``judging``: how many photos are
    being judged again. ``copies``: how many copies would leave "ready" with the face template.
    ``restrictions`` is None for all but the safeguarding lead.
    """

    row: Row
    said: tuple[Said, ...]
    biometric: tuple[Said, ...]
    may_have_template: bool
    template_until: date | None
    made_at: datetime | None
    made_by: str
    references: tuple[ReferencePhoto, ...]
    left_out: tuple[str, ...]
    voices: tuple[str, ...]
    alike: tuple[Alike, ...]
    judging: int
    copies: int
    by_people: bool
    may_see_references: bool
    restrictions: tuple[Restricted, ...] | None


@dataclass(frozen=True, slots=True)
class Ending:
    """Something that ends by itself: what ("consent", "biometric", "restriction", "leaving")."""

    what: str
    on: date
    row: Row
    channels: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Endings:
    """A page of what ends, first what ends first; ``count`` is how many there are in all."""

    items: tuple[Ending, ...]
    count: int
    page: int
    pages: int


@dataclass(frozen=True, slots=True)
class Listed:
    """Somebody on the restricted list, with the times that were not lifted."""

    row: Row
    times: tuple[Restricted, ...]
    recognisable: bool


@dataclass(frozen=True, slots=True)
class OutPhoto:
    """A photo of which copies are out: its id, the event, the channels' titles."""

    photo: str
    event: str
    channels: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class LookThrough:
    """Photos to look through for somebody who cannot be recognised."""

    row: Row
    recognisable: bool
    photos: tuple[OutPhoto, ...]
    count: int
    page: int
    pages: int


class Register(Protocol):
    """The people of the register. What a role may not see is left out.

    Functions about one person return None where nobody has this handle.
    """

    def people(self, who: Acting, sought: Sought, page: int) -> People:
        """A page of the people who were asked for, by their names."""
        ...

    def person(self, who: Acting, handle: str) -> PersonPage | None:
        """One person; that the record was looked at is noted before."""
        ...

    def reference(self, who: Acting, handle: str, number: int) -> bytes | None:
        """A reference photo as a small JPEG, made now; None where they may not see it."""
        ...

    def ending(self, who: Acting, days: int, page: int) -> Endings:
        """What ends by itself within so many days."""
        ...

    def channels(self) -> Sequence[tuple[str, str]]:
        """The site's channels: name and title."""
        ...

    def consent(self, who: Acting, handle: str, said: Consent) -> Done | None:
        """Put on record what was said about images. Raises RegisterError, SettingsError."""
        ...

    def biometric(self, who: Acting, handle: str, said: Biometric) -> Done | None:
        """Put on record what was said about a face template. Raises RegisterError."""
        ...

    def restricted(self, who: Acting) -> Sequence[Listed]:
        """The restricted list."""
        ...

    def restrict(self, who: Acting, wanted: Restriction) -> Done:
        """Put somebody on the restricted list. Raises RegisterError."""
        ...

    def lift(self, who: Acting, handle: str) -> Done | None:
        """Take somebody off the list. Raises RegisterError when they are not on it."""
        ...

    def look_through(self, who: Acting, handle: str, page: int) -> LookThrough | None:
        """Photos that may show somebody whom nobody can recognise."""
        ...
