"""Who sees what of photos and people, and that each look is on record."""

from __future__ import annotations

import hashlib
import io
import json
from dataclasses import replace
from pathlib import Path

import pytest
from PIL import Image

from cli.site import Site, now
from consent_db import restrictions
from gate.errors import NotAllowed, SiteError
from gate.roles import Role
from gate.values import day_of
from gate.vault import Stamp
from tests.account_site import Keyboard, everybody
from tests.registers import arrival, judgement, release

REASON = "a court order that nobody may learn of"


@pytest.fixture
def photo(site: Site) -> str:
    """A judged photo: on the website with a face covered, vetoed in print; its SHA-256."""
    file = io.BytesIO()
    Image.new("RGB", (400, 300), "grey").save(file, "JPEG")
    source = site.root / "photo.jpg"
    source.write_bytes(file.getvalue())
    sha256 = hashlib.sha256(file.getvalue()).hexdigest()
    assert site.originals.store(source, Stamp.of(source.stat())) == sha256
    register = site.register().revision()
    judged = judgement(register=register, on=day_of(now()))
    judged = replace(judged, photo=sha256, width=400, height=300)
    dropped = replace(arrival(), photo=sha256)
    site.ledger("photogate watch").record(dropped, judged, [release()])
    return sha256


@pytest.fixture
def keyboards(site: Site, photo: str) -> dict[Role, Keyboard]:
    """An account for each role, on a site with one photo."""
    return everybody(site)


def looks(keyboard: Keyboard) -> list[tuple[str, str, str, str]]:
    return [
        (entry.actor, entry.action, entry.subject, entry.details)
        for entry in keyboard.log()
        if entry.action in ("person.viewed", "original.viewed")
    ]


def test_why_answers_as_far_as_ones_own_role_may_know(
    keyboards: dict[Role, Keyboard], photo: str
) -> None:
    del keyboards[Role.REVIEWER]  # is told why on the review desk alone
    for role, type_ in keyboards.items():
        told = json.loads(type_("why", photo[:12], "--json").stdout)
        assert told["role"] == role
        knows = role in (Role.AUDITOR, Role.DSL, Role.DPL, Role.ADMIN)
        assert bool(told["evidence"]) == knows
        assert ("restricted_person" in json.dumps(told)) == knows
        assert type_("why", photo[:12], "--json", "--as", role).stdout.endswith("}\n")


def test_no_role_can_be_borrowed(keyboards: dict[Role, Keyboard], photo: str) -> None:
    for role, type_ in keyboards.items():
        for other in Role:
            if other is not role:
                refused = type_.refused("why", photo[:12], "--as", other)
                assert isinstance(refused, NotAllowed), (role, other)
    denied = [e for e in keyboards[Role.ADMIN].log() if e.action == "access.denied"]
    assert len(denied) == len(Role) * (len(Role) - 1)


def test_every_look_at_a_person_is_on_record(keyboards: dict[Role, Keyboard], photo: str) -> None:
    type_ = keyboards[Role.DPL]
    type_.said("people", "show", "P1")
    type_.said("people", "list")
    type_.said("why", photo[:12])
    type_.said("decisions")
    assert looks(type_) == [
        ("dpl account", "person.viewed", "P1", '{"part":"record"}'),
        ("dpl account", "person.viewed", "people list", '{"count":2}'),
        ("dpl account", "person.viewed", "P1", '{"part":"photo"}'),
        ("dpl account", "person.viewed", "P2", '{"part":"photo"}'),
        ("dpl account", "person.viewed", "decisions", "{}"),
    ]


def test_who_sees_no_people_is_on_no_record_of_seeing_them(
    keyboards: dict[Role, Keyboard], photo: str
) -> None:
    for role in (Role.COMMS, Role.WEBSITE, Role.SOCIAL):
        told = keyboards[role].said("why", photo[:12])
        for hidden in ("P1", "P2", "Jessop", "restrict"):
            assert hidden not in told
    assert looks(keyboards[Role.ADMIN]) == []


def test_every_look_at_an_original_is_on_record(
    keyboards: dict[Role, Keyboard], photo: str, tmp_path: Path
) -> None:
    out = tmp_path / "boxes.png"
    keyboards[Role.COMMS].said("why", photo[:12], "--picture", str(out))
    with Image.open(out) as picture:
        assert picture.size == (400, 300)
    keyboards[Role.DSL].said("review", "show", photo[:12], "--picture", str(out))
    refused = keyboards[Role.SOCIAL].refused("why", photo[:12], "--picture", str(out))
    assert isinstance(refused, SiteError)
    seen = [look for look in looks(keyboards[Role.ADMIN]) if look[1] == "original.viewed"]
    assert seen == [
        ("comms account", "original.viewed", photo, "{}"),
        ("dsl account", "original.viewed", photo, "{}"),
    ]
    names = repr(keyboards[Role.ADMIN].log())
    assert "IMG_1" not in names
    assert "Jessop" not in names


def test_what_cannot_be_put_on_record_is_not_shown(
    keyboards: dict[Role, Keyboard], photo: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from consent_db import audit
    from gate.errors import AuditBroken

    def broken(*_: object) -> None:
        raise AuditBroken("The end of the audit log is not what was written last.", 1)

    monkeypatch.setattr(audit, "append", broken)
    out = tmp_path / "boxes.png"
    for words in (
        ("people", "show", "P1"),
        ("people", "list"),
        ("restrict", "show", "P1"),
        ("decisions",),
        ("why", photo[:12], "--picture", str(out)),
    ):
        role = Role.DPL if words[0] != "restrict" else Role.DSL
        result = keyboards[role](*words)
        assert isinstance(result.exception, AuditBroken), words
        assert result.output == "", words
    assert not out.exists()


def test_the_reason_of_a_restriction_is_for_the_safeguarding_lead_alone(
    keyboards: dict[Role, Keyboard], site: Site, photo: str
) -> None:
    dsl = keyboards[Role.DSL]
    dsl.said("restrict", "add", "P1", "--reason", REASON)
    assert REASON in dsl.said("restrict", "show", "P1")
    assert REASON in dsl("restrict", "show", "P1", "--json").stdout
    assert "never on the restricted list" in dsl.said("restrict", "show", "P2")
    assert looks(dsl)[0] == ("dsl account", "person.viewed", "P1", '{"part":"restrictions"}')
    for role, type_ in keyboards.items():
        for words in (
            ("people", "show", "P1"),
            ("people", "show", "P1", "--json"),
            ("people", "list", "--json"),
            ("decisions", "--json"),
            ("why", photo[:12], "--json"),
            ("audit", "export"),
            ("review", "show", photo[:12], "--json"),
        ):
            assert REASON not in type_(*words).output, (role, words)
        if role is not Role.DSL:
            assert isinstance(type_.refused("restrict", "show", "P1"), NotAllowed)
    with site.database.reading() as connection:
        assert restrictions.history(connection, "P1")[0].reason == REASON


def test_check_tells_comms_no_more_than_why_does(
    keyboards: dict[Role, Keyboard], monkeypatch: pytest.MonkeyPatch, tmp_path: Path, site: Site
) -> None:
    class Gate:
        def judge(self, _photo: str, _data: bytes) -> object:
            return judgement()

    monkeypatch.setattr(Site, "gate", lambda _site: Gate())
    file = tmp_path / "photo.jpg"
    file.write_bytes(b"a photo")
    comms = keyboards[Role.COMMS]
    plain = comms.said("check", str(file))
    assert "print: Held. Held: ask the safeguarding lead." in plain
    assert "website: " in plain
    assert "(1 of 2 covered)" in plain
    rows = json.loads(comms("check", str(file), "--json").stdout)
    assert [(row["channel"], row["verdict"], row["covered"]) for row in rows] == [
        ("website", "covered", 1),
        ("print", "held", None),
    ]
    for hidden in ("restrict", "P1", "score", "block"):
        assert hidden not in json.dumps(rows) + plain
    assert "restricted_person" in keyboards[Role.DSL]("check", str(file), "--json").stdout


def test_who_acted_is_the_account_not_the_login_name(keyboards: dict[Role, Keyboard]) -> None:
    keyboards[Role.DPL].said("consent", "refuse", "P1", "--channel", "website")
    (said,) = (one for one in keyboards[Role.DPL].log() if one.action == "consent.recorded")
    assert said.actor == "dpl account"
