"""Judging a photo of the vault again at once, with what a person adds to it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from cli.names import register_names
from cli.originals import is_gone, judged_gone, original
from cli.results import refresh_results
from cli.saying import is_bound, require_own_channels, require_theirs
from cli.site import Site
from consent_db import statements, stored
from consent_db.stored import StoredPhoto
from gate.acting import Acting
from gate.errors import RegisterChanged, RegisterError, SiteError
from gate.pipeline import Gate
from gate.publish import Publisher
from gate.statements import Change, Statement, StatementKind, Word
from gate.values import WORTH_TRYING_AGAIN, Judgement

MOST_ATTEMPTS = 5
CAUSE = "review"

_Judge = Callable[[Sequence[Word]], Judgement]


@dataclass(frozen=True)
class Wish:
    """What somebody wants to say of a photo; the ids of ``said`` do not count yet.

    ``bound``: who says it, where they decide about what is held on their channels only.
    """

    by: str
    reason: str
    said: Sequence[Word] = ()
    taken_back: tuple[int, ...] = ()
    bound: Acting | None = None

    @classmethod
    def of(
        cls, who: Acting, reason: str, said: Sequence[Word], taken_back: tuple[int, ...] = ()
    ) -> Wish:
        """What this person wants to say."""
        bound = who if is_bound(who, said) else None
        return cls(who.name, reason, said, taken_back, bound)

    @property
    def is_about_faces(self) -> bool:
        """Whether it says something that counts on every channel."""
        return any(isinstance(one, Statement) and one.box is not None for one in self.said)

    @property
    def refuses_unseen(self) -> bool:
        """Whether it refuses the photo even where nobody can look at it.

        Whoever may refuse it on some channels only would end the copies of the others, too.
        """
        return self.bound is None and any(_refuses(one) for one in self.said)

    def numbered(self, first: int) -> Change:
        """The same, with the ids from ``first`` on."""
        said = (replace(one, id=first + place) for place, one in enumerate(self.said))
        return Change(self.reason, tuple(said), self.taken_back)


def rejudge(site: Site, photo: StoredPhoto, wish: Wish) -> tuple[StoredPhoto, Change]:
    """``Rejudging`` for a single photo."""
    return Rejudging(site)(photo, wish)


class Rejudging:
    """Judges one photo after the other; models and names are read once. For one thread."""

    def __init__(self, site: Site) -> None:
        self._site = site
        self._names = register_names(site)

    @cached_property
    def _gate(self) -> Gate:
        return self._site.gate()

    def __call__(self, photo: StoredPhoto, wish: Wish) -> tuple[StoredPhoto, Change]:
        """Store what somebody says, judge again on today's permissions, and swap the copies.

        All of it or nothing. Returns the photo as it is now, and what was stored. Raises SiteError
        when the original is not as it was or could not be looked at, RegisterError when the
        statement cannot be taken.
        """
        if not wish.reason.strip():
            raise RegisterError("Say why, with --reason; nothing was stored.")
        change = self._published(photo, self._judge_of(photo, wish), wish)
        for event in sorted({drop.arrival.event for drop in photo.drops}):
            refresh_results(self._site, event)
        with self._site.database.reading() as connection:
            return stored.stored(connection, [photo.photo])[photo.photo], change

    def _judge_of(self, photo: StoredPhoto, wish: Wish) -> _Judge:
        if wish.refuses_unseen and is_gone(self._site, photo.photo):
            # To end its copies nobody needs to look at it.
            gone = judged_gone(self._site, photo.drops[0].arrival)
            return lambda said: replace(gone, statements=tuple(one.id for one in said))
        data, gate = original(self._site, photo.photo), self._gate
        return lambda said: gate.judge(photo.photo, data, said=said)

    def _published(self, photo: StoredPhoto, judge: _Judge, wish: Wish) -> Change:
        site = self._site
        publisher = Publisher(site.root, site.ledger(wish.by), self._names, site.names_key)
        event = photo.drops[0].arrival.event
        for _ in range(MOST_ATTEMPTS):
            with site.database.reading() as connection:
                before = statements.about(connection, photo.photo)
                change = wish.numbered(statements.next_number(connection))
                if wish.bound is not None:
                    photo = stored.stored(connection, [photo.photo]).get(photo.photo, photo)
                    require_theirs(connection, photo, wish.bound)
            judgement = judge(change.applied(before))
            if wish.bound is not None and wish.is_about_faces:
                require_own_channels(photo.judgement, judgement, wish.bound)
            if not wish.refuses_unseen:
                _require_looked_at(judgement)
            try:
                publisher.republish(event, judgement, CAUSE, change)
            except RegisterChanged:
                continue
            return change
        raise RegisterChanged(
            "Permissions keep changing while the photo is judged. Nothing was changed; try again."
        )


def _refuses(one: Word) -> bool:
    return isinstance(one, Statement) and one.kind is StatementKind.REFUSED


def _require_looked_at(judgement: Judgement) -> None:
    """A cause outside the photo must not end its copies, unless somebody refuses it anyway."""
    reasons = {decision.reason for decision in judgement.decisions}
    if reasons and reasons <= WORTH_TRYING_AGAIN:
        causes = ", ".join(sorted(reason.value for reason in reasons))
        raise SiteError(
            f"The photo cannot be judged now ({causes} {judgement.detail}".rstrip()
            + "). Nothing was changed; 'photogate doctor' says what to mend."
        )
