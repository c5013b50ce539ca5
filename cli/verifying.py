"""photogate verify: is this an approved copy, for which channel, and is it still one."""

from __future__ import annotations

import os
import unicodedata
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Annotated

import typer

from cli.acting import acting
from cli.options import AsJson, By, require_channels, site_of
from cli.output import complain, print_json, say
from cli.site import Site
from cli.verified_words import as_dict, folder_sentences, sentence, summary
from consent_db import standings
from gate import manifest as manifests
from gate.errors import DocumentRefused, SiteError
from gate.manifest import SignedManifest
from gate.roles import Act
from gate.set_aside import sha256_of
from gate.signing import PublicKey
from gate.verifying import (
    Finding,
    Found,
    Outcome,
    Place,
    Released,
    Report,
    Signature,
    StandingOf,
    look_alone,
    look_in_folder,
    look_listed,
    signature_of,
)

_LEFT_BY_SYSTEMS = frozenset({".DS_Store", "Thumbs.db", "desktop.ini"})
"""What macOS and Windows leave in a folder that somebody looked at."""

_EXITS = {Outcome.STANDS: 0, Outcome.WRONG: 1, Outcome.AS_FAR_AS_CAN_BE_TOLD: 3}


def verify(
    context: typer.Context,
    path: Annotated[
        Path | None,
        typer.Argument(metavar="FILE|DIR", help="A picture, or a folder of pulled pictures."),
    ] = None,
    channel: Annotated[
        str, typer.Option("--channel", "-c", help="For this channel; else for all of the file's.")
    ] = "",
    key: Annotated[
        str,
        typer.Option(
            "--key", metavar="PUBLICKEY", help="Check signature and bytes only, without the site."
        ),
    ] = "",
    show_key: Annotated[
        bool, typer.Option("--show-key", help="Print the site's public key, to hand it out.")
    ] = False,
    by: By = "",
    as_json: AsJson = False,
) -> None:
    """Say whether a file is an approved copy, for which channel, and whether it still is.

    For a folder, every file is compared with its manifest, too. The exit code is 0 only if
    everything is approved and still stands; with --key it is 3 if signature and bytes are right.
    """
    if show_key:
        _show_key(site_of(context), by, as_json=as_json)
        return
    if path is None:
        raise SiteError("Name the file or folder to look at.")
    report = (
        _with_key(path, PublicKey.parse(key), channel)
        if key
        else _asked(context, path, channel, by)
    )
    if as_json:
        print_json(as_dict(report))
    else:
        _print(report)
    raise typer.Exit(_EXITS[report.outcome])


def _show_key(site: Site, by: str, *, as_json: bool) -> None:
    acting(site, Act.SEE_DECISIONS, by)
    key = site.signer.public_key
    if as_json:
        print_json({"key": str(key), "fingerprint": key.fingerprint, "site": site.id})
    else:
        typer.echo(str(key))


def _require_there(path: Path) -> None:
    if not path.exists():
        raise SiteError(f"{path} is not there.")


def _asked(context: typer.Context, path: Path, channel: str, by: str) -> Report:
    """What the site itself says."""
    site = site_of(context)
    acting(site, Act.SEE_DECISIONS, by)
    require_channels(site, [channel] if channel else [])
    _require_there(path)
    with site.database.reading() as connection:

        def standing_of(sha256: str) -> tuple[Released, ...]:
            rows = standings.standing_of(connection, sha256)
            local = ((c, since.astimezone(), end and end.astimezone()) for c, since, end in rows)
            return tuple(Released(*row) for row in local)

        if not path.is_dir():
            return Report((look_alone(_found(path, path.name), standing_of, channel),))
        return _folder(path, site.public_keys, standing_of, channel)


def _folder(
    folder: Path, keys: Sequence[PublicKey], standing_of: StandingOf, channel: str
) -> Report:
    found = list(_files(folder))
    alone = tuple(look_alone(file, standing_of, channel) for file in found)
    try:
        signed = manifests.read_from(folder)
    except DocumentRefused as error:
        return Report(alone, Signature.UNREADABLE, problem=str(error))
    if signed is None:
        return Report(alone)
    _require_channel(signed, channel)
    findings = look_in_folder(found, signed.manifest, standing_of)
    return _report(findings, signed, keys)


def _require_channel(signed: SignedManifest, channel: str) -> None:
    if channel and channel != signed.manifest.channel:
        raise SiteError(
            f"This folder was pulled for the channel {signed.manifest.channel}, not {channel}."
        )


def _with_key(path: Path, key: PublicKey, channel: str) -> Report:
    """What can be told without the site, by the manifest of the folder."""
    _require_there(path)
    folder = path if path.is_dir() else _folder_with_manifest(path)
    signed = manifests.read_from(folder)
    if signed is None:
        raise SiteError(
            f"There is no {manifests.FILE_NAME} in {folder}; without it, nothing can be told "
            "about a file outside the site."
        )
    _require_channel(signed, channel)
    if path.is_dir():
        findings = look_in_folder(list(_files(path)), signed.manifest, None)
    else:
        name = path.absolute().relative_to(folder.absolute()).as_posix()
        findings = (look_listed(_found(path, _composed(name)), signed.manifest, None),)
    return _report(findings, signed, [key])


def _report(
    findings: tuple[Finding, ...], signed: SignedManifest, keys: Sequence[PublicKey]
) -> Report:
    return Report(findings, signature_of(signed, keys), signed.manifest)


def _folder_with_manifest(file: Path) -> Path:
    """The nearest folder above a file that has a manifest; its own when none has."""
    above = file.absolute().parents
    return next((f for f in above if (f / manifests.FILE_NAME).is_file()), above[0])


def _files(folder: Path) -> Iterator[Found]:
    """Every file below a folder but its manifest; links are named, and never followed."""
    for here, folders, files in os.walk(folder, onerror=_unreadable):
        links = [name for name in folders if (Path(here) / name).is_symlink()]
        for name in sorted((*files, *links)):
            path = Path(here) / name
            relative = path.relative_to(folder).as_posix()
            if relative != manifests.FILE_NAME and name not in _LEFT_BY_SYSTEMS:
                yield _found(path, _composed(relative))


def _composed(name: str) -> str:
    # macOS hands out names with their accents taken apart.
    return unicodedata.normalize("NFC", name)


def _found(path: Path, name: str) -> Found:
    if path.is_symlink() or not path.is_file():
        return Found(name, None)
    try:
        return Found(name, sha256_of(path))
    except OSError:
        return Found(name, None)


def _unreadable(error: OSError) -> None:
    raise SiteError(f"{error.filename} cannot be read: {error.strerror}.") from error


def _print(report: Report) -> None:
    for line in folder_sentences(report):
        (say if report.signature is Signature.GOOD else complain)(line)
    for finding in report.findings:
        fine = finding.place in (Place.AS_LISTED, Place.ALONE)
        say(sentence(finding, report.manifest), style="" if fine else "bold red")
    (say if report.outcome is not Outcome.WRONG else complain)(summary(report))
