"""How a head is held, and where its points fall in the picture."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from gate.demo.canvas import Points

_NECK = np.array([0.0, 1.2])


@dataclass(frozen=True, slots=True)
class Pose:
    """One moment of a person: angles in radians; ``smile``, ``open`` and ``light`` up to 1.

    ``light`` is where the light comes from, -1 (left) to 1 (right); ``warmth`` and ``bright``
    change the colours of the whole picture a little.
    """

    tilt: float = 0.0
    yaw: float = 0.0
    pitch: float = 0.0
    smile: float = 0.6
    open: float = 0.0
    gaze: float = 0.0
    light: float = -0.5
    warmth: float = 0.0
    bright: float = 1.0


def pose(seed: int) -> Pose:
    """A pose by lot: small turns, a small smile, the light from somewhere."""
    lot = np.random.RandomState(seed).random_sample(9)
    return Pose(
        tilt=float(lot[0] - 0.5) * 0.2,
        yaw=float(lot[1] - 0.5) * 0.24,
        pitch=float(lot[2] - 0.5) * 0.1,
        smile=0.5 + 0.5 * float(lot[3]),
        open=max(0.0, float(lot[4]) * 1.2 - 0.5),
        gaze=float(lot[5] - 0.5) * 0.5,
        light=float(lot[6]) * 1.2 - 0.6,
        warmth=float(lot[7] - 0.5) * 0.06,
        bright=0.94 + 0.1 * float(lot[8]),
    )


class Head:
    """Where the points of a head fall: its centre between the eyes, ``unit`` pixels per unit.

    The head is taken as an ellipsoid, so that eyes, nose and mouth move on it when it turns.
    """

    def __init__(self, held: Pose, centre: tuple[float, float], unit: float) -> None:
        self.pose = held
        self.centre = np.array(centre)
        self.unit = unit
        cos, sin = np.cos(held.tilt), np.sin(held.tilt)
        self._yaw = np.cos(held.yaw), np.sin(held.yaw)
        self._pitch = np.cos(held.pitch), np.sin(held.pitch)
        self._turn = np.array([[cos, sin], [-sin, cos]])

    def at(self, local: Points, *, lift: float = 0.0, flat: bool = False) -> Points:
        """Pixels of local points; ``lift`` is how far they stand out, ``flat`` means not at all."""
        moved = local * (self._yaw[0], self._pitch[0])
        if not flat:
            x, y = local[:, 0], local[:, 1]
            reach = np.maximum(1 - x * x - ((y - 0.15) / 1.5) ** 2, 0)
            z = 0.75 * np.sqrt(reach) + lift
            moved += z[:, None] * (self._yaw[1], self._pitch[1])
        placed = ((moved - _NECK) @ self._turn + _NECK) * self.unit + self.centre
        return np.asarray(placed, dtype=np.float64)

    def local(self, pixels: Points) -> Points:
        """The local points of places in the picture, without the turn of the head."""
        offset = (pixels - self.centre) / self.unit
        return np.asarray((offset - _NECK) @ self._turn.T + _NECK, dtype=np.float64)
