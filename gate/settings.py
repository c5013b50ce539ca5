"""The settings of a site: photogate.toml, checked whole, with a clear word about every mistake."""

from __future__ import annotations

import re
import tomllib
from importlib import resources
from pathlib import Path
from typing import Annotated, Literal

from jinja2 import Template
from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

from gate.errors import SettingsError
from gate.match import DEFAULT_THRESHOLDS
from gate.retention import Kind
from gate.second_look import SecondPolicy
from gate.second_reader import DLIB_THRESHOLDS, SECOND_THRESHOLDS
from gate.values import ALL_CHANNELS, Channel, SecondMode, Thresholds

FILE_NAME = "photogate.toml"
_CHANNEL_NAME = re.compile(r"[a-z][a-z0-9-]{0,39}")
SECOND_READER = "dlib"
"""The only reader that can stand beside another one."""

_RESERVED = {"con", "prn", "aux", "nul", ALL_CHANNELS}

PositiveSeconds = Annotated[float, Field(gt=0, le=86_400)]


class _Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class WatchSettings(_Section):
    """How the staging folder is watched."""

    settle_seconds: PositiveSeconds = 2.0
    patience_seconds: PositiveSeconds = 30.0
    poll_seconds: PositiveSeconds = 5.0
    workers: int = Field(default=0, ge=0, le=64)
    time_limit_seconds: PositiveSeconds = 120.0
    memory_limit_mb: int = Field(default=2048, ge=768, le=65_536)


class LimitSettings(_Section):
    """What a photo may be at most, checked before it is decoded."""

    megabytes: int = Field(default=200, ge=1, le=2_000)
    megapixels: int = Field(default=150, ge=1, le=1_000)


class MatchingSettings(_Section):
    """When a face counts as a person; see docs/matching.md for what the numbers mean."""

    mode: Literal["faces", "people"] = "faces"
    reader: Literal["sface", "dlib"] = "sface"
    second_reader: Literal["off", "must_agree", "may_veto"] = "off"
    thresholds_from: Literal["calibration", "here"] = "calibration"
    fpir: float = Field(default=0.001, ge=0.00001, le=0.05)
    show_threshold: float = Field(default=DEFAULT_THRESHOLDS.show, gt=0, le=2)
    veto_threshold: float = Field(default=DEFAULT_THRESHOLDS.veto, gt=-1, le=2)
    margin: float = Field(default=DEFAULT_THRESHOLDS.margin, ge=0, le=1)

    @model_validator(mode="before")
    @classmethod
    def _own_thresholds_count(cls, data: object) -> object:
        """Thresholds that somebody chose are not set aside by a calibration."""
        if not isinstance(data, dict) or "thresholds_from" in data:
            return data
        chosen = {"show_threshold", "veto_threshold", "margin"} & data.keys()
        shipped = {name: cls.model_fields[name].default for name in chosen}
        own = any(data[name] != shipped[name] for name in chosen)
        return {**data, "thresholds_from": "here"} if own else data

    @model_validator(mode="after")
    def _second_is_another(self) -> MatchingSettings:
        if self.second_reader != "off" and self.reader == SECOND_READER:
            raise ValueError(
                f'second_reader is {SECOND_READER}, too: set it to "off", or reader to "sface"'
            )
        return self

    @model_validator(mode="after")
    def _veto_is_lower(self) -> MatchingSettings:
        if self.veto_threshold > self.show_threshold:
            raise ValueError("veto_threshold must not be higher than show_threshold")
        return self

    def thresholds(self) -> Thresholds:
        """The three numbers of the file as a value for the rules.

        The numbers that a new file begins with are SFace's: where nobody chose others, dlib
        counts with its own.
        """
        thresholds = Thresholds(self.show_threshold, self.veto_threshold, self.margin)
        if self.reader == "dlib" and thresholds == DEFAULT_THRESHOLDS:
            return DLIB_THRESHOLDS
        return thresholds

    @property
    def second_name(self) -> str:
        """The name of the second reader, "" for none; without face templates there is none."""
        return "" if self.second_reader == "off" or self.mode == "people" else SECOND_READER

    def second_policy(self) -> SecondPolicy | None:
        """What the second reader is for, and its thresholds; None for none."""
        if not self.second_name:
            return None
        return SecondPolicy(SecondMode(self.second_reader), SECOND_THRESHOLDS)


class PolicySettings(_Section):
    """Rules that a school may choose."""

    leavers_may_be_shown: bool = False
    register_max_age_days: int = Field(default=400, ge=1, le=3_650)
    takedown_days: int = Field(default=2, ge=0, le=365)


class ChannelSettings(_Section):
    """How one channel publishes; the table's name is the channel's."""

    online: bool
    max_edge: int = Field(default=1600, ge=200, le=3000)
    cover: Literal["smooth", "fill", "oval", "blend"] = "smooth"
    sign_off: bool = False
    cover_everyone: bool = False
    hold_if_singled_out: int = Field(default=0, ge=0, le=1_000)
    hold_if_all_covered: bool = False
    crop_covered: bool = False
    no_faces: Literal["approve", "review"] = "approve"


class EngineSettings(_Section):
    """Weight files to use instead of the packaged ones."""

    finder_weights: str = ""
    reader_weights: str = ""


class RegisterSettings(_Section):
    """Where the register is: "" for the embedded SQLite file, or a PostgreSQL address."""

    url: str = ""


class KeySettings(_Section):
    """Where the keys of the site lie; "" for the folder of this account's own settings."""

    folder: str = ""
    source: Literal["file", "keyring", "environment"] = "file"


Days = Annotated[int, Field(ge=0, le=36_500)]
"""How many days something is kept; 0: for ever."""


class RetentionSettings(_Section):
    """How long each kind of thing is kept; see docs/rights-and-retention.md."""

    originals: Days = 0
    blocked: Days = 0
    released: Days = 0
    references: Days = 0
    leavers: Days = 0
    logs: Days = 0
    takes_down: bool = False

    def days(self) -> dict[Kind, int]:
        """The periods by kind."""
        return {kind: getattr(self, kind.value) for kind in Kind}


Columns = dict[str, str]


class ImportSettings(_Section):
    """For each kind of file: our column name = the header that the school's system writes."""

    people: Columns = Field(default_factory=dict)
    consents: Columns = Field(default_factory=dict)
    biometric: Columns = Field(default_factory=dict)
    restrictions: Columns = Field(default_factory=dict)


class Settings(_Section):
    """All settings of a site."""

    watch: WatchSettings = WatchSettings()
    limits: LimitSettings = LimitSettings()
    matching: MatchingSettings = MatchingSettings()
    policy: PolicySettings = PolicySettings()
    engines: EngineSettings = EngineSettings()
    register_: RegisterSettings = Field(default=RegisterSettings(), alias="register")
    keys: KeySettings = KeySettings()
    retention: RetentionSettings = RetentionSettings()
    import_: ImportSettings = Field(default=ImportSettings(), alias="import")
    channels: dict[str, ChannelSettings] = Field(default_factory=dict)

    @model_validator(mode="before")
    @classmethod
    def _mode_may_stand_alone(cls, data: object) -> object:
        """``matching = "people"`` says the same as ``mode = "people"`` under ``[matching]``."""
        if isinstance(data, dict) and isinstance(data.get("matching"), str):
            return {**data, "matching": {"mode": data["matching"]}}
        return data

    @field_validator("channels")
    @classmethod
    def _names_are_plain(cls, channels: dict[str, ChannelSettings]) -> dict[str, ChannelSettings]:
        for name in channels:
            if not _CHANNEL_NAME.fullmatch(name) or name in _RESERVED:
                raise ValueError(
                    f"{name!r} cannot be a channel's name: use small letters, digits and hyphens"
                )
        return channels

    def channel_values(self) -> tuple[Channel, ...]:
        """The channels as values for the rules, in the order of the file."""
        return tuple(
            Channel(name=name, **settings.model_dump()) for name, settings in self.channels.items()
        )


def parse(text: str) -> Settings:
    """Settings from the text of photogate.toml; raises SettingsError with every mistake named."""
    try:
        return Settings.model_validate(tomllib.loads(text))
    except tomllib.TOMLDecodeError as error:
        raise SettingsError(f"{FILE_NAME} is not valid TOML: {error}.") from error
    except ValidationError as error:
        mistakes = "; ".join(_mistake(dict(problem)) for problem in error.errors())
        raise SettingsError(f"{FILE_NAME} has a value that is not allowed. {mistakes}.") from error


def read(site: Path) -> Settings:
    """The settings of a site; raises SettingsError when they are missing or wrong."""
    try:
        return parse((site / FILE_NAME).read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise SettingsError(
            f"There is no {FILE_NAME} in {site}. Make a site there with 'photogate init', or name "
            "the right folder with --site."
        ) from error
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(f"{site / FILE_NAME} cannot be read: {error}.") from error


def _mistake(problem: dict[str, object]) -> str:
    place = problem.get("loc")
    where = ".".join(str(part) for part in place) if isinstance(place, tuple) else ""
    words = str(problem.get("msg", "")).removeprefix("Value error, ")
    if problem.get("type") == "extra_forbidden":
        words = "there is no such setting"
    return f"{where}: {words}" if where else words


def default_text() -> str:
    """The commented photogate.toml of a new site."""
    source = resources.files("gate").joinpath("templates/photogate.toml.jinja")
    template = Template(source.read_text(encoding="utf-8"), keep_trailing_newline=True)
    text: str = template.render(thresholds=DEFAULT_THRESHOLDS)
    return text
