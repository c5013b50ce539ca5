"""photogate doctor: is everything as it must be, and if not, what to do."""

from __future__ import annotations

import os
import shutil
import stat
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from importlib import metadata
from pathlib import Path
from typing import Annotated

import typer

from cli.acting import acting
from cli.enrolment import again_sentence, without_second
from cli.keys import key_findings
from cli.options import AsJson, By, unsettled_site_of
from cli.outgoing import outgoing_findings
from cli.output import console, print_json, say
from cli.recognition import remarks
from cli.site import Site, now
from consent_db import accounts, audit, days, disposals, erasures, rejudgings, templates
from gate import settings as settings_file
from gate.engines.weights import SFACE, YUNET, locate
from gate.errors import PhotogateError
from gate.roles import Act, Role
from gate.values import ALL_CHANNELS, RegisterSnapshot, day_of

_PACKAGES = ("gate", "watch", "consent_db", "cli")
_LOW_DISK = 2_000_000_000
_NETWORK = {"nfs", "nfs4", "cifs", "smb3", "smbfs", "sshfs", "fuse.sshfs", "9p", "davfs"}


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at. ``level``: ok, warning or problem."""

    what: str
    level: str
    text: str


def doctor(
    context: typer.Context,
    clock_is_right: Annotated[
        bool,
        typer.Option(
            "--clock-is-right", help="The clock was ahead before; the day it shows now is today."
        ),
    ] = False,
    by: By = "",
    as_json: AsJson = False,
) -> None:
    """Check models, register, folders, permissions, disk and packages, and say what to do."""
    site = unsettled_site_of(context)
    if clock_is_right:
        with site.database.transaction(acting(site, Act.MANAGE_SITE, by)) as tx:
            days.trust(tx)
    findings = findings_of(site)
    if as_json:
        print_json(findings)
    else:
        colours = {"ok": "green", "warning": "yellow", "problem": "bold red"}
        for finding in findings:
            console.print(f"[{colours[finding.level]}]{finding.level:>8}[/]", end="  ")
            say(f"{finding.what}: {finding.text}")
    if any(finding.level == "problem" for finding in findings):
        raise typer.Exit(1)


def findings_of(site: Site) -> list[Finding]:
    """Everything that was looked at; takes some seconds."""
    return list(_findings(site))


def _findings(site: Site) -> Iterator[Finding]:
    yield from _try("settings", lambda: _settings(site))
    yield from _try("finder weights", lambda: [_weights(site, YUNET, "finder")])
    if site.settings.matching.reader == "sface":
        yield from _try("reader weights", lambda: [_reader(site)])
    yield from _try("models", lambda: [_models(site)])
    yield from _folders(site)
    yield from _try("keys", lambda: [Finding("keys", *one) for one in key_findings(site)])
    yield from _try("register", lambda: _register(site))
    yield from _try("copies", lambda: [Finding("copies", *one) for one in outgoing_findings(site)])
    yield from _try("disk", lambda: [_disk(site)])
    yield from _try("file system", lambda: [_file_system(site.staging)])
    yield from _packages()


def _try(what: str, check: Callable[[], list[Finding]]) -> list[Finding]:
    try:
        return check()
    except (PhotogateError, OSError) as error:
        return [Finding(what, "problem", str(error))]


def _settings(site: Site) -> list[Finding]:
    names = ", ".join(site.settings.channels)
    if not names:
        return [Finding("settings", "problem", "no channel is set up: nothing can be released")]
    return [Finding("settings", "ok", f"{settings_file.FILE_NAME}, channels {names}")]


def _weights(site: Site, accepted: tuple[object, ...], role: str) -> Finding:
    configured = getattr(site.settings.engines, f"{role}_weights")
    path, weights = locate(accepted, configured)  # type: ignore[arg-type]
    return Finding(f"{role} weights", "ok", f"{weights.name} ({path.name}), checksum as measured")


def _reader(site: Site) -> Finding:
    if site.names_by_people:
        text = 'not used: people say who is in a photo (mode = "people" under [matching])'
        return Finding("reader weights", "ok", text)
    return _weights(site, SFACE, "reader")


def _models(site: Site) -> Finding:
    return Finding("models", "ok", f"all run: {site.engines.version}")


def _templates(site: Site, count: int) -> Finding:
    """What there is of face templates; ``count`` are those in use."""
    if not site.names_by_people:
        return Finding("face templates", "ok", f"{count} people have one")
    with site.database.reading() as connection:
        kept = len({one.person for one in templates.summary(connection)})
    if not kept:
        return Finding("face templates", "ok", "none are kept and none are used")
    text = (
        f"{kept} people have one from earlier days; nothing uses them here. A withdrawn biometric "
        "permission destroys a template"
    )
    return Finding("face templates", "warning", text)


def _folders(site: Site) -> Iterator[Finding]:
    for path in (site.staging, site.ready, site.results, site.vault, site.root / "register"):
        name = f"folder {path.name}"
        if not path.is_dir():
            yield Finding(name, "problem", f"{path} is missing; make it, or restore it")
        elif not os.access(path, os.R_OK | os.W_OK | os.X_OK):
            yield Finding(name, "problem", f"{path} cannot be written by this account")
        elif path.name in {"vault", "register"} and _open_to_others(path):
            yield Finding(
                name, "problem", f"{path} can be read by other accounts; run: chmod -R go= '{path}'"
            )
        else:
            yield Finding(name, "ok", "there, and can be written")


def _open_to_others(path: Path) -> bool:
    return os.name == "posix" and any(
        stat.S_IMODE(place.stat().st_mode) & 0o077 for place in (path, *path.iterdir())
    )


def _register(site: Site) -> list[Finding]:
    snapshot = site.register().snapshot()
    with site.database.reading() as connection:
        entries = audit.verify(connection)
    findings = [
        Finding(
            "register",
            "ok" if snapshot.people else "warning",
            f"{len(snapshot.people)} people",
        ),
        _templates(site, len(snapshot.gallery.people)),
        Finding("audit log", "ok", f"{entries} entries, chain intact"),
        _accounts(site),
        _duties(site),
        *_second(site, snapshot),
        *_waiting(site),
    ]
    findings += _strange_channels(snapshot, frozenset(site.settings.channels))
    allowed = timedelta(days=site.settings.policy.register_max_age_days)
    if snapshot.confirmed_at is None:
        text = "nothing was imported yet, so every photo is blocked; see 'photogate import --help'"
        findings.append(Finding("register age", "problem", text))
    elif now() - snapshot.confirmed_at > allowed:
        text = "nothing was imported for too long, so every photo is blocked; import current lists"
        findings.append(Finding("register age", "problem", text))
    if snapshot.confirmed_at is not None and snapshot.confirmed_at > now() + timedelta(minutes=5):
        text = (
            "the register was changed in the future, so every photo is blocked: set this "
            "computer's clock right; if it is, import current lists"
        )
        findings.append(Finding("clock", "problem", text))
    for one in remarks(site, snapshot):
        findings.append(Finding(one.what, "warning" if one.worrying else "ok", one.text))
    return findings


def _duties(site: Site) -> Finding:
    """Whether all that was to be erased and deleted is."""
    with site.database.reading() as connection:
        files = len(disposals.unfinished(connection))
        asked = sum(one.erased_at is None for one in erasures.unfinished(connection))
    if not files and not asked:
        return Finding("erasing and deleting", "ok", "nothing is left to do")
    text = (
        f"{asked} people and {files} files are not erased or deleted yet; the next command tries "
        "again. If that stays so, look whether the vault's disk can be written, and whether a copy "
        "must still be taken down"
    )
    return Finding("erasing and deleting", "warning", text)


def _accounts(site: Site) -> Finding:
    """Whether people are told apart, and whether one lost password would shut everybody out."""
    with site.database.reading() as connection:
        enabled = [one for one in accounts.everyone(connection) if one.enabled]
    if not enabled:
        text = "none; whoever may run photogate here may do everything ('photogate account add')"
        return Finding("accounts", "ok", text)
    admins = sum(Role.ADMIN in one.roles for one in enabled)
    if admins < 2:
        text = f"{len(enabled)}, one of them with the role admin; make a second, in case its "
        return Finding("accounts", "warning", f"{text}password is lost")
    return Finding("accounts", "ok", f"{len(enabled)}, {admins} of them with the role admin")


def _strange_channels(snapshot: RegisterSnapshot, channels: frozenset[str]) -> Iterator[Finding]:
    """Restrictions and permissions of channels that are not, or no longer, set up."""
    known = channels | {ALL_CHANNELS}
    held = {name for those in snapshot.restrictions.values() for r in those for name in r.channels}
    if held - known:
        # Not who: the list is for the safeguarding lead's eyes.
        text = (
            f"it names {', '.join(sorted(held - known))}, which is no channel of this site: that "
            "keeps no photo back. If a channel was renamed, add the restrictions for it again"
        )
        yield Finding("restricted list", "problem", text)
    named = {one.channel for records in snapshot.consents.values() for one in records}
    if named - known:
        text = f"some name {', '.join(sorted(named - known))}, which is no channel of this site"
        yield Finding("permissions", "warning", text)


def _waiting(site: Site) -> Iterator[Finding]:
    """Photos that wait to be judged again, and a clock that went back."""
    with site.database.reading() as connection:
        waiting = rejudgings.waiting(connection)
        day = days.swept_until(connection)
    if day is not None and day_of(now()) < day:
        yield Finding("clock", "problem", str(days.behind(day_of(now()), day)))
    troubled = [one.trouble for one in waiting if one.trouble]
    if waiting:
        text = f"{len(waiting)} wait; 'photogate watch' judges them"
        if troubled:
            text = f"{len(troubled)} of {len(waiting)} could not be judged: {troubled[-1]}"
        yield Finding("judging again", "problem" if troubled else "warning", text)


def _second(site: Site, snapshot: RegisterSnapshot) -> list[Finding]:
    """Whether the second reader knows everybody whom the first one knows."""
    if snapshot.second is None:
        return []
    mode = site.settings.matching.second_reader
    again = without_second(snapshot)
    if again:
        return [Finding("second reader", "warning", f"{mode}; {again_sentence(again)}")]
    known = len(snapshot.second.people)
    return [Finding("second reader", "ok", f"{mode}; it knows the same {known} people")]


def _disk(site: Site) -> Finding:
    free = shutil.disk_usage(site.root).free
    words = f"{free / 1e9:.1f} GB free"
    if free < _LOW_DISK:
        return Finding("disk", "problem", f"only {words}; make room, or photos stay in staging")
    return Finding("disk", "ok", words)


def _file_system(path: Path) -> Finding:
    kind = _kind_of(path)
    if kind in _NETWORK:
        text = f"staging is on a network share ({kind}); changes are found by polling"
        return Finding("file system", "warning", text)
    return Finding("file system", "ok", kind or "kind not known on this computer")


def _kind_of(path: Path) -> str:
    """The kind of file system that holds this path, from /proc/mounts; "" where that is missing."""
    mounts = Path("/proc/mounts")
    if not mounts.is_file():
        return ""
    best, kind = "", ""
    real = path.resolve().as_posix()
    for line in mounts.read_text(encoding="utf-8").splitlines():
        _, point, file_system, *_ = line.split(" ")
        inside = real == point or real.startswith(point.rstrip("/") + "/")
        if inside and len(point) >= len(best):
            best, kind = point, file_system
    return kind


def _packages() -> Iterator[Finding]:
    """Other distributions that ship a top-level package of the same name would mix with ours."""
    owners = metadata.packages_distributions()
    for name in _PACKAGES:
        others = sorted(set(owners.get(name, [])) - {"photogate"})
        if others:
            text = (
                f"the package {', '.join(others)} owns the name {name}, too; install photogate in "
                "an environment of its own"
            )
            yield Finding("packages", "problem", text)
            return
    yield Finding("packages", "ok", "no other package uses photogate's names")
