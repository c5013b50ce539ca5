"""The settings file is checked whole, and the default one documents every setting."""

from __future__ import annotations

from pathlib import Path

import pytest
from pydantic import BaseModel

from gate import settings
from gate.errors import SettingsError
from gate.second_reader import DLIB_THRESHOLDS, SECOND_THRESHOLDS
from gate.settings import ChannelSettings, Settings
from gate.values import SecondMode


def test_the_default_file_holds_the_defaults() -> None:
    shipped = settings.parse(settings.default_text())
    assert shipped.model_copy(update={"channels": {}}) == Settings()
    assert list(shipped.channels) == ["website", "social", "print"]
    assert [c.online for c in shipped.channel_values()] == [True, True, False]


def test_the_default_file_names_every_setting() -> None:
    text = settings.default_text()
    for name, field in Settings.model_fields.items():
        section = field.annotation
        assert f"[{field.alias or name}" in text
        if isinstance(section, type) and issubclass(section, BaseModel) and name != "import_":
            for setting in section.model_fields:
                assert f"\n{setting} = " in text, f"{name}.{setting} is not documented"
    for setting in ChannelSettings.model_fields:
        assert f"#   {setting} " in text, f"channels.*.{setting} is not documented"


def test_a_channel_must_say_whether_it_is_online() -> None:
    with pytest.raises(SettingsError, match=r"channels\.website\.online"):
        settings.parse("[channels.website]\nmax_edge = 800\n")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("nonsense", "not valid TOML"),
        ("[wach]\n", "wach: there is no such setting"),
        ("[watch]\nsettle = 3\n", r"watch\.settle: there is no such setting"),
        ("[watch]\nsettle_seconds = 'two'\n", r"watch\.settle_seconds"),
        ("[matching]\nveto_threshold = 0.9\n", "veto_threshold must not be higher"),
        ("[channels.'Web site']\nonline = true\n", "cannot be a channel's name"),
        ("[channels.all]\nonline = true\n", "cannot be a channel's name"),
        ("[channels.a]\nonline = true\nmax_edge = 4000\n", "max_edge"),
        ("[channels.a]\nonline = true\ncover = 'none'\n", "cover"),
        ("[channels.a]\nonline = 'yes'\n", "online"),
    ],
)
def test_a_mistake_is_named_with_its_place(text: str, words: str) -> None:
    with pytest.raises(SettingsError, match=words):
        settings.parse(text)


def test_no_channel_is_set_up_by_an_empty_file() -> None:
    assert settings.parse("").channel_values() == ()


def test_a_folder_that_is_no_site_is_said_to_be_none(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="photogate init"):
        settings.read(tmp_path)


def test_a_file_that_is_not_text_is_named(tmp_path: Path) -> None:
    (tmp_path / settings.FILE_NAME).write_bytes(b"\xff\xfe\x00")
    with pytest.raises(SettingsError, match="cannot be read"):
        settings.read(tmp_path)


def test_matching_people_may_be_said_in_one_line() -> None:
    assert settings.parse('matching = "people"').matching.mode == "people"
    with pytest.raises(SettingsError, match=r"matching\.mode"):
        settings.parse('matching = "persons"')


def test_thresholds_that_somebody_chose_outweigh_a_calibration() -> None:
    assert settings.parse("").matching.thresholds_from == "calibration"
    chosen = settings.parse("[matching]\nshow_threshold = 0.6\n").matching
    assert chosen.thresholds_from == "here"
    assert settings.parse("[matching]\nmargin = 0.25\n").matching.thresholds_from == "calibration"


def test_two_readers_that_are_the_same_are_a_mistake() -> None:
    with pytest.raises(SettingsError, match="second_reader is dlib, too"):
        settings.parse('[matching]\nreader = "dlib"\nsecond_reader = "may_veto"\n')
    assert settings.parse('[matching]\nreader = "dlib"\n').matching.second_policy() is None


def test_a_second_reader_counts_with_its_own_thresholds() -> None:
    assert settings.parse("").matching.second_policy() is None
    second = settings.parse('[matching]\nsecond_reader = "must_agree"\n').matching.second_policy()
    assert second is not None
    assert (second.mode, second.thresholds) == (SecondMode.MUST_AGREE, SECOND_THRESHOLDS)


def test_without_face_templates_there_is_no_second_reader() -> None:
    people = settings.parse('[matching]\nmode = "people"\nsecond_reader = "may_veto"\n').matching
    assert (people.second_name, people.second_policy()) == ("", None)


def test_dlib_alone_does_not_count_with_the_thresholds_of_sface() -> None:
    fresh = settings.default_text().replace('reader = "sface"', 'reader = "dlib"', 1)
    assert settings.parse(fresh).matching.thresholds() == DLIB_THRESHOLDS
    chosen = settings.parse('[matching]\nreader = "dlib"\nshow_threshold = 0.8\n').matching
    assert chosen.thresholds().show == 0.8
