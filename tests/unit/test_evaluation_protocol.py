"""Who is enrolled and who stays a stranger, and the scores that come of it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gate.arrays import Vectors
from gate.enrol import Reading, Reference
from gate.errors import LabelsRefused
from gate.evaluation.labelled import LabelledFace
from gate.evaluation.looking import Sample, State
from gate.evaluation.protocol import Known, Options, make_splits
from gate.evaluation.scoring import score
from gate.evaluation.summary import recognition
from gate.match import DEFAULT_THRESHOLDS
from gate.values import Box

READER = "sface-2021dec-made-up"


def face_of(person: int, photo: int, spread: float = 0.03) -> Vectors:
    base = np.random.default_rng(person).normal(size=128)
    noise = np.random.default_rng((person, photo)).normal(size=128) * spread * 10
    vector: Vectors = ((base + noise) / np.linalg.norm(base + noise)).astype(np.float32)
    return vector


def sample(person: int, photo: int, state: State = State.READ, height: float = 100) -> Sample:
    read = state is State.READ
    return Sample(
        Path(f"{person}-{photo}.jpg"),
        LabelledFace(f"P{person:03}"),
        state,
        Box(0, 0, height, height),
        face_of(person, photo) if read else None,
        read,
    )


def known(people: int, photos: int) -> Known:
    faces = tuple(sample(person, photo) for person in range(people) for photo in range(photos))
    return Known(faces, {}, READER)


@settings(max_examples=25, deadline=None)
@given(
    st.integers(2, 12), st.integers(2, 6), st.integers(0, 99), st.floats(0, 0.9), st.integers(1, 5)
)
def test_nobody_is_compared_with_their_own_reference_or_on_both_sides(
    people: int, photos: int, seed: int, strangers: float, references: int
) -> None:
    data = known(people, photos)
    for split in make_splits(data, Options(seed, strangers, references)):
        used = {row for rows in split.references.values() for row in rows}
        probed = set(split.probes)
        assert not used & probed
        assert not used & set(split.strangers)
        enrolled = set(split.gallery.people)
        assert {data.samples[row].person for row in split.probes} == enrolled
        assert not {data.samples[row].person for row in split.strangers} & enrolled
        assert len(used) + len(probed) + len(split.strangers) == len(data.samples)
        assert all(1 <= len(rows) <= references for rows in split.references.values())
        assert enrolled
        assert split.strangers


def test_the_same_seed_gives_the_same_splits_and_another_seed_others() -> None:
    data = known(20, 4)

    def cut(seed: int) -> list[tuple[int, ...]]:
        return [split.strangers for split in make_splits(data, Options(seed))]

    assert cut(1) == cut(1)
    assert cut(1) != cut(2)
    assert len(set(cut(1))) > 1


def test_the_stated_share_is_set_aside() -> None:
    split = make_splits(known(50, 3), Options(strangers=0.3))[0]
    assert len(split.gallery.people) == 35


def test_people_who_cannot_be_enrolled_are_the_first_strangers() -> None:
    one_photo = tuple(sample(person, 0) for person in range(100, 110))
    data = Known((*known(10, 3).samples, *one_photo), {}, READER)
    split = make_splits(data, Options(strangers=0.3))[0]
    assert len(split.gallery.people) == 10
    assert {data.samples[row].person for row in split.strangers} == {
        f"P{n}" for n in range(100, 110)
    }


def test_references_that_were_read_on_their_own_are_enrolled() -> None:
    data = known(6, 2)
    reading = Reading(
        "P000",
        (Reference("a", "1"), Reference("b", "2")),
        np.array([face_of(0, 50), face_of(0, 51)]),
    )
    split = make_splits(Known(data.samples, {"P000": reading}, READER), Options())[0]
    assert split.gallery.people == ("P000",)
    assert split.gallery.references == (2,)
    assert len(split.probes) == 2
    assert len(split.strangers) == 10


def test_somebody_whom_enrolment_refuses_counts_as_a_stranger() -> None:
    # The same face under two labels: both folders look like the other's.
    twice = tuple(
        Sample(Path(f"t{n}.jpg"), LabelledFace("P999"), State.READ, None, face_of(0, n), True)
        for n in range(10, 14)
    )
    data = Known((*known(6, 4).samples, *twice), {}, READER)
    split = make_splits(data, Options(strangers=0.0))[0]
    assert split.refused >= 1
    inside = set(split.gallery.people)
    assert not {"P000", "P999"} <= inside


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (Known((), {}, READER), "0 people"),
        (known(1, 5), "1 people"),
        (known(5, 1), "at least two photos"),
        (
            Known(tuple(sample(p, n, State.SMALL) for p in range(3) for n in range(3)), {}, READER),
            "sharp face",
        ),
    ],
)
def test_too_little_to_measure_on_is_said(data: Known, said: str) -> None:
    with pytest.raises(LabelsRefused, match=said):
        make_splits(data, Options())


def test_faces_that_were_not_found_count_as_not_recognised() -> None:
    found = known(10, 4).samples
    lost = tuple(sample(person, 9, State.NOT_FOUND) for person in range(10))
    data = Known((*found, *lost), {}, READER)
    splits = make_splits(data, Options())
    figures = recognition(
        score(data.samples, splits, DEFAULT_THRESHOLDS), data.samples, {}, DEFAULT_THRESHOLDS, 0
    )
    assert figures.recognised_of_read.share == 1.0
    assert figures.recognised.share == pytest.approx(0.5)
    assert figures.strangers_passed.share == 0.0
    assert figures.mistaken.share == 0.0
    assert sum(figures.scores.genuine) == figures.recognised_of_read.trials


def test_what_too_few_strangers_cannot_tell_is_left_open() -> None:
    data = known(30, 4)
    scores = score(data.samples, make_splits(data, Options()), DEFAULT_THRESHOLDS)
    rows = recognition(scores, data.samples, {}, DEFAULT_THRESHOLDS, 0).at_fpir
    assert [(row.fpir, row.tpir is None) for row in rows] == [
        (0.1, False),
        (0.01, True),
        (0.001, True),
    ]
    assert rows[1].strangers_needed == 100
    assert rows[1].threshold is None


def test_small_age_groups_are_put_together() -> None:
    data = known(16, 3)
    groups = {f"P{n:03}": "Year 7" if n < 12 else f"Year {n}" for n in range(15)}
    scores = score(data.samples, make_splits(data, Options()), DEFAULT_THRESHOLDS)
    parts = recognition(scores, data.samples, groups, DEFAULT_THRESHOLDS, 0).by_group
    assert [part.name for part in parts] == ["Year 7", "Smaller groups together"]
    assert parts[0].recognised.people == 12
    assert parts[1].recognised.people == 4


def test_figures_are_split_by_the_size_of_the_face() -> None:
    small = tuple(sample(person, 9, State.SMALL, height=15) for person in range(6))
    data = Known((*known(6, 3).samples, *small), {}, READER)
    scores = score(data.samples, make_splits(data, Options()), DEFAULT_THRESHOLDS)
    parts = recognition(scores, data.samples, {}, DEFAULT_THRESHOLDS, 0).by_size
    assert {part.name: part.recognised.share for part in parts} == {
        "below 24": 0.0,
        "80 to 160": 1.0,
    }
