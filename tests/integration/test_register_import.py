"""Importing into a register: a whole file or nothing, and nothing is allowed by accident."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from consent_db import audit, biometrics, consents, importer, restrictions, templates
from consent_db.database import Database
from consent_db.importer import Plan
from consent_db.register import SqlRegister
from gate.errors import ImportRefused, RegisterChanged
from gate.values import ConsentStatus, RegisterSnapshot, day_of
from tests.registers import (
    NOON,
    READER,
    TODAY,
    StandingClock,
    biometric,
    consent,
    new_register,
    sqlite_url,
    vector,
)

CHANNELS = frozenset({"website", "social", "print"})
PEOPLE = """ref,kind,given_name,family_name,year_group,left_on
P1,pupil,Cleo,Jessop,7,
P2,pupil,Ben,Kerr,8,
P3,staff,Ada,Hart,,
"""
HEAD = "ref,channel,status,given_by,method,obtained_on,valid_from,valid_until,names_online_use\n"
CONSENTS = (
    HEAD
    + """P1,website,granted,parent,form,2025-09-05,,2027-08-31,yes
P1,print,refused,parent,form,2025-09-05,,,
P2,website,granted,parent,form,2025-09-05,,2027-08-31,yes
"""
)
BIOMETRIC = """ref,status,given_by,method,obtained_on
P1,granted,parent,written,2025-09-05
P2,refused,self,spoken,2025-09-05
"""
RESTRICTIONS = """ref,channels,valid_from,valid_until
P2,all,2025-09-01,
P3,website;print,2025-09-01,2030-01-01
"""
FILES = {
    "people": PEOPLE,
    "consents": CONSENTS,
    "biometric": BIOMETRIC,
    "restrictions": RESTRICTIONS,
}


@pytest.fixture
def clock() -> StandingClock:
    return StandingClock()


@pytest.fixture
def database(tmp_path: Path, clock: StandingClock) -> Database:
    return new_register(sqlite_url(tmp_path), clock)


def planned(database: Database, kind: str, text: str, **mapping: str) -> Plan:
    file = Path(str(database.place).removeprefix("sqlite:///")).parent / f"{kind}.csv"
    file.write_text(text, encoding="utf-8")
    with database.reading() as connection:
        return importer.plan(connection, kind, file, mapping, TODAY, channels=CHANNELS)


def imported(database: Database, kind: str, text: str) -> Plan:
    plan = planned(database, kind, text)
    with database.transaction("office") as tx:
        importer.apply(tx, plan)
    return plan


def refused(database: Database, kind: str, text: str) -> tuple[str, ...]:
    with pytest.raises(ImportRefused) as caught:
        planned(database, kind, text)
    return caught.value.problems


def snapshot(database: Database) -> RegisterSnapshot:
    return SqlRegister(database, READER).snapshot()


@pytest.fixture
def filled(database: Database) -> Database:
    for kind, text in FILES.items():
        imported(database, kind, text)
    return database


def test_what_is_in_the_files_is_in_the_register(filled: Database) -> None:
    seen = snapshot(filled)
    assert list(seen.people) == ["P1", "P2", "P3"]
    assert [record.status for record in seen.consents["P1"]] == [
        ConsentStatus.GRANTED,
        ConsentStatus.REFUSED,
    ]
    assert seen.consents["P1"][0].valid_from == seen.consents["P1"][0].obtained_on
    assert seen.consents["P1"][1].names_online_use is False
    assert [record.status for record in seen.biometrics["P2"]] == [ConsentStatus.REFUSED]
    assert seen.restrictions["P3"][0].channels == {"website", "print"}
    assert seen.revision == 4


def test_a_plan_says_what_would_happen_and_changes_nothing(database: Database) -> None:
    plan = planned(database, "people", PEOPLE)
    assert [str(item) for item in plan.additions] == [
        "P1 is added (pupil, year group 7)",
        "P2 is added (pupil, year group 8)",
        "P3 is added (staff)",
    ]
    assert [item.row for item in plan.additions] == [2, 3, 4]
    assert snapshot(database).people == {}
    listed = plan.as_dict()["additions"]
    assert isinstance(listed, list)
    assert listed[0] == {"ref": "P1", "row": 2, "text": "P1 is added (pupil, year group 7)"}


@pytest.mark.parametrize("kind", FILES)
def test_the_same_file_again_changes_nothing_but_confirms_the_register(
    filled: Database, clock: StandingClock, kind: str
) -> None:
    before = snapshot(filled)
    clock.advance(timedelta(hours=1))
    plan = imported(filled, kind, FILES[kind])
    after = snapshot(filled)
    assert not (plan.additions or plan.changes or plan.endings or plan.missing)
    assert plan.unchanged == FILES[kind].count("\n") - 1
    assert after.revision == before.revision
    assert after.confirmed_at == NOON + timedelta(hours=1)
    assert (after.people, after.consents) == (before.people, before.consents)
    assert (after.biometrics, after.restrictions) == (before.biometrics, before.restrictions)
    with filled.reading() as connection:
        last = list(audit.entries(connection))[-1]
    assert (last.action, last.subject) == ("register.imported", plan.file_sha256)


def test_changed_people_are_changes_and_leavers_are_endings(filled: Database) -> None:
    changed = PEOPLE.replace("Cleo,Jessop,7,", "Cleo,Jessop,8,").replace(
        "Ben,Kerr,8,", "Ben,Kerr,8,2025-12-19"
    )
    plan = imported(filled, "people", changed)
    assert [str(item) for item in plan.changes] == ["P1 is changed: year_group 7 becomes 8"]
    assert [item.ref for item in plan.endings] == ["P2"]
    assert "left on 2025-12-19" in str(plan.endings[0])
    assert plan.unchanged == 1
    assert snapshot(filled).people["P1"].year_group == "8"


def test_a_withdrawal_is_an_ending_and_the_grant_stays_in_the_history(filled: Database) -> None:
    withdrawn = HEAD + "P1,website,withdrawn,parent,email,2026-03-01,,,\n"
    plan = imported(filled, "consents", withdrawn)
    assert [str(item) for item in plan.endings] == [
        "P1 on website: withdrawn by parent on 2026-03-01 (was granted)"
    ]
    assert [record.status for record in snapshot(filled).consents["P1"]] == [
        ConsentStatus.GRANTED,
        ConsentStatus.REFUSED,
        ConsentStatus.WITHDRAWN,
    ]


@pytest.mark.parametrize(
    ("kind", "rows", "missing"),
    [
        ("people", 2, ["P2", "P3"]),
        ("consents", 2, ["P1", "P2"]),
        ("biometric", 2, ["P2"]),
        ("restrictions", 2, ["P3"]),
    ],
)
def test_a_row_that_is_gone_is_listed_and_ends_nothing(
    filled: Database, kind: str, rows: int, missing: list[str]
) -> None:
    before = snapshot(filled)
    shorter = "".join(FILES[kind].splitlines(keepends=True)[:rows])
    plan = imported(filled, kind, shorter)
    assert [item.ref for item in plan.missing] == missing
    after = snapshot(filled)
    assert (after.people, after.consents) == (before.people, before.consents)
    assert (after.biometrics, after.restrictions) == (before.biometrics, before.restrictions)


def test_one_wrong_row_keeps_the_whole_file_out(filled: Database) -> None:
    before = snapshot(filled)
    wrong = CONSENTS.replace("P2,website,granted", "P2,social,perhaps")
    wrong += "P9,print,granted,parent,form,2025-09-05,,,yes\n"
    problems = refused(filled, "consents", wrong)
    assert problems == (
        "Row 4: column status is 'perhaps', but must be granted, refused or withdrawn.",
        "Row 5: column ref is 'P9', but must be the reference of somebody in the register; "
        "import people first.",
    )
    after = snapshot(filled)
    assert (after.consents, after.revision) == (before.consents, before.revision)


@pytest.mark.parametrize(
    ("kind", "row", "verb"),
    [
        ("people", "P1,pupil,Cleo,Jessop,7,\n", "repeats"),
        ("people", "P1,pupil,Cleo,Jessop,9,\n", "contradicts"),
        ("consents", "P1,website,granted,parent,form,2025-09-05,,2027-08-31,yes\n", "repeats"),
        ("consents", "P1,website,refused,Parent,form,2025-09-05,,,\n", "contradicts"),
        ("biometric", "P1,refused,parent,written,2025-09-05\n", "contradicts"),
        ("restrictions", "P2,all,2025-09-01,2026-01-01\n", "contradicts"),
    ],
)
def test_rows_that_contradict_each_other_are_refused(
    filled: Database, kind: str, row: str, verb: str
) -> None:
    text = FILES[kind] + row
    problems = refused(filled, kind, text)
    assert problems == (f"Row {text.count(chr(10))} {verb} row 2; keep one of them.",)


def test_a_grant_of_the_day_of_a_withdrawal_is_refused(filled: Database) -> None:
    said = "P1,website,{},parent,form,2026-03-01,,,yes\n"
    imported(filled, "consents", HEAD + said.format("withdrawn"))
    (problem,) = refused(filled, "consents", HEAD + said.format("granted"))
    assert problem.startswith("Row 2: the register holds that parent of P1 said withdrawn")


def test_a_voice_is_the_same_however_it_was_typed(filled: Database, clock: StandingClock) -> None:
    today = day_of(clock())
    said = replace(consent("P1", status=ConsentStatus.WITHDRAWN, on=today), given_by=" Parent ")
    with filled.transaction("dpl") as tx:
        consents.record(tx, replace(said, valid_until=None))
    refused(filled, "consents", HEAD + f"P1,website,granted,parent,form,{today},,,yes\n")


def test_of_one_day_a_refusal_is_recorded_last(filled: Database) -> None:
    both = (
        HEAD
        + "P3,website,refused,father,form,2026-03-01,,,\n"
        + "P3,website,granted,mother,form,2026-03-01,,,yes\n"
        + "P3,website,granted,mother,form,2025-03-01,,,yes\n"
    )
    imported(filled, "consents", both)
    records = snapshot(filled).consents["P3"]
    assert [record.status for record in records] == [
        ConsentStatus.GRANTED,
        ConsentStatus.GRANTED,
        ConsentStatus.REFUSED,
    ]


def test_a_permission_that_ends_before_it_begins_is_taken_with_a_warning(
    filled: Database,
) -> None:
    plan = imported(
        filled, "consents", HEAD + "P3,print,granted,self,form,2025-09-05,2027-09-01,2027-08-31,\n"
    )
    assert [(item.ref, item.row) for item in plan.warnings] == [("P3", 2)]
    assert "never counts" in str(plan.warnings[0])


def test_a_refusal_that_is_imported_destroys_the_template(filled: Database) -> None:
    with filled.transaction("office") as tx:
        templates.save(tx, "P1", READER, vector(), [("a" * 64, "sharp", None)])
    assert snapshot(filled).gallery.people == ("P1",)
    imported(filled, "biometric", BIOMETRIC + "P1,withdrawn,parent,letter,2026-03-01\n")
    assert snapshot(filled).gallery.people == ()


def test_a_restriction_that_was_lifted_comes_back_when_the_file_still_has_it(
    filled: Database,
) -> None:
    with filled.transaction("dsl") as tx:
        restrictions.lift(tx, "P2")
    plan = imported(filled, "restrictions", RESTRICTIONS)
    assert [item.ref for item in plan.additions] == ["P2"]
    assert list(snapshot(filled).restrictions) == ["P3", "P2"]


def test_a_plan_of_an_older_register_is_not_carried_out(filled: Database) -> None:
    plan = planned(filled, "people", PEOPLE.replace("Cleo", "Chloe"))
    with filled.transaction("dpl") as tx:
        biometrics.record(tx, biometric("P3"))
    with pytest.raises(RegisterChanged), filled.transaction("office") as tx:
        importer.apply(tx, plan)
    assert snapshot(filled).people["P1"].given_name == "Cleo"


def test_headers_of_the_schools_system_are_found_by_the_settings(database: Database) -> None:
    text = PEOPLE.replace("ref,kind", "UPN,kind").replace("left_on", "Leaving date")
    plan = planned(database, "people", text, ref="UPN", left_on="Leaving date")
    assert len(plan.additions) == 3
    with pytest.raises(ImportRefused, match="no column ref"):
        planned(database, "people", text, left_on="Leaving date")
    with pytest.raises(ImportRefused, match="headers for upn"):
        planned(database, "people", text, upn="ref")


@pytest.mark.parametrize("column", ["valid_until", "left_on"])
def test_a_column_that_ends_something_must_be_there(database: Database, column: str) -> None:
    kind = "people" if column == "left_on" else "consents"
    with pytest.raises(ImportRefused, match=f"no column {column}"):
        planned(database, kind, FILES[kind].replace(column, f"{column}_"))


@pytest.mark.shared
def test_the_files_of_the_school_are_taken(shared: Path, database: Database) -> None:
    counts = {}
    for kind, name in (
        ("people", "people"),
        ("consents", "consents"),
        ("biometric", "biometric_permissions"),
        ("restrictions", "restrictions"),
    ):
        for _ in range(2):
            with database.transaction("office") as tx:
                path = shared / "school" / f"{name}.csv"
                plan = importer.plan(tx.connection, kind, path, {}, TODAY, channels=CHANNELS)
                importer.apply(tx, plan)
        counts[kind] = plan.unchanged
    assert counts == {"people": 60, "consents": 192, "biometric": 60, "restrictions": 5}
    assert snapshot(database).revision == 4
