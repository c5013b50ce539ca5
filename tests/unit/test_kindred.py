"""Versions are looked for among all photos, and two that are judged at once are noticed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from gate.demo.cast import CAST
from gate.demo.features import person
from gate.demo.places import Place
from gate.demo.scene import group
from gate.kindred import Kindred
from gate.late_look import RecentSketches
from gate.ports import Seen, StoredFingerprint
from gate.values import Judgement, Kinship, Link, Picture
from tests.bench.alike_pictures import Moment, cropped, mirrored, next_shot, saved
from tests.registers import judgement

PIXELS, _ = group(
    [person(CAST[i].seed) for i in range(4)], 3, width=1000, height=700, place=Place.CLASSROOM
)
PARTS = saved(mirrored(cropped(PIXELS, 0.6, 0.4, 0.6)))
NEXT = next_shot(PIXELS, Moment(0.03, 4, 0), np.random.default_rng(2))


def picture(pixels: np.ndarray) -> Picture:
    return Picture(pixels, pixels.shape[1], pixels.shape[0])


@dataclass
class Shelf:
    """A book of versions that keeps everything in lists."""

    stored: list[StoredFingerprint] = field(default_factory=list)
    links: dict[str, tuple[Link, ...]] = field(default_factory=dict)
    blocked: frozenset[str] = frozenset()
    asked: list[int] = field(default_factory=list)
    copies: dict[str, str] = field(default_factory=dict)

    def since(self, number: int) -> Sequence[StoredFingerprint]:
        self.asked.append(number)
        return [one for one in self.stored if one.number > number]

    def about(self, photo: str) -> tuple[Link, ...] | None:
        return self.links.get(photo)

    def original_of(self, photo: str) -> str | None:
        return self.copies.get(photo)

    def seen(self, photo: str) -> Seen | None:
        return None

    def barred(self, photo: str, links: Sequence[Link]) -> Mapping[str, str]:
        sources = [one.other for one in links if one.other in self.blocked]
        return {"website": sources[0]} if sources else {}

    def keep(self, photo: str, found: Kinship) -> None:
        self.stored.append(StoredFingerprint(len(self.stored) + 1, photo, found.fingerprint))
        self.links[photo] = found.links


def test_a_version_of_a_blocked_photo_is_found_and_barred() -> None:
    shelf, pictures = Shelf(blocked=frozenset({"a"})), {"a": picture(PIXELS)}
    kindred = Kindred(shelf, pictures.get)
    shelf.keep("a", kindred.of("a", pictures["a"], ()))
    found = kindred.of("b", picture(PARTS), ())
    assert [(one.other, one.mirrored) for one in found.links] == [("a", True)]
    assert found.barred == {"website": "a"}
    assert found.known_to == 1


def test_the_next_shot_has_no_links() -> None:
    shelf, pictures = Shelf(), {"a": picture(PIXELS)}
    kindred = Kindred(shelf, pictures.get)
    shelf.keep("a", kindred.of("a", pictures["a"], ()))
    assert kindred.of("b", picture(NEXT), ()).links == ()


def test_a_photo_that_is_stored_keeps_its_links_and_is_not_drawn_again() -> None:
    shelf = Shelf(links={"b": (Link("a", 1.0),)}, blocked=frozenset({"a"}))
    found = Kindred(shelf, lambda _: None).of("b", picture(PARTS), ())
    assert (found.links, found.fingerprint, found.sketch) == ((Link("a", 1.0),), b"", None)
    assert found.barred == {"website": "a"}


def test_only_new_fingerprints_are_read() -> None:
    shelf, pictures = Shelf(), {"a": picture(PIXELS)}
    kindred = Kindred(shelf, pictures.get)
    shelf.keep("a", kindred.of("a", pictures["a"], ()))
    kindred.of("b", picture(NEXT), ())
    kindred.of("c", picture(NEXT), ())
    assert shelf.asked == [0, 0, 1]


def test_of_a_photo_whose_original_is_gone_no_version_is_recognised() -> None:
    shelf = Shelf()
    shelf.keep("a", Kindred(shelf, lambda _: None).of("a", picture(PIXELS), ()))
    assert Kindred(shelf, lambda _: None).of("b", picture(PARTS), ()).links == ()


def test_a_released_copy_dropped_as_it_is_is_linked_whatever_is_left_of_it() -> None:
    shelf = Shelf(copies={"copy": "a"})
    found = Kindred(shelf, lambda _: None).of("copy", picture(np.full_like(PIXELS, 90)), ())
    assert found.links == (Link("a", 1.0, covered=True),)


def judged(photo: str, pixels: np.ndarray, shelf: Shelf) -> Judgement:
    found = Kindred(shelf, lambda _: None).of(photo, picture(pixels), ())
    shape = pixels.shape
    return replace(
        judgement(), photo=photo, faces=(), width=shape[1], height=shape[0], kinship=found
    )


def test_two_versions_that_are_judged_at_once_are_noticed() -> None:
    shelf, recent = Shelf(), RecentSketches()
    first, second, other = (
        judged(photo, pixels, shelf) for photo, pixels in (("a", PIXELS), ("b", PARTS), ("c", NEXT))
    )
    assert first.kinship is not None
    shelf.keep("a", first.kinship)
    assert recent.misses(second, shelf.stored), "not kept, so it may be one"
    recent.keep(first)
    assert recent.misses(second, shelf.stored)
    assert not recent.misses(other, shelf.stored), "the next shot is none"
    assert not recent.misses(first, shelf.stored), "nor is the photo itself"
