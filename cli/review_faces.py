"""Which faces of a photo somebody means: numbers, names, boxes that they draw."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from cli.site import Site
from consent_db import statements
from consent_db.stored import StoredPhoto
from gate.errors import RegisterError, SiteError
from gate.statements import Statement, StatementKind, place
from gate.values import ALL_CHANNELS, Box

_NAME = re.compile(r"(\d+)=(\S+)")
_SMALLEST = 4.0
"""Pixels; a drawn box must be at least so wide and high."""


def names_of(names: Sequence[str]) -> list[tuple[int, str]]:
    """Face numbers with references, from words like 1=P0012. Raises RegisterError."""
    words = [f"{names[0]}={names[1]}"] if len(names) == 2 and names[0].isdigit() else names
    matches = [_NAME.fullmatch(word) for word in words]
    wrong = [word for word, match in zip(words, matches, strict=True) if match is None]
    if wrong:
        raise RegisterError(f"{', '.join(wrong)} is not a face and a person; write 1=P0012.")
    pairs = [(int(match[1]), match[2]) for match in matches if match]
    if len({number for number, _ in pairs}) < len(pairs):
        raise RegisterError("One face was given two names. Nothing was changed.")
    if len({ref for _, ref in pairs}) < len(pairs):
        raise RegisterError("Nobody can be in one photo twice. Nothing was changed.")
    return pairs


def once(numbers: Iterable[int]) -> list[int]:
    """The numbers without repetitions, in their order."""
    return list(dict.fromkeys(numbers))


def box_of(photo: StoredPhoto, number: int) -> Box:
    """The box of the face with this number, counted from 1. Raises RegisterError."""
    faces = photo.judgement.faces
    if not 1 <= number <= len(faces):
        raise RegisterError(
            f"This photo has no face {number}: {len(faces)} were found. 'photogate review show' "
            "draws them with their numbers. Nothing was changed."
        )
    return faces[number - 1].box


def unsaid(site: Site, photo: StoredPhoto, besides: set[int]) -> list[int]:
    """Numbers of the faces that nobody spoke about."""
    with site.database.reading() as connection:
        before = statements.about(connection, photo.photo)
    said = place(photo.judgement.faces, before).said.spoken
    numbers = range(1, len(photo.judgement.faces) + 1)
    return [number for number in numbers if number - 1 not in said and number not in besides]


def naming(photo: StoredPhoto, pairs: Iterable[tuple[int, str]]) -> list[Statement]:
    """That faces with these numbers are these people of the register. Raises RegisterError."""
    named = StatementKind.NAMED
    return [Statement(0, named, box_of(photo, number), ref) for number, ref in pairs]


def covering(photo: StoredPhoto, numbers: Iterable[int]) -> list[Statement]:
    """That faces with these numbers are to be covered. Raises RegisterError."""
    return [Statement(0, StatementKind.COVERED, box_of(photo, number)) for number in numbers]


def denying(photo: StoredPhoto, numbers: Iterable[int]) -> list[Statement]:
    """That these numbers are no faces. Raises RegisterError."""
    return [Statement(0, StatementKind.NOT_A_FACE, box_of(photo, number)) for number in numbers]


def drawing(photo: StoredPhoto, text: str, ref: str | None) -> Statement:
    """That a face was missed, and perhaps whose. Raises RegisterError, SiteError."""
    return Statement(0, StatementKind.DRAWN, drawn_box(photo, text), ref)


def refusing(channels: Iterable[str]) -> list[Statement]:
    """That the photo is refused for good: on these channels, on all without any."""
    wanted = dict.fromkeys(channels) or {ALL_CHANNELS: None}
    return [Statement(0, StatementKind.REFUSED, channel=name) for name in wanted]


def drawn_box(photo: StoredPhoto, text: str) -> Box:
    """A box from x,y,width,height, clipped to the photo. Raises RegisterError, SiteError."""
    width, height = photo.judgement.width, photo.judgement.height
    if not width or not height:
        raise SiteError("This file could not be read as a picture, so nothing can be drawn in it.")
    try:
        x, y, w, h = (float(part) for part in text.split(","))
    except ValueError:
        raise RegisterError(
            f"{text} is no box; write x,y,width,height, as 410,220,60,75."
        ) from None
    box = Box(x, y, w, h).clipped(width, height)
    if not (box.w >= _SMALLEST and box.h >= _SMALLEST):
        raise RegisterError(
            f"{text} is no place in this photo, which is {width} by {height} pixels, or is too "
            "small. Nothing was changed."
        )
    return box
