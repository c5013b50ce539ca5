"""photogate retention: letting go of what has been kept long enough; by hand, and every day."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Annotated

import typer
from sqlalchemy import Connection

from cli.acting import acting
from cli.finishing import finish_duties
from cli.options import AsJson, By, site_of
from cli.output import british, print_json, print_table, say
from cli.settling import follow_up, settle_as_started
from cli.site import Site, now
from consent_db import retention
from consent_db.keeping import hidden, kept
from gate.errors import SiteError
from gate.retention import Disposal, Holding, Kind, Plan, plan
from gate.roles import Act
from gate.values import day_of

_log = logging.getLogger(__name__)

_QUARANTINE = "quarantine"
_LISTED = 50
_WORDS = {
    Kind.ORIGINALS: "originals of released photos",
    Kind.BLOCKED: "originals of photos of which nothing was released",
    Kind.RELEASED: "copies in ready/",
    Kind.REFERENCES: "people's reference photos",
    Kind.LEAVERS: "people who left",
    Kind.LOGS: "result pages, quarantined files and logins",
}


def retain(
    context: typer.Context,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Only print what would go, and why.")
    ] = False,
    as_json: AsJson = False,
    by: By = "",
) -> None:
    """Delete what has been kept for as long as the settings say; the watcher does it every day."""
    site = site_of(context)
    who = acting(site, Act.RETAIN, by)
    found = planned(site) if dry_run else enforce(site, who)
    if as_json:
        print_json({"dry_run": dry_run, "days": site.settings.retention.days(), **_as_dict(found)})
    else:
        _print(site, found, dry_run=dry_run)
    if not dry_run:
        follow_up(site, quiet=as_json)


def planned(site: Site) -> Plan:
    """What would go now. Raises RegisterUnreachable, SiteError."""
    with site.database.reading() as connection:
        return _plan(site, connection)


def enforce(site: Site, actor: str, *, most: int | None = None) -> Plan:
    """Let go of what has been kept long enough, of ``most`` things; what went and what did not.

    What a stop cuts short is finished by the next command. Raises RegisterUnreachable, SiteError.
    """
    if not planned(site).disposals:
        return planned(site)
    with site.database.transaction(actor) as tx:
        # Once more, now that nobody else changes anything.
        found = _plan(site, tx.connection)
        part = found.disposals[:most]
        settings = site.settings
        within = timedelta(days=settings.policy.takedown_days)
        asked = within if settings.retention.takes_down else None
        retention.let_go(tx, part, takedown_within=asked)
        files = [one for one in part if one.kind is Kind.LOGS and not _is_login(one)]
        if any(_is_login(one) for one in part):
            before = tx.now - timedelta(days=settings.retention.logs)
            tx.audit("logins.deleted", "site", {"count": retention.forget_logins(tx, before)})
        if files:
            tx.audit("logs.deleted", "site", dict(Counter(_folder(one) for one in files)))
    for one in files:
        _delete(site.root / one.what)
    finish_duties(site)
    return Plan(part, found.spared)


class Daily:
    """Settles a site, and lets go of what has been kept long enough once a day.

    At most ``most`` things at a time, so that nothing else has to wait long.
    """

    def __init__(self, actor: str, *, most: int | None = 200) -> None:
        self._actor = actor
        self._most = most
        self._done: date | None = None

    def __call__(self, site: Site) -> None:
        """Do what there is to do now. Raises like ``settle_as_started``."""
        settle_as_started(site)
        today = day_of(now())
        if self._done == today:
            return
        try:
            went = enforce(site, self._actor, most=self._most)
        except SiteError as error:
            _log.error("letting go of what was kept long enough failed: %s", error)
            self._done = today
            return
        if self._most is None or len(went.disposals) < self._most:
            self._done = today


def _plan(site: Site, connection: Connection) -> Plan:
    days = site.settings.retention.days()
    if not any(days.values()):
        return Plan()
    moment, staying = now(), kept(connection)
    held = retention.holdings(
        connection,
        day_of(moment),
        has_references=lambda ref: bool(site.references.held(ref)),
        takes_down=site.settings.retention.takes_down,
    )
    # Of these not even a list of what stays tells.
    unseen = hidden(connection)
    told = [one for one in held if one.what not in unseen]
    return plan([*told, *_files(site)], days, moment, staying.__contains__)


def _files(site: Site) -> Iterator[Holding]:
    """Result pages and quarantined files, by their path in the site."""
    for folder in (site.results, site.root / _QUARANTINE):
        for path in sorted(folder.rglob("*")):
            if not path.is_file() or path.is_symlink():
                continue
            status = path.stat()
            # A file that was moved here keeps the time of its content.
            changed = max(status.st_mtime, status.st_ctime)
            since = datetime.fromtimestamp(changed, UTC)
            yield Holding(Kind.LOGS, path.relative_to(site.root).as_posix(), since)


def _is_login(one: Disposal) -> bool:
    return one.kind is Kind.LOGS and one.what.startswith((retention.LOGIN, retention.ATTEMPTS))


def _folder(one: Disposal) -> str:
    return one.what.split("/", maxsplit=1)[0]


def _delete(path: Path) -> None:
    try:
        path.unlink(missing_ok=True)
    except OSError as error:
        raise SiteError(f"{path} cannot be deleted: {error.strerror}.") from error


def _as_dict(found: Plan) -> dict[str, object]:
    return {"disposals": list(found.disposals), "staying": list(found.spared)}


def _print(site: Site, found: Plan, *, dry_run: bool) -> None:
    days = site.settings.retention.days()
    for kind in Kind:
        count = sum(one.kind is kind for one in found.disposals)
        period = f"kept for {days[kind]} days" if days[kind] else "kept for ever"
        done = f"; {count} {'would go' if dry_run else 'went'}" if days[kind] else ""
        say(f"{_WORDS[kind][0].upper()}{_WORDS[kind][1:]}: {period}{done}.")
    if found.disposals:
        print_table(
            ("Kind", "What", "Channel", "Since", "Why"),
            (
                (one.kind.value, _short(one), one.channel, british(day_of(one.since)), one.why)
                for one in found.disposals[:_LISTED]
            ),
        )
    if len(found.disposals) > _LISTED:
        say(f"... and {len(found.disposals) - _LISTED} more (--json lists all)")
    for spared in found.spared[:_LISTED]:
        say(f"{spared.kind.value} {spared.what[:12]} stays: {spared.why}", style="yellow")
    say("The audit log is kept for ever: it names nobody, and proves what was deleted.")
    say("Nothing was changed (dry run)." if dry_run else "Done.", style="bold")


def _short(one: Disposal) -> str:
    return one.what[:12] if len(one.what) == 64 else one.what
