"""What photogate people prints of one person."""

from __future__ import annotations

from collections.abc import Sequence

from cli.output import british, print_table, say
from gate.values import ConsentRecord


def print_consents(records: Sequence[ConsentRecord]) -> None:
    """Print what was said about images of a person, newest first."""
    say("What was said about images, newest first:", style="bold")
    print_table(
        ("Channel", "Status", "By", "How", "On", "From", "Until", "Names online use"),
        (
            (
                record.channel,
                record.status.value,
                record.given_by,
                record.method,
                british(record.obtained_on),
                british(record.valid_from),
                british(record.valid_until),
                "yes" if record.names_online_use else "no",
            )
            for record in sorted(records, key=lambda r: (r.obtained_on, r.id), reverse=True)
        ),
    )
