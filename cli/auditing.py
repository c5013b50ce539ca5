"""photogate audit: read the log, check it, take it elsewhere."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Iterator
from contextlib import closing
from datetime import datetime, timedelta
from itertools import islice
from pathlib import Path
from typing import Annotated, TextIO

import typer

from cli import checkpointing
from cli.acting import acting
from cli.checkpointing import Compared
from cli.options import AsJson, By, site_of
from cli.output import complain, print_json, say
from cli.site import Site
from consent_db import audit
from consent_db.audit import Entry, Wanted
from gate.errors import AuditBroken, SiteError
from gate.roles import Act
from gate.safe_text import clean

audit_app = typer.Typer(no_args_is_help=True, help="The log of everything that was done.")

_MOST = 100_000
_PART = 500


@audit_app.command("list")
def list_entries(
    context: typer.Context,
    since: Annotated[
        datetime | None,
        typer.Option("--since", formats=["%Y-%m-%d"], metavar="DAY", help="From this day on."),
    ] = None,
    until: Annotated[
        datetime | None,
        typer.Option("--until", formats=["%Y-%m-%d"], metavar="DAY", help="Up to this day."),
    ] = None,
    action: Annotated[
        str, typer.Option("--action", help="Such as consent.recorded, or all of consent.")
    ] = "",
    subject: Annotated[
        str, typer.Option("--subject", help="A reference, or the beginning of a photo's id.")
    ] = "",
    actor: Annotated[str, typer.Option("--actor", metavar="NAME", help="Who did it.")] = "",
    limit: Annotated[
        int, typer.Option("--limit", min=1, max=_MOST, help="How many at most.")
    ] = 200,
    by: By = "",
    as_json: AsJson = False,
) -> None:
    """List entries of the log, newest first."""
    site = site_of(context)
    acting(site, Act.SEE_AUDIT, by)
    end = until + timedelta(days=1) if until else None
    wanted = Wanted(_local(since), _local(end), action.strip(), subject.strip(), actor.strip())
    with (
        site.database.reading() as connection,
        # Before the connection goes back: a list that was cut short holds its cursor open.
        closing(audit.newest(connection, wanted, limit + 1)) as found,
    ):
        shown = islice(found, limit)
        _write_json(shown) if as_json else _write_lines(shown)
        more = next(found, None) is not None
    if more:
        complain(f"There are older ones: these are the newest {limit}. See --limit and --until.")


def _local(day: datetime | None) -> datetime | None:
    return day.astimezone() if day else None


def _write_json(entries: Iterable[Entry]) -> None:
    """A JSON list, without holding it."""
    separator = "["
    for entry in entries:
        sys.stdout.write(f"{separator}\n{json.dumps(entry.as_dict(), ensure_ascii=False)}")
        separator = ","
    sys.stdout.write("[]\n" if separator == "[" else "\n]\n")


def _write_lines(entries: Iterable[Entry]) -> None:
    for entry in entries:
        at = datetime.fromisoformat(entry.at).astimezone()
        words = (entry.actor, entry.action, entry.subject, entry.details)
        sys.stdout.write(f"{entry.sequence}  {at:%Y-%m-%d %H:%M:%S}  ")
        sys.stdout.write("  ".join(clean(word) for word in words) + "\n")


@audit_app.command()
def verify(
    context: typer.Context,
    against: Annotated[
        list[Path],
        typer.Option("--against", metavar="FILE...", help="A checkpoint that was kept elsewhere."),
    ] = [],  # noqa: B006
    more: Annotated[list[Path], typer.Argument(metavar="[FILE...]", hidden=True)] = [],  # noqa: B006
    as_json: AsJson = False,
) -> None:
    """Check that no entry of the log was changed, removed or put in.

    Somebody who can change the whole register could write the whole log anew. Only a checkpoint
    that was kept elsewhere tells that.
    """
    site = site_of(context)
    acting(site, Act.SEE_AUDIT)
    files = [checkpointing.on_disk(file) for file in [*against, *more]]
    problem, entries, compared = checkpointing.verify(site, files)
    if as_json:
        print_json(_as_dict(problem, entries, compared))
    else:
        _tell(problem, entries, compared)
    if problem is not None or not all(one.holds for one in compared):
        raise typer.Exit(1)


def _as_dict(
    problem: AuditBroken | None, entries: int, compared: tuple[Compared, ...]
) -> dict[str, object]:
    if problem is not None:
        told = {"intact": False, "first_broken": problem.sequence, "problem": str(problem)}
    else:
        told = {"intact": True, "entries": entries}
    files = [
        {
            "file": str(one.file),
            "holds": one.holds,
            "found": one.vouching or "unreadable",
            "checkpoint": one.checkpoint,
        }
        for one in compared
    ]
    return {**told, "checkpoints": files} if compared else told


def _tell(problem: AuditBroken | None, entries: int, compared: tuple[Compared, ...]) -> None:
    if problem is not None:
        complain(str(problem))
    else:
        say(f"The log is intact in itself: {entries} entries, each one checked.")
    for one in compared:
        (say if one.holds else complain)(one.sentence)
    if problem is None and compared and all(one.holds for one in compared):
        newest = max(one.checkpoint.sequence for one in compared if one.checkpoint)
        say(f"The first {newest} entries are vouched for by what was kept elsewhere.")


@audit_app.command()
def checkpoint(
    context: typer.Context,
    to: Annotated[
        Path | None,
        typer.Option("--to", metavar="FILE", help="A new file, or a folder for it; else here."),
    ] = None,
    by: By = "",
    as_json: AsJson = False,
) -> None:
    """Write down, signed, what the log ends with. Keep that file elsewhere."""
    site = site_of(context)
    path, made = checkpointing.make(site, acting(site, Act.SEE_AUDIT, by), to)
    if as_json:
        print_json({"file": str(path), "checkpoint": made})
        return
    say(f"Written to {path}: it vouches for the first {made.sequence} entries.")
    say(
        "Keep it where nobody can change it who can change this computer, for example in the "
        "e-mail of the data protection lead. Later: photogate audit verify --against FILE"
    )


@audit_app.command()
def export(
    context: typer.Context,
    to: Annotated[
        Path | None, typer.Option("--to", metavar="FILE", help="Write to a new file [the screen].")
    ] = None,
) -> None:
    """Write out the whole log, one entry a line, as JSON."""
    site = site_of(context)
    acting(site, Act.SEE_AUDIT)
    if to is None:
        _write(site, sys.stdout)
        return
    try:
        with to.open("x", encoding="utf-8") as file:
            _write(site, file)
    except OSError as error:
        raise SiteError(f"{to} cannot be written ({error.strerror}); name a new file.") from error
    say(f"Written to {to}.")


def _write(site: Site, file: TextIO) -> None:
    for part in exported(site):
        file.write(part)


def exported(site: Site) -> Iterator[str]:
    """The whole log as JSON, one entry a line, some hundred lines at a time.

    Between two parts no connection is held, whoever reads them and however slowly. What is added
    meanwhile comes, too; nothing that was there ever changes.
    """
    last = 0
    while True:
        with (
            site.database.reading() as connection,
            closing(audit.entries(connection, after=last)) as found,
        ):
            part = list(islice(found, _PART))
        if not part:
            return
        yield "".join(json.dumps(one.as_dict(), ensure_ascii=False) + "\n" for one in part)
        last = part[-1].sequence
