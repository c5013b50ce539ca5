"""From what a reviewer sends to what is stored: the same words as those of the command line."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from cli.deciding import channels_of
from cli.held_releases import is_signable, lifting_veto, signing_off
from cli.rejudging import Wish
from cli.review_faces import covering, denying, drawing, naming, refusing, unsaid
from cli.site import Site
from consent_db.stored import StoredPhoto
from gate.acting import Acting
from gate.errors import RegisterError
from gate.statements import Statement
from gate.statements import Word as Said
from gate.web.ports_review import Word

Resolve = Callable[[str], str]
"""The reference of the one person that is meant. Raises RegisterError."""


def wish_of(site: Site, photo: StoredPhoto, who: Acting, word: Word, resolve: Resolve) -> Wish:
    """What is to be stored. Raises RegisterError when it cannot be."""
    if word.seen != photo.times_judged:
        raise RegisterError(
            "This photo was judged again since you opened it. Look at it afresh. Nothing was "
            "changed."
        )
    if not word.reason.strip():
        raise RegisterError("Say why; it is kept with what you decide. Nothing was changed.")
    said: list[Said] = list(_about_faces(site, photo, word, resolve))
    said += _about_the_photo(site, photo, who, word, spoken=bool(said or word.taken_back))
    if not said and not word.taken_back:
        raise RegisterError("You said nothing about any face yet. Nothing was changed.")
    return Wish.of(who, word.reason.strip(), said, word.taken_back)


def _about_the_photo(
    site: Site, photo: StoredPhoto, who: Acting, word: Word, *, spoken: bool
) -> list[Said]:
    if not set(word.channels) <= set(site.settings.channels):
        raise RegisterError("There is no such channel. Nothing was changed.")
    if word.do == "refuse":
        # Whoever sees a part of the channels refuses it on those.
        shown = [one.channel for one in photo.judgement.decisions]
        return list(refusing(word.channels or (() if channels_of(who) is None else shown)))
    if word.do in ("approve", "release") and spoken:
        raise RegisterError(
            "Save what you said about faces first: the photo is judged again with it, and then "
            "you can approve what you see. Nothing was changed."
        )
    if word.do == "approve":
        waiting = [d.channel for d in photo.judgement.decisions if is_signable(d)]
        if not (word.channels or waiting):
            raise RegisterError("This photo waits for no approval. Nothing was changed.")
        return list(signing_off(photo, word.channels or waiting, who))
    if word.do == "release":
        return [lifting_veto(photo, channel, who) for channel in word.channels]
    return []


def _about_faces(site: Site, photo: StoredPhoto, word: Word, resolve: Resolve) -> list[Statement]:
    named = [(one.number, resolve(one.who)) for one in word.faces if one.what == "named"]
    drawn = [(box, resolve(who) if who.strip() else None) for box, who in word.drawn]
    _require_once([ref for _, ref in (*named, *drawn) if ref])
    said = naming(photo, named)
    said += covering(photo, _numbers(word, "covered"))
    said += denying(photo, _numbers(word, "not_a_face"))
    if word.rest_covered:
        said += covering(photo, unsaid(site, photo, {one.number for one in word.faces}))
    return [*said, *(drawing(photo, box, ref) for box, ref in drawn)]


def _numbers(word: Word, what: str) -> Iterable[int]:
    return [one.number for one in word.faces if one.what == what]


def _require_once(refs: list[str]) -> None:
    if len(set(refs)) < len(refs):
        raise RegisterError("Nobody can be in one photo twice. Nothing was changed.")
