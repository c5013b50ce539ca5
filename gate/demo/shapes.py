"""The shapes of a head: the edge of the face, the skull, hairlines, and hair that hangs."""

from __future__ import annotations

import numpy as np

from gate.demo.canvas import Points, ellipse, points, smooth
from gate.demo.features import DrawnPerson

_HANGING = ("long", "wavy", "fringe")


def outline(who: DrawnPerson) -> Points:
    """The edge of face and forehead, in local units."""
    side = points(
        (0.42, -who.forehead + 0.06),
        (0.8, -who.forehead + 0.4),
        (0.97, -0.3),
        (0.98 + 0.03 * who.cheek, 0.2),
        (0.92 + 0.03 * who.cheek, 0.58),
        (who.jaw, 0.6 * who.chin + 0.08),
        (who.chin_width + 0.1, who.chin - 0.09),
    )
    ends = points((0, -who.forehead)), points((0, who.chin))
    left = side[::-1] * (-1, 1)
    return smooth(np.vstack([ends[0], side, ends[1], left]))


def skull(who: DrawnPerson, beyond: float, start: float) -> Points:
    """An arc over the head, ``beyond`` its edge, from ``start`` right to ``start`` left."""
    top = who.forehead + beyond
    side = points((1.0 + beyond, start), (0.96 + beyond * 0.8, -0.5), (0.74, -top + 0.3))
    middle = points((0.34, -top + 0.04), (0, -top), (-0.34, -top + 0.04))
    return smooth(np.vstack([side, middle, side[::-1] * (-1, 1)]), closed=False)


def hairline(who: DrawnPerson) -> Points:
    """Where the hair begins on forehead and temples, from right to left."""
    low = -0.72 - who.hairline
    lines = {
        "fringe": (
            (1.0, 0.1),
            (0.9, -0.3),
            (0.62, -0.44),
            (0, -0.42),
            (-0.62, -0.44),
            (-0.9, -0.3),
            (-1.0, 0.1),
        ),
        "bob": (
            (1.02, 0.5),
            (0.86, -0.1),
            (0.72, -0.46),
            (0.1, -0.5),
            (-0.62, -0.48),
            (-0.88, -0.1),
            (-1.02, 0.5),
        ),
        "side": (
            (1.0, -0.05),
            (0.9, -0.42),
            (0.7, low + 0.02),
            (0.1, low + 0.12),
            (-0.45, low - 0.22),
            (-0.86, -0.5),
            (-1.0, -0.05),
        ),
        "long": (
            (1.04, 0.8),
            (0.88, 0.0),
            (0.7, -0.5),
            (0.08, low - 0.32),
            (-0.6, -0.56),
            (-0.88, 0.0),
            (-1.04, 0.8),
        ),
        "wavy": (
            (1.04, 0.7),
            (0.9, 0.0),
            (0.74, -0.4),
            (0.35, low - 0.1),
            (-0.4, low - 0.3),
            (-0.86, -0.2),
            (-1.04, 0.7),
        ),
        "mop": (
            (1.0, 0.05),
            (0.88, -0.34),
            (0.5, -0.5),
            (0.05, -0.46),
            (-0.4, -0.56),
            (-0.88, -0.32),
            (-1.0, 0.05),
        ),
        "receding": (
            (1.0, -0.05),
            (0.9, -0.5),
            (0.78, -0.9),
            (0.3, low - 0.3),
            (-0.3, low - 0.3),
            (-0.9, -0.5),
            (-1.0, -0.05),
        ),
        "bald": ((1.0, 0.0), (0.94, -0.25), (0.97, -0.5)),
    }
    plain = (
        (1.0, -0.1),
        (0.88, -0.48),
        (0.56, low),
        (0, low - 0.06),
        (-0.56, low),
        (-0.88, -0.48),
        (-1.0, -0.1),
    )
    corners = points(*lines.get(who.hair, plain))
    mirrored = corners if who.parting > 0 else corners[::-1] * (-1, 1)
    return smooth(mirrored, closed=False)


def hanging(who: DrawnPerson) -> list[Points]:
    """What hangs behind or beside the head: hair, a bun, a tail."""
    top = who.forehead
    if who.hair in _HANGING or who.hair == "bob":
        low = {"long": 2.5, "wavy": 2.2, "fringe": 2.0, "bob": 1.05}[who.hair]
        wave = 0.13 if who.hair == "wavy" else 0.0
        y = np.linspace(-0.3, low, 9)
        x = 1.2 + wave * np.sin(np.arange(9) * 2.1) + 0.06 * y * (who.hair != "bob")
        right = np.column_stack([x, y])
        crown = points((0, -top - 0.16), (0.75, -top + 0.1))
        return [smooth(np.vstack([crown, right, right[::-1] * (-1, 1), crown[1:] * (-1, 1)]))]
    if who.hair == "bun":
        return [ellipse(0.16 * who.parting, -top - 0.22, 0.4, 0.24)]
    if who.hair == "ponytail":
        return [
            smooth(
                points((0.5, -top), (1.2, -0.7), (1.5, 0.4), (1.32, 1.5), (1.1, 0.6))
                * (who.parting, 1)
            )
        ]
    if who.hair == "pigtails":
        return [
            ellipse(side * (1.2 + 0.1 * i), 0.45 + 0.42 * i, 0.26, 0.3)
            for side in (-1, 1)
            for i in range(3)
        ]
    return []
