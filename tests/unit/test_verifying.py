"""A file is an approved copy by its bytes alone; a folder only if all of it is as it was pulled."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gate.manifest import Entry, Manifest, build, read, to_bytes
from gate.signing import PublicKey, Signer
from gate.verifying import (
    Finding,
    Found,
    Outcome,
    Place,
    Released,
    Report,
    Signature,
    Standing,
    StandingOf,
    look_alone,
    look_in_folder,
    look_listed,
    signature_of,
)

NOON = datetime(2026, 9, 5, 12, 0, tzinfo=UTC)
LATER = NOON + timedelta(days=1)
SIGNER, OTHER = Signer(bytes(32)), Signer(bytes(range(32)))
A, B, C, STRANGER = ("a" * 64, "b" * 64, "c" * 64, "f" * 64)
NAMES = {"a.jpg": A, "b.jpg": B, "day/c.jpg": C}


def pulled(files: Mapping[str, str] = NAMES) -> Manifest:
    entries = [
        Entry(name=n, sha256=s, size=9, width=4, height=3, release=i, approved_at=NOON)
        for i, (n, s) in enumerate(files.items(), 1)
    ]
    return build(entries, "website", "anna", NOON, "5" * 32)


def ledger(**known: tuple[Released, ...]) -> StandingOf:
    return lambda sha256: known.get(sha256[0], ())


STANDS = (Released("website", NOON),)
ENDED = (Released("website", NOON, LATER),)
ALL_STAND = ledger(a=STANDS, b=STANDS, c=STANDS)


def there(**changes: str | None) -> list[Found]:
    """The pulled files with some changed; the value "" removes one."""
    named = {**NAMES, **{name.replace("_", ".", 1): sha for name, sha in changes.items()}}
    return [Found(name, sha) for name, sha in named.items() if sha != ""]


def places(found: list[Found], standing_of: StandingOf | None = ALL_STAND) -> dict[str, Place]:
    return {f.name: f.place for f in look_in_folder(found, pulled(), standing_of)}


def outcome(found: list[Found], standing_of: StandingOf | None = ALL_STAND) -> Outcome:
    findings = look_in_folder(found, pulled(), standing_of)
    return Report(findings, Signature.GOOD, pulled()).outcome


def test_a_folder_as_it_was_pulled_stands() -> None:
    assert set(places(there()).values()) == {Place.AS_LISTED}
    assert outcome(there()) is Outcome.STANDS


AS_LISTED = dict.fromkeys(NAMES, Place.AS_LISTED)
CASES: list[tuple[str, list[Found], dict[str, Place], dict[str, str]]] = [
    ("changed", there(a_jpg=STRANGER), {"a.jpg": Place.CHANGED}, {}),
    ("missing", there(a_jpg=""), {"a.jpg": Place.MISSING}, {}),
    ("added", there(new_jpg=STRANGER), {"new.jpg": Place.NOT_LISTED}, {}),
    ("copied", there(new_jpg=A), {"new.jpg": Place.NOT_LISTED}, {"new.jpg": "a.jpg"}),
    ("renamed", there(a_jpg="", new_jpg=A), {"new.jpg": Place.RENAMED}, {"new.jpg": "a.jpg"}),
    (
        "swapped",
        there(a_jpg=B, b_jpg=A),
        {"a.jpg": Place.CHANGED, "b.jpg": Place.CHANGED},
        {"a.jpg": "b.jpg", "b.jpg": "a.jpg"},
    ),
    ("link", there(a_jpg=None), {"a.jpg": Place.UNREADABLE}, {}),
    ("strange link", there(new_jpg=None), {"new.jpg": Place.UNREADABLE}, {}),
    ("in capitals", there(a_jpg="", A_jpg=A), {"A.jpg": Place.RENAMED}, {"A.jpg": "a.jpg"}),
]


@pytest.mark.parametrize(("case", "found", "differs", "twins"), CASES, ids=[c[0] for c in CASES])
def test_every_difference_is_named_and_nothing_else_is(
    case: str, found: list[Found], differs: dict[str, Place], twins: dict[str, str]
) -> None:
    findings = look_in_folder(found, pulled(), ALL_STAND)
    gone = {"a.jpg"} if case in ("renamed", "in capitals") else set()
    expected = {n: p for n, p in {**AS_LISTED, **differs}.items() if n not in gone}
    assert {f.name: f.place for f in findings} == expected
    assert {f.name: f.same_as for f in findings if f.same_as} == twins
    assert outcome(found) is Outcome.WRONG
    assert outcome(found, None) is Outcome.WRONG


@given(
    st.dictionaries(
        st.sampled_from(["a.jpg", "b.jpg", "day/c.jpg", "d.jpg"]),
        st.sampled_from([A, B, C, STRANGER, None]),
    )
)
def test_no_other_folder_than_the_pulled_one_is_right(files: dict[str, str | None]) -> None:
    found = [Found(name, sha) for name, sha in files.items()]
    right = files == NAMES
    assert (outcome(found) is Outcome.STANDS) == right
    assert (outcome(found, None) is Outcome.AS_FAR_AS_CAN_BE_TOLD) == right


def test_one_release_that_ended_spoils_the_folder_and_is_named() -> None:
    asked = ledger(a=STANDS, b=ENDED, c=STANDS)
    findings = look_in_folder(there(), pulled(), asked)
    assert [f.name for f in findings if f.standing is Standing.ENDED] == ["b.jpg"]
    assert outcome(there(), asked) is Outcome.WRONG


def test_a_copy_for_another_channel_counts_for_nothing_in_a_folder() -> None:
    asked = ledger(a=(Released("print", NOON),), b=STANDS, c=STANDS)
    (first, *_) = look_in_folder(there(), pulled(), asked)
    assert first.standing is Standing.NEVER_RELEASED
    assert outcome(there(), asked) is Outcome.WRONG


def test_without_the_ledger_nothing_is_said_to_stand() -> None:
    findings = look_in_folder(there(), pulled(), None)
    assert {f.standing for f in findings} == {Standing.NOT_ASKED}
    assert outcome(there(), None) is Outcome.AS_FAR_AS_CAN_BE_TOLD


def test_a_missing_copy_says_whether_it_still_stands() -> None:
    (first, *_) = look_in_folder(there(a_jpg=""), pulled(), ledger(a=ENDED, b=STANDS, c=STANDS))
    assert (first.place, first.standing, first.releases) == (
        Place.MISSING,
        Standing.ENDED,
        ENDED,
    )


@pytest.mark.parametrize(
    "signature", [s for s in Signature if s not in (Signature.GOOD, Signature.NO_MANIFEST)]
)
def test_no_folder_with_another_signature_than_a_good_one_is_right(signature: Signature) -> None:
    for asked in (ALL_STAND, None):
        findings = look_in_folder(there(), pulled(), asked)
        assert Report(findings, signature, pulled()).outcome is Outcome.WRONG


def test_nothing_at_all_is_not_right() -> None:
    for signature in Signature:
        assert Report((), signature).outcome is Outcome.WRONG


@pytest.mark.parametrize(
    ("keys", "expected"),
    [
        ([SIGNER.public_key], Signature.GOOD),
        ([OTHER.public_key, SIGNER.public_key], Signature.GOOD),
        ([OTHER.public_key], Signature.OTHER_KEY),
        ([], Signature.OTHER_KEY),
    ],
)
def test_a_signature_is_good_only_by_a_key_that_is_known(
    keys: list[PublicKey], expected: Signature
) -> None:
    assert signature_of(read(to_bytes(pulled(), SIGNER)), keys) is expected


def test_a_signature_of_a_known_key_over_something_else_is_bad() -> None:
    signed = read(to_bytes(pulled(), SIGNER))
    forged = replace(signed, seal=replace(signed.seal, body=signed.seal.body + b" "))
    assert signature_of(forged, [SIGNER.public_key]) is Signature.BAD


EARLIER = NOON - timedelta(days=9)
ALONE = [
    ("never", (), "", Standing.NEVER_RELEASED),
    ("stands", STANDS, "", Standing.STANDS),
    ("ended", ENDED, "", Standing.ENDED),
    ("again", (*ENDED, Released("website", LATER)), "", Standing.STANDS),
    ("ended again", (Released("website", EARLIER, NOON), *ENDED), "", Standing.ENDED),
    ("two", (*STANDS, Released("print", NOON)), "", Standing.STANDS),
    ("one of two ended", (*ENDED, Released("print", NOON)), "", Standing.ENDED),
    ("the other of two", (*ENDED, Released("print", NOON)), "print", Standing.STANDS),
    ("the ended of two", (*ENDED, Released("print", NOON)), "website", Standing.ENDED),
    ("another channel", STANDS, "print", Standing.NEVER_RELEASED),
    ("clock set back", (Released("website", EARLIER), *ENDED), "", Standing.STANDS),
]


@pytest.mark.parametrize(("case", "releases", "channel", "expected"), ALONE)
def test_a_file_alone_stands_where_all_that_is_asked_of_it_stands(
    case: str, releases: tuple[Released, ...], channel: str, expected: Standing
) -> None:
    finding = look_alone(Found("x.jpg", A), ledger(a=releases), channel)
    assert finding.standing is expected
    stands = Report((finding,)).outcome is Outcome.STANDS
    assert stands == (expected is Standing.STANDS)


def test_what_cannot_be_read_is_nothing() -> None:
    finding = look_alone(Found("x.jpg", None), ALL_STAND)
    assert Report((finding,)).outcome is Outcome.WRONG
    assert finding == Finding("x.jpg", Place.UNREADABLE, Standing.NEVER_RELEASED)


@pytest.mark.parametrize(
    ("name", "sha256", "place", "same_as"),
    [
        ("a.jpg", A, Place.AS_LISTED, ""),
        ("elsewhere.jpg", A, Place.RENAMED, "a.jpg"),
        ("a.jpg", STRANGER, Place.CHANGED, ""),
        ("elsewhere.jpg", STRANGER, Place.NOT_LISTED, ""),
    ],
)
def test_a_file_of_a_folder_is_told_without_the_others(
    name: str, sha256: str, place: Place, same_as: str
) -> None:
    finding = look_listed(Found(name, sha256), pulled(), None)
    assert (finding.place, finding.same_as) == (place, same_as)
    outcome = Report((finding,), Signature.GOOD, pulled()).outcome
    assert (outcome is Outcome.AS_FAR_AS_CAN_BE_TOLD) == (place is Place.AS_LISTED)
