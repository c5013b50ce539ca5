"""A site: one folder with its settings, register, staging, ready copies and vault, wired up."""

from __future__ import annotations

import getpass
import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cached_property
from importlib import metadata
from pathlib import Path

import cv2

from cli.site_keys import keys_folder, open_sealer
from cli.standing_rules import StandingRules
from consent_db import locks, signing_keys, templates
from consent_db.aftermath import Consequences
from consent_db.database import Database
from consent_db.likenesses import SqlKinBook
from consent_db.photos import SqlLedger
from consent_db.register import SqlRegister
from consent_db.statements import SqlStatements
from gate import settings as settings_file
from gate.alike import CHECKED_EDGE
from gate.engines.yunet import YuNet
from gate.errors import LoadRefused, SiteError
from gate.kindred import Kindred
from gate.late_look import RecentSketches
from gate.load import Limits, load
from gate.pipeline import Gate
from gate.policy import Engines, Policy
from gate.ports import FaceReader
from gate.references import ReferencePhotos
from gate.sealing import KeyedSealer
from gate.settings import Settings
from gate.signing import PublicKey, Signer
from gate.values import Picture
from gate.vault import Vault

REGISTER_FILE = "register/photogate.sqlite3"
_OLD_NAMES_KEY = ".names.key"


def now() -> datetime:
    """The time now, UTC."""
    return datetime.now(UTC)


def embedded_url(root: Path) -> str:
    """The address of the SQLite file of the site in this folder."""
    return f"sqlite:///{(root / REGISTER_FILE).resolve().as_posix()}"


def software() -> str:
    """Name and version of this program."""
    return f"photogate {metadata.version('photogate')}"


def login_name() -> str:
    """Who is at the keyboard, for the record."""
    try:
        return getpass.getuser()
    except (OSError, KeyError):
        return "unknown"


@dataclass(frozen=True)
class Site:
    """The parts of one site; each is made when first asked for."""

    root: Path

    @cached_property
    def settings(self) -> Settings:
        """photogate.toml, checked."""
        return settings_file.read(self.root)

    @property
    def staging(self) -> Path:
        """Where photos are dropped."""
        return self.root / "staging"

    @property
    def ready(self) -> Path:
        """Where released copies lie, by channel."""
        return self.root / "ready"

    @property
    def results(self) -> Path:
        """Where the result pages lie."""
        return self.root / "results"

    @property
    def vault(self) -> Path:
        """Where originals are kept."""
        return self.root / "vault"

    @cached_property
    def originals(self) -> Vault:
        """The originals, as they were dropped; those of locked photos are handed to nobody."""

        def is_locked(photo: str) -> bool:
            with self.database.reading() as connection:
                return locks.holds(connection, photo)

        return Vault(self.vault, self.sealer, is_locked)

    @cached_property
    def references(self) -> ReferencePhotos:
        """The reference photos behind the templates."""
        return ReferencePhotos(self.vault / "references", self.sealer)

    def tidy_references(self) -> None:
        """Delete reference photos without a template, as after a permission was withdrawn."""

        def standing() -> dict[str, set[str]]:
            with self.database.reading() as connection:
                return templates.reference_photos(connection)

        self.references.tidy(standing)

    @property
    def keys_folder(self) -> Path:
        """Where the keys of the site are."""
        return keys_folder(self.root, self.settings.keys)

    @cached_property
    def sealer(self) -> KeyedSealer:
        """What seals and opens everything that names or shows somebody."""
        return open_sealer(self.root, self.settings.keys)

    def names_key(self) -> bytes:
        """The secret by which events are numbered that hold a person's name."""
        old = self.vault / _OLD_NAMES_KEY
        if old.is_file():
            self.sealer.adopt("names", old.read_bytes())
            old.unlink()
        return self.sealer.secret("names")

    @property
    def register_url(self) -> str:
        """The address of the register's database."""
        configured = self.settings.register_.url
        return configured or embedded_url(self.root)

    @cached_property
    def database(self) -> Database:
        """The register's database, brought up to date."""
        embedded = not self.settings.register_.url
        if embedded and not (self.root / REGISTER_FILE).is_file():
            raise SiteError(
                f"The register {self.root / REGISTER_FILE} is not there. If the folder was moved, "
                "name it with --site; restore the file from a backup; or make a new site with "
                "'photogate init'."
            )
        self.sealer.require_fitting()
        database = Database(self.register_url, now, sealer=self.sealer, aftermath=self.consequences)
        database.migrate()
        return database

    @cached_property
    def consequences(self) -> Consequences:
        """What changes mean for copies that were released."""
        reader, second = self.reader_versions
        return Consequences(
            StandingRules(self.policy, second, self.names_by_people),
            reader,
            timedelta(days=self.settings.policy.takedown_days),
        )

    @cached_property
    def signer(self) -> Signer:
        """What signs in the site's name; its public key is on record from then on."""
        signer = Signer(self.sealer.secret("signing"))
        self._put_on_record(signer.public_key)
        return signer

    @cached_property
    def id(self) -> str:
        """What tells this site from others in signed documents; a new key does not change it."""
        return self._put_on_record(self.signer.public_key)

    def _put_on_record(self, key: PublicKey) -> str:
        return signing_keys.make_known(self.database, login_name(), key.fingerprint, str(key))

    @property
    def public_keys(self) -> tuple[PublicKey, ...]:
        """Every key that this site ever signed with, as its register has them."""
        with self.database.reading() as connection:
            known = signing_keys.known(connection)
        return tuple(PublicKey.parse(key.public_key) for key in known)

    @property
    def names_by_people(self) -> bool:
        """Whether people say who is in a photo, and no face is ever compared with anybody."""
        return self.settings.matching.mode == "people"

    @cached_property
    def engines(self) -> Engines:
        """The models; loading takes about half a second."""
        settings = self.settings
        second = settings.matching.second_name
        return Engines(
            YuNet(settings.engines.finder_weights),
            self._reader(settings.matching.reader),
            self._reader(second) if second else None,
        )

    def _reader(self, name: str) -> FaceReader | None:
        if self.names_by_people:
            return None
        # Here, so that without it the model is not even imported.
        from gate.engines.choose import open_reader

        return open_reader(name, self.settings.engines.reader_weights)

    @property
    def policy(self) -> Policy:
        """What the settings say about judging."""
        settings = self.settings
        said = settings.model_dump_json(include={"matching", "policy", "limits", "channels"})
        return Policy(
            settings.channel_values(),
            settings.matching.thresholds(),
            hashlib.sha256(said.encode()).hexdigest()[:12],
            Limits(
                max_bytes=settings.limits.megabytes * 1_000_000,
                max_pixels=settings.limits.megapixels * 1_000_000,
            ),
            settings.policy.leavers_may_be_shown,
            timedelta(days=settings.policy.register_max_age_days),
            settings.matching.second_policy(),
            settings.matching.fpir if settings.matching.thresholds_from == "calibration" else None,
        )

    def register(self) -> SqlRegister:
        """The register as the gate asks it."""
        return SqlRegister(self.database, *self.reader_versions)

    @property
    def reader_versions(self) -> tuple[str, str]:
        """The versions of the reader and of the second one ("" for none), without loading them.

        Where people say who is in a photo, both are "".
        """
        if self.names_by_people:
            return "", ""
        from gate.engines.choose import reader_version

        matching, weights = self.settings.matching, self.settings.engines.reader_weights
        second = reader_version(matching.second_name) if matching.second_name else ""
        return reader_version(matching.reader, weights), second

    @property
    def reader_version(self) -> str:
        """What the reader calls itself, without loading it; "" where people name the faces."""
        return self.reader_versions[0]

    def ledger(self, actor: str) -> SqlLedger:
        """The ledger of photos, written to in this name."""
        late = RecentSketches()
        return SqlLedger(
            self.database, actor, policy=self.policy.version, also=locks.bars, late=late
        )

    def gate(self) -> Gate:
        """The gate, with one thread: several photos are judged by several workers."""
        cv2.setNumThreads(1)
        statements = SqlStatements(self.database)
        return Gate(
            self.policy,
            self.engines,
            self.register(),
            now,
            software=software(),
            statements=statements,
            kindred=Kindred(SqlKinBook(self.database, locks.bars), self._picture_of),
        )

    def _picture_of(self, photo: str) -> Picture | None:
        """A photo as others are compared with it; None where its original is gone."""
        try:
            return load(self.originals.read(photo), self.policy.limits, long_edge=CHECKED_EDGE)
        except (SiteError, LoadRefused):
            return None
