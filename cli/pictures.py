"""A dropped photo with numbered boxes, for those who may see it."""

from __future__ import annotations

from collections.abc import Sequence

from cli.cases import lock_of
from cli.originals import is_gone, original
from cli.site import Site
from cli.viewing import note_original
from gate.acting import Acting
from gate.annotate import annotate
from gate.arrays import Pixels
from gate.case import Case
from gate.errors import SiteError
from gate.explain import face_outcomes, may_see_original
from gate.load import load
from gate.roles import Role
from gate.values import Judgement, Outcome

UNREADABLE = "This file could not be read as a picture, so none can be drawn."
LOCKED = "This photo is locked, so no picture of it is made, for nobody."


def may_be_drawn(site: Site, case: Case, role: Role) -> bool:
    """Whether ``boxed`` would give this role a picture; reads no original and notes nothing."""
    if not may_see_original(role) or not case.judgement.width:
        return False
    photo = case.judgement.photo
    return lock_of(site, photo) is None and not is_gone(site, photo)


def boxed(
    site: Site, case: Case, who: Acting, role: Role, *, long_edge: int | None = None
) -> Pixels:
    """The dropped photo with numbered boxes; that it was looked at is noted before.

    ``long_edge``: in pixels, at most; without it as large as when faces are looked for. Raises
    SiteError where that may not be or there is none.
    """
    if not may_see_original(role):
        raise SiteError(f"The role {role.value} may not see the original, so no picture is made.")
    outcomes = face_outcomes(case, role)
    return drawn(site, who, case.judgement, outcomes, long_edge=long_edge)


def drawn(
    site: Site,
    who: Acting,
    judgement: Judgement,
    outcomes: Sequence[Outcome | None],
    *,
    long_edge: int | None = None,
) -> Pixels:
    """The same for whoever may look at this photo, with what happens to each face."""
    photo = judgement.photo
    if not judgement.width:
        original(site, photo)
        raise SiteError(UNREADABLE)
    if lock_of(site, photo) is not None:
        raise SiteError(LOCKED)
    note_original(site, who, photo)
    data = original(site, photo)
    edge = site.policy.inspect_edge
    shown = load(data, site.policy.limits, long_edge=min(edge, long_edge or edge))
    boxes = [face.box.scaled(shown.scale) for face in judgement.faces]
    return annotate(shown.pixels, boxes, outcomes)
