"""The second reader for real: dlib beside SFace, from enrolment to the ledger, on drawn people."""

from __future__ import annotations

import hashlib
import shutil
from dataclasses import replace
from datetime import date
from pathlib import Path

import cv2
import numpy as np
import pytest
from typer.testing import CliRunner

from cli.app import app
from cli.enrolment import enrol_all
from cli.setup import make_site
from cli.site import Site
from consent_db import biometrics, consents, people, restrictions, stored, templates
from gate import settings as settings_file
from gate.arrays import Pixels
from gate.demo.camera import jpeg
from gate.demo.draw import portrait
from gate.demo.features import person
from gate.engines.dlib_resnet import DLIB, DlibResNet, check_models
from gate.engines.yunet import YuNet
from gate.errors import EngineError
from gate.find import find
from gate.values import (
    ALL_CHANNELS,
    Arrival,
    BiometricRecord,
    ConsentRecord,
    ConsentStatus,
    FaceReason,
    Judgement,
    Person,
    Reason,
    SecondMode,
    Verdict,
)

PEOPLE = {"D01": 859, "D04": 212, "D06": 176}
"""References of people and the seeds that they are drawn from."""

DAY = date(2025, 9, 1)
GRANTED = ConsentStatus.GRANTED


def settings(second: str, reader: str = "sface") -> str:
    text = settings_file.default_text()
    text = text.replace('second_reader = "off"', f'second_reader = "{second}"')
    return text.replace('reader = "sface"', f'reader = "{reader}"', 1)


def references(folder: Path) -> Path:
    for ref, seed in PEOPLE.items():
        (folder / ref).mkdir(parents=True)
        for number in range(3):
            photo = jpeg(portrait(person(seed), number, size=300))
            (folder / ref / f"{number}.jpg").write_bytes(photo)
    return folder


def register(site: Site) -> None:
    with site.database.transaction("test") as tx:
        for ref in PEOPLE:
            people.add_or_change(tx, Person(ref, "pupil", "Given", "Family"))
            said = BiometricRecord(0, ref, GRANTED, "parent", "written", DAY)
            biometrics.record(tx, said)
            grant = ConsentRecord(
                0, ref, "website", GRANTED, "parent", "form", DAY, DAY, None, names_online_use=True
            )
            consents.record(tx, grant)


def again(site: Site, second: str, reader: str = "sface") -> Site:
    """The same site under other settings."""
    path = site.root / settings_file.FILE_NAME
    path.write_text(settings(second, reader), encoding="utf-8")
    return Site(site.root)


@pytest.fixture(scope="module")
def enrolled_once(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A site whose people were enrolled before there was a second reader; their references."""
    folder = tmp_path_factory.mktemp("second")
    site = Site(folder / "site")
    make_site(site, settings("off"))
    register(site)
    photos = references(folder / "references")
    enrol_all(site, photos, "test")
    return site.root, photos


@pytest.fixture
def site(enrolled_once: tuple[Path, Path], tmp_path: Path) -> Site:
    shutil.copytree(enrolled_once[0], tmp_path / "site", copy_function=shutil.copy2)
    return Site(tmp_path / "site")


def photo_of(ref: str, variation: int = 4) -> bytes:
    picture: Pixels = portrait(person(PEOPLE[ref]), variation, size=300)
    return jpeg(np.pad(picture, ((60, 60), (60, 60), (0, 0)), mode="edge"))


def judged(site: Site, data: bytes) -> Judgement:
    cv2.setNumThreads(1)
    return site.gate().judge(hashlib.sha256(data).hexdigest(), data)


def website_reasons(judgement: Judgement) -> list[FaceReason]:
    return [face.reason for face in judgement.decisions[0].faces]


def test_who_was_enrolled_before_is_covered_named_and_shown_after_enrolling_again(
    site: Site, enrolled_once: tuple[Path, Path]
) -> None:
    data = photo_of("D01")
    assert judged(site, data).decisions[0].verdict is Verdict.APPROVE
    site = again(site, "must_agree")
    before = judged(site, data)
    assert website_reasons(before) == [FaceReason.READERS_DISAGREE]
    said = CliRunner().invoke(app, ["--site", str(site.root), "doctor"]).output
    assert "enrol them again: D01, D04, D06" in " ".join(said.split())
    words = ["--site", str(site.root), "enrol", str(enrolled_once[1])]
    done = CliRunner().invoke(app, words)
    assert done.exit_code == 0
    assert "enrol them again" not in done.output
    with site.database.reading() as connection:
        readers = {(t.person, t.reader_version) for t in templates.summary(connection)}
    assert readers == {(ref, v) for ref in PEOPLE for v in site.reader_versions}
    after = judged(site, data)
    assert after.decisions[0].verdict is Verdict.APPROVE
    assert after.matches[0].second[0].person == "D01"
    _is_stored_whole(site, after)


def _is_stored_whole(site: Site, judgement: Judgement) -> None:
    arrival = Arrival(judgement.photo, "IMG_1.jpg", "", 1000, 1)
    site.ledger("test").record(arrival, judgement, [])
    with site.database.reading() as connection:
        (photo,) = stored.decisions(connection)
    assert photo.judgement == replace(judgement, renditions=(), kinship=None)
    words = ["--site", str(site.root), "why", "IMG_1.jpg", "--as", "dpl"]
    said = " ".join(CliRunner().invoke(app, words).output.split())
    assert f"A second way of comparing faces, {DLIB}, must agree" in said
    assert "By the second way of comparing it is most like D01" in said


def test_a_restricted_person_is_vetoed_by_both(
    site: Site, enrolled_once: tuple[Path, Path]
) -> None:
    site = again(site, "may_veto")
    enrol_all(site, enrolled_once[1], "test")
    with site.database.transaction("dsl") as tx:
        restrictions.add(tx, "D04", [ALL_CHANNELS], DAY, None)
    judgement = judged(site, photo_of("D04"))
    assert {d.reason for d in judgement.decisions} == {Reason.RESTRICTED_PERSON}
    other = judged(site, photo_of("D06"))
    assert other.decisions[0].verdict is Verdict.APPROVE
    assert other.second is not None
    assert other.second.mode is SecondMode.MAY_VETO
    assert other.matches[0].second[0].person == "D06"


def test_dlib_can_stand_alone(site: Site, enrolled_once: tuple[Path, Path]) -> None:
    site = again(site, "off", "dlib")
    enrol_all(site, enrolled_once[1], "test")
    judgement = judged(site, photo_of("D06"))
    assert judgement.decisions[0].verdict is Verdict.APPROVE
    assert judgement.decisions[0].faces[0].person == "D06"
    assert judgement.versions.engine.endswith(f"+ {DLIB}")


def test_withdrawal_destroys_the_templates_of_both(
    site: Site, enrolled_once: tuple[Path, Path]
) -> None:
    site = again(site, "must_agree")
    enrol_all(site, enrolled_once[1], "test")
    with site.database.transaction("dpl") as tx:
        assert templates.destroy(tx, "D01") == 2
    snapshot = site.register().snapshot()
    assert snapshot.second is not None
    assert snapshot.gallery.people == snapshot.second.people == ("D04", "D06")


def test_dlibs_rows_of_different_people_do_not_all_point_one_way() -> None:
    finder, reader = YuNet(), DlibResNet()
    rows = []
    for seed in PEOPLE.values():
        pixels = portrait(person(seed), 0, size=300)
        rows.append(reader.read(pixels, find(pixels, finder)[0][:1])[0])
    similar = np.array(rows) @ np.array(rows).T
    assert similar[~np.eye(len(rows), dtype=bool)].max() < 0.6


def test_a_changed_model_file_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    check_models()
    monkeypatch.setattr(
        "gate.engines.dlib_resnet._MODELS", {"shape_predictor_5_face_landmarks.dat": "0" * 64}
    )
    with pytest.raises(EngineError, match="not the one that was measured"):
        DlibResNet()
