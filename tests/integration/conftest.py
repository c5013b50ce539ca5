"""What several of these tests begin with."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.fake_site import School, without_models
from tests.site_copies import own_copy


@pytest.fixture(scope="session")
def fake_school_once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The site of a school whose photos are judged without models. Copy it."""
    school = School(tmp_path_factory.mktemp("fake-school"))
    school.make()
    return school.site.root


@pytest.fixture
def fake_school(fake_school_once: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> School:
    """A copy of it, to change; every site is judged without models."""
    without_models(monkeypatch)
    own_copy(fake_school_once, tmp_path, monkeypatch)
    school = School(tmp_path)
    school.folder.mkdir()
    return school
