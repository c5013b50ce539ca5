"""Whoever asks gets everything that is held of them, and nobody else."""

from __future__ import annotations

import base64
import io
import json
import stat
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from cli import exporting
from cli.site import now
from consent_db import people, restrictions
from gate.errors import PhotogateError
from gate.load import Limits, load
from gate.render import inspect
from gate.roles import Role
from gate.subject_pictures import SubjectPictures
from gate.values import Person
from tests.account_site import with_account
from tests.rights_site import SIDEWAYS, TEACHERS, THREE, VETOED, Judged

WHY = "a court order that nobody may learn of"


def exported(own: Judged, ref: str, folder: Path) -> dict[str, Any]:
    own.run("person", "export", ref, "--to", str(folder), "--by", "dpl")
    found: dict[str, Any] = json.loads((folder / exporting.FILE).read_text(encoding="utf-8"))
    return found


def scores(own: Judged, picture: Path) -> dict[str, float]:
    """Who can be recognised in a picture: drawn people are a little like each other."""
    site = own.site
    judged = site.gate().judge("0" * 64, picture.read_bytes(), with_copies=False)
    return {
        candidate.person: candidate.score
        for match in judged.matches
        for candidate in match.candidates
        if candidate.score >= judged.thresholds.show
    }


def test_everything_that_is_held_is_handed_over(own: Judged, tmp_path: Path) -> None:
    own.run("posted", THREE, "--channel", "website", "--where", "https://school.example/fair")
    own.run("review", "name-face", THREE, "1=D05", "--reason", "her teacher knows her")
    found = exported(own, "D05", tmp_path / "out")
    assert found["person"]["given_name"] == "Harjot"
    assert {one["channel"] for one in found["consents"]} == {"website", "social", "print"}
    assert [one["status"] for one in found["biometric_permissions"]] == ["granted"]
    (template,) = found["templates"]
    numbers = np.frombuffer(base64.b64decode(template["numbers"]), "<f4")
    gallery = own.site.register().snapshot().gallery
    assert np.allclose(numbers, gallery.vectors[gallery.people.index("D05")])
    assert len(template["references"]) == len(found["reference_photos"]) == 3
    (photo,) = found["photos"]
    assert photo["photo"] == own.photo(THREE).photo
    assert photo["dropped"][0]["file"] == THREE
    assert photo["copies_went_to"][0]["where"] == "https://school.example/fair"
    assert photo["said"][0]["reason"] == "her teacher knows her"
    newest = photo["judged"][-1]["faces"]
    theirs = [one for face in newest if face["theirs"] == "yes" for one in face["decisions"]]
    assert {(one["channel"], one["outcome"]) for one in theirs} >= {("website", "shown")}
    assert "statement.made" in {entry["action"] for entry in found["audit"]}
    assert [e.details for e in own.log("person.exported")] == [
        '{"photos":1,"references":3,"restriction_reasons":true}'
    ]


def test_nothing_is_told_of_others(own: Judged, tmp_path: Path) -> None:
    exported(own, "D05", tmp_path / "out")
    text = (tmp_path / "out" / exporting.FILE).read_text(encoding="utf-8")
    for other in ("D02", "D09", "Zoë", "Kofi", "Marchetti", "restricted_person"):
        assert other not in text


@pytest.mark.parametrize(("ref", "photo"), [("D05", THREE), ("D02", SIDEWAYS), ("D14", TEACHERS)])
def test_pictures_show_the_person_and_nobody_else(
    own: Judged, tmp_path: Path, ref: str, photo: str
) -> None:
    found = exported(own, ref, tmp_path / "out")
    chosen = own.photo(photo).photo
    (one,) = (row for row in found["photos"] if row["photo"] == chosen)
    picture = tmp_path / "out" / one["picture"]
    assert set(scores(own, picture)) == {ref}
    assert inspect(picture.read_bytes()) == []
    assert stat.S_IMODE(picture.stat().st_mode) == 0o600
    for reference in found["reference_photos"]:
        assert ref in scores(own, tmp_path / "out" / reference["picture"])


def test_a_photo_with_somebody_restricted_shows_the_one_who_asks_alone(
    own: Judged, tmp_path: Path
) -> None:
    found = exported(own, "D01", tmp_path / "out")
    (one,) = found["photos"]
    assert one["photo"] == own.photo(VETOED).photo
    assert set(scores(own, tmp_path / "out" / one["picture"])) == {"D01"}
    assert "D12" not in json.dumps(found)


def test_names_of_every_script_come_out_as_they_are(own: Judged, tmp_path: Path) -> None:
    exported(own, "D03", tmp_path / "نور")
    text = (tmp_path / "نور" / exporting.FILE).read_text(encoding="utf-8")
    assert '"given_name": "نور"' in text
    assert "الزيتوني" in text
    exported(own, "D01", tmp_path / "Siân")
    assert '"Llŷr"' in (tmp_path / "Siân" / exporting.FILE).read_text(encoding="utf-8")


def test_of_whom_there_is_next_to_nothing_the_little_is_handed_over(
    own: Judged, tmp_path: Path
) -> None:
    with own.site.database.transaction("dpl") as tx:
        people.add_or_change(tx, Person("N1", "visitor", "Ŵyn", ""))
    found = exported(own, "N1", tmp_path / "out")
    for part in ("consents", "templates", "photos", "reference_photos", "restrictions"):
        assert found[part] == []
    assert [path.name for path in (tmp_path / "out").iterdir()] == [exporting.FILE]
    assert "UnknownPerson" in repr(_refused(own, "NOBODY", tmp_path / "none"))
    assert not (tmp_path / "none.partial").exists()


def _refused(own: Judged, ref: str, folder: Path) -> str:
    with pytest.raises(PhotogateError) as caught:
        exporting_run(own, ref, folder)
    return f"{type(caught.value).__name__}: {caught.value}"


def exporting_run(own: Judged, ref: str, folder: Path) -> None:
    from cli.app import app

    app(
        ["--site", str(own.root), "person", "export", ref, "--to", str(folder)],
        standalone_mode=False,
    )


def test_why_somebody_is_restricted_is_for_the_safeguarding_lead(
    own: Judged, tmp_path: Path
) -> None:
    with own.site.database.transaction("dsl") as tx:
        restrictions.add(tx, "D05", ["print"], now().date(), None, reason=WHY)
    with_account(own.site, Role.ADMIN)
    dpl = with_account(own.site, Role.DPL)
    dpl.said("person", "export", "D05", "--to", str(tmp_path / "out"))
    text = (tmp_path / "out" / exporting.FILE).read_text(encoding="utf-8")
    assert WHY not in text
    found = json.loads(text)
    assert found["restrictions"][0]["channels"] == ["print"]
    looked = [e for e in dpl.log() if e.action == "person.viewed"]
    assert [(e.subject, e.details) for e in looked] == [("D05", '{"part":"export"}')]


def test_a_folder_that_is_there_or_inside_the_site_is_refused(own: Judged, tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    assert "is there already" in _refused(own, "D05", tmp_path / "out")
    assert "inside the site" in _refused(own, "D05", own.root / "ready" / "out")


def test_what_was_cut_short_goes_on(
    own: Judged, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Stop(BaseException):
        pass

    calls: list[int] = []
    whole = SubjectPictures.of_reference

    def counted(self: SubjectPictures, data: bytes) -> bytes:
        calls.append(1)
        if len(calls) == 3:
            raise Stop
        return whole(self, data)

    monkeypatch.setattr(SubjectPictures, "of_reference", counted)
    with pytest.raises(Stop):
        exporting_run(own, "D05", tmp_path / "out")
    assert not (tmp_path / "out").exists()
    assert own.log("person.exported") == []
    with (tmp_path / "out.partial" / ".made").open("a") as file:
        file.write('\n{"file": "cut sho')
    assert "something else" in _refused_other(own, tmp_path)
    found = exported(own, "D05", tmp_path / "out")
    assert len(calls) == 4
    assert all(one["picture"] for one in found["reference_photos"])
    assert not (tmp_path / "out.partial").exists()
    assert not (tmp_path / "out" / ".made").exists()


def _refused_other(own: Judged, tmp_path: Path) -> str:
    return _refused(own, "D02", tmp_path / "out")


def test_a_photo_that_was_deleted_is_said_to_be(own: Judged, tmp_path: Path) -> None:
    photo = own.photo(THREE).photo
    own.site.originals.path(photo).unlink()
    found = exported(own, "D05", tmp_path / "out")
    assert found["photos"][0]["picture"] is None
    assert "could not be read" in found["photos"][0]["no_picture_because"]


def test_a_face_that_somebody_else_was_named_for_later_is_not_handed_over(
    own: Judged, tmp_path: Path
) -> None:
    found = exported(own, "D05", tmp_path / "before")
    assert found["photos"][0]["picture"]
    faces = own.photo(THREE).judgement
    number = next(
        face.face + 1
        for decision in faces.decisions
        for face in decision.faces
        if face.person == "D05"
    )
    own.run("review", "name-face", THREE, f"{number}=D07", "--reason", "it is his cousin")
    found = exported(own, "D05", tmp_path / "after")
    assert [one["picture"] for one in found["photos"]] == [None]
    assert "D07" not in json.dumps(found)


def test_pictures_have_no_more_pixels_than_were_searched(own: Judged, tmp_path: Path) -> None:
    exported(own, "D03", tmp_path / "out")
    for picture in (tmp_path / "out").rglob("*.jpg"):
        pixels = load(picture.read_bytes(), Limits(), long_edge=10_000).pixels
        assert max(pixels.shape) <= own.site.policy.inspect_edge
        with Image.open(io.BytesIO(picture.read_bytes())) as image:
            assert not image.getexif()
