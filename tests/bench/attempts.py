"""What is tried on covered pictures: lists of attackers for each view."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from gate.arrays import Pixels
from gate.ports import FaceReader
from gate.pose import pose
from gate.values import Face
from tests.bench import attackers
from tests.bench.attack_covers import with_head_of
from tests.bench.attack_shots import Shot, transplanted
from tests.bench.attackers import Attack, Covering, Floats

SEED = 20160901
_UPRIGHT = 0.03
Attempt = tuple[str, Floats, Attack]
"""An attacker's name, one row of numbers for every picture, and how they are compared."""
_LINEAR: tuple[tuple[str, Attack], ...] = (
    ("discriminant", attackers.discriminant),
    ("ridge", attackers.ridge),
)


def numbers_alone(
    faces: list[Face], what: list[Covering], readers: dict[str, FaceReader]
) -> Iterator[Attempt]:
    """Attacks on the covered regions alone."""
    for name, reader in readers.items():
        rows = attackers.by_reader(reader, faces, what)
        yield name, rows, attackers.nearest
        yield f"{name}, discriminant", rows, attackers.discriminant
    for side in (16, 32):
        rows = attackers.by_aligned_pixels(faces, what, side)
        for kind, attack in _LINEAR:
            yield f"{kind} {side}x{side}", rows, attack


def numbers_around(view: str, what: list[Covering], reader: FaceReader) -> Iterator[Attempt]:
    """Attacks on a view with surroundings."""
    for side in (16, 32):
        rows = attackers.by_pixels(what, view, side)
        for kind, attack in _LINEAR:
            yield f"{kind} {side}x{side}", rows, attack
    rows = attackers.by_window(reader, what, view)
    yield "SFace", rows, attackers.nearest
    yield "SFace, discriminant", rows, attackers.discriminant


def numbers_of_outline(faces: list[Face], what: list[Covering]) -> Iterator[Attempt]:
    """Attacks on the outline of the region, without a pixel of what is in it; and a control."""
    shapes = attackers.by_shape(what)
    for kind, attack in _LINEAR:
        yield f"outline, {kind}", shapes, attack
    where = attackers.by_pose(faces, what)
    yield "place, size, tilt, turn", where, attackers.discriminant
    noise = np.random.default_rng(SEED).standard_normal((len(what), 32))
    yield "random numbers", noise, attackers.discriminant


def heads_in_other_frames(everybody: list[Shot], draw: int) -> tuple[list[Pixels], list[Face]]:
    """Every head in a photograph of somebody else: pixels, and the face that was there before.

    What a cover tells of the surroundings then tells nothing about whose head was there; what it
    still tells, it has from the head. The attacker is told how the frame's own face lay, to which
    the head was fitted, and so nothing of the head either.
    """
    rng = np.random.default_rng((SEED, draw))
    pictures, faces = [], []
    for shot in everybody:
        frame = shot
        while frame.person == shot.person:
            frame = everybody[rng.integers(len(everybody))]
        pictures.append(with_head_of(transplanted(shot, frame), frame.pixels, frame.face))
        faces.append(frame.face)
    return pictures, faces


def all_in_one_frame(everybody: list[Shot]) -> tuple[list[Pixels], Face]:
    """Every photograph turned and scaled until its face lies as one upright face does; that face.

    The frame is the face, seen from the front, whose place and size are nearest to the usual ones.
    Beyond the edges of a photograph its outermost pixels are repeated.
    """
    poses = [pose(shot.face) for shot in everybody]
    places = np.array([(*at.centre, at.width, at.height) for at in poses])
    away = np.abs(places - np.median(places, axis=0)).sum(axis=1)
    upright = [at.turn == 0 and abs(at.down[0]) < _UPRIGHT for at in poses]
    frame = everybody[int(np.where(upright, away, np.inf).argmin())]
    return [transplanted(shot, frame) for shot in everybody], frame.face
