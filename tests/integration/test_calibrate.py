"""Calibrating a real site: stored, audited, in force in the gate, and by itself while watching."""

from __future__ import annotations

import json
import logging
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from cli import calibrating
from cli.recalibrating import Recalibrator
from cli.setup import make_site
from cli.site import Site
from consent_db import audit, biometrics, people, templates
from gate import settings
from gate.match import template
from gate.pipeline import thresholds_in_force
from gate.population import shipped_population
from gate.values import BiometricRecord, ConsentStatus, Person, Thresholds
from tests.command_line import Brisk, Ran
from tests.registers import TODAY, sha256

BY = "a tester"


def enrol(site: Site, *numbers: int, like: int | None = None) -> None:
    """People drawn from the shipped statistics; ``like``: all of them like this one."""
    statistics = shipped_population(site.reader_version)
    assert statistics is not None
    group = statistics.groups[0]
    with site.database.transaction(BY) as tx:
        for number in numbers:
            ref = f"P{number:03}"
            random = np.random.default_rng(number if like is None else like)
            centre = group.mean + random.standard_normal(len(group.mean)) @ group.factor.T
            noise = np.random.default_rng(1000 + number).standard_normal((3, len(centre)))
            photos = (centre / np.linalg.norm(centre) + 0.05 * noise).astype(np.float32)
            photos /= np.linalg.norm(photos, axis=1, keepdims=True)
            people.add_or_change(tx, Person(ref, "pupil", "Given", "Family", "8"))
            yes = ConsentStatus.GRANTED
            biometrics.record(tx, BiometricRecord(0, ref, yes, "parent", "written", TODAY))
            references = [
                templates.Reference(sha256(10 * number + place), "sharp", None, vector)
                for place, vector in enumerate(photos)
            ]
            templates.save(tx, ref, site.reader_version, template(photos)[0], references)


@pytest.fixture
def site(tmp_path: Path) -> Site:
    made = Site(tmp_path / "site")
    make_site(made, settings.default_text())
    return made


def in_force(site: Site) -> Thresholds:
    return thresholds_in_force(site.policy, site.register().snapshot())


def made_by(site: Site) -> list[str]:
    with site.database.reading() as connection:
        found = audit.entries(connection)
        return [entry.actor for entry in found if entry.action == "calibration.made"]


def wait_for(site: Site, count: int, seconds: float = 60.0) -> list[str]:
    end = time.monotonic() + seconds
    while len(made_by(site)) < count and time.monotonic() < end:
        time.sleep(0.2)
    return made_by(site)


def run(site: Site, *words: str) -> Ran:
    return Brisk(site.root)(*words, expect=None)


def test_it_is_stored_and_in_force_unless_only_tried(site: Site) -> None:
    enrol(site, *range(12))
    for number in range(12):  # a school of twins
        enrol(site, 20 + number, like=number)
    tried = run(site, "calibrate", "--dry-run", "--json")
    assert json.loads(tried.out)["outcome"] == "tightened"
    assert made_by(site) == []
    shipped = in_force(site)
    done = json.loads(run(site, "calibrate", "--json", "--by", BY).out)
    assert made_by(site) == [BY]
    assert in_force(site) == Thresholds(**done["thresholds"])
    assert in_force(site).show > shipped.show
    assert "calibration 1" in run(site, "doctor").out


def test_in_words_it_names_nobody_but_by_reference(site: Site) -> None:
    enrol(site, *range(12))
    enrol(site, 12, like=3)
    said = run(site, "calibrate").out
    assert "P003 and P012" in said
    assert "In force from now on, as calibration 1." in said
    assert "Given" not in said


def test_a_small_register_stores_nothing_until_there_is_something_to_set_aside(site: Site) -> None:
    enrol(site, *range(9))
    assert "too small" in run(site, "calibrate").out
    assert made_by(site) == []
    enrol(site, *range(9, 12))
    run(site, "calibrate", "--by", BY)
    with site.database.transaction(BY) as tx:
        for number in range(6):
            templates.destroy(tx, f"P{number:03}")
    run(site, "calibrate", "--by", BY)
    assert len(made_by(site)) == 2
    assert in_force(site) == site.policy.thresholds


def test_where_people_name_the_faces_there_is_nothing_to_calibrate(site: Site) -> None:
    file = site.root / "photogate.toml"
    text = file.read_text(encoding="utf-8").replace('mode = "faces"', 'mode = "people"')
    file.write_text(text, encoding="utf-8")
    refused = run(site, "calibrate")
    assert refused.code != 0
    assert "nothing to calibrate" in refused.err
    assert not calibrating.due(Site(site.root))


def test_it_happens_by_itself_when_the_register_changed_enough(site: Site) -> None:
    enrol(site, *range(12))
    with Recalibrator(site, "photogate watch", first=0.0, every=0.1):
        assert wait_for(site, 1) == ["photogate watch"]
        enrol(site, 12, 13)
        time.sleep(1.0)
        assert len(made_by(site)) == 1, "two new people are too few"
        enrol(site, 14)
        assert len(wait_for(site, 2)) == 2


def test_what_goes_wrong_is_logged_and_stops_nobody(
    site: Site, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    enrol(site, *range(12))
    monkeypatch.setattr(sys, "executable", "/bin/false")
    caplog.set_level(logging.ERROR)
    with Recalibrator(site, "photogate watch", first=0.0, every=0.1):
        end = time.monotonic() + 20
        while "calibrating failed" not in caplog.text and time.monotonic() < end:
            time.sleep(0.1)
    assert "calibrating failed" in caplog.text
    assert made_by(site) == []


@pytest.mark.skipif(sys.platform == "win32", reason="stops with a signal")
def test_the_watcher_calibrates_and_once_does_not(site: Site) -> None:
    enrol(site, *range(12))
    assert run(site, "watch", "--once", "--workers", "1").code == 0
    assert made_by(site) == []
    command = [sys.executable, "-m", "cli", "--site", str(site.root), "watch", "--workers", "1"]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE) as watcher:
        made = wait_for(site, 1)
        watcher.send_signal(signal.SIGTERM)
        _, complaints = watcher.communicate(timeout=60)
    assert (watcher.returncode, complaints) == (0, b"")
    assert made == ["photogate watch"]
