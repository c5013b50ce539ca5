"""Which passwords are taken; and that none is ever repeated in what is said about it."""

from __future__ import annotations

import unicodedata

import pytest
from argon2 import PasswordHasher
from argon2.low_level import Type

from consent_db import passwords
from consent_db.common_passwords import COMMON
from gate.errors import RegisterError

pytestmark = pytest.mark.usefixtures("costly_passwords")

GOOD = (
    "heron waits by the weir",
    "ŷ ddraig goch a'r gath",
    "三匹の猫が屋根で寝ている夜",
    "кит плывёт домой",
    "👩‍👩‍👧 walks past 7 swans",
    "x" * 11 + "yzab" + "é" * 400,
)
BAD = (
    "",
    "elevenchars",
    "           a",
    "aaaaaaaaaaaaaaaa",
    "abababababababab",
    "Password1234",
    "PASSWORD-1234",
    "correct horse battery staple",
    "Jo Smith 2024",
    "jo.smith.jo.smith",
    "é" * 501 + "abcdef",
)


@pytest.mark.parametrize("password", GOOD)
def test_phrases_of_any_language_are_taken(password: str) -> None:
    assert passwords.weakness(password, "Jo Smith") == ""
    kept = passwords.hashed(password, "Jo Smith")
    assert passwords.matches(kept, password)
    assert not passwords.matches(kept, password[:-1])
    assert password not in kept


@pytest.mark.parametrize("password", BAD)
def test_weak_ones_are_refused_without_being_repeated(password: str) -> None:
    with pytest.raises(RegisterError) as refused:
        passwords.hashed(password, "Jo Smith")
    if password:
        assert password not in str(refused.value)


def test_it_does_not_matter_how_a_keyboard_writes_accents() -> None:
    composed = unicodedata.normalize("NFC", "siân à l'hôtel élégant")
    apart = unicodedata.normalize("NFD", composed)
    assert composed != apart
    assert passwords.matches(passwords.hashed(composed, "Jo"), apart)


def test_half_a_character_or_an_endless_password_is_wrong_and_no_error() -> None:
    kept = passwords.hashed("heron waits by the weir", "Jo")
    for odd in ("\udcff" * 20, "\0" * 20, "é" * 2_000_000, ""):
        assert not passwords.matches(kept, odd)
    assert not passwords.matches("no hash at all", "heron waits by the weir")


def test_what_stands_in_for_nobody_costs_the_same() -> None:
    assert not passwords.is_dated(passwords.NOBODYS)
    assert not passwords.matches(passwords.NOBODYS, "nobody")


def test_they_are_kept_by_argon2id_and_older_parameters_are_noticed() -> None:
    kept = passwords.hashed("heron waits by the weir", "Jo")
    assert kept.startswith("$argon2id$v=19$m=65536,t=3,p=4$")
    weaker = PasswordHasher(time_cost=1, memory_cost=8_192, parallelism=1, type=Type.ID)
    old = weaker.hash(b"heron waits by the weir")
    assert passwords.is_dated(old)
    assert passwords.matches(old, "heron waits by the weir")


def test_the_shipped_list_holds_only_what_the_length_lets_through() -> None:
    assert len(COMMON) > 250
    for word in COMMON:
        assert word == word.casefold()
        assert passwords.weakness(word, "Jo Smith"), word
        assert len(word) >= passwords.SHORTEST
