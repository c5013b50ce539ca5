"""The result of a measurement as values: what the page shows and what the JSON file holds.

No name, label, file name, single score or vector is in it, of anybody.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass

from gate.evaluation.figures import Histogram, Point, Rate
from gate.values import Second

SCHEMA = "photogate-evaluation/1"
"""Name and version of the JSON file's layout; the number rises when a field changes meaning."""


@dataclass(frozen=True)
class Setting:
    """With what was measured. ``source``: whose settings; ``register``: revision of the site's.

    ``show``, ``veto`` and ``margin`` are those in force. ``second``: the second reader, which had
    its say in the gate runs and none in the recognition figures; None: there is none.
    """

    software: str
    engine: str
    libraries: str
    policy: str
    source: str
    show: float
    veto: float
    margin: float
    thresholds_from: str
    search_edge: int
    register: int | None
    second: Second | None = None


@dataclass(frozen=True)
class Material:
    """On what was measured. ``kind``: folders or truth. ``states``: labelled faces by what became
    of them in the search; ``causes``: photos that could not be judged, by the reason.
    ``fingerprint``: SHA-256 over the sorted SHA-256 of all photos and references, in hex.
    """

    kind: str
    photos: int
    people: int
    nameless: int
    faces: int
    states: Mapping[str, int]
    causes: Mapping[str, int]
    copies: int
    fingerprint: str
    notes: tuple[str, ...]


@dataclass(frozen=True)
class Protocol:
    """How it was measured. Counts are of the first split where they differ between splits."""

    seed: int
    strangers_share: float
    references_at_most: int
    splits: int
    register: int
    strangers: int
    refused: int
    references: Mapping[int, int]
    runs: int
    judged_at_most: int
    permissions: str


@dataclass(frozen=True)
class AtFpir:
    """The share recognised where this share of strangers' faces passes.

    ``threshold`` and ``tpir`` are None where there are too few strangers to tell.
    """

    fpir: float
    strangers_needed: int
    strangers: int
    threshold: float | None
    tpir: Rate | None


@dataclass(frozen=True)
class Part:
    """Some of the register's people or faces: an age group, or a range of sizes."""

    name: str
    recognised: Rate
    veto_reached: Rate


@dataclass(frozen=True)
class Recognition:
    """Faces against a register, at the thresholds in force unless it is said.

    ``recognised``: TPIR, of all labelled faces; ``recognised_of_read``: of those that were found
    and read. ``mistaken``: own people taken for somebody else. ``strangers_passed``: FPIR.
    ``veto_reached``: faces that reach the veto of their own person, ``veto_of_others``: the share
    of other people whose veto a face reaches.
    """

    recognised: Rate
    recognised_of_read: Rate
    mistaken: Rate
    strangers_passed: Rate
    veto_reached: Rate
    veto_of_others: Rate
    at_fpir: tuple[AtFpir, ...]
    by_group: tuple[Part, ...]
    by_size: tuple[Part, ...]
    det: tuple[Point, ...]
    scores: Histogram


@dataclass(frozen=True)
class ChannelPassed:
    """Labelled faces and photos on one channel, or (``all``) on any of them.

    ``leaked``: of the faces that may not be shown, those that can be seen in a released copy.
    ``over_blurred``: of the faces that may be shown, those covered in a released copy.
    ``caught``: of the photos with a restricted person, those blocked for it; ``falsely_blocked``:
    of the others. ``held``: photos held for a person to decide. ``unplaced``: photos released
    though somebody who may not be shown is in them and no face was found.
    """

    channel: str
    leaked: Rate
    over_blurred: Rate
    caught: Rate
    falsely_blocked: Rate
    photos: int
    released: int
    held: int
    unplaced: int


@dataclass(frozen=True)
class Report:
    """All of it. ``made_at``: UTC, as ISO 8601."""

    schema: str
    made_at: str
    setting: Setting
    material: Material
    protocol: Protocol
    recognition: Recognition
    gate: tuple[ChannelPassed, ...]
    missed: int

    @property
    def overall(self) -> ChannelPassed:
        """Over all channels."""
        return self.gate[0]


def to_json(report: Report) -> str:
    """The report as JSON text; shares are 0 to 1, intervals 95 %."""
    return json.dumps(asdict(report), indent=2, ensure_ascii=False, allow_nan=False) + "\n"
