"""Only what has been kept for its whole period goes, and nothing that must stay."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from gate.retention import OF_PHOTOS, Holding, Kind, Plan, plan

NOW = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)

kinds = st.sampled_from(list(Kind))
names = st.sampled_from(["a", "b", "c"])
ages = st.integers(-10, 400)
holdings = st.builds(
    lambda kind, what, age, stays: Holding(kind, what, NOW - timedelta(days=age), stays=stays),
    kinds,
    names,
    ages,
    st.sampled_from(["", "", "restricted"]),
)
periods = st.dictionaries(kinds, st.integers(0, 365))


def nothing_kept(_photo: str) -> bool:
    return False


def aged(kind: Kind, days: float) -> Holding:
    return Holding(kind, "x", NOW - timedelta(days=days))


def test_a_period_is_over_on_its_last_day_and_not_before() -> None:
    for age, gone in ((29.99, 0), (30, 1), (31, 1)):
        found = plan([aged(Kind.ORIGINALS, age)], {Kind.ORIGINALS: 30}, NOW, nothing_kept)
        assert len(found.disposals) == gone
    (one,) = plan([aged(Kind.ORIGINALS, 30)], {Kind.ORIGINALS: 30}, NOW, nothing_kept).disposals
    assert "30 days" in one.why


@given(st.lists(holdings))
def test_without_a_period_everything_stays(held: list[Holding]) -> None:
    assert plan(held, {}, NOW, nothing_kept) == Plan()
    assert plan(held, dict.fromkeys(Kind, 0), NOW, nothing_kept) == Plan()


@given(st.lists(holdings), periods, st.sets(names))
def test_nothing_goes_that_must_stay(
    held: list[Holding], days: dict[Kind, int], kept: set[str]
) -> None:
    found = plan(held, days, NOW, kept.__contains__)
    for one in found.disposals:
        assert not (one.kind in OF_PHOTOS and one.what in kept)
        assert 0 < days[one.kind] <= (NOW - one.since).days
        assert Holding(one.kind, one.what, one.since) in held
    everything = plan([*held], days, NOW, nothing_kept)
    assert set(found.disposals) <= set(everything.disposals)


@given(st.lists(holdings), periods, st.integers(0, 300))
def test_later_and_with_shorter_periods_more_goes(
    held: list[Holding], days: dict[Kind, int], by: int
) -> None:
    def gone(periods: dict[Kind, int], at: datetime) -> set[tuple[Kind, str, datetime]]:
        return {(d.kind, d.what, d.since) for d in plan(held, periods, at, nothing_kept).disposals}

    before = gone(days, NOW)
    assert before <= gone(days, NOW + timedelta(days=by))
    shorter = {kind: max(period - by, 1) if period else 0 for kind, period in days.items()}
    assert before <= gone(shorter, NOW)


@given(st.lists(holdings), periods, st.randoms())
def test_the_order_of_what_is_held_means_nothing(
    held: list[Holding], days: dict[Kind, int], chance: Random
) -> None:
    mixed = sorted(held, key=lambda _: chance.random())
    assert plan(held, days, NOW, nothing_kept) == plan(mixed, days, NOW, nothing_kept)
