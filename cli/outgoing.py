"""What doctor says of copies that are out: what waits to be judged again or taken down."""

from __future__ import annotations

from collections.abc import Iterator

from cli.site import Site, now
from consent_db import rejudgings, removals, takedowns


def outgoing_findings(site: Site) -> Iterator[tuple[str, str]]:
    """Level and sentence for each thing to know. Raises RegisterUnreachable."""
    with site.database.reading() as connection:
        waiting = rejudgings.waiting(connection)
        open_ones = takedowns.pending(connection)
        left = removals.pending(connection) if removals.is_any(connection) else {}
    if left:
        yield (
            "problem",
            f"{len(left)} ended copies still lie in ready/; any other verb removes them",
        )
    if failing := [one for one in waiting if one.tries]:
        yield (
            "warning",
            f"{len(failing)} photos could not be judged again yet, and no copy that their change "
            f"ended is released meanwhile; the last trouble: {failing[-1].trouble}",
        )
    if fresh := len(waiting) - len(failing):
        yield "warning", f"{fresh} photos wait to be judged again: run 'photogate watch'"
    late = sum(one.due < now() for one in open_ones)
    if open_ones:
        level = "problem" if late else "warning"
        yield level, f"{len(open_ones)} copies to take down, {late} overdue: 'photogate takedowns'"
    if not waiting and not open_ones and not left:
        yield "ok", "nothing waits to be judged again or taken down"
