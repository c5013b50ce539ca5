"""Promises of calibrating: it tightens freely, loosens only on evidence, and says what it saw."""

from __future__ import annotations

import json
from dataclasses import asdict, replace
from datetime import UTC, date, datetime

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gate import tails
from gate.arrays import Vectors
from gate.calibrate import ENOUGH_TO_LOOSEN, Subject, calibrate
from gate.calibration import LOOSEST, SMALLEST, Calibration, band, in_force, is_due, stricter
from gate.held_out import HeldOut
from gate.match import Matcher, template
from gate.population import Population, describe, even
from gate.rehearsal import rehearse
from gate.values import Calibrated, Gallery, Person, References, Thresholds

D = 256
TODAY = date(2026, 5, 4)
SHIPPED = Thresholds(show=0.49, veto=0.20, margin=0.25)
READER = "sface-2021dec-fake"


def unit(vectors: Vectors) -> Vectors:
    scaled: Vectors = (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float32)
    return scaled


def normal(seed: int, rows: int) -> Vectors:
    return np.random.default_rng(seed).standard_normal((rows, D)).astype(np.float32)


POPULATION = Population(
    (describe("adults", unit(normal(1, 400))), describe("children", unit(normal(2, 400)))),
    even([np.diag(np.linspace(1.0, 4.0, D))]),
)


def photos(seed: int, people: int, each: int, spread: float = 0.6, alike: float = 0.0) -> Vectors:
    """Embeddings, person by person. ``alike``: how much everybody shares one face."""
    centre = unit(normal(seed, people)) + alike * unit(normal(seed + 1, 1))
    noise = unit(normal(seed + 2, people * each))
    return unit(np.repeat(unit(centre), each, axis=0) + spread * noise)


def subject(
    vectors: Vectors, each: int, *, year: str | None = "9", reader: str = READER
) -> Subject:
    people = [f"P{number:04}" for number in range(len(vectors) // each)]
    templates = [template(vectors[i * each : (i + 1) * each])[0] for i in range(len(people))]
    gallery = Gallery(tuple(people), np.array(templates), (each,) * len(people), reader)
    owners = tuple(ref for ref in people for _ in range(each))
    days = (date(2026, 1, 5),) * len(owners)
    persons = {ref: Person(ref, "pupil", "Given", "Family", year) for ref in people}
    return Subject(gallery, References(owners, vectors, days), persons)


def found(of: Subject, fpir: float = 0.001) -> Calibration:
    return calibrate(of, POPULATION, SHIPPED, fpir, TODAY)


# --- scores with one person left out ------------------------------------------------------------


@pytest.mark.parametrize("people", [3, 25, 60])
def test_left_out_scores_are_those_of_a_register_without_the_person(people: int) -> None:
    vectors = photos(3, people, 2)
    gallery = subject(vectors, 2).gallery
    owner = np.repeat(np.arange(people), 2)
    others = vectors.reshape(people, 2, D)[:, ::-1].reshape(-1, D)
    for batch in HeldOut(gallery, POPULATION).batches(vectors, owner, others):
        for place, row in enumerate(batch.rows):
            keep = np.arange(people) != owner[row]
            names = tuple(np.array(gallery.people)[keep])
            without = Gallery(names, gallery.vectors[keep], (2,) * len(names), READER)
            expected = Matcher(without, SHIPPED, POPULATION).scores(vectors[row : row + 1])[0]
            assert batch.others[place][keep] == pytest.approx(expected, abs=1e-4)
            assert batch.others[place][owner[row]] == -np.inf
            with_own = gallery.vectors.copy()
            with_own[owner[row]] = others[row]
            changed = replace(gallery, vectors=with_own)
            own = Matcher(changed, SHIPPED, POPULATION).scores(vectors[row : row + 1])[0]
            assert batch.own[place] == pytest.approx(own[owner[row]], abs=1e-4)


def test_photos_that_were_not_kept_take_no_part() -> None:
    whole = subject(photos(3, 12, 3), 3)
    vectors = whole.references.vectors.copy()
    vectors[:3] = 0
    seen = rehearse(whole.gallery, replace(whole.references, vectors=vectors), POPULATION)
    assert seen.people == 11
    assert 0 not in seen.owner
    calibrated = found(replace(whole, references=replace(whole.references, vectors=vectors)))
    assert calibrated.without_vectors == ("P0000",)
    assert (calibrated.people, calibrated.references) == (12, 33)


# --- the tail -----------------------------------------------------------------------------------


def test_an_exponential_tail_is_found_again() -> None:
    random = np.random.default_rng(0)
    best = (0.1 + random.exponential(0.05, 6000)).astype(np.float32)
    owner = np.arange(6000) // 3
    tail = tails.fit(best, owner)
    assert tail.level(0.001) == pytest.approx(0.1 + 0.05 * np.log(1000), abs=0.02)
    assert tail.above(tail.level(0.001)) == pytest.approx(0.001)
    assert tail.above(-1.0) == tail.share


def test_the_truth_lies_within_what_resampling_says_most_of_the_time() -> None:
    truth, held = 0.05 * np.log(1000), 0
    for seed in range(40):
        best = np.random.default_rng(seed).exponential(0.05, 300).astype(np.float32)
        levels = [t.level(0.001) for t in tails.resampled(best, np.arange(300) // 3)]
        held += bool(np.quantile(levels, 0.01) <= truth <= np.quantile(levels, 0.99))
    assert held >= 34


def test_few_people_lean_on_the_usual_excess() -> None:
    wild = np.array([0.1] * 30 + [0.9, 1.2], np.float32)
    few = tails.fit(wild, np.arange(32))
    assert few.excess < 0.25
    with pytest.raises(ValueError, match="scores"):
        tails.fit(wild[:0], np.arange(0))


# --- thresholds ---------------------------------------------------------------------------------


def test_a_register_that_is_too_small_keeps_the_shipped_thresholds() -> None:
    small = found(subject(photos(3, SMALLEST - 1, 3), 3))
    assert (small.outcome, small.thresholds, small.expected) == ("too_small", SHIPPED, None)
    assert found(subject(photos(3, SMALLEST, 3), 3)).outcome != "too_small"


def test_a_register_of_people_who_are_alike_tightens() -> None:
    plain, alike = photos(3, 40, 3), photos(3, 40, 3).copy()
    for one in range(0, 24, 2):  # twelve pairs of twins: too many to be set aside as relatives
        alike[3 * one : 3 * one + 3] = alike[3 * one + 3 : 3 * one + 6] + 0.3 * unit(normal(9, 3))
    assert found(subject(plain, 3)).outcome == "kept"
    tight = found(subject(unit(alike), 3))
    assert tight.outcome == "tightened"
    assert tight.thresholds.show > SHIPPED.show
    assert tight.pairs[0].score > SHIPPED.show


def test_one_pair_of_twins_is_named_and_does_not_tighten() -> None:
    vectors = photos(3, 40, 3)
    vectors[:3] = unit(vectors[3:6] + 0.3 * unit(normal(9, 3)))
    twins = found(subject(vectors, 3))
    assert [(p.one, p.other) for p in twins.related] == [("P0000", "P0001")]
    assert (twins.pairs[0].one, twins.pairs[0].other) == ("P0000", "P0001")
    assert twins.outcome == "kept"


def test_only_a_register_with_enough_evidence_loosens_and_never_below_the_floor() -> None:
    easy = photos(3, ENOUGH_TO_LOOSEN, 3)
    loose = found(subject(easy, 3))
    assert loose.outcome == "loosened"
    assert loose.proven is not None
    assert loose.thresholds.show >= max(loose.proven, SHIPPED.show - LOOSEST) - 1e-9
    assert loose.expected is not None
    assert loose.expected.high <= 0.001
    for fewer in (
        subject(easy[: 3 * (ENOUGH_TO_LOOSEN - 1)], 3),
        subject(easy, 3, reader="another reader"),
    ):
        assert found(fewer).thresholds.show == SHIPPED.show


def test_children_keep_the_floor_higher_and_a_few_of_them_keep_it_where_it_was() -> None:
    easy = subject(photos(3, ENOUGH_TO_LOOSEN, 3), 3)
    show = found(easy).thresholds.show
    everybody = {ref: replace(person, year_group="2") for ref, person in easy.people.items()}
    primary = found(replace(easy, people=everybody)).thresholds.show
    one_child = {**easy.people, "P0000": replace(easy.people["P0000"], year_group="R")}
    assert show < primary < SHIPPED.show
    assert found(replace(easy, people=one_child)).thresholds.show == SHIPPED.show


def test_fewer_strangers_need_a_higher_threshold() -> None:
    of = subject(photos(3, 60, 3), 3)
    shows = [found(of, fpir).thresholds.show for fpir in (0.01, 0.001, 0.0001)]
    assert shows[0] == shows[1] == SHIPPED.show
    assert shows[2] > SHIPPED.show + 0.1


def test_the_veto_is_lowered_where_the_own_photos_are_missed_and_never_raised() -> None:
    sure, unsure = found(subject(photos(3, 60, 3), 3)), found(subject(photos(3, 60, 3, 2.2), 3))
    assert sure.thresholds.veto == SHIPPED.veto
    assert unsure.thresholds.veto < SHIPPED.veto
    assert unsure.blocked > sure.blocked


def test_the_margin_grows_to_the_widest_lead_of_a_wrong_person() -> None:
    vectors = photos(3, 40, 3)
    vectors[0] = unit(vectors[3:4] + 0.4 * unit(normal(9, 1)))[0]  # filed under the wrong person
    assert found(subject(vectors, 3)).thresholds.margin > SHIPPED.margin


def test_shares_are_counted_for_every_year_group() -> None:
    of = subject(photos(3, 24, 3), 3)
    years = {
        ref: replace(person, year_group=str(7 + number % 2))
        for number, (ref, person) in enumerate(of.people.items())
    }
    years["P0000"] = Person("P0000", "staff", "Given", "Family")
    calibrated = found(replace(of, people=years))
    assert [(g.name, g.people) for g in calibrated.groups] == [
        ("year 7", 11),
        ("year 8", 12),
        ("staff", 1),
    ]
    assert sum(g.recognised.count for g in calibrated.groups) == calibrated.recognised.count
    assert calibrated.recognised.of == 72


def test_the_report_holds_references_and_no_names() -> None:
    of = subject(photos(3, 20, 2), 2)
    said = json.dumps(asdict(found(of)), default=str)
    assert "P0003" in said
    assert "Given" not in said
    assert "Family" not in said


def test_the_same_register_gives_the_same_calibration() -> None:
    of = subject(photos(3, 30, 3), 3)
    assert found(of) == found(of)


def test_few_and_old_references_are_named() -> None:
    of = subject(photos(3, 12, 2), 2)
    days = (date(2023, 1, 1),) * 2 + (None,) * 2 + (date(2026, 1, 1),) * 20
    calibrated = found(replace(of, references=replace(of.references, taken_on=days)))
    assert (calibrated.old, calibrated.unknown_age) == (("P0000",), ("P0001",))
    assert len(calibrated.few) == 12


# --- what is in force ---------------------------------------------------------------------------

NUMBERS = Thresholds(0.52, 0.18, 0.30)


def made(numbers: Thresholds = NUMBERS, reader: str = "r", fpir: float = 0.001) -> Calibrated:
    return Calibrated(1, datetime(2026, 1, 1, tzinfo=UTC), reader, fpir, numbers)


def test_a_calibration_counts_for_its_own_reader_only() -> None:
    assert in_force(SHIPPED, made(), "r", 0.001) == NUMBERS
    assert in_force(SHIPPED, made(), "another", 0.001) == SHIPPED
    assert in_force(SHIPPED, None, "r", 0.001) == SHIPPED


def test_for_another_fpir_the_stricter_numbers_count() -> None:
    assert in_force(SHIPPED, made(), "r", 0.01) == NUMBERS
    loose = replace(NUMBERS, show=0.45)
    assert in_force(SHIPPED, made(loose), "r", 0.01) == stricter(SHIPPED, loose)
    assert in_force(SHIPPED, made(loose), "r", 0.01).show == SHIPPED.show


@pytest.mark.parametrize(
    "numbers",
    [
        Thresholds(0.2, 0.2, 0.25),
        Thresholds(0.49, 0.3, 0.25),
        Thresholds(0.49, 0.2, 0.0),
        Thresholds(float("nan"), 0.2, 0.25),
    ],
)
def test_numbers_that_no_calibration_gives_do_not_count(numbers: Thresholds) -> None:
    assert in_force(SHIPPED, made(numbers), "r", 0.001) == SHIPPED


def test_it_is_due_at_first_and_when_enough_changed() -> None:
    assert is_due(None, SMALLEST, 0, 0.001)
    assert not is_due(None, SMALLEST - 1, 0, 0.001)
    assert is_due(made(), 50, 0, 0.01)
    assert not is_due(made(), 20, 2, 0.001)
    assert is_due(made(), 60, 3, 0.001)
    assert not is_due(made(), 100, 4, 0.001)


@pytest.mark.parametrize(
    ("kind", "year", "expected"),
    [
        ("staff", None, "adults"),
        ("visitor", "3", "adults"),
        ("pupil", "7", "secondary"),
        ("pupil", "Year 13", "secondary"),
        ("pupil", "6B", "primary"),
        ("pupil", "R", "primary"),
        ("pupil", "Nursery", "primary"),
        ("pupil", "Oak", "unknown"),
        ("pupil", "2026", "unknown"),
        ("pupil", None, "unknown"),
    ],
)
def test_age_bands(kind: str, year: str | None, expected: str) -> None:
    assert band(Person("P1", kind, "Given", "Family", year)) == expected


@given(st.lists(st.floats(-1, 1, width=32), min_size=1, max_size=200))
def test_a_tail_can_be_found_of_any_scores(scores: list[float]) -> None:
    tail = tails.fit(np.array(scores, np.float32), np.arange(len(scores)))
    assert np.isfinite(tail.level(0.001))
    assert tail.level(0.0001) >= tail.level(0.001) >= tail.start
