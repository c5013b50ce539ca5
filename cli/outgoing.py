"""What doctor says of copies that are out: what waits to be taken down."""

from __future__ import annotations

from collections.abc import Iterator

from cli.site import Site, now
from consent_db import removals, takedowns


def outgoing_findings(site: Site) -> Iterator[tuple[str, str]]:
    """Level and sentence for each thing to know. Raises RegisterUnreachable."""
    with site.database.reading() as connection:
        open_ones = takedowns.pending(connection)
        left = removals.pending(connection) if removals.is_any(connection) else {}
    if left:
        yield (
            "problem",
            f"{len(left)} ended copies still lie in ready/; any other verb removes them",
        )
    late = sum(one.due < now() for one in open_ones)
    if open_ones:
        level = "problem" if late else "warning"
        yield level, f"{len(open_ones)} copies to take down, {late} overdue: 'photogate takedowns'"
    if not open_ones and not left:
        yield "ok", "nothing waits to be taken down"
