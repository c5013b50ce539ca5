"""An invented person's features, drawn by lot from a seed: numbers, shapes and colours."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeVar

import numpy as np

from gate.demo.canvas import Colour, mix

T = TypeVar("T")

SKINS: tuple[Colour, ...] = (
    (250, 221, 202),
    (243, 203, 176),
    (232, 186, 152),
    (222, 170, 126),
    (204, 148, 104),
    (179, 121, 82),
    (150, 96, 63),
    (120, 74, 50),
    (92, 57, 41),
)
HAIRS: tuple[Colour, ...] = (
    (28, 24, 26),
    (48, 34, 28),
    (82, 54, 36),
    (118, 74, 44),
    (142, 66, 34),
    (194, 100, 44),
    (186, 146, 90),
    (226, 194, 132),
)
GREYS: tuple[Colour, ...] = ((142, 140, 140), (206, 204, 202), (92, 88, 88))
EYES: tuple[Colour, ...] = (
    (58, 36, 24),
    (92, 58, 30),
    (128, 96, 50),
    (84, 122, 82),
    (84, 130, 168),
    (112, 132, 144),
)
CLOTHS: tuple[Colour, ...] = (
    (38, 70, 120),
    (150, 44, 66),
    (34, 104, 98),
    (212, 196, 176),
    (92, 62, 122),
    (48, 48, 56),
    (214, 140, 58),
)
SHORT_STYLES = ("crop", "side", "spiky", "curls", "buzz", "afro", "mop")
LONG_STYLES = ("long", "wavy", "bob", "fringe", "bun", "pigtails", "afro", "curls", "ponytail")
ADULT_STYLES = ("receding", "bald", "crop", "side", "buzz")
COVERS = ("hijab", "turban", "beanie", "headband")
BEARDS = ("stubble", "moustache", "goatee", "full")
GLASSES = ("round", "square", "half", "large")


@dataclass(frozen=True, slots=True)
class DrawnPerson:
    """The features of somebody who does not exist.

    Lengths are in units of half the width of the face, colours in RGB. ``age`` is ``child``,
    ``teen`` or ``adult``; "" means none for ``cover``, ``beard`` and ``glasses``. ``sockets`` and
    ``hollow`` say how deep the eyes and the cheeks lie; ``parting`` is the side of the hair, 1 or
    -1.
    """

    seed: int
    age: str
    skin: Colour
    jaw: float
    chin_width: float
    chin: float
    forehead: float
    cheek: float
    eye_gap: float
    eye_width: float
    eye_height: float
    eye_tilt: float
    eye_colour: Colour
    crease: float
    brow_height: float
    brow_thickness: float
    brow_arch: float
    brow_tilt: float
    nose_length: float
    nose_width: float
    nose_bridge: float
    mouth: float
    mouth_width: float
    upper_lip: float
    lower_lip: float
    lip_red: float
    ears: float
    hair: str
    hair_colour: Colour
    hairline: float
    cover: str
    cover_colour: Colour
    beard: str
    glasses: str
    glasses_colour: Colour
    freckles: int
    blush: float
    lines: float
    sockets: float
    hollow: float
    parting: int


class _Lot:
    """Draws by lot; the stream of numpy's RandomState is frozen, so a seed stays a person."""

    def __init__(self, seed: int) -> None:
        self._state = np.random.RandomState(seed)

    def between(self, low: float, high: float) -> float:
        return float(low + (high - low) * self._state.random_sample())

    def wide(self, low: float, high: float) -> float:
        """Like ``between``, but often near one of the ends (arcsine distribution)."""
        place = 0.5 - 0.5 * np.cos(np.pi * self._state.random_sample())
        return float(low + (high - low) * place)

    def one_of(self, choices: Sequence[T]) -> T:
        return choices[int(self._state.random_sample() * len(choices))]

    def chance(self, probability: float) -> bool:
        return bool(self._state.random_sample() < probability)


def person(seed: int) -> DrawnPerson:
    """The invented person of this seed, always the same one."""
    lot = _Lot(seed)
    age = lot.one_of(("child", "child", "teen", "teen", "adult"))
    long_haired = lot.chance(0.5)
    tone = int(lot.between(0, len(SKINS)))
    skin = mix(SKINS[tone], SKINS[min(tone + 1, len(SKINS) - 1)], lot.between(0, 1))
    young = {"child": 1.0, "teen": 0.45, "adult": 0.0}[age]
    jaw = lot.between(0.6, 0.84) + 0.04 * young - 0.04 * long_haired
    return DrawnPerson(
        seed=seed,
        age=age,
        skin=skin,
        jaw=jaw,
        chin_width=jaw * lot.between(0.34, 0.6),
        chin=lot.wide(1.34, 1.7) - 0.14 * young,
        forehead=lot.between(1.12, 1.3) + 0.12 * young,
        cheek=lot.between(0.0, 1.0),
        eye_gap=lot.wide(0.34, 0.54),
        eye_width=lot.wide(0.175, 0.27) + 0.02 * young,
        eye_height=lot.wide(0.075, 0.15) + 0.03 * young,
        eye_tilt=lot.wide(-0.2, 0.28),
        eye_colour=lot.one_of(EYES[: 3 if tone > 3 else len(EYES)]),
        crease=lot.wide(0.0, 1.0),
        brow_height=lot.wide(0.26, 0.44),
        brow_thickness=lot.wide(0.03, 0.16) - 0.015 * young,
        brow_arch=lot.wide(-0.02, 0.18),
        brow_tilt=lot.between(-0.24, 0.02),
        nose_length=lot.wide(0.42, 0.74) - 0.04 * young,
        nose_width=lot.wide(0.14, 0.36) - 0.02 * young,
        nose_bridge=lot.wide(0.0, 1.3) * (1 - 0.5 * young),
        mouth=lot.wide(0.86, 1.08) - 0.07 * young,
        mouth_width=lot.wide(0.27, 0.52),
        upper_lip=lot.wide(0.03, 0.12),
        lower_lip=lot.wide(0.05, 0.16),
        lip_red=lot.between(0.1, 0.9) * (1.0 if long_haired else 0.5),
        ears=lot.between(0.75, 1.25),
        hair=_hair(lot, age, long_haired=long_haired),
        hair_colour=_hair_colour(lot, age, tone),
        hairline=lot.between(-0.08, 0.1),
        cover=_cover(lot, long_haired=long_haired),
        cover_colour=lot.one_of(CLOTHS),
        beard=_beard(lot, age, long_haired=long_haired),
        glasses=lot.one_of(GLASSES) if lot.chance(0.4) else "",
        glasses_colour=lot.one_of(((34, 30, 34), (120, 70, 40), (60, 80, 130), (170, 50, 60))),
        freckles=round(lot.between(14, 44)) if tone < 4 and lot.chance(0.3) else 0,
        blush=lot.between(0.05, 0.5),
        lines=lot.wide(0.2, 1.0) if age == "adult" else 0.0,
        sockets=lot.wide(0.1, 0.75 - 0.25 * young),
        hollow=lot.wide(0.0, 0.5) * (1 - 0.6 * young),
        parting=lot.one_of((-1, 1)),
    )


def _hair(lot: _Lot, age: str, *, long_haired: bool) -> str:
    if long_haired:
        return lot.one_of(LONG_STYLES)
    return lot.one_of(SHORT_STYLES + ADULT_STYLES if age == "adult" else SHORT_STYLES)


def _hair_colour(lot: _Lot, age: str, tone: int) -> Colour:
    dark = tone > 3
    natural = lot.one_of(HAIRS[: 3 if dark else len(HAIRS)])
    grey = lot.one_of(GREYS)
    return grey if age == "adult" and lot.chance(0.35) else natural


def _cover(lot: _Lot, *, long_haired: bool) -> str:
    cover = lot.one_of(COVERS)
    fits = cover not in (("turban", "beanie") if long_haired else ("hijab", "headband"))
    return cover if fits and lot.chance(0.32) else ""


def _beard(lot: _Lot, age: str, *, long_haired: bool) -> str:
    beard = lot.one_of(BEARDS)
    return beard if age == "adult" and not long_haired and lot.chance(0.7) else ""
