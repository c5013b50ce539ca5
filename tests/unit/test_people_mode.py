"""Where people name the faces: the pipeline without a reader, and with what was said."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import pytest

from gate.arrays import Pixels, Vectors
from gate.explain import as_text, explain
from gate.pipeline import Gate
from gate.policy import Engines, Policy
from gate.statements import Statement, StatementKind, Word
from gate.values import (
    Face,
    FaceReason,
    Judgement,
    Match,
    Outcome,
    Reason,
    Restriction,
    Thresholds,
    Verdict,
)
from tests.explain_cases import case_of
from tests.unit.test_pipeline import (
    CHANNELS,
    GREEN,
    NOW,
    PLACES,
    RED,
    ColourFinder,
    ColourReader,
    FakeRegister,
    gate,
    is_like,
    photo,
    register,
    released,
)


@dataclass
class Book:
    said: tuple[Statement, ...] = ()

    def about(self, photo: str) -> tuple[Word, ...]:
        return self.said


class NothingFound(ColourFinder):
    """Misses every face."""

    def find(self, pixels: Pixels, threshold: float) -> list[Face]:
        return []


def said(kind: str, colour: tuple[int, int, int], person: str | None = None) -> Statement:
    number = 1 if colour == RED else 2
    return Statement(number, StatementKind(kind), PLACES[colour], person)


def by_people(*statements: Statement, known: FakeRegister | None = None) -> Gate:
    policy = Policy(CHANNELS, Thresholds(0.5, 0.2, 0.1), "p1")
    engines = Engines(ColourFinder(), None)
    book = Book(statements)
    used = known or register()
    return Gate(policy, engines, used, lambda: NOW, software="test", statements=book)


def by_machine(
    *statements: Statement, known: FakeRegister | None = None, **engines: object
) -> Gate:
    policy = Policy(CHANNELS, Thresholds(0.5, 0.2, 0.1), "p1")
    used = replace(Engines(ColourFinder(), ColourReader()), **engines)  # type: ignore[arg-type]
    book = Book(statements)
    register_used = known or register()
    return Gate(policy, used, register_used, lambda: NOW, software="test", statements=book)


def copy_of(judgement: Judgement) -> Pixels:
    return released(judgement.renditions[0].data)


def test_without_a_reader_every_photo_with_a_face_waits_for_names() -> None:
    for said_so_far in ((), (said("named", RED, "RED"),)):
        judgement = by_people(*said_so_far).judge("f00", photo(RED, GREEN))
        assert {d.verdict for d in judgement.decisions} == {Verdict.REVIEW}
        assert {d.reason for d in judgement.decisions} == {Reason.NAMES_NEEDED}
        assert judgement.renditions == ()
        assert set(judgement.matches) == {Match(readable=False)}


def test_without_a_reader_a_photo_with_nobody_is_judged_as_ever() -> None:
    judgement = by_people().judge("f00", photo())
    assert {d.reason for d in judgement.decisions} == {Reason.NO_FACES}
    assert len(judgement.renditions) == 2


def test_named_faces_are_shown_and_the_others_covered() -> None:
    words = (said("named", RED, "RED"), said("covered", GREEN))
    judgement = by_people(*words).judge("f00", photo(RED, GREEN))
    assert {d.verdict for d in judgement.decisions} == {Verdict.BLUR}
    assert judgement.statements == (1, 2)
    assert is_like(copy_of(judgement), RED).sum() > 0.8 * 40 * 48
    assert not is_like(copy_of(judgement), GREEN).any()


def test_a_name_without_permission_is_covered_and_a_restricted_one_blocks() -> None:
    words = (said("named", RED, "GREEN"),)
    judgement = by_people(*words).judge("f00", photo(RED))
    assert judgement.decisions[0].faces[0].reason is FaceReason.NO_CONSENT
    assert not is_like(copy_of(judgement), RED).any()
    day = NOW.date()
    kept_away = {"GREEN": (Restriction(4, "GREEN", frozenset({"website"}), day),)}
    vetoed = by_people(*words, known=register(restrictions=kept_away)).judge("f00", photo(RED))
    assert [d.verdict for d in vetoed.decisions] == [Verdict.BLOCK, Verdict.BLUR]


def test_a_missed_face_that_is_drawn_is_covered_or_shown() -> None:
    covered = by_machine(said("drawn", GREEN), finder=NothingFound()).judge("f00", photo(GREEN))
    assert covered.decisions[0].reason is Reason.ALL_COVERED
    assert not is_like(copy_of(covered), GREEN).any()
    words = said("drawn", RED, "RED")
    shown = by_machine(words, finder=NothingFound()).judge("f00", photo(RED))
    assert shown.decisions[0].verdict is Verdict.APPROVE
    assert shown.faces[0] == Face(PLACES[RED], (), 1.0)
    assert is_like(copy_of(shown), RED).any()


def test_a_drawn_face_is_read_so_that_it_may_veto() -> None:
    kept_away = {"RED": (Restriction(4, "RED", frozenset({"all"}), NOW.date()),)}
    known = register(restrictions=kept_away)
    judgement = by_machine(said("drawn", RED, "GREEN"), known=known, finder=NothingFound()).judge(
        "f00", photo(RED)
    )
    assert {d.reason for d in judgement.decisions} == {Reason.RESTRICTED_PERSON}
    assert judgement.decisions[0].faces[0].person == "RED"


def test_what_is_no_face_is_left_alone_unless_it_is_recognised() -> None:
    class Nobody(ColourReader):
        def read(self, pixels: Pixels, faces: Sequence[Face]) -> Vectors:
            rows: Vectors = np.zeros((len(faces), self.dimension), np.float32)
            rows[:, 5] = 1
            return rows

    none = said("not_a_face", GREEN)
    judgement = by_machine(none, reader=Nobody()).judge("f00", photo(GREEN))
    assert judgement.decisions[0].reason is Reason.NO_FACES
    assert is_like(copy_of(judgement), GREEN).any()
    recognised = by_machine(none).judge("f00", photo(GREEN))
    assert recognised.decisions[0].faces[0].outcome is Outcome.COVERED
    assert not is_like(copy_of(recognised), GREEN).any()


def test_a_refused_photo_has_no_copy() -> None:
    refused = Statement(1, StatementKind.REFUSED, channel="print")
    judgement = by_machine(refused).judge("f00", photo(RED))
    assert [d.reason for d in judgement.decisions] == [Reason.ALL_SHOWN, Reason.REFUSED_BY_HAND]
    assert [r.channel for r in judgement.renditions] == ["website"]


def test_statements_are_about_pixels_of_the_original() -> None:
    policy = Policy((replace(CHANNELS[0], max_edge=300),), Thresholds(0.5, 0.2, 0.1), "p1")
    book = Book((said("named", RED, "RED"),))
    used = Engines(ColourFinder(), None)
    small = Gate(policy, used, register(), lambda: NOW, software="test", statements=book)
    assert small.judge("f00", photo(RED)).decisions[0].verdict is Verdict.APPROVE


def test_what_is_said_now_takes_the_place_of_what_is_on_record() -> None:
    judging = by_people(said("named", RED, "RED"))
    assert judging.judge("f00", photo(RED)).decisions[0].verdict is Verdict.APPROVE
    assert judging.judge("f00", photo(RED), said=()).decisions[0].verdict is Verdict.REVIEW


def test_even_a_file_that_cannot_be_read_knows_what_was_said() -> None:
    assert by_people(said("named", RED, "RED")).judge("f00", b"").statements == (1,)


def test_saying_nothing_changes_nothing() -> None:
    plain = gate(register()).judge("f00", photo(RED, GREEN))
    silent = by_machine().judge("f00", photo(RED, GREEN))
    assert plain.decisions == silent.decisions
    assert [r.sha256 for r in plain.renditions] == [r.sha256 for r in silent.renditions]


@pytest.mark.parametrize("role", ["auditor", "comms", "social"])
def test_a_held_photo_reads_well_and_gives_nothing_away(role: str) -> None:
    judgement = by_people().judge("f00", photo(RED, GREEN))
    text = as_text(explain(case_of(judgement), role))
    if role == "auditor":
        assert "Somebody must say who each of these people is" in text
        assert "Nobody has said yet who this is." in text
        assert "No face was compared with anybody" in text
        assert "similarity" not in text
    else:
        assert "Held: ask the safeguarding lead." in text
        assert "said" not in text


def test_who_named_a_face_is_told_to_those_who_may_know() -> None:
    judgement = by_people(said("named", RED, "RED")).judge("f00", photo(RED))
    case = case_of(judgement)
    assert "Somebody said on some day that it is RED" in as_text(explain(case, "auditor"), 200)
    assert "RED" not in as_text(explain(case, "comms"), 200)
